"""Runs the real command as people do, in a process of its own."""

from __future__ import annotations

import contextlib
import http.client
import os
import pwd
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil

import pennypot
from pennypot.house.database import EmbeddedServer
from pennypot.house.tests.embedded import interpreter

SOURCES = Path(pennypot.__file__).resolve().parents[1]


def environment(home: Path, **settings: str) -> dict[str, str]:
    """Return an environment with nothing of ours in it but these settings."""
    kept = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}
    libraries = [str(SOURCES), *(path for path in sys.path if path.endswith("site-packages"))]
    return kept | {"PYTHONPATH": os.pathsep.join(libraries), "PENNYPOT_HOME": str(home)} | settings


def pennypot_says(home: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a verb to its end."""
    return subprocess.run(
        [sys.executable, "-m", "pennypot", *arguments],
        env=environment(home, **settings),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def free_port() -> int:
    """Return a port that nobody has just now."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


class Site:
    """A running ``pennypot serve`` (or another verb that serves)."""

    def __init__(self, home: Path, verb: str = "serve", user: str | None = None, **settings: str) -> None:
        self.home = home
        self.port = free_port()
        self.database = EmbeddedServer(home)
        switch: dict[str, Any] = {}
        if user:
            switch = {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}
        # Not a pipe: nobody reads it while the site runs, and a full one would stop the site.
        self._printed = tempfile.TemporaryFile("w+")  # noqa: SIM115 - open as long as the site
        began = time.monotonic()
        self.process = subprocess.Popen(
            [*interpreter(user), "-m", "pennypot", verb],
            env=environment(home, PORT=str(self.port), **settings),
            stdout=self._printed,
            stderr=subprocess.STDOUT,
            cwd="/",
            **switch,
        )
        self._wait(90)
        self.seconds = time.monotonic() - began

    def _wait(self, seconds: float) -> None:
        """Wait until it answers; fail with what it said when it ends instead."""
        end = time.monotonic() + seconds
        while True:
            with contextlib.suppress(OSError, http.client.HTTPException):
                self.get("/healthz")
                return
            if self.process.poll() is not None or time.monotonic() > end:
                self.process.kill()
                raise AssertionError(f"It did not start: {self.printed()}")
            time.sleep(0.05)

    def printed(self) -> str:
        """Return what it has printed so far."""
        self._printed.seek(0)
        return self._printed.read()

    def get(self, path: str, **headers: str) -> tuple[int, bytes]:
        """Return status and body of a page."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def processes(self) -> list[int]:
        """Return the numbers of all its processes, the database's too."""
        children = psutil.Process(self.process.pid).children(recursive=True)
        return [self.process.pid, *(child.pid for child in children), *self.database.processes()]

    def stop(self, how: signal.Signals = signal.SIGINT) -> str:
        """Ask it to stop, wait until it has, and return everything it printed."""
        self.process.send_signal(how)
        self.process.wait(30)
        return self.printed()

    def close(self) -> None:
        """Let go of what it printed."""
        self._printed.close()

    def kill_everything(self) -> None:
        """End every process of it as a power cut would."""
        for number in set(self.processes()):
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        self.process.wait(10)


@contextlib.contextmanager
def site(home: Path, *arguments: str, **settings: str) -> Iterator[Site]:
    """Run a site for the length of a block."""
    running = Site(home, *arguments, **settings)
    try:
        yield running
    finally:
        if running.process.poll() is None:
            running.stop()
        running.close()
