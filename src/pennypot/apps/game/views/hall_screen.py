"""The big screen: one picture at a time, large enough for the last row. Anybody who has the code may open it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from pennypot.apps.game.codes import spaced
from pennypot.apps.game.names import ANSWERS, PHASES, PHASES_SAID, THINGS
from pennypot.apps.game.queries.screen import screen_of
from pennypot.apps.game.queries.seat import phone_of
from pennypot.apps.game.views.at_table import guarded, session_at
from pennypot.apps.game.views.hall import door, entrance
from pennypot.apps.game.views.hall_feed import address_of
from pennypot.apps.rounds.queries import now_of


@require_safe
@guarded
def screen(request: HttpRequest, place: str, code: str) -> HttpResponse:
    """Show what the facilitator chose. ``?part=1`` is its changing part alone."""
    session = session_at(request, place, code.upper(), phone_of(request))
    shown = screen_of(session, now_of(request))
    context = {
        "place": session.place,
        "session": session,
        "screen": shown,
        "spaced": spaced(session.code),
        "phase": PHASES[shown.phase],
        "phase_said": PHASES_SAID[shown.phase],
        "answers": ANSWERS,
        "things": THINGS,
        "left": abs(shown.left) // 60 if shown.left is not None else None,
        "late": shown.left is not None and shown.left < 0,
        "address": entrance(session),
        "door": door("", entrance(session)) if shown.kind == "welcome" else None,
        "live": address_of(session),
    }
    page = "game/parts/screen_body.html" if request.GET.get("part") else "game/screen.html"
    return render(request, page, context)
