"""What the buttons of the console do, by the name that each sends."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.contrib.messages import SUCCESS, WARNING
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pennypot.apps.game.actions import evening, hall, moving, sessions
from pennypot.apps.game.models import Chair, Session, Table
from pennypot.apps.game.queries.hall import ask_for, chair_for, table_for
from pennypot.apps.people.models import Person
from pennypot.house.answers import Invalid
from pennypot.play import loaded

Told = list[tuple[int, str]]


@dataclass(frozen=True)
class Asked:
    """A button that somebody pressed.

    Parameters
    ----------
    said
        The form. ``table`` is a table's number; without it the whole hall is meant, or the tables in ``phase``.
    """

    person: Person
    session: Session
    said: QueryDict
    key: uuid.UUID
    now: datetime

    def number(self, name: str) -> int:
        """Return a whole number of the form, or say that it was not whole."""
        text = self.said.get(name, "")
        if not (text.isascii() and text.isdigit() and len(text) < 19):
            raise Invalid(_("This form was not whole. Go back to the page and try again."))
        return int(text)

    def table(self, name: str = "table") -> Table:
        return table_for(self.session, self.number(name))

    def chair(self, name: str = "chair") -> Chair:
        return chair_for(self.session, self.number(name))

    def tables(self) -> list[Table]:
        """Return the table that is named, or all that are in the phase that the page showed."""
        if self.said.get("table"):
            return [self.table()]
        phase = self.said.get("phase", "")
        here = self.session.tables.filter(merged_into=None)
        return [one for one in here if loaded(one.state).phase == phase]


def _gone(gone: hall.Gone, done: str) -> Told:
    """Say how many tables went along, and why others did not."""
    told: Told = [(SUCCESS, done)] if gone.moved else []
    for one in gone.not_moved:
        values = {"number": one.table.number, "why": _(one.why.words).format(**dict(one.why.values))}
        told.append((WARNING, _("Table %(number)s: %(why)s") % values))
    return told


def _tables(count: int) -> str:
    return ngettext("%(count)s table has gone on.", "%(count)s tables have gone on.", count) % {"count": count}


def _start(asked: Asked) -> Told:
    gone = hall.start(asked.person, asked.session, asked.tables(), key=asked.key, now=asked.now)
    return _gone(gone, ngettext("%(count)s table plays.", "%(count)s tables play.", gone.moved) % {"count": gone.moved})


def _advance(asked: Asked) -> Told:
    phase = asked.said.get("phase", "")
    gone = hall.advance(asked.person, asked.session, asked.tables(), phase=phase, key=asked.key, now=asked.now)
    return _gone(gone, _tables(gone.moved))


def _roll_back(asked: Asked) -> Told:
    to, reason = asked.said.get("to", ""), asked.said.get("reason", "")
    gone = hall.roll_back(
        asked.person, asked.session, asked.tables(), to=to, reason=reason, key=asked.key, now=asked.now
    )
    return _gone(gone, _("Gone back. Nothing that was decided is undone by it."))


def _abandon(asked: Asked) -> Told:
    gone = hall.abandon(
        asked.person, asked.session, [asked.table()], reason=asked.said.get("reason", ""), key=asked.key
    )
    return _gone(gone, _("The game at this table has ended. What it made is kept."))


def _draw(asked: Asked) -> Told:
    gone = hall.draw(asked.person, asked.session, asked.tables(), key=asked.key)
    return _gone(gone, _("Something has happened."))


def _inject(asked: Asked) -> Told:
    event = asked.said.get("event", "")
    gone = hall.inject(asked.person, asked.session, asked.tables(), event=event, key=asked.key)
    return _gone(gone, _("Something has happened."))


def _clock(asked: Asked) -> Told:
    hall.set_clock(asked.person, asked.session, asked.said.get("clock", ""), now=asked.now, turn=asked.number("turn"))
    return []


def _end(asked: Asked) -> Told:
    if not asked.said.get("sure"):
        raise Invalid(_("Tick that you are sure: an evening that has ended does not begin again."))
    hall.end_session(asked.person, asked.session, key=asked.key, now=asked.now)
    return [(SUCCESS, _("The evening has ended. Thank you."))]


def _show(asked: Asked) -> Told:
    evening.show(asked.person, asked.session, asked.said.get("screen", ""))
    return []


def _blank(asked: Asked) -> Told:
    evening.set_blank(asked.person, asked.session, blank=asked.said.get("blank") == "yes")
    return []


def _words(shown: bool) -> Callable[[Asked], Told]:
    def decide(asked: Asked) -> Told:
        chosen = [int(one) for one in asked.said.getlist("words") if one.isascii() and one.isdigit() and len(one) < 19]
        if not chosen:
            raise Invalid(_("Tick the words that you mean."))
        evening.decide_words(asked.person, asked.session, chosen, shown=shown)
        return []

    return decide


def _take_help(asked: Asked) -> Told:
    evening.take_help(asked.person, ask_for(asked.session, asked.number("ask")))
    return []


def _end_help(asked: Asked) -> Told:
    evening.end_help(asked.person, ask_for(asked.session, asked.number("ask")))
    return []


def _nudge(asked: Asked) -> Told:
    evening.nudge(asked.person, asked.chair(), key=asked.key)
    return [(SUCCESS, _("Their phone says now that the table would like to hear them. Nobody else sees it."))]


def _vacate(asked: Asked) -> Told:
    moving.vacate(asked.person, asked.chair())
    return [(SUCCESS, _("The seat is vacant. Its money, its things and its holds wait for whoever comes next."))]


def _new_card(asked: Asked) -> Told:
    moving.renew_card(asked.person, asked.chair(), card=asked.number("card"))
    return [(SUCCESS, _("The code on the old seat card lets nobody in any more."))]


def _move(asked: Asked) -> Told:
    moving.move_people(asked.person, asked.chair(), asked.chair("to"), key=asked.key)
    return [(SUCCESS, _("They sit there now. Their phones show it."))]


def _merge(asked: Asked) -> Told:
    moving.merge(asked.person, asked.table(), asked.table("into"), key=asked.key)
    return [(SUCCESS, _("The people of this table go on at the other one."))]


def _add_table(asked: Asked) -> Told:
    paper = asked.said.get("source") == Table.Source.PAPER
    sessions.add_table(asked.person, asked.session, paper=paper, expected=asked.number("expected"))
    return []


def _source(asked: Asked) -> Told:
    sessions.set_source(asked.person, asked.table(), paper=asked.said.get("source") == Table.Source.PAPER)
    return []


VERBS: dict[str, Callable[[Asked], Told]] = {
    "start": _start,
    "advance": _advance,
    "rollback": _roll_back,
    "abandon": _abandon,
    "draw": _draw,
    "inject": _inject,
    "clock": _clock,
    "end": _end,
    "show": _show,
    "blank": _blank,
    "words-shown": _words(True),
    "words-hidden": _words(False),
    "take-help": _take_help,
    "end-help": _end_help,
    "nudge": _nudge,
    "vacate": _vacate,
    "new-card": _new_card,
    "move": _move,
    "merge": _merge,
    "add-table": _add_table,
    "source": _source,
}
