"""Addresses, numbers and postcodes in one way of writing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from pennypot.apps.voting.eligibility import written


@pytest.mark.parametrize(
    "typed",
    [
        "07700 900123",
        "+44 7700 900123",
        "+44 (0)7700 900123",
        "0044 7700 900123",
        "(07700) 900-123",
        "07700.900.123",
        "٠".replace("٠", "0") + "7700900123",
        "＋44７７００９００１２３",
    ],
)
def test_s22_one_phone_is_one_number_however_it_is_typed(typed):
    assert written.phone(typed) == "+447700900123"


@pytest.mark.parametrize("typed", ["", "12", "0770090012345678", "call me", "+0 7700 900123", "07700 9OO123", "+" * 50])
def test_s22_what_is_no_number_is_refused(typed):
    assert written.phone(typed) == ""


def test_s22_a_foreign_number_keeps_its_country():
    assert written.phone("+48 601 234 567") == "+48601234567"
    assert written.phone("601 234 567", "48") == "+48601234567"


@given(some.text(max_size=45))
def test_s22_whatever_is_typed_is_e164_or_nothing(typed):
    found = written.phone(typed)
    assert found == "" or (found.startswith("+") and found[1:].isascii() and found[1:].isdigit() and len(found) <= 16)


def test_one_mailbox_is_one_voter_however_it_is_written():
    for typed in ("A.B@gmail.com", "ab+vote@gmail.com", "a.b+2@googlemail.com"):
        assert written.mailbox(written.email(typed)) == "ab@gmail.com"
    assert written.mailbox("a.b+x@example.org") == "a.b@example.org"


@pytest.mark.parametrize(
    "typed", ["", "a", "a@b", "a@b@c.org", "a b@c.org", "a@c.org\nBcc: x@y.org", "@c.org", "a,b@c.org"]
)
def test_s39_what_is_no_address_is_refused(typed):
    assert written.email(typed) == ""


@pytest.mark.parametrize(
    ("line", "inside", "outside"),
    [
        ("B29", ["B29 6BD", "B29 7AA"], ["B2 9AA", "B30 1AA", "BA29 6BD"]),
        ("B29 6", ["B29 6AA", "B29 6ZZ"], ["B29 7AA", "B2 6AA"]),
        ("b29 6bd", ["B29 6BD"], ["B29 6BE"]),
        ("B29 6AA - B29 6DZ", ["B29 6AA", "B29 6BD", "B29 6DZ"], ["B29 6EA"]),
        ("B29 6AA to B29 6DZ", ["B29 6BD"], ["B29 6EA"]),
        ("B29–B31", ["B29 1AA", "B30 9ZZ", "B31 1AA"], ["B32 1AA", "B3 1AA"]),
        ("W1", ["W1A 1AA", "W1 1AA"], ["W10 1AA", "W2 1AA"]),
        ("W1A", ["W1A 1AA"], ["W1B 1AA", "W1 1AA"]),
        ("B29*", ["B29 6BD"], ["B30 1AA"]),
    ],
)
def test_postcode_ranges_hold_what_people_mean(line, inside, outside):
    found = written.postcode_range(line)
    assert all(found.holds(one) for one in inside)
    assert not any(found.holds(one) for one in outside)


@pytest.mark.parametrize("line", ["", "Selly Oak", "B", "29 6BD", "B31 - B29", "B29 6BDX", "B2999"])
def test_a_line_that_is_no_postcode_is_refused(line):
    assert written.postcode_range(line) is None


@given(some.text(max_size=12))
def test_whatever_is_typed_is_a_whole_postcode_or_nothing(typed):
    found = written.postcode(typed)
    assert found == "" or written.postcode(found) == found
