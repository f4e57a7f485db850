"""What the database itself holds about review and results, whatever a program tries."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from pennypot.apps.rounds.models import Appeal, Check, Decision, ExclusiveGroup, ExclusiveMember, Review
from pennypot.apps.rounds.tests.reviewing import *  # noqa: F403 - fixtures

pytestmark = pytest.mark.django_db


def refuses(write):
    with pytest.raises(DatabaseError), transaction.atomic():
        write()


def test_what_was_checked_and_decided_stays(reviewed):
    for table in ("check", "reviewmessage", "costchange", "decision"):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM rounds_{table}")
            assert cursor.fetchone()[0], f"{table} has nothing to try it on"
        for verb in ("UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"):
            refuses(lambda sql=verb.format(f"rounds_{table}"): connection.cursor().execute(sql))


def test_an_appeal_changes_only_who_decides_it(reviewed, cast):
    appeal = Appeal.objects.create(proposal=reviewed.proposal, text="The hall is there.", by=cast.asha)
    Appeal.objects.filter(pk=appeal.pk).update(agency=cast.police)
    refuses(lambda: Appeal.objects.filter(pk=appeal.pk).update(text="Something else"))
    refuses(lambda: Appeal.objects.filter(pk=appeal.pk).update(agency=cast.council, by=cast.carys))
    refuses(appeal.delete)


def test_a_review_belongs_to_its_proposal(reviewed, another):
    refuses(lambda: Review.objects.filter(pk=reviewed.review.pk).update(proposal=another))
    refuses(lambda: Review.objects.filter(pk=reviewed.review.pk).delete())


def test_rivals_belong_to_one_round(reviewed, another_round, cast):
    group = ExclusiveGroup.objects.create(round=another_round, reason="One hall")
    refuses(lambda: ExclusiveMember.objects.create(group=group, proposal=reviewed.proposal))


def test_rivals_freeze_with_the_rules(reviewed, another, in_stage):
    group = ExclusiveGroup.objects.create(round=reviewed.round, reason="One hall")
    in_stage("voting")
    refuses(lambda: ExclusiveGroup.objects.create(round=reviewed.round, reason="Another"))
    refuses(lambda: ExclusiveGroup.objects.filter(pk=group.pk).update(ended_at="2027-01-01T00:00Z", ended_reason="x"))


def test_a_decision_is_written_once_a_level(reviewed, cast):
    refuses(lambda: Decision.objects.create(proposal=reviewed.proposal, outcome="accepted", reason="Yes", by=cast.ben))
    refuses(lambda: Check.objects.create(review=reviewed.review, kind="legal", verdict="yes", reason=""))
