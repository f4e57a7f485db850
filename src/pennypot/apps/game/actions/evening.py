"""What else a facilitator keeps in hand: the big screen, words that wait to be read, calls for help, notes."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from pennypot.apps.game.actions.hall import turned
from pennypot.apps.game.models import Chair, HelpAsk, Note, Session, Table, Words
from pennypot.apps.game.permissions.hall import may_observe, may_run, may_steer
from pennypot.apps.people.models import Person
from pennypot.house import deeds
from pennypot.house.announcing import announce
from pennypot.house.answers import Invalid, require

# What the big screen can show of the whole hall, and of one table (``question:3``).
HALL_SCREENS = ("welcome", "money", "projects", "story", "compare")
TABLE_SCREENS = ("question", "table", "story")
NUDGE = "nudge"  # a call that goes the other way: the facilitator would like to hear a seat
LONGEST_NOTE = 2000


def show(person: Person, session: Session, what: str) -> None:
    """Choose what the big screen shows."""
    require(may_run(person, session))
    kind, _colon, number = what.partition(":")
    table = number.isascii() and number.isdigit() and session.tables.filter(number=int(number[:4])).exists()
    if not (what in HALL_SCREENS or (kind in TABLE_SCREENS and table)):
        raise Invalid(_("The big screen cannot show that."))
    with transaction.atomic():
        turned(session, screen=what, blank=False)
        deeds.record("game.screen.chosen", actor=person, about=session, place=session.place, after={"screen": what})


def set_blank(person: Person, session: Session, *, blank: bool) -> None:
    """Make the big screen dark at once, or light again."""
    require(may_run(person, session))
    with transaction.atomic():
        turned(session, blank=blank)
        deeds.record("game.screen.chosen", actor=person, about=session, place=session.place, after={"blank": blank})


def decide_words(person: Person, session: Session, words: Iterable[int], *, shown: bool) -> int:
    """Say of typed words whether the hall may see them; return how many were decided. It can be changed later."""
    require(may_run(person, session))
    state = Words.State.SHOWN if shown else Words.State.HIDDEN
    with transaction.atomic():
        changed = (
            Words.objects.filter(table__session=session, pk__in=list(words))
            .exclude(state=state)
            .update(state=state, decided_by=person)
        )
        if changed:
            turned(session)
            deeds.record(
                "game.words.decided", actor=person, about=session, place=session.place,
                after={"words": changed, "shown": shown},
            )  # fmt: skip
    return changed


def take_help(person: Person, ask: HelpAsk) -> None:
    """Say that one is on the way."""
    session = ask.table.session
    require(may_run(person, session))
    with transaction.atomic():
        if HelpAsk.objects.filter(pk=ask.pk, taken_by=None, done_at=None).update(taken_by=person):
            turned(session)
            announce(f"table:{ask.table_id}")
            deeds.record("game.help.taken", actor=person, about=ask, place=session.place)


def end_help(person: Person, ask: HelpAsk) -> None:
    """Say that a table has got what it asked for."""
    session = ask.table.session
    require(may_run(person, session))
    with transaction.atomic():
        if HelpAsk.objects.filter(pk=ask.pk, done_at=None).update(done_at=Now()):
            turned(session)
            announce(f"table:{ask.table_id}")
            deeds.record("game.help.done", actor=person, about=ask, place=session.place)


def nudge(person: Person, chair: Chair, *, key: uuid.UUID) -> None:
    """Tell a quiet seat, on its own phone only, that the table would like to hear it."""
    session = chair.table.session
    require(may_steer(person, session))
    with transaction.atomic():
        if HelpAsk.objects.filter(key=key).exists():
            return
        HelpAsk.objects.filter(table=chair.table, wanted=NUDGE, done_at=None).update(done_at=Now())
        HelpAsk.objects.create(table=chair.table, seat=chair.seat, wanted=NUDGE, key=key, taken_by=person)
        announce(f"table:{chair.table_id}")
        deeds.record("game.seat.nudged", actor=person, about=chair, place=session.place)


def write_note(
    person: Person, session: Session, text: str, *, key: uuid.UUID, table: Table | None = None, incident: bool = False
) -> Note:
    """Write a note, or note that something happened that needs handling. The same form again writes nothing."""
    require(may_observe(person, session))
    text = text.replace("\x00", "").strip()
    if not text:
        raise Invalid(_("Write what you saw."), "text")
    if len(text) > LONGEST_NOTE:
        raise Invalid(_("That is too long: at most %(most)s letters.") % {"most": LONGEST_NOTE}, "text")
    if table is not None and table.session_id != session.pk:
        raise Invalid(_("This table is not of this evening."), "table")
    try:
        with transaction.atomic():
            note = Note.objects.create(session=session, table=table, by=person, text=text, incident=incident, key=key)
            if incident:
                turned(session)
            deeds.record(
                "game.incident.noted" if incident else "game.note.written",
                actor=person, about=note, place=session.place,
            )  # fmt: skip
    except IntegrityError:
        return Note.objects.get(key=key, by=person)
    return note


def handle_incident(person: Person, note: Note, said: str) -> None:
    """Write what was done about an incident."""
    require(may_run(person, note.session))
    said = said.replace("\x00", "").strip()
    if not said:
        raise Invalid(_("Write what was done about it."), "handled")
    with transaction.atomic():
        if Note.objects.filter(Q(pk=note.pk, incident=True) & ~Q(handled=said)).update(handled=said[:LONGEST_NOTE]):
            turned(note.session)
            deeds.record("game.incident.handled", actor=person, about=note, place=note.session.place)
