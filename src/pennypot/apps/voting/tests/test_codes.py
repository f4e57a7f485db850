"""Posted codes (check 17): long, checked, and never kept as they are."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as some

from pennypot.apps.voting import codes

drawn = some.builds(codes.new_code)
position = some.integers(0, codes.LENGTH - 1)


def test_s17_a_code_has_more_than_64_bits():
    assert (codes.LENGTH - 1) * math.log2(len(codes.ALPHABET)) >= 64
    assert len({codes.new_code() for _ in range(2_000)}) == 2_000


def test_the_alphabet_has_no_vowels_and_no_two_signs_that_look_alike():
    assert not set("AEIOU01L5S") & set(codes.ALPHABET)
    for pair in ("2Z", "8B", "6G", "VU", "0O", "1I", "5S"):
        assert len(set(pair) & set(codes.ALPHABET)) < 2


@given(drawn, position, some.sampled_from(codes.ALPHABET))
def test_s17_every_single_wrong_sign_is_found(code, where, sign):
    wrong = code[:where] + sign + code[where + 1 :]
    assert codes.holds(wrong) == (wrong == code)


@given(drawn, position, position)
def test_s17_every_two_signs_that_changed_places_are_found(code, one, other):
    signs = list(code)
    signs[one], signs[other] = signs[other], signs[one]
    wrong = "".join(signs)
    assert codes.holds(wrong) == (wrong == code)


@given(drawn)
def test_a_code_can_be_typed_as_people_type(code):
    printed = codes.said(code)
    assert len(printed.split("-")) == 4
    for typed in (printed, printed.lower(), f"  {printed.replace('-', ' ')} ", printed.replace("-", " – ")):
        assert codes.plain(typed) == code
    assert codes.plain(code.replace("2", "z").replace("8", "B").replace("6", "g").replace("V", "u")) == code


@given(some.text())
def test_whatever_is_typed_is_read_without_harm(typed):
    assert codes.holds(codes.plain(typed)) in (True, False)


def test_s17_the_hash_depends_on_the_round_the_purpose_and_a_key_outside_the_database(settings):
    code = codes.new_code()
    first = codes.hash_of(1, code)
    assert len(first) == 32 and code.encode() not in first
    assert first == codes.hash_of(1, code) != codes.hash_of(2, code)
    assert codes.keyed(1, "email", code) != first
    settings.SECRET_KEY = "another key"
    assert codes.hash_of(1, code) != first
