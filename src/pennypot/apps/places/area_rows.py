"""Reading a list of areas that somebody typed, pasted or uploaded: names, codes, populations, what they are part of.

Nothing is guessed in silence: a row that cannot be read is named with its number and what to do about it.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from django.utils.translation import gettext as _

MAX_AREAS = 2_000
MAX_NAME = 120
MAX_CODE = 20
# More people than any place has; it also keeps the number inside the database's column.
MAX_POPULATION = 2_000_000_000

_HEADINGS = {
    "name": {"name", "area", "area name", "ward", "ward name", "neighbourhood", "parish"},
    "code": {"code", "area code", "ward code", "gss", "gss code", "ons code"},
    "population": {"population", "residents", "people", "number of people", "all ages"},
    "part_of": {"part of", "parent", "in", "district"},
}
_GROUPED = re.compile(r"\d{1,3}([ ,\u00a0\u202f]\d{3})+\Z")
_CODE = re.compile(r"(?=[A-Za-z0-9._:-]{0,19}\d)[A-Za-z][A-Za-z0-9._:-]{1,19}\Z")


@dataclass
class AreaRow:
    """One area as read. ``outline`` is a GeoJSON MultiPolygon's coordinates (longitude, latitude) or empty."""

    name: str
    code: str = ""
    population: int | None = None
    part_of: str = ""
    outline: list[list[list[list[float]]]] = field(default_factory=list)


@dataclass(frozen=True)
class RowProblem:
    """What is wrong with one row (1 is the first), in words."""

    row: int
    message: str


def read_list(text: str) -> tuple[list[AreaRow], list[RowProblem]]:
    """Read one area a line: a name alone, or name, code and population separated by tabs, semicolons or commas.

    A first line of headings is used when there is one. Blank lines are passed over.

    Returns
    -------
    tuple
        The rows that could be read, and a problem for each that could not.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff").split("\n")
    outside_quotes = re.sub(r'"[^"]*"', "", text)
    separator = next((mark for mark in ("\t", ";") if mark in outside_quotes), ",")
    rows: list[AreaRow] = []
    numbers: list[int] = []
    problems: list[RowProblem] = []
    headings: list[str] | None = None
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        if len(rows) >= MAX_AREAS:
            problems.append(
                RowProblem(
                    number, _("There are more than %(most)s areas; leave the smallest out.") % {"most": MAX_AREAS}
                )
            )
            break
        cells = [cell.strip() for cell in next(csv.reader([line], delimiter=separator, skipinitialspace=True), [])]
        if headings is None:
            headings = _headings(cells)
            if headings:
                continue
            headings = []
        try:
            rows.append(_by_heading(cells, headings) if headings else _by_look(cells))
            numbers.append(number)
        except ValueError as problem:
            problems.append(RowProblem(number, str(problem)))
    return rows, sorted(problems + check_together(rows, numbers), key=lambda problem: problem.row)


def check_together(rows: Sequence[AreaRow], numbers: Sequence[int]) -> list[RowProblem]:
    """Find what only shows when all rows are seen: the same name twice, an area that is part of an unknown one.

    Parameters
    ----------
    numbers
        The number of each row, to name it by.
    """
    problems: list[RowProblem] = []
    parents: dict[str, str] = {}
    for number, row in zip(numbers, rows, strict=True):
        key = row.name.casefold()
        if key in parents:
            said = _("“%(name)s” is there twice; give each area its own name.") % {"name": row.name}
            problems.append(RowProblem(number, said))
        parents[key] = row.part_of.casefold()
    for number, row in zip(numbers, rows, strict=True):
        if row.part_of and row.part_of.casefold() not in parents:
            said = _("“%(name)s” is part of “%(whole)s”, which is not in the list.")
            problems.append(RowProblem(number, said % {"name": row.name, "whole": row.part_of}))
        elif _goes_round(row.name.casefold(), parents):
            problems.append(RowProblem(number, _("“%(name)s” would be part of itself.") % {"name": row.name}))
    return problems


class Named(Protocol):
    """Something with a name and a code: an area that is there already."""

    name: str
    code: str


T = TypeVar("T", bound=Named)


def match(rows: Sequence[AreaRow], known: Sequence[T]) -> list[T | None]:
    """Find for each row the area that it speaks of: the one of the same name, or else of the same code."""
    by_name = {area.name.casefold(): area for area in known}
    named = {row.name.casefold() for row in rows}
    by_code = {area.code: area for area in known if area.code and area.name.casefold() not in named}
    # A code that two rows share tells nothing.
    codes = Counter(row.code for row in rows)
    return [
        by_name.get(row.name.casefold()) or (by_code.get(row.code) if codes[row.code] == 1 else None) for row in rows
    ]


def _goes_round(name: str, parents: dict[str, str]) -> bool:
    at = parents.get(name, "")
    for _step in parents:
        if at == name:
            return True
        at = parents.get(at, "")
    return False


def _headings(cells: list[str]) -> list[str]:
    """Return the meaning of each column when the line is a line of headings, else nothing."""
    meanings = [
        next((meaning for meaning, known in _HEADINGS.items() if cell.casefold() in known), "") for cell in cells
    ]
    return meanings if "name" in meanings and sum(map(bool, meanings)) == len(cells) - meanings.count("") else []


def _by_heading(cells: list[str], headings: list[str]) -> AreaRow:
    if len(cells) > len(headings) and any(cells[len(headings) :]):
        raise ValueError(
            _(
                "This row has more parts than there are headings. "
                "A comma in a number or name may be the cause: put the part in double quotes."
            )
        )
    found = dict(zip(headings, cells, strict=False))
    return make_row(found.get("name", ""), found.get("code", ""), found.get("population", ""), found.get("part_of", ""))


def _by_look(cells: list[str]) -> AreaRow:
    """Read a row without headings: the name comes first; a number is the population, letters with digits a code."""
    name, rest = cells[0], [cell for cell in cells[1:] if cell]
    code = ""
    if rest and _CODE.match(rest[0]):
        code, rest = rest[0], rest[1:]
    # "Altrincham, 10,563": the commas inside a number, not three parts.
    population = ",".join(rest) if len(rest) > 1 else "".join(rest)
    if len(rest) > 1 and not _GROUPED.match(population):
        said = _("“%(part)s” is neither a code nor a number of people. Write: name, code, number of people.")
        raise ValueError(said % {"part": ", ".join(rest)})
    return make_row(name, code, population, "")


def make_row(name: str, code: str, population: str, part_of: str) -> AreaRow:
    """Make a row from its written parts.

    Raises
    ------
    ValueError
        With the sentence that says which part cannot be used.
    """
    name, code, part_of = " ".join(name.split()), code.strip(), " ".join(part_of.split())
    if not name:
        raise ValueError(_("This row has no name."))
    if len(name) > MAX_NAME or len(part_of) > MAX_NAME:
        raise ValueError(_("The name is longer than %(most)s letters.") % {"most": MAX_NAME})
    if len(code) > MAX_CODE:
        said = _("The code “%(code)s…” is longer than %(most)s letters.")
        raise ValueError(said % {"code": code[:MAX_CODE], "most": MAX_CODE})
    return AreaRow(name, code, read_population(population), part_of)


def read_population(written: str) -> int | None:
    """Read a number of people: ``10563``, ``10,563`` or ``10 563``; nothing when it is empty."""
    written = written.strip()
    if not written:
        return None
    digits = re.sub(r"[ ,\u00a0\u202f]", "", written) if _GROUPED.match(written) else written
    if not (digits.isascii() and digits.isdigit()):
        raise ValueError(_("“%(written)s” is not a whole number of people.") % {"written": written[:40]})
    if len(digits) > 10 or int(digits) > MAX_POPULATION:
        raise ValueError(_("“%(written)s” is more people than a place can have.") % {"written": written[:40]})
    return int(digits)


def write_list(rows: Iterable[AreaRow]) -> str:
    """Write areas so that `read_list` reads the same: one a line, with headings when there is more than names."""
    rows = list(rows)
    nested = any(row.part_of for row in rows)
    if not nested and not any(row.code or row.population is not None for row in rows):
        return "\n".join(_quoted(row.name) for row in rows)
    lines = ["name, code, population, part of" if nested else "name, code, population"] if rows else []
    for row in rows:
        cells = [_quoted(row.name), _quoted(row.code), "" if row.population is None else str(row.population)]
        lines.append(", ".join([*cells, _quoted(row.part_of)] if nested else cells))
    return "\n".join(lines)


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if any(mark in text for mark in ',;\t"') else text
