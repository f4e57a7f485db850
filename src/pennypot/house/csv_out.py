"""Writing CSV for people who open it in a spreadsheet: no cell is ever taken for a formula, and nothing is lost.

A spreadsheet runs a text that begins with ``=``, ``+``, ``-``, ``@``, a tab or a carriage return. Such a text is
written with one apostrophe before it; a text that already begins with an apostrophe gets one more, so that
`plain` gives back exactly what was meant. Numbers are written as numbers: a negative amount is not a formula.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import chain

from django.http import StreamingHttpResponse

Cell = str | int | Decimal | bool | date | datetime | None

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "'")
# Characters that look like the dangerous ones and that some spreadsheets take for them.
_WIDE = ("＝", "＋", "－", "＠")
_BLANK = " \u00a0\u200b\ufeff"


def safe(cell: Cell) -> str:
    """Return the cell as it is written: guarded if it is text that a spreadsheet might run; None is empty."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, (int, Decimal, date)):
        return str(cell)
    text = str(cell).replace("\x00", "")
    return f"'{text}" if text.lstrip(_BLANK).startswith(_DANGEROUS + _WIDE) else text


def plain(cell: str) -> str:
    """Return what a guarded cell meant."""
    return cell[1:] if cell.startswith("'") else cell


def pounds_cell(pence: int | None) -> Decimal | None:
    """Return an amount as a plain number of pounds with two decimals; None (not known) stays empty."""
    return None if pence is None else Decimal(pence).scaleb(-2)


def lines(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """Yield the file line by line (RFC 4180: commas, quotes where needed, CRLF)."""
    held = io.StringIO()
    writer = csv.writer(held)
    for row in chain([header], rows):
        writer.writerow([safe(cell) for cell in row])
        yield held.getvalue()
        held.seek(0)
        held.truncate()


def response(file_name: str, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> StreamingHttpResponse:
    """Answer with a CSV file. `file_name` is our own, never text that somebody typed."""
    answer = StreamingHttpResponse(lines(header, rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{file_name}"'
    return answer
