"""Money set aside for categories or areas: the election is split before the count, each part counted on its own."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np

from .card import Pot
from .election import Ballots, Election, group_ballots


def part(election: Election, members: list[int], budget: int) -> Election:
    """An election of some projects only.

    Parameters
    ----------
    election : Election
    members : list of int
        Positions of the projects, rising.
    budget : int
        The money for this part, in the smallest unit.

    Returns
    -------
    Election
        With the voters who named at least one of these projects; rankings keep their order and close their gaps.
    """
    ballots = election.ballots
    place = np.full(len(election.projects), -1, np.int64)
    place[members] = np.arange(len(members))
    keep = place[ballots.project] >= 0
    row, project = ballots.row[keep].astype(np.int64), place[ballots.project[keep]]
    value = None if ballots.value is None else ballots.value[keep]
    if election.vote_type == "ordinal" and value is not None:
        value = _close_gaps(row, value)
    seen, compact = np.unique(row, return_inverse=True)
    grouped: Ballots = group_ballots(compact, project, value, len(seen), len(members), ballots.weight[seen])
    projects = tuple(election.projects[c] for c in members)
    return replace(election, projects=projects, budget=budget, ballots=grouped, table=None, source_sha256=None)


def _close_gaps(row: np.ndarray, value: np.ndarray) -> np.ndarray:
    order = np.lexsort((value, row))
    begins = np.r_[True, row[order][1:] != row[order][:-1]] if len(row) else np.zeros(0, bool)
    first = np.maximum.accumulate(np.where(begins, np.arange(len(row)), 0))
    closed = np.empty_like(value)
    closed[order] = np.arange(len(row)) - first
    return closed


def members(election: Election, pot: Pot) -> list[int]:
    """Positions of the projects that a pot is for."""
    return [
        at
        for at, project in enumerate(election.projects)
        if pot.name in (project.categories if pot.by == "category" else project.areas)
    ]


def split(election: Election, pots: tuple[Pot, ...]) -> list[tuple[Pot, Election]]:
    """One election for each pot, and one (named "everything else") for what belongs to none.

    Raises
    ------
    ValueError
        If pots promise more than the budget, or a project belongs to two pots.
    """
    rest = election.budget - sum(pot.budget for pot in pots)
    if rest < 0:
        raise ValueError("the pots hold more than the budget")
    found: list[tuple[Pot, Election]] = []
    taken: set[int] = set()
    for pot in pots:
        inside = members(election, pot)
        if taken & set(inside):
            names = ", ".join(election.projects[at].id for at in sorted(taken & set(inside)))
            raise ValueError(f"these projects belong to two pots: {names}")
        taken |= set(inside)
        found.append((pot, part(election, inside, pot.budget)))
    others = [at for at in range(len(election.projects)) if at not in taken]
    if others and rest:
        found.append((Pot("all", "everything else", rest), part(election, others, rest)))
    return found


def stated_pots(election: Election) -> tuple[Pot, ...]:
    """Pots as the META section states them (``categories`` with ``budget_per_category``, or neighbourhoods)."""
    for names, budgets, by in (
        ("categories", "budget_per_category", "category"),
        ("neighborhoods", "budget_per_neighborhood", "area"),
    ):
        if names in election.meta and budgets in election.meta:
            listed = [name.strip() for name in election.meta[names].split(",")]
            try:
                amounts = [Fraction(text.strip()) * 10**election.decimals for text in election.meta[budgets].split(",")]
            except (ValueError, ZeroDivisionError):
                return ()
            if len(listed) == len(amounts) and all(amount.denominator == 1 for amount in amounts):
                return tuple(Pot(by, name, int(amount)) for name, amount in zip(listed, amounts, strict=True))
    return ()
