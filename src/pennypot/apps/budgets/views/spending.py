"""Spending over £500: who is paid, for what, month by month, and how much stays here."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pennypot.apps.budgets import forms, queries
from pennypot.apps.budgets.actions import keeping
from pennypot.apps.budgets.models import LocalRule
from pennypot.apps.budgets.permissions import may_publish_spending, may_say_what_is_local, may_use_desk
from pennypot.apps.places.queries import place_for
from pennypot.house import csv_out
from pennypot.house.answers import Invalid, require

if TYPE_CHECKING:
    from pennypot.apps.budgets.spending import NamedSum, SpendingProfile

_LONGEST_SEARCH = 100
COLOURS = {"payees": "river", "purposes": "leaf", "services": "plum", "months": "ochre"}


@dataclass(frozen=True)
class Bars:
    """A list with bars: rows of (name, amount, payments), and the largest amount."""

    rows: list[NamedSum]
    largest: int
    colour: str


def _bars(rows: list[NamedSum], kind: str) -> Bars:
    return Bars(rows, max((row.pence for row in rows), default=0), COLOURS[kind])


@require_safe
def spending(request: HttpRequest, place: str) -> HttpResponse:
    """The payments of an agency in a year."""
    here = place_for(request.user, place)
    found = queries.spending(here, request.GET.get("agency", ""), request.GET.get("year", ""))
    context: dict[str, Any] = {"place": here, "stage": "pool", "found": found}
    if found is None:
        return render(request, "budgets/spending/none.html", context | {"may": may_use_desk(request.user, here)})
    words = " ".join(request.GET.get("payee", "").replace("\x00", "").split())[:_LONGEST_SEARCH]
    context |= _pictures(found.profile) | {
        "profile": found.profile,
        "words": words,
        "payees_found": _bars(queries.payees(found, words), "payees") if words else None,
        "missing": [_month(month) for month in found.missing],
        "may_say_local": may_say_what_is_local(request.user, here),
    }
    return render(request, "budgets/spending/spending.html", context)


def _pictures(profile: SpendingProfile) -> dict[str, Any]:
    months = [(_month(one.name) if one.name else _("no date"), one) for one in profile.by_month]
    local = profile.local
    return {
        "payees": _bars(profile.top_payees, "payees"),
        "purposes": _bars(profile.by_purpose, "purposes"),
        "services": _bars(profile.by_service, "services"),
        "several_services": sum(bool(one.name) for one in profile.by_service) > 1,
        "months": months,
        "largest_month": max((one.pence for _name, one in months), default=0),
        "stays": [
            (_("stays here"), local.local_pence, "leaf"),
            (_("goes elsewhere"), local.elsewhere_pence, "slate"),
            (_("not known"), local.not_known_pence, "ochre"),
        ],
    }


def _month(name: str) -> str:
    return date_format(dt.date.fromisoformat(f"{name}-01"), "F Y")


@require_safe
def as_csv(request: HttpRequest, place: str) -> HttpResponseBase:
    """What the page says as one CSV: payees, purposes, services, months, and how much stays here."""
    here = place_for(request.user, place)
    found = queries.spending(here, request.GET.get("agency", ""), request.GET.get("year", ""))
    if found is None:
        raise Http404
    profile = found.profile
    parts = {
        "payee": [*profile.top_payees, profile.private],
        "purpose": profile.by_purpose,
        "service": profile.by_service,
        "month": profile.by_month,
    }
    rows = [
        [found.agency.name, found.year, part, one.name, csv_out.pounds_cell(one.pence), one.payments]
        for part, sums in parts.items()
        for one in sums
    ]
    local = profile.local
    rows += [
        [found.agency.name, found.year, "local", name, csv_out.pounds_cell(pence), payments]
        for name, pence, payments in (
            ("local", local.local_pence, local.local_payments),
            ("elsewhere", local.elsewhere_pence, local.elsewhere_payments),
            ("not known", local.not_known_pence, local.not_known_payments),
        )
    ]
    header = ["agency", "year", "part", "name", "amount_gbp", "payments"]
    return csv_out.response(f"{here.slug}-payments.csv", header, rows)


@require_safe
def file(request: HttpRequest, place: str, file: int) -> HttpResponse:
    """One file of payments: its source, its rows, and for its officers what to do."""
    here = place_for(request.user, place)
    found = queries.spending_file_in(here, file, request.user)
    profile = queries.profile_of(found)
    context = {
        "place": here,
        "stage": "pool",
        "file": found,
        "agency": found.agency,
        "profile": profile,
        "may_publish": may_publish_spending(request.user, found) if found.state == "draft" else None,
        "mine": may_use_desk(request.user, here),
        **_pictures(profile),
    }
    return render(request, "budgets/spending/file.html", context)


@require_POST
def publish(request: HttpRequest, place: str, file: int) -> HttpResponse:
    """Show a file's payments to everyone."""
    here = place_for(request.user, place)
    found = queries.spending_file_in(here, file, request.user)
    try:
        keeping.publish_spending(request.user, found)
    except Invalid as problem:
        messages.error(request, str(problem.message))
    else:
        messages.success(request, _("These payments are now public. You can take them back at any time."))
    return redirect("spending_file", here.slug, found.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def local(request: HttpRequest, place: str) -> HttpResponse:
    """Say which postcodes and payees are local."""
    here = place_for(request.user, place)
    require(may_say_what_is_local(request.user, here))
    rule = LocalRule.objects.filter(place=here).first()
    start = {"postcodes": rule.postcodes, "payees": rule.payees} if rule else {}
    form = forms.Local(request.POST if request.method == "POST" else None, initial=start)
    if form.is_bound and form.is_valid():
        keeping.say_what_is_local(request.user, here, form.cleaned_data["postcodes"], form.cleaned_data["payees"])
        messages.success(request, _("Saved. The page of payments counts with it from now on."))
        return redirect("spending", here.slug)
    context = {"place": here, "stage": "pool", "form": form}
    return render(request, "budgets/spending/local.html", context, status=422 if form.is_bound else 200)
