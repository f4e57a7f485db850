"""What key holders are written: that their share waits, and a reminder before voting opens. Each once a share."""

from __future__ import annotations

import pytest
from django.core import mail
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from pennypot.apps.rounds.clock import database_now
from pennypot.apps.voting.actions import ceremony
from pennypot.apps.voting.actions.share_letters import SOON, remind_holders
from pennypot.testing.cast import cast  # noqa: F401 - a fixture
from pennypot.testing.elections import fill_pot, fix_ballot
from pennypot.testing.rounds import DAY, make_round, put_in_stage

pytestmark = pytest.mark.django_db
NAMES = {1: "aled", 2: "sam", 3: "carys"}


@pytest.fixture
def begun(cast):  # noqa: F811
    """Keys are made and nobody has taken a share; voting opens in four days."""
    for person in cast.everyone().values():
        person.second_factor = True
    round = make_round(cast, stage="ballot")
    fill_pot(round)
    fix_ballot(round, cast)
    round = put_in_stage(round, "voting", left=SOON + DAY, before=True)
    election = ceremony.prepare_election(cast.aled, round)
    ceremony.begin(cast.aled, election, holders(cast))
    return election


def holders(people):
    return {which: getattr(people, name) for which, name in NAMES.items()}


def holder(election, which):
    return election.key_holders.select_related("election__round__place").get(which=which)


def written(work):
    """Do something; return to whom letters went out, and with which subjects."""
    mail.outbox.clear()
    work()
    return {letter.to[0].partition("@")[0]: letter.subject for letter in mail.outbox}


def the_jobs():
    for job in ProcrastinateJob.objects.filter(task_name="voting.tell_holders"):
        app.tasks[job.task_name](**job.args)


def test_each_holder_hears_once_that_their_share_waits(begun):
    sent = written(the_jobs)
    assert sent == dict.fromkeys(NAMES.values(), "Your share of the key waits for you: Spring round")
    assert "/brindley/vote/spring-2027/keys/" in mail.outbox[0].body
    assert written(the_jobs) == {}


def test_a_letter_never_holds_the_share_itself(begun, cast):  # noqa: F811
    written(the_jobs)
    shares = [ceremony.take_share(getattr(cast, NAMES[which]), holder(begun, which)).text for which in NAMES]
    bodies = "".join(letter.body + letter.subject for letter in mail.outbox)
    assert not [share for share in shares if share[:8] in bodies]


def test_new_keys_are_news_for_their_holders(begun, cast):  # noqa: F811
    written(the_jobs)
    ceremony.begin(cast.aled, begun, holders(cast))
    assert set(written(the_jobs)) == set(NAMES.values())


def test_three_days_before_voting_opens_those_who_have_something_left_to_do_are_reminded_once(begun, cast):  # noqa: F811
    text = ceremony.take_share(cast.aled, holder(begun, 1)).text
    ceremony.rehearse(cast.aled, holder(begun, 1), text)
    ceremony.take_share(cast.sam, holder(begun, 2))
    now = database_now()
    assert written(lambda: remind_holders(now)) == {}
    soon = now + DAY + DAY / 2
    assert written(lambda: remind_holders(soon)) == {
        "sam": "Please try out your share of the key: Spring round",
        "carys": "Your share of the key still waits for you: Spring round",
    }
    assert written(lambda: remind_holders(soon)) == {}
    assert written(lambda: remind_holders(now + 30 * DAY)) == {}
