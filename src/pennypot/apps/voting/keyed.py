"""What a clerk types for one paper ballot: the numbers on it, in one line, as fast as fingers go.

=========  ====================  =========================================
form       typed                 means
=========  ====================  =========================================
approve    12 4 33               these projects are marked
knapsack   12 4 33               these projects are marked
rank       12 4 33               12 first, 4 second, 33 third
points     12=3 4=1              three points for 12, one for 4
=========  ====================  =========================================

Spaces, commas, semicolons and full stops all stand between numbers; ``=``, ``:``, ``x`` and ``*`` stand before points.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from pennypot.apps.voting.choices import POINTS, RANK, BallotForm, Choices, Problem, check

MOST_SIGNS = 4_000
_BETWEEN = re.compile(r"[\s,;.]+")
_POINTS = re.compile(r"([0-9]{1,9})[=:x*]([0-9]{1,9})", re.ASCII | re.IGNORECASE)
_AROUND_SIGN = re.compile(r"\s*([=:x*])\s*", re.IGNORECASE)


def read(form: BallotForm, typed: str, ticked: Sequence[str] = ()) -> Choices | list[Problem]:
    """Read what was typed, and what was ticked beside it, and check it against the ballot form.

    A project that was withdrawn after printing is passed over: the rest of the ballot counts.
    """
    if len(typed) > MOST_SIGNS:
        return [Problem("too_long")]
    if form.kind == POINTS:
        return _points(form, _AROUND_SIGN.sub(r"\1", typed))
    parts: list[Any] = [one for one in _BETWEEN.split(typed) if one]
    if form.kind != RANK:
        # The same project typed and ticked is marked once; typed twice is a slip, which `check` names.
        known = {part.lstrip("0") for part in parts}
        parts += [one for one in dict.fromkeys(ticked) if one.lstrip("0") not in known]
    return check(form, [one for one in parts if not _is_withdrawn(form, one)])


def _points(form: BallotForm, typed: str) -> Choices | list[Problem]:
    pairs = []
    for part in (one for one in _BETWEEN.split(typed) if one):
        found = _POINTS.fullmatch(part)
        if found is None:
            return [Problem("shape")]
        if not _is_withdrawn(form, found[1]):
            pairs.append([found[1], found[2]])
    return check(form, pairs)


def _is_withdrawn(form: BallotForm, part: str) -> bool:
    item = form.items.get(int(part)) if part.isascii() and part.isdigit() and len(part) < 10 else None
    return item is not None and item.withdrawn
