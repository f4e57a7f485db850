"""What every paper of the kit has: size of sheet and type, language, and how it is set."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from pennypot.house import typeset
from pennypot.house.kept import Kept
from pennypot.house.typeset import plain
from pennypot.play import Pack

TEMPLATES = Path(__file__).resolve().parent / "typst"
# Millimetres of a sheet that stands upright.
SIZES = {"a4": (210, 297), "a3": (297, 420)}


@dataclass(frozen=True)
class Look:
    """How somebody wants it printed.

    Parameters
    ----------
    size
        ``a4`` or ``a3``.
    large
        Large print: bigger type, fewer cards on a sheet.
    language
        Of the words around the cards; the cards are in it if the pack is.
    """

    size: str = "a4"
    large: bool = False
    language: str = "en"

    @property
    def enlarged(self) -> float:
        """How much larger than A4 the sheet is."""
        return SIZES[self.size][0] / 210


def look_of(asked: Mapping[str, str], language: str) -> Look:
    """Read from an address how somebody wants it; what makes no sense is as usual."""
    size, wanted = asked.get("size", ""), asked.get("language", "")
    return Look(
        size if size in SIZES else "a4",
        asked.get("large") == "yes",
        wanted if wanted in dict(settings.LANGUAGES) else language,
    )


@dataclass(frozen=True)
class Made:
    """A paper ready to be set: the template and its data."""

    template: str
    data: Mapping[str, Any]

    @property
    def pdf(self) -> bytes:
        """The paper as a tagged PDF; set once, however often it is asked for."""
        key = hashlib.sha256(json.dumps([self.template, self.data], sort_keys=True).encode()).digest()
        return _kept.get(key, lambda: typeset.pdf(TEMPLATES, self.template, self.data))

    def pictures(self, ppi: float = 60) -> list[bytes]:
        """The paper's pages as PNG pictures."""
        return typeset.pages(TEMPLATES, self.template, self.data, ppi=ppi)


# A set of cards is some hundred kilobytes; a hall prints a dozen kinds in two or three languages.
_kept: Kept[bytes] = Kept(most=32)


@dataclass(frozen=True)
class Cover:
    """What a paper says it belongs to: a place, a pack by its title, the pack's fingerprint."""

    place: str
    title: str
    label: str = ""
    hash: str = ""


def basics(pack: Pack | Cover, kind: str, look: Look) -> dict[str, Any]:
    """Return what each template needs. Call it with the look's language switched on."""
    foot = " · ".join(part for part in (pack.title, kind, pack.hash[:12]) if part)
    data = typeset.basics(
        look.language,
        large=look.large,
        title=plain(f"{kind}: {pack.title}"),
        author=plain(pack.place),
        foot=plain(foot),
        page_words=_("page {page} of {pages}"),
    )
    width, height = SIZES[look.size]
    return data | {
        "size": look.size,
        "width": width,
        "height": height,
        "place": plain(f"{pack.place} · {pack.label}" if pack.label else pack.place),
        "pack": plain(f"{pack.title} {pack.hash[:6]}"),
    }


@dataclass(frozen=True)
class Part:
    """A part of a sheet: a heading, sentences, a table. Widths are ``auto`` or parts of what is left."""

    name: str = ""
    words: Sequence[str] = ()
    heads: Sequence[str] = ()
    rows: Iterable[Sequence[str]] = ()
    widths: Sequence[str | float] = ()
    tall: float = 4
    breakable: bool = True


CODE = "\x01"  # before a cell that is set as letters to type


def sheet(pack: Pack | Cover, heading: str, opening: Sequence[str], parts: Sequence[Part], look: Look) -> Made:
    """Return a sheet of words and tables. Call it with the look's language switched on."""

    def cell(words: str) -> str:
        return CODE + plain(words[1:]) if words.startswith(CODE) else plain(words)

    return Made(
        "sheet-of",
        basics(pack, heading, look)
        | {
            "heading": plain(heading),
            "opening": [plain(words) for words in opening],
            "parts": [
                {
                    "name": plain(part.name),
                    "words": [plain(words) for words in part.words],
                    "heads": [plain(head) for head in part.heads],
                    "rows": [[cell(words) for words in row] for row in part.rows],
                    "widths": list(part.widths or [1] * len(part.heads)),
                    "tall": part.tall * (1.5 if look.large else 1),
                    "breakable": part.breakable,
                }
                for part in parts
            ],
        },
    )
