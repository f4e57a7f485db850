"""What people write and show: nothing in it runs, and a picture carries nothing but its pixels."""

from __future__ import annotations

import io
import struct
import time
import zlib
from html.parser import HTMLParser

import pytest
from PIL import Image

from pennypot.house import pictures, texts

EVIL = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "<javascript:alert(1)>",
    "![x](https://evil.example/p.png)",
    '[x](https://a.example/"onmouseover=alert(1))',
    "<svg onload=alert(1)>",
    "<a href='vbscript:x'>x</a>",
    "&lt;script&gt;",
    "[x](https://a.example 'onclick=alert(1)')",
]


def test_s37_the_list_of_what_is_allowed_stays_short():
    assert {"p", "br", "em", "strong", "ul", "ol", "li", "blockquote", "a"} == texts.TAGS
    assert {"a": {"href"}, "ol": {"start"}, "*": set()} == texts.ATTRIBUTES
    assert {"http", "https", "mailto"} == texts.SCHEMES


@pytest.mark.parametrize("evil", EVIL)
def test_s36_nothing_that_runs_comes_out_of_a_text(evil):
    page = f"<html><body>{texts.rendered(evil)}</body></html>"
    found = _Tags()
    found.feed(page)
    assert found.tags <= {"html", "body"} | texts.TAGS
    assert found.attributes <= {"href", "rel", "dir", "start"}
    assert all(address.startswith(("http://", "https://", "mailto:")) for address in found.addresses)


class _Tags(HTMLParser):
    """Collects what a browser would find in a page."""

    def __init__(self):
        super().__init__()
        self.tags, self.attributes, self.addresses = set(), set(), []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _value in attrs}
        self.addresses += [value for name, value in attrs if name == "href"]


def test_a_little_markdown_comes_out_as_it_was_meant():
    html = texts.rendered("**Bold**, *leaning*\n\n- one\n- two\n\n[a link](https://example.org/)")
    assert "<strong>Bold</strong>" in html and "<li>one</li>" in html
    assert 'href="https://example.org/"' in html and 'rel="nofollow ugc noopener noreferrer"' in html
    assert '<p dir="auto">' in html
    assert texts.rendered("# no heading\n\n`no code`").count("<") == 4


def test_s39_a_line_is_one_line():
    assert texts.one_line("A\r\nBcc: x@example.org\x00\u202e") == "A Bcc: x@example.org"


def sent(format="JPEG", size=(300, 200), **options) -> io.BytesIO:
    held = io.BytesIO()
    Image.new("RGB", size, "red").save(held, format, **options)
    held.seek(0)
    return held


def test_s42_where_a_picture_was_taken_is_gone():
    exif = Image.Exif()
    exif[0x010E] = "my street"
    exif.get_ifd(0x8825)[1] = "N"
    held = sent(exif=exif.tobytes(), comment=b"my name")
    assert b"my street" in held.getvalue() and b"my name" in held.getvalue()
    drawn = pictures.draw_again(held)
    for jpeg in (drawn.large, drawn.small):
        assert b"my street" not in jpeg and b"my name" not in jpeg and b"Exif" not in jpeg
        assert not Image.open(io.BytesIO(jpeg)).getexif()


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "GIF"])
def test_s42_each_kind_of_picture_becomes_a_plain_jpeg_of_a_bounded_size(format):
    drawn = pictures.draw_again(sent(format, (4000, 1000)))
    assert (drawn.width, drawn.height) == (1600, 400)
    assert Image.open(io.BytesIO(drawn.small)).size == (480, 120)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"%PDF-1.7",
        b"GIF89a<script>alert(1)</script>",
        b"\xff\xd8\xff\xe0" + b"\x00" * 500,
        b"PK\x03\x04" + b"\x00" * 100,
    ],
)
def test_s42_what_is_no_picture_by_its_content_is_refused(data):
    with pytest.raises(pictures.NotUsable):
        pictures.draw_again(io.BytesIO(data))


def test_s42_a_picture_that_says_it_is_huge_is_refused_before_it_is_unpacked():
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    bomb = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )
    with pytest.raises(pictures.NotUsable):
        pictures.draw_again(io.BytesIO(bomb))
    with pytest.raises(pictures.NotUsable, match="larger than"):
        pictures.draw_again(io.BytesIO(b"\xff" * (pictures.MAX_BYTES + 1)))


@pytest.mark.parametrize("text", ["a" + "\n" * 20_000 + "b", "\n \t" * 7_000 + "b", "(http://" * 2_500])
def test_s47_no_text_takes_long_to_be_shortened(text):
    before = time.process_time()
    assert len(texts.excerpt(text)) <= 161
    assert time.process_time() - before < 1
