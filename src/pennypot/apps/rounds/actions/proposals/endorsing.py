"""Endorsing: a reader says that this is a good idea. Once; it can be taken back."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F

from pennypot.apps.people.models import Person
from pennypot.apps.rounds.models import Endorsement, Proposal
from pennypot.apps.rounds.permissions.proposals import may_endorse
from pennypot.house import deeds
from pennypot.house.answers import require


def endorse(person: Person, proposal: Proposal) -> None:
    """Say that it is a good idea. A second time changes nothing.

    Raises
    ------
    Refused
        The person is an author, nobody is signed in, or it is not the time.
    """
    require(may_endorse(person, proposal))
    with transaction.atomic():
        # The constraint decides, not a look beforehand: of two at once one row is made.
        _endorsement, made = Endorsement.objects.get_or_create(proposal=proposal, person=person)
        if made:
            _changed(proposal, 1)
            deeds.record("rounds.proposal.endorsed", actor=person, about=proposal, place=proposal.round.place)


def take_back(person: Person, proposal: Proposal) -> None:
    """Take an endorsement back. Where there is none nothing happens.

    Raises
    ------
    Refused
        Nobody is signed in, or it is not the time.
    """
    require(may_endorse(person, proposal))
    with transaction.atomic():
        gone, _by_table = Endorsement.objects.filter(proposal=proposal, person=person).delete()
        if gone:
            _changed(proposal, -1)
            deeds.record("rounds.endorsement.taken-back", actor=person, about=proposal, place=proposal.round.place)


def _changed(proposal: Proposal, by: int) -> None:
    Proposal.objects.filter(pk=proposal.pk).update(endorsement_count=F("endorsement_count") + by)
