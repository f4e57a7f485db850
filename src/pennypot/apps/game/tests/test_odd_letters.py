"""Letters that the database cannot keep, in what players and observers type."""

import uuid

import pytest

from pennypot.apps.game.actions.moves import cards_of
from pennypot.apps.game.models import Note, TableMove
from pennypot.testing.cast import sign_in
from pennypot.testing.games import first_table, make_game, sit

pytestmark = pytest.mark.django_db


def test_a_nul_in_what_is_typed_is_left_out(cast, client):
    table = first_table(make_game(cast, phase="cut"))
    home = f"/brindley/game/{table.session.code}/"
    sit(client, table, "council")
    move = {"do": "propose", "kind": "cut", "card": cards_of(table.session.pack).lines[0].id, "level": "1"}
    client.post(f"{home}t/1/move/", {**move, "key": str(uuid.uuid4())})
    answer = {"do": "react", "reaction": "concern", "reason": "Too\x00 much"}
    assert client.post(f"{home}t/1/move/", {**answer, "key": str(uuid.uuid4())}).status_code == 302
    assert TableMove.objects.filter(table=table, move__reason="Too much").count() == 1
    sign_in(client, cast.fay)
    note = {"text": "Cold\x00 hall", "key": str(uuid.uuid4())}
    assert client.post(f"{home}console/notes/", note).status_code == 302
    assert Note.objects.get().text == "Cold hall"
