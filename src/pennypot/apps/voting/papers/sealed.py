"""Letters at rest: each part is sealed to a key whose private half is only in the browser of the officer who asked.

A code exists in the letter and nowhere else. Between the worker that makes the letters and the officer who fetches them
they lie in the home folder, where a backup, an operator or a thief finds nothing that can be read without that browser.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import uuid
from pathlib import Path

from django.conf import settings
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox


class CannotOpen(Exception):
    """This browser has not the key, or the letters are gone."""


def new_key() -> tuple[bytes, bytes]:
    """Return a fresh private key and its public key, 32 bytes each (X25519)."""
    made = PrivateKey.generate()
    return bytes(made), bytes(made.public_key)


def public_half(private_key: bytes) -> bytes:
    """Return the public key of a private one."""
    return bytes(PrivateKey(private_key).public_key)


def put(run: uuid.UUID, name: str, content: bytes, public_key: bytes) -> None:
    """Seal something and keep it under a run, whole or not at all."""
    home = _folder(run)
    making = home / f".{name}.{secrets.token_hex(4)}"
    sealed = bytes(SealedBox(PublicKey(public_key)).encrypt(content))
    with os.fdopen(os.open(making, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(sealed)
    making.replace(home / name)


def get(run: uuid.UUID, name: str, private_key: bytes) -> bytes:
    """Return what lies sealed under a run.

    Raises
    ------
    CannotOpen
        The key is another one, or it is gone.
    """
    try:
        sealed = (_folder(run) / name).read_bytes()
        return bytes(SealedBox(PrivateKey(private_key)).decrypt(sealed))
    except (FileNotFoundError, CryptoError, ValueError) as problem:
        raise CannotOpen from problem


def remove(run: uuid.UUID, name: str) -> None:
    """Delete one file of a run; harmless when it is gone."""
    (_home() / str(run) / name).unlink(missing_ok=True)


def throw_away(run: uuid.UUID) -> None:
    """Delete everything of a run; harmless when it is gone."""
    with contextlib.suppress(FileNotFoundError):
        shutil.rmtree(_home() / str(run))


def _folder(run: uuid.UUID) -> Path:
    made = _home() / str(run)
    for one in (made.parent.parent, made.parent, made):
        one.mkdir(mode=0o700, parents=True, exist_ok=True)
    return made


def _home() -> Path:
    # Beside the elections' private files, which backups leave out.
    return Path(settings.HOME) / "elections" / "letters"
