"""Maximum welfare: of all sets of projects that fit, one with the greatest total welfare, exactly.

Welfare is votes times cost ("cost"), votes ("count") or points ("points"). The search is a 0/1 programme solved by
HiGHS (through SciPy); what it hands back is checked and added up in whole numbers. Where numbers are too large for the
solver's floating point, the list of undominated sets is kept instead, which is exact and slower.
"""

from __future__ import annotations

from .card import RuleCard
from .election import Election
from .greedy import eligible
from .result import Result
from .ties import TieOrder

SAFE = 2**46


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
    if max(sum(value[c] for c in projects), budget) >= SAFE:
        return _undominated(projects, value, cost, budget, groups)
    chosen = _highs(projects, value, cost, budget, groups)
    if sum(cost[c] for c in chosen) > budget or any(len(set(group) & set(chosen)) > 1 for group in groups):
        return _undominated(projects, value, cost, budget, groups)
    return chosen


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
    return [c for c, share in zip(projects, found.x, strict=True) if share > 0.5]


def _undominated(projects, value, cost, budget, groups) -> list[int]:
    """Keep every set that no cheaper set equals in welfare (Nemhauser and Ullmann 1969)."""
    blocked = {c: {g for g, group in enumerate(groups) if c in group} for c in projects}
    lists: dict[frozenset, list[tuple[int, int, tuple]]] = {frozenset(): [(0, 0, ())]}
    for c in projects:
        grown: dict[frozenset, list[tuple[int, int, tuple]]] = {}
        for used, sets in lists.items():
            grown.setdefault(used, []).extend(sets)
            if used & blocked[c]:
                continue
            more = [(spent + cost[c], gain + value[c], (c, kept)) for spent, gain, kept in sets]
            grown.setdefault(used | blocked[c], []).extend(item for item in more if item[0] <= budget)
        lists = {used: _frontier(sets) for used, sets in grown.items()}
    best = max((item for sets in lists.values() for item in sets), key=lambda item: (item[1], -item[0]))
    chosen, kept = [], best[2]
    while kept:
        chosen.append(kept[0])
        kept = kept[1]
    return chosen


def _frontier(sets: list[tuple[int, int, tuple]]) -> list[tuple[int, int, tuple]]:
    kept: list[tuple[int, int, tuple]] = []
    for item in sorted(sets, key=lambda one: (one[0], -one[1])):
        if not kept or item[1] > kept[-1][1]:
            kept.append(item)
    return kept
