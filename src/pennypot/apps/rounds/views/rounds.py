"""The rounds of a place and the home of one."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from pennypot.apps.places.queries import place_for
from pennypot.apps.rounds.permissions.rounds import may_set_up_round
from pennypot.apps.rounds.queries import now_of
from pennypot.apps.rounds.queries.rounds import round_for, rounds_of


@require_safe
def rounds(request: HttpRequest, place: str) -> HttpResponse:
    """Every round of a place."""
    here = place_for(request.user, place)
    context = {
        "place": here,
        "rounds": rounds_of(request.user, here),
        "now": now_of(request),
        "may_set_up": may_set_up_round(request.user, here),
    }
    return render(request, "rounds/rounds.html", context)


@require_safe
def round(request: HttpRequest, place: str, round: str) -> HttpResponse:
    """The home of one round."""
    found = round_for(request.user, place, round)
    return render(request, "rounds/round.html", {"place": found.place, "round": found, "now": now_of(request)})
