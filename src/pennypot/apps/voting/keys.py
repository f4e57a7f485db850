"""The election's key and its three shares, of which any two make the key and one alone says nothing.

The key is a number s below 2**256. A share is a point on a straight line through (0, s) with a random slope a, modulo a
prime p just above 2**256: share x is (x, s + a x mod p). Two points give the line and so s; for one point every s is
equally likely (Shamir, "How to share a secret", 1979, with a polynomial of degree one).
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass

from nacl.public import PrivateKey

PRIME = 2**256 + 297
HOLDERS = 3
_BYTES = 33
_CHECK = 3
# Letters and digits that nobody takes for another: no I, L, O and U (Crockford's base 32).
_PLAIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_CLEAR = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_TO_CLEAR = str.maketrans(_PLAIN, _CLEAR)
_TO_PLAIN = str.maketrans(_CLEAR, _PLAIN)
_MISREAD = str.maketrans("OIL", "011")


class BadShare(ValueError):
    """What was typed is not a share of this election."""


@dataclass(frozen=True)
class Share:
    """One share: which of the three, and its value."""

    which: int
    value: int

    @property
    def sha256(self) -> bytes:
        """Tells a typing slip from the right sheet; the value has 256 random bits, so this says nothing of it."""
        return hashlib.sha256(b"pennypot share\n%d\n" % self.which + self.value.to_bytes(_BYTES, "big")).digest()

    @property
    def text(self) -> str:
        """What is printed: the number of the share, then groups of four letters and digits that check themselves."""
        raw = self.value.to_bytes(_BYTES, "big")
        coded = base64.b32encode(raw + _check(self.which, raw)).decode().rstrip("=").translate(_TO_CLEAR)
        groups = [coded[at : at + 4] for at in range(0, len(coded), 4)]
        return f"{self.which}-" + "-".join(groups)


def new_key() -> tuple[bytes, bytes]:
    """Return a fresh private key and its public key, 32 bytes each (X25519)."""
    made = PrivateKey.generate()
    return bytes(made), bytes(made.public_key)


def split(private_key: bytes) -> tuple[Share, Share, Share]:
    """Return three shares of a key, each two of which make it again."""
    secret, slope = int.from_bytes(private_key, "big"), secrets.randbelow(PRIME)
    first, second, third = (Share(which, (secret + slope * which) % PRIME) for which in range(1, HOLDERS + 1))
    return first, second, third


def combine(one: Share, other: Share) -> bytes:
    """Return the key that two different shares make.

    Raises
    ------
    BadShare
        They are the same share, or not two of one key.
    """
    if one.which == other.which:
        raise BadShare("two different shares are needed")
    # The line through both points, at nought.
    top = one.value * other.which - other.value * one.which
    secret = top * pow(other.which - one.which, -1, PRIME) % PRIME
    if secret >= 2**256:
        raise BadShare("these shares do not belong together")
    return secret.to_bytes(32, "big")


def public_half(private_key: bytes) -> bytes:
    """Return the public key of a private one."""
    return bytes(PrivateKey(private_key).public_key)


def read_share(text: str) -> Share:
    """Read a share as it was typed or scanned; small letters, spaces and other hyphens do no harm.

    Raises
    ------
    BadShare
        A letter is missing or wrong.
    """
    plain = "".join(letter for letter in text.upper() if letter.isascii() and letter.isalnum()).translate(_MISREAD)
    which, coded = plain[:1], plain[1:]
    if which not in ("1", "2", "3"):
        raise BadShare("a share begins with its number")
    try:
        padded = coded.translate(_TO_PLAIN) + "=" * (-len(coded) % 8)
        raw = base64.b32decode(padded)
    except ValueError as problem:
        raise BadShare("a letter is missing or wrong") from problem
    value, check = raw[:_BYTES], raw[_BYTES:]
    share = Share(int(which), int.from_bytes(value, "big"))
    if len(raw) != _BYTES + _CHECK or check != _check(share.which, value) or share.value >= PRIME:
        raise BadShare("a letter is missing or wrong")
    return share


def _check(which: int, raw: bytes) -> bytes:
    return hashlib.sha256(b"pennypot check\n%d\n" % which + raw).digest()[:_CHECK]
