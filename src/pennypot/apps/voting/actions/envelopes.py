"""Outer envelopes: one officer checks them against the roll, another opens them into a batch.

From the opening on the voter's web slot is locked, and a web ballot that was there is void: the paper counts. Until
then the voter may still vote, or change their vote, on the web. Deeds here name no voter: they have a time, and what
came in at which time could be laid beside what was opened.
"""

from __future__ import annotations

import secrets
from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pennypot.apps.people.models import Person
from pennypot.apps.voting.actions.casting import lock_slot
from pennypot.apps.voting.models import Election, PaperBatch, PaperEnvelope, RollEntry
from pennypot.apps.voting.permissions.paper import may_end_envelope, may_work_on_paper
from pennypot.apps.voting.slots import slot_for
from pennypot.house import deeds
from pennypot.house.answers import Invalid, require

State, Via = PaperEnvelope.State, PaperEnvelope.Via
# In a smaller batch it is easy to guess who chose what.
FEW = 5


def check_envelope(person: Person, election: Election, entry: RollEntry, via: str = Via.POST) -> PaperEnvelope:
    """Note that a voter's paper vote is here. It waits for a second officer, who opens it.

    Raises
    ------
    Refused, Invalid
        The person is no clerk or it is not the time; the entry may not vote; an envelope of this voter is here.
    """
    require(may_work_on_paper(person, election.round, election))
    if entry.round_id != election.round_id or entry.state == RollEntry.State.REMOVED:
        raise Invalid(_("This person is not on the roll of this round."), "who")
    try:
        with transaction.atomic():
            made = PaperEnvelope.objects.create(
                election=election, entry=entry, via=via, checked_by=person, day=_today(election)
            )
            _deed("voting.envelope.checked", person, election, {"via": str(via)})
    except IntegrityError as problem:
        raise Invalid(
            _("A paper vote of this person is here already. Keep this envelope closed and tell the returning officer."),
            "who",
        ) from problem
    return made


def send_back(person: Person, envelope: PaperEnvelope, reason: str) -> None:
    """Take an envelope out again before it is opened: the wrong person, or a ballot paper handed back.

    Raises
    ------
    Refused, Invalid
        The person is no clerk; it was opened; there is no reason.
    """
    require(may_end_envelope(person, envelope, envelope.election.round))
    if not reason.strip():
        raise Invalid(_("Say why."), "reason")
    with transaction.atomic():
        mine = PaperEnvelope.objects.filter(pk=envelope.pk, state=State.CHECKED)
        if not mine.update(state=State.REFUSED, reason=reason.strip()[:300], ended_by=person):
            raise Invalid(_("This envelope was opened or sent back already."))
        _deed("voting.envelope.sent-back", person, envelope.election, {}, reason=reason.strip()[:300])


def open_envelopes(person: Person, election: Election, counted: int, *, few: bool = False) -> PaperBatch:
    """Open all envelopes that other officers checked into a new batch, in one transaction.

    Parameters
    ----------
    counted
        How many the officer counted on the table; it has to be the number on the list.
    few
        That a batch of fewer than `FEW` is meant.

    Raises
    ------
    Refused, Invalid
        The person is no clerk or it is not the time; nobody else checked any; the numbers differ; too few.
    """
    require(may_work_on_paper(person, election.round, election))
    with transaction.atomic():
        # Two officers open one after the other. Without "no key" this row's lock and that of a ballot being cast, which
        # refers to it, would wait for each other.
        Election.objects.select_for_update(no_key=True).get(pk=election.pk)
        waiting = list(
            PaperEnvelope.objects.select_for_update()
            .filter(election=election, state=State.CHECKED)
            .exclude(checked_by=person)
        )
        _refuse_count(len(waiting), counted, few)
        # Void leaves in the order of the envelopes would tell whose is whose.
        secrets.SystemRandom().shuffle(waiting)
        for envelope in waiting:
            lock_slot(election, slot_for(election, envelope.entry_id))
        entries = [envelope.entry_id for envelope in waiting]
        RollEntry.objects.filter(pk__in=entries).update(state=RollEntry.State.PAPER)
        PaperEnvelope.objects.filter(pk__in=[one.pk for one in waiting]).update(state=State.OPENED, ended_by=person)
        last = PaperBatch.objects.filter(election=election).aggregate(last=Max("number"))["last"] or 0
        batch = PaperBatch.objects.create(
            election=election, number=last + 1, envelopes=len(waiting), opened_by=person, day=_today(election)
        )
        _deed("voting.envelopes.opened", person, election, {"batch": batch.number, "envelopes": len(waiting)})
    return batch


def _refuse_count(listed: int, counted: int, few: bool) -> None:
    if not listed:
        raise Invalid(_("There is no envelope that another officer checked. Two officers stand behind each."))
    if listed != counted:
        raise Invalid(
            ngettext(
                "The list has %(listed)s envelope, you counted %(counted)s. Find the difference first.",
                "The list has %(listed)s envelopes, you counted %(counted)s. Find the difference first.",
                listed,
            )
            % {"listed": listed, "counted": counted},
            "counted",
        )
    if listed < FEW and not few:
        raise Invalid(
            _("In a batch of so few it is easy to guess who chose what. Wait for more, or say that no more will come."),
            "few",
        )


def _today(election: Election) -> date:
    return timezone.now().astimezone(election.round.zone).date()


def _deed(kind: str, person: Person, election: Election, after: dict[str, object], reason: str = "") -> None:
    deeds.record(kind, actor=person, about=election, place=election.round.place, after=after, reason=reason)
