"""Codes that people type in a hall: of a session, and of a seat card.

Nineteen letters without vowels (no words by chance) and without those that are taken for figures or for one another.
Six of them are 47 million codes; tries are limited (`game.limits`).
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

from django.conf import settings

from pennypot.apps.game.models import Chair

LETTERS = "BCDFGHJKMNPQRSTVWXZ"
LENGTH = 6


def new_code() -> str:
    """Return a code by chance."""
    return "".join(secrets.choice(LETTERS) for _ in range(LENGTH))


def plain(typed: str) -> str:
    """Return what somebody typed without spaces, dashes and small letters; at most what a code can be."""
    return "".join(letter for letter in typed.upper()[:40] if letter in LETTERS)[: LENGTH + 1]


def card_code(chair: Chair) -> str:
    """Return the code on a chair's seat card: worked out, kept nowhere, another one when ``chair.card`` changes."""
    text = f"game.card\x1f{chair.pk}\x1f{chair.card}"
    digest = hmac.new(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).digest()
    number = int.from_bytes(digest)
    letters = []
    for _ in range(LENGTH):
        number, letter = divmod(number, len(LETTERS))
        letters.append(LETTERS[letter])
    return "".join(letters)


def is_card_code(chair: Chair, typed: str) -> bool:
    """Say whether somebody holds the chair's card, in a time that tells nothing."""
    return hmac.compare_digest(card_code(chair), plain(typed))


def spaced(code: str) -> str:
    """Write a code as people read it aloud: ``KMN PRT``."""
    return f"{code[:3]} {code[3:]}"
