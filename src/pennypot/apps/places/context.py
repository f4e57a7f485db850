"""What every page of a place knows of it, also one that says that something is not possible."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from django.utils.functional import SimpleLazyObject

from pennypot.apps.places.models import Place
from pennypot.apps.places.queries import place_for
from pennypot.house.answers import Refused


def the_place(request: HttpRequest) -> dict[str, Any]:
    """Give a page under a place's address its place, so that it keeps the place's navigation.

    Views give it themselves; it is looked for only where one did not get that far, in pages about what went wrong.
    A place that the person may not see is not shown there either.
    """
    slug = request.resolver_match.kwargs.get("place") if request.resolver_match else None
    if not isinstance(slug, str):
        return {}
    return {"place": SimpleLazyObject(lambda: _visible(request, slug))}


def _visible(request: HttpRequest, slug: str) -> Place | None:
    try:
        return place_for(request.user, slug)
    except (Http404, Refused):
        return None
