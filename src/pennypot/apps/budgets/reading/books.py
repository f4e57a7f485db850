"""Workbooks: XLSX, XLS and ODS, parsed by calamine after `zips` and `ole` have looked them over."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, BinaryIO

import python_calamine as calamine

from .shapes import Sheet
from .words import CannotRead, say


class Book:
    """An open workbook; sheets are loaded one at a time."""

    def __init__(self, opened: Callable[[], BinaryIO], name: str, kind: str) -> None:
        self._name = name
        self._stream = opened()
        with self._refusing():
            self._book = calamine.CalamineWorkbook.from_filelike(self._stream)
        self.sheets = [
            Sheet(
                f"{name}#{index}",
                name,
                about.name,
                kind,
                hidden=about.visible != calamine.SheetVisibleEnum.Visible,
            )
            for index, about in enumerate(self._book.sheets_metadata)
            if about.typ == calamine.SheetTypeEnum.WorkSheet
        ]

    def close(self) -> None:
        """Let go of the file."""
        self._book.close()
        self._stream.close()

    @contextlib.contextmanager
    def _refusing(self) -> Iterator[None]:
        """Turn whatever the parser says about a damaged workbook into a refusal."""
        try:
            yield
        except calamine.PasswordError as error:
            raise CannotRead(say("password"), self._name, what_to_do=say("do_unlock")) from error
        except (calamine.CalamineError, OSError, ValueError) as error:
            raise self._damaged(str(error)) from error
        except BaseException as error:
            # When the parser stumbles over nonsense, its panic arrives as a class that cannot be imported.
            if type(error).__name__ != "PanicException":
                raise
            raise self._damaged("panic") from error

    def _damaged(self, detail: str) -> CannotRead:
        return CannotRead(say("workbook_damaged", detail=detail[:120]), self._name, what_to_do=say("do_save_csv"))

    def batches(self, sheet: Sheet, size: int) -> Iterator[tuple[int, list[list[Any]]]]:
        """The rows of a sheet from its first row and column, so that row numbers are those people see."""
        with self._refusing():
            loaded = self._book.get_sheet_by_index(int(sheet.key.rpartition("#")[2]))
        if loaded.start is None:
            return
        # The rows begin at the sheet's first row, but each begins at the first column in use.
        before = [""] * loaded.start[1]
        rows = loaded.iter_rows()
        first = 1
        while batch := self._next(rows, size):
            yield first, [before + row for row in batch] if before else batch
            first += len(batch)

    def _next(self, rows: Iterator[list[Any]], size: int) -> list[list[Any]]:
        batch: list[list[Any]] = []
        with self._refusing():
            batch += islice(rows, size)
        return batch
