"""Text files of rows: CSV and its relatives, once their encoding is decided."""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, BinaryIO

from .encoding import TextDecision
from .shapes import Limits, Sheet
from .words import CannotRead, say

_DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "upright_bars"}
_SAMPLE_CHARACTERS = 64 * 1024
# The library's own limit (128 kB) stops at long descriptions; no cell can be longer than a line may be.
csv.field_size_limit(Limits.line_bytes)


class Text:
    """A text file whose rows can be read again and again."""

    def __init__(self, opened: Callable[[], BinaryIO], name: str, decision: TextDecision, limits: Limits) -> None:
        self._opened, self._name, self.decision, self._limits = opened, name, decision, limits
        with self._text() as text:
            sample = text.read(_SAMPLE_CHARACTERS)
        self.delimiter = choose_delimiter(sample)
        self.delimiter_said = say("delimiter", delimiter=say(_DELIMITERS[self.delimiter]))

    def _text(self) -> io.TextIOWrapper:
        return io.TextIOWrapper(
            self._opened(), encoding=self.decision.encoding, errors=self.decision.errors, newline=""
        )

    def batches(self, sheet: Sheet, size: int) -> Iterator[tuple[int, list[list[Any]]]]:
        """The rows, `size` at a time; a row with line ends inside quotation marks counts once, as people see it."""
        with self._text() as text:
            reader = csv.reader(text, delimiter=self.delimiter)
            first = 1
            while batch := self._next(reader, size, first):
                yield first, batch
                first += len(batch)

    def _next(self, reader: Any, size: int, first: int) -> list[list[str]]:
        lines = reader.line_num
        try:
            batch = list(islice(reader, size))
        except csv.Error as error:
            raise self._not_closed(first) from error
        except (zipfile.BadZipFile, EOFError, zlib.error) as error:
            raise CannotRead(say("zip_damaged"), self._name, what_to_do=say("do_export_again")) from error
        if not batch:
            return batch
        widest = max(map(len, batch))
        if widest > self._limits.columns:
            row = next(number for number, cells in enumerate(batch, first) if len(cells) == widest)
            raise CannotRead(
                say("too_many_columns", row=row, columns=f"{widest:,}", limit=f"{self._limits.columns:,}"),
                self._name,
                row=row,
                what_to_do=say("do_check_file"),
            )
        if reader.line_num - lines != len(batch):
            self._check_quotes(batch, first)
        return batch

    def _check_quotes(self, batch: list[list[str]], first: int) -> None:
        """A cell with whole rows inside means that a quotation mark was never closed."""
        usual = Counter(map(len, batch)).most_common(1)[0][0]
        for number, cells in enumerate(batch, first):
            for cell in cells:
                if "\n" not in cell and "\r" not in cell:
                    continue
                inside = cell.splitlines()[1:]
                if usual > 2 and any(line.count(self.delimiter) >= usual - 1 for line in inside):
                    raise self._not_closed(number)
                if len(inside) > 50:
                    raise self._not_closed(number)

    def _not_closed(self, row: int) -> CannotRead:
        return CannotRead(say("quote_not_closed", row=row), self._name, row=row, what_to_do=say("do_export_again"))


def choose_delimiter(sample: str) -> str:
    """The character that cuts most rows of a sample into the same number of cells, more than one.

    Parameters
    ----------
    sample : str
        The beginning of the text.

    Returns
    -------
    str
        One of comma, semicolon, tab and upright bar; comma where nothing says otherwise.
    """
    best, best_score = ",", 0.0
    for delimiter in _DELIMITERS:
        try:
            rows = list(islice(csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter), 300))[:-1] or list(
                csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
            )
        except csv.Error:
            continue
        widths = Counter(len(row) for row in rows if any(cell.strip() for cell in row))
        if not widths:
            continue
        width, count = widths.most_common(1)[0]
        score = (width > 1) * count / widths.total() * (1 + min(width, 20) / 100)
        if score > best_score:
            best, best_score = delimiter, score
    return best
