"""Sealing and opening ballots.

What is inside is canonical JSON {choices, nonce, word}: the choices as `choices` writes them, 128 random bits so that
nobody can guess the commitment, and the voter's own word. The commitment is SHA-256 over it. It is padded to one length
for the whole election before it is sealed (X25519, XSalsa20-Poly1305: libsodium's sealed box), so that the size of a
sealed ballot says nothing about the choice.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox

from pennypot.apps.voting.log.leaves import canonical

# The padding rounds up to this, so that small changes of a form do not show.
ROUNDED_TO = 256
# The voter's own word, in letters; each takes at most four bytes, or six where JSON writes it as \\u0000.
WORD_LETTERS = 40
_WORD_BYTES = WORD_LETTERS * 6


class CannotOpen(Exception):
    """A sealed ballot that this key does not open, or that holds something else than it committed to."""


@dataclass(frozen=True)
class Sealed:
    """A ballot ready for the log: what it commits to, and what only the key opens."""

    commitment: bytes
    sealed: bytes


def padded_bytes(form: str, numbers: Iterable[int], max_choices: int | None, points: int | None) -> int:
    """Return a length, in bytes, that every ballot of a form fits into.

    Parameters
    ----------
    form
        approve, knapsack, rank or points.
    numbers
        The projects' numbers.
    """
    longest = sorted((len(str(number)) + 1 for number in numbers), reverse=True)[: max_choices or None]
    each = len(str(points or 0)) + 3 if form == "points" else 0
    body = len(canonical({"choices": [], "nonce": "0" * 32, "word": ""})) + sum(longest) + each * len(longest)
    return -(-(body + _WORD_BYTES + 1) // ROUNDED_TO) * ROUNDED_TO


def seal(choices: Sequence[Any], word: str, public_key: bytes, length: int) -> Sealed:
    """Seal one ballot.

    Parameters
    ----------
    choices
        As `choices.Choices.as_json` writes them.
    word
        The voter's own word; cut to `WORD_LETTERS`.
    length
        What it is padded to, in bytes.

    Raises
    ------
    ValueError
        It does not fit: the choices were not checked.
    """
    body = canonical({"choices": list(choices), "nonce": secrets.token_hex(16), "word": word[:WORD_LETTERS]})
    if len(body) >= length:
        raise ValueError("the ballot is longer than any that holds")
    padded = body + b"\x80" + bytes(length - len(body) - 1)
    return Sealed(hashlib.sha256(body).digest(), bytes(SealedBox(PublicKey(public_key)).encrypt(padded)))


class Opener:
    """Opens sealed ballots with the private key that two shares make."""

    def __init__(self, private_key: bytes) -> None:
        self._box = SealedBox(PrivateKey(private_key))

    def open(self, sealed: bytes, commitment: bytes) -> bytes:
        """Return what is inside, if it is what was committed to.

        Raises
        ------
        CannotOpen
            The key is another one, or the ballot was changed.
        """
        try:
            body = self._box.decrypt(sealed).rstrip(b"\x00")
        except CryptoError as problem:
            raise CannotOpen("this key does not open the ballot") from problem
        if body[-1:] != b"\x80" or hashlib.sha256(body[:-1]).digest() != commitment:
            raise CannotOpen("the ballot holds something else than it committed to")
        return body[:-1]


def choices_in(body: bytes) -> list[Any]:
    """Return the choices that an opened ballot holds."""
    found: list[Any] = json.loads(body)["choices"]
    return found
