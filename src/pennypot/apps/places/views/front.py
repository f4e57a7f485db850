"""The front page, which finds your place, and the home of one place."""

from __future__ import annotations

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from pennypot.apps.people.roles import WHAT_IT_IS_FOR, Role
from pennypot.apps.places import maps, permissions, queries, stages
from pennypot.house import layout

SEARCH_LETTERS = 80
# Whom the home of a place leads to the proposals that wait for officers.
OFFICERS = (Role.AGENCY_OFFICER, Role.PLACE_TEAM, Role.ACCOUNTABLE_OFFICER)


@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """What Pennypot is, and every open place, found by its name or by the name of an area."""
    words = " ".join(request.GET.get("q", "").replace("\0", " ").split())[:SEARCH_LETTERS]
    page = queries.find_places(request.user, words, request.GET.get("page", "1"))
    for one in page:
        one.solo_url = layout.page_of("game_solo", one.slug)
    context = {
        "page": page,
        "words": words,
        # The first thing that somebody new can do, with the first place that is open.
        "try_url": next((one.solo_url for one in page if one.is_open), "") if not words else "",
        "may_make": permissions.may_make_place(request.user),
    }
    return render(request, "places/front.html", context)


@require_safe
def place(request: HttpRequest, place: str) -> HttpResponse:
    """A place's home: what it is, its stages, areas, agencies, and who does what."""
    found = queries.place_for(request.user, place)
    areas = list(queries.areas(found))
    held = queries.memberships_of(request.user, found)
    is_officer = permissions.holds(request.user, found, *OFFICERS)
    context = {
        "place": found,
        "stages": stages.told(found.slug),
        "solo_url": layout.page_of("game_solo", found.slug),
        "advice_url": layout.page_of("game_advice", found.slug),
        "rounds_url": layout.page_of("rounds", found.slug),
        "agencies": queries.agencies(found),
        "areas": areas,
        "area_sources": sorted({area.population_source for area in areas if area.population_source}),
        "many_sources": len({area.population_source for area in areas}) > 1,
        "nested": any(area.parent_id for area in areas),
        "map": maps.draw(areas),
        "roles": [(role.label, WHAT_IT_IS_FOR[role]) for role in Role if role != Role.OPERATOR],
        "held": held,
        "may_join_as": [
            role
            for role in permissions.OPEN_ROLES
            if role not in {one.role for one in held} and permissions.may_join(request.user, found, role)
        ],
        "review_url": layout.page_of("review_desk", found.slug) if is_officer else "",
        "may_set_up": permissions.may_set_up(request.user, found),
        "may_manage_people": permissions.may_manage_people(request.user, found),
        "may_read_deeds": permissions.may_read_deeds(request.user, found),
    }
    return render(request, "places/place.html", context)


@require_safe
def logo(request: HttpRequest, place: str) -> HttpResponseBase:
    """The place's logo: a PNG that we wrote ourselves, so its type is certain."""
    found = queries.place_for(request.user, place)
    if not found.logo:
        raise Http404
    try:
        return FileResponse(found.logo.open("rb"), content_type="image/png", filename="logo.png")
    except FileNotFoundError:
        raise Http404 from None
