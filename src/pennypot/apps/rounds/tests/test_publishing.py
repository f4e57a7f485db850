"""Publishing a result: recounted first, written once, the money where it belongs, nothing about voters."""

from __future__ import annotations

import json
import threading

import pytest
from django.db import DatabaseError, connections, transaction

from pennypot.apps.fund.models import Account, Entry
from pennypot.apps.rounds.actions.results import add_evidence, publish
from pennypot.apps.rounds.models import Outcome, Result
from pennypot.apps.rounds.tests.counted import TOWN, as_round
from pennypot.count import RuleCard, read_pabulib
from pennypot.count.certificate import canonical, recount
from pennypot.house.answers import Invalid, Refused
from pennypot.house.models import Deed
from pennypot.testing.rounds import put_in_stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def town(cast):
    return as_round(TOWN.read_bytes(), cast)


def out(counted, **changes):
    given = {"pb": counted.pb, "certificate": counted.certificate, "turnout": counted.turnout} | changes
    return publish(counted.round, **given)


def test_a_result_is_published_with_its_money(town):
    result = out(town)
    won = {one.proposal.title: one for one in Outcome.objects.filter(funded=True).select_related("proposal")}
    assert set(won) == {"Swings", "Summer fair", "Street trees", "Benches"}
    assert [won[name].order_won for name in ("Swings", "Summer fair", "Street trees", "Benches")] == [1, 2, 3, 4]
    pot = Account.objects.get(pk=town.round.account_id)
    assert pot.balance_pence == 1_050_00 - 1_000_00
    for one in won.values():
        assert Account.objects.get(code=f"project:{one.proposal_id}").balance_pence == one.awarded_pence
    assert result.entry.kind == Entry.Kind.AWARD
    assert result.entry.total_pence == 1_000_00
    assert Deed.objects.filter(kind="rounds.result.published").count() == 1


def test_a_second_publishing_changes_nothing(town):
    first = out(town)
    assert out(town).pk == first.pk
    assert Entry.objects.filter(kind="award").count() == 1
    assert Result.objects.count() == 1


def test_another_result_is_not_taken(town):
    out(town)
    with pytest.raises(Invalid, match="already"):
        out(town, pb=town.pb.replace("voter_id;vote\n1;", "voter_id;vote\n99;"))


@pytest.mark.parametrize("field", ["winners", "cost", "trail", "checks"])
def test_a_certificate_that_does_not_hold_is_not_published(town, field):
    changed = json.loads(json.dumps(town.certificate))
    changed[field] = [] if isinstance(changed[field], list) else 7 if field == "cost" else {}
    with pytest.raises(Invalid, match="cannot be published"):
        out(town, certificate=changed)
    assert not Result.objects.exists() and not Entry.objects.filter(kind="award").exists()


def test_ballots_of_another_round_are_not_published(town, cast):
    other = as_round(TOWN.read_bytes().replace(b"budget;1050", b"budget;1051"), cast, slug="another")
    with pytest.raises(Invalid, match="another sum"):
        out(town, pb=other.pb, certificate=other.certificate)
    other = as_round(TOWN.read_bytes().replace(b"mural;250", b"mural;251"), cast, slug="a-third")
    with pytest.raises(Invalid, match="another cost"):
        out(town, pb=other.pb, certificate=other.certificate)


def test_s10_ballots_that_say_something_about_voters_are_not_published(town):
    told = town.pb.replace("voter_id;vote\n", "voter_id;vote;age\n").splitlines()
    at = told.index("voter_id;vote;age")
    pb = "\n".join(told[: at + 1] + [f"{line};33" for line in told[at + 1 :]]) + "\n"
    with pytest.raises(Invalid, match="age"):
        out(town, pb=pb)


def test_a_pot_without_the_money_publishes_nothing(town):
    from pennypot.apps.fund.actions.books import Move, accounts, post

    place = town.round.place
    found = accounts(place, [("returned", "", 0), (town.round.account_code, "", 0)])
    move = Move(found[town.round.account_code], found["returned"], 100_00)
    post(place, key="away", kind="return", year=town.round.year, moves=[move])
    with pytest.raises(Invalid):
        out(town)
    assert not Result.objects.exists() and not Outcome.objects.exists()
    fill_again = Move(found["returned"], found[town.round.account_code], 100_00)
    post(place, key="back", kind="return", year=town.round.year, moves=[fill_again])
    out(town)


@pytest.mark.parametrize("kind", ["proposal", "review", "appeal", "ballot", "voting"])
def test_s11_no_result_before_voting_is_over(town, cast, kind):
    town = type(town)(put_in_stage(town.round, kind), town.pb, town.certificate, town.turnout)
    with pytest.raises(Refused):
        out(town)


@pytest.mark.parametrize("name", ["asha", "carys", "fay", "sam", "ben", "dev", "oona"])
def test_only_the_place_team_and_the_accountable_officer_have_it_published(town, cast, name):
    person = getattr(cast, name)
    person.second_factor = True
    with pytest.raises(Refused):
        out(town, by=person)
    cast.aled.second_factor = True
    assert out(town, by=cast.aled).published_by == cast.aled


def test_a_result_stays_but_takes_its_evidence_once(town, tmp_path):
    result = out(town)
    for change in ({"pb": "x"}, {"summary": {}}, {"turnout": {}}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Result.objects.filter(pk=result.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        result.outcomes.update(funded=True)
    first, second = tmp_path / "a.zip", tmp_path / "b.zip"
    first.write_bytes(b"PK one")
    second.write_bytes(b"PK two")
    add_evidence(result, first)
    add_evidence(Result.objects.get(), first)
    with Result.objects.get().evidence.open() as kept:
        assert kept.read() == b"PK one"
    with pytest.raises(DatabaseError), transaction.atomic():
        add_evidence(Result.objects.get(), second)


def test_s09_what_is_kept_recounts_byte_for_byte(town):
    out(town)
    kept = Result.objects.get()
    assert kept.pb == town.pb
    assert canonical(kept.certificate) == canonical(town.certificate)
    assert recount(kept.certificate, read_pabulib(kept.pb.encode())) == []


def test_the_count_says_how_far_it_is(town):
    told = []
    out(town, progress=lambda done, parts, said: told.append((done, parts, str(said))))
    assert told[0][2] == "Counting again, to be sure"
    assert told[-1][0] == told[-1][1]
    assert len({said for _done, _parts, said in told}) == 3


def test_s50_turnout_is_kept_without_small_numbers(town):
    turnout = {"voters": 11, "eligible": 40, "by_area": {"North": 9, "South": 2}, "by_channel": {"web": 11}}
    result = out(town, turnout=turnout)
    assert result.turnout["areas"] is None or None in result.turnout["areas"]["cells"][1]
    assert "2" not in json.dumps(result.turnout["areas"])


@pytest.mark.parametrize(
    "card",
    [
        RuleCard(rule="greedy", measure="votes", completion="none"),
        RuleCard(rule="phragmen", completion="none"),
        RuleCard(rule="max-welfare", completion="none"),
        RuleCard(rule="equal-shares", completion="none"),
        RuleCard(rule="greedy", measure="votes", completion="none", part_funding="0.3"),
        RuleCard(rule="equal-shares", exclusive=(("1", "2"), ("4", "5"))),
        RuleCard(rule="greedy", measure="votes", completion="none", threshold=6, withdrawn=("3",)),
    ],
    ids=lambda card: f"{card.rule} {card.part_funding}{len(card.exclusive)}{card.threshold}",
)
def test_every_rule_can_be_published(cast, card):
    counted = as_round(TOWN.read_bytes(), cast, card=card)
    result = out(counted)
    spent = sum(one.awarded_pence for one in result.outcomes.all())
    assert spent == result.summary["spent_pence"] <= 1_050_00
    assert result.outcomes.count() == 6


@pytest.mark.django_db(transaction=True)
def test_s04_two_jobs_that_publish_at_once_publish_once(town):
    start, said = threading.Barrier(4), []

    def job():
        try:
            start.wait()
            said.append(out(town).pk)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=job) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(said) == 4 and len(set(said)) == 1
    assert Entry.objects.filter(kind="award").count() == 1


def test_a_round_where_nothing_is_funded_moves_no_money(cast):
    data = TOWN.read_bytes().replace(b"budget;1050", b"budget;90")
    result = out(as_round(data, cast))
    assert result.entry is None
    assert result.summary["funded"] == 0
