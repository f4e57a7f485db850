"""Who publishes a result. Everybody may read it."""

from __future__ import annotations

from datetime import datetime

from pennypot.apps.people.models import Person
from pennypot.apps.people.roles import Role
from pennypot.apps.places.permissions import holds
from pennypot.apps.rounds.models import Round
from pennypot.apps.rounds.permissions.rounds import open_for
from pennypot.house.answers import Answer


def may_publish_result(person: Person | None, round: Round, now: datetime | None = None) -> Answer:
    """The place team and the accountable officer publish a result after voting; the count's job does for nobody."""
    if person is not None:
        answer = holds(person, round.place, Role.PLACE_TEAM, Role.ACCOUNTABLE_OFFICER)
        if not answer:
            return answer
    return open_for(round, "publish_result", now)
