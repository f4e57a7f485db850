"""The pool as public data. No key and no account: what the pages show, machines may read."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from ninja import Field, Query, Router, Schema

from pennypot.apps.budgets import open_data, queries
from pennypot.apps.places.queries import place_for

router = Router(tags=["The pool"])


class LineOut(Schema):
    """One service's spending by one agency in one year."""

    id: int
    agency: str
    agency_name: str
    agency_kind: str
    service: str
    official_name: str
    amount_pence: int | None = Field(description="Null when nobody knows it; never nought instead.")
    budget_or_outturn: str
    revenue_or_capital: str
    cofog: str
    purpose: str
    control: str
    counted: bool
    why_not: str
    basis: str
    shared_out_by: str
    share: str | None
    source: str
    source_sheet: str
    source_row: str
    source_column: str
    note: str
    version: int
    address: str


class TransferOut(Schema):
    """Money that one pooled body pays another, counted once."""

    payer: str
    payee: str
    amount_pence: int | None
    left_out: int
    counted_in: int
    why: str


class PoolOut(Schema):
    """All public money of a place in a year, as far as it is published."""

    place: str
    name: str
    year: str
    residents: int | None
    total_pence: int
    left_out_pence: int
    not_known: int
    for_each_resident_pence: int | None
    lines: list[LineOut]
    transfers: list[TransferOut]


@router.get("/places/{slug:place}/pool", response=PoolOut, url_name="api_pool", summary="The pool of a place")
def pool(
    request: HttpRequest,
    place: str,
    year: str = Query("", max_length=7, description="As written, like 2010-11; by default the place's own year."),
) -> dict[str, Any]:
    """Return every line of a place's pool with its source."""
    here = place_for(request.user, place)
    if year and year not in queries.years(here):
        raise Http404
    return open_data.whole(queries.pool(here, year or None), request.build_absolute_uri("/"))
