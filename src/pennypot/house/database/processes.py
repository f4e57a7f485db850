"""The server's processes: finding them, ending them, and telling them from strangers."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from pennypot.house.database.errors import DatabaseProblem
from pennypot.house.database.home import PORT


def server_processes(data: Path) -> list[psutil.Process]:
    """Return every living process of the server on this data.

    All of PostgreSQL's processes stand in the folder of their data, which tells them from other
    servers and from a stranger who was given the number of a dead one.
    """
    found = []
    where = str(data.resolve())
    for process in psutil.process_iter():
        try:
            if process.name() == "postgres" and process.cwd() == where and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.Error:  # gone meanwhile, or another user's
            continue
    return found


def main_process(data: Path) -> psutil.Process | None:
    """Return the server's first process, which all others descend from, if it lives."""
    noted = noted_pid(data / "postmaster.pid")
    for process in server_processes(data):
        if process.pid == noted:
            return process
    return None


def noted_pid(note: Path) -> int | None:
    """Return the process number in the first line of a lock file of PostgreSQL."""
    try:
        return int(note.read_text(encoding="utf-8", errors="replace").split("\n", 1)[0])
    except (OSError, ValueError):
        return None


def clear_remains(data: Path, sockets: Path, patience: float = 5) -> None:
    """Clear away what a server that was killed has left: orphans, and notes with a stranger's number.

    Call it only while holding the lock of the home folder and with no server running.

    Parameters
    ----------
    data, sockets
        The folders of the data and of the socket.
    patience
        Seconds for orphans to notice that their server is gone before they are killed. Killing one
        is safe then: the next start repairs from the log as after any crash.
    """
    if not wait_until(lambda: not server_processes(data), patience):
        for orphan in server_processes(data):
            _signal(orphan, signal.SIGKILL)
        if not wait_until(lambda: not server_processes(data), patience):
            raise DatabaseProblem(f"A process of the database in {data} does not end. Restart the machine.")
    # PostgreSQL sees for itself that a number is dead, but not that a stranger of the same account
    # has it now: then it would refuse to start for as long as the stranger lives.
    for note in (data / "postmaster.pid", sockets / f".s.PGSQL.{PORT}.lock"):
        pid = noted_pid(note)
        if pid is not None and psutil.pid_exists(pid):
            note.unlink(missing_ok=True)


def end_server(data: Path, patience: float = 60) -> None:
    """End the server on this data: politely, then firmly, then by force; return when all are gone.

    Parameters
    ----------
    data
        The folder of the data.
    patience
        Seconds for the clean stop, which rolls back what is open and writes everything down.
    """
    for how, seconds in ((signal.SIGINT, patience), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 10.0)):
        process = main_process(data)
        if process is None:
            break
        _signal(process, how)
        try:
            process.wait(seconds)
        except psutil.TimeoutExpired:
            continue
    clear_remains(data, data)


def wait_until(happened: Callable[[], bool], seconds: float) -> bool:
    """Wait until something has happened, and return whether it did within so many seconds."""
    end = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def _signal(process: psutil.Process, how: signal.Signals) -> None:
    try:
        process.send_signal(how)
    except psutil.NoSuchProcess:
        pass
