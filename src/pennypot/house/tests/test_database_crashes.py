"""The embedded server after kill -9 of this and that: all data is there, and nothing is left over."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from pennypot.house.database import EmbeddedServer
from pennypot.house.database.processes import server_processes
from pennypot.house.database.throwaway import clear_abandoned
from pennypot.house.tests.embedded import OWNER, execute, python


@pytest.fixture
def home(stopped_home: Path) -> Iterator[Path]:
    """A home folder with a database in which nothing is called ``kept``."""
    yield stopped_home
    with EmbeddedServer(stopped_home, fast=True) as server:
        execute(server, "DROP TABLE IF EXISTS kept")


def kill(*numbers: int) -> None:
    for number in numbers:
        # Helpers may notice that their main process is gone, and end by themselves.
        with contextlib.suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)


def test_after_kill_9_of_the_main_process_a_new_start_has_all_data(home: Path) -> None:
    with EmbeddedServer(home, fast=True) as server:
        execute(server, "CREATE TABLE kept AS SELECT 42 AS answer")
        kill(min(server.processes()))
        server.start()
        assert server.owned
        assert execute(server, "SELECT answer FROM kept") == [(42,)]
    assert server.processes() == []


def test_after_kill_9_of_everything_a_new_start_has_all_data(home: Path) -> None:
    owner = python(OWNER.replace(", fast=True", ""), home)
    assert owner.stdout.readline().startswith("True")
    server = EmbeddedServer(home)
    execute(server, "CREATE TABLE kept AS SELECT 42 AS answer")
    kill(owner.pid, *server.processes())
    owner.communicate()
    with server:
        assert server.owned
        assert execute(server, "SELECT answer FROM kept") == [(42,)]
    assert server.processes() == []


def test_when_only_the_owner_was_killed_the_next_start_adopts_the_server(home: Path) -> None:
    owner = python(OWNER, home)
    _, number = owner.stdout.readline().split()
    kill(owner.pid)
    owner.communicate()
    server = EmbeddedServer(home)
    assert int(number) in server.processes()
    with server:
        assert server.owned
        assert min(server.processes()) == int(number)
    assert server.processes() == []


def test_who_was_attached_owns_the_server_after_starting_again_when_the_owner_is_gone(home: Path) -> None:
    owner = python(OWNER, home)
    owner.stdout.readline()
    server = EmbeddedServer(home).start()
    assert not server.owned
    owner.communicate("\n")
    assert not server.running
    with server.start():
        assert server.owned
        assert server.running


def test_a_stranger_with_the_number_of_a_dead_server_is_left_in_peace(home: Path) -> None:
    with EmbeddedServer(home, fast=True) as server:
        execute(server, "CREATE TABLE kept AS SELECT 42 AS answer")
        note = server.layout.data / "postmaster.pid"
        lock = server.layout.sockets / ".s.PGSQL.5432.lock"
        stale = {path: path.read_text() for path in (note, lock)}
    # The stranger runs as the server's account: else PostgreSQL would see for itself that it is one.
    stranger = subprocess.Popen(["sleep", "60"], cwd="/", **server.layout.account.switch())
    for path, text in stale.items():
        path.write_text("\n".join([str(stranger.pid), *text.split("\n")[1:]]))
        os.chown(path, server.layout.account.uid, server.layout.account.gid)
    with server:
        assert execute(server, "SELECT answer FROM kept") == [(42,)]
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_a_server_whose_socket_was_swept_away_is_ended_and_started_anew(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = python(OWNER, home)
    _, number = owner.stdout.readline().split()
    kill(owner.pid)
    owner.communicate()
    server = EmbeddedServer(home)
    for path in server.layout.sockets.iterdir():
        path.unlink()
    monkeypatch.setattr("pennypot.house.database.server.SECONDS_TO_ANSWER", 0.3)
    with server:
        assert execute(server, "SELECT 1") == [(1,)]
        assert not psutil.pid_exists(int(number))


def test_a_helper_that_outlives_its_main_process_does_not_stop_the_next_start(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pennypot.house.database.processes.SECONDS_TO_NOTICE", 0.5)
    with EmbeddedServer(home, fast=True) as server:
        numbers = server.processes()
        [orphan] = [one for one in server_processes(server.layout) if "checkpointer" in " ".join(one.cmdline())]
        # Stopped, it cannot notice that the main process is gone.
        orphan.suspend()
        kill(numbers[0])
        server.start()
        assert server.running
        assert not orphan.is_running() or orphan.status() == psutil.STATUS_ZOMBIE


def test_a_throw_away_server_whose_owner_was_killed_is_cleared_away() -> None:
    code = """
import sys
from pennypot.house.database import throwaway_server
with throwaway_server() as server:
    print(server.home, flush=True)
    sys.stdin.readline()
"""
    owner = python(code)
    home = Path(owner.stdout.readline().strip())
    server = EmbeddedServer(home)
    assert server.running
    lock = home / "database.lock"
    os.utime(lock, (0, 0))
    clear_abandoned()
    assert server.running, "its owner lives"
    kill(owner.pid)
    owner.communicate()
    # Another test beside this one may be clearing it away already.
    for _ in range(100):
        clear_abandoned()
        if not home.exists():
            break
        time.sleep(0.1)
    assert not home.exists()
    assert server.processes() == []
