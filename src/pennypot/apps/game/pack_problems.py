"""Reading a pack from a file: everything that is wrong with it, each with its row and field, in plain words."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from pennypot.apps.game.templatetags.game import said
from pennypot.play import BadPack, read_pack
from pennypot.play.pack import CARDS, shape_problems

MOST_BYTES = 2_000_000
SHOWN = 40


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: the row (``lines 3 (libraries)``), the field, and what was expected."""

    row: str
    field: str
    words: str


@dataclass(frozen=True)
class FromFile:
    """What a file holds: a pack, or what is wrong with it."""

    given: dict[str, Any] | None
    problems: list[Problem]


def read_file(content: bytes) -> FromFile:
    """Read a pack's file. With anything wrong nothing of it is kept."""
    if len(content) > MOST_BYTES:
        return _bad(_("The file is larger than two megabytes. No pack is."))
    try:
        given = json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return _bad(_("The file is not text in UTF-8. Save it as JSON in UTF-8 and send it again."))
    except json.JSONDecodeError as problem:
        row = _("row %(row)s of the file") % {"row": problem.lineno}
        words = _("This is no JSON. Something is wrong here, or just before it: a comma, a quotation mark, a bracket.")
        return FromFile(None, [Problem(row, _("sign %(column)s") % {"column": problem.colno}, words)])
    except (ValueError, RecursionError):
        return _bad(_("The file is nested so deeply that it cannot be a pack."))
    found = [_said(given, where, rule, value) for where, rule, value in _first(shape_problems(given))]
    if found:
        return FromFile(None, found)
    try:
        read_pack(content.decode("utf-8-sig"))
    except BadPack as problem:
        return _bad(said(problem.sentence))
    return FromFile(given, [])


def _bad(words: str) -> FromFile:
    return FromFile(None, [Problem(_("the whole file"), "", words)])


def _first(problems: Iterable[Any]) -> list[Any]:
    found: list[Any] = []
    for problem in problems:
        if len(found) == SHOWN:
            break
        found.append(problem)
    return found


def _said(given: Any, where: Sequence[str | int], rule: str, value: Any) -> Problem:
    row, field = _("the whole file"), "/".join(str(part) for part in where)
    if len(where) >= 2 and where[0] in CARDS and isinstance(where[1], int):
        card = given[where[0]][where[1]]
        name = card.get("id") if isinstance(card, dict) else None
        row = f"{where[0]} {where[1] + 1}" + (f" ({str(name)[:60]})" if name else "")
        field = "/".join(str(part) for part in where[2:])
    elif where:
        row = str(where[0])
        field = "/".join(str(part) for part in where[1:])
    return Problem(row, field[:120], _expected(rule, value))


def _expected(rule: str, value: Any) -> str:
    short = str(value)[:200]
    words = {
        "required": _("Something is missing here: %(expected)s."),
        "additionalProperties": _("There is a field here that no pack has: %(expected)s."),
        "type": _("Here should be something else: %(expected)s."),
        "enum": _("Here should be one of these: %(expected)s."),
        "const": _("Here should be: %(expected)s."),
        "minimum": _("This number is too small; the least is %(expected)s."),
        "maximum": _("This number is too large; the most is %(expected)s."),
        "minLength": _("This is empty, and must not be."),
        "maxLength": _("This is too long; there is room for %(expected)s letters."),
        "minItems": _("There are too few; the least is %(expected)s."),
        "maxItems": _("There are too many; the most is %(expected)s."),
        "pattern": _("Only small letters, figures and hyphens between them: “lunch-club”."),
    }.get(rule, _("This is not as it should be: %(expected)s."))
    return words % {"expected": short} if "%(" in words else words
