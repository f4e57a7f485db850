"""What is printed for one evening: with its tables, its codes, its minutes."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from pennypot.apps.game.actions.moves import cards_of
from pennypot.apps.game.codes import card_code, spaced
from pennypot.apps.game.kit.cards import Entry, SeatOf
from pennypot.apps.game.kit.paper import look_of
from pennypot.apps.game.models import Session, Table
from pennypot.apps.game.names import PAPERS
from pennypot.apps.game.permissions.hall import may_run
from pennypot.apps.game.queries.hall import session_for
from pennypot.apps.game.views.packs import languages_of, paper_of, pdf_answer
from pennypot.house.answers import require

# Each table has its own of these; of the others one set for each table is printed, all alike.
PER_TABLE = ("seats",)


@require_safe
def kit(request: HttpRequest, place: str, code: str) -> HttpResponse:
    """All papers of an evening, with size and language to choose."""
    session = session_for(request.user, place, code)
    require(may_run(request.user, session))
    context = {
        "place": session.place,
        "stage": "game",
        "session": session,
        "tables": session.tables.count(),
        "papers": PAPERS.items(),
        "languages_of_papers": languages_of(cards_of(session.pack)),
    }
    return render(request, "game/kit.html", context)


@require_safe
def kit_paper(request: HttpRequest, place: str, code: str, what: str) -> HttpResponse:
    """One paper. Seat cards hold the codes by which phones come back: only those who run the evening print them."""
    session = session_for(request.user, place, code)
    require(may_run(request.user, session))
    if what not in PAPERS:
        raise Http404
    tables = list(session.tables.prefetch_related("chairs"))
    chosen = tables if what in PER_TABLE else tables[:1]
    seats = [seat for table in chosen for seat in _seats(request, session, table)]
    look = look_of(request.GET, get_language() or "en")
    made = paper_of(
        cards_of(session.pack),
        what,
        seats,
        look,
        target_pence=session.target_pence,
        minutes=session.minutes,
        order=session.order,
    )
    return pdf_answer(made, f"{session.code.lower()}-{what}", look)


def _seats(request: HttpRequest, session: Session, table: Table) -> list[SeatOf]:
    """The seats of a table in the order of their numbers, each with the way back to it."""
    slug = session.place.slug
    entrance = request.build_absolute_uri(reverse("game_entrance", args=[slug, session.code]))
    seat = request.build_absolute_uri(reverse("game_seat", args=[slug, session.code, table.number]))
    name = _("Table %(number)s") % {"number": table.number} + (f" · {table.name}" if table.name else "")
    found = []
    for number, chair in enumerate(table.chairs.all(), start=1):
        own = card_code(chair)
        address = entrance.split("://", 1)[-1]
        found.append(SeatOf(chair.seat, number, name, Entry(spaced(own), f"{seat}?card={own}", address)))
    return found
