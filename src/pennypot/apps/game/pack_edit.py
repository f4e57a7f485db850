"""Changing one card of a pack's file. Translations of words that changed go, because they no longer say the same."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

from pennypot.play.pack import canonical


def with_card(given: Mapping[str, Any], cards: str, name: str, card: Mapping[str, Any]) -> dict[str, Any]:
    """Return the pack with a card put in place of the one of that id, or at the end if there is none."""
    made = _copy(given)
    there = [one["id"] for one in made[cards]]
    if name in there:
        number = there.index(name)
        made[cards][number] = {"id": name, **card}
        _keep_translations(made, lambda way: way if _word(given, way) == _word(made, way) else None)
    else:
        made[cards].append({"id": name, **card})
    return made


def without_card(given: Mapping[str, Any], cards: str, name: str) -> dict[str, Any]:
    """Return the pack without a card; the translations of those after it move up with them."""
    made = _copy(given)
    number = [one["id"] for one in made[cards]].index(name)
    del made[cards][number]

    def moved(way: list[str]) -> list[str] | None:
        if way[0] != cards or int(way[1]) < number:
            return way
        return None if int(way[1]) == number else [cards, str(int(way[1]) - 1), *way[2:]]

    _keep_translations(made, moved)
    return made


def with_facts(given: Mapping[str, Any], facts: Mapping[str, Any], policy: Mapping[str, Any]) -> dict[str, Any]:
    """Return the pack with what it says of itself and its money."""
    made = _copy(given) | dict(facts)
    made["policy"] = dict(policy)
    _keep_translations(made, lambda way: way if _word(given, way) == _word(made, way) else None)
    return made


def card_in(given: Mapping[str, Any], cards: str, name: str) -> dict[str, Any] | None:
    """Return a card of the pack, or None."""
    return next((card for card in given[cards] if card["id"] == name), None)


def stamp(card: Mapping[str, Any] | None) -> str:
    """Return a text that changes when a card does, so that two authors do not write over one another unseen."""
    return hashlib.sha256(canonical(card)).hexdigest()[:16]


def _copy(given: Mapping[str, Any]) -> dict[str, Any]:
    copied: dict[str, Any] = json.loads(json.dumps(given))
    return copied


def _word(given: Mapping[str, Any], way: list[str]) -> Any:
    found: Any = given
    try:
        for part in way:
            found = found[int(part)] if isinstance(found, list) else found[part]
    except (KeyError, IndexError, ValueError, TypeError):
        return None
    return found


def _keep_translations(given: dict[str, Any], kept: Callable[[list[str]], list[str] | None]) -> None:
    translations = given.get("translations", {})
    for language, texts in translations.items():
        ways = ((kept(address.split("/")), text) for address, text in texts.items())
        translations[language] = {"/".join(way): text for way, text in ways if way is not None}
