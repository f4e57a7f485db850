"""Plays one hundred tables of eight phones over HTTP and PostgreSQL, and counts what reached whom, and when.

    make bench-game                                   # about four minutes
    python bench/game.py --tables 20 --seconds 10     # a short look

The server is the one that `pennypot serve` runs, on a loopback port, with a throw-away PostgreSQL. Each phone is a
browser's two connections: a stream that stays open, and a form that is sent. A phone that is cut off comes back with
the number of the last event that it saw, and a form that got no answer is sent again with its own key.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import secrets
import signal
import socket
import statistics
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psutil

from pennypot.house.database import throwaway_server

ROOT = Path(__file__).resolve().parent.parent
SEATS = 8


@dataclass
class Phone:
    """One phone: where it sits, what it holds, what it has seen and when."""

    table: int
    path: str  # of its seat's page
    feed: str
    cookies: str
    csrf: str
    port: int
    last: int = 0
    arrived: dict[int, float] = field(default_factory=dict)
    opened: int = 0  # times that its stream was opened


@dataclass
class Sent:
    """A move that a table made: its number, and when its form left."""

    table: int
    number: int
    at: float


@dataclass
class Game:
    """Everybody, and what they did."""

    phones: list[list[Phone]]
    made: list[Sent] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    again: int = 0
    refused: int = 0


def main() -> None:
    """Run the asked-for parts and print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tables", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=40)
    parser.add_argument("--only", choices=["steady", "rush", "two", "restart"], help="one part")
    chosen = parser.parse_args()
    with throwaway_server() as server:
        os.environ.update(
            DATABASE_URL=server.url(),
            PENNYPOT_HOME=str(server.home),
            PENNYPOT_TESTING="1",
            # The phones' cookies are signed with it here, as the server's page of seats would.
            PENNYPOT_SECRET_KEY=secrets.token_urlsafe(48),
            DJANGO_SETTINGS_MODULE="pennypot.house.settings",
        )
        _set_up()
        for name, part in {"steady": _steady, "rush": _rush, "two": _two, "restart": _restart}.items():
            if chosen.only in (None, name):
                part(chosen.tables, chosen.seconds)


def _steady(tables: int, seconds: float) -> None:
    with _server() as (port, process):
        game = _new_game(tables, [port])
        asyncio.run(_play(game, seconds, pause=2.0, watch=[process]))
        _report(f"{tables} tables, one move every 2 s at each", game)


def _rush(tables: int, seconds: float) -> None:
    with _server() as (port, process):
        game = _new_game(tables, [port])
        asyncio.run(_play(game, min(seconds, 8), pause=tables / 400, watch=[process]))
        _report("as many moves as get through, up to 400 a second", game)


def _two(tables: int, seconds: float) -> None:
    with _server() as (one, first), _server() as (other, second):
        game = _new_game(tables, [one, other])
        asyncio.run(_play(game, seconds / 2, pause=2.0, watch=[first, second]))
        _report("the same over two server processes", game)


def _restart(tables: int, seconds: float) -> None:
    port = _free_port()
    running = [_start(port)]

    async def kill() -> None:
        await asyncio.sleep(min(seconds, 20) / 3)
        running[0].send_signal(signal.SIGKILL)
        running[0].wait()
        await asyncio.sleep(1)
        running.append(await asyncio.to_thread(_start, port))

    game = _new_game(tables, [port])
    asyncio.run(_play(game, min(seconds, 20), pause=2.0, beside=kill()))
    running[-1].terminate()
    running[-1].wait()
    _report("the server killed and started again in the middle", game)


# --- playing ------------------------------------------------------------------------------------------------------


async def _play(game: Game, seconds: float, *, pause: float, watch: list[Any] = (), beside: Any = None) -> None:  # type: ignore[assignment]
    phones = [phone for table in game.phones for phone in table]
    streams = [asyncio.create_task(_listen(phone)) for phone in phones]
    async with asyncio.timeout(60):
        while not all(phone.opened for phone in phones):
            await asyncio.sleep(0.1)
    other = asyncio.create_task(beside) if beside else None
    used, began, most = [sum(one.cpu_times()[:2]) for one in watch], time.perf_counter(), 0.0
    stop = began + seconds
    tables = [asyncio.create_task(_play_table(game, number, stop, pause)) for number in range(len(game.phones))]
    while not all(task.done() for task in tables):
        await asyncio.sleep(0.5)
        most = max([most, *(one.memory_full_info().pss / 1e6 for one in watch)])
    await asyncio.gather(*tables)
    wall = time.perf_counter() - began
    if watch:
        cores = [(sum(one.cpu_times()[:2]) - before) / wall for one, before in zip(watch, used, strict=True)]
        print(f"  server: {' and '.join(f'{one:.2f}' for one in cores)} cores, at most {most:.0f} MB each")
    if other:
        await other
    # What is on its way may arrive: a phone that was cut off comes back after two seconds, a look is every fifteen.
    waiting = time.perf_counter() + 25
    newest = {sent.table: sent.number for sent in sorted(game.made, key=lambda sent: sent.number)}
    while time.perf_counter() < waiting and any(phone.last < newest.get(phone.table, 0) for phone in phones):
        await asyncio.sleep(0.2)
    for stream in streams:
        stream.cancel()
    await asyncio.gather(*streams, return_exceptions=True)


async def _play_table(game: Game, number: int, stop: float, pause: float) -> None:
    phones = game.phones[number]
    chance = random.Random(number)
    await asyncio.sleep(chance.random() * pause)
    due = time.perf_counter()
    for seat, fields in _moves(number):
        if time.perf_counter() > stop:
            return
        at, made = await _send(game, phones[seat], fields)
        if made is None:
            game.refused += 1
        else:
            game.made.append(Sent(number, made, at))
        due = max(due + pause, time.perf_counter() - pause)
        await asyncio.sleep(max(0.0, due - time.perf_counter()))


def _moves(number: int) -> Iterator[tuple[int, dict[str, str]]]:
    """Give a table's moves: somebody proposes, all eight answer, and so on with another line."""
    from pennypot.play import shipped

    lines = [line.id for line in shipped("tilbrook").lines]
    for turn in range(10_000):
        line = lines[(turn + number) % len(lines)]
        level = str(1 + turn // len(lines) % 2)
        yield turn % SEATS, {"do": "propose", "kind": "cut", "card": line, "level": level}
        for seat in range(SEATS):
            yield seat, {"do": "react", "reaction": "live"}


async def _send(game: Game, phone: Phone, fields: dict[str, str]) -> tuple[float, int | None]:
    """Send a form until it is answered; return when it first left, and the number of the move."""
    key = str(uuid.uuid4())
    body = urlencode({**fields, "key": key, "csrfmiddlewaretoken": phone.csrf}).encode()
    head = (
        f"POST {phone.path}move/ HTTP/1.1\r\nHost: 127.0.0.1:{phone.port}\r\nCookie: {phone.cookies}\r\n"
        f"X-Pennypot: live\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
        "Connection: close\r\n\r\n"
    ).encode()
    began = time.perf_counter()
    while True:
        try:
            async with asyncio.timeout(10):
                reader, writer = await asyncio.open_connection("127.0.0.1", phone.port)
                writer.write(head + body)
                answer = await reader.read()
                writer.close()
            status = int(answer.split(b" ", 2)[1])
            if status == 200:
                game.keys.add(key)
                return began, int(json.loads(answer.split(b"\r\n\r\n", 1)[1])["move"])
            if status < 500:
                return began, None
        except (OSError, TimeoutError, IndexError, ValueError):
            pass
        game.again += 1
        await asyncio.sleep(0.3)


async def _listen(phone: Phone) -> None:
    """Keep a stream open as a browser does: come back after two seconds with the last number."""
    while True:
        with suppress(OSError, asyncio.IncompleteReadError, ValueError):
            reader, writer = await asyncio.open_connection("127.0.0.1", phone.port, limit=1 << 20)
            after = f"Last-Event-ID: {phone.last}\r\n" if phone.last else ""
            head = f"GET {phone.feed} HTTP/1.1\r\nHost: 127.0.0.1:{phone.port}\r\nCookie: {phone.cookies}\r\n"
            writer.write(f"{head}{after}\r\n".encode())
            status = await reader.readline()
            if b" 200 " in status:
                phone.opened += 1
            while line := await reader.readline():
                if line.startswith(b"id: "):
                    phone.last = int(line[4:])
                    phone.arrived[phone.last] = time.perf_counter()
            writer.close()
        await asyncio.sleep(2)


# --- what came of it ------------------------------------------------------------------------------------------------


def _report(title: str, game: Game) -> None:
    from pennypot.apps.game.models import TableMove

    late, missing = [], 0
    for sent in game.made:
        for phone in game.phones[sent.table]:
            at = min((when for number, when in phone.arrived.items() if number >= sent.number), default=None)
            if at is None:
                missing += 1
            else:
                late.append(1000 * (at - sent.at))
    late.sort()
    tables = {phone.table: int(phone.feed.split("/")[3]) for table in game.phones for phone in table}
    logged = TableMove.objects.filter(table_id__in=tables.values(), source="phone", move__has_key="seat")
    keys = {str(key) for key in logged.exclude(move__do="take_seat").values_list("key", flat=True)}
    span = max(sent.at for sent in game.made) - min(sent.at for sent in game.made)
    print(title)
    print(f"  {len(game.made)} moves in {span:.0f} s ({len(game.made) / span:.0f} a second), {game.refused} refused")
    print(f"  {len(late)} arrivals at phones, {missing} missing")
    print(
        f"  form to phone: median {statistics.median(late):.0f} ms, 95 % {late[int(len(late) * 0.95)]:.0f} ms, "
        f"99 % {late[int(len(late) * 0.99)]:.0f} ms, longest {late[-1]:.0f} ms"
    )
    opened = sum(phone.opened for table in game.phones for phone in table)
    print(f"  streams opened {opened}, forms sent again {game.again}")
    print(f"  in the log {len(keys)}, answered {len(game.keys)}: lost {len(game.keys - keys)}", flush=True)


# --- setting up -----------------------------------------------------------------------------------------------------


def _set_up() -> None:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)


def _new_game(tables: int, ports: list[int]) -> Game:
    """Make an evening of tables with all eight seats taken, in Cut, and a phone behind each."""
    from pennypot.apps.game import passes
    from pennypot.apps.game.models import Chair
    from pennypot.apps.game.models import Phone as Row
    from pennypot.apps.places.models import Place
    from pennypot.play import shipped
    from pennypot.testing import cast as casting
    from pennypot.testing.games import _write, make_game

    people = casting.cast.__wrapped__(None) if not Place.objects.filter(slug="brindley").exists() else _people()
    seats = tuple(role.id for role in shipped("tilbrook").roles)
    session = make_game(people, tables=tables, seats=seats, state="running")
    phones = []
    for table in session.tables.select_related("session__pack"):
        begin = [{"do": "start", "by": "facilitator"}, *({"do": "advance", "by": "facilitator"} for _ in range(3))]
        _write(table, begin)
        chairs = list(Chair.objects.filter(table=table))
        tokens = [passes.new_token() for _ in chairs]
        Row.objects.bulk_create(
            Row(chair=chair, token_hash=passes.hash_of(token)) for chair, token in zip(chairs, tokens, strict=True)
        )
        row = []
        for place, token in enumerate(tokens):
            csrf = secrets.token_hex(16)
            cookies = f"{passes.cookie_name()}={passes.value_of(token)}; pennypot-csrf={csrf}"
            path = f"/brindley/game/{session.code}/t/{table.number}/"
            feed = f"/live/table/{table.pk}/seat/en?after={table.moves}"
            row.append(Phone(table.number - 1, path, feed, cookies, csrf, ports[place % len(ports)], table.moves))
        phones.append(row)
    return Game(phones)


def _people() -> Any:
    from types import SimpleNamespace

    from pennypot.apps.people.models import Person
    from pennypot.apps.places.models import Place

    return SimpleNamespace(brindley=Place.objects.get(slug="brindley"), fay=Person.objects.get(email="fay@example.org"))


@contextmanager
def _server() -> Iterator[tuple[int, Any]]:
    port = _free_port()
    running = _start(port)
    try:
        yield port, psutil.Process(running.pid)
    finally:
        running.terminate()
        running.wait(20)


def _start(port: int) -> subprocess.Popen[bytes]:
    """Start the application as `pennypot serve` does and wait until it answers."""
    command = [sys.executable, "-m", "uvicorn", "pennypot.house.asgi:application", "--port", str(port)]
    running = subprocess.Popen([*command, "--log-level", "error", "--no-access-log"], cwd=ROOT)
    for _ in range(600):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return running
        if running.poll() is not None:
            raise SystemExit("The server stopped by itself.")
        time.sleep(0.1)
    raise SystemExit("The server did not answer within a minute.")


def _free_port() -> int:
    with socket.socket() as here:
        here.bind(("127.0.0.1", 0))
        return int(here.getsockname()[1])


if __name__ == "__main__":
    main()
