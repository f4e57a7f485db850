"""Plays one hundred tables of eight phones over HTTP and PostgreSQL, and counts what reached whom, and when.

    make bench-game                                   # about four minutes, and as long again on bad wifi
    python bench/game.py --tables 20 --seconds 10     # a short look

What a phone is and does is in `pennypot.testing.phones`. Latency is from the moment that a form leaves until what it
changed is at a phone of its table, all eight counted, with whatever the client itself took.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import signal
import statistics
import subprocess
import sys
import time
import uuid
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import psutil
from hall import database, free_port, new_game, server, start

from pennypot.testing.phones import Answer, as_a_fresh_page, listen, send

SEATS = 8
RUSH = 400  # moves a second
WARM = 5.0  # seconds at first that are played and not timed: a server that has just started draws everything anew


@dataclass
class Played:
    """A stretch of play.

    Parameters
    ----------
    answers
        Those that the tables' forms got, by table.
    timed
        From when on arrivals are timed.
    """

    game: Any
    answers: list[list[Answer]]
    timed: float = 0.0
    used: list[str] = field(default_factory=list)


def main() -> None:
    """Run the asked-for parts and print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tables", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=40)
    parser.add_argument("--only", choices=list(PARTS), help="one part")
    parser.add_argument("--write", nargs=3, metavar=("TABLES", "UNTIL", "PAUSE"), help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.write:
        _write_moves(*chosen.write)
        return
    with database() as postgres:
        for name, part in PARTS.items():
            if chosen.only in (None, name):
                part(chosen.tables, chosen.seconds, postgres)


def _steady(tables: int, seconds: float, postgres: psutil.Process, servers: int = 1) -> None:
    with _game(tables, servers) as (played, processes):
        asyncio.run(_play(played, seconds, 2.0, processes, postgres))
        _report(f"{tables} tables of {SEATS} phones, a move every 2 s at each; server processes: {servers}", played)


def _rush(tables: int, seconds: float, postgres: psutil.Process, servers: int = 1) -> None:
    with _game(tables, servers) as (played, processes):
        asyncio.run(_play(played, min(seconds, 8), tables / RUSH, processes, postgres))
        _report(f"{RUSH} moves a second asked for over HTTP; server processes: {servers}", played)


def _written(tables: int, seconds: float, postgres: psutil.Process, servers: int = 1) -> None:
    with _game(tables, servers) as (played, processes):
        asyncio.run(_play(played, min(seconds, 8), tables / RUSH, processes, postgres, writers=2))
        _report(f"{RUSH} moves a second written beside the server; server processes: {servers}", played)


@contextmanager
def _game(tables: int, servers: int) -> Iterator[tuple[Played, list[psutil.Process]]]:
    """Run servers, and make an evening whose tables' phones are spread over them."""
    with ExitStack() as running:
        started = [running.enter_context(server()) for _ in range(servers)]
        yield Played(new_game(tables, [port for port, _ in started], phase="cut"), []), [one for _, one in started]


def _restart(tables: int, seconds: float, postgres: psutil.Process) -> None:
    port = free_port()
    running = [start(port)]

    async def kill() -> None:
        await asyncio.sleep(min(seconds, 20) / 3)
        running[0].send_signal(signal.SIGKILL)
        running[0].wait()
        await asyncio.sleep(1)
        running.append(await asyncio.to_thread(start, port))

    played = Played(new_game(tables, [port], phase="cut"), [])
    asyncio.run(_play(played, min(seconds, 20), 2.0, [], postgres, beside=kill()))
    running[-1].terminate()
    running[-1].wait()
    _report("the server killed and started again in the middle", played)


PARTS = {
    "steady": _steady,
    "two": partial(_steady, servers=2),
    "rush": _rush,
    "rush-two": partial(_rush, servers=2),
    "written": _written,
    "written-two": partial(_written, servers=2),
    "restart": _restart,
}


# --- playing ------------------------------------------------------------------------------------------------------


async def _play(
    played: Played,
    seconds: float,
    pause: float,
    servers: Sequence[psutil.Process],
    postgres: psutil.Process,
    beside: Coroutine[Any, Any, None] | None = None,
    writers: int = 0,
) -> None:
    """Let all tables play for so long, one move each `pause`; wait until the last has arrived everywhere.

    Parameters
    ----------
    writers
        So many processes make the moves by the site's own action; without any, the phones send forms.
    """
    phones = [phone for table in played.game.phones for phone in table]
    streams = [asyncio.create_task(listen(phone)) for phone in phones]
    async with asyncio.timeout(120):
        while not all(phone.opened for phone in phones):
            await asyncio.sleep(0.1)
    await asyncio.sleep(1)
    other = asyncio.create_task(beside) if beside else None
    meter = _Meter(servers, postgres)
    played.timed = time.perf_counter() + WARM
    stop = played.timed + seconds
    tables = played.game.phones
    if writers:
        shares = [[table[0].table for table in tables[one::writers]] for one in range(writers)]
        playing = [asyncio.create_task(_written_by_another(share, stop, pause)) for share in shares]
    else:
        playing = [asyncio.create_task(_play_table(table, stop, pause)) for table in tables]
    while not all(task.done() for task in playing):
        await asyncio.sleep(1)
        meter.look()
    made = {table: answers for task in playing for table, answers in task.result().items()}
    played.answers = [made[table[0].table] for table in tables]
    played.used = meter.said()
    if other:
        await other
    # What is on its way may arrive: a phone that was cut off comes back after two seconds, a look is every fifteen.
    until = time.perf_counter() + 40
    ahead = played.game.ahead
    newest = [max((answer.number or 0 for answer in answers), default=0) for answers in played.answers]
    while time.perf_counter() < until and any(
        phone.last < newest[number] + ahead[number]
        for number, table in enumerate(played.game.phones)
        for phone in table
    ):
        await asyncio.sleep(0.2)
    for stream in streams:
        stream.cancel()
    await asyncio.gather(*streams, return_exceptions=True)


async def _play_table(phones: Sequence[Any], stop: float, pause: float) -> dict[int, list[Answer]]:
    number = phones[0].table
    chance = random.Random(number)
    await asyncio.sleep(chance.random() * pause)
    answers: list[Answer] = []
    due = time.perf_counter()
    for seat, fields in _moves(number):
        if time.perf_counter() > stop:
            break
        answers.append(await send(phones[seat], fields))
        due = max(due + pause, time.perf_counter() - pause)
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
    return {number: answers}


async def _written_by_another(tables: Sequence[int], stop: float, pause: float) -> dict[int, list[Answer]]:
    """Let another process make these tables' moves, as a second server, a bot or the paper desk would."""
    # The clock of all processes of a machine is one.
    command = [sys.executable, __file__, "--write", json.dumps(tables), str(stop), str(pause)]
    writer = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
    said, _ = await writer.communicate()
    return {int(table): [Answer(*one) for one in made] for table, made in json.loads(said).items()}


def _write_moves(tables: str, until: str, pause: str) -> None:
    """Make moves by the site's own action, one each `pause` at each table, and print when each was made."""
    import django

    django.setup()
    from pennypot.apps.game.actions.moves import make_move
    from pennypot.apps.game.models import Table
    from pennypot.play import shipped

    roles = [role.id for role in shipped("tilbrook").roles]
    rows = list(Table.objects.select_related("session__pack").filter(pk__in=json.loads(tables)))
    moves = {row.pk: _moves(row.pk) for row in rows}
    made: dict[int, list[tuple[float, str, int]]] = {row.pk: [] for row in rows}
    began, stop, apart = time.perf_counter(), float(until), float(pause) / len(rows)
    for number in range(1_000_000):
        time.sleep(max(0.0, began + number * apart - time.perf_counter()))
        if (at := time.perf_counter()) > stop:
            break
        table, key = rows[number % len(rows)], uuid.uuid4()
        seat, fields = next(moves[table.pk])
        move = {name: int(value) if name == "level" else value for name, value in fields}
        one = make_move(table, {**move, "seat": roles[seat]}, key=key)
        made[table.pk].append((at, str(key), one.number))
    print(json.dumps(made))


def _moves(number: int) -> Iterator[tuple[int, list[tuple[str, str]]]]:
    """Give a table's moves: somebody proposes, all eight answer, and so on with another line."""
    from pennypot.play import shipped

    lines = [line.id for line in shipped("tilbrook").lines]
    for turn in range(10_000):
        line = lines[(turn + number) % len(lines)]
        level = str(1 + turn // len(lines) % 2)
        yield turn % SEATS, [("do", "propose"), ("kind", "cut"), ("card", line), ("level", level)]
        for seat in range(SEATS):
            yield seat, [("do", "react"), ("reaction", "live")]


class _Meter:
    """Processor time of servers, database and ourselves, and of whatever else runs on this machine meanwhile."""

    def __init__(self, servers: Sequence[psutil.Process], postgres: psutil.Process) -> None:
        self._servers, self._postgres = servers, postgres
        self._most = [0.0 for _ in servers]
        self._began, self._before = time.perf_counter(), self._now()

    def _now(self) -> list[float]:
        everything = psutil.cpu_times()
        busy = sum(everything) - everything.idle - everything.iowait
        backends = [_cpu(one) for one in self._postgres.children()]
        reaped = self._postgres.cpu_times()
        database = _cpu(self._postgres) + sum(backends) + reaped.children_user + reaped.children_system
        return [busy, _cpu(psutil.Process()), database, *map(_cpu, self._servers)]

    def look(self) -> None:
        """Look how much memory the servers take."""
        now = [one.memory_full_info().pss / 1e6 for one in self._servers]
        self._most = [max(pair) for pair in zip(self._most, now, strict=True)]

    def said(self) -> list[str]:
        """Say it, in cores."""
        wall = time.perf_counter() - self._began
        busy, mine, database, *servers = (
            (now - before) / wall for now, before in zip(self._now(), self._before, strict=True)
        )
        others = busy - mine - database - sum(servers)
        each = " and ".join(
            f"{cores:.2f} cores, {most:.0f} MB" for cores, most in zip(servers, self._most, strict=True)
        )
        load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
        return [
            *([f"server {each}"] if servers else []),
            f"PostgreSQL {database:.2f} cores, the phones {mine:.2f}, everything else on this machine {others:.2f} "
            f"of {psutil.cpu_count()}; load {load}",
        ]


def _cpu(process: psutil.Process) -> float:
    try:
        return float(sum(process.cpu_times()[:2]))
    except psutil.NoSuchProcess:
        return 0.0


# --- what came of it ------------------------------------------------------------------------------------------------


def _report(title: str, played: Played) -> None:
    ahead = played.game.ahead
    late, missing = [], 0
    for number, answers in enumerate(played.answers):
        made = [answer for answer in answers if answer.number is not None]
        for phone in played.game.phones[number]:
            arrived = sorted(phone.arrived.items())
            for answer in made:
                at = next((when for one, when in arrived if one >= (answer.number or 0) + ahead[number]), None)
                missing += at is None
                if at is not None and answer.at >= played.timed:
                    late.append(1000 * (at - answer.at))
    late.sort()
    phones = [phone for table in played.game.phones for phone in table]
    made = [answer for answers in played.answers for answer in answers if answer.number is not None]
    span = max(answer.at for answer in made) - min(answer.at for answer in made)
    refused = sum(answer.number is None for answers in played.answers for answer in answers)
    fresh = sum(as_a_fresh_page(phone) for phone in phones)
    print(title)
    print(f"  {len(made)} moves in {span:.0f} s ({len(made) / span:.0f} a second), {refused} refused")
    print(f"  {len(made) * SEATS} arrivals due at {len(phones)} phones, {missing} missing;", end=" ")
    print(f"{sum(len(phone.arrived) for phone in phones)} events; {fresh} phones show what a fresh page shows")
    print(
        f"  form to phone: median {statistics.median(late):.0f} ms, 95 % {late[int(len(late) * 0.95)]:.0f} ms, "
        f"99 % {late[int(len(late) * 0.99)]:.0f} ms, longest {late[-1]:.0f} ms"
    )
    print(f"  streams opened {sum(one.opened for one in phones)}, forms sent again {sum(one.again for one in phones)}")
    print(f"  {_log(played, made)}")
    for line in played.used:
        print(f"  {line}")
    print(flush=True)


def _log(played: Played, made: Sequence[Answer]) -> str:
    """Compare the log with what the phones were told."""
    from pennypot.apps.game.models import TableMove

    logged = TableMove.objects.filter(table_id__in=played.game.tables, source="phone", move__has_key="seat")
    keys = [str(key) for key in logged.values_list("key", flat=True)]
    told = {answer.key for answer in made}
    return f"in the log {len(keys)}: {len(told - set(keys))} lost, {len(keys) - len(set(keys))} doubled, " + (
        f"{len(set(keys) - told)} that no phone knows of"
    )


if __name__ == "__main__":
    main()
