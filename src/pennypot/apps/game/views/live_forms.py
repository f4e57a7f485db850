"""The forms of a table: what is put into them for a page, and the move that one of them asks for."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, QueryDict
from django.middleware.csrf import get_token
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from pennypot.play.pack import KINDS as THINGS

_PLACE = "<i-keys></i-keys>"
_ACTION = re.compile(r'action="(move|up)/"')

# The moves of a seat, and of what each form of it consists. Whatever else a form holds is not read.
_TEXTS: dict[str, tuple[str, ...]] = {
    "reveal": ("fact",),
    "dots": (),
    "add_asset": ("title", "kind"),
    "propose": ("kind", "card", "choice"),
    "amend": ("choice", "safeguard"),
    "safeguard": ("text",),
    "react": ("reaction", "reason"),
    "consent": (),
    "withdraw": (),
    "close": (),
    "draft": ("card", "title", "text"),
    "drop": ("project",),
    "merge": ("project", "into"),
    "pledge": ("project",),
    "unpledge": ("project",),
    "offer": ("project", "asset"),
    "unoffer": ("offer",),
    "lead": ("project",),
    "unlead": ("project",),
    "sign_off": ("project",),
    "protect": ("project", "text"),
    "ask": ("kind", "text"),
    "story": ("persona", "day", "loses", "did"),
    "ratify": ("reaction", "regret", "missing"),
    "carry": ("project",),
    "take_seat": (),
}
_NUMBERS = {"propose": ("level",), "amend": ("level",), "add_asset": ("units",), "offer": ("units",)}
_NUMBERS |= {"ratify": ("confidence",)}
# How a field is called when its form is shown again because something in it cannot be done. Others go along unseen.
FIELDS = {
    "reason": _("Why"),
    "text": _("In your words"),
    "safeguard": _("What safeguard do you add?"),
    "title": _("What is it called?"),
    "pounds": _("Pounds"),
    "units": _("How many?"),
    "day": _("How does the day go?"),
    "loses": _("Who loses?"),
    "did": _("What did we do about it?"),
    "regret": _("What do you regret?"),
    "missing": _("Who or what was missing?"),
}
# What the table does as a whole, where no facilitator does it.
BY_TABLE = ("start", "advance", "draw")


def fill(html: str, request: HttpRequest, action: str, after: int) -> str:
    """Put into each form of a page its own key, the proof that it is ours, and what it saw.

    Parameters
    ----------
    action
        Address of the table's seat page; forms go to ``move/`` below it.
    after
        The number of what the page shows.
    """
    token = get_token(request)

    def hidden(_found: re.Match[str]) -> str:
        return format_html(
            '<input type="hidden" name="csrfmiddlewaretoken" value="{}"><input type="hidden" name="key" value="{}">'
            '<input type="hidden" name="after" value="{}">',
            token,
            uuid.uuid4(),
            after,
        )

    html = _ACTION.sub(lambda found: format_html('action="{}{}/"', action, found[1]), html)
    return re.sub(_PLACE, hidden, html)


def key_of(posted: QueryDict) -> uuid.UUID:
    """Return the form's own key; one without it gets a new one."""
    try:
        return uuid.UUID(posted.get("key", ""))
    except ValueError:
        return uuid.uuid4()


def move_from(posted: QueryDict, seat: str, person: str) -> dict[str, Any]:
    """Return the move that a form asks for; the rules say what is wrong with it.

    Parameters
    ----------
    seat
        The chair that this phone sits in: a phone moves for no other.
    person
        Who says what they think in Ratify.
    """
    verb = posted.get("do", "")
    if verb not in _TEXTS:
        # Not a seat's move, whatever it is; the rules know none of this name.
        return {"do": "?"}
    move: dict[str, Any] = {"do": verb, "seat": seat}
    # The database keeps no NUL, and nobody types one.
    texts = {name: posted.get(name, "").replace("\x00", "") for name in _TEXTS[verb]}
    move |= {name: text for name, text in texts.items() if text}
    move |= {name: _number(posted.get(name, "")) for name in _NUMBERS.get(verb, ()) if name in posted}
    more = _MORE.get(verb)
    return move | (more(posted) if more else {}) | ({"person": person} if verb == "ratify" else {})


def _draft(posted: QueryDict) -> dict[str, Any]:
    if posted.get("card"):
        return {}
    asked = {kind: posted.get(f"slot-{kind}", "") for kind in THINGS}
    slots = {kind: _number(typed) for kind, typed in asked.items() if typed not in ("", "0")}
    needs = list(dict.fromkeys(posted.getlist("needs")))
    return {"pence": pence_of(posted.get("pounds", "")), "yearly": "yearly" in posted, "slots": slots, "needs": needs}


def _pounds(posted: QueryDict) -> dict[str, Any]:
    return {"pence": pence_of(posted.get("pounds", ""))}


_MORE: Mapping[str, Callable[[QueryDict], dict[str, Any]]] = {
    "dots": lambda posted: {"needs": posted.getlist("needs")},
    "consent": lambda posted: {"yes": posted.get("yes") == "1"},
    "draft": _draft,
    "pledge": _pounds,
    "unpledge": _pounds,
}


def _number(typed: str) -> int | str:
    """Return a whole number, or what was typed: the rules then say that it is none."""
    text = typed.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else text


def pence_of(typed: str) -> int | str:
    """Read pounds as people type them (``£1,250.50``) into pence; what is no sum of money stays what was typed."""
    text = re.sub(r"[£\s,]", "", typed)
    found = re.fullmatch(r"([0-9]{1,9})(?:\.([0-9]{1,2}))?", text)
    if not found:
        return typed
    return int(found[1]) * 100 + int((found[2] or "0").ljust(2, "0"))
