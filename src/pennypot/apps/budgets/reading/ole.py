"""Looking into an old binary workbook (XLS in an OLE container) before a native library parses it."""

from __future__ import annotations

import struct
from typing import BinaryIO

from .shapes import Limits
from .words import CannotRead, say

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_END_OF_CHAIN = 0xFFFFFFFA  # this and above: end, free and special sectors
_FILE_PASS = 0x002F
_FORMULA = 0x0006
# Records that hold cells: their first four bytes are row and first column.
_CELL_RECORDS = frozenset((0x0006, 0x00BD, 0x00BE, 0x00D6, 0x00FD, 0x0201, 0x0203, 0x0204, 0x0205, 0x027E))
_BEGIN_OF_PART = 0x0809


class _Container:
    """The sectors and the directory of an OLE compound file."""

    def __init__(self, stream: BinaryIO, name: str) -> None:
        self._stream, self._name = stream, name
        stream.seek(0)
        header = stream.read(512)
        if len(header) < 512 or header[:8] != MAGIC:
            raise self.damaged()
        shift = struct.unpack("<H", header[30:32])[0]
        if shift not in (9, 12):
            raise self.damaged()
        self.sector_bytes = 1 << shift
        stream.seek(0, 2)
        self.sectors = stream.tell() // self.sector_bytes + 1
        self._fat = self._read_fat(header)
        self._small_fat_start = struct.unpack("<I", header[60:64])[0]
        self.entries = self._read_directory(struct.unpack("<I", header[48:52])[0])

    def damaged(self) -> CannotRead:
        return CannotRead(say("workbook_damaged", detail="OLE"), self._name, what_to_do=say("do_export_again"))

    def _sector(self, number: int) -> bytes:
        self._stream.seek((number + 1) * self.sector_bytes)
        return self._stream.read(self.sector_bytes)

    def _read_fat(self, header: bytes) -> list[int]:
        places = [place for place in struct.unpack("<109I", header[76:512]) if place < _END_OF_CHAIN]
        following, seen = struct.unpack("<I", header[68:72])[0], 0
        per_sector = self.sector_bytes // 4
        while following < _END_OF_CHAIN and seen <= self.sectors:
            table = self._sector(following)
            if len(table) < self.sector_bytes:
                raise self.damaged()
            values = struct.unpack(f"<{per_sector}I", table)
            places += [place for place in values[:-1] if place < _END_OF_CHAIN]
            following, seen = values[-1], seen + 1
        if len(places) > self.sectors:
            raise self.damaged()
        fat: list[int] = []
        for place in places:
            table = self._sector(place)
            fat += struct.unpack(f"<{len(table) // 4}I", table[: len(table) // 4 * 4])
        return fat

    def chain(self, first: int):
        """The sectors of a chain, refusing one that runs in a circle."""
        seen = 0
        while first < _END_OF_CHAIN:
            if first >= len(self._fat) or seen > self.sectors:
                raise self.damaged()
            yield self._sector(first)
            first, seen = self._fat[first], seen + 1

    def _read_directory(self, first: int) -> dict[str, tuple[int, int]]:
        directory = b"".join(self.chain(first))
        entries = {}
        for at in range(0, len(directory) - 127, 128):
            length = struct.unpack("<H", directory[at + 64 : at + 66])[0]
            if 2 <= length <= 64:
                name = directory[at : at + length - 2].decode("utf-16-le", "replace")
                entries[name] = struct.unpack("<II", directory[at + 116 : at + 124])
        return entries

    def stream(self, first: int, size: int) -> bytes:
        """The bytes of one stream; those under 4,096 bytes lie in 64-byte pieces of the root's stream."""
        if size >= 4096:
            return b"".join(self.chain(first))[:size]
        small = b"".join(self.chain(self.entries["Root Entry"][0])) if "Root Entry" in self.entries else b""
        table = b"".join(self.chain(self._small_fat_start))
        pieces: list[bytes] = []
        while first < _END_OF_CHAIN and len(pieces) * 64 < size:
            pieces.append(small[first * 64 : first * 64 + 64])
            if first * 4 + 4 > len(table):
                raise self.damaged()
            (first,) = struct.unpack_from("<I", table, first * 4)
        return b"".join(pieces)[:size]


class OldWorkbookFacts:
    """What is known of an old workbook before it is opened."""

    def __init__(self) -> None:
        self.has_macros = False
        self.formulas = 0


def inspect_old_workbook(stream: BinaryIO, name: str, limits: Limits) -> OldWorkbookFacts:
    """Check an OLE container: a workbook, not locked, of a bearable size.

    Raises
    ------
    CannotRead
        A password, another kind of document, a sheet that spans too many cells, or damage.
    """
    container = _Container(stream, name)
    names = container.entries
    if "EncryptedPackage" in names or "EncryptionInfo" in names:
        raise CannotRead(say("password"), name, what_to_do=say("do_unlock"))
    book = names.get("Workbook") or names.get("Book")
    if book is None:
        raise CannotRead(
            say("not_a_table_file", what=say("what_word" if "WordDocument" in names else "what_other")),
            name,
            what_to_do=say("do_check_file"),
        )
    facts = OldWorkbookFacts()
    facts.has_macros = "_VBA_PROJECT_CUR" in names or "_VBA_PROJECT" in names
    _walk(container, book, facts, name, limits)
    return facts


def _walk(container: _Container, book: tuple[int, int], facts: OldWorkbookFacts, name: str, limits: Limits) -> None:
    """Walk the records of the workbook: find a password, and how far each sheet spans."""
    first, size = book
    data = container.stream(first, size)
    at = 0
    box = [1 << 30, -1, 1 << 30, -1]
    while at + 4 <= len(data):
        kind, length = struct.unpack_from("<HH", data, at)
        if kind == _FILE_PASS:
            raise CannotRead(say("password"), name, what_to_do=say("do_unlock"))
        if kind == _BEGIN_OF_PART:
            box = [1 << 30, -1, 1 << 30, -1]
        elif kind in _CELL_RECORDS and length >= 4:
            row, column = struct.unpack_from("<HH", data, at + 4)
            box = [min(box[0], row), max(box[1], row), min(box[2], column), max(box[3], column)]
            facts.formulas += kind == _FORMULA
            cells = (box[1] - box[0] + 1) * (box[3] - box[2] + 1)
            if cells > limits.sheet_cells:
                raise CannotRead(
                    say("sheet_too_big", part="XLS", cells=f"{cells:,}", limit=f"{limits.sheet_cells:,}"),
                    name,
                    what_to_do=say("do_save_csv"),
                )
        at += 4 + length
