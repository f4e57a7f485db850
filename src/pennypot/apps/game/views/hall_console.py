"""The facilitator's console: the whole hall, one table, and everything that is pressed on them."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pennypot.apps.game.actions.evening import HALL_SCREENS, handle_incident, write_note
from pennypot.apps.game.codes import spaced
from pennypot.apps.game.hall_forms import key_of
from pennypot.apps.game.models import Note, Session
from pennypot.apps.game.names import ANSWERS, ENDS, HELP, PHASES
from pennypot.apps.game.permissions.hall import may_observe, may_run
from pennypot.apps.game.queries.hall import (
    Hall,
    TableNow,
    hall_of,
    help_queue,
    incidents_open,
    notes_of,
    session_for,
    table_for,
    words_decided,
    words_waiting,
)
from pennypot.apps.game.views.hall import door, entrance
from pennypot.apps.game.views.hall_feed import address_of
from pennypot.apps.game.views.hall_verbs import VERBS, Asked
from pennypot.apps.places.views.asked import person_of
from pennypot.apps.rounds.queries import now_of
from pennypot.house.answers import Invalid, require
from pennypot.house.layout import page_of
from pennypot.play.state import ORDERS


@require_safe
def console(request: HttpRequest, place: str, code: str) -> HttpResponse:
    """The hall at a glance, and what needs somebody now. ``?part=1`` is its changing part alone."""
    session = session_for(request.user, place, code)
    require(may_observe(request.user, session))
    context = _context(request, hall_of(session, now_of(request)))
    if session.state == Session.State.LOBBY:
        context["door"] = door("", entrance(session))
    page = "game/parts/console_body.html" if request.GET.get("part") else "game/console.html"
    return render(request, page, context)


@require_safe
def table_console(request: HttpRequest, place: str, code: str, table: int) -> HttpResponse:
    """One table: its seats, its question, and what a facilitator can do for it."""
    session = session_for(request.user, place, code)
    require(may_observe(request.user, session))
    hall = hall_of(session, now_of(request))
    one = next((one for one in hall.tables if one.table.number == table), None)
    if one is None:
        merged = table_for(session, table)
        return redirect("game_table_console", place, session.code, _end_of(merged).number)
    context = {**_frame(request, hall), **_of_table(hall, one)}
    page = "game/parts/table_body.html" if request.GET.get("part") else "game/table_console.html"
    return render(request, page, context)


def _end_of(table: Any) -> Any:
    while table.merged_into is not None:
        table = table.merged_into
    return table


def _frame(request: HttpRequest, hall: Hall) -> dict[str, Any]:
    session = hall.session
    return {
        "place": session.place,
        "stage": "game",
        "session": session,
        "hall": hall,
        "spaced": spaced(session.code),
        "key": uuid.uuid4(),
        "phases": PHASES,
        "answers": ANSWERS,
        "ends": ENDS,
        "may_run": bool(may_run(request.user, session)),
        "left": abs(hall.left) // 60 if hall.left is not None else None,
        "late": hall.left is not None and hall.left < 0,
        "live": address_of(session),
    }


def _context(request: HttpRequest, hall: Hall) -> dict[str, Any]:
    session, slug = hall.session, hall.session.place.slug
    context = _frame(request, hall)
    runs = context["may_run"]
    return {
        **context,
        "help": help_queue(session),
        "help_names": HELP,
        "words": words_waiting(hall) if runs else [],
        "decided": words_decided(session) if runs else [],
        "incidents": incidents_open(session) if runs else 0,
        "hall_screens": [(name, name == session.screen) for name in HALL_SCREENS],
        "draws": any(group.phase in ("event", "mend") for group in hall.groups),
        "events": _events(hall, hall.tables),
        "earlier": _earlier(session, hall.phase),
        "too_small": [one for one in hall.tables if one.too_small],
        "everybody_done": bool(hall.tables) and all(one.phase == "over" for one in hall.tables),
        "kit_url": page_of("game_kit", slug, session.code),
        "compare_url": page_of("game_compare", slug, session.code),
    }


def _of_table(hall: Hall, one: TableNow) -> dict[str, Any]:
    slug, code = hall.session.place.slug, hall.session.code
    return {
        "one": one,
        "earlier": _earlier(hall.session, one.phase),
        "draws": one.phase in ("event", "mend"),
        "events": _events(hall, (one,)),
        "following": next((group.following for group in hall.groups if one in group.tables), ""),
        "others": [other for other in hall.tables if other is not one and other.phase != "over"],
        "plan_url": page_of("game_plan", slug, code, str(one.table.number)),
        "board_url": page_of("game_board", slug, code, str(one.table.number)),
    }


def _earlier(session: Session, phase: str) -> list[tuple[str, Any]]:
    phases = ORDERS[session.order]
    if phase in ("lobby", "over"):
        return []
    return [(name, PHASES[name]) for name in phases[1 : phases.index(phase)]]


def _events(hall: Hall, tables: tuple[TableNow, ...]) -> list[Any]:
    """Events that have not happened at every one of these tables."""
    happened = [{drawn.event for drawn in one.state.events} for one in tables if one.phase in ("event", "mend")]
    return [event for event in hall.cards.events if any(event.id not in some for some in happened)]


@require_POST
def do(request: HttpRequest, place: str, code: str) -> HttpResponse:
    """Do what a button says, and go back to where it was pressed."""
    session = session_for(request.user, place, code)
    verb = VERBS.get(request.POST.get("do", ""))
    require(may_run(request.user, session))
    if verb is None:
        raise Invalid(_("This form was not whole. Go back to the page and try again."))
    asked = Asked(person_of(request), session, request.POST, key_of(request.POST.get("key")), now_of(request))
    try:
        said = verb(asked)
    except Invalid as problem:
        messages.error(request, str(problem.message))
    else:
        for kind, words in said:
            messages.add_message(request, kind, words)
    return redirect(_back(request, session))


def _back(request: HttpRequest, session: Session) -> str:
    """Return the console or the table's page, whichever the form says; never an address of somebody's choice."""
    number = request.POST.get("back", "")
    if number.isascii() and number.isdigit():
        return reverse("game_table_console", args=[session.place.slug, session.code, int(number[:5])])
    return reverse("game_console", args=[session.place.slug, session.code])


@require_http_methods(["GET", "HEAD", "POST"])
def notes(request: HttpRequest, place: str, code: str) -> HttpResponse:
    """Write notes; those who run evenings read them and say what was done about an incident."""
    session = session_for(request.user, place, code)
    require(may_observe(request.user, session))
    runs = bool(may_run(request.user, session))
    problem, typed = "", ""
    if request.method == "POST":
        try:
            _write(request, session)
        except Invalid as invalid:
            problem, typed = str(invalid.message), request.POST.get("text", "")
        else:
            messages.success(request, _("Kept."))
            return redirect("game_notes", place, session.code)
    context = {
        "place": session.place,
        "stage": "game",
        "session": session,
        "notes": notes_of(session) if runs else session.notes.filter(by=person_of(request)).order_by("-pk"),
        "tables": session.tables.filter(merged_into=None),
        "may_run": runs,
        "key": uuid.uuid4(),
        "problem": problem,
        "typed": typed,
    }
    return render(request, "game/notes.html", context, status=422 if problem else 200)


def _write(request: HttpRequest, session: Session) -> None:
    said, person = request.POST, person_of(request)
    number = said.get("note", "")
    if number.isascii() and number.isdigit():
        note = Note.objects.select_related("session").filter(session=session, pk=int(number[:18])).first()
        if note is None:
            raise Invalid(_("This note is not there."))
        note.session = session
        handle_incident(person, note, said.get("handled", ""))
        return
    table = said.get("table", "")
    write_note(
        person,
        session,
        said.get("text", ""),
        key=key_of(said.get("key")),
        table=table_for(session, int(table[:5])) if table.isascii() and table.isdigit() else None,
        incident=bool(said.get("incident")),
    )
