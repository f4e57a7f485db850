"""Dates as people write them, and deciding for a whole column which number is the day."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

EARLIEST = dt.date(1990, 1, 1)
_YEARS_AHEAD = 2
_SERIAL_BASE = dt.date(1899, 12, 30)
# 1990 to 2100 as spreadsheet day numbers; outside this a number is no date.
_SERIALS = range(32_874, 73_051)
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july", "aug august",
            "sep sept september", "oct october", "nov november", "dec december",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
_TIME = r"(?:[T ,]+[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?(?: ?[AaPp][Mm])?Z?)?"
_ISO = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})" + _TIME)
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_NUMBERS = re.compile(r"([0-9]{1,2})[-/. ]([0-9]{1,2})[-/. ]([0-9]{4}|[0-9]{2})" + _TIME)
_NAMED = re.compile(
    r"(?:[A-Za-z]{3,9},? )?([0-9]{1,2})(?:st|nd|rd|th)?[-/. ]?([A-Za-z]{3,9})[-/., ]{0,2}([0-9]{4}|[0-9]{2})" + _TIME
)
_NAME_FIRST = re.compile(r"([A-Za-z]{3,9}) ([0-9]{1,2})(?:st|nd|rd|th)?,? ([0-9]{4})" + _TIME)
_SERIAL = re.compile(r"([0-9]{5})(?:\.[0-9]{1,10})?")


@dataclass(frozen=True)
class Written:
    """The three numbers of a written date; `order` says how they may be read."""

    first: int
    second: int
    year: int
    order: str  # "ymd" (certain), "either" (day or month first), "serial"


def take_apart(cell: Any) -> Written | None:
    """Take the text of one cell apart; None where it is not written as a date.

    A `Written` with order "ymd" holds month and day as `first` and `second`.
    """
    if isinstance(cell, dt.datetime | dt.date):
        return Written(cell.month, cell.day, cell.year, "ymd")
    if isinstance(cell, bool):
        return None
    if isinstance(cell, int | float):
        return _from_serial(cell)
    if not isinstance(cell, str) or len(cell) > 40:
        return None
    text = " ".join(cell.split())
    if found := _ISO.fullmatch(text) or _COMPACT.fullmatch(text):
        return Written(int(found[2]), int(found[3]), int(found[1]), "ymd")
    if found := _NUMBERS.fullmatch(text):
        return Written(int(found[1]), int(found[2]), _full_year(found[3]), "either")
    if found := _NAMED.fullmatch(text):
        return _with_name(found[1], found[2], found[3])
    if found := _NAME_FIRST.fullmatch(text):
        return _with_name(found[2], found[1], found[3])
    return _from_serial(float(text)) if _SERIAL.fullmatch(text) else None


def _with_name(day: str, name: str, year: str) -> Written | None:
    month = _MONTHS.get(name.lower())
    return Written(month, int(day), _full_year(year), "ymd") if month else None


def _full_year(year: str) -> int:
    if len(year) == 4:
        return int(year)
    return int(year) + (2000 if int(year) < 80 else 1900)


def _from_serial(number: float) -> Written | None:
    # Not a number (NaN) is unlike itself.
    if number != number or not 0 < number < 1e6 or int(number) not in _SERIALS:
        return None
    day = _SERIAL_BASE + dt.timedelta(days=int(number))
    return Written(day.month, day.day, day.year, "serial")


@dataclass
class DateFacts:
    """What the written dates of a whole column allow."""

    day_first_only: str = ""
    month_first_only: str = ""
    either: int = 0
    certain: int = 0
    serials: int = 0
    serial_example: str = ""
    _readings: dict[str, list[dt.date]] = field(default_factory=lambda: {"day": [], "month": []})

    def add(self, cells: Iterable[Any]) -> None:
        """Look at each different cell of the column once."""
        for cell in cells:
            written = take_apart(cell)
            if written is None:
                continue
            if written.order == "serial":
                self.serials += 1
                self.serial_example = str(cell)
            elif written.order == "ymd":
                self.certain += 1
            else:
                self._add_either(written, str(cell).strip())

    def _add_either(self, written: Written, text: str) -> None:
        day_first, month_first = resolve(written, "day"), resolve(written, "month")
        if isinstance(day_first, dt.date) and not isinstance(month_first, dt.date):
            self.day_first_only = self.day_first_only or text
        elif isinstance(month_first, dt.date) and not isinstance(day_first, dt.date):
            self.month_first_only = self.month_first_only or text
        elif isinstance(day_first, dt.date) and isinstance(month_first, dt.date):
            self.either += 1
            if len(self._readings["day"]) < 10_000:
                self._readings["day"].append(day_first)
                self._readings["month"].append(month_first)

    def spans(self) -> tuple[int, int]:
        """Days from first to last date read day first, and read month first."""
        spans = [(max(dates) - min(dates)).days if dates else 0 for dates in self._readings.values()]
        return spans[0], spans[1]


def resolve(written: Written, order: str) -> dt.date | str:
    """The date, or the code of the sentence that says why there is none.

    Parameters
    ----------
    written : Written
    order : {"day", "month", "both"}
        What the column was decided to be; "both" reads only dates that can be read one way.
    """
    month, day = written.first, written.second
    if written.order == "either":
        if order == "both":
            # As many ways of reading as there are: one is certain, two are not.
            if written.first <= 12 and written.second <= 12 and written.first != written.second:
                return "row_either_date"
            order = "day" if written.second <= 12 else "month"
        if order == "day":
            day, month = month, day
    try:
        date = dt.date(written.year, month, day)
    except ValueError:
        return "row_impossible_date"
    if not EARLIEST <= date <= dt.date.today().replace(month=12, day=31) + dt.timedelta(days=365 * _YEARS_AHEAD):
        return "row_far_date"
    return date


class DateColumn(dict[Any, "dt.date | str"]):
    """Remembers each date it has read; the value is a date, or the code of why it is none."""

    def __init__(self, order: str) -> None:
        super().__init__()
        self._order = order

    def __missing__(self, cell: Any) -> dt.date | str:
        written = take_apart(cell)
        if written is None:
            read: dt.date | str = "row_no_date" if cell is None or not str(cell).strip() else "row_bad_date"
        else:
            read = resolve(written, self._order)
        if len(self) > 200_000:
            self.clear()
        # 45198 and 45198.0 are one key and one date; True is neither.
        if not isinstance(cell, bool):
            self[cell] = read
        return read
