"""Evenings that bots have played to the end, for tests of what comes after."""

from __future__ import annotations

import uuid
from typing import Any

from django.utils import timezone

from pennypot.apps.game.models import Session, Table, TableMove
from pennypot.play import dumped
from pennypot.play.rehearsal import rehearse
from pennypot.testing.cast import Cast
from pennypot.testing.games import make_game


def an_evening(
    cast: Cast, *, tables: int = 1, seats: tuple[str, ...] = (), seed: str = "evening", **values: Any
) -> Session:
    """Make an evening that is over: bots of the rehearsal played each table from the lobby to its end."""
    from pennypot.apps.game.actions.moves import cards_of

    session: Session = make_game(cast, tables=tables, seats=(), **values)
    cards = cards_of(session.pack)
    for table in session.tables.all():
        game = rehearse(cards, f"{seed} {table.number}", target_pence=session.target_pence)
        TableMove.objects.bulk_create(
            TableMove(table=table, number=number, move=dict(move), key=uuid.uuid4(), source="bot")
            for number, move in enumerate(game.moves, start=1)
        )
        Table.objects.filter(pk=table.pk).update(state=dumped(game.state).decode(), moves=len(game.moves))
    over = {"state": Session.State.OVER, "ended_at": timezone.now()}
    Session.objects.filter(pk=session.pk).update(**over)
    session.refresh_from_db()
    return session
