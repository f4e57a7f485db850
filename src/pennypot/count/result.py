"""What a count hands back."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from .card import RuleCard
from .election import Election
from .ties import Tie


@dataclass(frozen=True)
class Result:
    """Winners with the trail that led to them.

    Attributes
    ----------
    election : Election
    card : RuleCard
    winners : tuple of str
        Project ids in order of selection.
    cost : int
        What they cost together, in the smallest unit of money (with part funding: what they get).
    ties : tuple of Tie
    trail : tuple of dict
        Every round as data; what a round holds is described on the rule's page.
    parts : dict of str to int
        Projects funded in part, with what they get.
    endowment : Fraction or None
        Equal Shares: what each voter started with in the run that decided.
    steps : int
        Equal Shares: Add1 steps taken.
    passed : tuple of Tie
        Add1 and ADD-OPT: ties met only before the run that decided, if they were asked for.
    objective : int or None
        Maximum welfare: the welfare reached.
    """

    election: Election
    card: RuleCard
    winners: tuple[str, ...]
    cost: int
    ties: tuple[Tie, ...] = ()
    trail: tuple[dict[str, Any], ...] = ()
    parts: dict[str, int] = field(default_factory=dict)
    endowment: Fraction | None = None
    steps: int = 0
    passed: tuple[Tie, ...] = ()
    objective: int | None = None

    @property
    def left(self) -> int:
        """Money that is not spent, in the smallest unit."""
        return self.election.budget - self.cost

    def as_data(self) -> dict[str, Any]:
        """The result as JSON data; amounts are in the unit of the file."""
        money = self.election.money
        data = {
            "winners": list(self.winners),
            "cost": _number(self.election, self.cost),
            "budget": _number(self.election, self.election.budget),
            "ties": [tie.as_data() for tie in self.ties],
            "rule": self.card.as_data(),
            "rule_sha256": self.card.sha256,
            "election_sha256": self.election.sha256,
            "counted_sha256": self.election.canonical_sha256,
            "trail": list(self.trail),
        }
        if self.parts:
            data["parts"] = {name: _number(self.election, amount) for name, amount in self.parts.items()}
        if self.endowment is not None:
            data["endowment"] = str(self.endowment / 10**self.election.decimals)
            data["endowment_shown"] = money(self.endowment)
            data["steps"] = self.steps
        if self.objective is not None:
            data["objective"] = self.objective
        return data


def _number(election: Election, amount: int) -> int | str:
    """Whole amounts as JSON numbers, others as exact decimal text."""
    return amount if not election.decimals else election.money(amount)
