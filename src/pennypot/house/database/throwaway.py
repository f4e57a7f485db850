"""A server in a temporary folder, for tests and measurements."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pennypot.house.database.account import running_as_root
from pennypot.house.database.server import EmbeddedServer


@contextmanager
def throwaway_server() -> Iterator[EmbeddedServer]:
    """Run a fast server in a new temporary folder; afterwards stop it and delete everything.

    Yields
    ------
    EmbeddedServer
        Started. A crash of the machine may ruin its data, which nobody will miss.
    """
    home = Path(tempfile.mkdtemp(prefix="pennypot-"))
    if running_as_root():
        # We made it, so we may let the system user pass through it.
        home.chmod(0o711)
    server = EmbeddedServer(home, fast=True)
    try:
        yield server.start()
    finally:
        server.stop()
        # Not below home where even the temporary folder cannot be reached by the system user.
        shutil.rmtree(server.layout.base, ignore_errors=True)
        shutil.rmtree(home, ignore_errors=True)
