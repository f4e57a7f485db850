"""Where handed-over files lie, and reading one in a process of its own.

Everything is under the installation's uploads folder, which backups hold; names are random and say nothing.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.files import File

from pennypot.apps.budgets.aside import Job

_PIECE = 1024 * 1024
_MOST_SAID = 4_000

Progress = Callable[[int, int], None]


def folder(name: str = "") -> Path:
    """Return the uploads folder, or a folder of ours in it, which is made if need be."""
    found = Path(settings.HOME) / "uploads" / name
    found.mkdir(parents=True, exist_ok=True)
    return found


def path_of(stored_as: str) -> Path:
    """Return where a stored file is; `stored_as` is a name that `new_name` made."""
    return Path(settings.HOME) / "uploads" / stored_as


def new_name(ending: str = "") -> str:
    """Return a random name for a file; its folder exists."""
    folder("handed-over")
    return f"handed-over/{secrets.token_hex(16)}{ending}"


def store(sent: File | Path) -> tuple[str, int, str]:
    """Keep a file as it came, in pieces of one megabyte.

    Returns
    -------
    (str, int, str)
        The name it is stored under, its size in bytes and its SHA-256.
    """
    name = new_name()
    digest, size = hashlib.sha256(), 0
    path = path_of(name)
    with path.open("xb") as kept:
        path.chmod(0o600)
        for piece in _pieces(sent):
            digest.update(piece)
            kept.write(piece)
            size += len(piece)
    return name, size, digest.hexdigest()


def _pieces(sent: File | Path) -> Iterator[bytes]:
    if isinstance(sent, File):
        yield from sent.chunks(_PIECE)
        return
    with sent.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece


def remove(names: Iterable[str]) -> None:
    """Remove stored files; those that are gone already are no problem."""
    for name in names:
        if name:
            path_of(name).unlink(missing_ok=True)


def rows_of(stored_as: str, first: int | None = None) -> Iterator[dict[str, Any]]:
    """Yield the rows that reading wrote beside a file: all of them, or the first so many."""
    path = path_of(stored_as)
    if stored_as and path.exists():
        with path.open(encoding="utf-8") as file:
            for line in islice(file, first):
                yield json.loads(line)


class Stopped(Exception):
    """The process that was reading ended without saying why."""


def read_aside(job: Job, progress: Progress | None = None) -> dict[str, Any]:
    """Read a file in a process of its own.

    Returns
    -------
    dict
        ``{"result": ...}`` or ``{"cannot": ...}``, as `pennypot.apps.budgets.aside` tells it.

    Raises
    ------
    Stopped
        The process ended early: it was killed, or it met a mistake of ours, which the error then holds.
    """
    command = [sys.executable, "-m", "pennypot.apps.budgets.aside"]
    pipe = subprocess.PIPE
    with (
        tempfile.TemporaryFile() as complaints,
        subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=complaints, cwd="/") as process,
    ):
        try:
            assert process.stdin and process.stdout
            with contextlib.suppress(BrokenPipeError), process.stdin as ask:  # it ended before it listened
                ask.write(json.dumps(asdict(job)).encode())
            last = _listen(process.stdout, progress)
        except BaseException:
            process.kill()
            raise
        process.wait()
        complaints.seek(0)
        said = complaints.read(_MOST_SAID).decode(errors="replace")
    if not last:
        raise Stopped(f"reading ended with {process.returncode}: {said}")
    return last


def _listen(out: IO[bytes], progress: Progress | None) -> dict[str, Any]:
    for line in out:
        with contextlib.suppress(ValueError):  # half a line, of a process that was killed
            told: dict[str, Any] = json.loads(line)
            if "done" not in told:
                return told
            if progress:
                progress(told["done"], told["of"])
    return {}
