"""Sending in and withdrawing."""

from __future__ import annotations

from django.db import connection, transaction
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext as _

from pennypot.apps.people.models import Person
from pennypot.apps.rounds.actions.proposals.drafts import touched
from pennypot.apps.rounds.actions.proposals.writing import write_version
from pennypot.apps.rounds.models import Proposal
from pennypot.apps.rounds.permissions.proposals import may_propose, may_withdraw
from pennypot.apps.rounds.whole import missing
from pennypot.apps.talk.actions import open_thread
from pennypot.house import deeds
from pennypot.house.answers import Invalid, Refused, require


def submit(person: Person, proposal: Proposal) -> Proposal:
    """Send a draft in: it gets its number, its conversation and its first version, and everybody sees it.

    Sending it in twice does it once: the second time gives back the same proposal.

    Raises
    ------
    Refused
        The person is no author, or the round takes no proposals now.
    Invalid
        Something is missing; `missing` lists all of it.
    """
    with transaction.atomic():
        locked = Proposal.objects.select_for_update(of=("self",)).select_related("round__place").get(pk=proposal.pk)
        answer = may_propose(person, locked)
        if not answer:
            if locked.number is not None and locked.authors.filter(person=person).exists():
                return locked
            raise Refused(answer)  # type: ignore[arg-type]
        gone = missing(locked)
        if gone:
            raise Invalid(gone[0].said, gone[0].field)
        number = _next_number(locked.round_id)
        place, round = locked.round.place, locked.round
        address = reverse("proposal", args=[place.slug, round.slug, number])
        thread = open_thread(place, address, locked.title)
        Proposal.objects.filter(pk=locked.pk).update(
            state=Proposal.State.SUBMITTED, number=number, submitted_at=Now(), thread=thread, **touched(locked)
        )
        sent = Proposal.objects.select_related("round__place", "area", "category", "thread").get(pk=locked.pk)
        write_version(person, sent)
        deeds.record(
            "rounds.proposal.sent-in",
            actor=person,
            about=sent,
            place=place,
            after={"number": number, "title": sent.title},
        )
    sent.refresh_from_db(fields=["version", "revision"])
    return sent


def _next_number(round_id: int) -> int:
    """Take the round's next number. The row's lock makes two proposals wait for each other."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE rounds_round SET last_number = last_number + 1 WHERE id = %s RETURNING last_number", [round_id]
        )
        return int(cursor.fetchone()[0])


def withdraw(person: Person, proposal: Proposal, reason: str) -> None:
    """Withdraw a proposal. It stays on the record, with the reason; nobody can vote for it.

    Raises
    ------
    Refused
        The person is no author, or it is too late.
    Invalid
        There is no reason.
    """
    require(may_withdraw(person, proposal))
    reason = " ".join(reason.split())[:500]
    if not reason:
        raise Invalid(_("Say why. Everybody who reads the proposal will see it."), "reason")
    with transaction.atomic():
        done = Proposal.objects.filter(pk=proposal.pk, state=Proposal.State.SUBMITTED).update(
            state=Proposal.State.WITHDRAWN, withdrawn_at=Now(), withdrawn_reason=reason, **touched(proposal)
        )
        if not done:
            raise Invalid(_("This proposal does not stand any more."))
        deeds.record(
            "rounds.proposal.withdrawn", actor=person, about=proposal, place=proposal.round.place, reason=reason
        )
