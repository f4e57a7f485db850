"""Checks 1 to 6 and 11 of the list: one ballot, one receipt, the database's clock, closed is closed."""

from __future__ import annotations

import secrets
import time
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import Max

from pennypot.apps.rounds.clock import database_now
from pennypot.apps.voting.actions import casting, opening
from pennypot.apps.voting.actions.closing import close_election, close_what_is_over
from pennypot.apps.voting.models import FormToken, LogEvent, SealedBallot, Slot
from pennypot.apps.voting.queries.log import problems_of_log
from pennypot.apps.voting.slots import slot_for
from pennypot.house.answers import Invalid, Refused
from pennypot.house.models import Deed
from pennypot.testing.cast import cast  # noqa: F401 - a fixture
from pennypot.testing.elections import an_election, voters  # noqa: F401 - a fixture
from pennypot.testing.rounds import put_in_stage, set_stages

from .elected import again, at_once, close, holder, vote

pytestmark = pytest.mark.django_db(transaction=True)


def counted_slots(election):
    return Slot.objects.filter(election=election).values("slot").distinct().count()


def test_s01_s02_eight_at_once_with_one_form_are_one_ballot_and_one_receipt(an_election):  # noqa: F811
    people = voters(an_election.round, 60)
    tokens = [secrets.token_bytes(16) for _ in people]
    jobs = [
        lambda entry=entry, token=token: vote(an_election, entry, token=token, word="heron")
        for entry, token in zip(people, tokens, strict=True)
        for _ in range(8)
    ]
    receipts = at_once(jobs)
    assert len({(one.index, one.commitment, one.signature, one.word) for one in receipts}) == 60
    assert sum(one.first for one in receipts) == 60
    assert SealedBallot.objects.count() == FormToken.objects.count() == counted_slots(an_election.election) == 60
    assert problems_of_log(an_election.election) == []


def test_s01_eight_at_once_for_one_person_leave_one_ballot_that_counts(an_election):  # noqa: F811
    (entry,) = voters(an_election.round, 1)
    receipts = at_once([lambda: vote(an_election, entry) for _ in range(80)])
    assert len({one.index for one in receipts}) == 80
    assert Slot.objects.aggregate(Max("revision"))["revision__max"] == 80
    replaced = set(LogEvent.objects.filter(kind="cast", refers__isnull=False).values_list("refers", flat=True))
    assert len(set(LogEvent.objects.filter(kind="cast").values_list("index", flat=True)) - replaced) == 1


def test_s02_a_form_sent_again_after_the_close_still_gets_its_receipt(an_election):  # noqa: F811
    (entry,) = voters(an_election.round, 1)
    token, slot = secrets.token_bytes(16), slot_for(an_election.election, entry.pk)
    first = casting.cast(an_election.election, slot, [1], token, word="heron")
    put_in_stage(an_election.round, "count")
    second = casting.cast(an_election.election, slot, [1], token, word="heron")
    assert (first.index, first.commitment, first.signature) == (second.index, second.commitment, second.signature)
    assert not second.first


@pytest.mark.parametrize("wrong_by", [-7200, 0, 7200])
def test_s03_only_the_databases_clock_decides(an_election, monkeypatch, wrong_by):  # noqa: F811
    people, real = voters(an_election.round, 3000), time.time
    monkeypatch.setattr(time, "time", lambda: real() + wrong_by)
    monkeypatch.setattr("django.utils.timezone.now", lambda: database_now() + timedelta(seconds=wrong_by))
    now = database_now()
    opens, closes = now + timedelta(milliseconds=300), now + timedelta(milliseconds=800)
    set_stages(an_election.round, {"voting": (opens, closes)})
    seen = set()
    for entry in people:
        before = database_now()
        try:
            vote(an_election, entry)
            taken = True
        except Refused:
            taken = False
        after = database_now()
        if after < opens or before >= closes:
            assert not taken
        elif opens <= before and after < closes:
            assert taken
        seen.add((taken, before >= closes))
        if before > closes + timedelta(milliseconds=100):
            break
    assert seen >= {(True, False), (False, True), (False, False)}


@pytest.mark.parametrize(("milliseconds", "taken"), [(-1, False), (0, False), (60_000, True)])
def test_s03_the_last_moment_itself_is_too_late(an_election, milliseconds, taken):  # noqa: F811
    (entry,) = voters(an_election.round, 1)
    now = database_now()
    set_stages(an_election.round, {"voting": (now - timedelta(hours=1), now + timedelta(milliseconds=milliseconds))})
    if taken:
        assert vote(an_election, entry).first
    else:
        with pytest.raises(Refused, match="over"):
            vote(an_election, entry)


def test_s04_eight_at_once_close_once(an_election):  # noqa: F811
    for entry in voters(an_election.round, 5):
        vote(an_election, entry)
    put_in_stage(an_election.round, "count")
    again(an_election)
    jobs = [lambda: close_election(an_election.cast.aled, an_election.election) for _ in range(8)]
    jobs += [lambda: bool(close_what_is_over()) for _ in range(8)]
    assert at_once(jobs).count(True) == 1
    assert LogEvent.objects.filter(kind="close").count() == 1
    assert Deed.objects.filter(kind="voting.election.closed").count() == 1


def test_s03_closing_and_casting_at_once_lose_nothing(an_election):  # noqa: F811
    people = voters(an_election.round, 400)
    now = database_now()
    set_stages(an_election.round, {"voting": (now - timedelta(hours=1), now + timedelta(milliseconds=400))})

    def cast_or_not(entry):
        try:
            return vote(an_election, entry).index
        except Refused:
            return None

    jobs = [lambda entry=entry: cast_or_not(entry) for entry in people]
    jobs[200:200] = [lambda: close_what_is_over() for _ in range(40)]
    found = {one for one in at_once(jobs) if isinstance(one, int)}
    time.sleep(0.4)  # on a quick machine they are done before voting is over
    close_what_is_over()
    assert found == set(LogEvent.objects.filter(kind="cast").values_list("index", flat=True))
    last = LogEvent.objects.order_by("-index").first()
    assert last.kind == "close"
    assert again(an_election).roll_counts["channels"] == ({"web": len(found)} if found else {})


def test_s05_a_closed_election_takes_no_ballot_by_any_way(an_election):  # noqa: F811
    first, second = voters(an_election.round, 2)
    vote(an_election, first)
    slot = slot_for(an_election.election, second.pk)
    election = close(an_election)
    put_in_stage(an_election.round, "voting")  # even if somebody moved the dates back
    with pytest.raises(Refused, match="over"):
        casting.cast(election, slot, [1], secrets.token_bytes(16))
    with pytest.raises(Refused, match="over"):
        casting.cast_paper(election, [1], secrets.token_bytes(16))
    before = SealedBallot.objects.count()
    tries = [
        "INSERT INTO voting_logevent (election_id, index, kind, leaf, leaf_hash, nodes)"
        " SELECT election_id, size, 'cast', convert_to('{{\"i\":' || size || ',\"type\":\"cast\"}}', 'UTF8'), '', ''"
        " FROM voting_head WHERE election_id = {id}",
        "INSERT INTO voting_sealedballot (election_id, index, commitment, sealed) VALUES ({id}, 2, '1', '1')",
        "INSERT INTO voting_sealedballot (election_id, index, commitment, sealed) VALUES ({id}, 99, '1', '1')",
        "INSERT INTO voting_slot (election_id, slot, revision, index) VALUES ({id}, '1', 1, 2)",
        "UPDATE voting_head SET closed = false WHERE election_id = {id}",
        "UPDATE voting_head SET size = size - 1 WHERE election_id = {id}",
        "DELETE FROM voting_logevent WHERE election_id = {id}",
        "UPDATE voting_sealedballot SET sealed = '1'",
        "DELETE FROM voting_slot",
        "TRUNCATE voting_formtoken",
        "UPDATE voting_election SET closed_at = NULL, round_key_destroyed_at = NULL WHERE id = {id}",
    ]
    for statement in tries:
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement.format(id=election.pk))
    assert SealedBallot.objects.count() == before
    assert problems_of_log(election) == []


def test_s06_a_crash_before_the_receipt_loses_the_receipt_and_not_the_ballot(an_election, monkeypatch):  # noqa: F811
    (entry,) = voters(an_election.round, 1)
    token = secrets.token_bytes(16)

    def crash(*_arguments, **_more):
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(casting, "receipt_for", crash)
        with pytest.raises(KeyboardInterrupt):
            vote(an_election, entry, token=token)
    assert SealedBallot.objects.count() == 1
    receipt = vote(an_election, entry, token=token)
    assert (receipt.index, receipt.first) == (2, False)
    assert SealedBallot.objects.count() == 1


def test_s06_nobody_gets_a_receipt_inside_a_transaction_that_may_still_fail(an_election):  # noqa: F811
    (entry,) = voters(an_election.round, 1)
    with pytest.raises(RuntimeError, match="of its own"), transaction.atomic():
        vote(an_election, entry)
    assert not SealedBallot.objects.exists()


def test_s11_nobody_gets_totals_before_the_close_and_no_row_holds_a_choice(an_election):  # noqa: F811
    for entry in voters(an_election.round, 8):
        vote(an_election, entry, [1, 3], word="zanzibar")
    with pytest.raises(Refused, match="not closed"):
        opening.give_share(an_election.cast.aled, holder(an_election, 1), an_election.shares[1])
    with pytest.raises(Invalid, match="still open"):
        close_election(an_election.cast.aled, again(an_election))
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT count(*) FROM "{table}" t WHERE t::text ILIKE %s', ["%zanzibar%"])  # noqa: S608
            assert cursor.fetchone() == (0,), table
            cursor.execute(
                f'SELECT count(*) FROM "{table}" t WHERE t::text LIKE %s',  # noqa: S608
                ["%" + b"zanzibar".hex() + "%"],
            )
            assert cursor.fetchone() == (0,), table
    assert len({len(bytes(one)) for one in SealedBallot.objects.values_list("sealed", flat=True)}) == 1
