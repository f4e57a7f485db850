"""Workbooks with an authority a row and services in columns, read by a declared layout (``data/layouts.json``).

A new year of the same publication needs a few lines of data, not code. Everything read is checked against the
workbook's own totals: the services of each authority against its total, all authorities against the row for England.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from .headings import normal
from .money import parse_money
from .recognise import Source
from .shapes import Sheet
from .words import CannotRead, Said, say


@dataclass(frozen=True)
class Line:
    """One line that a layout declares: the headings whose amounts it adds up."""

    service: str
    headings: tuple[str, ...]
    cofog: str
    control: str
    counted: bool = True
    note: str = ""
    years: tuple[str, ...] = ()


@dataclass(frozen=True)
class Layout:
    """The declared layout of one year's workbook."""

    code: str
    title: str
    publisher: str
    licence: str
    year: str
    short: str
    sheet: str
    sheet_title: str
    heading_row: int
    unit_pence: int
    code_heading: str
    ons_heading: str
    name_heading: str
    class_heading: str
    england: str
    total_heading: str
    tolerance_pence: int
    services: tuple[Line, ...]
    others: tuple[Line, ...]


@dataclass(frozen=True)
class Authority:
    """One authority of a workbook.

    `total_pence` is its own total of service expenditure, None where it gave no figures; `row` counts from one.
    """

    code: str
    ons_code: str
    name: str
    kind: str
    row: int
    total_pence: int | None


@dataclass(frozen=True)
class BudgetLine:
    """One line of an authority's budget, with the place it comes from.

    `amount_pence` is None where the workbook gives no figure: not known, never nought. `columns` are the spreadsheet's
    column letters whose amounts were added up; `why_not` says why a line is not counted.
    """

    agency: str
    year: str
    service: str
    amount_pence: int | None
    cofog: str
    control: str
    counted: bool
    why_not: Said | None
    file: str
    sheet: str
    row: int
    columns: tuple[str, ...]
    source: str
    basis: str = "direct"
    kind: str = "revenue"


@lru_cache(maxsize=1)
def _layouts() -> tuple[Layout, ...]:
    text = files(__package__).joinpath("data", "layouts.json").read_text(encoding="utf-8")
    return tuple(
        _layout(declared, edition) for declared in json.loads(text)["layouts"] for edition in declared["editions"]
    )


def _layout(declared: dict[str, Any], edition: dict[str, Any]) -> Layout:
    def lines(name: str) -> tuple[Line, ...]:
        found = (Line(**{**line, "headings": tuple(line["headings"])}) for line in declared[name])
        return tuple(line for line in found if not line.years or edition["year"] in line.years)

    plain = (
        "code", "title", "publisher", "licence", "unit_pence", "code_heading", "ons_heading", "name_heading",
        "class_heading", "england", "total_heading",
    )  # fmt: skip
    return Layout(
        **{name: declared[name] for name in plain},
        year=edition["year"],
        short=edition["short"],
        sheet=edition["sheet"],
        sheet_title=edition["title"],
        heading_row=edition["heading_row"],
        tolerance_pence=declared["tolerance_units"] * declared["unit_pence"],
        services=lines("services"),
        others=lines("others"),
    )


def find_layout(source: Source) -> Layout | None:
    """The layout of a workbook that we know, by the name of its sheet and the title in it; None otherwise."""
    for layout in _layouts():
        sheet = _sheet(source, layout)
        if sheet is None:
            continue
        _, first = next(source.rows(sheet), (0, []))
        if first and normal(str(first[0])) == normal(layout.sheet_title):
            return layout
    return None


def _sheet(source: Source, layout: Layout) -> Sheet | None:
    return next((sheet for sheet in source.sheets if sheet.name == layout.sheet), None)


class Table:
    """The rows of a workbook under its layout's headings."""

    def __init__(self, source: Source, layout: Layout | None) -> None:
        layout = layout or find_layout(source)
        sheet = _sheet(source, layout) if layout else None
        if layout is None or sheet is None:
            raise CannotRead(say("no_layout"), source.name, what_to_do=say("do_check_file"))
        self.layout, self.sheet, self._source = layout, sheet, source
        self._columns: dict[str, int] = {}
        self.authorities: dict[str, tuple[int, list[Any]]] = {}
        self.england: list[Any] = []
        for row, cells in source.rows(sheet):
            if row == layout.heading_row:
                for index, cell in enumerate(cells):
                    # Some headings come twice; the figures asked for are under the first.
                    self._columns.setdefault(normal(str(cell)), index)
                self._code = self.column(layout.code_heading)
                self._name = self.column(layout.name_heading)
            elif row > layout.heading_row:
                code, name = str(cells[self._code]).strip(), str(cells[self._name]).strip()
                if code and name:
                    self.authorities[code] = row, cells
                elif name == layout.england:
                    self.england = cells

    def column(self, heading: str) -> int:
        """The index of the first column with a heading, or whose heading begins with it."""
        wanted = normal(heading)
        if wanted in self._columns:
            return self._columns[wanted]
        for name, index in self._columns.items():
            if name.startswith(wanted + " "):
                return index
        raise CannotRead(
            say("layout_differs", sheet=self.layout.sheet, heading=heading), self._source.name, sheet=self.sheet.name
        )

    def pence(self, cells: list[Any], heading: str) -> int | None:
        """The amount under a heading; None where there is no figure ("…" stands for an authority that gave none)."""
        money = parse_money(cells[self.column(heading)], unit_pence=self.layout.unit_pence)
        return money.pence if money else None

    def authority(self, code: str) -> Authority:
        row, cells = self.authorities[code]
        layout = self.layout
        ons = str(cells[self.column(layout.ons_heading)]).strip() if normal(layout.ons_heading) in self._columns else ""
        return Authority(
            code,
            ons,
            str(cells[self._name]).strip(),
            str(cells[self.column(layout.class_heading)]).strip(),
            row,
            self.pence(cells, layout.total_heading),
        )


def list_authorities(source: Source, layout: Layout | None = None) -> list[Authority]:
    """Every authority of a workbook, in its order.

    Raises
    ------
    CannotRead
        When the workbook's layout is not known, or differs from what is declared.
    """
    table = Table(source, layout)
    return [table.authority(code) for code in table.authorities]


def read_authority(source: Source, code: str, layout: Layout | None = None) -> list[BudgetLine]:
    """The budget lines of one authority.

    Parameters
    ----------
    source : Source
    code : str
        The authority's E-code (``E4601``) or ONS code (``E08000025``, from 2014-15).
    layout : Layout, optional
        Found by itself when left out.

    Returns
    -------
    list of BudgetLine
        Services first, then levies, precepts and benefits; lines of nought are left out.

    Raises
    ------
    CannotRead
        Unknown layout or authority, or services that do not add up to the authority's total.
    """
    table = Table(source, layout)
    wanted = code.strip().upper()
    found = next((table.authority(one) for one in table.authorities if wanted == one), None) or next(
        (one for one in map(table.authority, table.authorities) if one.ons_code == wanted), None
    )
    if found is None:
        raise CannotRead(say("no_such_authority", authority=code[:20]), source.name, sheet=table.sheet.name)
    row, cells = table.authorities[found.code]
    services = [_line(table, found, line, row, cells) for line in table.layout.services]
    added = sum(line.amount_pence or 0 for line in services)
    if found.total_pence is not None and abs(added - found.total_pence) > table.layout.tolerance_pence:
        raise CannotRead(
            say("layout_sums", sheet=table.sheet.name, authority=found.name),
            source.name,
            sheet=table.sheet.name,
            row=row,
        )
    lines = services + [_line(table, found, line, row, cells) for line in table.layout.others]
    return [line for line in lines if line.amount_pence != 0]


def _line(table: Table, authority: Authority, line: Line, row: int, cells: list[Any]) -> BudgetLine:
    layout = table.layout
    amounts = [table.pence(cells, heading) for heading in line.headings]
    pence = None if None in amounts else sum(amount or 0 for amount in amounts)
    columns = tuple(column_letters(table.column(heading)) for heading in line.headings)
    received = line.control == "levy" and (pence or 0) < 0
    note = "levy_received" if received else line.note
    return BudgetLine(
        agency=authority.name,
        year=layout.year,
        service=line.service,
        amount_pence=pence,
        cofog=line.cofog,
        control=line.control,
        counted=line.counted and not received,
        why_not=say(note) if note else None,
        file=table.sheet.file,
        sheet=table.sheet.name,
        row=row,
        columns=columns,
        source=f'{layout.short} sheet "{layout.sheet}" {authority.code} row {row} {"+".join(columns)}',
    )


def column_letters(index: int) -> str:
    """The spreadsheet's name of a column: 0 is A, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
