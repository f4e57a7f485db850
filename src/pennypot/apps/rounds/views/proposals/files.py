"""What pages of proposals are made of: pictures, and the outline map with a point on it."""

from __future__ import annotations

import math

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from pennypot.apps.places.queries import place_for
from pennypot.apps.rounds.queries import proposals as queries

A_YEAR = 365 * 24 * 3600


@require_safe
def picture(request: HttpRequest, place: str, name: str, size: str = "large") -> HttpResponseBase:
    """One picture. Its name is random and it never changes, so a browser may keep it; a draft's is kept by nobody."""
    here = place_for(request.user, place)
    found = queries.picture_for(request.user, here, name, request.GET.get("key", "")[:100])
    file = found.small if size == "small" else found.file
    try:
        answer = FileResponse(file.open("rb"), content_type="image/jpeg")
    except FileNotFoundError:
        raise Http404 from None
    answer["Content-Disposition"] = f'inline; filename="{found.name}"'
    answer["Content-Security-Policy"] = "default-src 'none'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
    answer["Cache-Control"] = "no-store" if found.proposal.is_draft else f"public, max-age={A_YEAR}, immutable"
    return answer


@require_safe
def map(request: HttpRequest, place: str) -> HttpResponse:
    """The outlines of the place's areas as a picture, with a point if the address gives one."""
    here = place_for(request.user, place)
    drawn, _areas = queries.map_of(here)
    if drawn is None:
        raise Http404
    latitude, longitude = _degrees(request.GET.get("lat", "")), _degrees(request.GET.get("lon", ""))
    at = drawn.projection.to_pixels(longitude, latitude) if latitude is not None and longitude is not None else None
    inside = at is not None and 0 <= at[0] <= drawn.width and 0 <= at[1] <= drawn.height
    context = {"map": drawn, "x": at[0] if at and inside else None, "y": at[1] if at and inside else None}
    answer = render(request, "rounds/proposals/map.svg", context, content_type="image/svg+xml; charset=utf-8")
    answer["Cache-Control"] = "public, max-age=3600"
    return answer


def _degrees(text: str) -> float | None:
    try:
        found = float(text) if len(text) < 20 else math.nan
    except ValueError:
        return None
    return found if math.isfinite(found) and -180 <= found <= 180 else None
