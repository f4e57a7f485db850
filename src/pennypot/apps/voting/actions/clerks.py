"""Naming agency officers to work at the desk and on paper ballots of one round."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from pennypot.apps.people.models import Person
from pennypot.apps.people.roles import Role
from pennypot.apps.rounds.models import Round
from pennypot.apps.voting.models import PaperClerk
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
