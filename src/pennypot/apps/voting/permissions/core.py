"""Who may do what with an election's keys, its log and its count. Everybody may look at the log and check it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from pennypot.apps.people.models import Person
from pennypot.apps.people.roles import Role
from pennypot.apps.places.permissions import Someone, holds
from pennypot.apps.voting.models import Election, KeyHolder, VoidRequest
from pennypot.house.answers import Answer, No, Yes


def may_run_election(person: Someone, election: Election) -> Answer:
    """The returning officer: the accountable officer or the place team."""
    return holds(person, election.round.place, Role.ACCOUNTABLE_OFFICER, Role.PLACE_TEAM)


def may_begin_ceremony(person: Someone, election: Election) -> Answer:
    """The returning officer has the keys made, as long as nobody can vote."""
    answer = may_run_election(person, election)
    if answer and election.opened_at is not None:
        return No(_("The keys are made and were rehearsed. They stay as they are."))
    return answer


def may_hold(person: Someone, holder: KeyHolder) -> Answer:
    """Only the holder takes a share, and only the holder types it in."""
    if not isinstance(person, Person):
        return No(_("Please sign in first."), _("Sign in"))
    if holder.person_id != person.pk:
        return No(_("This share belongs to somebody else. Only they can do this."))
    return Yes()


def may_close(person: Someone, election: Election) -> Answer:
    """The returning officer closes the election once the voting stage is over (the action asks the clock)."""
    answer = may_run_election(person, election)
    if answer and election.opened_at is None:
        return No(_("This election has not opened, so it cannot be closed."))
    return answer


def may_witness(person: Someone, election: Election) -> Answer:
    """A scrutineer of the place, or the key holder who stands for the community, watches the round key go.

    Whoever could have closed the election is no witness of it, whatever other role they hold.
    """
    if election.closed_at is None:
        return No(_("The election is still open. The round key is needed until it has closed."))
    if may_run_election(person, election):
        return No(_("You run this election, so somebody else has to watch the round key go."))
    if isinstance(person, Person):
        known = election.key_holders.filter(person_id=person.pk, which=KeyHolder.Which.SCRUTINEER)
        if known.exists():
            return Yes()
    return holds(person, election.round.place, Role.SCRUTINEER)


def may_ask_for_void(person: Someone, election: Election) -> Answer:
    """The returning officer asks for a ballot to be made void, until the ballots are opened."""
    answer = may_run_election(person, election)
    if answer and election.ballots_opened_at is not None:
        return No(_("The ballots are opened. Nothing can be made void any more."))
    if answer and election.opened_at is None:
        return No(_("Nothing was cast yet."))
    return answer


def may_agree_to_void(person: Someone, request: VoidRequest) -> Answer:
    """A second officer agrees: two people stand behind a void."""
    answer = may_ask_for_void(person, request.election)
    if not answer:
        return answer
    if request.leaf is not None:
        return No(_("This ballot was made void already."))
    if request.by_id == getattr(person, "pk", None):
        return No(_("You asked for this, so somebody else has to agree: two people stand behind a void."))
    return answer
