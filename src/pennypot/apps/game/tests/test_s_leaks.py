"""No page, board or stream holds what another seat keeps to itself, nor an answer that is not open yet."""

import pytest

from pennypot.apps.game.queries.live import Seen
from pennypot.apps.game.tests import leaks
from pennypot.apps.game.views.live_parts import BOARD, Viewer, draw
from pennypot.play import shipped, view_of
from pennypot.testing.games import first_table, make_game

pytestmark = pytest.mark.django_db


def seen_of(table, cards, state, number):
    table.moves = number
    return Seen(table, table.session, number, cards, state, (), frozenset(), None)


def test_s24_no_viewer_gets_anothers_secrets_after_any_move_of_a_game(cast):
    table = first_table(make_game(cast, seats=()))
    cards = leaks.marked(shipped("tilbrook"))
    found, looked, hidden = [], 0, 0
    for number, state in enumerate(leaks.game(cards, 1, wide=12)):
        # Keys of kept views hold the table and its moves: each state gets a number of its own.
        seen = seen_of(table, cards, state, 10_000 + number)
        for who in (*state.seats, BOARD):
            drawn = draw(seen, Viewer(who, "en", 5, "", "", False))
            found += leaks.leaks(state, who, drawn.data)
            hidden += len(leaks.secrets_from(state, who))
            looked += 1
    assert not found
    assert looked > 500 and hidden > 7_000


def test_the_search_finds_a_leak_where_there_is_one(cast):
    cards = leaks.marked(shipped("tilbrook"))
    state = next(one for one in leaks.game(cards, 1, wide=8) if one.proposal and one.proposal.reactions)
    data = {"part": str(view_of(cards, state, "nhs"))}
    assert not leaks.leaks(state, "nhs", data)
    assert any("a fact" in one for one in leaks.leaks(state, BOARD, data))
    answers = {"part": str(state.proposal.reactions)}
    assert any("an answer" in one for one in leaks.leaks(state, BOARD, answers))


def test_s24_reactions_cannot_be_told_from_the_shape_of_a_page_while_they_are_closed(cast):
    """Two tables that differ only in what others answered look the same to a third seat."""
    from pennypot.play import apply, begin

    table = first_table(make_game(cast, seats=()))
    cards = shipped("tilbrook")
    state = begin(cards)
    for move in (
        *({"do": "take_seat", "seat": seat} for seat in ("resident", "young", "group", "council")),
        {"do": "start", "by": "facilitator"},
        *({"do": "advance", "by": "facilitator"} for _ in range(3)),
        {"do": "propose", "seat": "group", "kind": "cut", "card": "roads", "level": 1},
    ):
        state, _ = apply(cards, state, move)
    pages = []
    for number, kind in enumerate(("support", "live", "concern", "hold")):
        after, _ = apply(cards, state, {"do": "react", "seat": "young", "reaction": kind, "reason": "Because."})
        seen = seen_of(table, cards, after, 20_000 + number)
        pages.append([draw(seen, Viewer(who)).data for who in ("council", BOARD)])
    assert pages[0] == pages[1] == pages[2] == pages[3]
