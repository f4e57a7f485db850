"""Taking a project into a round, and confirming that an offer is real."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods

from pennypot.apps.game.actions import forward as actions
from pennypot.apps.game.after_forms import RoundForm
from pennypot.apps.game.limits import CannotCount, TooMany
from pennypot.apps.game.models import Confirmation, Forward, Phone, Table
from pennypot.apps.game.permissions.after import may_read_plan
from pennypot.apps.game.permissions.forward import may_ask, may_confirm
from pennypot.apps.game.queries.after import table_for
from pennypot.apps.game.queries.forward import Carried, carried, forward_of, rounds_that_take
from pennypot.apps.game.queries.seat import phone_of
from pennypot.apps.game.views.at_table import guarded, session_at
from pennypot.apps.people.addresses import client_ip
from pennypot.apps.people.models import Person
from pennypot.apps.places.queries import place_for
from pennypot.house import pages
from pennypot.house.answers import Invalid, require


@require_http_methods(["GET", "HEAD", "POST"])
@guarded
def forward(request: HttpRequest, place: str, code: str, table: int, project: str) -> HttpResponse:
    """One project: what it is, what is confirmed, and, for those who sit at the table, taking it forward."""
    session = session_at(request, place, code.upper(), phone_of(request))
    found = carried(table_for(session, table), project)
    require(may_read_plan(found.state))
    phone = phone_of(request)
    rounds = rounds_that_take(session.place, session.round)
    form = RoundForm(request.POST if request.method == "POST" else None, rounds=rounds)
    if request.method == "POST":
        return _act(request, found, phone, form)
    return _page(request, found, phone, form)


def _act(request: HttpRequest, found: Carried, phone: Phone | None, form: RoundForm) -> HttpResponse:
    table, offer = found.table, request.POST.get("offer", "")[:40]
    require(may_ask(phone, table, found.state, found.name, offer))
    assert phone is not None
    form.is_valid()
    try:
        if request.POST.get("do") == "write":
            ip = client_ip(request.META, settings.OPTIONS.proxies)
            actions.ask(phone, table, found.name, offer, request.POST.get("email", "")[:254], ip)
            messages.success(request, _("The letter is on its way. Its link is good once."))
        elif not isinstance(request.user, Person):
            here = reverse("game_forward", args=_address(table, found.name))
            return redirect(f"{reverse('account_login')}?next={here}")
        else:
            made = actions.confirm_here(request.user, phone, table, found.name, offer, form.chosen)
            if made.proposal_id and not offer:
                return redirect("my_draft", table.session.place.slug, made.proposal_id)
            messages.success(request, _("Thank you. Your offer is confirmed."))
    except (TooMany, CannotCount):
        return pages.too_many(request)
    except Invalid as problem:
        return _page(request, found, phone, form, wrong=str(problem.message), about=offer, status=422)
    return redirect("game_forward", *_address(table, found.name))


def _page(
    request: HttpRequest,
    found: Carried,
    phone: Phone | None,
    form: RoundForm,
    *,
    wrong: str = "",
    about: str = "",
    status: int = 200,
) -> HttpResponse:
    table = found.table
    made, confirmed = forward_of(table, found.name)
    roles = {role.id: role.title for role in found.cards.roles}
    offers = [
        {
            "id": key,
            "title": title,
            "units": offer.units,
            "seat": roles[offer.seat],
            "confirmed": key in confirmed,
            "mine": bool(may_ask(phone, table, found.state, found.name, key)),
        }
        for key, offer, title in found.offers
    ]
    context = {
        "place": table.session.place,
        "stage": "game",
        "session": table.session,
        "table": table,
        "found": found,
        "leads": [roles[seat] for seat in found.project.leads],
        "offers": offers,
        "lead": confirmed.get(""),
        "made": made,
        "mine": bool(made and made.proposal and made.proposal.owner_id == request.user.pk),
        "may_lead": may_ask(phone, table, found.state, found.name),
        "form": form,
        "wrong": wrong,
        "about": about,
        "email": request.POST.get("email", ""),
    }
    return render(request, "game/after/forward.html", context, status=status)


def _address(table: Table, project: str) -> list[str | int]:
    return [table.session.place.slug, table.session.code, table.number, project]


@cache_control(no_store=True)
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, place: str, token: str) -> HttpResponse:
    """The page that a letter's link leads to: say yes, signed in with the address that got the letter."""
    there = place_for(request.user, place)
    asked = actions.read_token(token, there.pk)
    if asked is None:
        return render(request, "game/after/link_over.html", {"place": there, "stage": "game"}, status=404)
    table = asked.forward.table
    found = carried(table, asked.forward.project)
    rounds = rounds_that_take(there, table.session.round)
    form = RoundForm(request.POST if request.method == "POST" else None, rounds=rounds)
    wrong = ""
    if request.method == "POST":
        form.is_valid()
        require(may_confirm(request.user, asked))
        try:
            made: Forward = actions.confirm_link(request.user, asked, form.chosen)  # type: ignore[arg-type]
        except Invalid as problem:
            wrong = str(problem.message)
        else:
            if made.proposal_id and asked.kind == Confirmation.Kind.LEAD:
                return redirect("my_draft", there.slug, made.proposal_id)
            messages.success(request, _("Thank you. Your offer is confirmed."))
            return redirect("game_forward", *_address(table, asked.forward.project))
    context = {
        "place": there,
        "stage": "game",
        "asked": asked,
        "found": found,
        "table": table,
        "offer": found.offer_title(asked.offer),
        "is_lead": asked.kind == Confirmation.Kind.LEAD,
        "may": may_confirm(request.user, asked),
        "form": form,
        "wrong": wrong,
    }
    return render(request, "game/after/confirm.html", context, status=422 if wrong else 200)
