"""What a version of a proposal holds, and how two versions differ. Pure but for reading one proposal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from django.utils.translation import gettext as _

from pennypot.apps.rounds.models import CostLine, Need, Proposal
from pennypot.house.money import pounds

# Above so many words a comparison word by word takes too long; then it is sentence by sentence.
MOST_WORDS = 2_000

Content = dict[str, Any]


def content_of(proposal: Proposal) -> Content:
    """Return everything that everybody reads of a proposal, as JSON. Three SQL queries, and one each for its names."""
    return {
        "title": proposal.title,
        "plain_summary": proposal.plain_summary,
        "what": proposal.what,
        "why": proposal.why,
        "for_whom": proposal.for_whom,
        "area": proposal.area.name if proposal.area else "",
        "place_said": proposal.place_said,
        "point": [proposal.latitude, proposal.longitude] if proposal.has_point else None,
        "category": proposal.category.name if proposal.category else "",
        "costs": [{"what": one.what, "kind": one.kind, "pence": one.pence} for one in proposal.cost_lines.all()],
        "needs": [
            {"kind": one.kind, "what": one.what, "quantity": one.quantity, "when": one.when_said}
            for one in proposal.needs.all()
        ],
        "pictures": [one.alt for one in proposal.pictures.all()],
    }


@dataclass(frozen=True)
class Piece:
    """A stretch of text that stayed, was taken out or was put in: ``same``, ``out`` or ``in``."""

    kind: str
    text: str


@dataclass(frozen=True)
class Difference:
    """One part of a proposal that changed, with its name and its pieces in order."""

    name: str
    pieces: tuple[Piece, ...]


def differences(old: Content, new: Content) -> list[Difference]:
    """Return what changed between two versions, part by part; parts that stayed are left out."""
    found = []
    for name, before, after in _parts(old, new):
        if before != after:
            found.append(Difference(name, tuple(_pieces(before, after))))
    return found


def _parts(old: Content, new: Content) -> Iterator[tuple[str, str, str]]:
    for key, name in _names().items():
        yield name, _said(key, old.get(key)), _said(key, new.get(key))


def _names() -> dict[str, str]:
    return {
        "title": _("Title"),
        "plain_summary": _("In short"),
        "what": _("What"),
        "why": _("Why"),
        "for_whom": _("For whom"),
        "area": _("Area"),
        "place_said": _("Where exactly"),
        "point": _("Point on the map"),
        "category": _("Kind of project"),
        "costs": _("What it costs"),
        "needs": _("What it needs besides money"),
        "pictures": _("Pictures"),
    }


def _said(key: str, value: Any) -> str:
    """Say one part as text, a line an entry."""
    if not value:
        return ""
    if key == "costs":
        kinds = dict(CostLine.CostKind.choices)
        return "\n".join(
            f"{one['what']}: {pounds(one['pence'])} ({kinds.get(one['kind'], one['kind'])})" for one in value
        )
    if key == "needs":
        kinds = dict(Need.NeedKind.choices)
        return "\n".join(
            ", ".join(
                part for part in (str(kinds.get(one["kind"], "")), one["what"], one["quantity"], one["when"]) if part
            )
            for one in value
        )
    if key == "point":
        return ", ".join(f"{degrees:.4f}" for degrees in value)
    return "\n".join(value) if isinstance(value, list) else str(value)


def _pieces(before: str, after: str) -> Iterator[Piece]:
    """Compare two texts word by word, or sentence by sentence where they are long."""
    pattern = r"\S+\s*|\s+"
    if len(before.split()) + len(after.split()) > MOST_WORDS:
        pattern = r"[^.!?\n]*[.!?\n]+\s*|[^.!?\n]+"
    old, new = re.findall(pattern, before), re.findall(pattern, after)
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            yield Piece("same", "".join(old[a:b]))
            continue
        if b > a:
            yield Piece("out", "".join(old[a:b]))
        if d > c:
            yield Piece("in", "".join(new[c:d]))
