"""Logos: only a PNG's pixels come through."""

from __future__ import annotations

import contextlib
import struct
import zlib

import pytest

from pennypot.apps.places import png

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def header(width=2, height=2, depth=8, colour=6, interlaced=0):
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlaced))


LINES = b"".join(b"\0" + bytes(range(8)) for _ in range(2))


def picture(*extra, head=None, lines=LINES, after=b""):
    parts = [header() if head is None else head, *extra, chunk(b"IDAT", zlib.compress(lines)), chunk(b"IEND", b"")]
    return SIGNATURE + b"".join(parts) + after


def kinds(data):
    at, found = 8, []
    while at < len(data):
        (length,) = struct.unpack_from(">I", data, at)
        found.append(data[at + 4 : at + 8])
        at += 12 + length
    return found


def test_s42_everything_but_the_pixels_is_gone():
    secret = b"GPS 52.48,-1.89"
    data = picture(
        chunk(b"eXIf", secret), chunk(b"tEXt", b"Comment\0" + secret), chunk(b"iCCP", b"x\0\0" + secret), after=secret
    )
    clean = png.remake(data)
    assert secret not in clean
    assert kinds(clean) == [b"IHDR", b"IDAT", b"IEND"]
    assert zlib.decompress(clean[clean.index(b"IDAT") + 4 : -16]) == LINES
    assert png.remake(clean) == clean


def test_s42_what_hides_behind_the_packed_pixels_is_gone():
    body = zlib.compress(LINES) + b"hidden away"
    data = SIGNATURE + header() + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    assert b"hidden" not in png.remake(data)


def test_a_palette_with_transparency_is_kept():
    lines = b"\0\x01\0\0"
    data = picture(chunk(b"PLTE", bytes(6)), chunk(b"tRNS", b"\x80"), head=header(1, 2, 8, 3), lines=lines)
    assert kinds(png.remake(data)) == [b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"]


def test_interlaced_pictures_are_understood():
    # 3 x 3 grey in Adam7: passes of 1 x 1, 1 x 1 (the fourth), 2 x 1, 1 x 2 and 3 x 1 pixels.
    lines = bytes(2) + bytes(2) + bytes(3) + bytes(2 * 2) + bytes(4)
    data = picture(head=header(3, 3, 8, 0, 1), lines=lines)
    assert png.remake(data).startswith(SIGNATURE)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xd8\xff\xe0JFIF",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"GIF89a",
        b"<html><script>alert(1)</script>",
        b"RIFF\0\0\0\0WEBP",
    ],
)
def test_s42_other_kinds_of_file_are_refused_whatever_their_name(data):
    with pytest.raises(png.NotUsable, match="not a PNG"):
        png.remake(data)


@pytest.mark.parametrize(
    "data",
    [
        SIGNATURE,
        SIGNATURE + header(),
        picture()[:-20],
        picture().replace(b"IDAT", b"IDAX"),
        picture(head=b""),
        picture(lines=LINES[:-1]),
        picture(lines=LINES + b"\0"),
        picture(lines=b"\x09" + LINES[1:]),
        picture(head=header(depth=3)),
        picture(head=header(colour=5)),
        picture(head=header(interlaced=2)),
        picture(head=header(colour=3)),
        picture(header()),
        picture(chunk(b"EVIL", b"")),
        SIGNATURE + chunk(b"IDAT", b"x") + chunk(b"IEND", b""),
    ],
)
def test_damaged_pictures_are_refused(data):
    with pytest.raises(png.NotUsable, match="damaged"):
        png.remake(data)


def test_s43_a_small_file_that_unpacks_to_a_huge_one_is_refused():
    bomb = picture(lines=bytes(200_000_000))
    assert len(bomb) < png.MAX_BYTES
    with pytest.raises(png.NotUsable, match="damaged"):
        png.remake(bomb)
    with pytest.raises(png.NotUsable, match="2000 by 2000"):
        png.remake(picture(head=header(100_000, 100_000)))
    with pytest.raises(png.NotUsable, match="at most 512 kilobytes"):
        png.remake(SIGNATURE + bytes(png.MAX_BYTES))


def test_every_shortened_or_changed_file_is_refused_or_remade_but_never_breaks():
    whole = picture(chunk(b"tEXt", b"x"))
    for at in range(len(whole)):
        for data in (whole[:at], whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :]):
            with contextlib.suppress(png.NotUsable):
                assert png.remake(data).startswith(SIGNATURE)
