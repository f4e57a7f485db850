"""The roll audit: people who are marked as having voted, drawn by a public lot, are asked whether they did."""

from __future__ import annotations

from pennypot.apps.people.models import Person
from pennypot.apps.voting.models import Election, RollEntry
from pennypot.apps.voting.permissions.paper import may_audit_roll
from pennypot.apps.voting.queries.paper import roll_sample
from pennypot.house import deeds
from pennypot.house.answers import require


def draw_for_audit(person: Person, election: Election, seed: str, count: int) -> list[RollEntry]:
    """Draw people of the roll, and note who drew and by which public text, so that nobody draws until they like it."""
    require(may_audit_roll(person, election.round, election))
    drawn = roll_sample(election, seed, count)
    deeds.record(
        "voting.roll.drawn", actor=person, about=election, place=election.round.place,
        after={"seed": seed, "count": len(drawn)},
    )  # fmt: skip
    return drawn
