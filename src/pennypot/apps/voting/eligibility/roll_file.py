"""Reads an uploaded roll in a process of its own: ``python -m ... FILE NAME MOST_BYTES`` prints one line of JSON.

It knows neither Django nor the database. Which column is which is told by its heading; what the roll does not keep
(names, birth dates) is named, so that the officer sees that it was not taken.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import resource
import sys
from typing import Any

from pennypot.apps.budgets.aside import cannot
from pennypot.apps.budgets.reading import CannotRead, Limits, Source, recognise

MOST_ROWS = 500_000
MEANINGS = {
    "email": {"email", "emailaddress", "mail", "mailaddress", "ebost", "adresemail"},
    "area": {"area", "ward", "neighbourhood", "district", "parish"},
    "postcode": {"postcode", "postalcode", "zip"},
}
_HEADINGS_WITHIN = 20
_ADDRESS_SPACE = 3 * 1024**3


def read_roll(source: Source) -> dict[str, Any]:
    """Return the headings, what each column means, and the rows with their numbers.

    Returns
    -------
    dict
        ``headings`` (texts), ``columns`` ({meaning: index}), ``rows`` ([number, cells]), ``encoding``; or ``problem``:
        ``no_headings``, ``twice`` (with ``heading``) or ``too_many_rows``.
    """
    sheet = next((one for one in source.sheets if not one.hidden), source.sheets[0])
    headings: list[str] = []
    columns: dict[str, int] = {}
    rows: list[list[Any]] = []
    for number, cells in source.rows(sheet):
        texts = [_text(cell) for cell in cells]
        if not any(texts):
            continue
        if not columns:
            columns, twice = _columns(texts)
            if twice:
                return {"problem": "twice", "heading": twice}
            headings = texts
            if not columns and number > _HEADINGS_WITHIN:
                return {"problem": "no_headings"}
            continue
        rows.append([number, texts])
        if len(rows) > MOST_ROWS:
            return {"problem": "too_many_rows", "most": MOST_ROWS}
    if not columns:
        return {"problem": "no_headings"}
    return {"headings": headings, "columns": columns, "rows": rows, "encoding": source.encoding(sheet)}


def _columns(texts: list[str]) -> tuple[dict[str, int], str]:
    """Tell columns by their headings; also the heading of a meaning that stands twice."""
    columns: dict[str, int] = {}
    for index, text in enumerate(texts):
        plain = "".join(sign for sign in text.casefold() if sign.isalnum())
        for meaning, known in MEANINGS.items():
            if plain in known:
                if meaning in columns:
                    return columns, text
                columns[meaning] = index
    return columns, ""


def _text(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return " ".join(str(cell).split()) if cell is not None else ""


def main(file: str, name: str, most_bytes: str) -> None:
    """Read the file and print what came of it."""
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (_ADDRESS_SPACE, _ADDRESS_SPACE))
    try:
        with recognise(file, name, dataclasses.replace(Limits(), file_bytes=int(most_bytes))) as source:
            found = read_roll(source)
    except CannotRead as problem:
        found = {"problem": "cannot", "said": cannot(problem)["said"]}
    except MemoryError:
        found = {"problem": "too_many_rows", "most": MOST_ROWS}
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:4])
