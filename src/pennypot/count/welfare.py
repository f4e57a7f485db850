"""Maximum welfare: of all sets of projects that fit, one with the greatest total welfare, exactly.

Welfare is votes times cost ("cost"), votes ("count") or points ("points"). All sets that no cheaper set equals are kept
in whole numbers, without those that provably cannot become the best (Nemhauser and Ullmann 1969; Dantzig's bound).
Where that list grows long the problem goes to HiGHS, through SciPy, as a 0/1 programme, and what it hands back is
checked and added up in whole numbers.
"""

from __future__ import annotations

from bisect import bisect_right
from fractions import Fraction
from itertools import accumulate
from math import inf

from .card import RuleCard
from .election import Election
from .greedy import eligible
from .result import Result
from .ties import TieOrder

SAFE = 2**46  # below this, the solver's floating point keeps whole numbers apart
LONGEST = 200_000  # sets kept before the solver takes over


def count_max_welfare(election: Election, card: RuleCard, order: TieOrder) -> Result:
    """Count by maximum welfare. The optimum may not be unique: compare `Result.objective`, not the winners.

    Each trail entry: ``project`` and the ``welfare`` it adds.
    """
    base = election.points if card.utility == "points" else election.votes
    value = [b * cost if card.utility == "cost" else b for b, cost in zip(base, election.costs, strict=True)]
    can_win = eligible(election, card)
    open_to_choice = [c for c in range(len(value)) if can_win[c] and election.costs[c] <= election.budget]
    groups = [[c for c in open_to_choice if election.projects[c].id in group] for group in card.exclusive]
    chosen = _solve(open_to_choice, value, election.costs, election.budget, [g for g in groups if len(g) > 1])
    chosen.sort(key=lambda c: (-value[c], order.rank[c]))
    cost = sum(election.costs[c] for c in chosen)
    ids = [election.projects[c].id for c in chosen]
    trail = tuple(
        {"round": at + 1, "project": name, "welfare": value[c]}
        for at, (c, name) in enumerate(zip(chosen, ids, strict=True))
    )
    return Result(election, card, tuple(ids), cost, (), trail, objective=sum(value[c] for c in chosen))


def _solve(projects: list[int], value: list[int], cost: list[int], budget: int, groups: list[list[int]]) -> list[int]:
    if not projects:
        return []
    if sum(cost[c] for c in projects) <= budget and not groups:
        return projects
    solvable = max(sum(value[c] for c in projects), budget) < SAFE
    chosen = _undominated(projects, value, cost, budget, groups, LONGEST if solvable else None)
    return _highs(projects, value, cost, budget, groups) if chosen is None else chosen


def _highs(projects, value, cost, budget, groups) -> list[int]:
    import numpy as np
    from scipy.optimize import Bounds, LinearConstraint, milp

    place = {c: at for at, c in enumerate(projects)}
    rows = [[cost[c] for c in projects]]
    limits = [budget]
    for group in groups:
        row = [0] * len(projects)
        for c in group:
            row[place[c]] = 1
        rows.append(row)
        limits.append(1)
    found = milp(
        -np.array([value[c] for c in projects], float),
        constraints=LinearConstraint(np.array(rows, float), ub=np.array(limits, float)),
        integrality=np.ones(len(projects)),
        bounds=Bounds(0, 1),
        options={"mip_rel_gap": 0},
    )
    if found.x is None:
        raise RuntimeError(f"the solver gave up: {found.message}")
    chosen = [c for c, share in zip(projects, found.x, strict=True) if share > 0.5]
    if sum(cost[c] for c in chosen) > budget or any(len(set(group) & set(chosen)) > 1 for group in groups):
        raise RuntimeError("the solver handed back a set that does not fit")
    return chosen


def _undominated(projects, value, cost, budget, groups, longest) -> list[int] | None:
    """Keep every set that no cheaper set equals and that may still become the best; None beyond `longest` sets."""
    queue = sorted(projects, key=lambda c: (-Fraction(value[c], cost[c]) if cost[c] else -inf, c))
    bound = _Bound([cost[c] for c in queue], [value[c] for c in queue])
    blocked = {c: frozenset(g for g, group in enumerate(groups) if c in group) for c in queue}
    lists: dict[frozenset, list[tuple[int, int, tuple]]] = {frozenset(): [(0, 0, ())]}
    best = 0
    for at, c in enumerate(queue):
        grown: dict[frozenset, list[tuple[int, int, tuple]]] = {}
        for used, sets in lists.items():
            grown.setdefault(used, []).extend(sets)
            if used & blocked[c]:
                continue
            more = [(spent + cost[c], gain + value[c], (c, kept)) for spent, gain, kept in sets]
            more = [item for item in more if item[0] <= budget]
            best = max([best, *(item[1] for item in more)])
            grown.setdefault(used | blocked[c], []).extend(more)
        lists = {
            used: [item for item in _frontier(sets) if item[1] + bound.more(at + 1, budget - item[0]) >= best]
            for used, sets in grown.items()
        }
        if longest is not None and sum(map(len, lists.values())) > longest:
            return None
    top = max((item for sets in lists.values() for item in sets), key=lambda item: (item[1], -item[0]))
    chosen, kept = [], top[2]
    while kept:
        chosen.append(kept[0])
        kept = kept[1]
    return chosen


class _Bound:
    """Dantzig's bound: no more welfare can be bought than if projects could be cut to fit."""

    def __init__(self, cost: list[int], value: list[int]) -> None:
        self.cost, self.value = cost, value
        self.spent = [0, *accumulate(cost)]
        self.gained = [0, *accumulate(value)]

    def more(self, begin: int, left: int) -> int:
        """At most this much from the projects at `begin` and after it (by falling value per cost)."""
        end = bisect_right(self.spent, self.spent[begin] + left, lo=begin) - 1
        whole = self.gained[end] - self.gained[begin]
        if end == len(self.cost):
            return whole
        rest = left - (self.spent[end] - self.spent[begin])
        return whole + -(-self.value[end] * rest // self.cost[end]) + 1


def _frontier(sets: list[tuple[int, int, tuple]]) -> list[tuple[int, int, tuple]]:
    kept: list[tuple[int, int, tuple]] = []
    for item in sorted(sets, key=lambda one: (one[0], -one[1])):
        if not kept or item[1] > kept[-1][1]:
            kept.append(item)
    return kept
