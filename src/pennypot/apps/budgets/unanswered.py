"""What a file does not tell and only the officer knows. Some questions must be answered before rows are kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pennypot.apps.budgets.models import Upload
from pennypot.apps.budgets.words_of_reading import said


@dataclass(frozen=True)
class Asked:
    """One question as the page asks it.

    Attributes
    ----------
    name
        Of the form's field.
    options
        Value and words; none where a month is to be typed.
    must
        Whether nothing can be kept before it is answered.
    """

    name: str
    words: str
    options: tuple[tuple[str, str], ...]
    suggestion: str
    must: bool
    help: str = ""


def questions(upload: Upload) -> list[Asked]:
    """Return what has to be asked about a file that was read, the most important first."""
    understanding: dict[str, Any] = upload.understanding
    found = [_asked(question) for question in understanding.get("questions", [])]
    several = understanding.get("several", {})
    for meaning, chosen in (("agency", upload.authority), ("year", upload.year)):
        names = tuple((name, f"{name or '–'} ({count})") for name, count in several.get(meaning, []))
        if names and chosen not in [name for name, _ in names]:
            words = said({"code": f"ask_which_{meaning}", "params": {"agency": upload.agency.name}})
            found.append(Asked(f"which_{meaning}", words, names, "", must=True))
    return sorted(found, key=lambda asked: not asked.must)


def must_answer(upload: Upload) -> list[Asked]:
    """Return the questions without whose answers nothing can be kept."""
    return [asked for asked in questions(upload) if asked.must]


def _asked(question: dict[str, Any]) -> Asked:
    code = question["code"]
    options = tuple((value, words if isinstance(words, str) else said(words)) for value, words in question["options"])
    name = {"ask_column": f"column_{question['suggestion']}", "ask_no_date": f"date_{question['sheet']}"}.get(
        code, code
    )
    return Asked(
        name,
        said(question["asked"]),
        options,
        "" if code == "ask_column" else question["suggestion"],
        must=code in ("ask_column", "ask_no_date"),
    )
