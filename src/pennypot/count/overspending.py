"""Equal Shares with bounded overspending: good projects are not lost because a few supporters ran out of money.

Papasotiropoulos, Pishbin, Skibski, Skowron and Wąs, "Method of Equal Shares with Bounded Overspending"
(arXiv:2409.15005). A project may be bought in part at first: supporters who each pay at most l, or all they have left,
pay a share a of its cost, and l / a is what each would pay if the payers had to bring the whole of it. The project
and the share with the least l / a^2 for its worth are next; its supporters are charged l / a each, or all they have
left if that is less. What they cannot pay is overspending.
"""

from __future__ import annotations

from fractions import Fraction
from math import log
from typing import Any

import numpy as np

from .card import RuleCard
from .election import Election
from .greedy import fill
from .result import Result
from .shares import Setting
from .shares_exact import ExactRun, Price
from .ties import Tie, TieOrder

NEAR = 1e-9
LITTLE = 1e-4  # of the endowment: below it, floating point subtraction has lost too many digits


def count_overspending(election: Election, card: RuleCard, order: TieOrder) -> Result:
    """Count by Equal Shares with bounded overspending.

    Each trail entry: ``project``, ``price`` (what each supporter, or point, is charged), ``share`` of the cost that was
    paid at the level that made it next, ``payers`` and ``giving_all``. With completion "greedy", greedy entries follow.
    """
    if not election.voters or not election.projects:
        return Result(election, card, (), 0)
    setting = Setting(election, card, order)
    endowment = Fraction(election.budget, election.voters)
    run = _Overspending(setting, endowment)
    trail: list[dict[str, Any]] = []
    ties: list[Tie] = []
    left, active = election.budget, {c for c in range(setting.projects) if setting.can_win[c]}
    while True:
        active = {c for c in active if election.costs[c] <= left}
        level = run.best(active)
        if not level:
            break
        chosen, price, share = level[0]
        if len(level) > 1:
            ties.append(order.tie(len(trail) + 1, [c for c, _, _ in level]))
        found = run.charge(chosen, price)
        run.fund(chosen, found)
        left -= election.costs[chosen]
        active -= {chosen, *setting.rival[setting.rival_start[chosen] : setting.rival_start[chosen + 1]].tolist()}
        trail.append(_entry(election, setting, len(trail) + 1, chosen, found, share))
    winners = list(run.exact.order)
    if card.completion == "greedy":
        by = {"cost": "votes", "count": "votes-per-cost", "points": "points-per-cost"}[card.utility]
        more, _, left = fill(
            election, card.but(too_dear="skip", part_funding=""), order, left, winners, trail, ties, by
        )
        winners += more
    ids = tuple(election.projects[c].id for c in winners)
    return Result(election, card, ids, election.budget - left, tuple(ties), tuple(trail))


def _entry(election: Election, setting: Setting, number: int, chosen: int, found: Price, share: Fraction) -> dict:
    value = found.value / 10**election.decimals
    return {
        "round": number,
        "project": election.projects[chosen].id,
        "price": str(value),
        "shown": float(value),
        "share": str(share),
        "payers": int(setting.weight[found.rows[~found.poor]].sum()),
        "giving_all": found.poor_weight,
    }


class _Overspending:
    """The choice of the next project: floating point finds the few candidates, exact fractions decide between them."""

    def __init__(self, setting: Setting, endowment: Fraction) -> None:
        self.setting = setting
        self.exact = ExactRun(setting, endowment, setting.shift(endowment))
        self.about = np.full(setting.groups, float(endowment))
        self.little = LITTLE * float(endowment)
        self.log = np.full(setting.groups, _log(endowment) if endowment else -np.inf)

    def best(self, active: set[int]) -> list[tuple[int, Fraction, Fraction]]:
        """The best projects in tie order, each with what its supporters are charged and the share paid at first."""
        free = [c for c in self.setting.free if c in active]
        if free:
            return [(c, Fraction(0), Fraction(1)) for c in free]
        looked_at = {c: self._levels(c) for c in active} if self.exact.endowment else {}
        found = {c: levels for c, levels in looked_at.items() if levels is not None}
        exact: list = []
        least = -np.inf
        while found and not exact:
            least = min(float(keys.min()) for _, keys in found.values()) + NEAR
            exact, found = self._near(found, least)
        if not exact:
            return []
        exact += self._near(found, _log(min(key for (key, _, _), _ in exact)) + NEAR)[0]
        lowest = min(key for (key, _, _), _ in exact)
        level = [(c, price, share) for (key, price, share), c in exact if key == lowest]
        return sorted(set(level), key=lambda one: self.setting.tie_order.rank[one[0]])

    def _near(self, found: dict, bar: float) -> tuple[list, dict]:
        """Decide exactly what is no more than a bar; the best of each project, and what was not looked at."""
        near = {c: rows[keys <= bar] for c, (rows, keys) in found.items() if (keys <= bar).any()}
        tried = [(self._exactly(c, levels), c) for c, levels in near.items()]
        further = {c: (rows[keys > bar], keys[keys > bar]) for c, (rows, keys) in found.items()}
        exact = [(key, c) for key, c in tried if key is not None]
        return exact, {c: levels for c, levels in further.items() if len(levels[0])}

    def _worth(self, c: int) -> int:
        return self.setting.cost[c] if self.setting.by_cost else 1

    def _levels(self, c: int) -> tuple[np.ndarray, np.ndarray] | None:
        """Levels of payment worth looking at (a supporter who then has nothing; -1: all is paid), with logs of keys."""
        rows, times = self.setting.supporters_of(c), self.setting.points_of(c)
        living = self.exact.alive[rows] & (self.log[rows] > -np.inf)
        if not living.any():
            return None
        times = times[living] if isinstance(times, np.ndarray) else times
        rows = rows[living]
        weight, level = self.setting.weight[rows].astype(float), self.log[rows] - np.log(times)
        most = float(level.max())
        ratio = np.exp(level - most)  # of the largest, so that nothing becomes nothing
        order = np.argsort(level, kind="stable")
        held, heavy = np.cumsum((weight * times * ratio)[order]), np.cumsum((weight * times)[order])
        paid = most + np.log(np.maximum(held + (heavy[-1] - heavy) * ratio[order], 1e-300))
        cost = _log(Fraction(self.setting.cost[c]))
        keys = level[order] + 2 * (cost - paid)
        within = paid <= cost + NEAR
        chosen, keys = rows[order][within], keys[within]
        whole = self.exact.price(c) if most + np.log(held[-1]) >= cost - NEAR else None
        if whole is not None:
            chosen, keys = np.append(chosen, -1), np.append(keys, _log(whole.value))
        return chosen, keys - (cost if self.setting.by_cost else 0)

    def _exactly(self, c: int, levels: np.ndarray) -> tuple[Fraction, Fraction, Fraction] | None:
        """The best of some levels in exact fractions: key, charge, share; of equal ones the larger share."""
        tried = []
        seen: set[tuple] = set()
        for row in levels.tolist():
            if row < 0:
                whole = self.exact.price(c)
                if whole is not None:
                    tried.append((whole.value / self._worth(c), Fraction(-1), whole.value))
                continue
            rows, times = self.setting.supporters_of(c), self.setting.points_of(c)
            times = np.full(len(rows), times) if isinstance(times, int) else times
            history = (self.setting.history(row, self.exact.place), int(times[rows == row][0]))
            if history in seen:
                continue
            seen.add(history)
            level = self._money(row) / history[1]
            poor, rich, _, _ = self._split(c, level)
            paid = poor + rich * level
            if 0 < paid <= self.setting.cost[c]:
                share = paid / self.setting.cost[c]
                tried.append((level / share**2 / self._worth(c), -share, level / share))
        if not tried:
            return None
        key, less, price = min(tried)
        return key, price, -less

    def _money(self, row: int) -> Fraction:
        return self.exact._held(np.array([row]), np.ones(1, np.int64))

    def _split(self, c: int, level: Fraction) -> tuple[Fraction, int, np.ndarray, np.ndarray]:
        """At a level (for each point): what the poor hold, the weight of the others, who is poor, who has no more."""
        rows, times = self.setting.supporters_of(c), self.setting.points_of(c)
        times = np.full(len(rows), times) if isinstance(times, int) else times
        weight, living = self.setting.weight[rows], self.exact.alive[rows]
        scaled = level * self.exact.unit
        low, high = scaled.numerator // scaled.denominator, -(-scaled.numerator // scaled.denominator)
        poor = living & (self.exact.upper[rows] < low * times)
        spent = np.zeros(len(rows), bool)
        rich = living & (self.exact.lower[rows] >= high * times)
        known: dict[tuple, Fraction] = {}
        for at in np.flatnonzero(living & ~poor & ~rich).tolist():
            history = self.setting.history(int(rows[at]), self.exact.place)
            if history not in known:
                known[history] = self._money(int(rows[at]))
            due = level * int(times[at])
            (poor if known[history] < due else rich)[at] = True
            spent[at] = known[history] == due
        held = self.exact._held(rows[poor], weight[poor])
        return held, int((weight * times)[rich].sum()), poor, spent | poor

    def charge(self, c: int, price: Fraction) -> Price:
        """Charge every supporter this much (for each point), or all they have left."""
        rows = self.setting.supporters_of(c)
        _, rich, poor, spent = self._split(c, price)
        gone = ~self.exact.alive[rows]
        return Price(price, rows, poor | gone, spent | gone, rich, int(self.setting.weight[rows][poor].sum()))

    def fund(self, c: int, found: Price) -> None:
        """Take the charge from everybody, and note about what is left: exactly rounded where it is little."""
        self.exact.fund(c, found)
        if not self.exact.endowment:
            return
        rows, known = found.rows, {}
        self.about[rows] -= float(found.value) * self.setting.points_of(c)
        self.about[rows[~self.exact.alive[rows]]] = 0.0
        alive = rows[self.exact.alive[rows]]
        self.log[alive] = np.log(np.maximum(self.about[alive], self.little))
        for row in alive[self.about[alive] < self.little].tolist():
            history = self.setting.history(row, self.exact.place)
            if history not in known:
                known[history] = self._money(row)
            self.about[row] = float(known[history])
            self.log[row] = _log(known[history]) if known[history] else -np.inf


def _log(amount: Fraction) -> float:
    """The logarithm of an amount above zero that may be too large or too small for a floating-point number."""
    return log(amount.numerator) - log(amount.denominator)
