"""Getting ready for paper: who works at the desk and on ballots, and whether the close waits for envelopes."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from pennypot.apps.people.models import Person
from pennypot.apps.people.roles import Role
from pennypot.apps.rounds.models import Round
from pennypot.apps.voting.models import Election, PaperClerk
from pennypot.apps.voting.permissions.paper import may_run_paper
from pennypot.house import deeds
from pennypot.house.answers import Invalid, require


def name_clerk(person: Person, round: Round, clerk: Person) -> None:
    """Name an agency officer of the place as a clerk; harmless when they are one.

    Raises
    ------
    Refused, Invalid
        The person is not the returning officer; the clerk is no officer of an agency here.
    """
    require(may_run_paper(person, round))
    if not clerk.memberships.filter(place=round.place, role=Role.AGENCY_OFFICER).exists():
        raise Invalid(
            _("Only officers of the place's agencies can be named. Invite this person as one first."), "clerk"
        )
    if clerk.pk == person.pk:
        raise Invalid(_("You need not name yourself: you may do all this already."), "clerk")
    with transaction.atomic():
        _clerk, made = PaperClerk.objects.get_or_create(round=round, person=clerk, defaults={"named_by": person})
        if made:
            deeds.record("voting.clerk.named", actor=person, about=round, place=round.place, after={"clerk": clerk.pk})


def end_clerk(person: Person, round: Round, clerk_id: int) -> None:
    """Take a clerk's task back; what they keyed stays."""
    require(may_run_paper(person, round))
    with transaction.atomic():
        gone, _kinds = PaperClerk.objects.filter(round=round, person_id=clerk_id).delete()
        if gone:
            deeds.record("voting.clerk.ended", actor=person, about=round, place=round.place, before={"clerk": clerk_id})


def wait_for_paper(person: Person, election: Election, wait: bool) -> None:
    """Say whether envelopes are still expected: then the election does not close by itself when voting is over.

    Raises
    ------
    Refused, Invalid
        The person is not the returning officer; the election is closed.
    """
    require(may_run_paper(person, election.round))
    with transaction.atomic():
        waiting = Election.objects.filter(pk=election.pk, closed_at=None)
        if not waiting.update(by_paper=wait):
            raise Invalid(_("The election is closed. No more paper can be taken in."))
        deeds.record(
            "voting.paper.expected" if wait else "voting.paper.not-expected",
            actor=person, about=election, place=election.round.place,
        )  # fmt: skip
