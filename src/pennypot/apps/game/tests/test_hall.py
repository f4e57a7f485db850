"""Planning an evening and running it: pages, buttons, and what each leaves behind."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from pennypot.apps.game.actions.moves import cards_of
from pennypot.apps.game.clock import PRESET, common_phase, seconds_left, seconds_of
from pennypot.apps.game.models import Chair, HelpAsk, Note, Session, Table, TableMove, Words
from pennypot.house.models import Deed
from pennypot.play import dumped, loaded, replay
from pennypot.testing.cast import sign_in
from pennypot.testing.games import first_table, make_game, move, shipped_pack, sit

pytestmark = pytest.mark.django_db


def console(session: Session, *more: object) -> str:
    return "/".join(["/brindley/game", session.code, "console", *map(str, more), ""])


def press(client, session: Session, do: str, key: uuid.UUID | None = None, **fields: object):
    """Press a button of the console; return the page that follows."""
    said = {"do": do, "key": str(key or uuid.uuid4()), **{name: str(value) for name, value in fields.items()}}
    return client.post(console(session, "do"), said, follow=True)


def state_of(session: Session, number: int = 1):
    return loaded(session.tables.get(number=number).state)


@pytest.fixture
def fay(client, cast):
    return sign_in(client, cast.fay)


@pytest.fixture
def playing(cast) -> Session:
    """Two tables in Cut."""
    return make_game(cast, tables=2, phase="cut")


# Planning


def plan_page(fay) -> dict[str, str]:
    """Fill the plan's form as it comes; return what a browser would send."""
    pack = shipped_pack()
    page = fay.get(f"/brindley/game/sessions/new/?pack={pack.pk}").content.decode()
    code = re.search(r'name="code" value="([^"]+)"', page)
    assert code
    return {
        "pack": str(pack.pk), "code": code[1], "title": "Tuesday in the chapel", "tables": "3", "on_paper": "1",
        "seats": ["resident", "young", "group", "council"], "target_pence": "8,900,000", "rule": "consent",
        "order": "cut-first", "minutes": "120", "starts_at": "2027-02-02T19:00", "approve_words": "on",
    }  # fmt: skip


def test_an_evening_is_planned_on_one_page_and_its_form_sent_twice_plans_it_once(fay, cast):
    said = plan_page(fay)
    first = fay.post("/brindley/game/sessions/new/", said)
    assert first.status_code == 302
    assert fay.post("/brindley/game/sessions/new/", said)["Location"] == first["Location"]
    session = Session.objects.get()
    assert (session.title, session.facilitator, session.target_pence) == (
        "Tuesday in the chapel",
        cast.fay,
        890_000_000,
    )
    assert [table.source for table in session.tables.all()] == ["phones", "phones", "paper"]
    assert list(session.tables.get(number=3).chairs.values_list("seat", flat=True)) == said["seats"]
    assert sorted(state_of(session).seats) == sorted(said["seats"])
    assert Deed.objects.get(kind="game.session.planned").after["tables"] == 3
    assert fay.get(first["Location"]).status_code == 200


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"seats": ["resident", "young", "group"]}, "four to eight"),
        ({"seats": ["resident", "council", "nhs", "group"]}, "always at the table"),
        ({"target_pence": "900,000,000"}, "more than all lines"),
        ({"tables": "0"}, "greater than or equal"),
        ({"on_paper": "4"}, "not so many tables"),
        ({"code": "BCDFGH"}, "too old"),
        ({"title": ""}, "required"),
    ],
)
def test_a_plan_that_cannot_be_played_says_why_and_keeps_what_was_typed(fay, change, field):
    answer = fay.post("/brindley/game/sessions/new/", {**plan_page(fay), **change})
    assert answer.status_code == 422
    assert field in answer.content.decode()
    assert "8,900,000" in answer.content.decode() or "target_pence" in change
    assert not Session.objects.exists()


def test_nobody_plans_with_another_places_pack(fay, cast):
    pack = shipped_pack()
    own = type(pack).objects.create(
        place=cast.elsewhere, slug="x", title="X", given=pack.given, hash=pack.hash, state="published",
        published_at=timezone.now(),
    )  # fmt: skip
    answer = fay.post("/brindley/game/sessions/new/", {**plan_page(fay), "pack": str(own.pk)})
    assert "First choose the cards" in answer.content.decode()


def test_the_places_game_page_tells_everybody_how_it_goes_and_no_code(client, cast):
    session = make_game(cast)
    over = make_game(cast, state="over", title="Last month")
    page = client.get("/brindley/game/").content.decode()
    assert "Cut and create, together" in page
    assert session.title in page
    assert "Last month" in page
    assert session.code not in page
    assert "Plan an evening" not in page
    assert 'aria-current="page"><span class="dot"></span>Game' in page
    assert over.code in page or "What the tables made" not in page


def test_a_table_is_added_once_however_often_the_button_is_pressed(fay, cast):
    session = make_game(cast)
    for _ in range(2):
        press(fay, session, "add-table", expected=1, source="paper")
    assert [(one.number, one.source) for one in session.tables.all()] == [(1, "phones"), (2, "paper")]


def test_name_and_time_can_be_changed_at_any_time(fay, playing):
    said = {"title": "Wednesday", "minutes": "60", "starts_at": "", "round": ""}
    assert fay.post(console(playing, "change"), said).status_code == 302
    playing.refresh_from_db()
    assert (playing.title, playing.minutes, playing.approve_words) == ("Wednesday", 60, False)


def test_ways_in_are_pictures_that_phones_read(fay, cast):
    session = make_game(cast, tables=2)
    page = fay.get(console(session, "codes")).content.decode()
    assert page.count("<svg") >= 3
    assert f"/brindley/game/{session.code}/t/2/" in page
    seats = fay.get(console(session, "codes") + "?table=1").content.decode()
    assert seats.count("?card=") == 8


# Phases


def test_all_tables_start_and_go_on_together_and_a_second_press_does_nothing(fay, cast):
    session = make_game(cast, tables=3)
    Table.objects.filter(number=3).update(state=dumped(loaded(first_table(session).state)).decode())
    press(fay, session, "start", phase="lobby")
    session.refresh_from_db()
    assert session.state == "running"
    assert session.phase_since is not None
    key = uuid.uuid4()
    for _ in range(2):
        press(fay, session, "advance", key, phase="arrive")
    press(fay, session, "advance", phase="arrive")  # another facilitator, a moment later
    assert {state_of(session, number).phase for number in (1, 2, 3)} == {"place"}


def test_a_table_without_enough_people_stays_in_the_lobby_and_the_page_says_why(fay, cast):
    session = make_game(cast, tables=2)
    move(session.tables.get(number=2), "leave", "resident")
    move(session.tables.get(number=2), "leave", "young")
    page = press(fay, session, "start", phase="lobby").content.decode()
    assert "Table 2: A table needs at least 3 people" in page
    assert (state_of(session).phase, state_of(session, 2).phase) == ("arrive", "lobby")


def test_one_table_goes_on_alone_and_back_with_a_reason(fay, playing):
    page = press(fay, playing, "advance", table=1, back=1, phase="cut")
    assert page.redirect_chain[-1][0] == console(playing, 1)
    assert (state_of(playing).phase, state_of(playing, 2).phase) == ("pool", "cut")
    assert "Say why" in press(fay, playing, "rollback", table=1, to="cut", reason=" ").content.decode()
    press(fay, playing, "rollback", table=1, to="cut", reason="We forgot the roads.")
    assert state_of(playing).phase == "cut"
    deed = Deed.objects.get(kind="game.session.rolled-back")
    assert (deed.reason, deed.after) == ("We forgot the roads.", {"tables": 1, "phase": "cut"})
    assert playing.tables.get(number=1).log.last().source == "facilitator"


def test_all_tables_draw_the_same_event_also_when_one_draws_later(fay, cast):
    session = make_game(cast, tables=3, phase="pool")
    press(fay, session, "advance", phase="pool")
    press(fay, session, "draw", table=2)
    press(fay, session, "draw", phase="event")
    drawn = [[one.event for one in state_of(session, number).events] for number in (1, 2, 3)]
    assert drawn[0] == drawn[2] == drawn[1][:1]
    event = next(one.id for one in cards_of(session.pack).events if one.id not in drawn[1])
    press(fay, session, "inject", table=3, event=event)
    assert state_of(session, 3).events[-1].event == event


def test_an_evening_ends_when_somebody_is_sure_and_tables_are_kept_as_they_stand(fay, playing):
    assert "Tick that you are sure" in press(fay, playing, "end").content.decode()
    press(fay, playing, "end", sure="yes")
    playing.refresh_from_db()
    assert (playing.state, state_of(playing).ended) == ("over", "abandoned")
    assert press(fay, playing, "advance", phase="cut").status_code == 403


def test_what_a_console_did_is_in_the_log_and_replays_to_the_same_table(fay, cast):
    session = make_game(cast)
    press(fay, session, "start", phase="lobby")
    press(fay, session, "advance", phase="arrive")
    press(fay, session, "rollback", table=1, to="arrive", reason="Somebody came late.")
    table = first_table(session)
    moves = list(table.log.values_list("move", flat=True))
    settings = {"order": session.order, "rule": session.rule, "target_pence": session.target_pence}
    assert dumped(replay(cards_of(session.pack), moves, **settings)).decode() == table.state


# The clock


def test_the_clock_runs_pauses_and_goes_on_with_what_was_left(cast):
    now = timezone.now()
    session = Session(minutes=120, timer="running", phase_since=now - timedelta(minutes=20), order="cut-first")
    assert seconds_of(session, "cut") == 26 * 60
    assert seconds_left(session, "cut", now) == 6 * 60
    session.added_seconds = 300
    assert seconds_left(session, "cut", now) == 11 * 60
    assert seconds_left(session, "cut", now + timedelta(minutes=12)) == -60
    session.timer = "off"
    assert seconds_left(session, "cut", now) is None
    assert PRESET == 120
    assert common_phase("cut-first", ["cut", "pool"]) == "cut"
    assert common_phase("create-first", []) == "lobby"


def test_buttons_of_the_clock(fay, playing):
    now = timezone.now()
    Session.objects.update(phase_since=now - timedelta(minutes=10))

    def clock(what: str) -> Session:
        playing.refresh_from_db()
        press(fay, playing, "clock", clock=what, turn=playing.turn)
        playing.refresh_from_db()
        return playing

    assert clock("plus5").added_seconds == 300
    assert clock("plus2").added_seconds == 420
    paused = clock("pause").paused_left
    assert abs(paused - (26 * 60 + 420 - 600)) <= 5
    assert clock("plus2").paused_left == paused + 120
    assert clock("go").timer == "running"
    assert abs(seconds_left(playing, "cut", timezone.now()) - paused - 120) <= 2
    assert clock("off").timer == "off"
    assert clock("on").timer == "running"
    before = playing.turn
    press(fay, playing, "clock", clock="plus5", turn=before - 1)  # a page that is too old
    playing.refresh_from_db()
    assert playing.added_seconds == 0


def test_nothing_happens_because_time_is_over(fay, playing):
    Session.objects.update(phase_since=timezone.now() - timedelta(hours=3))
    before = list(Table.objects.values_list("moves", flat=True))
    page = fay.get(console(playing)).content.decode()
    assert "min over" in page
    assert list(Table.objects.values_list("moves", flat=True)) == before


# People


def test_a_seat_is_vacated_and_its_people_moved(fay, client, cast, playing):
    from django.test import Client

    table, other = playing.tables.order_by("number")
    phone = sit(Client(), table, "council")
    seat = {chair.seat: chair for chair in table.chairs.all()}
    press(fay, playing, "move", chair=seat["council"].pk, to=other.chairs.get(seat="nhs").pk)
    phone.refresh_from_db()
    assert (phone.chair.table, phone.chair.seat) == (other, "nhs")
    assert state_of(playing).seats["council"].state == "vacant"
    assert state_of(playing, 2).seats["nhs"].state == "waiting"
    press(fay, playing, "vacate", chair=seat["young"].pk)
    assert state_of(playing).seats["young"].state == "vacant"
    old = seat["group"].card
    for _ in range(2):
        press(fay, playing, "new-card", chair=seat["group"].pk, card=old)
    seat["group"].refresh_from_db()
    assert seat["group"].card == old + 1


def test_a_table_that_is_too_small_is_joined_to_another_with_its_people(fay, cast, playing):
    from django.test import Client

    small, large = playing.tables.order_by("number")
    stays = sit(Client(), small, "council")
    page = press(fay, playing, "merge", table=1, into=2).content.decode()
    assert "large enough" in page
    for seat in ("resident", "young"):
        move(small, "leave", seat)
    move(large, "leave", "council")
    assert "has only 2 seats taken" in fay.get(console(playing)).content.decode()
    key = uuid.uuid4()
    for _ in range(2):
        press(fay, playing, "merge", key, table=1, into=2, back=1)
    small.refresh_from_db()
    stays.refresh_from_db()
    assert small.merged_into == large
    assert (stays.chair.table, stays.chair.seat) == (large, "council")
    assert (state_of(playing).ended, state_of(playing, 2).seats["council"].state) == ("abandoned", "waiting")
    assert small.log.last().move["reason"] == "Its people went on at table 2."
    assert Deed.objects.filter(kind="game.table.merged").count() == 1
    assert fay.get(console(playing, 1))["Location"] == console(playing, 2)
    page = fay.get(console(playing)).content.decode()
    assert "Table 1<" not in page
    assert small.log.last().move["reason"] not in page


def test_a_quiet_seat_is_nudged_and_only_one_at_a_time(fay, playing):
    chairs = playing.tables.get(number=1).chairs.in_bulk(field_name="pk")
    for pk in list(chairs)[:2]:
        press(fay, playing, "nudge", chair=pk)
    waiting = HelpAsk.objects.filter(done_at=None)
    assert [one.wanted for one in waiting] == ["nudge"]
    assert "Needs you" not in fay.get(console(playing)).content.decode()


def test_calls_for_help_wait_in_turn(fay, playing, cast):
    ask = HelpAsk.objects.create(
        table=first_table(playing), seat="group", wanted="expert", text="What is a floor?", key=uuid.uuid4()
    )
    assert "What is a floor?" in fay.get(console(playing)).content.decode()
    press(fay, playing, "take-help", ask=ask.pk)
    ask.refresh_from_db()
    assert ask.taken_by == cast.fay
    press(fay, playing, "end-help", ask=ask.pk)
    ask.refresh_from_db()
    assert ask.done_at
    assert "What is a floor?" not in fay.get(console(playing)).content.decode()


# Notes


def test_notes_are_kept_once_and_an_incident_waits_until_it_is_handled(fay, cast, playing):
    key = str(uuid.uuid4())
    said = {"text": "A table shouted.", "table": "1", "incident": "yes", "key": key}
    for _ in range(2):
        fay.post(console(playing, "notes"), said)
    note = Note.objects.get()
    assert (note.text, note.table.number, note.by) == ("A table shouted.", 1, cast.fay)
    assert "1 incident waits" in fay.get(console(playing)).content.decode()
    fay.post(console(playing, "notes"), {"note": note.pk, "handled": "Spoke to both."})
    assert "Needs you" not in fay.get(console(playing)).content.decode()
    assert fay.post(console(playing, "notes"), {"text": " ", "key": key}).status_code == 422


def test_an_observer_writes_notes_and_reads_only_their_own(fay, cast, playing):
    from django.test import Client

    fay.post(console(playing, "notes"), {"text": "Fay wrote this", "key": str(uuid.uuid4())})
    sam = sign_in(Client(), cast.sam)
    sam.post(console(playing, "notes"), {"text": "Seen by Sam", "key": str(uuid.uuid4())})
    page = sam.get(console(playing, "notes")).content.decode()
    assert "Seen by Sam" in page
    assert "Fay wrote this" not in page
    assert "Seen by Sam" in fay.get(console(playing, "notes")).content.decode()


# Pages


def test_a_console_costs_as_many_queries_for_many_tables_as_for_two(fay, cast, playing, django_assert_max_num_queries):
    fay.get(console(playing))
    with django_assert_max_num_queries(24) as two:
        fay.get(console(playing))
    many = make_game(cast, tables=9, phase="arrive")
    with django_assert_max_num_queries(24) as nine:
        fay.get(console(many))
    assert len(two) == len(nine)


@pytest.mark.parametrize("phase", ["lobby", "values", "event", "create", "ratify", "over"])
def test_every_page_of_the_hall_is_drawn_in_every_phase(fay, cast, phase):
    session = make_game(cast, phase=phase)
    for path in (console(session), console(session, 1), console(session) + "?part=1", console(session, 1) + "?part=1"):
        assert fay.get(path).status_code == 200, path
    assert fay.get(f"/brindley/game/{session.code}/t/1/paper/").status_code == 200
    for screen in ("welcome", "money", "projects", "story", "compare", "question:1", "table:1"):
        Session.objects.filter(pk=session.pk).update(screen=screen)
        assert fay.get(f"/brindley/game/{session.code}/screen/").status_code == 200, screen


def test_a_console_shows_no_card_and_no_answer_that_its_table_does_not_show(fay, cast, playing):
    table = first_table(playing)
    if state_of(playing).proposal is None:
        move(table, "propose", "resident", kind="cut", card="roads", level=1)
    move(table, "react", "young", reaction="hold", reason="A secret reason")
    for path in (console(playing), console(playing, 1), f"/brindley/game/{playing.code}/t/1/paper/"):
        page = fay.get(path).content.decode()
        assert "A secret reason" not in page
        for role in cards_of(playing.pack).roles:
            for fact in (*role.know, *role.care):
                assert fact.text not in page
    # When all have answered the words wait to be read by the facilitator, as no one's in particular.
    for seat in ("resident", "group", "council"):
        move(table, "react", seat, reaction="support")
    assert "A secret reason" in fay.get(console(playing)).content.decode()
    assert Words.objects.filter(text="A secret reason", state="waiting").exists()


def test_chairs_of_other_evenings_are_out_of_reach(fay, cast, playing):
    other = make_game(cast)
    chair = Chair.objects.filter(table__session=other).first()
    assert press(fay, playing, "vacate", chair=chair.pk).status_code == 404
    assert press(fay, playing, "advance", table=7, phase="cut").status_code == 404
    assert TableMove.objects.filter(table__session=other, source="facilitator").count() == 0
