"""What benchmarks of the game need around its phones: a database, servers, an evening with people in the chairs."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil

from pennypot.house.database import throwaway_server

ROOT = Path(__file__).resolve().parent.parent


@contextmanager
def database() -> Iterator[psutil.Process]:
    """Run a throw-away PostgreSQL with our tables for this process and the servers that it starts; give its process."""
    with throwaway_server() as server:
        os.environ.update(
            DATABASE_URL=server.url(),
            PENNYPOT_HOME=str(server.home),
            PENNYPOT_TESTING="1",
            # The phones' cookies are signed with it here, as the server's page of seats would.
            PENNYPOT_SECRET_KEY=secrets.token_urlsafe(48),
            DJANGO_SETTINGS_MODULE="pennypot.house.settings",
        )
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import connection

        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            mine = psutil.Process(cursor.fetchone()[0])
        yield mine.parent() or mine


def new_game(tables: int, ports: list[int], *, seats: tuple[str, ...] = (), phase: str, **values: Any) -> Any:
    """Make an evening; return its session, its tables, and its phones by table. Phones go round the servers.

    Returned too is by how much each table's events are numbered higher than its moves: the evening's turns count too.

    Parameters
    ----------
    seats
        Those that are taken, all eight if none is named; a phone is behind each.
    phase
        The one that is open.
    values
        Columns of the session.
    """
    from pennypot.play import shipped
    from pennypot.testing.games import _write, make_game
    from pennypot.testing.phones import behind_seats

    taken = seats or tuple(role.id for role in shipped("tilbrook").roles)
    session = make_game(_people(), tables=tables, seats=taken, state="running", **values)
    ahead = {"lobby": [], "cut": ["start", "advance", "advance", "advance"]}[phase]
    phones, numbers = [], []
    for table in session.tables.select_related("session__pack").order_by("number"):
        _write(table, [{"do": one, "by": "facilitator"} for one in ahead])
        row = behind_seats(table, taken, ports)
        phones.append(row)
        numbers.append(row[0].last - table.moves)
    return SimpleNamespace(session=session, phones=phones, ahead=numbers, tables=[row[0].table for row in phones])


def _people() -> Any:
    from pennypot.apps.people.models import Person
    from pennypot.apps.places.models import Place
    from pennypot.testing import cast as casting

    if not Place.objects.filter(slug="brindley").exists():
        return casting.cast.__wrapped__(None)
    return SimpleNamespace(brindley=Place.objects.get(slug="brindley"), fay=Person.objects.get(email="fay@example.org"))


@contextmanager
def server() -> Iterator[tuple[int, psutil.Process]]:
    """Run the application on a free port as `pennypot serve` does."""
    port = free_port()
    running = start(port)
    try:
        yield port, psutil.Process(running.pid)
    finally:
        running.terminate()
        running.wait(20)


def start(port: int) -> subprocess.Popen[bytes]:
    """Start the application and wait until it answers."""
    command = [sys.executable, "-W", "ignore", "-m", "uvicorn", "pennypot.house.asgi:application", "--port", str(port)]
    # In a session of its own, as a service is: what else is started here shares no processor time with it.
    running = subprocess.Popen([*command, "--log-level", "error", "--no-access-log"], cwd=ROOT, start_new_session=True)
    for _ in range(600):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return running
        if running.poll() is not None:
            raise SystemExit("The server stopped by itself.")
        time.sleep(0.1)
    raise SystemExit("The server did not answer within a minute.")


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as here:
        here.bind(("127.0.0.1", 0))
        return int(here.getsockname()[1])
