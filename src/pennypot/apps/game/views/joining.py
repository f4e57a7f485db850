"""Coming in: a code, a table, a seat. No account, no name needed."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pennypot.apps.game import codes, limits, passes
from pennypot.apps.game.actions.moves import cards_of
from pennypot.apps.game.actions.seats import get_up, sit_down
from pennypot.apps.game.models import Session
from pennypot.apps.game.queries.seat import chairs_of, phone_of, tables_to_join
from pennypot.apps.game.views.at_table import AtTable, at_table, guarded, session_at
from pennypot.apps.game.views.live_forms import key_of
from pennypot.apps.places.queries import place_for
from pennypot.house.answers import Invalid
from pennypot.play import Illegal


@require_http_methods(["GET", "HEAD", "POST"])
@guarded
def join(request: HttpRequest, place: str) -> HttpResponse:
    """Ask for the code that stands on the screen, and open its evening."""
    here = place_for(request.user, place)
    context: dict[str, Any] = {"place": here, "stage": "game", "phone": phone_of(request)}
    if request.method != "POST":
        return render(request, "game/join.html", context)
    typed = request.POST.get("code", "")[:40]
    try:
        session = session_at(request, place, codes.plain(typed), None)
    except Http404:
        wrong = _("No game has this code. Look again at the screen or the card: it is six letters.")
        return render(request, "game/join.html", {**context, "typed": typed, "wrong": wrong}, status=422)
    return redirect("game_entrance", place, session.code)


@require_safe
@guarded
def entrance(request: HttpRequest, place: str, code: str) -> HttpResponse:
    """The door of an evening: its tables, and where there is a chair free."""
    phone = phone_of(request)
    session = session_at(request, place, code, phone)
    tables = tables_to_join(session)
    if len(tables) == 1 and session.state != Session.State.OVER:
        return redirect("game_seat", place, session.code, tables[0].table.number)
    mine = phone if phone and phone.chair.table.session_id == session.pk else None
    context = {"place": session.place, "stage": "game", "session": session, "tables": tables, "mine": mine}
    return render(request, "game/entrance.html", context)


def choose_seat(
    request: HttpRequest, here: AtTable, wrong: str = "", status: int = 200, posted: Any = None
) -> HttpResponse:
    """Show a table's chairs to who does not sit there: free ones, and those that a card's code opens."""
    cards = cards_of(here.session.pack).in_language(get_language() or "en")
    chairs = chairs_of(here.table).by_seat
    card = (posted or request.GET).get("card", "")[:40]
    # The seat of a card that was scanned; found by comparing with each, in the time that this takes.
    scanned = ""
    if card and not wrong:
        limits.check((limits.PER_TABLE, (here.table.pk,)))
        scanned = next((seat for seat, chair in chairs.items() if codes.is_card_code(chair, card)), "")
        if not scanned:
            limits.take((limits.PER_TABLE, (here.table.pk,)))
            wrong = _("No seat at this table has this code.")
    phone = phone_of(request)
    context = {
        "place": here.place, "stage": "game", "session": here.session, "table": here.table, "card": card,
        "rows": [(cards.role[seat], chair) for seat, chair in chairs.items()],
        "scanned": cards.role[scanned] if scanned else None,
        "wrong": wrong, "name": (posted or {}).get("name", ""), "key": uuid.uuid4(), "elsewhere": phone,
    }  # fmt: skip
    return render(request, "game/seats.html", context, status=status)


@sensitive_post_parameters("card")
@require_POST
@guarded
def sit(request: HttpRequest, place: str, code: str, table: int) -> HttpResponse:
    """Sit down."""
    here = at_table(request, place, code, table)
    posted = request.POST
    chair = here.table.chairs.filter(seat=posted.get("seat", "")[:40]).first()
    if chair is None:
        return choose_seat(request, here, _("Choose a seat."), 422, posted)
    chair.table = here.table
    try:
        sat = sit_down(
            chair,
            token=passes.token_in(request.COOKIES),
            key=key_of(posted),
            card=posted.get("card", "")[:40],
            name=posted.get("name", ""),
            as_themselves=posted.get("as") == "myself",
        )
    except (Invalid, Illegal) as problem:
        return choose_seat(request, here, str(problem), 422, posted)
    response = HttpResponseRedirect(here.url())
    passes.give(response, sat.token)
    return response


@require_POST
@guarded
def up(request: HttpRequest, place: str, code: str, table: int) -> HttpResponse:
    """Get up from the seat. Whoever comes next finds everything as it was left."""
    here = at_table(request, place, code, table)
    if here.phone is not None:
        get_up(here.phone)
    response = redirect("game_entrance", place, here.session.code)
    passes.take_back(response)
    return response
