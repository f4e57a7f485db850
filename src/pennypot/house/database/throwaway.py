"""A server in a temporary folder, for tests and measurements."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from pennypot.house.database.account import running_as_root
from pennypot.house.database.layout import LOCK
from pennypot.house.database.lock import OwnerLock
from pennypot.house.database.processes import end_server
from pennypot.house.database.server import EmbeddedServer

_PREFIX = "pennypot-throwaway-"


@contextlib.contextmanager
def throwaway_server() -> Iterator[EmbeddedServer]:
    """Run a fast server in a new temporary folder; afterwards stop it and delete everything.

    Yields
    ------
    EmbeddedServer
        Started. A crash of the machine may ruin its data, which nobody will miss.
    """
    clear_abandoned()
    home = Path(tempfile.mkdtemp(prefix=_PREFIX))
    if running_as_root():
        # We made it, so we may let the system user pass through it.
        home.chmod(0o711)
    server = EmbeddedServer(home, fast=True)
    try:
        yield server.start()
    finally:
        server.stop()
        _delete(server)


def clear_abandoned() -> None:
    """End and delete the throw-away servers of this user whose owner was killed a minute ago or longer."""
    for home in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with contextlib.suppress(FileNotFoundError):  # another process clears it away just now
            path = home / LOCK
            # A younger one may be about to take its lock.
            if home.stat().st_uid != os.geteuid() or time.time() - path.stat().st_mtime < 60:
                continue
            lock, server = OwnerLock(path), EmbeddedServer(home)
            if lock.take():
                end_server(server.layout)
                _delete(server)
                lock.release()


def _delete(server: EmbeddedServer) -> None:
    # Not below home where even the temporary folder cannot be reached by the system user.
    shutil.rmtree(server.layout.base, ignore_errors=True)
    shutil.rmtree(server.home, ignore_errors=True)
