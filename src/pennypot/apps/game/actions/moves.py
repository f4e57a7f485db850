"""Making a move at a table: the one way that a table changes once it stands.

A move is checked by the engine, written into the table's log, and only then announced. The table's row is locked for
the moment of it, so moves come one after another, whichever server process took them; a key makes each happen once.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db import connection, transaction

from pennypot.apps.game.actions.bots import answers, bot_seats
from pennypot.apps.game.models import Pack, Table, TableMove, Words
from pennypot.house.announcing import announce
from pennypot.house.kept import Kept
from pennypot.play import Illegal, State, apply, dumped, loaded, read_pack
from pennypot.play import Pack as Cards
from pennypot.play.moves import Move
from pennypot.play.pack import canonical

# The table, nobody else's until this move is made. Asked for every move, so its SQL stands here: Django takes longer to
# work it out than the database to answer.
_LOCKED = """
SELECT here.id, here.session_id, here.number, here.name, here.source, here.moves, here.merged_into_id,
       EXISTS (SELECT FROM game_chair chair WHERE chair.table_id = here.id AND chair.bot <> '') AS has_bots
FROM game_table here
WHERE here.id = %s
FOR UPDATE OF here
"""
# Asked by itself once the table is locked, to see what was written while we waited for the lock.
_WITH_KEY = "SELECT number FROM game_tablemove WHERE table_id = %s AND key = %s"
_LOG = "INSERT INTO game_tablemove (table_id, number, move, source, key) VALUES (%s, %s, %s, %s, %s)"
_STANDS = "UPDATE game_table SET state = %s, moves = %s WHERE id = %s"
# After whose moves the bots in empty chairs answer.
_PEOPLE = (TableMove.Source.PHONE, TableMove.Source.FACILITATOR)
# Fields of moves in which people write: nothing of it is on the big screen before somebody has read it.
FREE_TEXT = ("reason", "text", "title", "safeguard", "day", "loses", "did", "regret", "missing")


@dataclass(frozen=True)
class Made:
    """A move that is in the log.

    Parameters
    ----------
    number
        Its place in the log, from 1.
    state
        The table after it.
    again
        True when the same form had been sent before: nothing was moved now.
    """

    number: int
    state: State
    again: bool = False


# How tables stood after a move, by table and number: the log only grows, so what is kept stays true.
states: Kept[State] = Kept(400)


@lru_cache(maxsize=64)
def _read(pack: int, _hash: str) -> Cards:
    return read_pack(canonical(Pack.objects.values_list("given", flat=True).get(pk=pack)))


def cards_of(pack: Pack) -> Cards:
    """Return the pack as the engine knows it; read once in a process, because a published pack never changes."""
    if not pack.hash:
        return read_pack(canonical(pack.given))
    return _read(pack.pk, pack.hash)


def make_move(table: Table, move: Move, *, key: uuid.UUID, source: str = TableMove.Source.PHONE) -> Made:
    """Make one move. The same key again gives the same answer and moves nothing.

    Who may make it is for the caller to know: a phone moves for its chair only, some moves are the facilitator's.

    Raises
    ------
    pennypot.play.Illegal
        The rules do not allow it; nothing was written.
    """
    return make_chosen_move(table, lambda _cards, _state: move, key=key, source=source)


def make_chosen_move(
    table: Table, choose: Callable[[Cards, State], Move], *, key: uuid.UUID, source: str = TableMove.Source.PHONE
) -> Made:
    """Make the move that is chosen when the table is locked, for moves that depend on how the table stands."""
    cards = cards_of(table.session.pack)
    with transaction.atomic():
        locked: Any = Table.objects.raw(_LOCKED, [table.pk])[0]
        before = _as_it_stands(locked)
        said = _number_of(locked, key)
        if said is not None:
            return Made(said, before, again=True)
        move = dict(choose(cards, before))
        after, _entries = apply(cards, before, move)
        number = locked.moves + 1
        made = [TableMove(table=locked, number=number, move=move, source=source, key=key)]
        if source in _PEOPLE and locked.has_bots and (bots := bot_seats(locked)):
            after = _bots_move(cards, locked, bots, after, made)
        _write(locked, made, after)
        _keep_words(locked, number, move)
        # Announced when the transaction commits, and not at all if it does not: PostgreSQL sees to that.
        announce(f"table:{locked.pk}")
        key_now, now = (locked.pk, made[-1].number), after
        transaction.on_commit(lambda: states.put(key_now, now))
    return Made(number, after)


def _number_of(locked: Table, key: uuid.UUID) -> int | None:
    """Return the number of the move that was made with this key."""
    with connection.cursor() as cursor:
        cursor.execute(_WITH_KEY, [locked.pk, key])
        found = cursor.fetchone()
    return found[0] if found else None


def _write(locked: Table, made: Sequence[TableMove], after: State) -> None:
    """Write moves into the log, and how the table stands after the last of them."""
    with connection.cursor() as cursor:
        for one in made:
            cursor.execute(_LOG, [locked.pk, one.number, json.dumps(one.move), str(one.source), one.key])
        cursor.execute(_STANDS, [dumped(after).decode(), made[-1].number, locked.pk])


def _as_it_stands(locked: Table) -> State:
    """Return how a table stands that nobody else moves now.

    What is read here may be of a transaction that does not end well, so it is not kept: only what is committed is.
    """
    kept = states.peek((locked.pk, locked.moves))
    return kept if kept is not None else loaded(locked.state)


def _bots_move(cards: Cards, table: Table, seats: dict[str, str], state: State, made: list[TableMove]) -> State:
    """Let the bots in empty chairs answer a person's move; their moves go on top of it, in the same transaction."""
    first = made[0]

    def make(move: Move) -> State | None:
        nonlocal state
        try:
            state, _entries = apply(cards, state, move)
        except Illegal:
            return None
        number = made[-1].number + 1
        key = uuid.uuid5(first.key, str(number))
        made.append(TableMove(table=table, number=number, move=dict(move), source=TableMove.Source.BOT, key=key))
        return state

    answers(cards, table, seats, state, make)
    return state


def _keep_words(table: Table, number: int, move: Mapping[str, Any]) -> None:
    Words.objects.bulk_create(
        Words(table=table, number=number, field=field, text=move[field])
        for field in FREE_TEXT
        if isinstance(move.get(field), str) and move[field]
    )
