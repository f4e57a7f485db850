"""An election's configuration: everything that decides how ballots look and are counted, frozen before voting.

It is published, its SHA-256 stands in leaf 0 of the log, and everything after (opening, counting, checking) reads it
and not the round's tables, so that nothing changed later can change the count.
"""

from __future__ import annotations

import hashlib
from typing import Any

from django.utils.translation import gettext as _

from pennypot.apps.rounds.models import ExclusiveGroup
from pennypot.apps.rounds.rules import VOTE_TYPES, card_of, pabulib_columns, pabulib_meta
from pennypot.apps.voting.choices import BallotForm, Item
from pennypot.apps.voting.log.leaves import canonical
from pennypot.apps.voting.log.notes import verifier_key
from pennypot.apps.voting.models import Election
from pennypot.apps.voting.sealing import padded_bytes
from pennypot.count import RuleCard
from pennypot.house.answers import Invalid

FORMAT = "pennypot-election/1"
PENCE = 100


def configuration_of(election: Election) -> dict[str, Any]:
    """Put an election's configuration together from its round. Six SQL queries.

    Raises
    ------
    Invalid
        The ballot is not fixed yet, or the round's settings do not go together.
    """
    about = election.round
    items = list(about.ballot.order_by("number"))
    if not items:
        raise Invalid(_("The ballot is not fixed yet. Fix it first, then make the keys."))
    projects = [
        {
            "id": item.number,
            "title": item.title,
            "cost_pence": item.cost_pence,
            "columns": pabulib_columns(name=item.title, category=item.category_name, area=item.area_name),
        }
        for item in items
    ]
    try:
        card = card_of(about, rivals=_rivals(election, {item.number for item in items}))
    except ValueError as problem:
        raise Invalid(_("The rules of this round do not go together: %(why)s.") % {"why": problem}) from problem
    if any(pot.budget % PENCE for pot in (*card.pots, *card.caps)):
        raise Invalid(_("The pots of this round must be whole pounds."))
    return {
        "format": FORMAT,
        "origin": election.origin,
        "place": about.place.name,
        "round": about.title,
        "form": str(about.ballot_form),
        "vote_type": VOTE_TYPES[about.BallotForm(about.ballot_form)],
        "max_choices": about.max_choices,
        "points": about.points if about.ballot_form == about.BallotForm.POINTS else None,
        "budget_pence": about.budget_pence,
        "projects": projects,
        "rule": card.but(seed="").as_data(),
        "tie_seed_source": about.tie_seed_source,
        "meta": pabulib_meta(about),
        "padded_bytes": padded_bytes(
            about.ballot_form, [item.number for item in items], about.max_choices, about.points
        ),
        "box_key": bytes(election.box_public_key or b"").hex(),
        "log_key": verifier_key(election.origin, bytes(election.sign_public_key or b"")),
    }


def sha256_of(config: dict[str, Any]) -> str:
    """SHA-256 of a configuration as canonical JSON, in hexadecimal."""
    return hashlib.sha256(canonical(config)).hexdigest()


def card_from(config: dict[str, Any], *, seed: str, withdrawn: list[int], unit: int = 1) -> RuleCard:
    """Return the rule card to count with.

    Parameters
    ----------
    seed
        Result of the public draw.
    withdrawn
        Numbers of projects that were withdrawn after the ballot was fixed.
    unit
        Pence in the unit that the election's file writes money in.
    """
    data = dict(config["rule"])
    for key in ("pots", "caps"):
        data[key] = [{**pot, "budget": pot["budget"] // unit} for pot in data[key]]
    card = RuleCard.from_data(data)
    return card.but(seed=seed, withdrawn=tuple(str(number) for number in withdrawn))


def form_from(config: dict[str, Any]) -> BallotForm:
    """Return the form that every ballot of the election must hold against, whatever was withdrawn since."""
    return BallotForm(
        config["form"],
        {project["id"]: Item(project["id"], project["cost_pence"]) for project in config["projects"]},
        config["max_choices"],
        config["budget_pence"] if config["form"] == "knapsack" else None,
        config["points"],
    )


def _rivals(election: Election, numbers: set[int]) -> list[list[str]]:
    groups = ExclusiveGroup.objects.filter(round=election.round, ended_at__isnull=True).prefetch_related("proposals")
    found = [sorted(one.number for one in group.proposals.all() if one.number in numbers) for group in groups]
    return [[str(number) for number in group] for group in sorted(found) if len(group) > 1]
