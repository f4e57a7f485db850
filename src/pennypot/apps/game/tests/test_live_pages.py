"""A seat's page and the board: what they show, what their forms do, what is sent when something changes."""

import re
import uuid

import pytest
from django.test import Client

from pennypot.apps.game import codes, passes
from pennypot.apps.game.models import HelpAsk, Phone, TableMove
from pennypot.apps.game.queries.live import look_at
from pennypot.apps.game.views.live_feed import viewer_of
from pennypot.apps.game.views.live_parts import BOARD, Viewer, draw
from pennypot.play import loaded
from pennypot.testing.games import first_table, make_game, move, play_until, sit

pytestmark = pytest.mark.django_db

PHASES = ("lobby", "arrive", "place", "values", "cut", "pool", "event", "create", "mend", "story", "ratify", "compare")
PHASES += ("carry", "over")


def seat_url(table, name="seat"):
    end = "" if name == "seat" else f"{name}/"
    return f"/brindley/game/{table.session.code}/t/{table.number}/{end}"


def send(client, table, do, **fields):
    return client.post(seat_url(table, "move"), {"do": do, "key": str(uuid.uuid4()), **fields})


def state_of(table):
    table.refresh_from_db()
    return loaded(table.state)


@pytest.fixture
def table(a_game):
    return first_table(a_game)


def test_from_the_code_on_the_screen_to_a_seat(table, client):
    here = client.post("/brindley/game/join/", {"code": table.session.code.lower()}, follow=True)
    assert here.redirect_chain[-1][0] == seat_url(table) and b"Choose a seat" in here.content
    key = re.search(r'name="key" value="([^"]+)"', here.content.decode())[1]
    sat = client.post(seat_url(table, "sit"), {"seat": "nhs", "key": key, "name": "Meena"}, follow=True)
    page = sat.content.decode()
    assert "Your seat:" in page and sat.headers["Cache-Control"] == "no-store"
    assert sat.redirect_chain == [(seat_url(table), 302)]
    cookie = client.cookies[passes.cookie_name()]
    assert cookie["httponly"] and cookie["samesite"] == "Lax"
    assert state_of(table).seats["nhs"].state == "taken"


def test_a_code_that_nobody_has_is_said_so_beside_the_field(table, client):
    answer = client.post("/brindley/game/join/", {"code": "bcd fgh"})
    assert answer.status_code == 422 and b"No game has this code" in answer.content and b"bcd fgh" in answer.content


def test_a_seat_card_opens_its_seat_whoever_sits_there(table, client):
    sit(Client(), table, "nhs")
    chair = table.chairs.get(seat="nhs")
    page = client.get(seat_url(table), {"card": codes.card_code(chair)})
    assert b"This is the card of" in page.content
    client.post(seat_url(table, "sit"), {"seat": "nhs", "card": codes.card_code(chair), "key": str(uuid.uuid4())})
    assert Phone.objects.filter(chair=chair, left_at=None).count() == 2


@pytest.mark.parametrize("phase", PHASES)
def test_every_phase_has_its_page_for_a_seat_and_for_the_board(cast, client, phase):
    table = first_table(make_game(cast, phase=phase))
    sit(client, table, "council")
    page = client.get(seat_url(table))
    board = client.get(seat_url(table, "board"))
    assert (page.status_code, board.status_code) == (200, 200)
    assert "part-money" in page.content.decode() and "<i-keys>" not in page.content.decode()
    assert "<form" not in board.content.decode().split('id="table"')[1].split('class="aside"')[0]


def test_a_question_is_put_answered_and_decided_by_plain_forms(cast, client):
    table = first_table(make_game(cast, phase="cut"))
    others = {seat: Client() for seat in ("resident", "young", "group")}
    sit(client, table, "council")
    for seat, browser in others.items():
        sit(browser, table, seat)
    before = state_of(table)
    if before.proposal:
        move(table, "withdraw", before.proposal.seat)
    page = client.get(seat_url(table)).content.decode()
    form = re.search(r'<form method="post"[^>]*class="steps">(.*?)</form>', page, re.S)[1]
    fields = dict(re.findall(r'name="([a-z]+)" value="([^"]*)"', form))
    level = re.findall(r'name="level" value="(\d)"', form)[0]
    answer = client.post(seat_url(table, "move"), {**fields, "level": level}, follow=True)
    assert "What do you say?" in answer.content.decode()
    assert state_of(table).proposal.card == fields["card"]
    for browser in (client, *others.values()):
        assert send(browser, table, "react", reaction="live").status_code == 302
    after = state_of(table)
    assert after.proposal is None and after.decisions[-1].result == "agreed"
    assert "Agreed:" in client.get(seat_url(table)).content.decode()


def test_a_hold_without_a_reason_is_refused_beside_the_form_and_nothing_typed_is_lost(cast, client):
    table = first_table(make_game(cast, phase="cut"))
    sit(client, table, "council")
    if not state_of(table).proposal:
        line = "libraries"
        move(table, "propose", "resident", kind="cut", card=line, level=1)
    refused = send(client, table, "react", reaction="hold", reason="")
    assert refused.status_code == 422 and "is missing" in refused.content.decode()
    refused = send(client, table, "safeguard", text="x" * 501)
    assert refused.status_code == 422 and "x" * 501 in refused.content.decode()
    script = client.post(seat_url(table, "move"), {"do": "react", "reaction": "hold"}, headers={"X-Pennypot": "live"})
    assert script.status_code == 422 and set(script.json()) == {"said"}
    held = send(client, table, "react", reaction="hold", reason="<b>Not</b> before there is another place")
    assert held.status_code == 302
    assert "&lt;b&gt;Not" not in client.get(seat_url(table)).content.decode()  # not open before all have answered


def test_the_same_form_twice_moves_once_and_says_the_same(cast, client):
    table = first_table(make_game(cast, phase="values"))
    sit(client, table, "council")
    form = {"do": "dots", "needs": ["well", "well", "care"], "key": str(uuid.uuid4())}
    answers = [client.post(seat_url(table, "move"), form).status_code for _ in range(3)]
    assert answers == [302] * 3 and TableMove.objects.filter(table=table, key=form["key"]).count() == 1
    assert state_of(table).dots["council"] == ("well", "well", "care")


def test_money_is_given_in_pounds_and_read_as_people_type_them(cast, client):
    table = first_table(make_game(cast, phase="create"))
    sit(client, table, "council")
    state = state_of(table)
    card = next(iter(state.projects.values())).card if state.projects else ""
    send(client, table, "draft", card=next(one for one in ("walking-bus", "repair-cafe", "") if one != card))
    send(client, table, "draft", title="Our own bench", pounds="£1,250.50", **{"slot-hours": "3", "needs": ["well"]})
    state = state_of(table)
    name, bench = next((name, one) for name, one in state.projects.items() if one.title == "Our own bench")
    assert (bench.cost_pence, dict(bench.slots)) == (125050, {"hours": 3})
    send(client, table, "pledge", project=name, pounds="1 000.5")
    assert state_of(table).projects[name].pledges == {"council": 100050}
    refused = send(client, table, "pledge", project=name, pounds="a lot")
    assert refused.status_code == 422 and "a lot" in refused.content.decode()


def test_a_phone_moves_for_its_own_chair_only_and_is_no_facilitator(cast, client):
    table = first_table(make_game(cast, phase="place"))
    sit(client, table, "council")
    number = state_of(table).moves
    for form in (
        {"do": "advance"}, {"do": "start"}, {"do": "abandon", "reason": "x"}, {"do": "leave"}, {"do": "rollback"}, {},
    ):  # fmt: skip
        assert send(client, table, form.pop("do", ""), by="facilitator", seat="resident", **form).status_code == 422
    assert state_of(table).moves == number
    told = state_of(table).revealed
    send(client, table, "reveal", fact="know1", seat="resident")
    assert all(one.startswith("council/") for one in set(state_of(table).revealed) - set(told))


def test_who_sits_nowhere_moves_nothing(cast, client):
    table = first_table(make_game(cast, phase="values"))
    assert send(client, table, "dots", needs=["well"] * 3).status_code == 302
    assert client.post(seat_url(table, "move"), {"do": "dots"}, headers={"X-Pennypot": "live"}).status_code == 409
    assert client.get(seat_url(table), {"part": 1}).status_code == 409


def test_a_table_without_a_facilitator_goes_on_by_itself(cast, client):
    table = first_table(make_game(cast, facilitator=None))
    sit(client, table, "council")
    assert "Go on to: Arrive" in client.get(seat_url(table)).content.decode()
    send(client, table, "start")
    send(client, table, "advance")
    assert state_of(table).phase == "place"


def test_calling_for_help_stands_once_in_the_queue(cast, client):
    table = first_table(make_game(cast, phase="cut"))
    sit(client, table, "council")
    for _ in range(2):
        client.post(seat_url(table, "help"), {"wanted": "expert", "text": "Who owns the hall?"})
    assert HelpAsk.objects.get().seat == "council"
    assert "You have asked for an expert" in client.get(seat_url(table)).content.decode()


def test_a_seat_that_sleeps_can_be_marked_empty_by_its_table(cast, client):
    table = first_table(make_game(cast, phase="cut"))
    sit(client, table, "council")
    asleep = sit(Client(), table, "young")
    client.post(seat_url(table, "empty"), {"seat": "young"})
    assert state_of(table).seats["young"].state == "taken"
    Phone.objects.filter(pk=asleep.pk).update(seen_at="2026-01-01T00:00Z")
    assert "Has somebody gone?" in client.get(seat_url(table)).content.decode()
    client.post(seat_url(table, "empty"), {"seat": "young"})
    assert state_of(table).seats["young"].state == "vacant"


def test_asking_for_what_is_new_gets_parts_and_nothing_when_nothing_is(cast, client):
    table = first_table(make_game(cast, phase="place"))
    sit(client, table, "council")
    first = client.get(seat_url(table), {"part": 1, "after": 0}).json()
    assert "part-mine" in first["parts"]["order"]
    again = client.get(seat_url(table), {"part": 1, "after": first["number"]}).json()
    assert again == {"number": first["number"], "parts": {}}


def test_a_seats_page_asks_the_database_four_things(cast, client, django_assert_num_queries):
    table = first_table(make_game(cast, phase="create"))
    sit(client, table, "council")
    client.get(seat_url(table))
    with django_assert_num_queries(4):
        client.get(seat_url(table))


def test_the_state_and_what_was_sent_since_make_a_fresh_page(cast):
    """Parts that changed, laid over what there was, are what a new page shows: seats and the board, all game long."""
    table = first_table(make_game(cast, seats=("resident", "young", "group", "council", "nhs")))
    phone = sit(Client(), table, "nhs")
    viewers = [viewer_of(Phone.objects.select_related("chair").get(pk=phone.pk), "en"), Viewer(BOARD)]
    kept = [dict(draw(look_at(table.pk), viewer).data) for viewer in viewers]
    for phase in PHASES[1:]:
        play_until(table, phase)
        for viewer, had in zip(viewers, kept, strict=True):
            now = draw(look_at(table.pk), viewer).data
            had |= {name: html for name, html in now.items() if had.get(name) != html}
            shown = {name: had[name] for name in had["order"].split()}
            assert shown == {name: html for name, html in now.items() if name != "order"}
