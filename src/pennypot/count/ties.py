"""Ties: one published order of all projects, and a record of every tie that was met."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from .card import RuleCard
from .election import Election


def lot(seed: str, project_id: str) -> str:
    """The lot that a project draws from a public seed: SHA-256 of the seed, a line end and the id; least wins."""
    return hashlib.sha256(f"{seed}\n{project_id}".encode()).hexdigest()


@dataclass(frozen=True)
class Tie:
    """A choice between projects that the rule itself could not part.

    Attributes
    ----------
    round : int
        From 1: which choice it was.
    among : tuple of str
        The projects that were level, the chosen one first.
    decided_by : str
        The tie key that parted the chosen one from the next.
    step : int or None
        Add1 and ADD-OPT: the step before the deciding run (or the one that broke the budget) at which it was first met.
    otherwise : tuple of dict
        For each other project: ``first`` (its id) and the ``winners`` had it been chosen.
    """

    round: int
    among: tuple[str, ...]
    decided_by: str
    step: int | None = None
    otherwise: tuple[dict[str, Any], ...] = field(default=())

    @property
    def matters(self) -> bool:
        """Whether another choice would have funded other projects."""
        return any(other["changes"] for other in self.otherwise)

    def as_data(self) -> dict[str, Any]:
        """The tie as JSON data."""
        when = {} if self.step is None else {"step": self.step}
        return when | {
            "round": self.round,
            "among": list(self.among),
            "chosen": self.among[0],
            "decided_by": self.decided_by,
            "matters": self.matters,
            "otherwise": list(self.otherwise),
        }


class TieOrder:
    """The order in which level projects win, fixed before the count.

    Attributes
    ----------
    rank : list of int
        One for each project; the least wins.
    """

    def __init__(self, election: Election, card: RuleCard) -> None:
        self.ids = [project.id for project in election.projects]
        self.names = ("prefer", *card.ties)
        if "lot" not in card.ties and "id" not in card.ties:
            self.names += ("lot",)
        preferred = {name: at for at, name in enumerate(card.prefer)}
        makers = {
            "prefer": lambda at: preferred.get(self.ids[at], len(preferred)),
            "votes": lambda at: -election.votes[at],
            "points": lambda at: -election.points[at],
            "cost": lambda at: election.costs[at],
            "lot": lambda at: lot(card.seed, self.ids[at]),
            "id": lambda at: self.ids[at],
        }
        self.keys = [tuple(makers[name](at) for name in self.names) for at in range(len(self.ids))]
        ordered = sorted(range(len(self.ids)), key=lambda at: (self.keys[at], self.ids[at]))
        self.rank = [0] * len(ordered)
        for place, at in enumerate(ordered):
            self.rank[at] = place

    def tie(self, round_number: int, level: Iterable[int], step: int | None = None) -> Tie:
        """Record that these projects (by position) were level."""
        ordered = sorted(level, key=self.rank.__getitem__)
        first, second = self.keys[ordered[0]], self.keys[ordered[1]]
        decided = next((name for name, a, b in zip(self.names, first, second, strict=True) if a != b), "id")
        return Tie(round_number, tuple(self.ids[at] for at in ordered), decided, step)
