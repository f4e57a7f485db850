"""Check 56 of the list: a disk without room loses no vote and promises none."""

from __future__ import annotations

import re
from contextlib import contextmanager

import pytest
from django.db import connection
from django.test import Client

from pennypot.apps.voting.models import FormToken, LogEvent, SealedBallot, Slot
from pennypot.apps.voting.queries.log import problems_of_log
from pennypot.testing.cast import cast  # noqa: F401 - a fixture
from pennypot.testing.elections import an_election  # noqa: F401 - a fixture

from .at_the_entrance import address, go_in, new_voter, receipt_of

pytestmark = pytest.mark.django_db(transaction=True)
# Everything that one vote writes: wherever the room ends, all of it or nothing is there.
WRITTEN = ("voting_slot", "voting_logevent", "voting_sealedballot", "voting_formtoken")


@contextmanager
def full_disk(table: str):
    """PostgreSQL answers as it does when a table cannot grow."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION"
            f" 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$;"
            f"CREATE TRIGGER no_room BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION no_room()"
        )
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TRIGGER no_room ON {table}; DROP FUNCTION no_room()")


def rows(election) -> list[int]:
    return [model.objects.filter(election=election).count() for model in (LogEvent, Slot, SealedBallot, FormToken)]


def test_s56_where_the_disk_is_full_no_vote_is_half_in_and_the_same_form_is_taken_later(an_election):  # noqa: F811
    round, election = an_election.round, an_election.election
    client = Client(raise_request_exception=False)
    go_in(client, round, new_voter(round))
    checked = client.post(address(round, "ballot_check"), {"choice": [1, 3]})
    form = {"choice": [1, 3], "token": re.search(r'name="token" value="([^"]+)"', checked.content.decode())[1]}
    before = rows(election)
    for table in WRITTEN:
        with full_disk(table):
            answer = client.post(address(round, "ballot_cast"), form)
        assert answer.status_code == 503 and 'class="hash"' not in answer.content.decode(), table
        assert rows(election) == before, table
    receipt = receipt_of(client.post(address(round, "ballot_cast"), form))
    assert rows(election) == [number + 1 for number in before]
    assert receipt.index == LogEvent.objects.get(election=election, kind="cast").index
    assert problems_of_log(election) == []
