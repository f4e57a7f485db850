"""The lines of a ballot, made once for all voters; only what a voter chose is put into them anew."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping

from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from pennypot.apps.rounds.models import BallotItem
from pennypot.apps.voting.queries.ballots import Ballot
from pennypot.house.kept import Kept

# A ballot of 220 projects is about 150 kB; each view and language is a piece, so 10 MB at most.
_kept: Kept[dict[int, list[str]]] = Kept(most=64)
# Random, so that nobody can type them into a title.
_MARK, _BETWEEN = SafeString(secrets.token_hex(16)), SafeString(secrets.token_hex(16))


def lines_of(
    ballot: Ballot, shown: Collection[BallotItem], view: str, chosen: Mapping[int, str], wrong: Collection[int | None]
) -> SafeString:
    """Return the lines that are shown, with what was chosen.

    Parameters
    ----------
    chosen
        What was ticked or typed, by number.
    wrong
        Numbers of the projects that something is wrong with.
    """
    kind = ballot.form.kind
    key = (kind, view, get_language(), *map(_as_made, ballot.lines))
    made = _kept.get(key, lambda: _make(ballot, kind, view))
    return SafeString(
        "".join(
            _filled(made[line.number], kind, chosen.get(line.number, ""), is_wrong=line.number in wrong)
            for line in shown
        )
    )


def _as_made(line: BallotItem) -> tuple[object, ...]:
    """Return all that a line is made of."""
    return (
        line.number,
        line.title,
        line.summary,
        line.cost_pence,
        line.area_name,
        line.category_name,
        line.withdrawn_reason,
    )


def _make(ballot: Ballot, kind: str, view: str) -> dict[int, list[str]]:
    """Draw every line, cut where a voter's own part goes."""
    about = {"lines": ballot.lines, "kind": kind, "view": view, "mark": _MARK, "between": _BETWEEN}
    drawn = render_to_string("voting/_lines.html", about).split(_BETWEEN)
    return {line.number: part.split(_MARK) for line, part in zip(ballot.lines, drawn, strict=False)}


def _filled(parts: list[str], kind: str, value: str, *, is_wrong: bool) -> str:
    start, *rest = parts
    said = ' class="wrong"' if is_wrong else ""
    if len(rest) == 1:  # taken off the ballot: there is nothing to choose
        return f"{start}{said}{rest[0]}"
    if kind in ("rank", "points"):
        state: str = format_html(' value="{}"', value)
    else:
        state = " checked" if value else ""
    return f"{start}{said}{rest[0]}{state}{rest[1]}"
