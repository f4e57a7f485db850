"""What becomes of an evening: plans, tables side by side, advice that is answered."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from pennypot.apps.game.actions import advice as actions
from pennypot.apps.game.models import Advice, Reply, Session, Words
from pennypot.apps.game.queries.after import compared, plan_of, suggestions
from pennypot.apps.game.tests.played import an_evening
from pennypot.house.answers import Invalid, Refused
from pennypot.house.models import Deed
from pennypot.play import dumped, loaded, replay, shipped
from pennypot.testing.cast import Cast, sign_in
from pennypot.testing.games import make_game

CARDS = shipped("tilbrook")


@pytest.fixture
def evening(cast: Cast) -> Session:
    """Three tables that have finished."""
    return an_evening(cast, tables=3)


def of(session: Session, rest: str) -> str:
    return f"/brindley/game/{session.code}/{rest}"


def test_a_plan_is_read_by_everybody_when_it_is_made_and_by_nobody_before(cast: Cast, evening: Session) -> None:
    assert Client().get(of(evening, "t/1/plan/")).status_code == 200
    playing = make_game(cast, phase="cut")
    for kind in ("plan/", "plan.pdf", "plan.csv", "plan.json"):
        assert Client().get(of(playing, f"t/1/{kind}")).status_code == 403
    assert Client().get(of(evening, "t/9/plan/")).status_code == 404


def test_what_the_plan_says_is_what_the_books_say(evening: Session) -> None:
    for table in evening.tables.all():
        table.session = evening
        plan, state = plan_of(table), loaded(table.state)
        ready = [one for one in plan.projects if one.state == "ready"]
        assert sum(one.cost_pence for one in ready) == sum(
            pence for name, pence in state.money.items() if name.startswith("project:")
        )
        assert plan.reading.gap_pence == state.gap_pence
        # Agreed sums and what events brought are all that was found.
        events = sum(drawn.pence for drawn in state.events if not drawn.choice)
        by_choice = sum(one.pence for one in plan.agreed if one.kind == "respond")
        own = sum(drawn.pence for drawn in state.events if drawn.choice)
        assert sum(one.pence for one in plan.agreed) + events + own - by_choice == state.found_pence


def test_the_plan_as_a_table_runs_nothing_in_a_spreadsheet(evening: Session) -> None:
    table = evening.tables.get(number=1)
    state = json.loads(table.state)
    state["decisions"][0]["proposal"]["safeguards"] = ["=1+1"]
    evening.tables.filter(pk=table.pk).update(state=json.dumps(state))
    answer = Client().get(of(evening, "t/1/plan.csv"))
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    rows = list(csv.DictReader(io.StringIO(text)))
    assert "'=1+1" in {row["safeguards"] for row in rows}
    found = next(row for row in rows if row["title"] == "found")
    assert found["pounds"] == f"{loaded(table.state).found_pence / 100:.2f}"


def test_the_plan_on_paper_is_a_pdf(evening: Session) -> None:
    assert Client().get(of(evening, "t/1/plan.pdf")).content.startswith(b"%PDF")


def test_the_log_for_those_who_run_evenings_gives_the_table_byte_for_byte(cast: Cast, evening: Session) -> None:
    client = sign_in(Client(), cast.fay)
    given = client.get(of(evening, "t/1/plan.json")).json()
    seats = [chair.seat for chair in evening.tables.get(number=1).chairs.all()]
    table = replay(CARDS, [one["move"] for one in given["moves"]], target_pence=given["target_pence"], seats=seats)
    assert dumped(table).decode() == evening.tables.get(number=1).state


def test_the_public_log_tells_nobody_how_sure_anybody_was_or_who_thought_what(evening: Session) -> None:
    text = Client().get(of(evening, "t/1/plan.json")).content.decode()
    moves = json.loads(text)["moves"]
    assert "confidence" not in json.dumps(moves)
    assert all(set(one["move"]) == {"do"} for one in moves if one["move"]["do"] == "ratify")
    assert len(moves) == evening.tables.get(number=1).moves


def test_words_that_nobody_has_read_are_on_no_page_and_in_no_file(cast: Cast, evening: Session) -> None:
    table = evening.tables.get(number=1)
    text = loaded(table.state).stories.popitem()[1][1]
    Words.objects.create(table=table, number=1, field="loses", text=text)
    plan = Client().get(of(evening, "t/1/plan/")).content.decode()
    assert text not in plan
    assert "(not shown)" in plan
    assert text not in Client().get(of(evening, "t/1/plan.json")).content.decode()
    # Those who run the evening read everything.
    assert text in sign_in(Client(), cast.fay).get(of(evening, "t/1/plan/")).content.decode()
    Words.objects.update(state=Words.State.SHOWN)
    assert text in Client().get(of(evening, "t/1/plan/")).content.decode()


def test_tables_stand_side_by_side_in_counts(evening: Session) -> None:
    page = Client().get(of(evening, "compare/")).content.decode()
    found = compared(evening)
    assert len(found.tables) == 3
    for line in found.lines:
        assert f"cut at {line.cut} of 3" in page
    # Bots played: nobody is counted, and nobody chose to come.
    assert "Self-selected" not in page
    assert "Who was not in the room" in page
    assert sum(len(group) for _verdict, group in found.groups) == len(CARDS.lines)


def test_a_reason_that_was_hidden_is_in_no_comparison_and_no_advice(evening: Session) -> None:
    reasons = {reason for line in compared(evening).lines for reason in line.reasons}
    assert reasons
    table = evening.tables.get(number=1)
    for number, reason in enumerate(reasons, start=1):
        Words.objects.create(table=table, number=number, field="reason", text=reason, state=Words.State.HIDDEN)
    assert not {reason for line in compared(evening).lines for reason in line.reasons}
    assert not any(reason in one.text for one in suggestions(compared(evening)) for reason in reasons)


def test_a_table_that_still_plays_is_not_compared(cast: Cast) -> None:
    playing = make_game(cast, phase="cut")
    assert "No table has finished yet" in Client().get(of(playing, "compare/")).content.decode()


def send_all(cast: Cast, session: Session, days: int = 56) -> list[Advice]:
    today = timezone.localdate()
    texts = {one.card: one.text for one in suggestions(compared(session))}
    return actions.send(cast.fay, session, texts, today + timedelta(days=days), today)


def test_advice_is_sent_by_those_who_run_evenings_when_one_is_over(cast: Cast, evening: Session) -> None:
    page = of(evening, "advise/")
    for person in (cast.asha, cast.aled, cast.dev, cast.oona, cast.ben):
        assert sign_in(Client(), person).get(page).status_code == 403
    client = sign_in(Client(), cast.fay)
    assert client.get(page).status_code == 200
    Session.objects.update(state=Session.State.RUNNING)
    assert client.get(page).status_code == 403


def test_advice_goes_out_once_and_the_officer_hears_of_it(cast: Cast, evening: Session) -> None:
    client = sign_in(Client(), cast.tariq)
    page = client.get(of(evening, "advise/")).content.decode()
    given = dict.fromkeys(re.findall(r'name="(send-[a-z-]+)"', page), "on")
    assert given
    due = (timezone.localdate() + timedelta(days=30)).isoformat()
    for _twice in range(2):
        client.post(of(evening, "advise/"), {**given, "due_on": due})
    assert Advice.objects.count() == len(given)
    assert Deed.objects.filter(kind="game.advice.sent").count() == len(given)
    assert [letter.to for letter in mail.outbox] == [["aled@example.org"]]
    assert "/brindley/advice/" in mail.outbox[0].body


def test_what_the_tables_said_is_reckoned_and_not_given(cast: Cast, evening: Session) -> None:
    found = {one.card: one for one in suggestions(compared(evening))}
    for one in send_all(cast, evening):
        assert (one.kind, one.tables_for, one.tables_all) == (found[one.card].kind, found[one.card].tables_for, 3)


def test_no_advice_says_that_a_line_stays_which_tables_cut(evening: Session) -> None:
    found = compared(evening)
    lines = {line.line: line for line in found.lines}
    given = {one.card: one for one in suggestions(found) if one.card in lines}
    assert any(line.verdict == "red" and line.cut for line in found.lines), "choose another seed"
    for card, one in given.items():
        assert (one.kind == Advice.Kind.KEEP) == (not lines[card].cut)
        assert not one.text.startswith("0 of")


@pytest.mark.parametrize("days", [6, 183])
def test_a_reply_is_due_neither_at_once_nor_never(cast: Cast, evening: Session, days: int) -> None:
    with pytest.raises(Invalid):
        send_all(cast, evening, days)


def test_the_accountable_officer_answers_once_and_in_public(cast: Cast, evening: Session) -> None:
    advice = send_all(cast, evening)[0]
    page = f"/brindley/advice/{advice.pk}/"
    for person in (cast.asha, cast.tariq, cast.fay, cast.dev, cast.ben, cast.oona):
        assert sign_in(Client(), person).post(page, {"kind": "no", "why": "No"}).status_code == 403
    client = sign_in(Client(), cast.aled)
    assert client.post(page, {"kind": "partly", "why": ""}).status_code == 422
    assert client.post(page, {"kind": "partly", "why": "<b>From April</b>"}).status_code == 302
    assert client.post(page, {"kind": "no", "why": "No"}).status_code == 403
    assert Reply.objects.get().kind == "partly"
    public = Client().get("/brindley/advice/").content.decode()
    assert "adopted in part" in public
    assert "&lt;b&gt;From April" in public


def test_an_answer_needs_a_second_step_at_the_door(cast: Cast, evening: Session) -> None:
    advice = send_all(cast, evening)[0]
    weak = sign_in(Client(), cast.aled, second_factor=False)
    assert weak.post(f"/brindley/advice/{advice.pk}/", {"kind": "no", "why": "No"}).status_code == 403


def test_what_is_overdue_is_said(cast: Cast, evening: Session) -> None:
    send_all(cast, evening)
    assert "Overdue" not in Client().get("/brindley/advice/").content.decode()
    today = timezone.localdate()
    late = {"place": evening.place, "session": evening, "kind": "cut", "tables_for": 1, "tables_all": 3}
    late |= {"sent_by": cast.fay, "due_on": today - timedelta(days=1)}
    Advice.objects.create(card="late", title="Late", text="Late", **late)
    page = Client().get("/brindley/advice/").content.decode()
    assert "Overdue: an answer was due by" in page
    assert page.index("Late") < page.index("Waits for an answer")


def test_s24_advice_of_another_place_is_not_found(cast: Cast, evening: Session) -> None:
    advice = send_all(cast, evening)[0]
    assert Client().get(f"/elsewhere/advice/{advice.pk}/").status_code == 404
    assert Client().get(f"/elsewhere/game/{evening.code}/compare/").status_code == 404


def test_who_is_refused_writes_nothing(cast: Cast, evening: Session) -> None:
    with pytest.raises(Refused):
        actions.send(cast.asha, evening, {"roads": ""}, timezone.localdate() + timedelta(days=30), timezone.localdate())
    assert not Advice.objects.exists()


def test_pages_ask_the_database_few_questions(evening: Session, django_assert_max_num_queries: Any) -> None:
    client = Client()
    for rest in ("compare/", "t/1/plan/"):
        client.get(of(evening, rest))
        with django_assert_max_num_queries(8):
            client.get(of(evening, rest))
