"""What was understood of a file, in words, for the page on which the officer checks it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pennypot.apps.budgets.models import Upload
from pennypot.apps.budgets.reading.headings import BUDGET, SPENDING
from pennypot.apps.budgets.unanswered import Asked, questions
from pennypot.apps.budgets.words_of_reading import meaning, said
from pennypot.house.answers import Invalid
from pennypot.house.money import pounds

# Above this a column needs no second look.
_SURE = 0.75
_LINE_ENDS = {"CRLF": gettext_lazy("Windows"), "LF": gettext_lazy("Unix"), "CR": gettext_lazy("old Macintosh")}
_FILE_KINDS = {
    "text": gettext_lazy("a text file with columns (CSV)"),
    "xlsx": gettext_lazy("an Excel workbook (XLSX)"),
    "xls": gettext_lazy("an older Excel workbook (XLS)"),
    "ods": gettext_lazy("an OpenDocument spreadsheet (ODS)"),
    "archive": gettext_lazy("a ZIP archive"),
}
# The meanings people see first in a sample, in this order.
_FIRST = ("paid_on", "payee", "service", "amount_pence")
DATE_ORDERS = {"day": gettext_lazy("day first"), "month": gettext_lazy("month first")}
VATS = {"net": gettext_lazy("without VAT"), "gross": gettext_lazy("with VAT"), "unsaid": gettext_lazy("not known")}
UNITS = {"100": gettext_lazy("pounds"), "100000": gettext_lazy("thousands of pounds")}


def meanings_of(kind: str) -> list[str]:
    """Return what a column can hold in payments or in a budget."""
    return ["ignore", *(SPENDING if kind == "spending" else BUDGET)]


@dataclass(frozen=True)
class ColumnShown:
    """One column with its select."""

    name: str
    key: str
    heading: str
    meaning: str
    words: str
    why: str
    examples: str
    sure: bool


@dataclass(frozen=True)
class SheetShown:
    """One sheet and what we say of it."""

    key: str
    name: str
    name_of_box: str
    rows: int
    left_out: str
    facts: list[str]
    read: bool
    chosen_away: bool


class Understood:
    """An upload that was read, ready for its page.

    Parameters
    ----------
    typed
        What the officer has just chosen, where it could not be used and is shown again.
    """

    def __init__(self, upload: Upload, typed: QueryDict | None = None) -> None:
        self._upload, self._typed = upload, typed or QueryDict()
        self._known: dict[str, Any] = upload.understanding
        self.mapping: dict[str, Any] = upload.mapping

    @cached_property
    def questions(self) -> list[Asked]:
        """What only the officer knows."""
        return questions(self._upload)

    @property
    def must_answer(self) -> bool:
        """Whether nothing can be kept before a question is answered."""
        return any(asked.must for asked in self.questions)

    @property
    def file_kind(self) -> str:
        """What the file is."""
        return str(_FILE_KINDS.get(self._known.get("file_kind", ""), _("a workbook with a row for every authority")))

    @property
    def layout(self) -> dict[str, Any]:
        """The declared layout of a workbook that we know; empty otherwise."""
        return self._known.get("layout", {})

    @property
    def authority(self) -> str:
        """The name of the authority whose row was read."""
        return (self._known.get("authority") or ["", "", ""])[2]

    @property
    def own_total_pence(self) -> int | None:
        """What the workbook itself gives as the authority's total."""
        return self._known.get("own_total_pence")

    @property
    def recalled(self) -> bool:
        """Whether the headings were met before and read as then."""
        return bool(self._known.get("recalled"))

    @property
    def remarks(self) -> list[str]:
        """What was decided about the whole file, and what was noticed while reading."""
        return [said(one) for one in self._known.get("remarks", [])]

    @property
    def noticed(self) -> list[str]:
        """What was noticed while reading."""
        return [said(one) for one in self._known.get("noticed", [])]

    @property
    def reasons(self) -> list[tuple[str, int]]:
        """Why rows were not kept, and how many for each reason."""
        found = [(said({"code": code}), count) for code, count in self._known.get("reasons", {}).items()]
        return sorted(found, key=lambda one: -one[1])

    @property
    def rejected_listed(self) -> int:
        """How many rejected rows the list holds; fewer than all of them only beyond ten thousand."""
        return int(self._known.get("rejected_listed", 0))

    @cached_property
    def sheets(self) -> list[SheetShown]:
        """Every sheet: read, or left out and why."""
        return [self._sheet(number, sheet) for number, sheet in enumerate(self._known.get("sheets", []))]

    def _sheet(self, number: int, sheet: dict[str, Any]) -> SheetShown:
        facts = [said(one) for one in sheet["remarks"]]
        if sheet["line_ends"] in _LINE_ENDS:
            ends = _LINE_ENDS[sheet["line_ends"]]
            facts.insert(0, _("Lines end as on %(system)s.") % {"system": ends})
        if sheet["encoding"]:
            facts.insert(0, _("The text is written as %(encoding)s.") % {"encoding": sheet["encoding"]})
        left_out = said(sheet["left_out"])
        return SheetShown(
            sheet["key"],
            sheet["name"],
            f"sheet_{number}",
            sheet["rows"],
            left_out,
            facts,
            read=not left_out,
            chosen_away=sheet["key"] in self.mapping.get("leave_out", ()),
        )

    @cached_property
    def columns(self) -> list[ColumnShown]:
        """Every column of the sheets that are read, once."""
        found: dict[str, dict[str, Any]] = {}
        for sheet in self._known.get("sheets", []):
            for column in sheet["columns"]:
                found.setdefault(column["key"], column)
        return [self._column(number, column) for number, column in enumerate(found.values())]

    def _column(self, number: int, column: dict[str, Any]) -> ColumnShown:
        name = f"meaning_{number}"
        chosen = self._typed.get(name, column["meaning"])
        return ColumnShown(
            name,
            column["key"],
            column["heading"] or _("column %(number)s") % {"number": column["index"] + 1},
            chosen,
            meaning(column["meaning"]),
            said(column["why"]),
            "; ".join(column["examples"][:3]),
            column["confidence"] >= _SURE or column["meaning"] == "ignore",
        )

    @property
    def unsure(self) -> list[ColumnShown]:
        """Columns that deserve a second look."""
        return [column for column in self.columns if not column.sure]

    @property
    def sure(self) -> list[ColumnShown]:
        """Columns that we are sure of."""
        return [column for column in self.columns if column.sure]

    @property
    def meanings(self) -> list[tuple[str, str]]:
        """Every meaning with its words, for the selects."""
        return [(name, meaning(name)) for name in meanings_of(self._upload.kind)]

    @property
    def formats(self) -> list[tuple[str, str, dict[str, Any], str]]:
        """Settings of the whole file: name, label, choices, what is chosen. Those that are asked about are left out."""
        asked = {question.name for question in self.questions}
        mapping = self.mapping
        found: list[tuple[str, str, dict[str, Any], str]] = []
        if self._upload.kind == "spending":
            if "ask_date_order" not in asked:
                found.append(("ask_date_order", _("Dates"), DATE_ORDERS, mapping.get("date_order", "day")))
            if "ask_net" not in asked:
                found.append(("ask_net", _("VAT"), VATS, mapping.get("vat", "unsaid")))
        if "ask_unit" not in asked:
            found.append(("ask_unit", _("Amounts are in"), UNITS, str(mapping.get("unit_pence", 100))))
        return [(name, label, choices, self._typed.get(name, chosen)) for name, label, choices, chosen in found]

    @cached_property
    def sample(self) -> tuple[list[str], list[dict[str, Any]]]:
        """The first rows as they will be kept: headings, and rows of texts."""
        rows = self._known.get("rows_shown", [])
        names = list(dict.fromkeys(name for row in rows for name, value in row["values"].items() if value))
        names.sort(key=lambda name: _FIRST.index(name) if name in _FIRST else len(_FIRST))
        names = [name for name in names if name not in ("amount_net", "amount_gross")][:6]
        headings = [meaning("amount" if name == "amount_pence" else name) for name in names]
        shown = [
            {
                "row": row["row"],
                "cells": [
                    {
                        "text": _cell(name, row["values"].get(name)),
                        "money": name == "amount_pence",
                        "masked": name == "payee" and row.get("masked", False),
                    }
                    for name in names
                ],
            }
            for row in rows
        ]
        return headings, shown

    @property
    def any_masked(self) -> bool:
        """Whether a payee of the sample will not be named in public."""
        return any(row.get("masked") for row in self._known.get("rows_shown", []))


def _cell(name: str, value: Any) -> str:
    if name == "amount_pence" and value is None:
        return _("not known")
    if value is None or value == "":
        return ""
    if name == "amount_pence":
        return pounds(int(value), pence_shown=True)
    if name == "paid_on":
        return date_format(dt.date.fromisoformat(value), "j M Y")
    text = str(value)
    return text if len(text) <= 80 else f"{text[:79]}…"


def mapping_from(upload: Upload, posted: Mapping[str, str]) -> dict[str, Any]:
    """Return the mapping that the officer chose; what was not asked stays as it is.

    Raises
    ------
    Invalid
        Two columns are said to hold the same, or a date cannot be read.
    """
    shown = Understood(upload)
    mapping = dict(upload.mapping)
    if not mapping:
        return {}
    columns = dict(mapping["columns"])
    allowed = set(meanings_of(upload.kind))
    for column in shown.columns:
        chosen = posted.get(column.name, "")
        if chosen in allowed and chosen != columns.get(column.key, "ignore"):
            columns[column.key] = chosen
    fixed = dict(mapping["fixed_dates"])
    for asked in shown.questions:
        answer = posted.get(asked.name, "").strip()
        if asked.name.startswith("column_") and answer in columns:
            columns[answer] = asked.name.removeprefix("column_")
        elif asked.name.startswith("date_") and answer:
            fixed[asked.name.removeprefix("date_")] = day_of(answer)
    _refuse_twins(shown.columns, columns)
    left_out = {sheet.key for sheet in shown.sheets if f"{sheet.name_of_box}_asked" in posted}
    left_out -= {sheet.key for sheet in shown.sheets if sheet.name_of_box in posted}
    return mapping | {
        "columns": columns,
        "fixed_dates": fixed,
        "leave_out": sorted(left_out),
        "date_order": _one_of(posted, "ask_date_order", DATE_ORDERS, mapping["date_order"]),
        "vat": _one_of(posted, "ask_net", VATS, mapping["vat"]),
        "unit_pence": int(_one_of(posted, "ask_unit", UNITS, str(mapping["unit_pence"]))),
    }


def _one_of(posted: Mapping[str, str], name: str, allowed: Mapping[str, Any], otherwise: str) -> str:
    chosen = posted.get(name, "")
    return chosen if chosen in allowed else otherwise


def _refuse_twins(shown: list[ColumnShown], columns: dict[str, str]) -> None:
    """Two columns with one meaning would leave one of them unread without a word; the reader itself suggests none."""
    seen: dict[str, str] = {}
    for column in shown:
        chosen = columns.get(column.key, "ignore")
        if chosen == "ignore":
            continue
        if chosen in seen and chosen != column.meaning:
            raise Invalid(
                _("You chose “%(meaning)s” for two columns: %(one)s and %(other)s. Choose it for one of them.")
                % {"meaning": meaning(chosen), "one": seen[chosen], "other": column.heading}
            )
        seen.setdefault(chosen, column.heading)


def day_of(text: str) -> str:
    """A day, or the first of a month."""
    try:
        return dt.date.fromisoformat(text if len(text) > 7 else f"{text}-01").isoformat()
    except ValueError:
        raise Invalid(_("Write the month as 2024-05, or the day as 2024-05-31.")) from None
