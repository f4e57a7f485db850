"""Three letters on every card, for scribes who type what lies on a paper table.

The letters are thirteen that are not taken for one another in capitals, and hold no vowel. The third is a check: any
one wrong letter, and any two that changed places, make a code that no card has, so a slip of the pen is never another
card. Of the 2,197 triples 169 are codes, chosen so that no initials that people would giggle or wince at are among
them (a test holds the list). A card keeps its code in every language, and in later versions of its pack almost always:
it comes from the card's kind and id.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from .words import Illegal

if TYPE_CHECKING:
    from .pack import Pack

LETTERS = "BCDHJMPQTVWXZ"
_BASE = len(LETTERS)  # a prime, so that the weights below have inverses
MOST_CARDS = _BASE * _BASE
_REST = 10  # what the weighted sum leaves over in every code

Card = tuple[str, str]  # kind (need, line, pool, idea, asset, event, role, persona) and id


def code_of(pack: Pack, kind: str, card: str) -> str:
    """Return the three letters of a card."""
    return pack.codes[kind, card]


def card_of(pack: Pack, typed: str, *kinds: str) -> Card:
    """Return kind and id of the card whose code somebody typed, however they spaced it.

    Parameters
    ----------
    kinds
        Kinds of cards that make sense here; any, if none is named.

    Raises
    ------
    Illegal
        No card has this code, or it is a card of another kind.
    """
    code = "".join(typed.split()).replace("-", "").upper()
    found = pack.by_code.get(code)
    if found is None:
        if len(code) == 3 and is_code(code):
            raise Illegal("No card of this pack has the letters “{code}”. Is the sheet of another pack?", code=code)
        raise Illegal("No card has the letters “{code}”. Please look at the card again.", code=code[:20])
    if kinds and found[0] not in kinds:
        raise Illegal("“{code}” is another kind of card than the one asked for here.", code=code)
    return found


def is_code(code: str) -> bool:
    """Say whether three letters could be a code of some pack: its check letter fits."""
    try:
        first, second, third = (LETTERS.index(letter) for letter in code)
    except ValueError:
        return False
    return (first + 2 * second + 3 * third) % _BASE == _REST


def give_codes(cards: Iterable[Card]) -> Mapping[Card, str]:
    """Give each card its code. The same cards get the same codes, in whatever order they come.

    Raises
    ------
    ValueError
        There are more cards than codes.
    """
    ordered = sorted(cards)
    if len(ordered) > MOST_CARDS:
        raise ValueError("more cards than codes")
    given: dict[int, Card] = {}
    for kind, card in ordered:
        place = int.from_bytes(hashlib.sha256(f"{kind}/{card}".encode()).digest()[:8]) % MOST_CARDS
        while place in given:
            place = (place + 1) % MOST_CARDS
        given[place] = kind, card
    return {card: _written(place) for place, card in given.items()}


def _written(place: int) -> str:
    first, second = divmod(place, _BASE)
    third = (_REST - first - 2 * second) * pow(3, -1, _BASE) % _BASE
    return LETTERS[first] + LETTERS[second] + LETTERS[third]
