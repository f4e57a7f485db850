"""What authors are written: what was decided and why, another cost, the answer to an appeal. Each of it once."""

from __future__ import annotations

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from pennypot.apps.rounds.actions.appeal import appeal, decide_appeal
from pennypot.apps.rounds.actions.letters import NotSent
from pennypot.apps.rounds.actions.review import change_cost, decide
from pennypot.apps.rounds.models import Author, Letter

from .reviewing import *  # noqa: F403 - fixtures
from .reviewing import answer_all, fresh

pytestmark = pytest.mark.django_db


def send_what_waits():
    """Do what the worker would: each job that tells authors something. Returns the letters that went out."""
    mail.outbox.clear()
    for job in ProcrastinateJob.objects.filter(task_name__startswith="rounds.tell_").order_by("pk"):
        app.tasks[job.task_name](**job.args)
    return list(mail.outbox)


@pytest.fixture
def two_authors(with_council, people):
    """The bench, of which Carys is an author besides Asha."""
    Author.objects.create(proposal=with_council, person=people.asha, state="consented")
    Author.objects.create(proposal=with_council, person=people.carys, state="consented")
    return with_council


def refuse(people, proposal):
    answer_all(people.ben, proposal, feasible="no")
    return decide(people.ben, fresh(proposal), outcome="refused", reason="There is no room for it.")


def test_every_author_reads_in_a_letter_why_it_was_refused_and_until_when_to_appeal(two_authors, people, in_stage):
    refuse(people, two_authors)
    in_stage("appeal")
    sent = send_what_waits()
    assert sorted(letter.to[0] for letter in sent) == ["asha@example.org", "carys@example.org"]
    assert sent[0].subject == "“A bench in the park” was refused"
    assert "There is no room for it." in sent[0].body
    assert "you can appeal once, until" in sent[0].body
    assert "/brindley/rounds/spring-2027/proposals/1/review/" in sent[0].body


def test_no_letter_goes_out_twice_however_often_the_job_runs(two_authors, people):
    decision = refuse(people, two_authors)
    assert len(send_what_waits()) == 2
    assert send_what_waits() == []
    with pytest.raises(IntegrityError), transaction.atomic():
        Letter.objects.create(
            round=two_authors.round, person=people.asha, about=f"decision {decision.pk}"
        )  # fmt: skip


def test_a_letter_that_the_mail_server_does_not_take_is_tried_again(two_authors, people, settings):
    refuse(people, two_authors)
    settings.EMAIL_BACKEND = "pennypot.apps.rounds.tests.test_letters.Nowhere"
    with pytest.raises(NotSent):
        send_what_waits()
    assert not Letter.objects.exists()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert len(send_what_waits()) == 2


class Nowhere:
    """A mail server that is not there."""

    def __init__(self, **_given):
        pass

    def send_messages(self, _letters):
        raise ConnectionRefusedError


def test_another_cost_is_told_with_both_figures_and_the_reason(two_authors, people):
    change_cost(people.ben, two_authors, 1_200_00, reason="Delivery was left out.", seen_pence=1_000_00)
    letter = send_what_waits()[0]
    assert letter.subject == "“A bench in the park” has another cost now"
    assert "to £1,200. Before it was £1,000." in letter.body
    assert "Delivery was left out." in letter.body


@pytest.mark.parametrize(("outcome", "subject"), [
    ("accepted", "Your appeal: “A bench in the park” is accepted"),
    ("refused", "Your appeal: “A bench in the park” stays refused"),
])  # fmt: skip
def test_the_answer_to_an_appeal_is_told_as_final(two_authors, people, in_stage, outcome, subject):
    refuse(people, two_authors)
    in_stage("appeal")
    send_what_waits()
    appeal(people.asha, fresh(two_authors), "There is room beside the gate.")
    decide_appeal(people.pia, fresh(two_authors), outcome=outcome, reason="We measured it.")
    sent = send_what_waits()
    assert len(sent) == 2 and sent[0].subject == subject
    assert "this is final" in sent[0].body and "you can appeal" not in sent[0].body


def test_who_left_the_proposal_or_the_site_gets_no_letter(two_authors, people):
    Author.objects.filter(person=people.carys).update(state="declined")
    type(people.asha).objects.filter(pk=people.asha.pk).update(is_active=False)
    refuse(people, two_authors)
    assert send_what_waits() == []
