"""Pages that are the same for every reader with the same powers: made once, kept until anything on them changes."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from pennypot.apps.fund.queries import stamp
from pennypot.apps.people.roles import Role
from pennypot.apps.places.models import Place
from pennypot.apps.places.permissions import roles_in
from pennypot.house.kept import Kept

# About 40 kB each, so 4 MB at most.
_middles: Kept[SafeString] = Kept(most=100)
# Random, so that nobody can type it into a policy's reason and have a token put there.
_TOKEN_STANDS_HERE = secrets.token_hex(32)
# Who sees links that others do not.
_KEEPERS = {Role.AGENCY_OFFICER, Role.PLACE_TEAM, Role.ACCOUNTABLE_OFFICER}


def page(
    request: HttpRequest, place: Place, name: str, asked: tuple[object, ...], make: Callable[[], dict[str, Any]]
) -> HttpResponse:
    """Answer with ``fund/<name>.html``, whose middle is ``fund/_<name>.html``. Three SQL queries when it is kept.

    Parameters
    ----------
    asked
        What of the address decides what the page shows.
    make
        Returns the context of the middle. It depends on the reader's powers in the place, and on no more of them.
    """
    key = (name, asked, get_language(), _powers(request, place), stamp(place))
    return _answer(request, place, name, asked, _middles.get(key, lambda: _middle(None, place, name, make)))


def page_with_forms(
    request: HttpRequest, place: Place, name: str, asked: tuple[object, ...], make: Callable[[], dict[str, Any]]
) -> HttpResponse:
    """Answer with a page that is kept for this reader, because it has forms that nothing was typed into yet.

    The token that protects forms is another one on each visit: the kept piece holds a mark in its place.
    """
    key = (name, asked, get_language(), _powers(request, place), request.user.pk, stamp(place))
    middle = _middles.get(key, lambda: _middle(None, place, name, lambda: {**make(), "csrf_token": _TOKEN_STANDS_HERE}))
    token = get_token(request)
    return _answer(request, place, name, asked, SafeString(middle.replace(_TOKEN_STANDS_HERE, token)))


def page_for_one(
    request: HttpRequest, place: Place, name: str, asked: tuple[object, ...], make: Callable[[], dict[str, Any]]
) -> HttpResponse:
    """Answer with the same kind of page, made for this reader and not kept: it has forms of theirs."""
    return _answer(request, place, name, asked, _middle(request, place, name, make))


def has_powers(request: HttpRequest, place: Place) -> bool:
    """Whether the reader has a role that can do more than look."""
    return bool(_powers(request, place))


def _middle(request: HttpRequest | None, place: Place, name: str, make: Callable[[], dict[str, Any]]) -> SafeString:
    return SafeString(render_to_string(f"fund/_{name}.html", {"place": place, **make()}, request))


def _answer(
    request: HttpRequest, place: Place, name: str, asked: tuple[object, ...], middle: SafeString
) -> HttpResponse:
    context = {"place": place, "stage": "fund", "asked": asked, "kept": middle}
    return render(request, f"fund/{name}.html", context)


def _powers(request: HttpRequest, place: Place) -> tuple[object, ...]:
    """What the reader may do here that others may not: their roles, and whether they passed a second step."""
    held = sorted((role, agency or 0) for role, agency in roles_in(request.user, place) if role in _KEEPERS)
    return (tuple(held), getattr(request.user, "second_factor", False)) if held else ()
