"""The one per cent as public data. No key and no account: what the pages show, machines may read."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from pennypot.apps.budgets.queries import pool
from pennypot.apps.fund import queries
from pennypot.apps.fund.exports import policy_row
from pennypot.apps.fund.reading import policy_of, read
from pennypot.apps.places.queries import place_for

router = Router(tags=["The one per cent"])
MOST_ENTRIES = 500


class PolicyOut(Schema):
    """What the one per cent is taken of."""

    rate_basis_points: int = Field(description="100 is one per cent.")
    base: str
    figures: str
    left_out: list[str]
    kind_of_spending: str
    floor_pence: int | None
    cap_pence: int | None
    rounding: str
    unit_pence: int
    carry_over: str
    binding: bool


class ContributionOut(Schema):
    """What one agency owes, promised and paid."""

    agency: str
    agency_name: str
    base_pence: int
    due_pence: int
    pledged_pence: int
    paid_pence: int
    short_pence: int
    state: str


class FundOut(Schema):
    """The one per cent of a place in a year."""

    place: str
    year: str
    adopted: bool = Field(description="False: what the usual policy would give; the place has adopted none.")
    version: int | None
    label: str = Field(description="Says so where the policy, promises and payments are invented.")
    policy: PolicyOut
    base_pence: int | None = Field(description="Null when it cannot be worked out; never nought instead.")
    fund_pence: int | None
    at_least: bool = Field(description="Something that belongs to the base is not known.")
    not_known: list[str]
    missing: list[str]
    contributions: list[ContributionOut]


class TransferOut(Schema):
    """Money from one account to another."""

    source: str
    target: str
    currency: str
    pence: int
    money: str


class EntryOut(Schema):
    """One event in the ledger."""

    number: int
    at: datetime
    kind: str
    year: str
    memo: str
    reverses: int | None
    hash: str
    transfers: list[TransferOut]


@router.get("/places/{slug:place}/fund", response=FundOut, url_name="api_fund", summary="The one per cent of a place")
def fund(request: HttpRequest, place: str) -> dict[str, Any]:
    """Return the policy with the place's own numbers, and what each agency owes, promised and paid."""
    here = place_for(request.user, place)
    version = queries.current_policy(here)
    known = pool(here, version.year if version else None)
    reading = read(policy_of(version), known)
    return {
        "place": here.slug,
        "year": known.year,
        "adopted": version is not None,
        "version": version.version if version else None,
        "label": version.label if version else "",
        "policy": policy_row(reading.policy),
        "base_pence": reading.found.base_pence,
        "fund_pence": reading.found.fund_pence,
        "at_least": reading.found.is_at_least,
        "not_known": list(reading.found.unknown),
        "missing": [str(one) for one in reading.found.missing],
        "contributions": [
            {
                "agency": one.agency.slug,
                "agency_name": one.agency.name,
                "base_pence": one.contribution.base_pence,
                "due_pence": one.due_pence,
                "pledged_pence": one.pledged_pence,
                "paid_pence": one.paid_pence,
                "short_pence": one.short_pence,
                "state": one.state,
            }
            for one in (queries.standings(version) if version else [])
        ],
    }


@router.get(
    "/places/{slug:place}/ledger", response=list[EntryOut], url_name="api_ledger", summary="Entries of the ledger"
)
def ledger(
    request: HttpRequest,
    place: str,
    after: int = Query(0, ge=0, le=2**62, description="Only entries with a larger number; 500 come at once."),
) -> list[dict[str, Any]]:
    """Return entries in order, each with its transfers and its hash."""
    here = place_for(request.user, place)
    return [
        {
            "number": record.number,
            "at": record.at,
            "kind": record.kind,
            "year": record.year,
            "memo": record.memo,
            "reverses": record.reverses,
            "hash": record.hash.hex(),
            "transfers": [
                dict(zip(("source", "target", "currency", "pence", "money"), transfer, strict=True))
                for transfer in record.transfers
            ],
        }
        for record in queries.records(here, after + MOST_ENTRIES, after)
    ]
