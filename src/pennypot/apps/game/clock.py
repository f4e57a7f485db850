"""The clock of a phase: how much of its time is left. It advises; nothing in the game ever happens because of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from pennypot.apps.game.models import Session
from pennypot.play.state import MINUTES, ORDERS

PRESET = sum(MINUTES.values())  # minutes of the whole evening that `MINUTES` is made for


def seconds_of(session: Session, phase: str) -> int:
    """Return how long a phase is meant to be: its part of the session's minutes."""
    return MINUTES.get(phase, 0) * 60 * session.minutes // PRESET


def seconds_left(session: Session, phase: str, now: datetime) -> int | None:
    """Return the seconds that are left of a phase, below zero when it is late; None where no clock runs for it."""
    if session.timer == Session.Timer.OFF or session.phase_since is None or phase not in MINUTES:
        return None
    if session.timer == Session.Timer.PAUSED:
        return session.paused_left
    gone = int((now - session.phase_since).total_seconds())
    return seconds_of(session, phase) + session.added_seconds - gone


def common_phase(order: str, phases: Iterable[str]) -> str:
    """Return where most tables are, the earlier phase where that is a tie: the phase that the clock is for."""
    counted = Counter(phases)
    if not counted:
        return "lobby"
    places = {phase: number for number, phase in enumerate(ORDERS[order])}
    return min(counted, key=lambda phase: (-counted[phase], places[phase]))


def next_phase(order: str, phase: str) -> str:
    """Return the phase that comes after one; empty after the last."""
    phases = ORDERS[order]
    number = phases.index(phase) + 1
    return phases[number] if number < len(phases) else ""
