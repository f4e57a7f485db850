"""Who may work at a desk, with envelopes, with paper ballots and with letters."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from pennypot.apps.people.models import Person
from pennypot.apps.people.roles import Role
from pennypot.apps.places.permissions import Someone, holds
from pennypot.apps.rounds.models import Round
from pennypot.apps.rounds.permissions.rounds import open_for
from pennypot.apps.voting.models import Election, LetterRun, PaperEnvelope
from pennypot.house.answers import Answer, No, Yes


def may_run_paper(person: Someone, round: Round) -> Answer:
    """The returning officer (accountable officer or place team) prints papers and names who works with them."""
    return holds(person, round.place, Role.ACCOUNTABLE_OFFICER, Role.PLACE_TEAM)


def may_see_paper_room(person: Someone, round: Round) -> Answer:
    """The returning officer, agency officers named for the round, and scrutineers see how far the paper is."""
    answer = is_clerk(person, round)
    return answer if answer else holds(person, round.place, Role.SCRUTINEER) or answer


def is_clerk(person: Someone, round: Round) -> Answer:
    """Whether the person works on paper in this round: the returning officer, or an officer who was named."""
    answer = may_run_paper(person, round)
    if answer or not isinstance(person, Person):
        return answer
    if not round.paper_clerks.filter(person_id=person.pk).exists():
        return answer
    return holds(person, round.place, Role.AGENCY_OFFICER, Role.ACCOUNTABLE_OFFICER, Role.PLACE_TEAM)


def may_work_on_paper(person: Someone, round: Round, election: Election | None) -> Answer:
    """A clerk, from the opening of voting until the election is closed."""
    answer = is_clerk(person, round)
    if not answer:
        return answer
    if election is None or election.opened_at is None:
        return No(_("The keys of this election are not made yet, so no ballot can be taken in."))
    if election.closed_at is not None:
        return No(_("The election is closed. No more paper can be taken in."))
    return open_for(round, "key_paper")


def may_serve_at_desk(person: Someone, round: Round, election: Election | None) -> Answer:
    """A clerk, while voting is open."""
    answer = may_work_on_paper(person, round, election)
    return open_for(round, "cast") if answer else answer


def may_end_envelope(person: Someone, envelope: PaperEnvelope, round: Round) -> Answer:
    """A clerk sends an envelope back that was not opened."""
    answer = may_work_on_paper(person, round, envelope.election)
    if answer and envelope.state != PaperEnvelope.State.CHECKED:
        return No(_("This envelope was opened or sent back already."))
    return answer


def may_make_letters(person: Someone, round: Round) -> Answer:
    """The returning officer makes letters with codes, until voting is over."""
    answer = may_run_paper(person, round)
    if not answer:
        return answer
    if not round.is_published or round.is_cancelled:
        return No(_("Letters are made for a round that is published and not called off."))
    if "posted_code" not in round.eligibility:
        return No(_("In this round people do not vote with a code by post. The round's rules can say so."))
    if not round.ballot.exists():
        return No(_("First fix the ballot: the letters say how people choose."))
    return answer


def may_open_letters(person: Someone, run: LetterRun) -> Answer:
    """Only the officer who asked for letters gets them."""
    answer = may_run_paper(person, run.round)
    if not answer:
        return answer
    if run.by_id != getattr(person, "pk", None):
        return No(_("Another officer asked for these letters, and only their browser can open them."))
    return Yes()


def may_audit_roll(person: Someone, round: Round, election: Election | None) -> Answer:
    """The returning officer or a scrutineer draws people of the roll by lot, when the election is closed."""
    answer = holds(person, round.place, Role.ACCOUNTABLE_OFFICER, Role.PLACE_TEAM, Role.SCRUTINEER)
    if answer and (election is None or election.closed_at is None):
        return No(_("The roll says who voted when the election is closed, not before."))
    return answer
