"""The invariants, by guided play, by hypothesis and by whole games of bots."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pennypot.play import Illegal, apply, begin, dumped, loaded, replay, shipped, view_of
from pennypot.play.invariants import broken
from pennypot.play.rehearsal import rehearse
from pennypot.play.tests.guided import play_guided

PACK = shipped("tilbrook")


@pytest.mark.parametrize("order", ["cut-first", "create-first"])
@pytest.mark.parametrize("rule", ["consent", "unanimity", "two-thirds"])
def test_guided_play_breaks_no_invariant(order: str, rule: str) -> None:
    for seed in range(3):
        play_guided(PACK, seed, 350, order=order, rule=rule)


@settings(max_examples=15, deadline=None)
@given(st.integers(), st.sampled_from([0, 100_000_00, 20_000_000_00]))
def test_guided_play_from_any_seed_and_target(seed: int, target: int) -> None:
    play_guided(PACK, seed, 120, target_pence=target)


def test_every_game_of_bots_replays_byte_for_byte_and_can_be_kept() -> None:
    crowds = (None, ["stubborn", "griefing"], ["dropping-out"], ["silent", "generous"])
    for seed in range(12):
        crowd = crowds[seed % 4]
        game = rehearse(PACK, seed, crowd) if crowd else rehearse(PACK, seed)
        assert game.refused == 0
        assert broken(PACK, game.state) == []
        assert dumped(replay(PACK, game.moves, **game.settings)) == dumped(game.state)
        assert dumped(loaded(dumped(game.state))) == dumped(game.state)


def test_a_table_that_is_kept_and_read_between_any_two_moves_is_the_same_table() -> None:
    for seed in range(4):
        game = rehearse(PACK, seed, ["stubborn", "generous", "griefing"])
        kept = begin(PACK)
        for move in game.moves:
            kept, _entries = apply(PACK, loaded(dumped(kept)), move)
        assert dumped(kept) == dumped(game.state)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=5,
)
WORDS = st.sampled_from(["do", "seat", "by", "kind", "card", "level", "pence", "units", "project", "reaction", "needs"])
VALUES = st.sampled_from(["resident", "react", "propose", "pledge", "cut", "schools", "p1", "advance", "facilitator"])


@settings(max_examples=400, deadline=None)
@given(st.dictionaries(WORDS | st.text(max_size=6), VALUES | ANYTHING, max_size=6))
def test_whatever_is_sent_is_a_move_or_refused_in_words(move: dict) -> None:
    table = _in_cut()
    before = dumped(table)
    try:
        after, _entries = apply(PACK, table, move)
    except Illegal as problem:
        assert str(problem).strip() and "{" not in str(problem).replace(str(move), "")
    else:
        assert broken(PACK, after) == []
    assert dumped(table) == before


def _in_cut():
    if not _KEPT:
        table = begin(PACK)
        moves = [{"do": "take_seat", "seat": seat} for seat in table.seats]
        moves += [{"do": "start", "by": "facilitator"}, *[{"do": "advance", "by": "facilitator"}] * 3]
        _KEPT.append(replay(PACK, moves))
    return _KEPT[0]


_KEPT: list = []


def test_no_seat_learns_what_another_keeps_all_through_a_game() -> None:
    """Every seat's view is searched for the others' secrets and for unopened answers after each move.

    A hundred games take minutes: `make bench-play` searches those.
    """
    for seed in range(4):
        game = rehearse(PACK, f"secrets {seed}")
        table = begin(PACK)
        for move in game.moves:
            table, _entries = apply(PACK, table, move)
            _search(table)


def _search(table) -> None:
    for who in ("board", "facilitator", *table.seats):
        seen = repr(view_of(PACK, table, who))
        for role in PACK.roles:
            for fact in (*role.know, *role.care):
                if role.id != who and f"{role.id}/{fact.id}" not in table.revealed:
                    assert fact.text not in seen
        proposal = table.proposal
        if proposal and proposal.state == "open":
            view = view_of(PACK, table, who)
            assert view.proposal is not None and view.proposal.answers == {}
            assert view.proposal.mine is None or who in proposal.reactions
            shown = {seat.id: seat.tokens for seat in view.seats if seat.id != who}
            for seat in shown:
                held = seat in proposal.reactions and proposal.reactions[seat].kind == "hold"
                assert shown[seat] == table.seats[seat].tokens + held


def test_what_one_person_is_confident_of_is_nobody_elses() -> None:
    table = rehearse(PACK, 5).state
    assert any(voice.confidence for voice in table.voices.values())
    for who in ("board", "facilitator", *table.seats):
        assert "confidence" not in repr(view_of(PACK, table, who))
