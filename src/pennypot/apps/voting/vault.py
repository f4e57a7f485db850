"""The private files of an election, in the home folder and never in the database.

``<home>/elections/<id>/`` is readable by its owner only. It holds the round key (until the election has closed), the
log's signing key, shares that wait for their holders, and the one share that waits for the second at an opening.
Backups leave the folder out: see docs/decisions/020-round-key.md.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

from django.conf import settings

ROUND_KEY = "round.key"
LOG_KEY = "log.key"
CHECKPOINTS = "checkpoints.txt"


class Lost(Exception):
    """A private file of an election is not there."""


def folder(election_id: int) -> Path:
    """Return the election's own folder, made when missing."""
    made = Path(settings.HOME) / "elections" / str(election_id)
    for one in (made.parent, made):
        one.mkdir(mode=0o700, parents=True, exist_ok=True)
    return made


def write_new(election_id: int, name: str, content: bytes) -> None:
    """Write a private file that is not there yet, whole or not at all.

    Raises
    ------
    FileExistsError
        It is there already.
    """
    home = folder(election_id)
    making = home / f".{name}.{secrets.token_hex(4)}"
    with os.fdopen(os.open(making, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    try:
        os.link(making, home / name)
    finally:
        making.unlink()
    _sync(home)


def read(election_id: int, name: str) -> bytes:
    """Return a private file.

    Raises
    ------
    Lost
        It is not there.
    """
    try:
        return (folder(election_id) / name).read_bytes()
    except FileNotFoundError as problem:
        raise Lost(name) from problem


def exists(election_id: int, name: str) -> bool:
    """Whether a private file is there."""
    return (folder(election_id) / name).exists()


def take(election_id: int, name: str) -> bytes:
    """Return a private file and destroy it, so that of many who ask at once exactly one gets it.

    Raises
    ------
    Lost
        Somebody else has it, or it never was.
    """
    home = folder(election_id)
    mine = home / f".{name}.{secrets.token_hex(4)}"
    try:
        (home / name).rename(mine)
    except FileNotFoundError as problem:
        raise Lost(name) from problem
    content = mine.read_bytes()
    _destroy(mine)
    return content


def destroy(election_id: int, name: str) -> None:
    """Overwrite and remove a private file; harmless when it is gone already."""
    with contextlib.suppress(FileNotFoundError):
        _destroy(folder(election_id) / name)


def append(election_id: int, name: str, text: str) -> None:
    """Add to the end of a file, on the disk before this returns."""
    path = folder(election_id) / name
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())


def _destroy(path: Path) -> None:
    with path.open("r+b") as out:
        out.write(secrets.token_bytes(path.stat().st_size))
        out.flush()
        os.fsync(out.fileno())
    path.unlink()
    _sync(path.parent)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
