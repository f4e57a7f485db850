"""The demonstration's evenings."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from pennypot.apps.game import demo
from pennypot.apps.game.models import Advice, Session, Table, TableMove
from pennypot.apps.game.queries.after import compared
from pennypot.play import dumped, loaded, replay, shipped

CARDS = shipped("birmingham")


@pytest.fixture
def birmingham(db: None) -> Any:
    from pennypot.apps.places import demo as places

    place = places.load("birmingham")
    demo.load(place)
    return place


def test_six_tables_of_bots_and_one_evening_to_join(birmingham: Any) -> None:
    played, live = (Session.objects.get(code=code) for code in (demo.PLAYED, demo.LIVE))
    assert played.tables.filter(source=Table.Source.BOTS).count() == 6
    assert {loaded(table.state).phase for table in played.tables.all()} == {"over"}
    assert [loaded(table.state).phase for table in live.tables.all()] == list(demo.WAITING_AT)
    assert live.facilitator is None
    assert all(chair.bot for table in live.tables.all() for chair in table.chairs.all())
    # Every table is what its log makes.
    for table in Table.objects.all():
        moves = TableMove.objects.filter(table=table).values_list("move", flat=True)
        assert dumped(replay(CARDS, moves, target_pence=played.target_pence)).decode() == table.state
    # Tables differ, and there is something to say about them.
    found = compared(played)
    assert {line.verdict for line in found.lines} >= {"consensus", "split"}
    assert sum(bool(row.ready) for row in found.tables) >= 4
    # One answered, one waiting.
    assert [hasattr(one, "reply") for one in Advice.objects.order_by("pk")] == [True, False]
    # Each page says that no person played.
    for path in ("compare/", "t/1/plan/"):
        page = Client().get(f"/birmingham/game/{demo.PLAYED}/{path}").content.decode()
        assert "Played by bots for demonstration" in page
    assert "played by bots for demonstration" in Client().get("/birmingham/advice/").content.decode()
    assert 'href="/birmingham/advice/"' in Client().get("/birmingham/").content.decode()
    demo.load(birmingham)
    assert Session.objects.count() == 2
