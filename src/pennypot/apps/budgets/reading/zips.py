"""Looking into a ZIP container before anything opens it.

Workbooks (XLSX, ODS) are ZIP files that a native library parses, so everything that could make it use memory or time
without bound is checked here first, in bounded memory: the directory at the end of the file, declared and real sizes,
names, XML that defines entities, and how many cells a sheet spans.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO
from xml.parsers import expat  # entities are refused before and while parsing

from .shapes import Limits
from .sizes import in_words
from .words import CannotRead, say

_BLOCK = 256 * 1024
_END_OF_DIRECTORY = b"PK\x05\x06"
_END_OF_DIRECTORY_64 = b"PK\x06\x06"
_LOCATOR_64 = b"PK\x06\x07"
_CELL_REFERENCE = re.compile(rb"\br\s?=\s?[\"']([A-Za-z]{1,3})(\d{1,7})[\"']")
_FORMULA_WITHOUT_VALUE = re.compile(rb"</f>(?:<v ?/>|<v></v>)?</c>|<f ?/></c>")


@dataclass
class PartFacts:
    """What inflating one part of a workbook showed."""

    first_row: int = 0
    last_row: int = -1
    first_column: int = 0
    last_column: int = -1
    formulas: int = 0
    formulas_without_value: int = 0

    @property
    def cells(self) -> int:
        """Cells of the rectangle that the sheet spans."""
        return (self.last_row - self.first_row + 1) * (self.last_column - self.first_column + 1)


def inspect_directory(stream: BinaryIO, name: str, limits: Limits) -> list[zipfile.ZipInfo]:
    """Check a ZIP file's directory and hand over its entries.

    Parameters
    ----------
    stream : seekable binary file
    name : str
        For refusals.
    limits : Limits

    Raises
    ------
    CannotRead
        Too many entries, a directory too large, names that leave the folder, a password, overlapping entries,
        declared sizes or ratios beyond the limits, or a damaged container.
    """
    stream.seek(0, 2)
    size = stream.tell()
    _check_end(stream, size, name, limits)
    try:
        entries = zipfile.ZipFile(stream).infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, struct.error) as error:
        raise _damaged(name) from error
    for entry in entries:
        _check_entry(entry, name, limits)
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > limits.unpacked_bytes:
        raise CannotRead(
            say("unpacks_too_big", size=in_words(unpacked), limit=in_words(limits.unpacked_bytes)),
            name,
            what_to_do=say("do_split"),
        )
    _check_overlaps(entries, size, name)
    return entries


def _damaged(name: str) -> CannotRead:
    return CannotRead(say("zip_damaged"), name, what_to_do=say("do_export_again"))


def _check_end(stream: BinaryIO, size: int, name: str, limits: Limits) -> None:
    """Read the record at the end ourselves: a million entries must be refused before they are listed."""
    stream.seek(max(0, size - 65_557))
    tail = stream.read()
    at = tail.rfind(_END_OF_DIRECTORY)
    if at < 0 or len(tail) - at < 22:
        raise _damaged(name)
    count, directory = struct.unpack("<HI", tail[at + 10 : at + 16])
    locator = tail.rfind(_LOCATOR_64, 0, at)
    if locator >= 0:
        (where,) = struct.unpack("<Q", tail[locator + 8 : locator + 16])
        stream.seek(min(where, size))
        record = stream.read(56)
        if record[:4] == _END_OF_DIRECTORY_64 and len(record) == 56:
            count, directory = struct.unpack("<QQ", record[32:48])
    if count > limits.archive_entries or directory > limits.archive_directory_bytes:
        raise CannotRead(
            say("zip_too_many", count=f"{count:,}", limit=f"{limits.archive_entries:,}"),
            name,
            what_to_do=say("do_unpack"),
        )


def _check_entry(entry: zipfile.ZipInfo, name: str, limits: Limits) -> None:
    path = entry.filename.replace("\\", "/")
    if path.startswith("/") or ".." in PurePosixPath(path).parts or re.match(r"[A-Za-z]:", path):
        raise CannotRead(say("zip_path", part=entry.filename[:80]), name, what_to_do=say("do_unpack"))
    if entry.flag_bits & 1:
        raise CannotRead(say("zip_encrypted", part=entry.filename[:80]), name, what_to_do=say("do_unlock"))
    ratio = entry.file_size // max(1, entry.compress_size)
    if entry.file_size > limits.ratio_applies_above_bytes and ratio > limits.ratio:
        raise CannotRead(
            say("zip_bomb", part=entry.filename[:80], ratio=f"{ratio:,}"), name, what_to_do=say("do_check_file")
        )


def _check_overlaps(entries: list[zipfile.ZipInfo], size: int, name: str) -> None:
    end = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        if entry.header_offset < end or entry.header_offset + entry.compress_size > size:
            raise CannotRead(say("zip_overlap"), name, what_to_do=say("do_check_file"))
        end = entry.header_offset + 30 + entry.compress_size


def inspect_part(
    stream: BinaryIO, entry: zipfile.ZipInfo, name: str, limits: Limits, watch: Callable[[bytes], None]
) -> None:
    """Inflate one part in blocks, checking that it is the size it says, and show each block to `watch`.

    The inflating is our own: the standard library stops at the declared size, the native parser may not.
    """
    produced = 0
    for block in _inflated(stream, entry, name):
        produced += len(block)
        if produced > entry.file_size or produced > limits.unpacked_bytes:
            raise CannotRead(say("zip_wrong_size", part=entry.filename[:80]), name, what_to_do=say("do_check_file"))
        watch(block)


def _inflated(stream: BinaryIO, entry: zipfile.ZipInfo, name: str):
    stream.seek(entry.header_offset)
    header = stream.read(30)
    if len(header) < 30 or header[:4] != b"PK\x03\x04":
        raise _damaged(name)
    name_length, extra_length = struct.unpack("<HH", header[26:30])
    stream.seek(name_length + extra_length, 1)
    left = entry.compress_size
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise _damaged(name)
    inflate = zlib.decompressobj(-15) if entry.compress_type == zipfile.ZIP_DEFLATED else None
    try:
        while left > 0 and (packed := stream.read(min(_BLOCK, left))):
            left -= len(packed)
            if inflate is None:
                yield packed
                continue
            while packed and not inflate.eof:
                yield inflate.decompress(packed, _BLOCK)
                packed = inflate.unconsumed_tail
    except zlib.error as error:
        raise _damaged(name) from error


def inspect_xml(stream: BinaryIO, entry: zipfile.ZipInfo, name: str, limits: Limits) -> PartFacts:
    """Check one XML part of a workbook: no entities of its own, and a bearable number of cells."""
    facts = PartFacts()
    is_sheet = "worksheets/sheet" in entry.filename.lower() or "/sheets/" in entry.filename.lower()
    rows = [1 << 30, -1]
    columns = [1 << 30, -1]
    tail = b""

    def watch(block: bytes) -> None:
        nonlocal tail
        text = tail + block
        if _defines_entities(text, entry.filename):
            raise CannotRead(say("xml_entities", part=entry.filename[:80]), name, what_to_do=say("do_save_csv"))
        if is_sheet:
            found = _CELL_REFERENCE.findall(text)
            numbers = {int(number) for _, number in found}
            letters = {_column_number(letter) for letter in {letters for letters, _ in found}}
            if numbers:
                rows[:] = [min(rows[0], *numbers), max(rows[1], *numbers)]
                columns[:] = [min(columns[0], *letters), max(columns[1], *letters)]
            facts.formulas += block.count(b"</f>") + block.count(b"<f/>")
            facts.formulas_without_value += len(_FORMULA_WITHOUT_VALUE.findall(text))
        tail = text[-64:]

    inspect_part(stream, entry, name, limits, watch)
    if rows[1] >= 0:
        facts.first_row, facts.last_row = rows
        facts.first_column, facts.last_column = columns
    _check_cells(facts, entry.filename, name, limits)
    return facts


def _check_cells(facts: PartFacts, part: str, name: str, limits: Limits) -> None:
    if facts.cells > limits.sheet_cells:
        raise CannotRead(
            say("sheet_too_big", part=part[:80], cells=f"{facts.cells:,}", limit=f"{limits.sheet_cells:,}"),
            name,
            what_to_do=say("do_save_csv"),
        )


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _defines_entities(text: bytes, part: str) -> bool:
    """Whether XML declares a document type or entities; parts in UTF-16 are looked at the same way."""
    plain = text.replace(b"\0", b"").upper()
    if b"<!ENTITY" in plain:
        return True
    # Old OpenDocument files name a document type in their list of contents, which nothing here reads.
    return b"<!DOCTYPE" in plain and not part.upper().endswith("META-INF/MANIFEST.XML")


class _OdsCells:
    """Counts the cells that an OpenDocument sheet spans, repeated rows and cells included."""

    def __init__(self) -> None:
        self.largest = self._row = self._width = 0
        self._column = self._last = self._repeat = 0
        self._filled = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition(":")[2]
        values = {key.rpartition(":")[2]: value for key, value in attributes.items()}
        if tag == "table":
            self._row = self._width = self._filled = 0
        elif tag == "table-row":
            self._column = self._last = 0
            self._repeat = _repeat(values.get("number-rows-repeated"))
        elif tag in ("table-cell", "covered-table-cell"):
            self._column += _repeat(values.get("number-columns-repeated"))
            if "value-type" in values:
                self._last = self._column

    def end(self, tag: str) -> None:
        if tag.rpartition(":")[2] != "table-row":
            return
        self._row += self._repeat
        if self._last:
            self._width = max(self._width, self._last)
            self._filled = self._row
        self.largest = max(self.largest, self._filled * self._width)


def _repeat(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 10 else 1


def inspect_ods_content(stream: BinaryIO, entry: zipfile.ZipInfo, name: str, limits: Limits) -> None:
    """Check the content of an OpenDocument sheet: no entities, and a bearable number of cells."""
    cells = _OdsCells()
    parser = expat.ParserCreate()
    parser.StartElementHandler = cells.start
    parser.EndElementHandler = cells.end

    def refuse(*_: object) -> None:
        raise CannotRead(say("xml_entities", part=entry.filename[:80]), name, what_to_do=say("do_save_csv"))

    parser.EntityDeclHandler = refuse
    parser.StartDoctypeDeclHandler = refuse

    def watch(block: bytes) -> None:
        try:
            parser.Parse(block, False)
        except expat.ExpatError as error:
            raise _damaged(name) from error
        _check_cells(PartFacts(0, cells.largest - 1, 0, 0), entry.filename, name, limits)

    inspect_part(stream, entry, name, limits, watch)
