"""The first page: how much one per cent is, of what, from whom, and what it would be for my area."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from pennypot.apps.budgets.queries import pool
from pennypot.apps.fund import exports, pictures, queries
from pennypot.apps.fund.actions.money import smallest_areas
from pennypot.apps.fund.areas import AreaShare, Method, split
from pennypot.apps.fund.permissions import may_keep_books, may_propose_policy, may_sign_pledge
from pennypot.apps.fund.reading import changed_since, choices, policy_of, read
from pennypot.apps.fund.shares import CannotShare
from pennypot.apps.fund.views import kept
from pennypot.apps.fund.words import cannot_share_said
from pennypot.apps.places.models import Place
from pennypot.apps.places.queries import place_for
from pennypot.house import csv_out
from pennypot.house.answers import Invalid


@require_safe
def overview(request: HttpRequest, place: str) -> HttpResponse:
    """One penny in every pound: of what, how much, from whom."""
    here = place_for(request.user, place)
    method = request.GET.get("by", Method.POPULATION.value)
    if method not in Method.values:
        raise Invalid(_("There is no such way to split the fund."))
    return kept.page(request, here, "overview", (method,), lambda: _context(request, here, method))


def _context(request: HttpRequest, here: Place, method: str) -> dict[str, Any]:
    """What the page says. Eleven SQL queries where a policy is adopted."""
    version = queries.current_policy(here)
    known = pool(here, version.year if version else None)
    reading = read(policy_of(version), known)
    standings = queries.standings(version) if version else []
    fund_pence = sum(one.due_pence for one in standings) if standings else reading.found.fund_pence
    return {
        "version": version,
        "pool": known,
        "year": known.year,
        "reading": reading,
        "fund_pence": fund_pence,
        "pennies": max(1, round(reading.policy.rate / 100)),
        "picture": _picture(reading, fund_pence),
        "choices": choices(reading.policy, known),
        "standings": standings,
        "largest": max((one.due_pence for one in standings), default=0),
        "largest_due": max((one.pence for one in reading.due), default=0),
        "totals": _totals(standings),
        "mine": [one for one in standings if may_sign_pledge(request.user, one.contribution)],
        "pool_changed": changed_since(reading, [one.contribution.base_pence for one in standings]),
        "may_propose": may_propose_policy(request.user, here),
        "may_keep_books": may_keep_books(request.user, here),
        **_areas(here, method, fund_pence),
        **_money(here, known.year),
    }


def _picture(reading: Any, fund_pence: int | None) -> str | None:
    if fund_pence is None or not reading.found.base_pence or reading.found.base_pence <= 0:
        return None
    return pictures.base_picture(fund_pence, reading.found.base_pence, reading.left_out)


def _totals(standings: list[queries.Standing]) -> dict[str, Any]:
    return {
        "due": sum(one.due_pence for one in standings),
        "pledged": sum(one.pledged_pence for one in standings),
        "paid": sum(one.paid_pence for one in standings),
        "short": sum(one.short_pence for one in standings),
        "by_label": queries.money_labels(standings),
    }


def _areas(place: Place, method: str, fund_pence: int | None) -> dict[str, Any]:
    """What each area would get, by this way of splitting. One SQL query."""
    areas = smallest_areas(place)
    shares: list[AreaShare] = []
    problem = ""
    if areas and fund_pence is not None:
        try:
            shares = sorted(split(fund_pence, areas, method), key=lambda one: (-one.pence, one.area.name))
        except CannotShare as why:
            problem = cannot_share_said(why)
    return {
        "method": method,
        "methods": Method.choices,
        "area_shares": shares,
        "area_problem": problem,
        "has_areas": bool(areas),
        "same_need": len({area.deprivation_weight for area in areas}) == 1,
        "areas_source": next((area.population_source for area in areas if area.population_source), ""),
        "largest_area": max((one.pence for one in shares), default=0),
    }


def _money(place: Place, year: str) -> dict[str, Any]:
    """Where the money is now, in one sentence each. Two SQL queries."""
    by_kind: dict[str, int] = {}
    for account in queries.accounts(place):
        kind = account.code.partition(":")[0]
        by_kind[kind] = by_kind.get(kind, 0) + account.balance_pence
    return {"balances": by_kind, "carried_over": queries.carried_over(place, year)}


@require_safe
def contributions_csv(request: HttpRequest, place: str) -> HttpResponseBase:
    """What each agency owes, promised and paid, as CSV."""
    here = place_for(request.user, place)
    version = queries.current_policy(here)
    rows = (
        exports.contribution_rows(here.slug, version.year, version.version, queries.standings(version))
        if version
        else iter(())
    )
    return csv_out.response(f"{here.slug}-contributions.csv", exports.CONTRIBUTIONS_HEADER, rows)
