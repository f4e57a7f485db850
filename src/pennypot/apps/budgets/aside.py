"""Reads one file in a process of its own, so that the site's memory does not grow with what a file holds.

The job comes in as JSON; what comes out are lines of JSON: ``{"done": 2000, "of": 210068}`` as it goes, and last
``{"result": {...}}`` or ``{"cannot": {...}}``. It knows neither Django nor the database, and it writes only the
three files that the job names: payments as Parquet, budget lines and rejected rows as lines of JSON.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import json
import os
import resource
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from pennypot.apps.budgets.reading import (
    Batch,
    CannotRead,
    Layout,
    Limits,
    Reading,
    Rejected,
    Row,
    Said,
    Source,
    Understanding,
    change,
    find_layout,
    list_authorities,
    read,
    read_authority,
    recognise,
    understand,
)
from pennypot.apps.budgets.reading import Mapping as Meanings

# More lines than this are no budget; a county's has a few thousand.
MOST_LINES = 20_000
_SHOWN_ROWS = 8
_MOST_NAMES = 60
# The reader holds itself to 300 MB; this much address space ends a file that finds a way round that.
_ADDRESS_SPACE = 3 * 1024**3

Tell = Callable[[dict[str, Any]], None]


@dataclasses.dataclass(frozen=True)
class Job:
    """What to read and how. Paths are absolute.

    Attributes
    ----------
    name : str
        The name people know the file by.
    publisher : str
        Who paid, for payments.
    mapping : dict
        What the officer confirmed or changed; empty for the first look.
    remembered : dict
        Fingerprint of headings -> mapping of an earlier file of the same agency.
    authority, year : str
        Whose row or lines to read, and of which year, in a file that holds those of several.
    most_bytes : int
        The largest file to open.
    """

    file: str
    name: str
    publisher: str
    payments_to: str
    lines_to: str
    rejected_to: str
    most_bytes: int
    mapping: dict[str, Any] = dataclasses.field(default_factory=dict)
    year: str = ""
    remembered: dict[str, Any] = dataclasses.field(default_factory=dict)
    authority: str = ""


class TooManyLines(Exception):
    """A budget with more lines than any budget has."""


def look_and_read(job: Job, tell: Tell) -> dict[str, Any]:
    """Read the whole file and say what was understood, what was kept and what was not.

    Raises
    ------
    CannotRead
        The file is refused, with the reason.
    TooManyLines
        It was read as a budget, but holds more rows than a budget has.
    """
    limits = dataclasses.replace(Limits(), file_bytes=job.most_bytes)
    with recognise(job.file, job.name, limits) as source:
        layout = find_layout(source)
        if layout:
            return _one_authority(job, source, layout)
        remembered = {key: _meanings(kept) for key, kept in job.remembered.items()}
        understood = understand(source, remembered)
        if job.mapping:
            understood = change(understood, _meanings(job.mapping))
        sample = _Sample()
        found = _understood(source, understood)
        if understood.mapping.kind == "spending":
            reading = _read_payments(job, source, understood, sample, tell)
        else:
            reading, several = _read_lines(job, source, understood, sample, tell)
            found |= several
        _write_rows(job.rejected_to, (dataclasses.asdict(row) for row in reading.rejected))
        recalled = not job.mapping and understood.mapping.fingerprint in remembered
        return {**found, **_counts(reading), "recalled": recalled, "rows_shown": sample.rows}


def _progress(tell: Tell) -> Callable[[int, int], None]:
    return lambda done, of: tell({"done": done, "of": of})


def _read_payments(job: Job, source: Source, understood: Understanding, sample: _Sample, tell: Tell) -> Reading:
    from pennypot.apps.budgets.spending import PaymentsWriter

    with PaymentsWriter(job.payments_to, job.publisher) as writer:

        def take(batch: Batch) -> None:
            sample.look(batch, mask=True)
            writer.add(batch)

        return read(source, understood, sink=take, progress=_progress(tell))


def _read_lines(
    job: Job, source: Source, understood: Understanding, sample: _Sample, tell: Tell
) -> tuple[Reading, dict[str, Any]]:
    """Read budget lines; of a file with several bodies or years, only those that the officer chose are kept."""
    lines: list[Row] = []

    def take(batch: Batch) -> None:
        sample.look(batch, mask=False)
        lines.extend(batch)
        if len(lines) > MOST_LINES:
            raise TooManyLines

    reading = read(source, understood, sink=take, progress=_progress(tell))
    several: dict[str, Any] = {}
    for meaning, chosen in (("agency", job.authority), ("year", job.year)):
        counts = Counter(str(line.values.get(meaning, "")) for line in lines)
        if len(counts) > 1:
            several[meaning] = [[name, count] for name, count in counts.most_common(_MOST_NAMES)]
            if chosen in counts:
                others = [line for line in lines if str(line.values.get(meaning, "")) != chosen]
                lines = [line for line in lines if str(line.values.get(meaning, "")) == chosen]
                _set_aside(reading, others, meaning)
        elif len(counts) == 1:
            several[f"only_{meaning}"] = counts.most_common(1)[0][0]
    _write_rows(job.lines_to, ({"sheet": line.sheet, "row": str(line.row), **line.values} for line in lines))
    return reading, {"several": several}


def _set_aside(reading: Reading, others: list[Row], meaning: str) -> None:
    """Count rows of another body or year as rejected, with that as the reason."""
    reason = Said(f"row_other_{meaning}")
    pence = sum(line.amount_pence or 0 for line in others)
    reading.kept -= len(others)
    reading.rejected_count += len(others)
    reading.sum_kept_pence -= pence
    reading.sum_rejected_pence += pence
    reading.reasons[reason.code] = len(others)
    reading.rejected += [
        Rejected(
            line.file,
            line.sheet,
            line.row,
            None,
            reason,
            " | ".join(str(value) for value in (line.values.get(meaning), line.values.get("service")) if value)[:300],
            line.amount_pence or 0,
        )
        for line in others
    ]


class _Sample:
    """The first rows as they will be kept, for the eye."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []

    def look(self, batch: Batch, *, mask: bool) -> None:
        for row in islice(batch, _SHOWN_ROWS - len(self.rows)):
            shown = {"row": row.row, "sheet": row.sheet, "values": _plain(row.values)}
            if mask:
                from pennypot.apps.budgets.spending import judge_payee

                judged = judge_payee(str(row.values.get("payee", "")), str(row.values.get("category", "")))
                shown["masked"] = judged.kind == "private"
            self.rows.append(shown)


def _one_authority(job: Job, source: Source, layout: Layout) -> dict[str, Any]:
    """A workbook with a row for every authority: list them, and read the one that was chosen."""
    authorities = list_authorities(source, layout)
    found: dict[str, Any] = {
        "layout": {
            "title": layout.title,
            "publisher": layout.publisher,
            "licence": layout.licence,
            "year": layout.year,
            "sheet": layout.sheet,
        },
        "kind": "budget",
        "authorities": [[one.code, one.ons_code, one.name, one.kind] for one in authorities],
    }
    if not job.authority:
        return found
    lines = read_authority(source, job.authority, layout)
    wanted = job.authority.strip().upper()
    chosen = next(one for one in authorities if wanted in (one.code, one.ons_code))
    known = sum(line.amount_pence or 0 for line in lines)
    _write_rows(
        job.lines_to,
        (
            {
                "sheet": line.sheet,
                "row": f"{line.row} ({chosen.code})",
                "column": "+".join(line.columns),
                "service": line.service,
                "amount_pence": line.amount_pence,
                "cofog": line.cofog,
                "control": line.control,
                "counted": line.counted,
                "why_not": line.why_not and dataclasses.asdict(line.why_not),
            }
            for line in lines
        ),
    )
    _write_rows(job.rejected_to, ())
    return found | {
        "authority": [chosen.code, chosen.ons_code, chosen.name, chosen.kind],
        "own_total_pence": chosen.total_pence,
        "rows": len(lines),
        "kept": len(lines),
        "rejected": 0,
        "blank": 0,
        "headings": 0,
        "sum_before_pence": known,
        "sum_kept_pence": known,
        "sum_rejected_pence": 0,
    }


def _understood(source: Source, understood: Understanding) -> dict[str, Any]:
    return {
        "kind": understood.mapping.kind,
        "mapping": json.loads(understood.mapping.as_json()),
        "file_kind": source.kind,
        "remarks": _plain(understood.remarks),
        "questions": [_plain(dataclasses.asdict(question)) for question in understood.questions],
        "sheets": [
            {
                "key": sheet.sheet.key,
                "name": sheet.sheet.name or sheet.sheet.file,
                "rows": sheet.rows,
                "encoding": source.encoding(sheet.sheet),
                "line_ends": source.line_ends(sheet.sheet),
                "left_out": _plain(sheet.left_out),
                "remarks": _plain(sheet.remarks),
                "columns": [] if sheet.left_out else _plain(sheet.columns),
            }
            for sheet in understood.sheets
        ],
    }


def _counts(reading: Reading) -> dict[str, Any]:
    return {
        "rows": reading.rows_in,
        "kept": reading.kept,
        "rejected": reading.rejected_count,
        "blank": reading.blank,
        "headings": reading.headings,
        "sum_before_pence": reading.sum_before_pence,
        "sum_kept_pence": reading.sum_kept_pence,
        "sum_rejected_pence": reading.sum_rejected_pence,
        "first_day": _plain(reading.first_date),
        "last_day": _plain(reading.last_date),
        "reasons": reading.reasons,
        "noticed": _plain(reading.remarks),
        "rejected_listed": len(reading.rejected),
    }


def _meanings(kept: dict[str, Any]) -> Meanings:
    return Meanings.from_json(json.dumps(kept))


def _plain(value: Any) -> Any:
    """The same as values that JSON knows."""
    if isinstance(value, Said):
        return {"code": value.code, "params": _plain(value.params)}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, dt.date):
        return value.isoformat()
    return value


def _write_rows(path: str, rows: Iterable[Mapping[str, Any]]) -> None:
    with Path(path).open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(_plain(row), ensure_ascii=True) + "\n")


def cannot(problem: CannotRead) -> dict[str, Any]:
    """Say a refusal as plain data."""
    return {
        "said": _plain(problem.said),
        "what_to_do": _plain(problem.what_to_do),
        "file": problem.file,
        "sheet": problem.sheet,
        "row": problem.row,
        "column": problem.column,
    }


def answer(job: Job, tell: Tell) -> dict[str, Any]:
    """Read a file and say what came of it: ``{"result": ...}`` or ``{"cannot": ...}``."""
    try:
        return {"result": look_and_read(job, tell)}
    except CannotRead as problem:
        return {"cannot": cannot(problem)}
    except TooManyLines:
        return {"cannot": {"said": {"code": "too_many_lines", "params": {"limit": f"{MOST_LINES:,}"}}}}
    except MemoryError:
        split = {"code": "do_split", "params": {}}
        return {"cannot": {"said": {"code": "too_much_memory", "params": {}}, "what_to_do": split}}


def main() -> None:
    """Read the job from standard input and tell on standard output."""
    out = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(2, 1)  # whatever a library prints must not run into what we tell
    job = Job(**json.loads(sys.stdin.read()))

    def tell(what: dict[str, Any]) -> None:
        out.write(json.dumps(what) + "\n")
        out.flush()

    with contextlib.suppress(ValueError, OSError):  # the machine allows even less, or knows no such limit
        resource.setrlimit(resource.RLIMIT_AS, (_ADDRESS_SPACE, _ADDRESS_SPACE))
    os.nice(5)  # pages come first
    tell(answer(job, tell))


if __name__ == "__main__":
    main()
