"""Typing what lies on a paper table, and acting for a seat that cannot: by the letters on the cards, all or nothing."""

from __future__ import annotations

import uuid

from django.db import transaction

from pennypot.apps.game.actions.hall import key_for
from pennypot.apps.game.actions.moves import cards_of, make_move
from pennypot.apps.game.models import Table, TableMove
from pennypot.apps.game.permissions.hall import may_steer
from pennypot.apps.people.models import Person
from pennypot.house import deeds
from pennypot.house.answers import require
from pennypot.play import Illegal, loaded
from pennypot.play.sheet import BadLine, Typed, read_lines


def enter_lines(person: Person, table: Table, text: str, *, key: uuid.UUID, paper: bool) -> int:
    """Make the moves that a scribe's lines ask for, and return how many; none if the same form was sent before.

    Parameters
    ----------
    table
        With its session, place and pack.
    text
        Lines as `pennypot.play.sheet` reads them.
    paper
        Whether this is a paper table's sheet; otherwise somebody acts for seats that play on phones.

    Raises
    ------
    pennypot.play.sheet.BadLine
        A line is wrong: nothing of the sheet was done.
    """
    session = table.session
    require(may_steer(person, session))
    source, by = (TableMove.Source.PAPER, "paper") if paper else (TableMove.Source.FACILITATOR, "facilitator")
    with transaction.atomic():
        locked = Table.objects.select_for_update().get(pk=table.pk)
        if TableMove.objects.filter(table=locked, key=key_for(key, 0)).exists():
            return 0
        typed = read_lines(cards_of(session.pack), loaded(locked.state), text, by=by)
        for number, one in enumerate(typed):
            _make(table, one, key_for(key, number), source)
        if typed:
            deeds.record(
                "game.paper.entered" if paper else "game.seat.acted-for",
                actor=person,
                about=table,
                place=session.place,
                after={"table": table.number, "moves": len(typed)},
            )
    return len(typed)


def _make(table: Table, one: Typed, key: uuid.UUID, source: str) -> None:
    """Make one of the moves; bots in empty chairs may have moved in between, so that it is not allowed any more."""
    try:
        make_move(table, one.move, key=key, source=source)
    except Illegal as problem:
        raise BadLine(one.number, one.line, problem.sentence) from None
