"""The demo places' budgets: real figures with their sources, from the small data files beside this module."""

from __future__ import annotations

import csv
import datetime as dt
import json
from decimal import Decimal
from importlib.resources import files
from typing import Any

from django.db import transaction

from pennypot.apps.budgets import actions, given
from pennypot.apps.budgets.models import Budget, Line
from pennypot.apps.budgets.permissions import SYSTEM
from pennypot.apps.places.models import Agency, Place

# Which data file belongs to which demo place.
DATA = {"birmingham": "birmingham-2010-11", "trafford": "trafford-2023-24"}


def load(place: Place) -> None:
    """Give a demo place its published budgets, once; running it again changes nothing.

    Raises
    ------
    KeyError
        There is no data for this place, or an agency that the data names has not been made.
    """
    folder = files("pennypot.apps.budgets") / "data"
    name = DATA[place.slug]
    about: dict[str, Any] = json.loads((folder / f"{name}.json").read_text("utf-8"))
    with transaction.atomic():
        # The lock lets two loaders at the same moment run one after the other.
        Place.objects.select_for_update(no_key=True).get(pk=place.pk)
        if Budget.objects.filter(agency__place=place, year=about["year"]).exists():
            return
        rows = list(csv.DictReader((folder / f"{name}.csv").read_text("utf-8").splitlines()))
        _load(place, about, rows)


def _load(place: Place, about: dict[str, Any], rows: list[dict[str, str]]) -> None:
    agencies = {agency.slug: agency for agency in place.agencies.all()}
    budgets: list[Budget] = []
    lines: dict[tuple[str, str], Line] = {}
    for slug, source in about["sources"].items():
        draft = actions.start_budget(
            SYSTEM, agencies[slug], about["year"], about["kind"], _source(source), source.get("note", "")
        )
        put = actions.put_lines(
            SYSTEM,
            draft,
            [_line(row) for row in rows if row["agency"] == slug],
            [_income(income) for income in about["incomes"] if income["agency"] == slug],
        )
        lines |= {(slug, line.service): line for line in put}
        budgets.append(draft)
    for transfer in about["transfers"]:
        _net_off(agencies, lines, transfer)
    for draft in budgets:
        actions.publish(SYSTEM, draft)
    actions.note_gaps(
        SYSTEM,
        place,
        about["year"],
        [given.GapGiven(**gap) for gap in about["gaps"]],
        [given.OtherCountGiven(**count) for count in about["other_counts"]],
    )


def _net_off(agencies: dict[str, Agency], lines: dict[tuple[str, str], Line], transfer: dict[str, Any]) -> None:
    actions.net_off(
        SYSTEM,
        lines[tuple(transfer["left_out"])],
        lines[tuple(transfer["counted_in"])],
        agencies[transfer["payer"]],
        agencies[transfer["payee"]],
        transfer["amount_pence"],
        transfer["why"],
    )


def _source(source: dict[str, Any]) -> given.Source:
    return given.Source(
        source["title"],
        source["url"],
        source["file"],
        source["publisher"],
        source["licence"],
        dt.date.fromisoformat(source["read_on"]) if source["read_on"] else None,
    )


def _income(income: dict[str, Any]) -> given.IncomeGiven:
    return given.IncomeGiven(**{name: value for name, value in income.items() if name != "agency"})


def _line(row: dict[str, str]) -> given.LineGiven:
    """Read one row of a data file; an empty amount means that nobody knows it."""

    def number(name: str) -> int | None:
        return int(row[name]) if row[name] else None

    return given.LineGiven(
        service=row["service"],
        official_name=row["official_name"],
        amount_pence=number("amount_pence"),
        cofog=row["cofog"],
        kind=row["kind"],
        control=row["control"],
        counted=row["counted"] == "1",
        why_not=row["why_not"],
        basis=row["basis"],
        key=row["key"],
        key_part=number("key_part"),
        key_whole=number("key_whole"),
        share=Decimal(row["share"]) if row["share"] else None,
        whole_pence=number("whole_pence"),
        source_sheet=row["source_sheet"],
        source_row=row["source_row"],
        source_column=row["source_column"],
        source_text=row["source_text"],
        note=row["note"],
    )
