"""Reading a list of addresses for letters: a CSV file with headings, one letter a row.

Each column is a line of the address, in its order, but for one called "area", which says where the person lives. A row
that cannot be read is named with its number, and then nothing of the list is used.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

MOST_BYTES = 100_000_000
MOST_LINES, MOST_SIGNS = 7, 60
_SHOWN = 20  # problems named; more would not be read


@dataclass(frozen=True)
class Addressed:
    """Where one letter goes: lines of the window, and the voter's area if the list says it."""

    rows: tuple[str, ...] = field(repr=False)
    area: int | None = None


def read_addresses(content: bytes, areas: Mapping[str, int]) -> tuple[list[Addressed], list[str]]:
    """Read a list.

    Parameters
    ----------
    content
        The file. UTF-8, or UTF-16 with its mark; semicolons, tabs or commas between columns.
    areas
        Ids of the place's areas by their names in small letters.

    Returns
    -------
    tuple
        The addresses, and what is wrong in words. With anything wrong there are no addresses.
    """
    text = _text(content)
    if text is None:
        return [], [_("This file is not text that we can read. Save it as “CSV UTF-8” and send it again.")]
    lines = text.splitlines()
    if not lines:
        return [], [_("The file is empty.")]
    reader = csv.reader(lines, delimiter=max(";\t,", key=lines[0].count))
    try:
        headings = [one.strip().lower() for one in next(reader)]
        found, problems = _read(reader, headings, areas)
    except csv.Error:
        return [], [_("A quotation mark in the file is opened and not closed.")]
    if not found and not problems:
        problems = [_("The file has headings and no addresses.")]
    return ([], problems) if problems else (found, [])


def _read(
    rows: Iterable[list[str]], headings: list[str], areas: Mapping[str, int]
) -> tuple[list[Addressed], list[str]]:
    where = headings.index("area") if "area" in headings else None
    found: list[Addressed] = []
    problems: list[str] = []
    for number, row in enumerate(rows, start=2):
        cells = [" ".join(cell.split()) for cell in row]
        if not any(cells):
            continue
        problem, one = _one(cells, where, areas)
        if problem:
            problems.append(_("Row %(row)s: %(problem)s") % {"row": number, "problem": problem})
        else:
            found.append(one)
        if len(problems) == _SHOWN:
            return [], [*problems, _("There may be more. Put these right first.")]
    return found, problems


def _one(cells: list[str], where: int | None, areas: Mapping[str, int]) -> tuple[str, Addressed]:
    lines = tuple(cell for number, cell in enumerate(cells) if cell and number != where)
    area = None
    problem = ""
    if where is not None and where < len(cells) and cells[where]:
        area = areas.get(cells[where].lower())
        if area is None:
            problem = _("There is no area “%(name)s” here.") % {"name": cells[where][:60]}
    if not lines:
        problem = _("There is no address.")
    elif len(lines) > MOST_LINES:
        problem = _("The window has room for %(count)s lines.") % {"count": MOST_LINES}
    elif any(len(line) > MOST_SIGNS for line in lines):
        problem = _("A line of an address has room for %(count)s letters.") % {"count": MOST_SIGNS}
    return problem, Addressed(lines, area)


def _text(content: bytes) -> str | None:
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        return None
    return None if "\x00" in text else text
