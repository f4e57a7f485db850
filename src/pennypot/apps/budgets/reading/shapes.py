"""The plain data that reading a file hands over: no behaviour beyond looking things up."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from .words import Said

PENCE_PER_POUND = 100


@dataclass(frozen=True)
class Limits:
    """The largest things we open; all sizes in bytes.

    The defaults hold a reading within 300 MB of memory and five seconds for anything that is refused.
    """

    file_bytes: int = 256 * 1024 * 1024
    unpacked_bytes: int = 512 * 1024 * 1024
    workbook_bytes: int = 128 * 1024 * 1024
    line_bytes: int = 1024 * 1024
    columns: int = 1024
    archive_entries: int = 5_000
    archive_directory_bytes: int = 2 * 1024 * 1024
    ratio: int = 250
    ratio_applies_above_bytes: int = 8 * 1024 * 1024
    sheet_cells: int = 6_000_000


@dataclass(frozen=True)
class Sheet:
    """One table-like thing inside a source: a text file, or one sheet of a workbook.

    `key` names it within the source and stays the same when the file is opened again.
    """

    key: str
    file: str
    name: str
    kind: str  # "text", "xlsx", "xls", "ods"
    hidden: bool = False


@dataclass(frozen=True)
class Column:
    """What we think one column holds. `index` counts from zero; `confidence` is between 0 and 1."""

    index: int
    heading: str
    key: str
    meaning: str
    confidence: float
    why: Said
    examples: tuple[str, ...] = ()


@dataclass(frozen=True)
class Block:
    """A run of rows under one row of headings.

    `cells` are (key, index of the cells under it); `columns` maps a meaning to such an index, as the mapping says.
    Rows count from one, indexes from zero.
    """

    first_row: int
    heading_row: int | None
    cells: tuple[tuple[str, int], ...] = ()
    columns: dict[str, int] = field(default_factory=dict)


@dataclass
class SheetUnderstood:
    """What we make of one sheet; `left_out` says why nothing is read from it."""

    sheet: Sheet
    blocks: list[Block] = field(default_factory=list)
    rows: int = 0
    columns: list[Column] = field(default_factory=list)
    left_out: Said | None = None
    remarks: list[Said] = field(default_factory=list)
    examples: list[tuple[int, list[str]]] = field(default_factory=list)


@dataclass(frozen=True)
class Question:
    """Something that the file does not say.

    `options` are (value, words): the words are a `Said`, or text of the file itself. `suggestion` is the value we
    would take; for a missing column it is the meaning that is missing.
    """

    code: str
    asked: Said
    options: tuple[tuple[str, Said | str], ...] = ()
    suggestion: str = ""
    sheet: str = ""


@dataclass(frozen=True)
class Mapping:
    """How to read a file: what the officer confirms and the app remembers for each publisher.

    Attributes
    ----------
    kind : {"spending", "budget"}
        Payments one by one, or lines of a budget.
    fingerprint : str
        Names the set of headings; the key under which to remember this mapping.
    columns : dict
        Column key (a heading in lower case, or ``column:3`` where there is none) -> meaning.
    date_order : {"day", "month", "both"}
        "both" keeps only the dates that can be read one way.
    decimal : {".", ","}
        What marks the pence.
    unit_pence : int
        Pence in one unit of the amounts: 100 for pounds, 100,000 for thousands of pounds.
    vat : {"net", "gross", "unsaid"}
        What the amounts include.
    fixed_dates : dict
        Sheet key -> ISO date, for sheets without a column of dates.
    leave_out : tuple of str
        Keys of sheets not to read.
    """

    kind: str = "spending"
    fingerprint: str = ""
    columns: dict[str, str] = field(default_factory=dict)
    date_order: str = "day"
    decimal: str = "."
    unit_pence: int = PENCE_PER_POUND
    vat: str = "unsaid"
    fixed_dates: dict[str, str] = field(default_factory=dict)
    leave_out: tuple[str, ...] = ()

    def as_json(self) -> str:
        """The mapping as JSON text, for keeping."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Mapping:
        """Read what `as_json` wrote; raises `ValueError` for anything else."""
        try:
            kept = json.loads(text)
            kept["leave_out"] = tuple(kept["leave_out"])
            return cls(**kept)
        except (KeyError, TypeError) as error:
            raise ValueError("This is not a mapping of columns.") from error


@dataclass
class Understanding:
    """What we understood of a source, and what we have to ask."""

    mapping: Mapping
    sheets: list[SheetUnderstood]
    remarks: list[Said]
    questions: list[Question]

    @property
    def columns(self) -> list[Column]:
        """The columns of the first sheet that is read."""
        return next((sheet.columns for sheet in self.sheets if not sheet.left_out), [])


@dataclass(frozen=True)
class Row:
    """One kept row: `values` by meaning. Dates are `datetime.date`, amounts integer pence, the rest text.

    A budget line may be kept with an amount of None: the publisher names it and says that it is not known.
    """

    file: str
    sheet: str
    row: int
    values: dict[str, Any]

    @property
    def amount_pence(self) -> int | None:
        """The amount in pence; None for a budget line whose amount is not known."""
        return self.values["amount_pence"]

    @property
    def paid_on(self) -> dt.date | None:
        """The date of payment, where the file has one."""
        return self.values.get("paid_on")


@dataclass(frozen=True)
class Rejected:
    """One row that was not kept, where it is and why; `text` is its raw cells. Rows and columns count from one."""

    file: str
    sheet: str
    row: int
    column: int | None
    reason: Said
    text: str
    amount_pence: int = 0


@dataclass
class Batch:
    """A few thousand kept rows of one sheet, column by column: what a sink is given."""

    sheet: Sheet
    rows: list[int]
    values: dict[str, list[Any]]

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Row]:
        names = list(self.values)
        for number, cells in zip(self.rows, zip(*self.values.values(), strict=True), strict=True):
            yield Row(self.sheet.file, self.sheet.name, number, dict(zip(names, cells, strict=True)))


@dataclass
class Reading:
    """What came of reading a source.

    ``rows_in == kept + rejected_count + blank`` and ``sum_before_pence == sum_kept_pence + sum_rejected_pence``
    always hold: `read` raises rather than hand over anything else. Rows of headings are counted apart. `not_known`
    of the kept rows are budget lines without an amount.
    """

    kind: str
    rows_in: int = 0
    kept: int = 0
    blank: int = 0
    headings: int = 0
    not_known: int = 0
    rejected_count: int = 0
    rejected: list[Rejected] = field(default_factory=list)
    reasons: dict[str, int] = field(default_factory=dict)
    sum_before_pence: int = 0
    sum_kept_pence: int = 0
    sum_rejected_pence: int = 0
    first_date: dt.date | None = None
    last_date: dt.date | None = None
    remarks: list[Said] = field(default_factory=list)
    left_out: list[tuple[Sheet, Said]] = field(default_factory=list)
    batches: list[Batch] = field(default_factory=list)

    def rows(self) -> Iterator[Row]:
        """The kept rows one by one; nothing when a sink took them."""
        for batch in self.batches:
            yield from batch
