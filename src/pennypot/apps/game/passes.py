"""The seat cookie: signed, with a random token and nothing else. The database holds the token's hash."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping

from django.conf import settings
from django.core import signing
from django.http import HttpResponse

LASTS = 24 * 3600
_SALT = "game.seat"


def cookie_name() -> str:
    """Return the cookie's name; a browser takes a ``__Host-`` cookie only over https."""
    return "__Host-game" if settings.OVER_HTTPS else "pennypot-game"


def new_token() -> str:
    """Return a token by chance."""
    return secrets.token_urlsafe(24)


def hash_of(token: str) -> bytes:
    """Return what the database keeps of a token."""
    return hashlib.sha256(token.encode()).digest()


def token_in(cookies: Mapping[str, str]) -> str | None:
    """Return the token that a browser holds, unless it is too old or not ours."""
    try:
        token = signing.loads(cookies.get(cookie_name(), ""), salt=_SALT, max_age=LASTS)
    except signing.BadSignature:
        return None
    return token if isinstance(token, str) else None


def value_of(token: str) -> str:
    """Return the cookie's value for a token."""
    return signing.dumps(token, salt=_SALT)


def give(response: HttpResponse, token: str) -> None:
    """Put a token into the browser."""
    response.set_cookie(
        cookie_name(),
        value_of(token),
        max_age=LASTS,
        secure=settings.OVER_HTTPS,
        httponly=True,
        samesite="Lax",
    )


def take_back(response: HttpResponse) -> None:
    """End it in this browser."""
    # As it was set: over https a browser forgets a `__Host-` cookie only when told so securely.
    response.set_cookie(cookie_name(), "", max_age=0, secure=settings.OVER_HTTPS, httponly=True, samesite="Lax")
