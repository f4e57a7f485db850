"""A paper table, typed by the letters on its cards, is the same table as on phones; acting for a seat is noted."""

from __future__ import annotations

import html
import uuid

import pytest

from pennypot.apps.game.actions.moves import cards_of, make_move
from pennypot.apps.game.models import Table
from pennypot.house.models import Deed
from pennypot.play import apply, begin, dumped, loaded, replay
from pennypot.play.codes import code_of
from pennypot.play.rehearsal import rehearse
from pennypot.play.tests.test_sheet import BOSS, typed
from pennypot.testing.cast import sign_in
from pennypot.testing.games import first_table, make_game

pytestmark = pytest.mark.django_db


def page_of(session, number: int = 1) -> str:
    return f"/brindley/game/{session.code}/t/{number}/paper/"


def enter(client, session, lines: str = "", key: uuid.UUID | None = None, **fields: str):
    return client.post(page_of(session), {"lines": lines, "key": str(key or uuid.uuid4()), **fields})


@pytest.fixture
def fay(client, cast):
    return sign_in(client, cast.fay)


@pytest.fixture
def cutting(cast):
    session = make_game(cast)
    table = first_table(session)
    Table.objects.filter(pk=table.pk).update(source="paper")
    for do in ("start", "advance", "advance", "advance"):
        make_move(table, {"do": do, "by": "facilitator"}, key=uuid.uuid4(), source="facilitator")
    return session


def test_a_game_that_is_typed_by_codes_is_the_game_that_was_played(fay, cast):
    """A game of bots up to the first event: what seats did is typed, one sheet between two moves of the facilitator."""
    session = make_game(cast, seats=())
    Table.objects.update(source="paper")
    table, cards = first_table(session), cards_of(session.pack)
    game = rehearse(cards, 3, ("generous", "stubborn", "cautious", "custodial"))
    phones, sheet, sheets = begin(cards), [], 0
    for move in game.moves:
        if move["do"] in BOSS:
            if sheet:
                answer = enter(fay, session, "\n".join(sheet))
                assert answer.status_code == 302, html.unescape(answer.content.decode())
                sheet, sheets = [], sheets + 1
            make_move(table, move, key=uuid.uuid4(), source="facilitator")
        else:
            sheet.append(typed(phones, move))
        phones, _entries = apply(cards, phones, move)
        if phones.phase == "event":
            break
    table.refresh_from_db()
    assert sheets >= 5
    assert table.state == dumped(phones).decode()
    log = list(table.log.values_list("move", "source"))
    assert dumped(replay(cards, [move for move, _source in log])) == dumped(phones)
    assert {source for _move, source in log} == {"paper", "facilitator"}
    assert Deed.objects.filter(kind="game.paper.entered").count() == sheets


def test_a_form_sent_twice_is_done_once(fay, cutting):
    line, key = code_of(cards_of(cutting.pack), "line", "roads"), uuid.uuid4()
    for _ in range(2):
        assert enter(fay, cutting, f"1 {line} 1\n1s 2s", key).status_code == 302
    table = first_table(cutting)
    assert table.moves == 4 + 4 + 3
    assert set(loaded(table.state).proposal.reactions) == {"resident", "young"}


def test_boxes_for_answers_say_the_same_as_lines(fay, cutting):
    line = code_of(cards_of(cutting.pack), "line", "roads")
    enter(fay, cutting, f"1 {line} 1")
    page = fay.get(page_of(cutting)).content.decode()
    assert 'name="answer-1"' in page
    assert 'name="answer-5"' not in page  # nobody sits there
    fields = {
        "answer-1": "support",
        "answer-2": "live",
        "answer-3": "concern",
        "reason-3": "Buses\nfirst",
        "close": "yes",
    }
    assert enter(fay, cutting, **fields).status_code == 302
    decision = loaded(first_table(cutting).state).decisions[0]
    assert decision.proposal.reactions["group"].reason == "Buses first"
    assert "council" not in decision.proposal.reactions


def test_a_wrong_line_is_named_nothing_is_done_and_everything_typed_is_kept(fay, cutting):
    line = code_of(cards_of(cutting.pack), "line", "roads")
    answer = enter(fay, cutting, f"1 {line} 1\n2 nonsense <b>")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Line 2:" in page
    assert f"1 {line} 1\n2 nonsense &lt;b&gt;</textarea>" in page
    assert loaded(first_table(cutting).state).proposal is None
    assert "Line 1:" in enter(fay, cutting, **{"answer-2": "hold"}).content.decode()


def test_acting_for_a_seat_is_written_down_as_the_facilitators(fay, cast, cutting):
    Table.objects.update(source="phones")
    assert "Act for a seat" in fay.get(page_of(cutting)).content.decode()
    enter(fay, cutting, f"1 {code_of(cards_of(cutting.pack), 'line', 'roads')} 1")
    last = first_table(cutting).log.last()
    assert (last.source, last.move["by"], last.move["seat"]) == ("facilitator", "facilitator", "resident")
    deed = Deed.objects.get(kind="game.seat.acted-for")
    assert (deed.actor_id, deed.after) == (cast.fay.pk, {"table": 1, "moves": 1})


def test_a_scribe_cannot_type_what_is_the_facilitators(fay, cutting):
    for text in ("advance", "1 advance", "start", "1 do advance"):
        assert enter(fay, cutting, text).status_code == 422
    assert loaded(first_table(cutting).state).phase == "cut"


def test_a_very_long_sheet_is_refused_and_not_worked_on(fay, cutting):
    assert enter(fay, cutting, "1 back\n" * 5000).status_code == 422
    assert enter(fay, cutting, "1s " * 10_000).status_code == 422
