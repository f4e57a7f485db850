"""What is this file? Decided by its content, never by its name."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from .books import Book
from .encoding import decide_text
from .ole import MAGIC as OLE_MAGIC
from .ole import inspect_old_workbook
from .shapes import Limits, Sheet
from .sizes import in_words
from .texts import Text
from .words import CannotRead, Said, say
from .zips import inspect_directory, inspect_ods_content, inspect_part, inspect_xml

ROWS_IN_A_BATCH = 2_000
_ZIP_MAGIC = b"PK"
_ODS = b"application/vnd.oasis.opendocument.spreadsheet"
# How files that are no tables begin.
_BEGINNINGS: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "what_jpeg"),
    (b"\x89PNG", "what_png"),
    (b"GIF8", "what_gif"),
    (b"%PDF", "what_pdf"),
    (b"\x1f\x8b", "what_gzip"),
    (b"7z\xbc\xaf", "what_7z"),
    (b"Rar!", "what_rar"),
    (b"BZh", "what_gzip"),
    (b"\xfd7zXZ", "what_gzip"),
    (b"MZ", "what_program"),
    (b"\x7fELF", "what_program"),
    (b"{\\rtf", "what_word"),
    (b"SQLite format 3", "what_database"),
    (b"PAR1", "what_database"),
    (b"RIFF", "what_media"),
    (b"ID3", "what_media"),
    (b"OggS", "what_media"),
)
_TABLE_NAMES = (".csv", ".tsv", ".txt", ".xlsx", ".xls", ".ods", ".xlsm", ".xlsb", ".zip")


class Source:
    """A file that we can read: its sheets, their rows, and what was decided about it.

    Use it as a context manager, or call `close`. Iterating over rows again starts from the beginning.
    """

    def __init__(self, name: str, size: int, limits: Limits) -> None:
        self.name = name
        self.size = size
        self.limits = limits
        self.kind = ""
        self.sheets: list[Sheet] = []
        self.remarks: list[Said] = []
        self._tables: dict[str, Text | Book] = {}
        self._to_close: list[Any] = []

    def __enter__(self) -> Source:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close every file that was opened."""
        while self._to_close:
            self._to_close.pop().close()

    def batches(self, sheet: Sheet, size: int = ROWS_IN_A_BATCH) -> Iterator[tuple[int, list[list[Any]]]]:
        """The rows of a sheet, `size` at a time, each batch with the number of its first row (from one)."""
        return self._tables[sheet.key].batches(sheet, size)

    def rows(self, sheet: Sheet) -> Iterator[tuple[int, list[Any]]]:
        """The rows of a sheet one by one, with their numbers."""
        for first, rows in self.batches(sheet):
            yield from enumerate(rows, first)

    def encoding(self, sheet: Sheet) -> str:
        """The encoding of a text, as people name it; empty for workbooks."""
        table = self._tables[sheet.key]
        return table.decision.in_words if isinstance(table, Text) else ""

    def line_ends(self, sheet: Sheet) -> str:
        """The line ends of a text; empty for workbooks."""
        table = self._tables[sheet.key]
        return table.decision.line_ends if isinstance(table, Text) else ""


def recognise(file: str | Path | bytes, filename: str = "", limits: Limits | None = None) -> Source:
    """Decide what a file is, refusing what we cannot or must not open.

    Parameters
    ----------
    file : path or bytes
        The file, or all its bytes.
    filename : str
        The name people know it by, used in what is said; never in deciding.
    limits : Limits, optional
        The largest things to open.

    Raises
    ------
    CannotRead
        With the reason in plain words.
    """
    limits = limits or Limits()
    if isinstance(file, bytes):
        name, size = filename or "file", len(file)

        def opened() -> BinaryIO:
            return io.BytesIO(file)
    else:
        path = Path(file)
        name, size = filename or path.name, path.stat().st_size

        def opened() -> BinaryIO:
            return path.open("rb")

    if size == 0:
        raise CannotRead(say("empty"), name, what_to_do=say("do_check_file"))
    if size > limits.file_bytes:
        raise CannotRead(
            say("too_big", size=in_words(size), limit=in_words(limits.file_bytes)), name, what_to_do=say("do_split")
        )
    source = Source(name, size, limits)
    try:
        source.kind = _add(source, opened, name, inside_archive=False)
    except BaseException:
        source.close()
        raise
    return source


def _add(source: Source, opened: Callable[[], BinaryIO], name: str, *, inside_archive: bool) -> str:
    """Add what one file (or one part of an archive) holds to the source; returns its kind."""
    with opened() as stream:
        start = stream.read(512)
    if start.startswith(_ZIP_MAGIC):
        return _add_zip(source, opened, name, inside_archive=inside_archive)
    if start.startswith(OLE_MAGIC):
        with opened() as stream:
            facts = inspect_old_workbook(stream, name, source.limits)
        if facts.has_macros:
            source.remarks.append(say("macros_not_run"))
        if facts.formulas:
            source.remarks.append(say("formulas_cached"))
        return _add_book(source, opened, name, "xls")
    _refuse_other(start, name)
    try:
        decision = decide_text(opened, name, source.limits)
        text = Text(opened, name, decision, source.limits)
    except (zipfile.BadZipFile, EOFError, zlib.error) as error:
        raise CannotRead(say("zip_damaged"), name, what_to_do=say("do_export_again")) from error
    sheet = Sheet(name, name, "", "text")
    source.sheets.append(sheet)
    source.remarks += [*decision.remarks, text.delimiter_said]
    source._tables[sheet.key] = text
    return "text"


def _refuse_other(start: bytes, name: str) -> None:
    """Refuse files that begin as pictures, documents and programs do."""
    what = next((what for beginning, what in _BEGINNINGS if start.startswith(beginning)), None)
    begins = start.removeprefix(b"\xef\xbb\xbf").lstrip()[:60].lower()
    if begins.startswith((b"<!doctype html", b"<html", b"<table")):
        what = "what_html"
    elif begins.startswith(b"<?xml"):
        what = "what_xml"
    elif begins.startswith((b'{"', b"[{", b"{\n", b"{\r")):
        what = "what_json"
    elif start[4:8] == b"ftyp":
        what = "what_media"
    if what:
        raise CannotRead(say("not_a_table_file", what=say(what)), name, what_to_do=say("do_save_csv"))


def _add_zip(source: Source, opened: Callable[[], BinaryIO], name: str, *, inside_archive: bool) -> str:
    stream = opened()
    source._to_close.append(stream)
    entries = inspect_directory(stream, name, source.limits)
    names = {entry.filename.lower() for entry in entries}
    kind = _kind_of_container(stream, names, entries)
    if kind in ("xlsx", "ods"):
        _inspect_workbook(source, stream, entries, name, kind)
        return _add_book(source, opened, name, kind)
    if kind:
        raise CannotRead(say("not_a_table_file", what=say(kind)), name, what_to_do=say("do_save_xlsx"))
    if inside_archive:
        raise CannotRead(say("zip_nested", part=name[-80:]), source.name, what_to_do=say("do_unpack"))
    _add_archive(source, stream, entries, name)
    return "archive"


def _kind_of_container(stream: BinaryIO, names: set[str], entries: list[zipfile.ZipInfo]) -> str:
    if "[content_types].xml" in names:
        if "xl/workbook.bin" in names:
            return "what_xlsb"
        return "xlsx" if any(name.startswith("xl/") for name in names) else "what_word"
    first = entries[0] if entries else None
    if "mimetype" in names and "content.xml" in names and first and first.file_size < 200:
        seen: list[bytes] = []
        mimetype = next(entry for entry in entries if entry.filename.lower() == "mimetype")
        if mimetype.file_size < 200:
            inspect_part(stream, mimetype, "", Limits(), seen.append)
        return "ods" if b"".join(seen).startswith(_ODS) else "what_word"
    return ""


def _inspect_workbook(source: Source, stream: BinaryIO, entries: list[zipfile.ZipInfo], name: str, kind: str) -> None:
    """Check every part that the native parser may open; see `zips`."""
    limits = source.limits
    if sum(entry.file_size for entry in entries) > limits.workbook_bytes:
        unpacked = sum(entry.file_size for entry in entries)
        raise CannotRead(
            say("unpacks_too_big", size=in_words(unpacked), limit=in_words(limits.workbook_bytes)),
            name,
            what_to_do=say("do_save_csv"),
        )
    if any(entry.filename.lower().endswith("vbaproject.bin") for entry in entries) or (
        kind == "ods" and any(entry.filename.startswith("Basic/") for entry in entries)
    ):
        raise CannotRead(say("macros"), name, what_to_do=say("do_save_xlsx"))
    without_value = formulas = 0
    for entry in entries:
        lower = entry.filename.lower()
        if kind == "ods" and lower == "content.xml":
            inspect_ods_content(stream, entry, name, limits)
        elif lower.endswith((".xml", ".rels", ".vml")):
            facts = inspect_xml(stream, entry, name, limits)
            without_value += facts.formulas_without_value
            formulas += facts.formulas
        else:
            inspect_part(stream, entry, name, limits, lambda _: None)
    if without_value:
        source.remarks.append(say("formulas_without_values", count=without_value))
    elif formulas:
        source.remarks.append(say("formulas_cached"))


def _add_book(source: Source, opened: Callable[[], BinaryIO], name: str, kind: str) -> str:
    book = Book(opened, name, kind)
    source._to_close.append(book)
    for sheet in book.sheets:
        source.sheets.append(sheet)
        source._tables[sheet.key] = book
    return kind


def _add_archive(source: Source, stream: BinaryIO, entries: list[zipfile.ZipInfo], name: str) -> None:
    archive = zipfile.ZipFile(stream)
    found = False
    for entry in entries:
        path = PurePosixPath(entry.filename)
        if entry.is_dir() or "__MACOSX" in path.parts or path.name.startswith("."):
            continue
        if not path.name.lower().endswith(_TABLE_NAMES):
            source.remarks.append(say("archive_part_skipped", part=entry.filename[:80]))
            continue
        _add(source, _part_opener(archive, entry), f"{name}/{entry.filename}", inside_archive=True)
        found = True
    if not found:
        raise CannotRead(say("zip_no_table"), name, what_to_do=say("do_unpack"))


def _part_opener(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Callable[[], BinaryIO]:
    """Opens a part of an archive: a text as a stream, a workbook (which must be sought in) as bytes."""

    def opened() -> BinaryIO:
        try:
            stream = archive.open(entry)
            if entry.filename.lower().endswith((".csv", ".tsv", ".txt")):
                return stream  # type: ignore[return-value]
            with stream:
                return io.BytesIO(stream.read())
        except (zipfile.BadZipFile, NotImplementedError, OSError) as error:
            raise CannotRead(say("zip_damaged"), entry.filename, what_to_do=say("do_export_again")) from error

    return opened
