"""Paper entry: what lies on a table, typed by the letters on its cards. The same page acts for a seat on a phone."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from pennypot.apps.game.actions.paper import enter_lines
from pennypot.apps.game.hall_forms import key_of
from pennypot.apps.game.models import Table
from pennypot.apps.game.names import ANSWERS, PHASES
from pennypot.apps.game.permissions.hall import may_run, may_steer
from pennypot.apps.game.queries.hall import Hall, TableNow, hall_of, session_for
from pennypot.apps.game.views.hall_console import table_console
from pennypot.apps.places.views.asked import person_of
from pennypot.apps.rounds.queries import now_of
from pennypot.house.answers import require
from pennypot.play.codes import code_of
from pennypot.play.sheet import BadLine

SHORT = {"support": "s", "live": "l", "concern": "c", "hold": "h"}
LONGEST = 20_000  # letters of a sheet


@require_http_methods(["GET", "HEAD", "POST"])
def paper(request: HttpRequest, place: str, code: str, table: int) -> HttpResponse:
    """Type a table's cards and answers. All of a form is done, or nothing and the line that was wrong is named."""
    session = session_for(request.user, place, code)
    require(may_run(request.user, session))
    hall = hall_of(session, now_of(request), only=table)
    if not hall.tables:
        return table_console(request, place, code, table)
    one = hall.tables[0]
    wrong: BadLine | None = None
    text = ""
    if request.method == "POST":
        require(may_steer(request.user, session))
        text = _lines(request.POST, one)[:LONGEST]
        try:
            done = enter_lines(
                person_of(request),
                one.table,
                text,
                key=key_of(request.POST.get("key")),
                paper=one.table.source == Table.Source.PAPER,
            )
        except BadLine as problem:
            wrong = problem
        else:
            _say(request, done, text)
            return redirect("game_paper", place, session.code, table)
    context = {**_context(request, hall, one), "wrong": wrong, "typed": text if wrong else ""}
    if wrong:
        context["why"] = _(wrong.sentence.words).format(**dict(wrong.sentence.values))
    return render(request, "game/paper.html", context, status=422 if wrong else 200)


def _say(request: HttpRequest, done: int, text: str) -> None:
    if done:
        messages.success(
            request, ngettext("%(count)s move is made.", "%(count)s moves are made.", done) % {"count": done}
        )
    elif text.strip():
        messages.info(request, _("This form was sent before. It was done once."))
    else:
        messages.info(request, _("There was nothing on the form."))


def _lines(said: QueryDict, one: TableNow) -> str:
    """Return the lines of a form: those that were typed, and those that the boxes for answers stand for."""
    lines = [said.get("lines", "")]
    for seat in one.seats:
        answer = said.get(f"answer-{seat.number}", "")
        if answer in SHORT:
            reason = " ".join(said.get(f"reason-{seat.number}", "").split())
            lines.append(f"{seat.number}{SHORT[answer]} {reason}".strip())
        consent = said.get(f"consent-{seat.number}", "")
        if consent in ("y", "n"):
            lines.append(f"{seat.number}{consent}")
    if said.get("close"):
        lines.append("close")
    return "\n".join(line for line in lines if line.strip())


def _context(request: HttpRequest, hall: Hall, one: TableNow) -> dict[str, Any]:
    session = hall.session
    return {
        "place": session.place,
        "stage": "game",
        "session": session,
        "one": one,
        "paper": one.table.source == Table.Source.PAPER,
        "phases": PHASES,
        "answers": ANSWERS,
        "key": uuid.uuid4(),
        "examples": _examples(hall, one),
        "consents": one.view.proposal.consents_wanted if one.view.proposal else (),
        "codes": _codes(hall, one),
    }


def _codes(hall: Hall, one: TableNow) -> list[tuple[Any, list[tuple[str, str]]]]:
    """Letters of the cards that matter in this phase, to look up what is hard to read."""
    cards = hall.cards
    lists: dict[str, tuple[Any, list[tuple[str, str]]]] = {
        "need": (_("Needs"), [(code_of(cards, "need", need.id), need.name) for need in cards.needs]),
        "line": (_("Lines"), [(code_of(cards, "line", line.id), line.service) for line in cards.lines]),
        "pool": (_("Pool cards"), [(code_of(cards, "pool", card.id), card.title) for card in cards.pool_cards]),
        "event": (_("Events"), [(code_of(cards, "event", card.id), card.title) for card in cards.events]),
        "idea": (_("Ideas"), [(code_of(cards, "idea", card.id), card.title) for card in cards.idea_cards]),
        "asset": (_("Things"), [(code_of(cards, "asset", card.id), card.title) for card in cards.assets]),
        "persona": (_("People of the story"), [(code_of(cards, "persona", who.id), who.who) for who in cards.personas]),
    }
    kinds = {
        "values": ("need",),
        "cut": ("line",),
        "pool": ("pool",),
        "event": ("event",),
        "create": ("idea", "asset", "need"),
        "mend": ("line", "pool", "event", "idea", "asset"),
        "story": ("persona",),
        "carry": ("idea",),
    }
    return [lists[kind] for kind in kinds.get(one.phase, ())]


def _examples(hall: Hall, one: TableNow) -> list[tuple[str, str]]:
    """Lines that can be typed in this phase, with letters of this pack, and what each says."""
    cards = hall.cards
    need = code_of(cards, "need", cards.needs[0].id)
    line = code_of(cards, "line", cards.lines[0].id)
    pool = code_of(cards, "pool", cards.pool_cards[0].id)
    idea = code_of(cards, "idea", cards.idea_cards[0].id)
    thing = code_of(cards, "asset", cards.assets[0].id)
    event = code_of(cards, "event", cards.events[0].id)
    persona = code_of(cards, "persona", cards.personas[0].id)
    sitting = [("1+", _("seat 1 sits down")), ("4-", _("seat 4 gets up"))]
    telling = [("1 tells 2", _("seat 1 tells the second thing on its card"))]
    answering = [
        ("1s 2l 3c", _("1 supports it, 2 can live with it, 3 is concerned")),
        ("4h They lose their club", _("4 holds, and why")),
        ("2 back", _("seat 2 takes its proposal back")),
        ("close", _("decide by the answers that are there")),
    ]
    cutting = [
        (f"2 {line} 1", _("seat 2 proposes the first step of this line; 0 is no cut")),
        ("2 safe Buses first", _("a safeguard, before anybody answers")),
        ("2 amend 1 Buses first", _("after a hold: another step, with a safeguard")),
    ]
    pooling = [(f"2 {pool}", _("seat 2 proposes this pool card")), ("6y 5n", _("seats 6 and 5 say yes and no to it"))]
    responding = [(f"2 {event} 1", _("seat 2 proposes the first answer to this event"))]
    making = [
        (f"3 {idea}", _("seat 3 puts this idea on the table")),
        (f"3 {idea} £2,500", _("… and pledges money to it; -£500 takes some back")),
        (f"3 {thing} {idea} 1", _("… and gives one unit of this thing to it; 0 takes it back")),
        (f"3 lead {idea}", _("… and leads it; also: unlead, sign, drop, keep, join")),
        (f"3 own £1,200 room 1 {need}: Soup / Every Monday", _("an idea of their own; it becomes p1, p2 …")),
        ("3 brings room 2: The chapel", _("something that is on no card; it becomes own1, own2 …")),
    ]
    by_phase = {
        "lobby": sitting,
        "arrive": [*sitting, making[-1]],
        "place": [*sitting, *telling],
        "values": [(f"1 {need} {need} {need}", _("seat 1 puts its three dots")), *sitting, *telling],
        "cut": [*cutting, *answering],
        "pool": [*pooling, *answering],
        "event": [*responding, *answering],
        "create": making,
        "mend": [*cutting, *pooling, *responding, *answering, *making],
        "story": [(f"1 {persona} Their day / who loses / what we did", _("the story, in three parts"))],
        "ratify": [("1 plan s 4: a regret / what was missing", _("what seat 1 thinks, and how sure, from 1 to 5"))],
        "carry": [(f"1 carry {idea}", _("seat 1 takes this project forward"))],
    }
    return by_phase.get(one.phase, [])
