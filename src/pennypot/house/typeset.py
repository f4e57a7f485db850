"""Turning a paper's data into a PDF (or pictures of its pages) with typst.

The data goes in as a JSON file beside the template; texts are never part of the template, so nothing that people
write can be read as markup, and typst sees no file of this machine but its own templates. A room keeps its templates in
a folder; `house.typ` (type, colours, the page's foot) is there for all of them.
"""

from __future__ import annotations

import base64
import json
import logging
import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import segno
import typst
from django.utils import translation

log = logging.getLogger(__name__)
_OURS = Path(__file__).resolve().parent / "papers"
FONTS = _OURS / "fonts"

# A word longer than any in a dictionary gets a place to break after every so many letters, or it runs off the paper.
LONGEST_WORD, PIECE = 30, 10
# Marks that turn or hide text: a title must not be able to rewrite the cost beside it.
_TURNING = re.compile("[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
# Trying all eight masks for the prettiest takes four times as long; every reader reads every mask.
MASK = 3
_NO_LETTER = "could not be displayed"
_LONG_WORD = re.compile(rf"\S{{{LONGEST_WORD + 1},}}")


def plain(text: str, *, lines: bool = False) -> str:
    """Make a text fit for paper: no control characters, no marks that turn text, long runs can be broken.

    Parameters
    ----------
    lines
        Whether line breaks are kept.
    """
    text = _TURNING.sub("", unicodedata.normalize("NFC", text))
    kept = "".join(
        " " if unicodedata.category(one) in ("Cc", "Cs", "Zl", "Zp") and not (lines and one == "\n") else one
        for one in text
    )
    kept = re.sub(r"[^\S\n]+", " ", kept).strip()
    return _LONG_WORD.sub(lambda found: "\u200b".join(_pieces(found[0])), kept)


def _pieces(word: str) -> list[str]:
    return [word[start : start + PIECE] for start in range(0, len(word), PIECE)]


def qr_svg(text: str) -> str:
    """Draw a QR code: error correction M, the quiet zone of four modules, black on white."""
    return str(
        segno.make(text, error="m", boost_error=False, mask=MASK).svg_inline(
            border=4, light="#fff", dark="#000", omitsize=True
        )
    )


def pdf(folder: Path, template: str, paper: Mapping[str, Any], pictures: Mapping[str, bytes] | None = None) -> bytes:
    """Set a paper. The PDF is tagged (PDF/UA-1), so that a screen reader reads it in order.

    Parameters
    ----------
    folder
        Where the room keeps its templates.
    template
        The name of one, without ``.typ``.
    paper
        The data that the template names.
    pictures
        Files named in the data.

    Raises
    ------
    typst.TypstError
        A mistake of ours in a template or its data, or a picture that cannot be read.
    """
    try:
        return bytes(_compile(folder, template, paper, pictures or {}, format="pdf", pdf_standards=["ua-1"]))
    except typst.TypstError as problem:
        if _NO_LETTER not in str(problem):
            raise
    # The standard asks that every letter can be drawn. The paper is needed all the same, with a box for that letter.
    log.warning("A paper was set without letters that no font on this machine has; install Noto fonts for them.")
    return bytes(_compile(folder, template, paper, pictures or {}, format="pdf"))


def pages(
    folder: Path,
    template: str,
    paper: Mapping[str, Any],
    pictures: Mapping[str, bytes] | None = None,
    *,
    ppi: float = 72,
) -> list[bytes]:
    """Draw a paper's pages as PNG pictures."""
    drawn = _compile(folder, template, paper, pictures or {}, format="png", ppi=ppi)
    return [bytes(one) for one in drawn] if isinstance(drawn, list) else [bytes(drawn)]


def _compile(
    folder: Path, template: str, paper: Mapping[str, Any], pictures: Mapping[str, bytes], **options: Any
) -> Any:
    return typst.compile(files_of(folder, template, paper, pictures), font_paths=fonts(), **options)


def files_of(
    folder: Path, template: str, paper: Mapping[str, Any], pictures: Mapping[str, bytes] | None = None
) -> dict[str, bytes]:
    """Return all that typst is given to set a paper, by the names of files; ``main.typ`` is where it begins."""
    files = {f"{name}.typ": body for name, body in {**_templates(_OURS), **_templates(folder)}.items()}
    files["paper.json"] = json.dumps(paper, ensure_ascii=False).encode()
    # A picture goes in wrapped as a drawing, because files given in memory have to be text.
    files |= {f"pictures/{name}.svg": _wrapped(body) for name, body in (pictures or {}).items()}
    files["main.typ"] = f'#include "{template}.typ"'.encode()
    return files


def _wrapped(picture: bytes) -> bytes:
    """Put a PNG, JPEG or WebP in a drawing of eleven by eight, cut to fill it."""
    kind = "png" if picture.startswith(b"\x89PNG") else "webp" if picture.startswith(b"RIFF") else "jpeg"
    inside = base64.b64encode(picture).decode()
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 440 320" width="440" height="320"><image width="440" '
        f'height="320" preserveAspectRatio="xMidYMid slice" href="data:image/{kind};base64,{inside}"/></svg>'
    ).encode()


@cache
def _templates(folder: Path) -> dict[str, bytes]:
    return {path.stem: path.read_bytes() for path in sorted(folder.glob("*.typ"))}


@cache
def fonts() -> Any:
    """Our own type first; the system's fonts help with scripts that ours has not."""
    return typst.Fonts(font_paths=[str(FONTS)])


def basics(language: str, *, large: bool, title: str, author: str, foot: str, page_words: str) -> dict[str, Any]:
    """Return what every template needs."""
    return {
        "language": language.split("-")[0],
        "right-to-left": bool(translation.get_language_info(language)["bidi"]),
        "large": large,
        "title": title,
        "author": author,
        "keywords": ["Pennypot"],
        "foot": foot,
        "page-words": page_words,
    }
