"""A small vote for the page that explains counting. The count itself works it out, so it cannot be told wrongly."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from pennypot.count import Election, RuleCard, count

BUDGET = 1_000_00
PROJECTS: dict[str, tuple[str | Promise, int]] = {
    "1": (_("Playground, North"), 400_00),
    "2": (_("Benches, North"), 300_00),
    "3": (_("Street trees, North"), 300_00),
    "4": (_("Tool library, South"), 300_00),
    "5": (_("Summer fair, South"), 100_00),
}
# Six voters of the north want everything in the north; four of the south want everything in the south.
BALLOTS = [["1", "2", "3"]] * 6 + [["4", "5"]] * 4
NORTH, SOUTH = 6, 4


@dataclass(frozen=True)
class Row:
    """One project of the example, and what each rule does with it."""

    name: str | Promise
    cost_pence: int
    votes: int
    won: tuple[bool, ...]


@dataclass(frozen=True)
class Example:
    """The example as the page shows it."""

    budget_pence: int
    share_pence: int
    voters: int
    rows: tuple[Row, ...]
    spent_pence: tuple[int, ...]


@lru_cache(maxsize=1)
def example() -> Example:
    """Count the example by most votes first and by Equal Shares."""
    election = Election.build([(key, cost) for key, (_name, cost) in PROJECTS.items()], BUDGET, BALLOTS)
    cards = (RuleCard(rule="greedy", completion="none"), RuleCard(completion="add1"))
    results = [count(election, card) for card in cards]
    rows = tuple(
        Row(name, cost, election.votes[at], tuple(key in result.winners for result in results))
        for at, (key, (name, cost)) in enumerate(PROJECTS.items())
    )
    return Example(BUDGET, BUDGET // len(BALLOTS), len(BALLOTS), rows, tuple(result.cost for result in results))
