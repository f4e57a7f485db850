"""A seat's page, the table's board, and the moves that their forms send. All of it works without scripts."""

from __future__ import annotations

import secrets
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from pennypot.apps.game.actions.asking import ask_for_help
from pennypot.apps.game.actions.moves import make_move
from pennypot.apps.game.actions.seats import mark_vacant
from pennypot.apps.game.models import Phone
from pennypot.apps.game.names import HELP
from pennypot.apps.game.queries.live import look_at
from pennypot.apps.game.queries.seat import chairs_of, seen_now
from pennypot.apps.game.templatetags.game import said
from pennypot.apps.game.views.at_table import AtTable, at_table, guarded
from pennypot.apps.game.views.joining import choose_seat
from pennypot.apps.game.views.live_feed import address_of, viewer_of
from pennypot.apps.game.views.live_forms import BY_TABLE, FIELDS, fill, key_of, move_from
from pennypot.apps.game.views.live_parts import BOARD, Viewer, draw
from pennypot.play import Illegal


@require_safe
@guarded
def seat(request: HttpRequest, place: str, code: str, table: int) -> HttpResponse:
    """My seat: the money, the open question, my card, the table. Without a seat: choose one."""
    here = at_table(request, place, code, table)
    if here.phone is None:
        return _go_home(request) if "part" in request.GET else choose_seat(request, here)
    seen_now([here.phone.pk])
    return _table(request, here, viewer_of(here.phone, get_language() or "en"))


@require_safe
@guarded
def board(request: HttpRequest, place: str, code: str, table: int) -> HttpResponse:
    """What everybody at the table sees: for a tablet in the middle, or for who looks on."""
    here = at_table(request, place, code, table)
    return _table(request, here, Viewer(BOARD, get_language() or "en"))


@require_POST
@guarded
def move(request: HttpRequest, place: str, code: str, table: int) -> HttpResponse:
    """Make the move that a form asks for; the same form again moves nothing."""
    here = at_table(request, place, code, table)
    if here.phone is None:
        return _go_home(request) if _is_script(request) else redirect(here.url())
    try:
        made = make_move(here.table, _asked_for(request, here, here.phone), key=key_of(request.POST))
    except Illegal as problem:
        sentence = said(problem.sentence)
        if _is_script(request):
            return JsonResponse({"said": sentence}, status=422)
        return _table(request, here, viewer_of(here.phone, get_language() or "en"), wrong=sentence, status=422)
    if _is_script(request):
        return JsonResponse({"move": made.number})
    return redirect(here.url())


@require_POST
@guarded
def help_wanted(request: HttpRequest, place: str, code: str, table: int) -> HttpResponse:
    """Call for somebody."""
    here = at_table(request, place, code, table)
    if here.phone is not None:
        posted = request.POST
        ask_for_help(here.phone, posted.get("wanted", ""), posted.get("text", ""), key=key_of(posted))
    return redirect(here.url())


@require_POST
@guarded
def empty(request: HttpRequest, place: str, code: str, table: int) -> HttpResponse:
    """Mark a seat of one's own table empty, whose phones gave no sign of life for a minute and a half."""
    here = at_table(request, place, code, table)
    if here.phone is not None:
        chair = here.table.chairs.filter(seat=request.POST.get("seat", "")[:40]).first()
        if chair is not None:
            chair.table = here.table
            mark_vacant(chair)
    return redirect(here.url())


def _asked_for(request: HttpRequest, here: AtTable, phone: Phone) -> dict[str, Any]:
    """Return the move of a form: of this phone's chair, or of the table where nobody else leads it."""
    verb = request.POST.get("do", "")
    if verb in BY_TABLE and here.session.facilitator_id is None:
        seed = {"seed": secrets.token_hex(8)} if verb == "draw" else {}
        return {"do": verb, "by": "scribe", **seed}
    return move_from(request.POST, phone.chair.seat, f"phone-{phone.pk}")


def _table(request: HttpRequest, here: AtTable, viewer: Viewer, wrong: str = "", status: int = 200) -> HttpResponse:
    seen = look_at(here.table.pk)
    assert seen is not None
    drawn = draw(seen, viewer)
    if "part" in request.GET:
        after = request.GET.get("after", "")
        known = after.isascii() and after.isdigit() and int(after[:18]) == drawn.number
        return JsonResponse({"number": drawn.number, "parts": {} if known else drawn.data})
    order = drawn.data["order"].split()
    url = here.url()
    parts = [(name, mark_safe(fill(drawn.data[name], request, url, drawn.number))) for name in order]  # noqa: S308 - drawn by our templates
    on_board = viewer.seat == BOARD
    context = {
        "place": here.place, "stage": "game", "session": here.session, "table": here.table, "parts": parts,
        "number": drawn.number, "viewer": viewer, "phase": seen.state.phase, "url": url,
        "live": address_of(here.table, viewer.language, None if on_board else here.phone),
        "lost": [] if on_board else _lost(here, seen.cards.in_language(viewer.language).role, viewer.seat),
        "help": HELP, "key": key_of(request.GET), "wrong": wrong, **(_again(request) if wrong else {}),
        "hash": seen.cards.hash,
    }  # fmt: skip
    return render(request, "game/board.html" if on_board else "game/seat.html", context, status=status)


def _lost(here: AtTable, roles: Any, mine: str) -> list[Any]:
    return [roles[seat] for seat in chairs_of(here.table).lost() if seat != mine]


def _again(request: HttpRequest) -> dict[str, Any]:
    """Return what was typed into a form that was refused: each name, its label where it can be mended, the value."""
    ours = ("csrfmiddlewaretoken", "key", "after")
    again = [
        (name, str(FIELDS.get(name, "")), value)
        for name, values in request.POST.lists()
        if name not in ours
        for value in values
    ]
    return {"again": again, "typed": any(label for _name, label, _value in again)}


def _is_script(request: HttpRequest) -> bool:
    return request.headers.get("X-Pennypot") == "live"


def _go_home(request: HttpRequest) -> HttpResponse:
    """Tell a script that this browser does not sit here any more: it asks for the whole page."""
    return JsonResponse({"said": _("You do not sit here any more.")}, status=409)
