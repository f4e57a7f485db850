"""Steering an evening: phases, the clock, events, the end.

The clock advises: nothing here happens because time has passed, only because a facilitator says so.
"""

from __future__ import annotations

import hashlib
import hmac
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from pennypot.apps.game.actions.moves import make_chosen_move
from pennypot.apps.game.clock import common_phase, seconds_left, seconds_of
from pennypot.apps.game.models import Session, Table, TableMove
from pennypot.apps.game.permissions.hall import may_steer
from pennypot.apps.people.models import Person
from pennypot.house import deeds
from pennypot.house.announcing import announce
from pennypot.house.answers import Invalid, require
from pennypot.play import Illegal, Sentence, State, loaded

MOST_ADDED = 3600  # seconds that one phase is made longer in all


@dataclass(frozen=True)
class NotMoved:
    """A table that did not go along, and why."""

    table: Table
    why: Sentence


@dataclass(frozen=True)
class Gone:
    """What became of a move that was meant for several tables."""

    moved: int
    not_moved: tuple[NotMoved, ...]


def start(person: Person, session: Session, tables: Iterable[Table], *, key: uuid.UUID, now: datetime) -> Gone:
    """Begin the game at these tables; a table that is not ready to play stays in the lobby, and says why."""
    require(may_steer(person, session))
    with transaction.atomic():
        gone = _each(session, tables, {"do": "start"}, key, expected="lobby")
        if gone.moved:
            _whole_hall_moved(session, now)
            Session.objects.filter(pk=session.pk).update(state=Session.State.RUNNING)
            _record("started", person, session, gone)
    return gone


def advance(
    person: Person, session: Session, tables: Iterable[Table], *, phase: str, key: uuid.UUID, now: datetime
) -> Gone:
    """Go on to the next phase.

    Parameters
    ----------
    phase
        Where the page showed these tables: two people who press at the same moment go on by one phase, not by two.
    """
    require(may_steer(person, session))
    with transaction.atomic():
        before = _phase(session)
        gone = _each(session, tables, {"do": "advance"}, key, expected=phase)
        if gone.moved:
            _new_clock(session, before, now)
            _record("advanced", person, session, gone, before={"phase": phase})
    return gone


def roll_back(
    person: Person,
    session: Session,
    tables: Iterable[Table],
    *,
    to: str,
    reason: str,
    key: uuid.UUID,
    now: datetime,
) -> Gone:
    """Go back to an earlier phase, with a reason that stays in the log."""
    require(may_steer(person, session))
    if not reason.strip():
        raise Invalid(_("Say why you go back: it stays in the log."), "reason")
    with transaction.atomic():
        before = _phase(session)
        gone = _each(session, tables, {"do": "rollback", "to": to, "reason": reason.strip()}, key)
        if gone.moved:
            _new_clock(session, before, now)
            _record("rolled-back", person, session, gone, after={"phase": to}, reason=reason)
    return gone


def abandon(person: Person, session: Session, tables: Iterable[Table], *, reason: str, key: uuid.UUID) -> Gone:
    """End the game of some tables before its end. What they have made stays, and is shown as it is."""
    require(may_steer(person, session))
    if not reason.strip():
        raise Invalid(_("Say why the game ends here: it is printed in the table’s plan."), "reason")
    with transaction.atomic():
        gone = _each(session, tables, {"do": "abandon", "reason": reason.strip()}, key)
        if gone.moved:
            _record("abandoned", person, session, gone, reason=reason)
    return gone


def draw(person: Person, session: Session, tables: Iterable[Table], *, key: uuid.UUID) -> Gone:
    """Draw an event. All tables of a session share a seed, so the same happens to all, also when one draws later."""
    require(may_steer(person, session))
    with transaction.atomic():
        gone = _each(session, tables, {"do": "draw", "seed": _seed(session)}, key)
        if gone.moved:
            _record("event", person, session, gone)
    return gone


def inject(person: Person, session: Session, tables: Iterable[Table], *, event: str, key: uuid.UUID) -> Gone:
    """Let a certain event happen."""
    require(may_steer(person, session))
    with transaction.atomic():
        gone = _each(session, tables, {"do": "inject", "event": event}, key)
        if gone.moved:
            _record("event", person, session, gone, after={"event": event})
    return gone


def set_clock(person: Person, session: Session, what: str, *, now: datetime, turn: int) -> None:
    """Pause the clock, let it go on, give more time, switch it off or on.

    Parameters
    ----------
    what
        ``pause``, ``go``, ``plus2``, ``plus5``, ``off`` or ``on``.
    turn
        `Session.turn` as the page showed it: the same form again changes nothing.
    """
    require(may_steer(person, session))
    with transaction.atomic():
        locked = Session.objects.select_for_update().get(pk=session.pk)
        if locked.turn != turn:
            return
        changes = _clock_changes(locked, what, now)
        if not changes:
            return
        turned(session, **changes)
        deeds.record("game.session.clock", actor=person, about=session, place=session.place, after={"what": what})


def end_session(person: Person, session: Session, *, key: uuid.UUID, now: datetime) -> None:
    """End the evening. Tables that still play are written down as they stand."""
    require(may_steer(person, session))
    with transaction.atomic():
        tables = [table for table in session.tables.all() if loaded(table.state).phase not in ("lobby", "over")]
        _each(session, tables, {"do": "abandon", "reason": "The evening ended."}, key)
        changed = Session.objects.filter(pk=session.pk).exclude(state=Session.State.OVER)
        if changed.update(state=Session.State.OVER, ended_at=now, turn=F("turn") + 1):
            deeds.record("game.session.ended", actor=person, about=session, place=session.place)
            announce(f"session:{session.pk}")


def turned(session: Session, **changes: Any) -> None:
    """Change the session's row and tell every screen. Inside the action's transaction."""
    Session.objects.filter(pk=session.pk).update(turn=F("turn") + 1, **changes)
    announce(f"session:{session.pk}")


def key_for(key: uuid.UUID, what: object) -> uuid.UUID:
    """Return a key of its own for one part of what a form asks for; the same again for the same form."""
    return uuid.uuid5(key, str(what))


def _each(session: Session, tables: Iterable[Table], move: dict[str, Any], key: uuid.UUID, expected: str = "") -> Gone:
    """Make a facilitator's move at each table, in the order of their rows, so that two who press wait in turn."""
    moved, refused = 0, []

    def choose(_cards: object, state: State) -> dict[str, Any]:
        if expected and state.phase != expected:
            raise Illegal("This table has moved on already.")
        return {**move, "by": "facilitator"}

    for table in sorted(tables, key=lambda one: one.pk):
        table.session = session
        try:
            made = make_chosen_move(table, choose, key=key_for(key, table.pk), source=TableMove.Source.FACILITATOR)
        except Illegal as problem:
            refused.append(NotMoved(table, problem.sentence))
        else:
            moved += not made.again
    if moved:
        turned(session)
    return Gone(moved, tuple(refused))


def _phase(session: Session) -> str:
    return common_phase(session.order, [loaded(one.state).phase for one in session.tables.filter(merged_into=None)])


def _new_clock(session: Session, before: str, now: datetime) -> None:
    """Start the clock anew when most tables have gone to another phase."""
    if _phase(session) != before:
        _whole_hall_moved(session, now)


def _whole_hall_moved(session: Session, now: datetime) -> None:
    changes: dict[str, Any] = {"phase_since": now, "added_seconds": 0, "paused_left": None}
    if session.timer == Session.Timer.PAUSED:
        changes["timer"] = Session.Timer.RUNNING
    Session.objects.filter(pk=session.pk).update(**changes)


def _clock_changes(session: Session, what: str, now: datetime) -> dict[str, Any]:
    timer, left = session.timer, seconds_left(session, _phase(session), now)
    if what in ("plus2", "plus5"):
        seconds = 120 if what == "plus2" else 300
        if session.added_seconds + seconds > MOST_ADDED:
            raise Invalid(_("This phase is an hour longer already. Go on, or switch the clock off."))
        changes: dict[str, Any] = {"added_seconds": session.added_seconds + seconds}
        if timer == Session.Timer.PAUSED and session.paused_left is not None:
            changes["paused_left"] = session.paused_left + seconds
        return changes
    if what == "pause" and timer == Session.Timer.RUNNING and left is not None:
        return {"timer": Session.Timer.PAUSED, "paused_left": left}
    if what == "go" and timer == Session.Timer.PAUSED:
        # As much is left as when it stopped.
        whole = seconds_of(session, _phase(session))
        left_then = session.paused_left or 0
        return {
            "timer": Session.Timer.RUNNING,
            "paused_left": None,
            "phase_since": now,
            "added_seconds": left_then - whole,
        }
    if what == "off":
        return {"timer": Session.Timer.OFF, "paused_left": None}
    if what == "on" and timer == Session.Timer.OFF:
        return {"timer": Session.Timer.RUNNING, "phase_since": now, "added_seconds": 0}
    return {}


def _seed(session: Session) -> str:
    """Nobody can know beforehand what it draws; worked out, so that it need not be kept."""
    text = f"game.events:{session.pk}".encode()
    return hmac.new(settings.SECRET_KEY.encode(), text, hashlib.sha256).hexdigest()


def _record(
    what: str,
    person: Person,
    session: Session,
    gone: Gone,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
) -> None:
    deeds.record(
        f"game.session.{what}",
        actor=person,
        about=session,
        place=session.place,
        before=before,
        after={"tables": gone.moved, **(after or {})},
        reason=reason,
    )
