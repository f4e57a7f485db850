"""What will be, or is, on the ballot of a round."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Q

from pennypot.apps.rounds.models import BallotItem, ExclusiveMember, Pot, Proposal, Round
from pennypot.apps.rounds.rules import card_of, pabulib_columns
from pennypot.count import Project, RuleCard


@dataclass(frozen=True)
class Candidates:
    """Proposals before the ballot is fixed: those that will be on it, and those that nobody has decided yet."""

    accepted: list[Proposal]
    undecided: list[Proposal]


def candidates(round: Round) -> Candidates:
    """Return who will be on the ballot. One SQL query."""
    standing = list(
        round.proposals.filter(state=Proposal.State.SUBMITTED)
        .exclude(decision=Proposal.Decided.REFUSED)
        .select_related("area", "category")
        .order_by("number")
    )
    accepted = [one for one in standing if one.decision == Proposal.Decided.ACCEPTED]
    return Candidates(accepted, [one for one in standing if one.decision != Proposal.Decided.ACCEPTED])


def drawn_order(seed: str, numbers: list[int]) -> list[int]:
    """Put numbers of proposals in the order that a public text draws: by SHA-256 of the text, a line end, the number.

    Anybody can draw it again: ``printf '%s\\n%s' "$seed" 12 | sha256sum``; the least comes first.
    """
    return sorted(numbers, key=lambda number: hashlib.sha256(f"{seed}\n{number}".encode()).hexdigest())


def ballot_of(round: Round) -> list[BallotItem]:
    """Return what stands on the ballot, in its order, withdrawn projects too. One SQL query."""
    return list(round.ballot.select_related("pot", "proposal").order_by("position"))


def pot_for(proposal: Proposal, pots: list[Pot]) -> Pot | None:
    """Return the pot that a proposal's money comes out of; None where the round is one pot, or it belongs to none."""
    for pot in pots:
        if pot.quota_pence and pot.area_id and pot.area_id == proposal.area_id:
            return pot
        if pot.quota_pence and pot.category_id and pot.category_id == proposal.category_id:
            return pot
    return None


def rivals_of(round: Round) -> tuple[tuple[str, ...], ...]:
    """Return the groups of ballot ids of which at most one can win. One SQL query.

    Only projects on the ballot are named, and a group of fewer than two says nothing.
    """
    groups: defaultdict[int, list[int]] = defaultdict(list)
    found = ExclusiveMember.objects.filter(
        Q(group__round=round, group__ended_at__isnull=True), proposal__ballot_item__isnull=False
    ).values_list("group_id", "proposal__number")
    for group, number in found:
        if number is not None:
            groups[group].append(number)
    return tuple(tuple(str(number) for number in sorted(group)) for group in groups.values() if len(group) > 1)


def projects_of(items: list[BallotItem]) -> tuple[Project, ...]:
    """Return what stands on the ballot as projects of the count, costs in pence."""
    return tuple(
        Project(
            item.ballot_id,
            item.cost_pence,
            pabulib_columns(name=item.title, category=item.category_name, area=item.area_name),
        )
        for item in items
    )


def counted_by(round: Round, items: list[BallotItem]) -> RuleCard:
    """Return the rule card that this round's ballots are counted by. Two SQL queries."""
    withdrawn = [item.ballot_id for item in items if item.withdrawn_at]
    return card_of(round, rivals=rivals_of(round), withdrawn=withdrawn)
