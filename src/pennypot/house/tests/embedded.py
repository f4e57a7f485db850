"""What the tests of the embedded database share: homes to start in, and Pythons run by others."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest

import pennypot
from pennypot.house.database import EmbeddedServer
from pennypot.house.database.processes import end_server, server_processes

AS_ROOT = os.geteuid() == 0
_ENVIRONMENT = {
    "PATH": os.defpath,
    "LC_ALL": "C.UTF-8",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONPATH": f"{Path(pennypot.__file__).resolve().parents[1]}{os.pathsep}{Path(psycopg.__file__).parents[1]}",
}


@contextmanager
def new_home(name: str = "home") -> Iterator[Path]:
    """Yield the path of a home folder that is not there yet; afterwards end what runs in it and delete it."""
    above = Path(tempfile.mkdtemp(prefix="pennypot-test-"))
    above.chmod(0o711)
    home = above / name
    try:
        yield home
    finally:
        end(home)
        shutil.rmtree(above)


def end(home: Path) -> None:
    """End whatever server runs in a home folder, whoever owns it."""
    if home.is_dir():
        end_server(EmbeddedServer(home).layout)


def of_each_process(server: EmbeddedServer, question: Callable[[psutil.Process], Any]) -> list[Any]:
    """Ask something of each process of a server; who answers a client may be gone before it is asked."""
    answers = []
    for process in server_processes(server.layout):
        with suppress(psutil.NoSuchProcess, ProcessLookupError):
            answers.append(question(process))
    return answers


def execute(server: EmbeddedServer, statement: str, database: str = "pennypot") -> list[Any]:
    """Run one statement as the application and return its rows."""
    with psycopg.connect(server.url(database), autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


@lru_cache
def interpreter(user: str | None) -> list[str]:
    """Return a command for a Python that a user can run: ours is out of reach below a private folder."""
    if user is None:
        return [sys.executable]
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for program in (sys.executable, f"/usr/bin/{version}", f"/usr/local/bin/{version}"):
        try:
            tried = subprocess.run(
                [program, "-c", "import pennypot.house.database"],
                env=_ENVIRONMENT,
                capture_output=True,
                user=user,
                group=pwd.getpwnam(user).pw_gid,
                extra_groups=[],
                cwd="/",
                check=False,
            )
        except OSError:
            continue
        if tried.returncode == 0:
            return [program]
    pytest.skip(f"no {version} that the user {user} can run with Pennypot's libraries")


def python(code: str, *arguments: object, user: str | None = None) -> subprocess.Popen[str]:
    """Start a Python that runs this code, perhaps as another user, with pipes to talk to it."""
    return subprocess.Popen(
        [*interpreter(user), "-c", code, *map(str, arguments)],
        env=_ENVIRONMENT,
        cwd="/",
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **({"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []} if user else {}),
    )


# Starts the server of the home folder in its first argument, says whether it owns it and the number
# of the main process, and waits to be told to stop (or to be killed).
OWNER = """
import sys
from pathlib import Path
from pennypot.house.database import EmbeddedServer
server = EmbeddedServer(Path(sys.argv[1]), fast=True).start()
print(server.owned, min(server.processes()), flush=True)
sys.stdin.readline()
server.stop()
print(len(server.processes()), flush=True)
"""
