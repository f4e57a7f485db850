"""What each rule would have funded, side by side."""

from __future__ import annotations

from typing import Any

from .card import RuleCard
from .counting import count
from .election import Election
from .fairness import check, coverage
from .words import describe


def usual_cards(election: Election, card: RuleCard) -> list[RuleCard]:
    """The card itself, then the rules that people ask about, with the same ties, threshold and limits."""
    kept = {"threshold", "exclusive", "withdrawn", "ties", "seed", "last_place"}
    same = {name: getattr(card, name) for name in kept}
    measure = "votes" if election.vote_type in ("approval", "choose-1") else "points"
    others = [
        RuleCard(rule="greedy", measure=measure, completion="none", **same),
        RuleCard(rule="greedy", measure=f"{measure}-per-cost", completion="none", **same),
        RuleCard(rule="equal-shares", utility="cost", completion="add1", **same),
        RuleCard(rule="equal-shares", utility="count", completion="add1", **same),
        RuleCard(rule="phragmen", completion="none", **same),
        RuleCard(rule="max-welfare", utility="cost" if measure == "votes" else "points", completion="none", **same),
    ]
    if election.vote_type == "ordinal":
        others.append(RuleCard(rule="ranked", completion="none", **same))
    return [card] + [other for other in others if describe(other) != describe(card)]


def compare(election: Election, card: RuleCard) -> list[dict[str, Any]]:
    """Count by several rules.

    Returns
    -------
    list of dict
        The first row is `card`. Each has ``rule`` (in words), ``card``, ``winners``, ``cost``, ``added`` and ``lost``
        (against the first row), ``voters_with_nothing``, and ``fair``: whether no group is left without what it
        deserves (EJR+ up to any project, cost utility).
    """
    rows: list[dict[str, Any]] = []
    for one in usual_cards(election, card):
        result = count(election, one, alternatives=False)
        first = rows[0]["winners"] if rows else list(result.winners)
        rows.append(
            {
                "rule": describe(one),
                "card": one.as_data(),
                "winners": list(result.winners),
                "cost": election.money(result.cost),
                "added": [name for name in result.winners if name not in first],
                "lost": [name for name in first if name not in result.winners],
                "voters_with_nothing": coverage(election, result)["none"],
                "fair": check(election, result)["ejr_plus_up_to_any_cost"]["holds"],
            }
        )
    return rows
