"""Which function of government a service is: suggestions for an officer to confirm, never decisions."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from .words import Said, say

_NOT_WORDS = re.compile(r"[^a-z0-9&']+")
_LONGEST_NAME = 300


@dataclass(frozen=True)
class Suggestion:
    """A COFOG code with its plain label, why it is suggested, and a confidence between 0 and 1."""

    code: str
    label: str
    why: Said
    confidence: float


@lru_cache(maxsize=1)
def _codes() -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    text = files(__package__).joinpath("data", "cofog.json").read_text(encoding="utf-8")
    return tuple((one["code"], one["label"], tuple(one["keywords"])) for one in json.loads(text)["codes"])


def cofog_label(code: str) -> str:
    """The plain label of a code, or of the division it is part of; empty for no code of COFOG."""
    labels = {known: label for known, label, _ in _codes()}
    return labels.get(code) or labels.get(code[:4]) or labels.get(code[:2], "")


def suggest_cofog(name: str, most: int = 3) -> list[Suggestion]:
    """Suggest COFOG codes for the name of a service.

    The longest keyword found in the name counts most, so "housing benefit" is help with rent and not housing.

    Parameters
    ----------
    name : str
        As the budget writes it.
    most : int
        How many suggestions at most.

    Returns
    -------
    list of Suggestion
        The likeliest first; empty where nothing in the name tells.
    """
    words = f" {' '.join(_NOT_WORDS.split(name[:_LONGEST_NAME].lower().replace('’', chr(39)))).strip()} "
    found: list[tuple[int, int, Suggestion]] = []
    for code, label, keywords in _codes():
        hits = [keyword for keyword in keywords if f" {' '.join(_NOT_WORDS.split(keyword))} " in words]
        if not hits:
            continue
        best = max(hits, key=len)
        share = len(best) / max(len(words.strip()), 1)
        # Earlier words name the service; later ones mostly say more about it.
        early = 1 - words.find(f" {best} ") / len(words) if f" {best} " in words else 0
        score = len(best) + 4 * early + 2 * (len(hits) - 1)
        confidence = round(min(0.95, 0.4 + share / 2), 2)
        found.append(
            (-int(score * 10), len(code), Suggestion(code, label, say("cofog_keyword", keyword=best), confidence))
        )
    return [suggestion for *_, suggestion in sorted(found, key=lambda item: item[:2])[:most]]
