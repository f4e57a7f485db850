"""One pass over a sheet: where its headings are, and what each column is filled with from top to bottom."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice, zip_longest
from operator import itemgetter
from typing import Any

from .dates import take_apart
from .headings import AMOUNTS, assign, is_heading_row, normal
from .money import parse_money
from .recognise import Source
from .shapes import Sheet

_HEAD_ROWS = 200
_WATCHED_ROWS = 20_000
_MOST_DIFFERENT = 400_000
_KEPT_EXAMPLES = 8
_DIGIT = re.compile(r"[0-9]")
_LETTERS = re.compile(r"[A-Za-z]{2}")
POSTCODE = re.compile(r"[A-Za-z]{1,2}[0-9][A-Za-z0-9]? ?[0-9][A-Za-z]{2}")
_ORGANISATION = re.compile(
    r"\b(?:ltd|limited|plc|llp|council|services?|group|trust|association|company|authority|uk|solutions|school)\b", re.I
)


def turned(rows: list[list[Any]]) -> list[Sequence[Any]]:
    """Rows as columns, short rows filled up with empty cells."""
    if len(set(map(len, rows))) == 1:
        return list(zip(*rows, strict=True))
    return list(zip_longest(*rows, fillvalue=""))


def _column(rows: list[list[Any]], index: int) -> list[Any]:
    """One column of rows, empty where a row is too short."""
    try:
        return list(map(itemgetter(index), rows))
    except IndexError:
        return [cells[index] if index < len(cells) else "" for cells in rows]


@dataclass
class ColumnFacts:
    """What one column of one block holds."""

    index: int
    filled: int = 0
    different: dict[Any, None] = field(default_factory=dict)  # as an ordered set
    watched: bool = True

    def add(self, cells: Sequence[Any]) -> None:
        self.filled += len(cells) - cells.count("")
        if len(self.different) < _MOST_DIFFERENT:
            self.different.update(dict.fromkeys(cells))
            self.different.pop("", None)

    def sample(self) -> list[Any]:
        """The first 500 different filled cells."""
        return [cell for cell in islice(self.different, 500) if str(cell).strip()]

    def share(self, fits: Any) -> float:
        """The share of the sample that fits a test."""
        sample = self.sample()
        return sum(bool(fits(cell)) for cell in sample) / len(sample) if sample else 0.0

    @property
    def looks_like_dates(self) -> bool:
        return self.share(take_apart) > 0.6

    @property
    def looks_like_money(self) -> bool:
        return self.share(_is_money) > 0.6

    @property
    def has_pence(self) -> float:
        """The share that is surely money: with pence or a pound sign."""
        return self.share(lambda cell: _is_money(cell) and (not isinstance(cell, str) or "." in cell or "£" in cell))

    @property
    def looks_like_words(self) -> bool:
        return self.share(lambda cell: isinstance(cell, str) and _LETTERS.search(cell)) > 0.8

    @property
    def names_organisations(self) -> float:
        return self.share(lambda cell: isinstance(cell, str) and _ORGANISATION.search(cell))

    @property
    def examples(self) -> tuple[str, ...]:
        return tuple(str(cell).strip()[:60] for cell in self.sample()[:_KEPT_EXAMPLES])


def _is_money(cell: Any) -> bool:
    return parse_money(cell) is not None or parse_money(cell, decimal=",") is not None


@dataclass
class BlockSurvey:
    """A run of rows under one row of headings (or none)."""

    first_row: int
    heading_row: int | None = None
    headings: list[tuple[int, str]] = field(default_factory=list)
    kind: str = ""
    rows: int = 0
    facts: list[ColumnFacts] = field(default_factory=list)
    amount_index: int | None = None

    def add(self, rows: list[list[Any]]) -> None:
        """Note what a run of rows holds."""
        rows_before = self.rows
        self.rows += len(rows)
        if rows_before > _WATCHED_ROWS:
            for facts in self.facts:
                if facts.watched:
                    facts.add(_column(rows, facts.index))
            return
        for index, cells in enumerate(turned(rows)):
            if index == len(self.facts):
                self.facts.append(ColumnFacts(index))
            self.facts[index].add(cells)
        if rows_before <= _WATCHED_ROWS < self.rows:
            # The rest of a long file matters for dates and amounts only: every one of those is looked at.
            for facts in self.facts:
                facts.watched = facts.index == self.amount_index or facts.looks_like_dates or facts.has_pence > 0.3
                if not facts.watched:
                    facts.different = dict.fromkeys(facts.sample())

    def take_headings(self, row: int, cells: list[Any], kind: str) -> None:
        self.heading_row, self.kind = row, kind
        self.headings = [(index, str(cell).strip()) for index, cell in enumerate(cells) if str(cell).strip()]
        given = assign(self.headings, kind or "spending")
        indexes = {meaning: index for index, (meaning, _, _) in given.items()}
        self.amount_index = next((indexes[meaning] for meaning in AMOUNTS if meaning in indexes), None)

    def same_headings(self, cells: list[Any]) -> bool:
        named = [(index, normal(str(cell))) for index, cell in enumerate(cells) if str(cell).strip()]
        return named == [(index, normal(heading)) for index, heading in self.headings]


@dataclass
class SheetSurvey:
    """What one pass over a sheet found."""

    sheet: Sheet
    blocks: list[BlockSurvey] = field(default_factory=list)
    rows: int = 0
    titles: list[str] = field(default_factory=list)
    examples: list[tuple[int, list[str]]] = field(default_factory=list)


def survey(source: Source, sheet: Sheet, most_rows: int | None = None) -> SheetSurvey:
    """Pass over the rows of a sheet once: all of them, or little more than `most_rows`."""
    found = SheetSurvey(sheet)
    block = BlockSurvey(first_row=1)
    for first, rows in source.batches(sheet):
        found.rows += len(rows)
        start = 0
        for at, cells in _candidates(rows, block.amount_index, first):
            kind = _headings_in(cells)
            if not kind or (block.headings and block.same_headings(rows[at])):
                continue
            block.add(rows[start:at])
            start = at + 1
            if block.headings:
                found.blocks.append(block)
                block = BlockSurvey(first_row=first + at)
            else:
                found.titles += _titles(rows[:at])
            block.take_headings(first + at, rows[at], kind)
        block.add(rows[start:])
        if len(found.examples) < _KEPT_EXAMPLES:
            found.examples += _examples(rows, first)
        if most_rows and found.rows >= most_rows:
            break
    found.blocks.append(block)
    if found.blocks[0].heading_row is None:
        _guess_headings(source, sheet, found.blocks[0])
    return found


def _candidates(rows: list[list[Any]], amount_index: int | None, first: int) -> list[tuple[int, list[Any]]]:
    """Rows worth a closer look: words where an amount belongs, or no figures anywhere."""
    if amount_index is None:
        return [(at, cells) for at, cells in enumerate(rows) if first + at <= _HEAD_ROWS or _without_figures(cells)]
    amounts = _column(rows, amount_index)
    wordy = {cell for cell in set(amounts) if isinstance(cell, str) and not _DIGIT.search(cell, len(cell) - 1)}
    wordy = {cell for cell in wordy if not _DIGIT.search(cell)}
    if not wordy:
        return []
    return [(at, rows[at]) for at, cell in enumerate(amounts) if cell in wordy and (cell or _without_figures(rows[at]))]


def _without_figures(cells: list[Any]) -> bool:
    return all(isinstance(cell, str) and not _DIGIT.search(cell) for cell in cells)


def _headings_in(cells: list[Any]) -> str:
    """The kind of headings a row holds, or nothing; numbers and dates are never headings."""
    if any(cell != "" and not isinstance(cell, str) for cell in cells):
        return ""
    texts = [cell.strip() for cell in cells]
    kind = is_heading_row(texts)
    if kind and any(parse_money(text) or take_apart(text) for text in texts if text):
        return ""
    return kind


def _titles(rows: list[list[Any]]) -> list[str]:
    return [text for cells in rows[:20] for cell in cells if isinstance(cell, str) and (text := cell.strip())]


def _examples(rows: list[list[Any]], first: int) -> list[tuple[int, list[str]]]:
    filled = (
        (first + at, [str(cell)[:60] for cell in cells[:40]]) for at, cells in enumerate(rows[:400]) if any(cells)
    )
    return [example for example, _ in zip(filled, range(_KEPT_EXAMPLES), strict=False)]


def _guess_headings(source: Source, sheet: Sheet, block: BlockSurvey) -> None:
    """Headings in words we do not know: a first row of words only, over columns that hold something else."""
    for number, cells in source.rows(sheet):
        texts = [str(cell).strip() for cell in cells]
        if sum(bool(text) for text in texts) < 2:
            if number > _HEAD_ROWS:
                return
            continue
        words_only = all(
            isinstance(cell, str) and not parse_money(cell) and not take_apart(cell)
            for cell in cells
            if cell != "" and str(cell).strip()
        )
        over_figures = any(
            texts[facts.index] and (facts.looks_like_money or facts.looks_like_dates)
            for facts in block.facts
            if facts.index < len(texts)
        )
        if words_only and over_figures:
            block.take_headings(number, cells, "")
        return
