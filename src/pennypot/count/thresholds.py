"""At what cost a project that an Equal Shares run passed by would have been funded, without counting again.

Until a project is funded it changes nothing, so a run with that project at another cost meets the very same states
until its turn comes. Its supporters hold m_i at round r, and the project funded there cost C at price x. At cost c the
project has the better value if they can give c at a price below ``c x / C``: if ``sum(min(m_i, c x / C)) > c``. The
left side is concave in c and 0 for 0, so this holds up to some cost and for none above it. At the end of the run it is
funded if they hold c at all. The greatest whole number for which one of these holds is the answer; bounds of whole
numbers prove it on both sides, and where they cannot (a tie at exactly that cost) the answer is left open.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import ceil, floor
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from .shares import Setting


class Supporters(NamedTuple):
    """Who supports a project: groups of equal ballots, voters in each, points (1 where none count), and all points."""

    rows: np.ndarray
    weight: np.ndarray
    times: np.ndarray | int
    votes: int
    reach: int


class Passable(NamedTuple):
    """Up to what cost a project may be funded at a round or after it, and the run surely does not end Add1.

    ``cost`` has a row for every so many (``every``) rounds and one figure for each project; it never falls.
    """

    every: int
    cost: np.ndarray

    def up_to(self, at_round: int, at: int) -> int:
        """The cost for one project and round."""
        return int(self.cost[at_round // self.every, at])


class Thresholds:
    """One run, kept round by round: what every voter had left, as whole numbers of 2 ** -shift of the money's unit.

    It may stand for all runs over a range of endowments that fund the same projects in the same order.

    Parameters
    ----------
    setting : Setting
    endowment, highest : Fraction
        What each voter started with: the least and the greatest of the range.
    shift : int
        As `Setting.shift` gives it for `highest`.
    order : sequence of int
        Positions of the projects that were funded.
    bounds : sequence of (int, int)
        What each of them was funded at: at least, at most.
    """

    def __init__(
        self, setting: Setting, endowment: Fraction, highest: Fraction, shift: int,
        order: Sequence[int], bounds: Sequence[tuple[int, int]],
    ) -> None:  # fmt: skip
        self.setting, self.shift, self.order, self.rounds = setting, shift, order, len(order)
        unit = Fraction(2) ** shift
        self.most = ceil(highest * unit)
        self.money = np.empty((len(order) + 1, setting.groups), np.int64)
        self.money[0] = floor(endowment * unit)
        self.slack = [self.most - floor(endowment * unit)]
        for at, (c, (low, high)) in enumerate(zip(order, bounds, strict=True)):
            now, rows = self.money[at + 1], setting.supporters_of(c)
            now[:] = self.money[at]
            now[rows] = np.maximum(0, now[rows] - high * setting.points_of(c))
            self.slack.append(self.slack[-1] + (high - low) * setting.top_point)
        # the values that were chosen, price over cost: they never fall from round to round
        cost = [setting.cost[c] or 1 if setting.by_cost else 1 for c in order]
        self.value_low = [(low, per) for (low, _), per in zip(bounds, cost, strict=True)]
        self.value_high: list[tuple[int, int]] = []
        for (_, high), per in zip(bounds, cost, strict=True):
            before, under = self.value_high[-1] if self.value_high else (0, 1)
            self.value_high.append((high, per) if high * under > before * per else (before, under))

    def _supporters(self, at: int) -> Supporters:
        setting = self.setting
        rows, times = setting.supporters_of(at), setting.points_of(at)
        weight = setting.weight.take(rows)
        return Supporters(rows, weight, times, int(weight.sum()), setting.total_points[at])

    def held(self, at: int) -> int | None:
        """What a project's supporters hold together when the run is over, in whole units of money rounded down.

        None where bounds cannot tell.
        """
        if self.shift < 0:
            return None
        least, most = self._held(self._supporters(at))
        return least >> self.shift if least >> self.shift == most >> self.shift else None

    def _held(self, who: Supporters) -> tuple[int, int]:
        low = int(who.weight @ self.money[-1].take(who.rows))
        return low, low + who.votes * self.slack[-1]

    def cost_to_win(self, at: int, floor: int = 0, passable: Passable | None = None) -> tuple[int, bool]:
        """The greatest whole cost at which the run would have funded a project, and whether bounds prove it.

        What is not proven is near, and at no greater cost (below its own) would the run have funded it. 0 says that it
        would not even have been funded at a cost of 1. With `floor`, anything up to that is answered by it, unproven;
        with `passable`, costs at which the project may win without ending Add1 are left out.
        """
        if self.shift < 0:
            return self.setting.cost[at], False
        who, top = self._supporters(at), self.setting.cost[at]
        least, most = self._held(who)
        held = most >> self.shift
        if passable and held <= passable.up_to(self.rounds, at):
            held = 0
        best, when = min(max(held, floor), top), self.rounds
        first = self._first_in_reach(who, best + 1)
        parts = [(first, self.rounds - 1)] if first < self.rounds else []
        while parts and best < top:
            begin, end = parts.pop()
            wanted = 1 + (max(best, passable.up_to(begin, at)) if passable else best)
            if wanted > top or self._most_given(who, begin, end, wanted) < wanted << self.shift:
                continue
            if begin < end:
                middle = (begin + end) // 2
                parts += [(middle + 1, end), (begin, middle)]
                continue
            best, when = self._most_at_round(who, begin, wanted, top), begin
        if not best:
            return 0, True
        return best, best < top and self._surely_won(who, when, best, least)

    def passable(self) -> Passable | None:
        """Costs at which a project could be funded as well, and Add1 would go on all the same; None: not known.

        Until a project is funded nothing changes. What may be funded afterwards is what its supporters could still pay
        for then; all of it together, with what was funded before, bounds what the run spends. What nobody could pay for
        any more stays open, and Add1 goes on while such a project fits into the money that is surely left.
        """
        setting, budget = self.setting, self.setting.election.budget
        if self.shift < 0 or len(setting.rival) or not setting.exact_integers:
            return None
        every, found = max(1, self.rounds // 16), []
        waiting, spent = setting.can_win.copy(), 0
        for at_round in range(self.rounds + 1):
            if at_round % every == 0:
                more, payable = self._could_follow(at_round, waiting)
                shut = np.flatnonzero(waiting & ~payable)
                shut = shut[np.argsort(setting.cost_array[shut], kind="stable")][:2]
                fits = setting.cost_array[shut].tolist() if setting.card.stop == "exhaustive" else [0] * len(shut)
                left = np.full(setting.projects, budget - spent - more - fits[0] if fits else -1, np.int64)
                left[shut[:1]] = budget - spent - more - fits[1] if fits[1:] else -1
                found.append(left)
            if at_round < self.rounds:
                waiting[self.order[at_round]] = False
                spent += setting.cost[self.order[at_round]]
        return Passable(every, np.maximum.accumulate(np.array(found)))

    def _could_follow(self, at_round: int, waiting: np.ndarray) -> tuple[int, np.ndarray]:
        """No less than what can be spent from a round on, and on which projects."""
        setting, money = self.setting, self.money[at_round]
        most = setting.weight * (money + self.slack[at_round])
        running = np.zeros(len(setting.group) + 1, np.int64)
        np.cumsum(most.take(setting.group), out=running[1:])
        held = running[setting.start[1:]] - running[setting.start[:-1]]
        payable = waiting & (held >> self.shift >= setting.cost_array)
        reached = np.zeros(setting.groups, bool)
        for c in np.flatnonzero(payable).tolist():
            reached[setting.supporters_of(c)] = True
        return min(int(setting.cost_array[payable].sum()), int(most @ reached >> self.shift) + 1), payable

    def votes_to_win(self, at: int) -> int:
        """About how many more voters for a project alone, each with the same endowment, would let it win this run."""
        if self.shift < 0:
            return 1
        who, cost = self._supporters(at), self.setting.cost[at]
        point = self.setting.top_point if len(self.setting.point) else 1
        wanted, found = cost << self.shift, -((self._held(who)[0] - (cost << self.shift)) // max(self.most, 1))
        for when, value in enumerate(self.value_low):
            price = self._price(value, cost, False)
            each = min(self.most, price * point)
            if each and wanted - who.reach * price < found * each:
                found = min(found, -((self._given(who, when, price) - wanted) // each))
        return max(found, 1)

    def _first_in_reach(self, who: Supporters, cost: int) -> int:
        """The first round whose value could be matched if every supporter paid in full."""
        wanted = (1 if self.setting.by_cost else cost) << self.shift
        for at, (price, per) in enumerate(self.value_high):
            if who.reach * price >= wanted * per:
                return at
        return self.rounds

    def _price(self, value: tuple[int, int], cost: int, up: bool) -> int:
        """The price at which a project at this cost has a value, rounded down or up."""
        price, per = value
        if not self.setting.by_cost:
            return price
        return -(-price * cost // per) if up else price * cost // per

    def _given(self, who: Supporters, at: int, price: int) -> int:
        """What supporters surely give for a price (per point) at a round, in units of 2 ** -shift."""
        return int(who.weight @ np.minimum(self.money[at].take(who.rows), min(price, self.most) * who.times))

    def _most_given(self, who: Supporters, begin: int, end: int, cost: int) -> int:
        """No less than what supporters can give at the value chosen at any round from `begin` to `end`.

        Money never grows and values never fall from round to round, so the money of the first and the value of the
        last bound all of them.
        """
        price = self._price(self.value_high[end], cost, True)
        return self._given(who, begin, price) + who.votes * self.slack[begin]

    def _surely_won(self, who: Supporters, at: int, cost: int, held: int) -> bool:
        if at == self.rounds:
            return held >= cost << self.shift
        return self._given(who, at, self._price(self.value_low[at], cost, False)) > cost << self.shift

    def _most_at_round(self, who: Supporters, at: int, least: int, top: int) -> int:
        """The greatest cost from `least` to `top` at which a project may win this round; it may at `least`.

        By Newton's steps down from `top`: what supporters give is concave in the cost, so no step goes too far.
        """
        if not self.setting.by_cost:
            return min(self._most_given(who, at, at, least) >> self.shift, top)
        price, per = self.value_high[at]
        money, cost = self.money[at].take(who.rows), top
        spare = who.votes * self.slack[at]
        while cost > least:
            limit = min(self._price((price, per), cost, True), self.most) * who.times
            if int(who.weight @ np.minimum(money, limit)) + spare >= cost << self.shift:
                return cost
            rich = money > limit
            in_full = int(who.weight @ (rich * who.times))
            the_rest = int(who.weight @ (money * ~rich)) + spare + in_full
            slope = (per << self.shift) - in_full * price
            cost = min(the_rest * per // slope, cost - 1) if slope > 0 else least
        return max(cost, least)
