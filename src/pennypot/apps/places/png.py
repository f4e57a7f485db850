"""Remaking a PNG picture (ISO/IEC 15948): only its size, palette and pixels come through.

Text, EXIF with its place and time, colour profiles and whatever hides after the picture are gone, because the file is
written anew from the unpacked lines of pixels.
"""

from __future__ import annotations

import struct
import zlib

from django.utils.translation import gettext as _

MAX_BYTES = 512 * 1024
MAX_SIDE = 2_000

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
# Colour type: how many numbers a pixel has, and which bit depths are allowed.
_SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_DEPTHS = {0: {1, 2, 4, 8, 16}, 2: {8, 16}, 3: {1, 2, 4, 8}, 4: {8, 16}, 6: {8, 16}}
# Adam7: first column and line of each pass, and its steps.
_PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))


class NotUsable(Exception):
    """The picture cannot be used; the message says why and what to do."""


def too_big() -> str:
    """Say that the file is larger than `MAX_BYTES`."""
    return _("This picture is too big. Take one of at most %(most)s kilobytes.") % {"most": MAX_BYTES // 1024}


def remake(data: bytes) -> bytes:
    """Write the picture anew.

    Parameters
    ----------
    data
        Bytes of a PNG, at most `MAX_BYTES`, at most `MAX_SIDE` pixels a side.

    Raises
    ------
    NotUsable
        It is no PNG, is too big, or is damaged.
    """
    if len(data) > MAX_BYTES:
        raise NotUsable(too_big())
    if not data.startswith(_SIGNATURE):
        raise NotUsable(_("This is not a PNG picture. Open it in a picture program and save it as PNG."))
    try:
        header, palette, transparent, packed = _read(data)
        lines = _unpack(packed, _bytes_of_lines(header))
    except (struct.error, zlib.error, ValueError):
        raise NotUsable(_("This PNG picture is damaged. Save it again as PNG.")) from None
    _check_filters(lines, header)
    parts = [
        ("IHDR", header),
        ("PLTE", palette),
        ("tRNS", transparent),
        ("IDAT", zlib.compress(lines, 9)),
        ("IEND", b""),
    ]
    return _SIGNATURE + b"".join(_chunk(kind, body) for kind, body in parts if body or kind == "IEND")  # fmt: skip


def _read(data: bytes) -> tuple[bytes, bytes, bytes, bytes]:
    """Return header, palette, transparency and packed pixels; every checksum must fit."""
    found: dict[bytes, bytes] = {}
    pixels = []
    at = len(_SIGNATURE)
    while True:
        (length,) = struct.unpack_from(">I", data, at)
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        (checksum,) = struct.unpack_from(">I", data, at + 8 + length)
        if zlib.crc32(kind + body) != checksum:
            raise ValueError("checksum")
        at += 12 + length
        if kind == b"IEND":
            break
        if kind == b"IDAT":
            pixels.append(body)
        elif kind in found or (kind == b"IHDR") != (not found):
            raise ValueError("order of parts")
        elif kind in (b"IHDR", b"PLTE", b"tRNS"):
            found[kind] = body
        elif not kind[0] & 0x20:
            raise ValueError("a critical part that no PNG has")
    header, palette, transparent = found.get(b"IHDR", b""), found.get(b"PLTE", b""), found.get(b"tRNS", b"")
    colour = _check_header(header)
    if (colour == 3) != bool(palette) and colour not in (2, 6):
        raise ValueError("palette")
    if len(palette) % 3 or len(palette) > 768 or len(transparent) > 256:
        raise ValueError("palette")
    return header, palette if colour == 3 else b"", transparent if colour in (0, 2, 3) else b"", b"".join(pixels)


def _check_header(header: bytes) -> int:
    width, height, depth, colour, packing, filtering, interlaced = struct.unpack(">IIBBBBB", header)
    if not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE):
        raise NotUsable(
            _("This picture is too big. Take one of at most %(most)s by %(most)s pixels.") % {"most": MAX_SIDE}
        )
    if depth not in _DEPTHS.get(colour, ()) or packing or filtering or interlaced > 1:
        raise ValueError("header")
    return colour


def _lines(header: bytes) -> list[tuple[int, int]]:
    """Return (how many lines, bytes a line) of each pass; a line starts with the byte of its filter."""
    width, height, depth, colour, _packing, _filtering, interlaced = struct.unpack(">IIBBBBB", header)
    passes = _PASSES if interlaced else ((0, 0, 1, 1),)
    result = []
    for x, y, across, down in passes:
        columns, rows = -(-(width - x) // across), -(-(height - y) // down)
        if columns > 0 and rows > 0:
            result.append((rows, 1 + (columns * depth * _SAMPLES[colour] + 7) // 8))
    return result


def _bytes_of_lines(header: bytes) -> int:
    return sum(rows * length for rows, length in _lines(header))


def _unpack(packed: bytes, expected: int) -> bytes:
    """Unpack exactly so many bytes, never more: a small file must not fill the memory."""
    unpacker = zlib.decompressobj()
    lines = unpacker.decompress(packed, expected + 1)
    if len(lines) != expected:
        raise ValueError("number of pixels")
    return lines


def _check_filters(lines: bytes, header: bytes) -> None:
    at = 0
    for rows, length in _lines(header):
        if any(lines[at + row * length] > 4 for row in range(rows)):
            raise NotUsable(_("This PNG picture is damaged. Save it again as PNG."))
        at += rows * length


def _chunk(kind: str, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind.encode() + body + struct.pack(">I", zlib.crc32(kind.encode() + body))
