"""Setting the papers of voting: the house's typesetter with this room's templates."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pennypot.house import typeset
from pennypot.house.typeset import MASK, PIECE, basics, plain, qr_svg

__all__ = ["MASK", "PIECE", "TEMPLATES", "basics", "pages", "pdf", "plain", "qr_svg"]

TEMPLATES = Path(__file__).resolve().parent / "typst"


def pdf(template: str, paper: Mapping[str, Any], pictures: Mapping[str, bytes] | None = None) -> bytes:
    """Set ``booklet``, ``ballot``, ``letters`` or ``sheet``; see the house's `pdf`."""
    return typeset.pdf(TEMPLATES, template, paper, pictures)


def pages(
    template: str, paper: Mapping[str, Any], pictures: Mapping[str, bytes] | None = None, *, ppi: float = 72
) -> list[bytes]:
    """Draw a paper's pages as PNG pictures."""
    return typeset.pages(TEMPLATES, template, paper, pictures, ppi=ppi)
