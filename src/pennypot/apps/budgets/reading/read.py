"""Reading every row: kept, rejected with a reason, or blank, and the sums that prove it."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import compress
from typing import Any

from .dates import DateColumn
from .headings import normal
from .money import Money, MoneyColumn, SecondOpinion, parse_money
from .recognise import Source
from .shapes import Batch, Block, Mapping, Reading, Rejected, Sheet, SheetUnderstood, Understanding
from .survey import turned
from .understand import change, understand
from .words import CannotRead, Said, say

_MOST_REJECTED_KEPT = 10_000
_RAW_CHARACTERS = 300
_MOST_REMEMBERED = 200_000
_NOT_KNOWN = frozenset(("", "not known", "unknown", "n/k", "tbc", "…", "..", "..."))
_USUAL_SPAN = dt.timedelta(days=200)
_FAR_OFF = dt.timedelta(days=150)
_SHIFTS = (1, -1, 2, -2)
_TOTAL = re.compile(
    r"(?:grand |overall |report |sub[ -]?)?totals?(?: (?:for|of|payments?|spend|amount|value)\b.*)?:?", re.I
)
_TOTAL_OF = re.compile(r"(?:grand |sub[ -]?)?totals?\b", re.I)

Sink = Callable[[Batch], None]
Progress = Callable[[int, int], None]


def read(
    source: Source,
    understood: Understanding | Mapping,
    *,
    sink: Sink | None = None,
    progress: Progress | None = None,
) -> Reading:
    """Read all rows of a source as an understanding (or a mapping alone) says.

    Parameters
    ----------
    source : Source
    understood : Understanding or Mapping
        With a mapping alone the file is looked over first, which costs a second pass.
    sink : callable, optional
        Takes each `Batch` of kept rows; without one they stay in memory as ``reading.batches``.
    progress : callable, optional
        Called with (rows done, rows in all) after each few thousand rows.

    Returns
    -------
    Reading
        Every row is kept, rejected with a reason, or blank; sums in pence before and after agree.

    Raises
    ------
    CannotRead
        When the sums differ: then nothing read may be kept.
    """
    if isinstance(understood, Mapping):
        understood = change(understand(source, understood), understood)
    reader = _Reader(source, understood, sink)
    total = sum(sheet.rows for sheet in understood.sheets if not sheet.left_out)
    done = 0
    for sheet in understood.sheets:
        if sheet.left_out:
            reader.reading.left_out.append((sheet.sheet, sheet.left_out))
            continue
        for first, rows in source.batches(sheet.sheet):
            reader.read_rows(sheet, first, rows)
            done += len(rows)
            if progress:
                progress(done, total)
    return reader.finish()


def _names_a_total(service: str) -> bool:
    """Whether a budget line's name says that it adds up others: "Total services", "Services total"."""
    return bool(_TOTAL_OF.match(service)) or service.lower().rstrip(" :").endswith(("total", "totals"))


class _TextColumn(dict[Any, str]):
    """Tidy text for each different cell."""

    def __missing__(self, cell: Any) -> str:
        if isinstance(cell, str):
            text = " ".join(cell.split())
        elif isinstance(cell, float) and cell.is_integer():
            text = str(int(cell))
        elif isinstance(cell, dt.date):
            return cell.isoformat()[:10]
        else:
            return str(cell)
        if len(self) > _MOST_REMEMBERED:
            self.clear()
        self[cell] = text
        return text


class _Reader:
    """Reads rows into a `Reading`."""

    def __init__(self, source: Source, understood: Understanding, sink: Sink | None) -> None:
        mapping = understood.mapping
        self._source, self._mapping = source, mapping
        self.reading = Reading(mapping.kind)
        self._sink = sink or self.reading.batches.append
        self._money = MoneyColumn(mapping.decimal, mapping.unit_pence)
        self._dates = DateColumn(mapping.date_order)
        self._texts = _TextColumn()
        self._check = SecondOpinion(mapping.decimal, mapping.unit_pence)
        self._counts: Counter[str] = Counter()
        # Each day with the number of its payments and the first row that names it.
        self._days: dict[dt.date, tuple[int, int]] = {}

    def read_rows(self, sheet: SheetUnderstood, first: int, rows: list[list[Any]]) -> None:
        """Read a run of rows, cut where the headings change."""
        heading_rows = {block.heading_row for block in sheet.blocks}
        cuts = sorted({first, *(b.first_row for b in sheet.blocks if first < b.first_row < first + len(rows))})
        for number, start in enumerate(cuts):
            end = cuts[number + 1] if number + 1 < len(cuts) else first + len(rows)
            block = max((b for b in sheet.blocks if b.first_row <= start), key=lambda b: b.first_row)
            part = rows[start - first : end - first]
            numbers = list(range(start, end))
            for heading in sorted(row for row in heading_rows if row and start <= row < end):
                at = numbers.index(heading)
                del numbers[at], part[at]
                self.reading.headings += 1
            self.reading.rows_in += len(part)
            _Part(self, sheet.sheet, block).read(numbers, part)

    def finish(self) -> Reading:
        """Check the sums and say what was noticed on the way."""
        reading = self.reading
        for code in ("realigned", "rounded", "no_payee"):
            if self._counts[code]:
                reading.remarks.append(say(code, count=self._counts[code]))
        if reading.not_known:
            reading.remarks.append(say("lines_not_known", count=reading.not_known))
        self._look_at_days()
        whole = reading.rows_in == reading.kept + reading.rejected_count + reading.blank
        if not whole or reading.sum_before_pence != reading.sum_kept_pence + reading.sum_rejected_pence:
            raise CannotRead(say("sums_differ"), self._source.name, what_to_do=say("do_tell_us"))
        return reading

    def _look_at_days(self) -> None:
        """Note the span of dates, and say when a few lie far from all others: a slip of the publisher's, perhaps."""
        if not self._days:
            return
        days = sorted(self._days)
        self.reading.first_date, self.reading.last_date = days[0], days[-1]
        payments = sum(count for count, _ in self._days.values())
        low, high = (self._day_at(days, payments * share) for share in (0.03, 0.97))
        if high - low > _USUAL_SPAN:
            return
        far = [day for day in days if day < low - _FAR_OFF or day > high + _FAR_OFF]
        if far:
            count = sum(self._days[day][0] for day in far)
            example, row = far[0].isoformat(), self._days[far[0]][1]
            self.reading.remarks.append(say("dates_far_off", count=count, example=example, row=row))

    def _day_at(self, days: list[dt.date], payments: float) -> dt.date:
        seen = 0
        for day in days:
            seen += self._days[day][0]
            if seen >= payments:
                return day
        return days[-1]


class _Part:
    """Reads the rows of one block."""

    def __init__(self, reader: _Reader, sheet: Sheet, block: Block) -> None:
        self._reader, self._sheet, self._block = reader, sheet, block
        self._reading, self._mapping = reader.reading, reader._mapping
        self._columns = block.columns
        self._amount = block.columns.get("amount", -1)
        self._date = block.columns.get("paid_on", -1)
        self._needs_date = self._mapping.kind == "spending" and self._date >= 0
        fixed = self._mapping.fixed_dates.get(sheet.key)
        self._fixed_date = dt.date.fromisoformat(fixed) if fixed else None
        self._width = max(block.columns.values(), default=-1) + 1
        skip = {"amount", "amount_net", "amount_gross", "paid_on"}
        self._others = {meaning: index for meaning, index in block.columns.items() if meaning not in skip}

    def read(self, numbers: list[int], rows: list[list[Any]]) -> None:
        """Read rows column by column; only those that do not fit are looked at one by one."""
        if not rows:
            return
        columns = turned(rows)
        columns += [[""] * len(rows)] * (self._width - len(columns))
        bad = self._misfits(numbers, columns)
        if bad:
            moved = {numbers[at]: shifted for at in sorted(bad) if (shifted := self._settle(numbers[at], columns, at))}
            good = [at not in bad for at in range(len(rows))]
            numbers = [*compress(numbers, good), *moved]
            columns = [
                [*compress(cells, good), *(row[index] for row in moved.values())] for index, cells in enumerate(columns)
            ]
        if numbers:
            self._keep(numbers, columns)

    def _misfits(self, numbers: list[int], columns: list[Sequence[Any]]) -> set[int]:
        """Positions of rows that cannot be kept as they stand."""
        if self._amount < 0:
            return set(range(len(numbers)))
        amounts = list(map(self._reader._money.__getitem__, columns[self._amount]))
        # Asking for the types first leaves the slow look at single cells to the few batches that need it.
        bad = (
            {at for at, amount in enumerate(amounts) if amount is None} if set(map(type, amounts)) != {Money} else set()
        )
        if self._mapping.kind == "budget":
            bad = {at for at in bad if not self._is_not_known(numbers[at], [cells[at] for cells in columns])}
        if self._needs_date:
            dates = list(map(self._reader._dates.__getitem__, columns[self._date]))
            if str in set(map(type, dates)):
                bad |= {at for at, date in enumerate(dates) if isinstance(date, str)}
        return bad | self._odd(columns, len(numbers))

    def _is_not_known(self, number: int, cells: list[Any]) -> bool:
        """A budget line that is named, with more said about it, but whose amount is left open."""
        if self._block.heading_row and number < self._block.heading_row:
            return False
        if str(cells[self._amount]).strip().lower() not in _NOT_KNOWN:
            return False
        said = [meaning for meaning, index in self._others.items() if str(cells[index]).strip()]
        return "service" in said and len(said) > 1

    def _odd(self, columns: list[Sequence[Any]], rows: int) -> set[int]:
        """Rows with an amount and all else that is needed, but which are no payment or line."""
        if self._mapping.kind == "budget":
            if "service" not in self._columns:
                return set()
            texts = map(self._reader._texts.__getitem__, columns[self._columns["service"]])
            return {at for at, text in enumerate(texts) if not text or _names_a_total(text)}
        if self._needs_date:
            return set()
        named = [
            columns[index] for meaning, index in self._others.items() if meaning in ("payee", "service", "category")
        ]
        return {
            at
            for at in range(rows)
            if not any(str(cells[at]).strip() for cells in named) or self._is_total([cells[at] for cells in columns])
        }

    def _keep(self, numbers: list[int], columns: list[Sequence[Any]]) -> None:
        reader, reading = self._reader, self._reading
        amounts = columns[self._amount]
        read = list(map(reader._money.__getitem__, amounts))
        pence = [money.pence if money else None for money in read]
        reader._counts["rounded"] += sum([money.rounded for money in read if money])
        reading.not_known += pence.count(None)
        reading.sum_kept_pence += sum(filter(None, pence))
        reading.sum_before_pence += sum(map(reader._check.__getitem__, amounts))
        values: dict[str, list[Any]] = {}
        if self._needs_date:
            values["paid_on"] = list(map(reader._dates.__getitem__, columns[self._date]))
        elif self._mapping.kind == "spending":
            values["paid_on"] = [self._fixed_date] * len(numbers)
        values["amount_pence"] = pence
        for meaning, index in self._others.items():
            values[meaning] = list(map(reader._texts.__getitem__, columns[index]))
        if self._mapping.kind == "spending":
            payees = values.setdefault("payee", [""] * len(numbers))
            reader._counts["no_payee"] += payees.count("")
        reading.kept += len(numbers)
        self._note_dates(numbers, values.get("paid_on", []))
        reader._sink(Batch(self._sheet, numbers, values))

    def _note_dates(self, numbers: list[int], dates: list[dt.date | None]) -> None:
        seen = self._reader._days
        for date, count in Counter(dates).items():
            if date:
                known = seen.get(date)
                seen[date] = (known[0] + count, known[1]) if known else (count, numbers[dates.index(date)])

    def _settle(self, number: int, columns: list[Sequence[Any]], at: int) -> list[Any] | None:
        """Decide about a row that does not read as it stands; returns its cells moved back, where they fit."""
        cells = [column[at] for column in columns]
        texts = [str(cell).strip() for cell in cells]
        if not any(texts):
            self._reading.blank += 1
            return None
        reason, column = self._reason(number, cells, texts)
        if reason.code not in ("row_heading_again", "row_total") and (shifted := self._shifted(cells)):
            self._reader._counts["realigned"] += 1
            return shifted
        self._reject(number, column, reason, cells, texts)
        return None

    def _reason(self, number: int, cells: list[Any], texts: list[str]) -> tuple[Said, int | None]:
        block = self._block
        amount_text = texts[self._amount] if self._amount >= 0 else ""
        money = self._reader._money[cells[self._amount]] if self._amount >= 0 else None
        if self._repeats_headings(texts):
            return say("row_heading_again"), None
        if money and self._is_total(cells):
            return say("row_total"), self._amount
        if block.heading_row and number < block.heading_row and not money:
            return say("row_title"), None
        if self._needs_date:
            date = self._reader._dates[cells[self._date]]
            payee = texts[self._columns["payee"]] if "payee" in self._columns else ""
            if date == "row_no_date" and not payee and not amount_text:
                return say("row_nothing"), None
            if isinstance(date, str) and money:
                return say(date), self._date
        if not amount_text:
            return say("row_no_amount"), self._amount if self._amount >= 0 else None
        if not money:
            return say("row_bad_amount"), self._amount
        return say("row_no_service" if self._mapping.kind == "budget" else "row_nothing"), None

    def _is_total(self, cells: list[Any]) -> bool:
        """A total names no day, and names a total or nothing at all."""
        if self._mapping.kind == "budget":
            text = self._reader._texts[cells[self._columns["service"]]] if "service" in self._columns else ""
            return _names_a_total(text)
        if self._needs_date and str(cells[self._date]).strip():
            return False
        others = [str(cell).strip()[:200] for at, cell in enumerate(cells) if at != self._amount and str(cell).strip()]
        words = [text for text in others if parse_money(text) is None]
        return not words or any(_TOTAL.fullmatch(text) for text in words)

    def _repeats_headings(self, texts: list[str]) -> bool:
        named = [(key, index) for key, index in self._block.cells if not key.startswith("column:")]
        hits = sum(key.startswith(normal(texts[index]) or "?") for key, index in named if index < len(texts))
        return bool(named) and hits * 2 > len(named)

    def _shifted(self, cells: list[Any]) -> list[Any] | None:
        """The cells moved back under their headings, when exactly one sideways move makes the row fit."""
        if not self._needs_date or self._amount < 0:
            return None
        fits = []
        for shift in _SHIFTS:
            moved = [cells[at + shift] if 0 <= at + shift < len(cells) else "" for at in range(len(cells))]
            lost = cells[:shift] if shift > 0 else cells[shift:]
            if any(str(cell).strip() for cell in lost):
                continue
            payee = str(moved[self._columns["payee"]]).strip() if "payee" in self._columns else "x"
            fit = self._reader._money[moved[self._amount]] and isinstance(
                self._reader._dates[moved[self._date]], dt.date
            )
            if fit and payee and parse_money(payee) is None:
                fits.append(moved)
        return fits[0] if len(fits) == 1 else None

    def _reject(self, number: int, column: int | None, reason: Said, cells: list[Any], texts: list[str]) -> None:
        reading = self._reading
        money = self._reader._money[cells[self._amount]] if self._amount >= 0 else None
        pence = money.pence if money else 0
        if money:
            reading.sum_rejected_pence += pence
            reading.sum_before_pence += self._reader._check[cells[self._amount]]
        reading.rejected_count += 1
        reading.reasons[reason.code] = reading.reasons.get(reason.code, 0) + 1
        if len(reading.rejected) < _MOST_REJECTED_KEPT:
            raw = " | ".join(texts).strip(" |")[:_RAW_CHARACTERS]
            where = None if column is None else column + 1
            reading.rejected.append(Rejected(self._sheet.file, self._sheet.name, number, where, reason, raw, pence))
