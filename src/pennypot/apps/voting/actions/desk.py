"""The desk: a clerk sees who somebody is and gives a ballot paper, or a code for the tablet or for later at home."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext as _

from pennypot.apps.people.models import Person
from pennypot.apps.rounds.models import Round
from pennypot.apps.voting import codes
from pennypot.apps.voting.actions.entering import today
from pennypot.apps.voting.actions.envelopes import check_envelope
from pennypot.apps.voting.eligibility import posted
from pennypot.apps.voting.models import DeskVisit, Election, PaperEnvelope, RollEntry
from pennypot.apps.voting.permissions.paper import may_serve_at_desk
from pennypot.house import deeds
from pennypot.house.answers import Invalid, require

Shown, Gave = DeskVisit.Shown, DeskVisit.Gave
_MAY_VOTE = (RollEntry.State.INVITED, RollEntry.State.ELIGIBLE)


@dataclass(frozen=True)
class CheckedIn:
    """What the clerk hands over: a ballot paper, or a code that is shown once and not kept."""

    gave: str
    code: str = field(default="", repr=False)


def check_in(
    person: Person, election: Election, *, shown: str, number: str, gave: str, area: int | None = None
) -> CheckedIn:
    """Check somebody in.

    Parameters
    ----------
    shown
        What they showed: `DeskVisit.Shown`.
    number
        The letter's code, or the number of the document, which is kept as a keyed hash only.
    gave
        `DeskVisit.Gave`.
    area
        The area they live in, where the round has areas.

    Raises
    ------
    Refused, Invalid
        The person is no clerk, or voting is not open; the code is not known; this person has a paper vote already.
    """
    round = election.round
    require(may_serve_at_desk(person, round, election))
    with transaction.atomic():
        entry = _by_letter(round, number) if shown == Shown.LETTER else _by_document(round, shown, number, area)
        if entry.state not in _MAY_VOTE:
            raise Invalid(
                _("A paper vote of this person was opened already, or they were taken off the roll."), "number"
            )
        code = ""
        if gave == Gave.PAPER:
            check_envelope(person, election, entry, PaperEnvelope.Via.DESK)
        else:
            if PaperEnvelope.objects.filter(election=election, entry=entry).exclude(state="refused").exists():
                raise Invalid(_("This person has a ballot paper already. Take it back first."), "number")
            # Who brought a letter uses its code; another one would end it.
            code = codes.said(codes.plain(number)) if shown == Shown.LETTER else _fresh_code(round, entry)
        DeskVisit.objects.create(round=round, entry=entry, shown=shown, gave=gave, by=person, day=today(round))
        deeds.record(
            "voting.desk.checked-in", actor=person, about=election, place=round.place,
            after={"shown": str(shown), "gave": str(gave)},
        )  # fmt: skip
    return CheckedIn(gave, code)


def _by_letter(round: Round, typed: str) -> RollEntry:
    found = posted.lookup(round.pk, typed)
    if found is None:
        raise Invalid(
            _("This code is not known, or its vote on paper was opened. Compare it with the letter."), "number"
        )
    return RollEntry.objects.select_for_update().get(pk=found)


def _by_document(round: Round, shown: str, number: str, area: int | None) -> RollEntry:
    if "desk" not in round.eligibility:
        raise Invalid(_("In this round people vote with the code from their letter, also at the desk."), "shown")
    plain = re.sub(r"[^0-9A-Z]", "", number.upper())
    if len(plain) < 5:
        raise Invalid(_("Write the number of the document, at least five letters or figures."), "number")
    if round.scope != Round.Scope.PLACE and area is None:
        raise Invalid(_("Say which area they live in."), "area")
    RollEntry.objects.bulk_create(
        [
            RollEntry(
                round=round,
                how=RollEntry.How.DESK,
                document_hash=_document(round, shown, plain),
                area_id=area,
                state=RollEntry.State.ELIGIBLE,
                day=today(round),
            )
        ],
        ignore_conflicts=True,
    )
    return RollEntry.objects.select_for_update().get(round=round, document_hash=_document(round, shown, plain))


def _document(round: Round, shown: str, number: str) -> bytes:
    return codes.keyed(round.pk, f"document {shown}", number)


def _fresh_code(round: Round, entry: RollEntry) -> str:
    """Give the entry a new code, which ends an old one."""
    code = codes.new_code()
    RollEntry.objects.filter(pk=entry.pk).update(code_hash=codes.hash_of(round.pk, code))
    return codes.said(code)
