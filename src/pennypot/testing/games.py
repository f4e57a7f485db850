"""A game in Brindley on the invented town's pack: fixture `a_game`, and helpers that seat phones and play on."""

from __future__ import annotations

import uuid
from random import Random
from typing import Any

import pytest

from pennypot.testing.cast import Cast

# Enough for a table to play: two residents, a community group, and the council.
FOUR = ("resident", "young", "group", "council")


@pytest.fixture
def a_game(cast: Cast) -> Any:
    """Make a session of one table in the lobby, with four of its eight seats taken and nobody's phone behind them."""
    return make_game(cast)


def shipped_pack(name: str = "tilbrook") -> Any:
    """Return the row of a shipped pack, published; made when it is not there."""
    from django.utils import timezone

    from pennypot.apps.game.models import Pack
    from pennypot.play import shipped

    cards = shipped(name)
    values = {"title": cards.title, "given": cards.given, "hash": cards.hash}
    made, _ = Pack.objects.get_or_create(
        place=None,
        slug=cards.id,
        version=1,
        defaults={**values, "state": "published", "published_at": timezone.now()},
    )
    return made


def make_game(
    cast: Cast,
    *,
    tables: int = 1,
    seats: tuple[str, ...] = FOUR,
    phase: str = "lobby",
    pack: str = "tilbrook",
    **values: Any,
) -> Any:
    """Make a session in Brindley; `seats` are taken at every table, and bots play until `phase` is open.

    Parameters
    ----------
    values
        Columns of `Session`.
    """
    from pennypot.apps.game.actions.moves import cards_of
    from pennypot.apps.game.actions.seats import free_code, make_tables
    from pennypot.apps.game.models import Session

    row = shipped_pack(pack)
    given = {
        "title": "An evening in the hall",
        "code": free_code(),
        "target_pence": cards_of(row).policy.target_pence,
        "facilitator": cast.fay,
        "state": Session.State.LOBBY if phase == "lobby" else Session.State.RUNNING,
    }
    session = Session.objects.create(place=cast.brindley, pack=row, **(given | values))
    for table in make_tables(session, tables, cards=cards_of(row)):
        _write(table, [{"do": "take_seat", "seat": seat} for seat in seats])
        play_until(table, phase)
    return session


def first_table(session: Any) -> Any:
    """Return the session's first table as the database has it now."""
    return session.tables.select_related("session__pack", "session__place").get(number=1)


def play_until(table: Any, phase: str, seed: int = 1) -> Any:
    """Let bots of the rehearsal play a table's taken seats on until a phase is open; return the table afresh."""
    from pennypot.apps.game.actions.moves import cards_of
    from pennypot.play import Illegal, apply, loaded
    from pennypot.play.bots import CHARACTERS, Bot
    from pennypot.play.rehearsal import ROUNDS, USUAL, Game, _one_round

    table.refresh_from_db()
    cards, start = cards_of(table.session.pack), loaded(table.state)
    chance = Random(f"{cards.hash}:{seed}")  # noqa: S311 - chance for a test
    bots = [Bot(seat, CHARACTERS[USUAL[n % len(USUAL)]], chance) for n, seat in enumerate(start.taken)]
    game = Game({}, [], start, 0)

    def make(move: Any) -> None:
        try:
            game.state, _entries = apply(cards, game.state, move)
        except Illegal:
            return
        game.moves.append(move)

    while game.state.phase != phase:
        if game.state.phase == "lobby":
            make({"do": "start", "by": "facilitator"})
            continue
        if game.state.phase == "event":
            make({"do": "draw", "seed": str(seed), "by": "facilitator"})
        for _round in range(ROUNDS.get(game.state.phase, 1)):
            for move in _one_round(cards, game, bots, chance):
                make(move)
        make({"do": "advance", "by": "facilitator"})
    _write(table, game.moves)
    return table


def sit(client: Any, table: Any, seat: str, **values: Any) -> Any:
    """Put a test client's browser behind a chair, whoever sits there; return its `Phone`."""
    from pennypot.apps.game import passes
    from pennypot.apps.game.actions.seats import sit_down
    from pennypot.apps.game.codes import card_code

    chair = table.chairs.select_related("table__session__pack").get(seat=seat)
    sat = sit_down(chair, token=None, key=uuid.uuid4(), card=card_code(chair), **values)
    client.cookies[passes.cookie_name()] = passes.value_of(sat.token)
    return sat.phone


def move(table: Any, do: str, seat: str = "", **fields: Any) -> Any:
    """Make a move at a table, as a seat or, without one, as the facilitator; return the state after it."""
    from pennypot.apps.game.actions.moves import make_move

    who = {"seat": seat} if seat else {"by": "facilitator"}
    return make_move(table, {"do": do, **who, **fields}, key=uuid.uuid4()).state


def _write(table: Any, moves: list[Any]) -> None:
    """Write many moves in a few statements."""
    from pennypot.apps.game.actions.moves import cards_of
    from pennypot.apps.game.models import Table, TableMove
    from pennypot.play import apply, dumped, loaded

    table.refresh_from_db()
    cards, state = cards_of(table.session.pack), loaded(table.state)
    for one in moves:
        state, _entries = apply(cards, state, one)
    TableMove.objects.bulk_create(
        TableMove(table=table, number=number, move=dict(one), key=uuid.uuid4(), source="bot")
        for number, one in enumerate(moves, start=table.moves + 1)
    )
    Table.objects.filter(pk=table.pk).update(state=dumped(state).decode(), moves=table.moves + len(moves))
    table.refresh_from_db()
