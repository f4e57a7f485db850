"""Who did what in a place, to read and to take away."""

from __future__ import annotations

import json

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from pennypot.apps.places import deed_words, queries
from pennypot.apps.places.actions import exports
from pennypot.apps.places.permissions import may_read_deeds
from pennypot.apps.places.views.asked import person_of
from pennypot.house import csv_out
from pennypot.house.answers import require


@require_safe
def deeds(request: HttpRequest, place: str) -> HttpResponse:
    """The place's deeds, the newest first. A filter that is none of ours is passed over."""
    found = queries.place_for(request.user, place)
    require(may_read_deeds(request.user, found))
    room = request.GET.get("room", "")
    room = room if room in deed_words.ROOMS else ""
    who, before = _number(request.GET.get("who", "")), _number(request.GET.get("before", ""))
    page = queries.deeds_of(found, room=room, who=who, before=before)
    shown = page[: queries.DEEDS_A_PAGE]
    context = {
        "place": found,
        "rooms": deed_words.ROOMS,
        "room": room,
        "who": who,
        # Only of people who did something here: the number alone must not tell who somebody elsewhere is.
        "who_name": page[0].who if who is not None and page else "",
        "told": [deed_words.tell(one) for one in shown],
        "older": shown[-1].deed.pk if len(page) > len(shown) else None,
    }
    return render(request, "places/deeds.html", context)


def _number(written: str) -> int | None:
    return int(written) if written.isascii() and written.isdigit() and len(written) <= 18 else None


HEADINGS = ("number", "at", "deed", "person", "about", "about_number", "before", "after", "reason")


@require_POST
def export(request: HttpRequest, place: str) -> HttpResponseBase:
    """All deeds of the place as CSV. A POST, because it leaves a deed itself."""
    found = queries.place_for(request.user, place)
    rows = exports.export_deeds(person_of(request), found)
    return csv_out.response(
        f"deeds-{found.slug}.csv",
        HEADINGS,
        (
            (
                deed.pk,
                deed.at.isoformat(timespec="seconds"),
                deed.kind,
                deed.actor_id,
                deed.about_kind,
                deed.about_id,
                json.dumps(deed.before, ensure_ascii=False),
                json.dumps(deed.after, ensure_ascii=False),
                deed.reason,
            )
            for deed in rows
        ),
    )
