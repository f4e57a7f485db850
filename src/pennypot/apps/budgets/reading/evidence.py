"""Writes the table of evidence in ``docs/evidence/reading.md``: what came of reading every real file in a folder.

Run it as ``python -m pennypot.apps.budgets.reading.evidence FOLDER [--out docs/evidence/reading.md]``, where the folder
holds ``spend`` and ``mhclg``. Nothing of what the rows say is written, only how many there are and what they sum to.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .layout_checks import account_for, check_layout
from .layouts import find_layout
from .read import read
from .recognise import Source, recognise
from .shapes import Batch, Reading
from .understand import understand
from .words import ENGLISH, Said

_KINDS = {".csv", ".xlsx", ".xls", ".ods", ".zip"}


@dataclass
class Evidence:
    """What came of reading one file."""

    name: str
    kind: str
    encoding: str
    line_ends: str
    reading: Reading
    negative: int
    remarks: list[Said]
    note: str = ""


def gather(folder: Path) -> Iterator[Evidence]:
    """Read every table file under ``spend`` and ``mhclg`` of a folder, in the order of their names."""
    for part in ("spend", "mhclg"):
        for path in sorted(path for path in (folder / part).rglob("*") if path.suffix.lower() in _KINDS):
            with recognise(path) as source:
                yield _read_one(source, path.relative_to(folder).as_posix())


def _read_one(source: Source, name: str) -> Evidence:
    text = next((sheet for sheet in source.sheets if sheet.kind == "text"), None)
    encoding = source.encoding(text) if text else ""
    ends = source.line_ends(text) if text else ""
    layout = find_layout(source)
    if layout:
        check = check_layout(source, layout)
        note = (
            f"{check.authorities} authorities; services differ from totals by at most"
            f" {pounds(check.worst_total_gap_pence)}, authorities from England by at most"
            f" {pounds(check.worst_england_gap_pence)}"
        )
        if check.without_figures:
            note += f" (England holds an estimate for {', '.join(check.without_figures)}, which gave no figures)"
        return Evidence(name, source.kind, encoding, ends, account_for(source, layout), 0, [], note)
    negative = 0

    def count(batch: Batch) -> None:
        nonlocal negative
        negative += sum(pence < 0 for pence in batch.values["amount_pence"])

    understood = understand(source)
    reading = read(source, understood, sink=count)
    said = [*understood.remarks, *reading.remarks, *(one for sheet in understood.sheets for one in sheet.remarks)]
    return Evidence(name, source.kind, encoding, ends, reading, negative, said)


def pounds(pence: int) -> str:
    """Pence as pounds with both decimals."""
    sign, pence = ("-", -pence) if pence < 0 else ("", pence)
    return f"{sign}£{pence // 100:,}.{pence % 100:02d}"


def as_markdown(found: list[Evidence]) -> str:
    """The whole page."""
    rows, kept, rejected, blank = (
        sum(getattr(one.reading, name) for one in found) for name in ("rows_in", "kept", "rejected_count", "blank")
    )
    lines = [
        "# What came of reading the real files",
        "",
        "Made by `python -m pennypot.apps.budgets.reading.evidence FOLDER`; do not edit. For every file: rows ="
        " kept + rejected + blank, and the sum of the raw amounts (worked out a second way) = sum kept + sum"
        " rejected. The reader refuses to hand over anything else.",
        "",
        f"**{len(found)} files, none failed. {rows:,} rows = {kept:,} kept + {rejected:,} rejected + {blank:,} blank."
        f" Rejected: {_percent(rejected, rows - blank)} of the rows that are not blank.**",
        "",
        *_by_folder(found),
        "",
        "## Every file",
        "",
        "| file | rows | kept | rejected | blank | why rejected | encoding | line ends"
        " | sum before | kept | rejected |",
        "|---|--:|--:|--:|--:|---|---|---|--:|--:|--:|",
        *(_row(one) for one in found),
        "",
        "## What was met",
        "",
        *_met(found),
    ]
    return "\n".join(lines) + "\n"


def _percent(part: int, whole: int) -> str:
    return f"{part * 100 / whole:.4f} %" if whole else "none"


def _by_folder(found: list[Evidence]) -> list[str]:
    lines = ["| folder | files | rows | kept | rejected | blank | sum kept |", "|---|--:|--:|--:|--:|--:|--:|"]
    for folder in sorted({one.name.rpartition("/")[0] for one in found}):
        group = [one.reading for one in found if one.name.rpartition("/")[0] == folder]
        sums = [sum(getattr(one, name) for one in group) for name in ("rows_in", "kept", "rejected_count", "blank")]
        money = sum(one.sum_kept_pence for one in group)
        lines.append(f"| {folder} | {len(group)} | {' | '.join(f'{one:,}' for one in sums)} | {pounds(money)} |")
    return lines


def _row(one: Evidence) -> str:
    reading = one.reading
    why = "; ".join(f"{ENGLISH[code]} ({count})" for code, count in sorted(reading.reasons.items()))
    cells = (
        one.name.rpartition("/")[2],
        f"{reading.rows_in:,}",
        f"{reading.kept:,}",
        f"{reading.rejected_count:,}",
        f"{reading.blank:,}",
        why,
        one.encoding or one.kind,
        one.line_ends,
        pounds(reading.sum_before_pence),
        pounds(reading.sum_kept_pence),
        pounds(reading.sum_rejected_pence),
    )
    return f"| {' | '.join(cells)} |"


def _met(found: list[Evidence]) -> list[str]:
    encodings = Counter(one.encoding for one in found if one.encoding)
    ends = Counter(one.line_ends for one in found if one.line_ends)
    lines = [
        f"- Encodings: {', '.join(f'{name} {count}' for name, count in encodings.most_common())}.",
        f"- Line ends: {', '.join(f'{name} {count}' for name, count in ends.most_common())}.",
        f"- Payments below nought (returned, credited, trailing minus): {sum(one.negative for one in found):,}.",
    ]
    for code in (
        "heading_last",
        "heading_rows",
        "dates_serial",
        "cells_outside",
        "realigned",
        "rounded",
        "no_payee",
        "dates_far_off",
        "dates_day_first_guess",
        "dates_both_orders",
    ):
        said = [(one.name, remark) for one in found for remark in one.remarks if remark.code == code]
        if said:
            files = len({name for name, _ in said})
            name, remark = said[0]
            lines.append(f"- {files} {'file' if files == 1 else 'files'}, such as {name}: {remark}")
    return lines + [f"- {one.name}: {one.note}." for one in found if one.note]


def main(arguments: list[str] | None = None) -> int:
    """Write the page; the exit status is 1 when no file was found."""
    parser = argparse.ArgumentParser(prog="python -m pennypot.apps.budgets.reading.evidence", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path, help="where to write; to the screen when left out")
    given = parser.parse_args(arguments)
    found = list(gather(given.folder))
    if not found:
        sys.stderr.write("No files found.\n")
        return 1
    page = as_markdown(found)
    if given.out:
        given.out.parent.mkdir(parents=True, exist_ok=True)
        given.out.write_text(page, encoding="utf-8")
    else:
        sys.stdout.write(page)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
