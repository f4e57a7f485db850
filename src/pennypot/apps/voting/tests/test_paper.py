"""Paper: two officers behind every envelope and every ballot, and one vote a person, on paper or on the web."""

from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import DatabaseError, IntegrityError, connection, connections, transaction

from pennypot.apps.voting import slots, vault
from pennypot.apps.voting.actions.casting import cast as cast_ballot
from pennypot.apps.voting.actions.clerks import end_clerk, name_clerk
from pennypot.apps.voting.actions.closing import close_election
from pennypot.apps.voting.actions.envelopes import FEW, check_envelope, open_envelopes, send_back
from pennypot.apps.voting.actions.paper import Outcome, Read, key_ballot
from pennypot.apps.voting.choices import BallotForm, Choices
from pennypot.apps.voting.keyed import read
from pennypot.apps.voting.models import (
    LogEvent,
    PaperBallot,
    PaperBatch,
    PaperEnvelope,
    PaperKeying,
    RollEntry,
    SealedBallot,
    SlotLock,
)
from pennypot.apps.voting.queries.ballots import whole_ballot
from pennypot.apps.voting.queries.paper import batch_view, batches_of, paper_totals, unfinished_paper
from pennypot.house.answers import Invalid, Refused
from pennypot.house.models import Deed
from pennypot.testing.cast import cast  # noqa: F401 - a fixture
from pennypot.testing.elections import an_election, make_election, voters  # noqa: F401 - a fixture
from pennypot.testing.rounds import put_in_stage


def ballot(*numbers, spoilt=""):
    return Read(spoilt=spoilt) if spoilt else Read(choices=Choices("knapsack", tuple(sorted(numbers))))


def web_vote(story, entry, *numbers):
    slot = slots.slot_for(story.election, entry.pk)
    return cast_ballot(story.election, slot, list(numbers), secrets.token_bytes(16))


def opened(story, entries, few=True):
    """Check entries by Tariq and open them by Aled."""
    for entry in entries:
        check_envelope(story.cast.tariq, story.election, entry)
    return open_envelopes(story.cast.aled, story.election, len(entries), few=few)


def counting_leaves(election):
    """Leaves of ballots that are not void."""
    events = list(LogEvent.objects.filter(election=election))
    gone = {one.refers for one in events if one.kind == "void"} | {one.refers for one in events if one.kind == "cast"}
    return [one for one in events if one.kind in ("cast", "paper") and one.index not in gone]


# -- check 13: two officers key blind to each other ----------------------------------------------------------


def test_s13_a_ballot_is_in_the_log_when_two_officers_read_the_same(an_election):  # noqa: F811
    people = an_election.cast
    batch = opened(an_election, voters(an_election.round, 1))
    assert key_ballot(people.aled, batch, 1, ballot(1, 3)) == Outcome.WAITS
    assert not LogEvent.objects.filter(election=an_election.election, kind="paper").exists()
    assert key_ballot(people.tariq, batch, 1, ballot(3, 1)) == Outcome.AGREED
    event = LogEvent.objects.get(election=an_election.election, kind="paper")
    assert b'"channel":"paper"' in bytes(event.leaf)
    assert SealedBallot.objects.filter(election=an_election.election, index=event.index).exists()
    assert batch_view(batch, people.aled).is_done


def test_s13_the_same_officer_twice_is_refused(an_election):  # noqa: F811
    people = an_election.cast
    batch = opened(an_election, voters(an_election.round, 1))
    key_ballot(people.aled, batch, 1, ballot(1))
    for numbers in ((1,), (2,)):
        with pytest.raises(Refused, match="keyed this ballot already"):
            key_ballot(people.aled, batch, 1, ballot(*numbers))
    assert PaperKeying.objects.count() == 1 and not PaperBallot.objects.exists()


def test_s13_the_same_officer_twice_is_refused_by_the_database_itself(an_election):  # noqa: F811
    people = an_election.cast
    batch = opened(an_election, voters(an_election.round, 1))
    key_ballot(people.aled, batch, 1, ballot(1))
    mine = PaperKeying.objects.get()
    for look in (1, 2, 3):
        with pytest.raises(DatabaseError), transaction.atomic():
            PaperKeying.objects.create(batch=batch, number=1, officer=people.aled, look=look, mark=mine.mark)
    with pytest.raises(DatabaseError), transaction.atomic():
        PaperBallot.objects.create(batch=batch, number=1, one=mine, other=mine)


def test_s13_a_mismatch_keeps_the_ballot_out_until_two_officers_agree(an_election):  # noqa: F811
    people = an_election.cast
    batch = opened(an_election, voters(an_election.round, 1))
    key_ballot(people.aled, batch, 1, ballot(1, 2))
    assert key_ballot(people.tariq, batch, 1, ballot(1, 3)) == Outcome.DIFFERS
    assert not LogEvent.objects.filter(kind="paper").exists()
    assert [(one.state, one.may_key) for one in batch_view(batch, people.aled).lines] == [("differs", True)]
    # Tariq looks at the paper again and reads what Aled read.
    assert key_ballot(people.tariq, batch, 1, ballot(1, 2)) == Outcome.AGREED
    assert LogEvent.objects.filter(kind="paper").count() == 1
    with pytest.raises(Refused, match="agreed"):
        key_ballot(people.aled, batch, 1, ballot(1, 3))


def test_s13_a_third_officer_can_settle_a_mismatch(an_election):  # noqa: F811
    people = an_election.cast
    name_clerk(people.aled, an_election.round, people.ben)
    batch = opened(an_election, voters(an_election.round, 1))
    key_ballot(people.aled, batch, 1, ballot(1, 2))
    key_ballot(people.tariq, batch, 1, ballot(1, 3))
    assert key_ballot(people.ben, batch, 1, ballot(1, 3)) == Outcome.AGREED
    settled = PaperBallot.objects.get()
    assert {settled.one.officer_id, settled.other.officer_id} == {people.tariq.pk, people.ben.pk}


def test_s13_the_database_settles_no_ballot_that_two_officers_read_differently(an_election):  # noqa: F811
    people = an_election.cast
    batch = opened(an_election, voters(an_election.round, 1))
    key_ballot(people.aled, batch, 1, ballot(1))
    key_ballot(people.tariq, batch, 1, ballot(2))
    one, other = PaperKeying.objects.all()
    with pytest.raises(DatabaseError), transaction.atomic():
        PaperBallot.objects.create(batch=batch, number=1, one=one, other=other)


def test_s13_spoilt_needs_two_officers_and_the_same_reason(an_election):  # noqa: F811
    people = an_election.cast
    batch = opened(an_election, voters(an_election.round, 1))
    key_ballot(people.aled, batch, 1, ballot(spoilt="empty"))
    assert key_ballot(people.tariq, batch, 1, ballot(spoilt="unclear")) == Outcome.DIFFERS
    assert key_ballot(people.aled, batch, 1, ballot(spoilt="unclear")) == Outcome.SPOILT
    assert not LogEvent.objects.filter(kind="paper").exists()
    assert paper_totals(an_election.election).spoilt == {"unclear": 1}


def test_s13_a_batch_holds_as_many_ballots_as_envelopes_were_opened(an_election):  # noqa: F811
    people, election = an_election.cast, an_election.election
    for entry in voters(an_election.round, 6):
        check_envelope(people.tariq, election, entry)
    for counted in (0, 5, 7):
        with pytest.raises(Invalid, match="Find the difference"):
            open_envelopes(people.aled, election, counted)
    batch = open_envelopes(people.aled, election, 6)
    assert (batch.number, batch.envelopes) == (1, 6)
    with pytest.raises(Invalid, match="no ballot with this number"):
        key_ballot(people.aled, batch, 7, ballot(1))
    for number in range(1, 6):
        for officer in (people.aled, people.tariq):
            key_ballot(officer, batch, number, ballot(number))
    assert unfinished_paper(election) == ["1 paper ballot was not read alike by two officers yet."]
    for officer in (people.aled, people.tariq):
        key_ballot(officer, batch, 6, ballot(spoilt="missing"))
    totals = paper_totals(election)
    assert (totals.opened, totals.agreed, totals.spoilt_in_all, totals.left) == (6, 5, 1, 0)
    assert [(one.envelopes, one.agreed, one.spoilt, one.left) for one in batches_of(election)] == [(6, 5, 1, 0)]


@pytest.mark.django_db(transaction=True)
def test_s13_a_batch_that_does_not_add_up_is_refused_by_the_database(cast):  # noqa: F811
    story = make_election(cast)
    with pytest.raises(DatabaseError, match="batches do not hold"):
        PaperBatch.objects.create(election=story.election, number=1, envelopes=3, opened_by=cast.aled, day="2027-05-03")
    envelope = check_envelope(cast.tariq, story.election, voters(story.round, 1)[0])
    with pytest.raises(DatabaseError, match="batches do not hold"):
        PaperEnvelope.objects.filter(pk=envelope.pk).update(state="opened", ended_by=cast.aled)


def test_s13_no_election_closes_before_every_paper_ballot_is_settled(an_election):  # noqa: F811
    people = an_election.cast
    batch = opened(an_election, voters(an_election.round, 1))
    key_ballot(people.aled, batch, 1, ballot(1))
    put_in_stage(an_election.round, "count")
    with pytest.raises(Invalid, match="not read alike"):
        close_election(people.aled, an_election.election)
    key_ballot(people.tariq, batch, 1, ballot(1))
    assert close_election(people.aled, an_election.election)


# -- nothing is seen and nothing is kept ---------------------------------------------------------------------


def test_no_table_of_paper_holds_what_a_ballot_says(an_election):  # noqa: F811
    """The same reading of two ballots, or of the same ballot in two elections, leaves marks with nothing in common."""
    people = an_election.cast
    batch = opened(an_election, voters(an_election.round, 2))
    key_ballot(people.aled, batch, 1, ballot(1, 2))
    key_ballot(people.aled, batch, 2, ballot(1, 2))
    marks = [bytes(one.mark) for one in PaperKeying.objects.all()]
    assert len(set(marks)) == 2 and all(len(mark) == 32 for mark in marks)
    deeds = Deed.objects.filter(kind="voting.paper.keyed")
    assert deeds.count() == 2
    assert all(set(one.after) == {"batch", "ballot", "outcome"} for one in deeds)


def test_an_envelope_leads_to_no_batch_and_a_batch_to_no_voter():
    to = {field.related_model.__name__ for field in PaperEnvelope._meta.get_fields() if field.is_relation}
    assert to == {"Election", "RollEntry", "Person"}
    to = {field.related_model.__name__ for field in PaperBatch._meta.concrete_fields if field.is_relation}
    assert to == {"Election", "Person"}
    kinds = {field.get_internal_type() for model in (PaperKeying, PaperBallot, PaperBatch, PaperEnvelope)
             for field in model._meta.concrete_fields}  # fmt: skip
    assert "DateTimeField" not in kinds and "JSONField" not in kinds


def test_deeds_about_envelopes_name_no_voter(an_election):  # noqa: F811
    opened(an_election, voters(an_election.round, 2))
    for deed in Deed.objects.filter(kind__startswith="voting.envelope"):
        assert deed.about_kind == "voting.election"
        assert set(deed.after) <= {"via", "batch", "envelopes"}


# -- check 14: paper and web, in every order -----------------------------------------------------------------


def test_s14_web_then_paper_the_paper_counts(an_election):  # noqa: F811
    people, election = an_election.cast, an_election.election
    (entry,) = voters(an_election.round, 1)
    web = web_vote(an_election, entry, 1)
    batch = opened(an_election, [entry])
    void = LogEvent.objects.get(election=election, kind="void")
    assert void.refers == web.index and b'"reason":"paper"' in bytes(void.leaf)
    for officer in (people.aled, people.tariq):
        key_ballot(officer, batch, 1, ballot(2))
    assert [one.kind for one in counting_leaves(election)] == ["paper"]


@pytest.mark.django_db(transaction=True)
def test_s14_paper_then_web_the_web_is_refused(cast):  # noqa: F811
    story = make_election(cast)
    people, election = story.cast, story.election
    (entry,) = voters(story.round, 1)
    batch = opened(story, [entry])
    with pytest.raises(Refused, match="An envelope with your paper ballot"):
        web_vote(story, entry, 1)
    for officer in (people.aled, people.tariq):
        key_ballot(officer, batch, 1, ballot(2))
    assert [one.kind for one in counting_leaves(election)] == ["paper"]


@pytest.mark.django_db(transaction=True)
def test_s14_web_paper_web_the_change_is_refused(cast):  # noqa: F811
    story = make_election(cast)
    election = story.election
    (entry,) = voters(story.round, 1)
    web_vote(story, entry, 1)
    web_vote(story, entry, 2)
    opened(story, [entry])
    with pytest.raises(Refused):
        web_vote(story, entry, 3)
    assert counting_leaves(election) == []
    assert LogEvent.objects.filter(election=election, kind="void").count() == 1


def test_s14_paper_and_paper_the_second_envelope_stays_closed(an_election):  # noqa: F811
    people, election = an_election.cast, an_election.election
    (entry,) = voters(an_election.round, 1)
    check_envelope(people.tariq, election, entry)
    with pytest.raises(Invalid, match="here already"):
        check_envelope(people.aled, election, entry)
    open_envelopes(people.aled, election, 1, few=True)
    with pytest.raises(Invalid, match="here already"):
        check_envelope(people.aled, election, entry)
    assert PaperEnvelope.objects.count() == 1 and SlotLock.objects.count() == 1


def test_s14_until_an_envelope_is_opened_its_voter_may_vote_on_the_web(an_election):  # noqa: F811
    people, election = an_election.cast, an_election.election
    (entry,) = voters(an_election.round, 1)
    envelope = check_envelope(people.tariq, election, entry)
    web_vote(an_election, entry, 1)
    send_back(people.tariq, envelope, "The envelope was torn.")
    assert [one.kind for one in counting_leaves(election)] == ["cast"]
    assert not SlotLock.objects.exists()
    check_envelope(people.tariq, election, entry)  # a new envelope may come


@pytest.mark.django_db(transaction=True)
def test_s14_web_and_paper_at_the_same_moment_are_one_vote(cast):  # noqa: F811
    story = make_election(cast)
    entries = voters(story.round, 12)
    for entry in entries:
        check_envelope(cast.tariq, story.election, entry)
    received = []

    def on_the_web(entry):
        try:
            received.append(web_vote(story, entry, 1).index)
        except Refused:
            pass
        finally:
            connections.close_all()

    def at_the_table(_):
        try:
            return open_envelopes(cast.aled, story.election, 12)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(5) as pool:
        jobs = [pool.submit(on_the_web, entry) for entry in entries[:6]]
        table = pool.submit(at_the_table, None)
        jobs += [pool.submit(on_the_web, entry) for entry in entries[6:]]
        for job in jobs:
            job.result()
        batch = table.result()
    # Whatever came first: no web ballot of these twelve is left, and there are twelve ballots to key.
    assert counting_leaves(story.election) == []
    assert LogEvent.objects.filter(kind="void").count() == len(received)
    assert batch.envelopes == SlotLock.objects.count() == 12


# -- envelopes -----------------------------------------------------------------------------------------------


def test_two_officers_stand_behind_every_envelope(an_election):  # noqa: F811
    people, election = an_election.cast, an_election.election
    one, other = voters(an_election.round, 2)
    check_envelope(people.tariq, election, one)
    check_envelope(people.aled, election, other)
    with pytest.raises(Invalid, match="you counted 2"):
        open_envelopes(people.aled, election, 2, few=True)
    batch = open_envelopes(people.aled, election, 1, few=True)
    assert batch.envelopes == 1
    assert RollEntry.objects.get(pk=one.pk).state == "paper"
    assert RollEntry.objects.get(pk=other.pk).state == "eligible"
    mine = PaperEnvelope.objects.get(entry=other)
    with pytest.raises(IntegrityError), transaction.atomic():
        PaperEnvelope.objects.filter(pk=mine.pk).update(state="opened", ended_by=people.aled)


def test_a_batch_of_very_few_has_to_be_meant(an_election):  # noqa: F811
    for entry in voters(an_election.round, FEW - 1):
        check_envelope(an_election.cast.tariq, an_election.election, entry)
    with pytest.raises(Invalid, match="easy to guess"):
        open_envelopes(an_election.cast.aled, an_election.election, FEW - 1)


def test_an_opened_envelope_is_not_sent_back_and_nothing_of_it_changes(an_election):  # noqa: F811
    opened(an_election, voters(an_election.round, 1))
    envelope = PaperEnvelope.objects.select_related("election__round__place").get()
    with pytest.raises(Refused):
        send_back(an_election.cast.tariq, envelope, "Oh.")
    for change in ({"state": "checked"}, {"state": "refused", "reason": "x"}, {"day": "2020-01-01"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            PaperEnvelope.objects.filter(pk=envelope.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        PaperEnvelope.objects.filter(pk=envelope.pk).delete()


def test_what_was_keyed_stays(an_election):  # noqa: F811
    people = an_election.cast
    batch = opened(an_election, voters(an_election.round, 1))
    for officer in (people.aled, people.tariq):
        key_ballot(officer, batch, 1, ballot(1))
    for model in (PaperBallot, PaperBatch, PaperKeying):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE {model._meta.db_table} SET number = 2")
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {model._meta.db_table}")


def test_an_entry_of_another_round_or_off_the_roll_has_no_envelope(an_election, cast):  # noqa: F811
    other = make_election(cast, slug="autumn-2027")
    (strange,) = voters(other.round, 1)
    (gone,) = voters(an_election.round, 1)
    RollEntry.objects.filter(pk=gone.pk).update(state="removed")
    gone.refresh_from_db()
    for entry in (strange, gone):
        with pytest.raises(Invalid, match="not on the roll"):
            check_envelope(cast.tariq, an_election.election, entry)


# -- who may -------------------------------------------------------------------------------------------------


def test_only_clerks_work_on_paper(an_election):  # noqa: F811
    people, election = an_election.cast, an_election.election
    entries = voters(an_election.round, 20)
    may = set()
    for name, person in people.everyone().items():
        try:
            check_envelope(person, election, entries.pop())
            may.add(name)
        except Refused:
            pass
    assert may == {"aled", "tariq"}
    name_clerk(people.aled, an_election.round, people.ben)
    check_envelope(people.ben, election, entries.pop())
    end_clerk(people.aled, an_election.round, people.ben.pk)
    with pytest.raises(Refused):
        check_envelope(people.ben, election, entries.pop())


def test_a_clerk_needs_a_second_step_and_a_role_that_still_holds(an_election):  # noqa: F811
    people, election = an_election.cast, an_election.election
    name_clerk(people.aled, an_election.round, people.ben)
    one, other = voters(an_election.round, 2)
    people.ben.second_factor = False
    with pytest.raises(Refused, match="second step"):
        check_envelope(people.ben, election, one)
    people.ben.second_factor = True
    people.ben.memberships.all().delete()
    people.ben._known_roles = None
    with pytest.raises(Refused):
        check_envelope(people.ben, election, other)


def test_nobody_names_a_resident_or_themselves_as_a_clerk(an_election):  # noqa: F811
    people = an_election.cast
    with pytest.raises(Invalid, match="officers of the place"):
        name_clerk(people.aled, an_election.round, people.asha)
    with pytest.raises(Refused):
        name_clerk(people.ben, an_election.round, people.ben)
    with pytest.raises(Invalid):
        name_clerk(people.aled, an_election.round, people.dev)


def test_paper_is_taken_in_only_from_the_opening_to_the_close(cast):  # noqa: F811
    story = make_election(cast, stage="ballot")
    (entry,) = voters(story.round, 1)
    with pytest.raises(Refused, match="opens on"):
        check_envelope(cast.tariq, story.election, entry)
    story.election.round = put_in_stage(story.round, "count")
    check_envelope(cast.tariq, story.election, entry)
    story.election.round = put_in_stage(story.round, "delivery")
    with pytest.raises(Refused, match="closed on"):
        open_envelopes(cast.aled, story.election, 1, few=True)


def test_nothing_is_keyed_when_the_election_is_closed(an_election):  # noqa: F811
    people, election = an_election.cast, an_election.election
    put_in_stage(an_election.round, "count")
    assert close_election(people.aled, election)
    election.refresh_from_db()
    with pytest.raises(Refused, match="closed"):
        check_envelope(people.tariq, election, voters(an_election.round, 1)[0])


def test_without_the_round_key_nothing_is_keyed(an_election):  # noqa: F811
    batch = opened(an_election, voters(an_election.round, 1))
    vault.destroy(an_election.election.pk, vault.ROUND_KEY)
    with pytest.raises(vault.Lost):
        key_ballot(an_election.cast.aled, batch, 1, ballot(1))


# -- typing a ballot -----------------------------------------------------------------------------------------


def form_of(an_election, kind="knapsack", **values):  # noqa: F811
    whole = whole_ballot(an_election.round).form
    given = {"budget_pence": whole.budget_pence if kind == "knapsack" else None, **values}
    return BallotForm(kind, whole.items, **given)


@pytest.mark.parametrize("typed", ["4 1 5", " 1,4;5 ", "01 004 5.", "5\t4\t1"])
def test_numbers_are_typed_in_any_order_with_anything_between(an_election, typed):  # noqa: F811
    assert read(form_of(an_election), typed).value == (1, 4, 5)


def test_ticks_and_numbers_are_one_ballot(an_election):  # noqa: F811
    assert read(form_of(an_election), "1 4", ["4", "5"]).value == (1, 4, 5)
    assert read(form_of(an_election), "", ["5", "5"]).value == (5,)


def test_a_ranking_keeps_its_order_and_points_their_numbers(an_election):  # noqa: F811
    assert read(form_of(an_election, "rank"), "4 1 5").value == (4, 1, 5)
    assert read(form_of(an_election, "points", points=10), "4=3 1 : 2 5x5").value == ((1, 2), (4, 3), (5, 5))


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ("", ["none"]), ("1 1", ["twice"]), ("99", ["unknown"]), ("1 2 3 6", ["over_budget"]), ("one", ["shape"]),
        ("-1", ["shape"]), ("1" * 5_000, ["too_long"]), ("1000000000000", ["shape"]), ("1/2", ["shape"]),
        ("١", ["shape"]),
    ],
)  # fmt: skip
def test_s16_what_is_no_ballot_is_said_and_not_kept(an_election, typed, codes):  # noqa: F811
    found = read(form_of(an_election), typed)
    assert [one.code for one in found] == codes


def test_a_project_withdrawn_after_printing_is_passed_over(an_election):  # noqa: F811
    an_election.round.ballot.filter(number=4).update(
        withdrawn_at="2027-01-01T00:00Z", withdrawn_reason="The owner asked."
    )
    assert read(form_of(an_election), "1 4", ["4"]).value == (1,)
    assert [one.code for one in read(form_of(an_election), "4")] == ["none"]
