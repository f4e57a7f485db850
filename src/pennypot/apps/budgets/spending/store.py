"""Writing payments to Parquet: one file for each publisher and import."""

from __future__ import annotations

import contextlib
import gc
import os
import tempfile
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import duckdb
import numpy as np

from ..reading import Batch, CannotRead, Mapping, Reading, Source, Understanding, read, recognise, say, understand
from .private import judge_payee

MASK = "private person"
_ROWS_AT_A_TIME = 20_000
_FIRST_LOOK_ROWS = 20_000
_MEMORY = "160MB"
_TEXTS = (
    "payee", "supplier_id", "supplier_class", "postcode", "service", "division", "category", "description",
    "transaction", "capital_revenue", "publisher_written",
)  # fmt: skip
_CREATE = f"""
CREATE TABLE payments (
    publisher VARCHAR NOT NULL, paid_on DATE, amount_pence BIGINT NOT NULL,
    {", ".join(f"{name} VARCHAR NOT NULL" for name in _TEXTS)},
    payee_kind VARCHAR NOT NULL, payee_published VARCHAR NOT NULL,
    file VARCHAR NOT NULL, sheet VARCHAR NOT NULL, "row" INTEGER NOT NULL
)
"""


def connect() -> duckdb.DuckDBPyConnection:
    """A DuckDB connection that may not reach beyond its files: bounded memory, no extensions, no network."""
    connection = duckdb.connect(
        config={
            "memory_limit": _MEMORY,
            "threads": 2,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
    )
    connection.execute("SET preserve_insertion_order = false")
    # It would draw itself over whatever the command line says.
    connection.execute("SET enable_progress_bar = false")
    return connection


class PaymentsWriter:
    """Takes batches of payments and, when all went well, leaves one Parquet file.

    Use it as a context manager: the file appears at the end, whole, or not at all.

    Parameters
    ----------
    path : path
        Where the file goes; its folder must exist.
    publisher : str
        Who paid.
    """

    def __init__(self, path: str | Path, publisher: str) -> None:
        self._path = Path(path)
        self._publisher = publisher
        self._connection = connect()
        self._connection.execute(_CREATE)
        self._waiting: list[Batch] = []
        self._rows = 0
        # Set to False to leave no file behind.
        self.leave = True

    def __enter__(self) -> PaymentsWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None and self.leave:
                self._finish()
        finally:
            self._connection.close()

    def add(self, batch: Batch) -> None:
        """Take one batch; meant as the sink of `reading.read`."""
        self._waiting.append(batch)
        self._rows += len(batch)
        if self._rows >= _ROWS_AT_A_TIME:
            self._flush()

    def _flush(self) -> None:
        if not self._rows:
            return
        waiting, self._waiting, self._rows = self._waiting, [], 0
        columns: dict[str, Any] = {}
        for name in _TEXTS:
            key = "publisher" if name == "publisher_written" else name
            if any(key in batch.values for batch in waiting):
                columns[name] = _object([text for batch in waiting for text in _column(batch, key)])
        for name, value in (("file", "file"), ("sheet", "name")):
            columns[name] = _object([text for batch in waiting for text in [getattr(batch.sheet, value)] * len(batch)])
        columns["amount_pence"] = np.array(
            [pence for batch in waiting for pence in batch.values["amount_pence"]], np.int64
        )
        columns["row"] = np.array([number for batch in waiting for number in batch.rows], np.int32)
        # Day numbers, nought for a date that is not known: converting dates one by one takes ten times as long.
        dates = [date for batch in waiting for date in batch.values["paid_on"]]
        days = {date: date.toordinal() if date else 0 for date in set(dates)}
        columns["day"] = np.array([days[date] for date in dates], np.int32)
        purposes = columns.get("category", [""] * len(columns["row"]))
        columns["payee_kind"], columns["payee_published"] = _published(columns["payee"], purposes)
        self._connection.register("batch", columns)
        self._connection.execute(_insert(columns.keys()), {"publisher": self._publisher})
        self._connection.unregister("batch")

    def _finish(self) -> None:
        self._flush()
        handle, name = tempfile.mkstemp(dir=self._path.parent, prefix=".payments-", suffix=".part")
        os.close(handle)
        try:
            self._connection.execute(
                f"COPY payments TO '{name.replace(chr(39), chr(39) * 2)}'"
                " (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)"
            )
            Path(name).replace(self._path)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(name).unlink()
            raise


def _object(values: list[Any]) -> np.ndarray:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def _column(batch: Batch, name: str) -> list[str]:
    return batch.values.get(name) or [""] * len(batch)


def _insert(have: Collection[str]) -> str:
    """The statement that takes a batch in; columns that the file does not have are empty."""
    texts = ", ".join(name if name in have else "''" for name in _TEXTS)
    return (
        "INSERT INTO payments SELECT $publisher, CASE WHEN day > 0 THEN DATE '0001-01-01' + (day - 1) END,"  # noqa: S608
        f' amount_pence, {texts}, payee_kind, payee_published, file, sheet, "row" FROM batch'
    )


def _published(payees: Sequence[str], purposes: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """The kind of each payee, and the name that may be published."""
    pairs = list(zip(payees, purposes, strict=True))
    kinds = {pair: judge_payee(*pair).kind for pair in set(pairs)}
    found = [kinds[pair] for pair in pairs]
    return _object(found), _object(
        [MASK if kind == "private" else payee for kind, payee in zip(found, payees, strict=True)]
    )


@contextlib.contextmanager
def _without_looking_for_cycles() -> Iterator[None]:
    """Millions of short-lived rows of text hold no cycles; looking for them takes a tenth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def read_into_store(
    file: str | Path | bytes | Source,
    path: str | Path,
    publisher: str,
    mapping: Mapping | Understanding | None = None,
    filename: str = "",
) -> Reading:
    """Read a file of payments straight into a Parquet file.

    Parameters
    ----------
    file : path, bytes or Source
    path : path
        The Parquet file to write.
    publisher : str
    mapping : Mapping or Understanding, optional
        What the officer confirmed; worked out from the file when left out.
    filename : str
        The name people know the file by.

    Returns
    -------
    Reading
        Without rows: they are in the store.

    Raises
    ------
    CannotRead
        As `reading.recognise`, `understand` and `read`; then no file is left.
    """
    source = file if isinstance(file, Source) else recognise(file, filename)
    with _without_looking_for_cycles(), source:
        if mapping is None:
            quick = understand(source, most_rows=_FIRST_LOOK_ROWS)
            if _is_certain(quick):
                reading = _store(source, path, publisher, quick, keep=_bears_out)
                if _bears_out(reading):
                    return reading
        return _store(source, path, publisher, mapping or understand(source))


def _is_certain(understood: Understanding) -> bool:
    """Whether a first look settled the dates for good: they are unmistakable, or one of them decides."""
    unsure = ("dates_day_first_span", "dates_month_first_span", "dates_day_first_guess", "dates_both_orders")
    return not any(said.code in unsure for said in understood.remarks)


def _bears_out(reading: Reading) -> bool:
    """Whether reading everything found nothing that a look at the whole file might have decided otherwise.

    Other headings further down, dates of the other order and amounts written in another way all make rows that do
    not fit; if there is one, the whole file is looked over before it is read again.
    """
    return set(reading.reasons) <= {"row_title", "row_total", "row_nothing"}


def _store(
    source: Source,
    path: str | Path,
    publisher: str,
    understood: Mapping | Understanding,
    keep: Callable[[Reading], bool] = lambda reading: True,
) -> Reading:
    """Read into a Parquet file, which is left only where the reading is to be kept."""
    if (understood if isinstance(understood, Mapping) else understood.mapping).kind != "spending":
        raise CannotRead(say("not_payments"), source.name, what_to_do=say("do_check_file"))
    with PaymentsWriter(path, publisher) as writer:
        reading = read(source, understood, sink=writer.add)
        writer.leave = keep(reading)
    return reading
