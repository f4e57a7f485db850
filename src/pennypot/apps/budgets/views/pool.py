"""The pool's pages: the whole picture, one agency, one purpose, one line, flows, and beside other years and places."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from pennypot.apps.budgets import flows as flows_of
from pennypot.apps.budgets import open_data, pictures, queries, said, themes
from pennypot.apps.budgets.controls import SAID as CONTROLS_SAID
from pennypot.apps.budgets.controls import Control
from pennypot.apps.budgets.models import Budget
from pennypot.apps.budgets.views import kept
from pennypot.apps.places.models import Agency, Place
from pennypot.apps.places.permissions import Someone
from pennypot.apps.places.queries import place_for
from pennypot.house import csv_out
from pennypot.house.answers import Invalid

LINES_A_PAGE = 100
BY = ("agency", "purpose", "table")
SORTS = {
    "amount": queries.largest_first,
    "service": lambda lines: tuple(sorted(lines, key=lambda line: (line.service, line.id))),
    "agency": lambda lines: tuple(sorted(lines, key=lambda line: (line.agency_name, line.service, line.id))),
}


def _year_asked(request: HttpRequest, place: Place) -> tuple[str, list[str]]:
    """Return the year to show and all that there are; an unknown year is no page."""
    known = queries.years(place)
    asked = request.GET.get("year", "")
    if asked:
        if asked not in known:
            raise Http404
        return asked, known
    return (place.year if place.year in known or not known else known[0]), known


def _one_of(request: HttpRequest, name: str, allowed: tuple[str, ...]) -> str:
    """Return a choice from the address; anything that is not on the list is refused, and never reaches a query."""
    asked = request.GET.get(name, allowed[0])
    if asked not in allowed:
        raise Invalid(_("There is no such view of the pool."))
    return asked


def _suffix(place: Place, year: str) -> str:
    """What keeps a link in the year that is shown; nothing for the place's own year."""
    return "" if year == place.year or not year else f"?year={year}"


def _context(request: HttpRequest, place: Place) -> dict[str, Any]:
    """What every picture of the pool starts from: three SQL queries."""
    year, years = _year_asked(request, place)
    found = queries.pool(place, year)
    return {
        "pool": found,
        "year": year,
        "years": years,
        "in_year": _suffix(place, year),
        "kind_of_year": said.kinds_of_year(found),
        "people": place.population,
    }


@require_safe
def whole(request: HttpRequest, place: str) -> HttpResponse:
    """All public money of a place on one page."""
    here = place_for(request.user, place)

    def make() -> tuple[str, str, dict[str, Any]]:
        return _("The pool"), "budgets/pool.html", _whole(request, here)

    return kept.page(request, here, "whole", make)


def _whole(request: HttpRequest, here: Place) -> dict[str, Any]:
    by = _one_of(request, "by", BY)
    context = _context(request, here)
    found: queries.Pool = context["pool"]
    year = context["year"]
    budgets = list(queries.current_budgets(here, year).select_related("agency"))
    having = {budget.agency_id for budget in budgets}
    context |= {
        "by": by,
        "sources": _by_source(budgets),
        "silent": [agency for agency in here.agencies.all() if agency.pk not in having],
        "gaps": queries.gaps(here, year),
        "other_counts": queries.other_counts(here, year),
        "who": said.who_spends(found),
        "who_missing": said.who_is_missing(found),
        "left_out": _left_out(found, found),
        "one_per_cent": (found.total_pence + 50) // 100,
        "api_url": f"/api/places/{here.slug}/pool",
        "example": next((line for line in found.counted if line.source_row and line.known), None),
    }
    if by == "table":
        return context | _lines_page(request, found.counted)
    groups, url = pictures.groups_by(found, by)
    table = pictures.blocks(found, groups, url, context["in_year"])
    label = _("Spending by agency and service") if by == "agency" else _("Spending by purpose and service")
    return context | {"blocks": table, "largest": _largest(table), "map": pictures.map_of(found, table, label)}


def _by_source(budgets: list[Budget]) -> list[list[Budget]]:
    """Put budgets that were read from the same source together."""
    together: dict[tuple[str, str], list[Budget]] = {}
    for budget in budgets:
        together.setdefault((budget.source_title, budget.source_url), []).append(budget)
    return list(together.values())


def _left_out(part: queries.Pool, pool: queries.Pool) -> list[tuple[queries.PoolLine, queries.PoolTransfer | None]]:
    return [(line, pool.transfer_of(line)) for line in part.left_out]


def _lines_page(request: HttpRequest, lines: tuple[queries.PoolLine, ...]) -> dict[str, Any]:
    sort = _one_of(request, "sort", tuple(SORTS))
    return {"sort": sort, "page": Paginator(SORTS[sort](lines), LINES_A_PAGE).get_page(request.GET.get("page"))}


def _largest(table: list[pictures.Block]) -> int:
    return max((block.group.total_pence for block in table), default=0)


def _part(context: dict[str, Any], group: queries.Group, inside: str, **more: Any) -> tuple[str, str, dict[str, Any]]:
    """One part of the pool: an agency's lines by purpose, or a purpose's or a kind's lines by agency."""
    found: queries.Pool = context["pool"]
    part = queries.Pool(found.place, found.year, group.lines)
    groups = [one for one in (part.by_agency() if inside == "agency" else part.by_theme()) if one.counted]

    def url(one: queries.Group) -> str:
        page = "pool_agency" if inside == "agency" else "pool_theme"
        return reverse(page, args=[found.place.slug, one.key])

    table = pictures.blocks(found, groups, url, context["in_year"])
    context |= {
        "group": group,
        "blocks": table,
        "largest": _largest(table),
        "map": pictures.map_of(found, table, group.name) if len(group.counted) > 1 else "",
        "left_out": _left_out(part, found),
        **more,
    }
    return group.name, "budgets/part.html", context


@require_safe
def agency(request: HttpRequest, place: str, agency: str) -> HttpResponse:
    """One agency's part of the pool."""
    here = place_for(request.user, place)

    def make() -> tuple[str, str, dict[str, Any]]:
        body = Agency.objects.filter(place=here, slug=agency).first()
        if body is None:
            raise Http404
        context = _context(request, here)
        lines = tuple(line for line in context["pool"].lines if line.agency_id == body.pk)
        group = queries.Group(body.slug, body.name, queries.FAMILY_COLOURS[body.family], lines)
        budget = queries.current_budgets(here, context["year"]).filter(agency=body).first()
        return _part(context, group, "theme", agency=body, budget=budget)

    return kept.page(request, here, f"agency {agency}", make)


@require_safe
def family(request: HttpRequest, place: str, family: str) -> HttpResponse:
    """All agencies of a kind, such as three NHS trusts together."""
    here = place_for(request.user, place)

    def make() -> tuple[str, str, dict[str, Any]]:
        context = _context(request, here)
        group = next((group for group in context["pool"].by_family() if group.key == family), None)
        if group is None:
            raise Http404
        return _part(context, group, "agency")

    return kept.page(request, here, f"family {family}", make)


@require_safe
def theme(request: HttpRequest, place: str, theme: str) -> HttpResponse:
    """One purpose, whoever spends on it."""
    here = place_for(request.user, place)

    def make() -> tuple[str, str, dict[str, Any]]:
        known = themes.BY_SLUG.get(theme)
        if known is None:
            raise Http404
        context = _context(request, here)
        lines = tuple(line for line in context["pool"].lines if line.theme is known)
        group = queries.Group(known.slug, str(known.name), known.colour, lines, str(known.about))
        return _part(context, group, "agency", theme=known)

    return kept.page(request, here, f"theme {theme}", make)


@require_safe
def flows(request: HttpRequest, place: str) -> HttpResponse:
    """Who raises the money, who spends it, and what for."""
    here = place_for(request.user, place)

    def make() -> tuple[str, str, dict[str, Any]]:
        context = _context(request, here)
        incomes = queries.incomes(here, context["year"])
        return (
            _("Follow the money"),
            "budgets/flows.html",
            context | flows_of.flows(context["pool"], incomes, context["in_year"]),
        )

    return kept.page(request, here, "flows", make)


@require_safe
def line(request: HttpRequest, place: str, line: int) -> HttpResponse:
    """One line: what it is, where it comes from, how it came about, and its versions."""
    here = place_for(request.user, place)
    try:
        return kept.page(request, here, f"line {line}", lambda: _line(here, line, AnonymousUser()))
    except Http404:
        # Not there for everyone: a line of a draft is made for those who may see it, and never kept.
        return kept.page_for_one(request, here, lambda: _line(here, line, request.user))


def _line(here: Place, number: int, person: Someone) -> tuple[str, str, dict[str, Any]]:
    found = queries.line_in(here, number, person)
    context = {
        "line": found.line,
        "budget": found.line.budget,
        "agency": found.line.budget.agency,
        "people": here.population,
        "theme": themes.theme_of(found.line.cofog),
        "control_said": CONTROLS_SAID[Control(found.line.control)],
        "arithmetic": said.arithmetic(found.line),
        "share": said.share(found.line),
        "transfer": found.transfer,
        "counts_for": found.counts_for,
        "versions": found.versions,
        "newest": found.newest,
        "in_year": _suffix(here, found.line.budget.year),
    }
    return found.line.service, "budgets/line.html", context


@require_safe
def compare(request: HttpRequest, place: str) -> HttpResponse:
    """This place over the years, and beside the other places of this installation."""
    here = place_for(request.user, place)
    return kept.page(request, here, "compare", lambda: _compare(here), queries.stamp_of_all)


def _compare(here: Place) -> tuple[str, str, dict[str, Any]]:
    over_years, beside = queries.over_years(here), queries.beside_others(here)
    rows = queries.by_family(beside, queries.FAMILY_COLOURS)
    context = {
        "over_years": over_years,
        "largest": max((total.total_pence for total in over_years), default=0),
        "beside": beside,
        "rows": rows,
        "largest_each": max((cell.pence or 0 for row in rows for cell in row.cells), default=0),
    }
    return _("Years and other places"), "budgets/compare.html", context


@require_safe
def as_csv(request: HttpRequest, place: str) -> HttpResponseBase:
    """Every line of the pool as CSV, with its source."""
    here = place_for(request.user, place)
    year, _years = _year_asked(request, here)
    found = queries.pool(here, year)
    rows = [open_data.row(found, line, request.build_absolute_uri("/")) for line in found.lines]
    return csv_out.response(f"{here.slug}-{year or 'pool'}.csv", open_data.HEADER, rows)
