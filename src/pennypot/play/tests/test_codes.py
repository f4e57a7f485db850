"""Three letters on every card: short, unlike one another, and never a word."""

from __future__ import annotations

from itertools import product

import pytest

from pennypot.play import Illegal, shipped
from pennypot.play.codes import LETTERS, MOST_CARDS, card_of, code_of, give_codes, is_code

# Initials made of these letters that nobody should read on a card: parties, bodies, illnesses, what people laugh at.
UNWANTED = (
    *("TWT", "TTT", "BTC", "BTH", "TBH", "CBT", "PCP", "WMD", "HPV", "TBD", "MDT", "DVT", "BBC", "DDT", "CCP", "PVC"),
    *("JCB", "BBW", "DWP", "BDM", "CPT", "BHM", "MMP", "PPD", "CDH", "TDP", "DHT", "TCP", "MTB", "CBD", "HMP", "THC"),
)
CODES = ["".join(letters) for letters in product(LETTERS, repeat=3) if is_code("".join(letters))]


def test_there_is_a_code_for_as_many_cards_as_a_pack_may_have() -> None:
    assert len(CODES) == len(set(CODES)) == MOST_CARDS == 169


def test_no_letter_is_taken_for_another_and_none_is_a_vowel() -> None:
    assert not set(LETTERS) & set("AEIOUYLNSFGKR0123456789")
    assert not set(CODES) & set(UNWANTED)


def test_one_wrong_letter_or_two_that_changed_places_is_never_another_card() -> None:
    known = set(CODES)
    for code in CODES:
        for place, letter in product(range(3), LETTERS):
            wrong = code[:place] + letter + code[place + 1 :]
            assert wrong == code or wrong not in known
        for swapped in (code[1] + code[0] + code[2], code[0] + code[2] + code[1], code[::-1]):
            assert swapped == code or swapped not in known


@pytest.mark.parametrize("name", ["tilbrook", "birmingham"])
def test_every_card_has_its_own_code_and_is_found_by_it(name: str) -> None:
    pack = shipped(name)
    for (kind, card), code in pack.codes.items():
        assert is_code(code)
        assert code_of(pack, kind, card) == code
        assert card_of(pack, f" {code[0].lower()} {code[1:]} ") == (kind, card)
    assert len(set(pack.codes.values())) == len(pack.codes) > 80
    assert pack.lines[0].code == code_of(pack, "line", pack.lines[0].id)
    assert pack.in_language("cy").codes == pack.codes


def test_codes_do_not_depend_on_the_order_of_cards_and_a_new_card_leaves_nearly_all_as_they_were() -> None:
    pack = shipped("tilbrook")
    assert give_codes(reversed(list(pack.codes))) == pack.codes
    more = give_codes([*pack.codes, ("idea", "something-new")])
    assert sum(more[card] != code for card, code in pack.codes.items()) <= 5


def test_what_is_no_code_here_is_said_so() -> None:
    pack = shipped("tilbrook")
    of_another = next(code for code in CODES if code not in pack.by_code)
    for typed, words in ((of_another, "of another pack"), ("BBB", "look at the card again"), ("£" * 99, "No card")):
        with pytest.raises(Illegal, match=words):
            card_of(pack, typed)
    with pytest.raises(Illegal, match="another kind"):
        card_of(pack, pack.lines[0].code, "idea", "asset")


def test_more_cards_than_codes_are_refused() -> None:
    with pytest.raises(ValueError, match="more cards"):
        give_codes(("idea", str(number)) for number in range(MOST_CARDS + 1))
