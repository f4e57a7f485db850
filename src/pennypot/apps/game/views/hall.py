"""The place's game page, planning an evening, and the codes by which people come in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import segno
from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from pennypot.apps.game.actions.moves import cards_of
from pennypot.apps.game.actions.seats import free_code
from pennypot.apps.game.actions.sessions import Plan, change_session, plan_session
from pennypot.apps.game.codes import card_code, spaced
from pennypot.apps.game.hall_forms import PackForm, PlanForm, WhenAndWhere
from pennypot.apps.game.models import Pack, Session, Table
from pennypot.apps.game.permissions.hall import may_observe, may_plan, may_run
from pennypot.apps.game.queries.hall import packs_for, rounds_for, session_for, sessions_of, table_for
from pennypot.apps.places.models import Place
from pennypot.apps.places.queries import place_for
from pennypot.apps.places.views.asked import person_of, posted
from pennypot.house.answers import Invalid, require
from pennypot.house.layout import page_of

SHOWN = 20  # evenings on the place's page
_CODE = "game.new-code"


@require_safe
def game(request: HttpRequest, place: str) -> HttpResponse:
    """What the game is here: come in with a code, play alone, evenings that were and will be."""
    here = place_for(request.user, place)
    sessions = list(sessions_of(here)[:SHOWN])
    for one in sessions:
        one.compare_url = page_of("game_compare", here.slug, one.code)  # type: ignore[attr-defined]
    plans = bool(may_plan(request.user, here))
    context = {
        "place": here,
        "stage": "game",
        "may_plan": plans,
        "coming": [one for one in sessions if one.state != Session.State.OVER],
        "past": [one for one in sessions if one.state == Session.State.OVER],
        "join_url": page_of("game_join", here.slug),
        "solo_url": page_of("game_solo", here.slug),
        "packs_url": page_of("packs", here.slug) if plans else "",
        "advice_url": page_of("game_advice", here.slug),
        "rules_url": page_of("game_rules", here.slug),
    }
    return render(request, "game/game.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, place: str) -> HttpResponse:
    """Plan an evening: choose the cards, then settle the rest on one page."""
    here = place_for(request.user, place)
    require(may_plan(request.user, here))
    packs = packs_for(here)
    chosen = PackForm({"pack": request.POST.get("pack") or request.GET.get("pack")}, packs=packs)
    if not chosen.is_valid():
        context = {
            "place": here,
            "stage": "game",
            "packs": _latest(packs),
            "packs_url": page_of("packs", here.slug),
        }
        return render(request, "game/new_pack.html", context)
    pack: Pack = chosen.cleaned_data["pack"]
    cards = cards_of(pack)
    form = PlanForm(posted(request), cards=cards, rounds=rounds_for(here), zone=here.time_zone, initial=_usual(pack))
    if request.method == "POST" and form.is_valid():
        try:
            session = _plan(request, here, pack, form)
        except Invalid as problem:
            form.add_error(problem.field if problem.field in form.fields else None, str(problem.message))
        else:
            messages.success(request, _("The evening is planned. Print the kit. Come back here when people arrive."))
            return redirect("game_console", place, session.code)
    context = {"place": here, "stage": "game", "pack": pack, "cards": cards, "form": form}
    return render(request, "game/new.html", context, status=422 if form.errors else 200)


def _latest(packs: Any) -> list[Pack]:
    """Of each pack the latest version; older ones are for evenings that began with them."""
    found: dict[tuple[int | None, str], Pack] = {}
    for pack in packs:
        found.setdefault((pack.place_id, pack.slug), pack)
    return list(found.values())


def _usual(pack: Pack) -> dict[str, Any]:
    cards = cards_of(pack)
    return {
        "code": signing.dumps(free_code(), salt=_CODE),
        "tables": 6,
        "on_paper": 0,
        "seats": [role.id for role in cards.roles],
        "target_pence": cards.policy.target_pence,
        "rule": cards.policy.rule,
        "order": Session.Order.CUT_FIRST,
        "minutes": 120,
        "approve_words": True,
    }


def _plan(request: HttpRequest, place: Place, pack: Pack, form: PlanForm) -> Session:
    said = dict(form.cleaned_data)
    try:
        code = signing.loads(said.pop("code"), salt=_CODE, max_age=7 * 24 * 3600)
    except signing.BadSignature:
        raise Invalid(_("This form is too old. Open the page again.")) from None
    return plan_session(person_of(request), place, Plan(pack=pack, **said), code=code)


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, place: str, code: str) -> HttpResponse:
    """Change what can be changed at any time: name, time, minutes, where projects go."""
    session = session_for(request.user, place, code)
    require(may_run(request.user, session))
    names = ("title", "minutes", "round", "approve_words")
    initial = {name: getattr(session, name) for name in names}
    initial["starts_at"] = session.starts_at
    form = WhenAndWhere(
        posted(request), rounds=rounds_for(session.place), zone=session.place.time_zone, initial=initial
    )
    if request.method == "POST" and form.is_valid():
        try:
            change_session(person_of(request), session, **form.cleaned_data)
        except Invalid as problem:
            form.add_error(problem.field if problem.field in form.fields else None, str(problem.message))
        else:
            messages.success(request, _("Saved."))
            return redirect("game_console", place, session.code)
    context = {"place": session.place, "stage": "game", "session": session, "form": form}
    return render(request, "game/change.html", context, status=422 if form.errors else 200)


@dataclass(frozen=True)
class Door:
    """A way in: what it leads to, its address, and the picture of it that a phone reads."""

    name: str
    address: str
    picture: SafeString
    code: str = ""


@require_safe
def codes(request: HttpRequest, place: str, code: str) -> HttpResponse:
    """Ways in, as pictures that phones read: of the evening, of each table, and of each seat of one table.

    Whoever has the picture of a seat may sit in it, so those are for people who run the evening.
    """
    session = session_for(request.user, place, code)
    require(may_observe(request.user, session))
    number = request.GET.get("table", "")
    table = None
    if number:
        require(may_run(request.user, session))
        if not (number.isascii() and number.isdigit()):
            raise Http404
        table = table_for(session, int(number[:5]))
    context = {
        "place": session.place,
        "stage": "game",
        "session": session,
        "spaced": spaced(session.code),
        "may_run": bool(may_run(request.user, session)),
        "table": table,
        "hall": door(_("The evening"), entrance(session)),
        "tables": [] if table else list(session.tables.filter(merged_into=None)),
        "doors": _seat_doors(session, table) if table else _table_doors(session),
    }
    return render(request, "game/codes.html", context)


def _table_doors(session: Session) -> list[Door]:
    return [
        door(_("Table %(number)s") % {"number": table.number}, f"{entrance(session)}t/{table.number}/")
        for table in session.tables.filter(merged_into=None)
    ]


def _seat_doors(session: Session, table: Table) -> list[Door]:
    cards = cards_of(session.pack)
    found = []
    for chair in table.chairs.all():
        code = card_code(chair)
        address = f"{entrance(session)}t/{table.number}/?card={code}"
        found.append(door(cards.role[chair.seat].title, address, spaced(code)))
    return found


def entrance(session: Session) -> str:
    """Return the full address of a session's entrance."""
    return f"{settings.SITE_ADDRESS}{reverse('game', args=[session.place.slug])}{session.code}/"


def door(name: str, address: str, code: str = "") -> Door:
    """Draw an address as an SVG that stands on white, so that phones read it on any page."""
    drawn = segno.make(address, error="m", micro=False).svg_inline(
        border=4, omitsize=True, svgclass="qr", lineclass=None, dark="#000", light="#fff"
    )
    return Door(name, address, SafeString(drawn), code)
