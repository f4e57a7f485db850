"""A move is checked, written, and made once."""

import uuid

import pytest

from pennypot.apps.game.actions.moves import make_move
from pennypot.apps.game.models import TableMove, Words
from pennypot.apps.game.tests.test_history import table  # noqa: F401 - a fixture
from pennypot.play import Illegal, dumped, loaded, replay

pytestmark = pytest.mark.django_db


def sit(table):  # noqa: F811
    for seat in ("resident", "young", "group"):
        make_move(table, {"do": "take_seat", "seat": seat}, key=uuid.uuid4())


def test_the_log_of_moves_is_the_table(table):  # noqa: F811
    sit(table)
    made = make_move(table, {"do": "start", "by": "facilitator"}, key=uuid.uuid4(), source="facilitator")
    table.refresh_from_db()
    moves = list(table.log.values_list("move", flat=True))
    assert [table.moves, made.number, len(moves)] == [4, 4, 4]
    from pennypot.apps.game.actions.moves import cards_of

    assert dumped(replay(cards_of(table.session.pack), moves)) == table.state.encode() == dumped(made.state)


def test_the_same_form_twice_moves_once(table):  # noqa: F811
    key = uuid.uuid4()
    first = make_move(table, {"do": "take_seat", "seat": "young"}, key=key)
    second = make_move(table, {"do": "take_seat", "seat": "young"}, key=key)
    assert (first.number, second.number, second.again) == (1, 1, True)
    assert TableMove.objects.count() == 1


def test_a_move_that_the_rules_refuse_leaves_no_trace(table):  # noqa: F811
    sit(table)
    table.refresh_from_db()
    before = table.state
    with pytest.raises(Illegal):
        make_move(table, {"do": "start", "by": "seat"}, key=uuid.uuid4())
    table.refresh_from_db()
    assert (table.state, table.moves) == (before, 3)
    assert loaded(table.state).phase == "lobby"


def test_words_that_somebody_typed_wait_to_be_read_before_a_hall_sees_them(table):  # noqa: F811
    sit(table)
    make_move(table, {"do": "start", "by": "facilitator"}, key=uuid.uuid4())
    made = make_move(table, {"do": "abandon", "reason": "fire alarm", "by": "facilitator"}, key=uuid.uuid4())
    assert list(Words.objects.values_list("number", "field", "text", "state")) == [
        (made.number, "reason", "fire alarm", "waiting")
    ]
