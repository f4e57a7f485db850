"""The voting pass: a signed cookie that opens the ballot for half an hour. It holds no choice and is not the session.

It says which roll entry may vote in which round. From its random number comes the form's token: whatever is sent with
one pass is one ballot, however often, and gets one receipt. To change a vote, a person comes in again for a new pass.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

PASS_LASTS = 30 * 60
TABLET_LASTS = 14 * 3600
# A form that was sent and whose answer got lost may be sent again for so long.
TOKEN_LASTS = 24 * 3600
_PASS, _TABLET, _TOKEN = "voting.pass", "voting.tablet", "voting.token"


@dataclass(frozen=True)
class Pass:
    """What the cookie says.

    Parameters
    ----------
    round_id, entry_id
        Whose ballot this opens.
    nonce
        Random, 32 hexadecimal figures.
    tablet
        Whether it was given at a shared tablet, whose pages forget everything.
    other_area
        The second area that the voter chose, where the round has them choose one.
    """

    round_id: int
    entry_id: int
    nonce: str
    tablet: bool = False
    other_area: int | None = None

    def with_other_area(self, area: int | None) -> Pass:
        """Return the same pass with another second area."""
        return replace(self, other_area=area)

    @property
    def token(self) -> bytes:
        """The form's token (32 bytes)."""
        return hmac.new(settings.SECRET_KEY.encode(), f"{_TOKEN}:{self.nonce}".encode(), hashlib.sha256).digest()

    @property
    def signed_token(self) -> str:
        """The token as the form carries it: it asks for the receipt again, and for nothing else."""
        value = {"r": self.round_id, "t": self.token.hex(), "k": self.tablet}
        return signing.dumps(value, salt=_TOKEN)


@dataclass(frozen=True)
class SentBefore:
    """What a form's own token says: for which round, and whether it came from a shared tablet."""

    round_id: int
    token: bytes
    tablet: bool


def cookie_name(what: str = "pass") -> str:
    """Return the cookie's name; a browser takes a ``__Host-`` cookie only over https."""
    return f"__Host-{what}" if settings.OVER_HTTPS else f"pennypot-{what}"


def new_pass(round_id: int, entry_id: int, *, tablet: bool = False, other_area: int | None = None) -> Pass:
    """Make a pass with a number of its own."""
    return Pass(round_id, entry_id, secrets.token_hex(16), tablet, other_area)


def give(response: HttpResponse, given: Pass) -> None:
    """Put a pass into the browser."""
    value = {
        "r": given.round_id,
        "e": given.entry_id,
        "n": given.nonce,
        "k": given.tablet,
        "o": given.other_area,
    }
    _set(response, "pass", signing.dumps(value, salt=_PASS), PASS_LASTS)


def pass_of(request: HttpRequest, round_id: int) -> Pass | None:
    """Return the browser's pass for this round, unless it is too old, of another round, or not ours."""
    held = pass_in(request)
    return held if held is not None and held.round_id == round_id else None


def pass_in(request: HttpRequest) -> Pass | None:
    """Return the browser's pass, of whichever round, unless it is too old or not ours."""
    value = _read(request, "pass", _PASS, PASS_LASTS)
    return Pass(value["r"], value["e"], value["n"], value["k"], value["o"]) if value is not None else None


def take_back(response: HttpResponse) -> None:
    """End the pass in this browser."""
    _forget(response, "pass")


def read_token(signed: str) -> SentBefore | None:
    """Return what a form's token says, unless it is too old or not ours."""
    try:
        value = signing.loads(signed, salt=_TOKEN, max_age=TOKEN_LASTS)
    except signing.BadSignature:
        return None
    return SentBefore(value["r"], bytes.fromhex(value["t"]), value["k"])


def make_tablet(response: HttpResponse, round_id: int) -> None:
    """Turn this browser into a shared tablet for one round."""
    _set(response, "tablet", signing.dumps({"r": round_id}, salt=_TABLET), TABLET_LASTS)


def is_tablet(request: HttpRequest, round_id: int) -> bool:
    """Whether this browser is a shared tablet for the round."""
    value = _read(request, "tablet", _TABLET, TABLET_LASTS)
    return value is not None and value.get("r") == round_id


def end_tablet(response: HttpResponse) -> None:
    """Make this browser an ordinary one again."""
    _forget(response, "tablet")
    _forget(response, "pass")


def _read(request: HttpRequest, what: str, salt: str, lasts: int) -> dict[str, Any] | None:
    try:
        value: dict[str, Any] = signing.loads(request.COOKIES.get(cookie_name(what), ""), salt=salt, max_age=lasts)
    except signing.BadSignature:
        return None
    return value


def _set(response: HttpResponse, what: str, value: str, lasts: int) -> None:
    response.set_cookie(
        cookie_name(what), value, max_age=lasts, secure=settings.OVER_HTTPS, httponly=True, samesite="Lax"
    )


def _forget(response: HttpResponse, what: str) -> None:
    # As it was set: over https a browser forgets a `__Host-` cookie only when told so securely.
    response.set_cookie(cookie_name(what), "", max_age=0, secure=settings.OVER_HTTPS, httponly=True, samesite="Lax")
