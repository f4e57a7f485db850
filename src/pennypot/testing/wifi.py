"""A line as in a cold hall, which delays and loses, and a whole game that is played over it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from pennypot.testing.phones import Answer, Phone, listen, send


@dataclass
class BadLine:
    """Passes connections on to a server, each piece late; some pieces are lost, and their connection with them.

    What is lost may be a form on its way, or the answer to one that was taken: the phone cannot tell which.

    Parameters
    ----------
    to
        The server's port on this machine.
    delay
        Seconds that each piece takes, each way.
    lost
        The share of pieces that are lost.
    """

    to: int
    delay: float
    lost: float
    chance: Random = field(default_factory=lambda: Random(30))  # noqa: S311 - the weather of a test
    forms_lost: int = 0
    answers_lost: int = 0
    port: int = 0
    _server: asyncio.Server | None = None

    async def __aenter__(self) -> BadLine:
        """Listen on a port of its own."""
        self._server = await asyncio.start_server(self._pass_on, "127.0.0.1", 0, limit=1 << 20)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_problem: object) -> None:
        """Listen no more."""
        assert self._server is not None
        self._server.close()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # Told to stop, it just ends: asyncio would complain about a connection that was cancelled.
        with contextlib.suppress(OSError, asyncio.CancelledError):
            there, to_there = await asyncio.open_connection("127.0.0.1", self.to)
            ways = [
                asyncio.create_task(self._one_way(reader, to_there, "forms_lost")),
                asyncio.create_task(self._one_way(there, writer, "answers_lost")),
            ]
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            for way in ways:
                way.cancel()
            to_there.transport.abort()
        writer.transport.abort()

    async def _one_way(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, lost: str) -> None:
        with contextlib.suppress(OSError):
            while piece := await reader.read(1 << 16):
                await asyncio.sleep(self.delay)
                if self.chance.random() < self.lost:
                    setattr(self, lost, getattr(self, lost) + 1)
                    return
                writer.write(piece)
                await writer.drain()


@dataclass
class PlayedOver:
    """A game that was played over a bad line: what its forms were answered, and whether all phones showed its end."""

    answers: list[Answer] = field(default_factory=list)
    phones_at_the_end: int = 0


async def play_over(phones: list[Phone], *, rounds: Callable[[str], int], patience: float) -> PlayedOver:
    """Let bots hold the phones of one table from the lobby to the end of the game; no facilitator is there.

    Parameters
    ----------
    rounds
        How often everybody is asked in a phase.
    patience
        Seconds in which every phone must show the end.
    """
    played = PlayedOver()
    streams = [asyncio.create_task(listen(phone)) for phone in phones]
    await _play(played, phones, rounds)
    _state, number = await _now(phones[0].table)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(patience):
            while any(phone.last < number for phone in phones):
                await asyncio.sleep(0.05)
    for stream in streams:
        stream.cancel()
    await asyncio.gather(*streams, return_exceptions=True)
    played.phones_at_the_end = sum(phone.last >= number for phone in phones)
    return played


async def _play(played: PlayedOver, phones: list[Phone], rounds: Callable[[str], int]) -> None:
    from pennypot.play.bots import CHARACTERS, Bot
    from pennypot.play.rehearsal import USUAL

    cards = await asyncio.to_thread(_cards, phones[0].table)
    chance = Random(cards.hash)  # noqa: S311 - habits, nothing secret
    bots = {phone.seat: Bot(phone.seat, CHARACTERS[USUAL[n]], chance) for n, phone in enumerate(phones)}

    async def say(phone: Phone, move: Mapping[str, Any]) -> None:
        played.answers.append(await send(phone, _fields(move)))

    async def answer_what_waits() -> None:
        for _again in range(3):  # a proposal, its amendment, and the end of it
            state, _number = await _now(phones[0].table)
            asked = [(phone, bots[phone.seat].must(cards, state)) for phone in phones]
            waiting = [say(phone, move) for phone, move in asked if move is not None]
            if not waiting:
                return
            await asyncio.gather(*waiting)

    while (phase := (await _now(phones[0].table))[0].phase) != "over":
        if phase == "event":
            await say(phones[0], {"do": "draw"})
        for _round in range(0 if phase == "lobby" else rounds(phase)):
            for phone in phones:
                await answer_what_waits()
                move = bots[phone.seat].may(cards, (await _now(phone.table))[0])
                if move is not None:
                    await say(phone, move)
            await answer_what_waits()
        await say(phones[0], {"do": "start" if phase == "lobby" else "advance"})


def _fields(move: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Write a move as its form sends it."""
    fields = []
    for name, value in move.items():
        if name == "pence":
            fields.append(("pounds", f"{value // 100}.{value % 100:02}"))
        elif name == "slots":
            fields += [(f"slot-{kind}", str(count)) for kind, count in value.items()]
        elif isinstance(value, bool):
            fields += [(name, "1")] if value else []
        elif isinstance(value, list | tuple):
            fields += [(name, str(one)) for one in value]
        else:
            fields.append((name, str(value)))
    return fields


async def _now(table: int) -> tuple[Any, int]:
    """Return how a table stands, and the number of that."""
    return await asyncio.to_thread(_look, table)


def _look(table: int) -> tuple[Any, int]:
    from django.db import connection

    from pennypot.apps.game.queries.live import look_at

    try:
        seen = look_at(table)
        assert seen is not None
        return seen.state, seen.number
    finally:
        connection.close()


def _cards(table: int) -> Any:
    from django.db import connection

    from pennypot.apps.game.actions.moves import cards_of
    from pennypot.apps.game.models import Table

    try:
        return cards_of(Table.objects.select_related("session__pack").get(pk=table).session.pack)
    finally:
        connection.close()
