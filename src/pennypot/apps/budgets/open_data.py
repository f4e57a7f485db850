"""The pool as open data: the same columns for the CSV file and for the public interface."""

from __future__ import annotations

from typing import Any

from pennypot.apps.budgets.pictures import line_url
from pennypot.apps.budgets.queries import Pool, PoolLine
from pennypot.house.csv_out import Cell, pounds_cell

HEADER = (
    "place",
    "year",
    "agency",
    "agency_name",
    "agency_kind",
    "service",
    "official_name",
    "amount_gbp",
    "budget_or_outturn",
    "revenue_or_capital",
    "cofog",
    "purpose",
    "control",
    "counted",
    "why_not",
    "basis",
    "shared_out_by",
    "share",
    "source",
    "source_sheet",
    "source_row",
    "source_column",
    "note",
    "version",
    "address",
)


def row(pool: Pool, line: PoolLine, site: str) -> tuple[Cell, ...]:
    """One line as CSV cells, in the order of `HEADER`. An unknown amount is an empty cell, never nought."""
    return (
        pool.place.slug,
        pool.year,
        line.agency_slug,
        line.agency_name,
        line.family,
        line.service,
        line.official_name,
        pounds_cell(line.amount_pence),
        line.year_kind,
        line.kind,
        line.cofog,
        line.theme.slug,
        line.control,
        line.counted,
        line.why_not,
        line.basis,
        line.key,
        line.share,
        line.source_title,
        line.source_sheet,
        line.source_row,
        line.source_column,
        line.note,
        line.version,
        site.rstrip("/") + line_url(pool.place, line.id),
    )


def whole(pool: Pool, site: str) -> dict[str, Any]:
    """The pool as plain data for JSON. Amounts are whole pence; null is not known."""
    return {
        "place": pool.place.slug,
        "name": pool.place.name,
        "year": pool.year,
        "residents": pool.place.population,
        "total_pence": pool.total_pence,
        "left_out_pence": pool.left_out_pence,
        "not_known": len(pool.unknown),
        "for_each_resident_pence": pool.each_pence,
        "lines": [_line(pool, line, site) for line in pool.lines],
        "transfers": [
            {
                "payer": transfer.payer,
                "payee": transfer.payee,
                "amount_pence": transfer.amount_pence,
                "left_out": transfer.left_out_id,
                "counted_in": transfer.counted_in_id,
                "why": transfer.why,
            }
            for transfer in pool.transfers
        ],
    }


def _line(pool: Pool, line: PoolLine, site: str) -> dict[str, Any]:
    return {
        "id": line.id,
        "agency": line.agency_slug,
        "agency_name": line.agency_name,
        "agency_kind": line.family,
        "service": line.service,
        "official_name": line.official_name,
        "amount_pence": line.amount_pence,
        "budget_or_outturn": line.year_kind,
        "revenue_or_capital": line.kind,
        "cofog": line.cofog,
        "purpose": line.theme.slug,
        "control": line.control,
        "counted": line.counted,
        "why_not": line.why_not,
        "basis": line.basis,
        "shared_out_by": line.key,
        "share": None if line.share is None else str(line.share),
        "source": line.source_title,
        "source_sheet": line.source_sheet,
        "source_row": line.source_row,
        "source_column": line.source_column,
        "note": line.note,
        "version": line.version,
        "address": site.rstrip("/") + line_url(pool.place, line.id),
    }
