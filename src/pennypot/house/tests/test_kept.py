"""Pieces of pages are kept while nothing they show has changed, and never more of them than agreed."""

import pytest

from pennypot.house.kept import Kept


def test_a_piece_is_made_once_for_its_key():
    kept, made = Kept(3), []
    assert [kept.get("a", lambda: made.append(1) or "piece") for _ in range(3)] == ["piece"] * 3
    assert len(made) == 1


def test_the_piece_nobody_asked_for_longest_makes_room():
    kept = Kept(2)
    for key in ("a", "b"):
        kept.get(key, lambda key=key: key)
    kept.get("a", lambda: "made again")
    kept.get("c", lambda: "c")
    assert kept.get("a", lambda: "made again") == "a"
    assert kept.get("b", lambda: "made again") == "made again"


def test_what_went_wrong_is_not_kept():
    kept = Kept(2)
    with pytest.raises(ZeroDivisionError):
        kept.get("a", lambda: 1 / 0)
    assert kept.get("a", lambda: "well") == "well"
