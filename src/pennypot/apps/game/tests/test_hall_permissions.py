"""Who may do what in a hall: every person times every verb, where nothing but the permission says no."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client

from pennypot.apps.game.actions.paper import enter_lines
from pennypot.apps.game.actions.sessions import Plan, plan_session
from pennypot.apps.game.models import Session, TableMove
from pennypot.apps.game.permissions.hall import may_change_plan, may_observe, may_plan, may_run, may_steer
from pennypot.apps.game.views.hall_verbs import VERBS
from pennypot.house.answers import Refused
from pennypot.house.models import Deed
from pennypot.testing.cast import sign_in
from pennypot.testing.games import first_table, make_game, shipped_pack, sit

pytestmark = pytest.mark.django_db
RUNS = {"fay", "tariq"}
OBSERVES = {"asha", "carys", "fay", "sam", "aled", "tariq", "ben"}


def fields_for(session: Session) -> dict[str, str]:
    chair = first_table(session).chairs.first()
    return {
        "table": "1", "phase": "cut", "to": "arrive", "reason": "r", "event": "cold-winter", "clock": "plus2",
        "turn": "0", "sure": "yes", "screen": "money", "blank": "yes", "words": "1", "ask": "1", "card": "1",
        "chair": str(chair.pk), "into": "1", "expected": "1", "source": "paper", "key": str(uuid.uuid4()),
    }  # fmt: skip


@pytest.mark.parametrize("name", ["visitor", "a phone", "asha", "aled", "dev", "oona", "fay", "tariq"])
def test_s23_only_facilitators_and_the_place_team_press_buttons(cast, name):
    session = make_game(cast, phase="cut")
    client = Client()
    if name == "a phone":
        sit(client, first_table(session), "resident")
    elif name != "visitor":
        sign_in(client, getattr(cast, name))
    if name in RUNS:
        answer = client.post(f"/brindley/game/{session.code}/console/do/", {**fields_for(session), "do": "clock"})
        assert answer.status_code == 302
        return
    before, deeds = TableMove.objects.count(), Deed.objects.count()
    for verb in VERBS:
        answer = client.post(f"/brindley/game/{session.code}/console/do/", {**fields_for(session), "do": verb})
        refused = answer.status_code == 403 or (answer.status_code == 302 and "sign-in" in answer["Location"])
        assert refused, (name, verb, answer.status_code)
    assert (TableMove.objects.count(), Deed.objects.count()) == (before, deeds)


def test_s23_permissions_of_every_person(cast):
    session = make_game(cast)
    everyone = cast.everyone()
    for person in everyone.values():
        person.second_factor = True
    for may, who in (
        (lambda person: may_plan(person, cast.brindley), RUNS),
        (lambda person: may_run(person, session), RUNS),
        (lambda person: may_steer(person, session), RUNS),
        (lambda person: may_change_plan(person, session), RUNS),
        (lambda person: may_observe(person, session), OBSERVES),
    ):
        assert {name for name, person in everyone.items() if may(person)} == who


def test_s29_the_operator_runs_no_evening_by_that_alone(cast):
    session = make_game(cast)
    cast.oona.second_factor = True
    assert not may_run(cast.oona, session)
    assert not may_observe(cast.oona, session)


def test_an_evening_that_has_begun_keeps_its_plan_and_one_that_is_over_keeps_everything(cast):
    session = make_game(cast, phase="cut")
    assert "has begun" in str(may_change_plan(cast.fay, session).reason)
    session.state = Session.State.OVER
    assert "is over" in str(may_steer(cast.fay, session).reason)
    assert may_run(cast.fay, session)


def test_actions_ask_themselves_and_not_only_their_pages(cast):
    session = make_game(cast)
    plan = Plan(
        "T", None, shipped_pack(), ["resident", "young", "group", "council"], 1, 0, "cut-first", "consent", 1, 120
    )
    with pytest.raises(Refused):
        plan_session(cast.asha, cast.brindley, plan, code="BCDFGH")
    with pytest.raises(Refused):
        enter_lines(cast.asha, first_table(session), "1-", key=uuid.uuid4(), paper=True)


def test_s20_who_has_no_role_here_cannot_tell_a_code_that_is_there_from_one_that_is_not(cast):
    session = make_game(cast)
    for client in (Client(), sign_in(Client(), cast.dev)):
        for page in ("console/", "console/notes/", "console/1/", "t/1/paper/"):
            there = client.get(f"/brindley/game/{session.code}/{page}")
            nothing = client.get(f"/brindley/game/BBBBBB/{page}")
            assert there.status_code == nothing.status_code in (302, 401, 403)


def test_s24_an_evening_is_found_only_in_its_own_place(cast):
    session = make_game(cast)
    dev = sign_in(Client(), cast.dev)
    for path in ("console/", "console/notes/", "console/1/", "t/1/paper/", "screen/", "console/codes/"):
        # In Elsewhere Dev is of the place team, and still finds nothing of Brindley's.
        assert dev.get(f"/elsewhere/game/{session.code}/{path}").status_code == 404
