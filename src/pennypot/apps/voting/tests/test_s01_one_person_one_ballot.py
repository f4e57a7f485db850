"""Check 1: eight at the same moment, by every route, and there is one ballot."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client

from pennypot.apps.voting import codes, passes
from pennypot.apps.voting.actions.casting import cast as cast_ballot
from pennypot.apps.voting.actions.entering import make_link
from pennypot.apps.voting.models import FormToken, LogEvent, PhoneCode, RollEntry, SealedBallot, Slot
from pennypot.apps.voting.slots import slot_for
from pennypot.apps.voting.tests.at_the_entrance import address, go_in, new_voter, parcels, send
from pennypot.testing.elections import make_election, voters

pytestmark = pytest.mark.django_db(transaction=True)
EIGHT = 8
# 10,000 in the release's own run; fewer in the daily one, because each is eight transactions that wait for each other.
SUBMISSIONS = int(os.environ.get("DOUBLE_SUBMISSIONS", "200"))


def at_once(do: Callable[[int], Any]) -> list[Any]:
    """Do something eight times at the same moment, each over a connection of its own."""
    gate = threading.Barrier(EIGHT)

    def run(number: int) -> Any:
        try:
            gate.wait(20)
            return do(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(EIGHT) as pool:
        return list(pool.map(run, range(EIGHT)))


@pytest.fixture
def story(cast):
    return make_election(cast, eligibility=["posted_code", "roll_email", "sms"])


def standing(story) -> int:
    """Count the ballots that nothing replaces."""
    casts = LogEvent.objects.filter(election=story.election, kind="cast")
    replaced = set(casts.exclude(refers=None).values_list("refers", flat=True))
    return casts.exclude(index__in=replaced).count()


def test_s01_the_same_form_sent_eight_times_at_once_is_one_ballot_and_one_receipt(story):
    client = Client()
    go_in(client, story.round, new_voter(story.round))
    checked = client.post(address(story.round, "ballot_check"), {"choice": [1]})
    form = {"choice": [1], "token": checked.context["token"]}
    held = client.cookies[passes.cookie_name()].value

    def press(_number: int) -> Any:
        mine = Client()
        mine.cookies[passes.cookie_name()] = held
        return mine.post(address(story.round, "ballot_cast"), form)

    answers = at_once(press)
    assert {answer.status_code for answer in answers} == {200}
    assert len({b"".join(answer).split(b'class="hash">')[1].split(b"<")[0] for answer in answers}) == 1
    assert SealedBallot.objects.filter(election=story.election).count() == 1


def test_s01_one_code_in_eight_browsers_at_once_leaves_one_ballot_standing(story):
    code = new_voter(story.round)

    def vote(number: int) -> int:
        mine = Client(REMOTE_ADDR=f"203.0.113.{number}")
        go_in(mine, story.round, code)
        return send(mine, story.round, [1 + number % 5]).status_code

    assert set(at_once(vote)) == {200}
    slots = Slot.objects.filter(election=story.election)
    assert len(set(slots.values_list("revision", flat=True))) == slots.count() == EIGHT
    assert slots.values("slot").distinct().count() == 1
    assert standing(story) == 1


def test_s01_one_link_pressed_eight_times_at_once_lets_one_in(story):
    key = codes.keyed(story.round.pk, "email", "asha@example.org")
    RollEntry.objects.create(round=story.round, how="roll_email", email_hash=key, day="2027-05-03")
    token = make_link(story.round, "roll_email", key)
    answers = at_once(lambda _number: Client().post(address(story.round, "vote_link", token)).status_code)
    assert sorted(answers) == [302] + [422] * 7


def test_s01_one_code_by_text_typed_eight_times_at_once_lets_one_in(story, settings):
    settings.OPTIONS.sms_provider = "console"
    Client().post(address(story.round, "vote_round"), {"way": "sms", "phone": "07700900123", "old_enough": "on"})
    code = parcels()[0].body[:6]
    typed = {"way": "text_code", "phone": "+447700900123", "code": code}
    answers = at_once(lambda _number: Client().post(address(story.round, "vote_round"), typed).status_code)
    settings.OPTIONS.sms_provider = ""
    assert answers.count(302) == 1 and PhoneCode.objects.exclude(used_at=None).count() == 1
    assert RollEntry.objects.filter(round=story.round, how="sms").count() == 1


def test_s01_many_eight_way_double_submissions_give_one_ballot_each(story):
    entries = voters(story.round, SUBMISSIONS)
    slots = [slot_for(story.election, entry.pk) for entry in entries]
    tokens = [os.urandom(16) for _ in entries]

    def send_all(_number: int) -> list[int]:
        return [cast_ballot(story.election, slot, [1], token).index for slot, token in zip(slots, tokens, strict=True)]

    first, *others = at_once(send_all)
    assert all(other == first for other in others)
    assert len(set(first)) == SUBMISSIONS
    for table in (SealedBallot, Slot, FormToken):
        assert table.objects.filter(election=story.election).count() == SUBMISSIONS
    with connection.cursor() as cursor:
        cursor.execute("SELECT size FROM voting_head WHERE election_id = %s", [story.election.pk])
        assert cursor.fetchone()[0] == SUBMISSIONS + LogEvent.objects.exclude(kind="cast").count()
