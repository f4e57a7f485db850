"""The server's processes: finding them, ending them, and telling them from strangers."""

from __future__ import annotations

import contextlib
import signal
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from pennypot.house.database.errors import DatabaseProblem
from pennypot.house.database.layout import PORT, Layout

SECONDS_TO_NOTICE = 5.0


def server_processes(layout: Layout) -> list[psutil.Process]:
    """Return every living process of a server: its main process, if that lives, and all helpers.

    They are known by what they show to everyone (the command and the title), because root in a
    container may not look at the working folder of another user's process.
    """
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):  # gone meanwhile, or hidden from us
            shown = process.cmdline()
            ours = _is_command(shown, layout) or " ".join(shown).startswith(f"postgres: {layout.token}: ")
            if ours and process.uids().real == layout.account.uid:
                found.append(process)
    return found


def main_process(layout: Layout) -> psutil.Process | None:
    """Return the server's main process, the parent of all others, if it lives."""
    for process in server_processes(layout):
        with contextlib.suppress(psutil.Error):
            parent = process.parent()
            # A helper shows its parent's command for an instant, until it has a title.
            if _is_command(process.cmdline(), layout) and not (parent and _is_command(parent.cmdline(), layout)):
                return process
    return None


def _is_command(shown: list[str], layout: Layout) -> bool:
    return len(shown) > 2 and Path(shown[0]).name == "postgres" and shown[1:3] == ["-D", str(layout.data)]


def clear_remains(layout: Layout) -> None:
    """Clear away what a killed server has left: orphans, and notes with the number of a stranger.

    Call it only while holding the lock of the home folder.

    Helpers that do not notice that their main process is gone are killed, which is safe then: the next
    start repairs from the log as after any crash.

    Raises
    ------
    DatabaseProblem
        A process cannot be ended.
    """
    if not wait_until(lambda: not server_processes(layout), SECONDS_TO_NOTICE):
        for orphan in server_processes(layout):
            _signal(orphan, signal.SIGKILL)
        if not wait_until(lambda: not server_processes(layout), SECONDS_TO_NOTICE):
            raise DatabaseProblem(f"A process of the database in {layout.data} does not end. Restart the machine.")
    # PostgreSQL sees for itself that a number is dead, but not that a stranger of the same account
    # has it now: then it would refuse to start for as long as the stranger lives.
    for note in (layout.data / "postmaster.pid", layout.sockets / f".s.PGSQL.{PORT}.lock"):
        pid = _noted_pid(note)
        if pid is not None and psutil.pid_exists(pid):
            note.unlink(missing_ok=True)


def end_server(layout: Layout, patience: float = 60) -> None:
    """End a server: politely, then firmly, then by force; return when no process of it is left.

    Parameters
    ----------
    layout
        The server's folders.
    patience
        Seconds for the clean stop, which rolls back what is open and writes everything down.
    """
    for how, seconds in ((signal.SIGINT, patience), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 10.0)):
        process = main_process(layout)
        if process is None:
            break
        _signal(process, how)
        with contextlib.suppress(psutil.TimeoutExpired):
            process.wait(seconds)
    clear_remains(layout)


def wait_until(happened: Callable[[], bool], seconds: float) -> bool:
    """Wait until something has happened, and return whether it did within so many seconds."""
    end = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def _noted_pid(note: Path) -> int | None:
    """Return the process number in the first line of a lock file of PostgreSQL."""
    try:
        return int(note.read_text(encoding="utf-8", errors="replace").split("\n", 1)[0])
    except (OSError, ValueError):
        return None


def _signal(process: psutil.Process, how: signal.Signals) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        process.send_signal(how)
