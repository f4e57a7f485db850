"""The pool's pages are the same for every reader: their middle is made once and kept until a figure changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from pennypot.apps.budgets import queries
from pennypot.apps.places.models import Place
from pennypot.house.kept import Kept

# What of an address decides what a page shows; anything else in it is not looked at.
ASKED = ("year", "by", "sort", "page")


@dataclass(frozen=True)
class Middle:
    """The part of a page that is the same for every reader."""

    title: str
    main: SafeString


# About 50 kB each, so 5 MB at most.
_middles: Kept[Middle] = Kept(most=100)

Make = Callable[[], tuple[str, str, dict[str, Any]]]


def page(
    request: HttpRequest,
    place: Place,
    name: str,
    make: Make,
    stamp: Callable[[Place], tuple[object, ...]] = queries.stamp,
) -> HttpResponse:
    """Answer with a page whose middle is kept. Two SQL queries when it is, the place's own one included.

    Parameters
    ----------
    name
        Which page of the place it is.
    make
        Returns the title, the template of the middle, and its context. It must not depend on who is reading.
    stamp
        Returns everything that the figures on the page depend on.
    """
    asked = tuple(request.GET.get(key, "") for key in ASKED)
    kept = _middles.get((name, asked, get_language(), stamp(place)), lambda: _middle(place, make))
    return _answer(request, place, kept)


def page_for_one(request: HttpRequest, place: Place, make: Make) -> HttpResponse:
    """Answer with the same kind of page, made for this reader and not kept."""
    return _answer(request, place, _middle(place, make))


def _middle(place: Place, make: Make) -> Middle:
    title, template, context = make()
    return Middle(title, SafeString(render_to_string(template, {"place": place, **context})))


def _answer(request: HttpRequest, place: Place, middle: Middle) -> HttpResponse:
    return render(request, "budgets/kept.html", {"place": place, "stage": "pool", "kept": middle})
