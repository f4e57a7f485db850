"""Sequential Phragmén: voters earn money at equal speed; a project is funded as soon as its supporters can pay for it.

Brill, Freeman, Janson and Lackner, "Phragmén's voting methods and justified representation" (AAAI 2017), for budgets.
Every voter carries a load: the moment at which they last paid. Funding a project whose supporters carry loads l costs
them all the same new load ``(cost + sum(l)) / supporters``; the project with the least new load is next. The count
ends when that project does not fit any more. Projects without votes are never funded.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from math import ceil, floor, inf
from typing import Any

import numpy as np

from .card import RuleCard
from .election import Election
from .exact_sums import ExactAmounts
from .greedy import eligible, rivals
from .result import Result
from .ties import Tie, TieOrder

ROOM = 60


def count_phragmen(election: Election, card: RuleCard, order: TieOrder) -> Result:
    """Count by sequential Phragmén.

    Each trail entry: ``project``, ``load`` (exact: what each supporter has been charged by now), ``supporters`` and
    ``outcome`` ("funded", or "too dear" for the project that ended the count).
    """
    run = _Loads(election, card, order)
    trail: list[dict[str, Any]] = []
    ties: list[Tie] = []
    left = election.budget
    winners: list[int] = []
    while (level := run.best()) is not None:
        chosen = level[0]
        if len(level) > 1:
            ties.append(order.tie(len(winners) + 1, level))
        load = run.exact_load(chosen)
        fits = all(election.costs[c] <= left for c in level)
        entry = {
            "round": len(winners) + 1,
            "project": election.projects[chosen].id,
            "load": str(load / 10**election.decimals),
            "shown": float(load / 10**election.decimals),
            "supporters": election.votes[chosen],
            "left": election.money(left),
            "outcome": "funded" if fits else "too dear",
        }
        trail.append(entry)
        if not fits:
            break
        left -= election.costs[chosen]
        winners.append(chosen)
        run.fund(chosen, load)
    ids = tuple(election.projects[c].id for c in winners)
    return Result(election, card, ids, election.budget - left, tuple(ties), tuple(trail))


class _Loads:
    """Loads as whole-number bounds, and exactly as counts of who last paid for what."""

    def __init__(self, election: Election, card: RuleCard, order: TieOrder) -> None:
        self.election, self.rank = election, order.rank
        self.columns, self.weight = election.columns, election.ballots.weight
        self.active = {c for c, can in enumerate(eligible(election, card)) if can}
        self.rivals = rivals(election, card)
        reach = election.budget + max(election.costs, default=0) + 1
        self.unit = Fraction(2) ** (ROOM - reach.bit_length())
        groups = election.ballots.groups
        self.low = np.zeros(groups, np.int64)
        self.last = np.full(groups, -1, np.int64)
        self.loads = ExactAmounts()
        self.cost_low = [floor(cost * self.unit) for cost in election.costs]
        self.cost_high = [ceil(cost * self.unit) for cost in election.costs]
        self.bound = {c: self.cost_low[c] // election.votes[c] for c in self.active}
        self.part = [slice(a, b) for a, b in pairwise(self.columns.start.tolist())]
        self.heavy = self.weight[self.columns.group]

    def _supporters(self, c: int) -> np.ndarray:
        return self.columns.group[self.part[c]]

    def _bounds(self, c: int) -> tuple[int, int]:
        """Whole numbers that the new load surely lies between: a load was rounded down by less than one, for each."""
        rows, votes = self._supporters(c), self.election.votes[c]
        carried = int(self.heavy[self.part[c]] @ self.low[rows])
        return (self.cost_low[c] + carried) // votes, -(-(self.cost_high[c] + carried + votes) // votes)

    def exact_load(self, c: int) -> Fraction:
        """The load that funding a project would leave its supporters with."""
        rows = self._supporters(c)
        last = self.last[rows]
        paid = np.zeros(len(self.loads) + 1, np.int64)
        np.add.at(paid, last, self.heavy[self.part[c]])
        carried, below = self.loads.weighted(paid[:-1].tolist())
        return Fraction(self.election.costs[c] * below + carried, below * self.election.votes[c])

    def best(self) -> list[int] | None:
        """The projects with the least new load, in tie order; None when none is left."""
        if not self.active:
            return None
        fresh: dict[int, int] = {}
        least = inf
        waiting = sorted(self.active, key=self.bound.__getitem__)
        for c in waiting:
            if self.bound[c] > least:
                break
            self.bound[c], top = self._bounds(c)
            if self.bound[c] <= least:
                fresh[c] = top
                least = min(least, top)
        near = [c for c in fresh if self.bound[c] <= least]
        if len(near) > 1:
            exact = {c: self.exact_load(c) for c in near}
            lowest = min(exact.values())
            near = [c for c in near if exact[c] == lowest]
        return sorted(near, key=self.rank.__getitem__)

    def fund(self, c: int, load: Fraction) -> None:
        """Charge a project to its supporters."""
        rows = self._supporters(c)
        self.low[rows] = floor(load * self.unit)
        self.last[rows] = len(self.loads)
        self.loads.append(load)
        self.active -= {c} | self.rivals.get(c, set())
