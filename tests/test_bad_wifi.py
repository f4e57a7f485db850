"""A game over a line that loses three pieces in ten, as in a cold hall: it comes to its end, nothing moves twice."""

from __future__ import annotations

import asyncio

import pytest

from pennypot.apps.game.models import TableMove
from pennypot.play import loaded
from pennypot.testing import phones
from pennypot.testing.games import first_table, make_game
from pennypot.testing.phones import as_a_fresh_page, behind_seats
from pennypot.testing.wifi import BadLine, play_over
from tests.evening import both_lanes

pytestmark = pytest.mark.django_db(transaction=True)
SEATS = ("resident", "young", "group", "council")


@pytest.fixture
def port(transactional_db, monkeypatch, settings):
    """Pages and streams in one server, and phones that do not wait long before they try again."""
    monkeypatch.setattr(phones, "TRIES_AGAIN", 0.02)
    monkeypatch.setattr(phones, "COMES_BACK", 0.1)
    with both_lanes(monkeypatch, settings) as running:
        yield int(running.url.rpartition(":")[2])


def test_a_game_on_bad_wifi_ends_and_no_move_is_lost_or_made_twice(cast, port):
    table = first_table(make_game(cast, facilitator=None, state="running"))
    hands = behind_seats(table, SEATS, [port])

    async def play():
        async with BadLine(port, delay=0.01, lost=0.3) as line:
            for phone in hands:
                phone.port = line.port
            return await play_over(hands, rounds=lambda _phase: 1, patience=60), line

    played, line = asyncio.run(play())
    assert line.forms_lost > 10
    assert line.answers_lost > 10
    logged = TableMove.objects.filter(table=table, source="phone").order_by("number")
    assert sorted(str(move.key) for move in logged) == sorted(answer.key for answer in played.answers if answer.number)
    table.refresh_from_db()
    assert loaded(table.state).phase == "over"
    assert played.phones_at_the_end == len(SEATS)
    assert all(as_a_fresh_page(phone) for phone in hands)
