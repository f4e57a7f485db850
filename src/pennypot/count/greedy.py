"""The greedy family: the best project first, then the next, while the money lasts. What most cities do today."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from math import inf
from typing import Any

from .card import RuleCard
from .election import Election
from .result import Result
from .ties import Tie, TieOrder


def eligible(election: Election, card: RuleCard) -> list[bool]:
    """Which projects can win at all: some support, no less than the threshold, and not withdrawn."""
    pointed = election.vote_type not in ("approval", "choose-1")
    scores = election.points if pointed else election.votes
    withdrawn = {election.index.get(name) for name in card.withdrawn}
    return [
        votes > 0 and score >= card.threshold and at not in withdrawn
        for at, (votes, score) in enumerate(zip(election.votes, scores, strict=True))
    ]


def rivals(election: Election, card: RuleCard) -> dict[int, set[int]]:
    """For each project, those that cannot win beside it."""
    found: dict[int, set[int]] = {}
    for group in card.exclusive:
        members = {election.index[name] for name in group if name in election.index}  # a pot may hold none of them
        for member in members:
            found.setdefault(member, set()).update(members - {member})
    return found


def measure(election: Election, name: str) -> list[Any]:
    """What the greedy rule orders by, exactly; a project that costs nothing comes before all others per cost."""
    base = election.votes if name.startswith("votes") else election.points
    if not name.endswith("per-cost"):
        return list(base)
    return [Fraction(b, cost) if cost else inf for b, cost in zip(base, election.costs, strict=True)]


def count_greedy(election: Election, card: RuleCard, order: TieOrder) -> Result:
    """Count by the greedy rule.

    Each trail entry: ``project``, ``measure``, ``left`` before it, and ``outcome``: "funded", "part", "too dear",
    "rival funded", "over the cap", "below threshold" or "after the stop".
    """
    trail: list[dict[str, Any]] = []
    ties: list[Tie] = []
    winners, parts, left = fill(election, card, order, election.budget, (), trail, ties)
    if card.caps and card.leftover == "greedy":
        more, _, left = fill(election, card.but(caps=(), part_funding=""), order, left, winners, trail, ties)
        winners += more
    ids = [election.projects[at].id for at in winners]
    return Result(election, card, tuple(ids), election.budget - left, tuple(ties), tuple(trail), parts)


def fill(
    election: Election,
    card: RuleCard,
    order: TieOrder,
    left: int,
    funded: Iterable[int],
    trail: list[dict[str, Any]],
    ties: list[Tie],
    by: str | None = None,
) -> tuple[list[int], dict[str, int], int]:
    """Spend `left` greedily on projects that are not yet funded; append to `trail` and `ties`.

    Returns
    -------
    winners : list of int
        Newly funded, in order.
    parts : dict of str to int
        The one funded in part, if any.
    left : int
    """
    by = by or card.greedy_measure
    value, can_win, conflicts = measure(election, by), eligible(election, card), rivals(election, card)
    taken, caps = set(funded), _Caps(election, card)
    open_to_choice = [at for at in range(len(election.projects)) if at not in taken]
    queue = sorted(open_to_choice, key=lambda at: (-value[at], order.rank[at]))
    _note_ties([at for at in queue if can_win[at]], value, order, len(trail), ties)
    winners: list[int] = []
    parts: dict[str, int] = {}
    stopped = False
    for at in queue:
        project = election.projects[at]
        outcome = "funded"
        if not can_win[at]:
            outcome = "below threshold"
        elif stopped:
            outcome = "after the stop"
        elif conflicts.get(at, set()) & taken:
            outcome = "rival funded"
        elif not caps.allow(at):
            outcome = "over the cap"
        elif project.cost > left:
            outcome = "too dear"
            stopped = card.too_dear == "stop"
            if card.part_funding and left > 0 and not parts and left >= Fraction(card.part_funding) * project.cost:
                outcome, stopped = "part", True
        entry = {"round": len(trail) + 1, "project": project.id, "by": by, "measure": _plain(value[at])}
        trail.append(entry | {"left": election.money(left), "outcome": outcome})
        if outcome == "part":
            parts[project.id] = left
            left = 0
        elif outcome == "funded":
            left -= project.cost
            caps.spend(at)
        if outcome in ("funded", "part"):
            taken.add(at)
            winners.append(at)
    return winners, parts, left


class _Caps:
    """What each capped category or area can still get."""

    def __init__(self, election: Election, card: RuleCard) -> None:
        self.election = election
        self.left = {(cap.by, cap.name): cap.budget for cap in card.caps}

    def _keys(self, at: int) -> list[tuple[str, str]]:
        project = self.election.projects[at]
        named = [("category", name) for name in project.categories] + [("area", name) for name in project.areas]
        return [key for key in named if key in self.left]

    def allow(self, at: int) -> bool:
        """Whether a project stays within every cap that it falls under."""
        return all(self.election.costs[at] <= self.left[key] for key in self._keys(at))

    def spend(self, at: int) -> None:
        """Count a funded project against its caps."""
        for key in self._keys(at):
            self.left[key] -= self.election.costs[at]


def _plain(value: Any) -> int | str:
    if value == inf:
        return "free"
    return int(value) if value == int(value) else str(value)


def _note_ties(queue: list[int], value: list[Any], order: TieOrder, offset: int, ties: list[Tie]) -> None:
    begin = 0
    for end in range(1, len(queue) + 1):
        if end == len(queue) or value[queue[end]] != value[queue[begin]]:
            if end - begin > 1:
                ties.append(order.tie(offset + begin + 1, queue[begin:end]))
            begin = end
