"""Packs of cards: the list, one pack with its cards to look at, the file, and what is printed of it."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from pennypot.apps.game.actions.moves import cards_of
from pennypot.apps.game.faces import HIDDEN, KINDS, faces_of
from pennypot.apps.game.kit import cards as kit_cards
from pennypot.apps.game.kit import sheets
from pennypot.apps.game.kit.cards import SeatOf
from pennypot.apps.game.kit.paper import Look, Made, look_of
from pennypot.apps.game.models import Pack
from pennypot.apps.game.names import PAPERS
from pennypot.apps.game.permissions.packs import (
    may_change_pack,
    may_publish_pack,
    may_see_all_cards,
    may_write_packs,
)
from pennypot.apps.game.queries.packs import pack_for, packs_of
from pennypot.apps.places.queries import place_for
from pennypot.house.answers import require
from pennypot.house.layout import page_of
from pennypot.play import Pack as Cards

# Kinds of cards in the order in which a table meets them.
ORDER = ("need", "line", "pool", "idea", "asset", "role", "persona", "event")
# What stands on these papers is for the facilitator until the evening.
FOR_PLANNERS = ("cards", "seats", "scribe")


@require_safe
def packs(request: HttpRequest, place: str) -> HttpResponse:
    """All packs that can be played here, and those that are being written."""
    here = place_for(request.user, place)
    context = {
        "place": here,
        "stage": "game",
        "packs": packs_of(here, request.user),
        "may_write": bool(may_write_packs(request.user, here)),
    }
    return render(request, "game/packs.html", context)


@require_safe
def pack(request: HttpRequest, place: str, pack: int) -> HttpResponse:
    """One pack and its cards. Of a pack that is being written its authors see how far it is."""
    here = place_for(request.user, place)
    row = pack_for(request.user, here, pack)
    if row.state == Pack.State.DRAFT:
        from pennypot.apps.game.views.pack_editor import overview

        return overview(request, here, row)
    cards = cards_of(row).in_language(get_language() or "en")
    sees_all = bool(may_see_all_cards(request.user, here))
    context = {
        "place": here,
        "stage": "game",
        "pack": row,
        "cards": cards,
        "policy": cards.policy,
        "all_pence": sum(line.baseline_pence for line in cards.lines),
        "kinds": [(kind, str(KINDS[kind]), faces_of(cards, kind)) for kind in ORDER if sees_all or kind not in HIDDEN],
        "sees_all": sees_all,
        "may_publish": bool(may_publish_pack(request.user, here, row)),
        "may_change": bool(may_change_pack(request.user, here, row)),
        "papers": [(what, name) for what, name in PAPERS.items() if sees_all or what not in FOR_PLANNERS],
        "languages_of_papers": languages_of(cards),
        "plan_url": page_of("game_new", here.slug) if sees_all else "",
        "rehearsal": row.rehearsal,
    }
    return render(request, "game/pack.html", context)


def languages_of(cards: Cards) -> list[tuple[str, str]]:
    """Return the languages in which a pack's papers can be printed: those that it speaks."""
    known = {str(cards.given["language"]), *cards.given.get("translations", {})}
    return [(code, name) for code, name in settings.LANGUAGES if code in known]


@require_safe
def pack_file(request: HttpRequest, place: str, pack: int) -> HttpResponse:
    """The pack as a file, to keep, to change elsewhere, or to bring to another place."""
    here = place_for(request.user, place)
    row = pack_for(request.user, here, pack)
    require(may_see_all_cards(request.user, here))
    text = json.dumps(row.given, ensure_ascii=False, indent=1)
    response = HttpResponse(text, content_type="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="{row.slug}-{row.version}.json"'
    return response


@require_safe
def pack_paper(request: HttpRequest, place: str, pack: int, what: str) -> HttpResponse:
    """One paper of a published pack's kit, in the size and language that the address asks for."""
    here = place_for(request.user, place)
    row = pack_for(request.user, here, pack)
    if row.state != Pack.State.PUBLISHED or what not in PAPERS:
        raise Http404
    if what in FOR_PLANNERS:
        require(may_see_all_cards(request.user, here))
    cards = cards_of(row)
    seats = [SeatOf(role.id, number) for number, role in enumerate(cards.roles, start=1)]
    look = look_of(request.GET, get_language() or "en")
    return pdf_answer(paper_of(cards, what, seats, look), f"{row.slug}-{row.version}-{what}", look)


@require_safe
def rules(request: HttpRequest, place: str) -> HttpResponse:
    """The rules on one page, for everybody."""
    here = place_for(request.user, place)
    look = look_of(request.GET, get_language() or "en")
    return pdf_answer(sheets.rules(here.name, look), "cut-and-create-rules", look)


def paper_of(cards: Cards, what: str, seats: list[SeatOf], look: Look, **evening: Any) -> Made:
    """Return one paper of the kit.

    Parameters
    ----------
    evening
        ``target_pence``, ``minutes`` and ``order`` of an evening, where it is printed for one.
    """
    if what == "cards":
        return kit_cards.cards(cards, look)
    if what == "seats":
        return kit_cards.seat_cards(cards, seats, look)
    if what == "paddles":
        return kit_cards.paddles(cards, seats, look)
    if what == "notes":
        return kit_cards.pledge_notes(cards, seats, look)
    if what == "ledger":
        return sheets.ledger(cards, seats, look, evening.get("target_pence"))
    if what == "script":
        return sheets.script(cards, look, evening.get("minutes", 120), evening.get("order", "cut-first"))
    if what == "scribe":
        return sheets.scribe(cards, seats, look)
    return sheets.rules(cards.place, look)


def pdf_answer(made: Made, name: str, look: Look) -> HttpResponse:
    """Send a paper as a file to keep."""
    parts = [name, look.language, look.size, *(["large"] if look.large else [])]
    response = HttpResponse(made.pdf, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{"-".join(parts)}.pdf"'
    return response
