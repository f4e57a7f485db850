"""The cookie of a game alone: by place a random token, signed. The database holds the token's hash and no name."""

from __future__ import annotations

import secrets
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from pennypot.apps.game.passes import hash_of
from pennypot.apps.places.models import Place

LASTS = 30 * 24 * 3600
# A form that begins a game is good for a day.
_BEGIN_LASTS = 24 * 3600
_COOKIE, _BEGIN = "game.solo", "game.solo.begin"
# One browser keeps games of so many places; the oldest makes room.
MOST = 6


def cookie_name() -> str:
    """Return the cookie's name; a browser takes a ``__Host-`` cookie only over https."""
    return "__Host-solo" if settings.OVER_HTTPS else "pennypot-solo"


def token_hash(request: HttpRequest, place: Place) -> bytes | None:
    """Return the hash of this browser's token for a place, or None where it has none."""
    token = _held(request).get(str(place.pk))
    return hash_of(token) if token else None


def begin_key() -> str:
    """Return what a form that begins a game carries: the token to come. The same form twice begins one game."""
    return signing.dumps(secrets.token_urlsafe(24), salt=_BEGIN)


def token_of(key: str) -> str | None:
    """Return the token in a form's key, unless it is too old or not ours."""
    try:
        token = signing.loads(key, salt=_BEGIN, max_age=_BEGIN_LASTS)
    except signing.BadSignature:
        return None
    return token if isinstance(token, str) else None


def give(request: HttpRequest, response: HttpResponse, place: Place, token: str) -> None:
    """Put a place's token into the browser, beside those of other places."""
    held = {name: kept for name, kept in _held(request).items() if name != str(place.pk)}
    _set(response, dict([*held.items(), (str(place.pk), token)][-MOST:]))


def forget(request: HttpRequest, response: HttpResponse, place: Place) -> None:
    """Take a place's token out of the browser."""
    _set(response, {name: kept for name, kept in _held(request).items() if name != str(place.pk)})


def _held(request: HttpRequest) -> dict[str, str]:
    try:
        value: Any = signing.loads(request.COOKIES.get(cookie_name(), ""), salt=_COOKIE, max_age=LASTS)
    except signing.BadSignature:
        return {}
    return value if isinstance(value, dict) else {}


def _set(response: HttpResponse, held: dict[str, str]) -> None:
    response.set_cookie(
        cookie_name(),
        signing.dumps(held, salt=_COOKIE),
        max_age=LASTS if held else 0,
        secure=settings.OVER_HTTPS,
        httponly=True,
        samesite="Lax",
    )
