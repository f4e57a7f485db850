"""What somebody with a role, or with a database prompt, might try with an election."""

from __future__ import annotations

import zipfile

import pytest
from django.db import DatabaseError, connection, transaction

from pennypot.apps.people.roles import Role
from pennypot.apps.places.models import Membership
from pennypot.apps.rounds.models import Result
from pennypot.apps.voting import vault, verifier
from pennypot.apps.voting.actions import entering
from pennypot.apps.voting.actions.closing import close_election, destroy_round_key
from pennypot.apps.voting.actions.envelopes import check_envelope, open_envelopes
from pennypot.apps.voting.actions.paper import Outcome, Read, key_ballot
from pennypot.apps.voting.actions.voids import agree_to_void, ask_for_void
from pennypot.apps.voting.choices import Choices
from pennypot.apps.voting.models import Election, EntryLink, LogEvent, PhoneCode, VoidRequest
from pennypot.apps.voting.papers import made
from pennypot.house.answers import Refused
from pennypot.testing.cast import cast  # noqa: F401 - a fixture
from pennypot.testing.elections import an_election, voters  # noqa: F401 - a fixture
from pennypot.testing.rounds import put_in_stage

from .elected import again, count, vote

pytestmark = pytest.mark.django_db


def test_s15_s09_evidence_with_a_void_paper_ballot_still_holds(an_election):  # noqa: F811
    people = an_election.cast
    on_paper, *on_the_web = voters(an_election.round, 4)
    for entry in on_the_web:
        vote(an_election, entry)
    check_envelope(people.tariq, an_election.election, on_paper)
    batch = open_envelopes(people.aled, an_election.election, 1, few=True)
    for officer, outcome in ((people.aled, Outcome.WAITS), (people.tariq, Outcome.AGREED)):
        assert key_ballot(officer, batch, 1, Read(choices=Choices("knapsack", (1, 3)))) == outcome
    paper = LogEvent.objects.get(election=an_election.election, kind="paper")
    agree_to_void(people.tariq, ask_for_void(people.aled, again(an_election), paper.index, "court"))
    election = count(an_election)
    with Result.objects.get(round=election.round).evidence.open("rb") as file, zipfile.ZipFile(file) as archive:
        verifier.verify({name: archive.read(name) for name in archive.namelist()})


def test_s12_s29_who_runs_the_election_is_no_witness_of_it(an_election):  # noqa: F811
    people = an_election.cast
    Membership.objects.create(person=people.aled, place=people.brindley, role=Role.SCRUTINEER)
    an_election.round = put_in_stage(an_election.round, "count")
    close_election(people.aled, again(an_election))
    with pytest.raises(Refused, match="somebody else"):
        destroy_round_key(people.aled, again(an_election))
    assert vault.exists(an_election.election.pk, vault.ROUND_KEY)


@pytest.mark.parametrize("table", ["head", "voidrequest", "paperenvelope"])
def test_s05_no_table_of_an_election_is_emptied(an_election, table):  # noqa: F811
    with pytest.raises(DatabaseError, match="history"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"TRUNCATE voting_{table}")


def test_s15_a_void_that_was_agreed_stays_as_it_was_agreed(an_election):  # noqa: F811
    receipt = vote(an_election, voters(an_election.round, 1)[0])
    wanted = ask_for_void(an_election.cast.aled, again(an_election), receipt.index, "twice")
    same = VoidRequest.objects.filter(pk=wanted.pk)
    with pytest.raises(DatabaseError), transaction.atomic():
        same.update(by=an_election.cast.tariq)
    agree_to_void(an_election.cast.tariq, wanted)
    for change in ({"reason": "test"}, {"agreed_by": an_election.cast.ben}, {"agreed_by": None, "leaf": None}):
        with pytest.raises(DatabaseError), transaction.atomic():
            same.update(**change)


def test_turnout_is_settled_when_an_election_closes(an_election):  # noqa: F811
    an_election.round = put_in_stage(an_election.round, "count")
    close_election(an_election.cast.aled, again(an_election))
    with pytest.raises(DatabaseError, match="settled"), transaction.atomic():
        Election.objects.filter(pk=an_election.election.pk).update(turnout={"areas": {"North": {"web": 900}}})


def test_s10_the_entrance_knows_the_minute_and_not_the_moment(an_election):  # noqa: F811
    comer = entering.Comer("203.0.113.9")
    token = entering.make_link(an_election.round, "email_postcode", b"\x01" * 32)
    assert entering.enter_with_link(an_election.round, token, comer)
    link = EntryLink.objects.get()
    for moment in (link.used_at, link.expires_at):
        assert (moment.second, moment.microsecond) == (0, 0)


def test_s10_a_code_by_text_knows_the_minute_and_not_the_moment(an_election, monkeypatch):  # noqa: F811
    monkeypatch.setattr(entering.secrets, "randbelow", lambda _below: 123456)
    entering.ask_for_text(an_election.round, "07700 900123", entering.Comer("203.0.113.9"))
    assert entering.enter_with_text(an_election.round, "07700 900123", "123456", 1, entering.Comer("203.0.113.9"))
    code = PhoneCode.objects.get()
    for moment in (code.used_at, code.expires_at):
        assert (moment.second, moment.microsecond) == (0, 0)


def test_a_booklet_is_set_once_however_often_it_is_asked_for(client, an_election, monkeypatch):  # noqa: F811
    set_ones = []
    monkeypatch.setattr(made.typeset, "pdf", lambda *_given: set_ones.append(1) or b"%PDF")
    monkeypatch.setattr(made, "_kept", made.Kept(most=4))
    for language, times in (("en", 5), ("cy", 3)):
        for _ in range(times):
            assert client.get(f"/brindley/vote/spring-2027/booklet.pdf?language={language}").status_code == 200
    assert len(set_ones) == 2
