"""Equal Shares in exact fractions, one decision at a time, for what bounds cannot part and for the final receipts.

Supporters who have paid in full so far hold ``endowment - sum of the prices they paid``; the others hold nothing. So a
price needs only whole-number counts of who paid what, and one sum of fractions per funded project:
``price = (cost - weight_of_poor * endowment + sum(count_j * price_j)) / weight_of_rich``.
Whole-number bounds say who is rich and who is poor; only those whom the bounds cannot place are compared exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import TYPE_CHECKING

import numpy as np

from .exact_sums import ExactAmounts

if TYPE_CHECKING:
    from .shares import Setting

UNPAYABLE = None
UNIT = np.ones(1, np.int64)


@dataclass
class Price:
    """What each supporter would pay for one project (per point).

    ``poor`` marks the rows that have less, and give all they have; ``spent`` those that have nothing afterwards.
    """

    value: Fraction
    rows: np.ndarray
    poor: np.ndarray
    spent: np.ndarray
    rich_weight: int
    poor_weight: int


class ExactRun:
    """The state after a list of choices, for one endowment."""

    def __init__(self, setting: Setting, endowment: Fraction, shift: int) -> None:
        self.setting, self.endowment = setting, endowment
        self.unit = Fraction(2) ** shift
        groups = setting.groups
        self.lower = np.full(groups, floor(endowment * self.unit), np.int64)
        self.upper = np.full(groups, ceil(endowment * self.unit), np.int64)
        self.alive = np.ones(groups, bool)
        self.place = np.full(setting.projects, -1, np.int64)
        self.order: list[int] = []
        self.prices = ExactAmounts()
        self.receipts: list[Price] = []

    def advance(self, choices: list[int]) -> None:
        """Fund these projects, in this order."""
        for c in choices:
            found = self.price(c)
            assert found is not UNPAYABLE, "a project was chosen that its supporters cannot pay"
            self.fund(c, found)

    def fund(self, c: int, found: Price) -> None:
        """Fund one project at a price that `price` gave."""
        self.place[c] = len(self.order)
        self.order.append(c)
        self.prices.append(found.value)
        self.receipts.append(found)
        times = self.setting.points_of(c)
        scaled = found.value * self.unit
        self.lower[found.rows] = np.maximum(0, self.lower[found.rows] - ceil(scaled) * times)
        self.upper[found.rows] = np.maximum(0, self.upper[found.rows] - floor(scaled) * times)
        broke = found.rows[found.spent]
        self.alive[broke] = False
        self.lower[broke] = self.upper[broke] = 0

    def price(self, c: int) -> Price | None:
        """The exact price of a project now; UNPAYABLE if its supporters together hold less than its cost."""
        rows, times = self.setting.supporters_of(c), self.setting.points_of(c)
        weight = self.setting.weight[rows]
        living = self.alive[rows]
        cost = Fraction(self.setting.cost[c])
        if cost == 0:
            return Price(Fraction(0), rows, ~living, ~living, int((weight * times)[living].sum()), 0)
        low, high = self._bounds(rows, times, weight, living, cost)
        poor = living & (self.upper[rows] < low * times)
        rich = living & ~poor & (self.lower[rows] >= high * times)
        between = np.flatnonzero(living & ~poor & ~rich)
        heavy = weight * times
        held = self._held(rows[poor], weight[poor])
        share = int(heavy[rich].sum())
        ladder = self._ladder(rows[between], times, between, weight)
        share += sum(step[2] for step in ladder)
        while share:
            value = (cost - held) / share
            if not ladder or ladder[0][0] >= value:
                break
            _, amount, part, members = ladder.pop(0)
            held, share = held + amount, share - part
            poor[members] = True
        if not share:
            return UNPAYABLE
        spent = poor | ~living
        for ratio, _, _, members in ladder:
            if ratio == value:
                spent[members] = True
        return Price(value, rows, poor | ~living, spent, share, int(weight[poor].sum()))

    def _bounds(self, rows, times, weight, living, cost) -> tuple[int, int]:
        """Whole-number bounds on the price (the upper one beyond reach where payment is in doubt)."""
        top = int(self.upper.max(initial=0)) + 1
        weight = np.where(living, weight, 0)
        low = self._newton(self.upper[rows], times, weight, floor(cost * self.unit), 0, False)
        high = self._newton(self.lower[rows], times, weight, ceil(cost * self.unit), low or 0, True)
        return (top if low is None else low), (2 * top if high is None else high)

    @staticmethod
    def _newton(money, times, weight, cost, price, up: bool) -> int | None:
        """Raise a price that is surely not too high until it is right; None if all money together is too little."""
        heavy = weight * times
        whole, held = int(heavy.sum()), weight * money
        while True:
            is_poor = money < price * times
            poor, rich = int(held @ is_poor), whole - int(heavy @ is_poor)
            if rich == 0:
                return price if poor >= cost else None
            better = -((poor - cost) // rich) if up else (cost - poor) // rich
            if better <= price:
                return price
            price = better

    def _held(self, rows: np.ndarray, weight: np.ndarray) -> Fraction:
        """What these living groups hold together, exactly."""
        if not len(rows):
            return Fraction(0)
        counts = self.setting.paid_counts(rows, weight, self.place, len(self.order))
        paid, below = self.prices.weighted(counts)
        above, under = int(weight.sum()) * self.endowment.numerator, self.endowment.denominator
        return Fraction(above * below - paid * under, under * below)

    def _ladder(self, rows, times, between, weight):
        """Groups that bounds cannot place, by what they hold per point: (ratio, held, weight, positions), rising."""
        steps: dict[Fraction, list] = {}
        point = times if isinstance(times, np.ndarray) else None
        known: dict[tuple, Fraction] = {}
        for row, at in zip(rows, between, strict=True):
            history = self.setting.history(int(row), self.place)
            if history not in known:
                known[history] = self._held(np.array([row]), UNIT)
            held, p, w = known[history], 1 if point is None else int(point[at]), int(weight[at])
            step = steps.setdefault(held / p, [Fraction(0), 0, []])
            step[0] += held * w
            step[1] += w * p
            step[2].append(at)
        return [(ratio, *steps[ratio]) for ratio in sorted(steps)]
