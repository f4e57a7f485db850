"""A poster of one proposal as a PDF, set by typst. What people wrote goes in as data, never as markup."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import segno
import typst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from pennypot.apps.rounds.models import Proposal
from pennypot.house.kept import Kept
from pennypot.house.money import pounds
from pennypot.house.texts import one_line
from pennypot.house.typeset import fonts

_TEMPLATE = Path(__file__).resolve().parent / "poster.typ"


def poster_pdf(proposal: Proposal, address: str) -> bytes:
    """Return a poster of A4 size: what it is, what it costs, and a square to point a telephone at.

    Parameters
    ----------
    address
        The proposal's page, with the site's address.
    """
    said = {
        "language": (get_language() or "en").split("-")[0],
        "place": one_line(proposal.round.place.name),
        "round": one_line(proposal.round.title),
        "label": one_line(proposal.round.label),
        "title": one_line(proposal.title),
        "short": one_line(proposal.plain_summary),
        "where": one_line(
            ", ".join(part for part in (proposal.place_said, getattr(proposal.area, "name", "")) if part)
        ),
        "cost": pounds(proposal.cost_pence),
        "cost_words": _("is what it asks for"),
        "number": _("Proposal %(number)d") % {"number": proposal.number or 0},
        "look": _("Read it, endorse it, say what you think"),
        "address": address,
    }
    written = json.dumps(said, ensure_ascii=False)
    return _kept.get(written, lambda: _set(written, address))


# Anybody may have a poster, and setting one takes longer than a page: one is set once for what stands on it.
_kept: Kept[bytes] = Kept(most=64)


def _set(written: str, address: str) -> bytes:
    files: dict[str, bytes] = {
        "main.typ": _template(),
        "said.json": written.encode(),
        "qr.svg": segno.make(address, error="m", micro=False).svg_inline(border=0).encode(),
    }
    return bytes(typst.compile(files, format="pdf", font_paths=fonts()))


@cache
def _template() -> bytes:
    return _TEMPLATE.read_bytes()
