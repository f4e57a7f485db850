"""Equal Shares with equal payments only, completed by ADD-OPT: every endowment is looked at, not one in each step.

Kraiczy, Robinson and Elkind, "Streamlining Equal Shares" (arXiv:2502.11797). A project is paid for by a group of its
supporters who all pay the very same; whoever holds less than that pays nothing. For this simpler rule ("Exact Equal
Shares") the next endowment at which anything changes can be told: ADD-OPT goes from one such endowment to the next.
docs/count/add-opt.md states and proves what is computed. Money of one voter is the endowment less what they paid;
voters who paid for the same projects share one purse. Floating point places what is far apart, exact fractions
the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from .shares import Setting

NEAR = 1e-10


class Purses:
    """What voters paid after some choices: `purse` numbers the purse of each group, `about` is near what it paid.

    A purse of this moment is one of the moment before (`came // 2`), which paid the last price if `came` is odd.
    """

    def __init__(self, purse: np.ndarray, about: np.ndarray, came: np.ndarray, price: Fraction, before: Purses | None):
        self.purse, self.about, self.came, self.price, self.before = purse, about, came, price, before
        self.known: dict[int, Fraction] = {}

    @classmethod
    def full(cls, groups: int) -> Purses:
        """Nobody has paid anything."""
        return cls(np.zeros(groups, np.int64), np.zeros(1), np.zeros(1, np.int64), Fraction(0), None)

    def fund(self, rows: np.ndarray, price: Fraction) -> Purses:
        """The purses after these groups paid a price."""
        key = 2 * self.purse
        key[rows] += 1
        came, purse = np.unique(key, return_inverse=True)
        return Purses(purse, self.about[came // 2] + float(price) * (came % 2), came, price, self)

    def paid(self, purse: int) -> Fraction:
        """What was paid from a purse, exactly."""
        if self.before is None:
            return Fraction(0)
        if purse not in self.known:
            came = int(self.came[purse])
            self.known[purse] = self.before.paid(came // 2) + (self.price if came % 2 else 0)
        return self.known[purse]


@dataclass(frozen=True)
class Choice:
    """One funded project: how many pay, what each pays, and which others were exactly as good."""

    project: int
    payers: int
    price: Fraction
    level: tuple[int, ...]


@dataclass(frozen=True)
class Outcome:
    """What one endowment funds; ``purses[j]`` is how things stood after j choices."""

    endowment: Fraction
    choices: tuple[Choice, ...]
    purses: tuple[Purses, ...]

    @property
    def order(self) -> list[int]:
        """Positions of the funded projects, in order."""
        return [choice.project for choice in self.choices]


class EqualPayments:
    """Exact Equal Shares over one election and card."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.rank = setting.tie_order.rank
        self.whole = [int(setting.weight[setting.supporters_of(c)].sum()) for c in range(setting.projects)]

    def key(self, c: int, payers: int) -> tuple[int, int | Fraction]:
        """Rises with what a payer pays for what the project is worth; the least is next."""
        cost = self.setting.cost[c]
        if not cost:
            return 0, 0
        return 1, -payers if self.setting.by_cost else Fraction(cost, payers)

    def rivals(self, c: int) -> set[int]:
        """Projects that cannot win beside this one."""
        setting = self.setting
        return set(setting.rival[setting.rival_start[c] : setting.rival_start[c + 1]].tolist())

    def run(self, endowment: Fraction) -> Outcome:
        """Fund project after project until no group can pay for another."""
        setting = self.setting
        active = {c: self.whole[c] for c in range(setting.projects) if setting.can_win[c]}
        purses = [Purses.full(setting.groups)]
        choices: list[Choice] = []
        while level := self._best(endowment, purses[-1], active):
            c = min(level, key=self.rank.__getitem__)
            price = Fraction(setting.cost[c], active[c])
            rows = setting.supporters_of(c)
            purses.append(purses[-1].fund(rows[self._can_pay(endowment, purses[-1], rows, price)], price))
            choices.append(Choice(c, active[c], price, tuple(level)))
            for gone in {c} | self.rivals(c):
                active.pop(gone, None)
        return Outcome(endowment, tuple(choices), tuple(purses))

    def _best(self, endowment: Fraction, purses: Purses, active: dict[int, int]) -> list[int]:
        """The best projects; payers become fewer as money goes, so old numbers are hopes that are looked at anew."""
        fresh: set[int] = set()
        while active:
            keys = {c: self.key(c, payers) for c, payers in active.items()}
            least = min(keys.values())
            level = [c for c, key in keys.items() if key == least]
            if fresh.issuperset(level):
                return level
            for c in set(level) - fresh:
                payers = self._payers(endowment, purses, c, active[c])
                fresh.add(c)
                if payers:
                    active[c] = payers
                else:
                    del active[c]
        return []

    def _payers(self, endowment: Fraction, purses: Purses, c: int, most: int) -> int:
        """The largest group whose members can each pay an equal part of the cost; 0 if there is none."""
        rows = self.setting.supporters_of(c)
        weight = self.setting.weight[rows]
        while most:
            can = int(weight[self._can_pay(endowment, purses, rows, Fraction(self.setting.cost[c], most))].sum())
            if can == most:
                break
            most = can
        return most

    def _can_pay(self, endowment: Fraction, purses: Purses, rows: np.ndarray, price: Fraction) -> np.ndarray:
        """Which of these groups hold at least a price, exactly."""
        over = float(endowment) - purses.about - float(price)
        can = over >= 0
        for purse in np.flatnonzero(np.abs(over) <= NEAR * float(endowment)).tolist():
            can[purse] = endowment - purses.paid(purse) >= price
        return can[purses.purse[rows]]

    def next_endowment(self, now: Outcome) -> Fraction | None:
        """The least greater endowment at which another choice is made or another group pays; None if there is none.

        A project with s payers would come at a place in the sequence that s alone decides. It comes there once the
        s-th richest of its supporters, as things stand at that place, holds cost / s.
        """
        found = []
        for c in range(self.setting.projects):
            if self.setting.can_win[c] and self.setting.cost[c]:
                found += [(self._missing(now, c, *place), c, place) for place in self._places(now, c)]
        if not found:
            return None
        least = min(missing for missing, _, _ in found)
        within = least + NEAR * (float(now.endowment) + abs(least))
        exact = [self._missing_exactly(now, c, place, within) for missing, c, place in found if missing <= within]
        more = min(exact)
        assert more > 0, "a group could have paid before"
        return now.endowment + more

    def _places(self, now: Outcome, c: int):
        """Where in the sequence more payers could put a project: (choices before it, fewest payers - 1, most)."""
        rivals, most = self.rivals(c), self.whole[c]
        for at, choice in enumerate(now.choices):
            if choice.project == c:
                if choice.payers < most:
                    yield at, choice.payers, most
                return
            after = min(self._most_after(c, choice), most)
            if after < most:
                yield at, after, most
            if choice.project in rivals:
                return
            most = after
        if most:
            yield len(now.choices), 0, most

    def _most_after(self, c: int, choice: Choice) -> int:
        """The most payers with which a project still comes after a choice that was made."""
        cost = self.setting.cost[choice.project]
        if not cost:
            return self.whole[c]
        bar = Fraction(choice.payers) * (1 if self.setting.by_cost else Fraction(self.setting.cost[c], cost))
        first = self.rank[c] < self.rank[choice.project]  # being level would put it before the choice
        return bar.numerator // bar.denominator - (first and bar.denominator == 1)

    def _missing(self, now: Outcome, c: int, at: int, above: int, most: int) -> float:
        """About what each voter would need more for a project to come at a place with some number of payers."""
        rows, purses = self.setting.supporters_of(c), now.purses[at]
        paid = purses.about[purses.purse[rows]]
        order = np.argsort(paid, kind="stable")
        payers = np.minimum(np.cumsum(self.setting.weight[rows][order]), most)
        need = self.setting.cost[c] / np.maximum(payers, 1) + paid[order] - float(now.endowment)
        return float(need[payers > above].min())

    def _missing_exactly(self, now: Outcome, c: int, place: tuple[int, int, int], within: float) -> Fraction:
        """The same exactly, where it is no more than `within`."""
        at, above, most = place
        rows, purses = self.setting.supporters_of(c), now.purses[at]
        weight = np.zeros(len(purses.about), np.int64)
        np.add.at(weight, purses.purse[rows], self.setting.weight[rows])
        used = np.flatnonzero(weight)
        used = used[np.argsort(purses.about[used], kind="stable")]
        about, count = purses.about[used], np.cumsum(weight[used])
        near = NEAR * (float(now.endowment) + float(about[-1]))
        need = self.setting.cost[c] / np.minimum(count, most) + about - float(now.endowment)
        found = []
        for place_in_order in np.flatnonzero((need <= within + near) & (count > above)).tolist():
            first = int(np.searchsorted(about, about[place_in_order] - near, side="left"))
            last = int(np.searchsorted(about, about[place_in_order] + near, side="right"))
            payers = int(count[first - 1]) if first else 0
            for paid, many in sorted((purses.paid(p), int(weight[p])) for p in used[first:last].tolist()):
                payers += many
                if min(payers, most) > above:
                    found.append(Fraction(self.setting.cost[c], min(payers, most)) + paid - now.endowment)
        return min(found)


def trail_of(setting: Setting, outcome: Outcome) -> list[dict[str, Any]]:
    """The rounds as data, like those of Equal Shares: with equal payments nobody gives all they have left."""
    unit = 10**setting.election.decimals
    return [
        {
            "round": at + 1,
            "project": setting.election.projects[choice.project].id,
            "price": str(choice.price / unit),
            "shown": float(choice.price / unit),
            "payers": choice.payers,
            "giving_all": 0,
        }
        for at, choice in enumerate(outcome.choices)
    ]
