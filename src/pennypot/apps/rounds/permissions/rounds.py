"""Who may set up, publish, move and cancel a round, and whether a stage lets a verb happen."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from pennypot.apps.people.roles import Role
from pennypot.apps.places.models import Place
from pennypot.apps.places.permissions import Someone, holds
from pennypot.apps.rounds import clock, stages
from pennypot.apps.rounds.models import Round
from pennypot.house.answers import Answer, No, Yes


def open_for(round: Round, verb: str, now: datetime | None = None) -> Answer:
    """Say whether the round's stages allow a verb now. Every permission that depends on time asks this.

    Parameters
    ----------
    now
        The database's clock where the caller asked it already; otherwise it is asked here (one SQL query).
    """
    if round.is_cancelled:
        return No(_("This round was called off."))
    if not round.is_published:
        return No(_("This round is still being set up."))
    return stages.allows(round.stage_list, verb, now or clock.database_now(), round.zone)


def may_set_up_round(person: Someone, place: Place) -> Answer:
    """The place team and the accountable officer set rounds up."""
    return holds(person, place, Role.PLACE_TEAM, Role.ACCOUNTABLE_OFFICER)


def may_see_round(person: Someone, round: Round) -> Answer:
    """Everybody sees a published round; one being set up is seen by those who set it up."""
    if round.is_published:
        return Yes()
    if may_set_up_round(person, round.place):
        return Yes()
    return No(_("This round is still being set up. It will open here soon."))
