"""Codes that come by post: long enough that nobody guesses one, short enough that everybody can type one.

A code is fifteen signs drawn by the system's random source, and a sixteenth that checks them::

    7KQM-2XWP-HT4C-93NR

The alphabet has 23 signs: no vowels, so no words; and of each pair that looks alike on paper only one (``2`` and no
``Z``, ``8`` and no ``B``, ``6`` and no ``G``, ``V`` and no ``U``; no ``0 O 1 I L 5 S`` at all). Fifteen of them hold
15 x log2(23) = 67.8 bits. 23 is a prime, so the weighted sum finds every single wrong sign and every two that changed
places (the classic argument: a difference of weights times a difference of signs is not a multiple of a prime).

The database keeps only an HMAC-SHA256 of a code, under a key that is derived from the site's secret key and the round:
whoever reads the table, or a backup of it, has no code, and a code of one round says nothing in another.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

from django.conf import settings

ALPHABET = "2346789CDFHJKMNPQRTVWXY"
LENGTH = 16
_VALUE = {sign: value for value, sign in enumerate(ALPHABET)}
_LOOKS_LIKE = str.maketrans("ZBGU", "286V")
_SEPARATORS = str.maketrans("", "", " \t\r\n-‐‑‒–—._/")


def new_code() -> str:
    """Draw a code, without separators."""
    drawn = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH - 1))
    return drawn + _check_sign(drawn)


def said(code: str) -> str:
    """Write a code as it is printed: four groups of four."""
    return "-".join(code[start : start + 4] for start in range(0, LENGTH, 4))


def plain(typed: str) -> str:
    """Return what was typed in the one way of writing: capital letters, no separators, look-alikes put right."""
    return typed[:80].upper().translate(_SEPARATORS).translate(_LOOKS_LIKE)


def holds(code: str) -> bool:
    """Say whether a plain code has the right length, only signs of the alphabet, and the right check sign."""
    if len(code) != LENGTH or any(sign not in _VALUE for sign in code):
        return False
    return hmac.compare_digest(code[-1], _check_sign(code[:-1]))


def _check_sign(drawn: str) -> str:
    return ALPHABET[sum(weight * _VALUE[sign] for weight, sign in enumerate(drawn, start=1)) % len(ALPHABET)]


def keyed(round_id: int, purpose: str, value: str) -> bytes:
    """Return the keyed hash (32 bytes) under which the roll knows a code, an e-mail address or a phone.

    Parameters
    ----------
    round_id
        The round it is good for; the same value hashes differently in another round.
    purpose
        What the value is (``code``, ``email``, ``phone``), so that one can never stand for another.
    """
    key = hmac.new(settings.SECRET_KEY.encode(), f"voting:{purpose}:{round_id}".encode(), hashlib.sha256).digest()
    return hmac.new(key, value.encode(), hashlib.sha256).digest()


def hash_of(round_id: int, code: str) -> bytes:
    """Return the keyed hash of a plain code."""
    return keyed(round_id, "code", code)
