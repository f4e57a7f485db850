"""Bots in empty chairs answer people, and never move by themselves."""

import uuid

import pytest
from django.test import Client

from pennypot.apps.game.actions.moves import cards_of
from pennypot.apps.game.actions.seats import get_up
from pennypot.apps.game.models import Chair, Phone, TableMove
from pennypot.play import dumped, loaded, replay
from pennypot.testing.games import first_table, make_game, move, sit

pytestmark = pytest.mark.django_db

HABITS = ("cautious", "custodial", "generous", "silent", "cautious", "generous", "custodial", "cautious")


@pytest.fixture
def table(cast):
    """A table with a bot in every chair, and no facilitator."""
    table = first_table(make_game(cast, seats=(), facilitator=None))
    for chair, habits in zip(table.chairs.all(), HABITS, strict=True):
        Chair.objects.filter(pk=chair.pk).update(bot=habits)
    return table


def state_of(table):
    table.refresh_from_db()
    return loaded(table.state)


def post(client, table, do, **fields):
    fields = {"do": do, "key": str(uuid.uuid4()), **fields}
    return client.post(f"/brindley/game/{table.session.code}/t/1/move/", fields)


def test_one_person_and_seven_bots_play_a_game_to_its_end(table, client):
    phone = sit(client, table, "resident")
    assert len(state_of(table).taken) == 8
    post(client, table, "start")
    for _ in range(90):
        state = state_of(table)
        if state.phase == "over":
            break
        proposal = state.proposal
        if state.phase == "event" and not state.events:
            post(client, table, "draw")
        elif proposal and proposal.state == "open" and "resident" not in proposal.reactions:
            assert post(client, table, "react", reaction="live").status_code == 302
        elif proposal and proposal.state == "open":
            post(client, table, "close")
        elif state.phase == "values" and "resident" not in state.dots:
            post(client, table, "dots", needs=["well", "care", "work"])
        elif state.phase == "ratify" and not any(name.startswith("phone") for name in state.voices):
            post(client, table, "ratify", reaction="live", confidence="4")
        else:
            post(client, table, "advance")
    state = state_of(table)
    assert state.phase == "over" and state.ended in ("gap", "complete", "no-agreement")
    assert len(state.decisions) >= 2 and f"phone-{phone.pk}" in state.voices
    sources = set(TableMove.objects.filter(table=table).values_list("source", flat=True))
    assert sources == {"phone", "bot"}
    moves = list(table.log.values_list("move", flat=True))
    settings = {"target_pence": table.session.target_pence}
    assert dumped(replay(cards_of(table.session.pack), moves, **settings)) == table.state.encode()


def test_the_same_form_twice_has_the_bots_move_once(table, client):
    sit(client, table, "resident")
    key = str(uuid.uuid4())
    form = {"do": "start", "key": key}
    for _ in range(2):
        client.post(f"/brindley/game/{table.session.code}/t/1/move/", form)
    log = list(table.log.values_list("number", "key"))
    assert [number for number, _ in log] == list(range(1, len(log) + 1)) and len(set(log)) == len(log)


def test_bots_never_move_when_nobody_plays(table):
    phone = sit(Client(), table, "resident")
    get_up(phone)
    state = state_of(table)
    move(table, "start")
    move(table, "advance")
    assert [one.source for one in table.log.filter(number__gt=state.moves)] == ["phone", "phone"]


def test_a_person_takes_the_chair_of_a_bot_which_then_keeps_still(table, client):
    sit(client, table, "resident")
    sit(Client(), table, "nhs")
    post(client, table, "start")
    before = state_of(table).moves
    while state_of(table).phase != "values":
        post(client, table, "advance")
    assert not table.log.filter(number__gt=before, source="bot", move__seat="nhs").exists()
    assert Phone.objects.filter(left_at=None).count() == 2
