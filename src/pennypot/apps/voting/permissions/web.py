"""Who may get a ballot and cast it on the web, and who looks after the entrance."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from pennypot.apps.people.roles import Role
from pennypot.apps.places.permissions import Someone, holds
from pennypot.apps.rounds.models import Round
from pennypot.apps.rounds.permissions.rounds import open_for
from pennypot.apps.voting.models import Election
from pennypot.house.answers import Answer, No, Yes


def may_enter(round: Round, election: Election | None, now: datetime) -> Answer:
    """Anybody may come in while the voting stage is open and the keys are ready; the ways in show who may vote.

    Parameters
    ----------
    now
        The database's clock. The moment of casting is checked again by the database itself.
    """
    answer = open_for(round, "cast", now)
    if not answer:
        return answer
    if election is None or election.opened_at is None:
        return No(_("The keys of this vote are not ready yet, so nobody can vote. The place team was told."))
    if election.closed_at is not None:
        return No(_("Voting is over."))
    return Yes()


def may_keep_roll(person: Someone, round: Round, election: Election | None) -> Answer:
    """The returning officer (accountable officer or place team) adds to the roll until the election is closed."""
    answer = holds(person, round.place, Role.ACCOUNTABLE_OFFICER, Role.PLACE_TEAM)
    if answer and round.is_cancelled:
        return No(_("This round was called off."))
    if answer and election is not None and election.closed_at is not None:
        return No(_("The vote is closed. The roll stays as it is."))
    return answer


def may_read_oddities(person: Someone, round: Round) -> Answer:
    """The returning officer reads what looks odd at the entrance."""
    return holds(person, round.place, Role.ACCOUNTABLE_OFFICER, Role.PLACE_TEAM)


def may_start_tablet(person: Someone, round: Round) -> Answer:
    """The returning officer and facilitators set a shared tablet up."""
    return holds(person, round.place, Role.ACCOUNTABLE_OFFICER, Role.PLACE_TEAM, Role.FACILITATOR)
