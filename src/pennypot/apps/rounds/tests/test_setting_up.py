"""Setting a round up through its pages, its money in the ledger, and what it refuses."""

import pytest
from django.core import mail
from django.urls import reverse

from pennypot.apps.fund.actions.books import Move, accounts, open_ledger, post
from pennypot.apps.fund.models import Account, Entry
from pennypot.apps.places.models import Area
from pennypot.apps.rounds.actions.publish import cancel, move_stage, publish
from pennypot.apps.rounds.actions.rounds import copy_round, start_round
from pennypot.apps.rounds.dates import usual_first_day
from pennypot.apps.rounds.models import Pot, Round
from pennypot.apps.rounds.queries import database_now
from pennypot.apps.rounds.queries.readiness import readiness
from pennypot.house.answers import Invalid, Refused
from pennypot.house.models import Deed
from pennypot.testing.cast import sign_in
from pennypot.testing.rounds import DAY, fresh, put_in_stage

STEPS = "/brindley/rounds/summer-round/set-up/"


@pytest.fixture
def money(cast):
    """Put £50,000 into Brindley's fund."""
    open_ledger(cast.brindley)
    found = accounts(cast.brindley, [("outside", "", None), ("fund", "", 0)])
    move = Move(found["outside"], found["fund"], 50_000_00)
    post(cast.brindley, key="seed", kind=Entry.Kind.MATCH, year="2026-27", moves=[move])
    return cast


@pytest.fixture
def team(client, money):
    return sign_in(client, money.tariq)


@pytest.fixture
def draft(money):
    money.tariq.second_factor = True
    return start_round(
        money.tariq,
        money.brindley,
        title="Summer round",
        about="",
        budget_pence=20_000_00,
        source_account="fund",
        year="2026-27",
        first_day=usual_first_day(database_now().date()),
    )


def balance(code):
    return Account.objects.get(place__slug="brindley", code=code).balance_pence


def dates_posted(round):
    local = {}
    for stage in round.stage_list:
        for side in ("opens", "closes"):
            moment = getattr(stage, f"{side}_at").astimezone(round.zone)
            local[f"{side}_{stage.kind}"] = moment.strftime("%Y-%m-%dT%H:%M")
    return local


BALLOT = {
    "ballot_form": "knapsack",
    "rule": "equal-shares",
    "min_votes": "0",
    "tie_seed_source": "The first lottery after voting closes.",
    "pots": "none",
    "leftover": "on",
}


def test_a_round_is_set_up_with_the_usual_answers_and_published(team):
    day = usual_first_day(database_now().date()).isoformat()
    first = {"title": "Summer round", "budget_pence": "20,000", "source_account": "fund", "first_day": day}
    assert team.post("/brindley/rounds/new/", first)["Location"] == STEPS + "dates/"
    round = Round.objects.get(slug="summer-round")
    assert team.post(STEPS + "dates/", dates_posted(round))["Location"] == STEPS + "proposals/"
    said = {"categories": "Parks\nYoung people\nparks", "word_limit": "600", "summary_letters": "280"}
    assert team.post(STEPS + "proposals/", said)["Location"] == STEPS + "voters/"
    voters = {"min_age": "11", "eligibility": ["posted_code", "desk"], "scope": "place"}
    assert team.post(STEPS + "voters/", voters)["Location"] == STEPS + "ballot/"
    kinds = {f"quota_{one.pk}": "" for one in round.categories.all()}
    assert team.post(STEPS + "ballot/", BALLOT | kinds)["Location"] == STEPS + "check/"
    assert "Publish this round" in team.get(STEPS + "check/").content.decode()
    assert team.post(STEPS + "check/", {"do": "publish"})["Location"] == "/brindley/rounds/summer-round/"
    round = fresh(round)
    assert round.is_published
    assert (balance("fund"), balance(round.account_code)) == (30_000_00, 20_000_00)
    assert sorted(round.categories.values_list("name", flat=True)) == ["Parks", "Young people"]
    assert Deed.objects.filter(kind="rounds.round.published").count() == 1


@pytest.mark.parametrize("step", ["money", "dates", "proposals", "voters", "ballot"])
def test_what_was_typed_stays_when_a_step_refuses_it(team, draft, step):
    typed = {
        "money": {"title": "A name to keep", "budget_pence": "lots", "source_account": "fund"},
        "dates": dates_posted(draft) | {"opens_voting": "2031-07-07T09:30", "closes_voting": "2031-07-06T09:30"},
        "proposals": {"categories": "A name to keep", "word_limit": "many", "summary_letters": "280"},
        "voters": {"min_age": "3", "eligibility": ["sms"], "scope": "place"},
        "ballot": BALLOT | {"tie_seed_source": "A name to keep", "ballot_form": "points"},
    }[step]
    answer = team.post(f"{STEPS}{step}/", typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    kept = {"dates": "2031-07-07T09:30", "voters": 'value="3"'}.get(step, "A name to keep")
    assert kept in page
    assert "errorlist" in page


def test_proposing_dates_from_a_day_saves_nothing(team, draft):
    before = [(one.kind, one.opens_at) for one in draft.stages.all()]
    page = team.post(STEPS + "dates/", {"do": "propose", "first_day": "2031-03-03"}).content.decode()
    assert "2031-03-03T12:00" in page
    assert [(one.kind, one.opens_at) for one in draft.stages.all()] == before


def test_a_round_never_gets_more_than_there_is(draft, money):
    Round.objects.filter(pk=draft.pk).update(budget_pence=50_000_01, tie_seed_source="A lottery")
    with pytest.raises(Invalid, match="holds £50,000"):
        publish(money.tariq, fresh(draft))
    assert not Account.objects.filter(code=draft.account_code, balance_pence__gt=0).exists()
    assert not fresh(draft).is_published


def test_publishing_twice_reserves_once(draft, money):
    Round.objects.filter(pk=draft.pk).update(tie_seed_source="A lottery")
    one, other = fresh(draft), fresh(draft)
    publish(money.tariq, one)
    publish(money.tariq, other)
    assert Entry.objects.filter(kind="reserve").count() == 1
    assert balance("fund") == 30_000_00


def test_what_is_missing_is_named_with_its_step(draft):
    Round.objects.filter(pk=draft.pk).update(eligibility=["sms"], scope="own_area", ballot_form="points")
    draft.stages.filter(kind="voting").delete()
    found = readiness(fresh(draft), database_now())
    assert {one.step for one in found.missing} == {"dates", "proposals", "voters", "ballot"}


def test_calling_off_gives_the_money_back_and_needs_a_reason(a_round, money, client):
    found = accounts(money.brindley, [("fund", "", 0), (a_round.account_code, "", 0)])
    move = Move(found["fund"], found[a_round.account_code], 30_000_00)
    post(money.brindley, key="r", kind=Entry.Kind.RESERVE, year="2026-27", moves=[move])
    money.tariq.second_factor = True
    with pytest.raises(Invalid):
        cancel(money.tariq, a_round, reason="  ")
    cancel(money.tariq, a_round, reason="The hall burnt down.")
    assert (balance("fund"), balance(a_round.account_code)) == (50_000_00, 0)
    assert "The hall burnt down." in client.get("/brindley/rounds/spring-2027/").content.decode()
    with pytest.raises(Refused):
        cancel(money.tariq, fresh(a_round), reason="Again")


def test_a_date_moves_later_with_a_public_reason_and_never_earlier(a_round, cast, client):
    cast.aled.second_factor = True
    stage = a_round.stages.get(kind="delivery")

    def move(days, reason="The printer broke."):
        closes = stage.closes_at + days * DAY
        move_stage(cast.aled, fresh(a_round), "delivery", opens_at=stage.opens_at, closes_at=closes, reason=reason)

    with pytest.raises(Invalid, match="not earlier"):
        move(-1)
    with pytest.raises(Invalid, match="Say why"):
        move(1, " ")
    move(1)
    assert "The printer broke." in client.get("/brindley/rounds/spring-2027/").content.decode()
    voting = a_round.stages.get(kind="voting")
    with pytest.raises(Invalid, match="has closed"):
        later = voting.closes_at + 30 * DAY
        move_stage(cast.aled, fresh(a_round), "voting", opens_at=voting.opens_at, closes_at=later, reason="More time")


def test_a_round_is_made_like_last_years(a_round, cast):
    cast.tariq.second_factor = True
    north = Area.objects.get(name="North")
    a_round.areas.add(north)
    parks = a_round.categories.get(name="Parks")
    Pot.objects.create(round=a_round, name="Parks", kind="category", category=parks, quota_pence=5_000_00)
    first = usual_first_day(database_now().date())
    made = copy_round(cast.tariq, a_round, title="Spring round", first_day=first, year="2027-28")
    assert made.slug == "spring-round"
    assert not made.is_published
    assert made.rule == a_round.rule
    assert [area.name for area in made.areas.all()] == ["North"]
    pot = made.pots.get()
    assert (pot.quota_pence, pot.category.round_id) == (5_000_00, made.pk)
    assert made.stage_list[0].opens_at.astimezone(made.zone).date() == first
    twin = copy_round(cast.tariq, a_round, title="Spring round", first_day=first, year="2027-28")
    assert twin.slug == "spring-round-2"


def test_s23_only_the_team_and_the_accountable_officer_set_rounds_up(client, cast, draft):
    for name, person in cast.everyone().items():
        sign_in(client, person)
        expected = 200 if name in ("tariq", "aled") else 403
        for step in ("money", "dates", "proposals", "voters", "ballot", "check"):
            assert client.get(f"{STEPS}{step}/").status_code == expected, (name, step)
        assert client.get("/brindley/rounds/summer-round/").status_code == expected
    sign_in(client, cast.tariq, second_factor=False)
    assert client.get(STEPS + "money/").status_code == 403


def test_a_change_after_publication_is_public_with_its_reason(team, a_round, cast):
    voters = {"min_age": "11", "eligibility": ["desk"], "scope": "place"}
    address = reverse("round_setup", args=["brindley", a_round.slug, "voters"])
    assert team.post(address, voters).status_code == 422
    assert team.post(address, voters | {"reason": "Children asked for it."}).status_code == 302
    assert "Children asked for it." in team.get("/brindley/rounds/spring-2027/").content.decode()
    put_in_stage(a_round, "voting")
    assert team.post(address, voters | {"reason": "Once more."}).status_code == 403


def test_the_team_hears_once_that_a_stage_has_opened(a_round):
    from pennypot.apps.rounds.actions.schedule import look_after_rounds

    put_in_stage(a_round, "voting", left=13 * DAY)
    look_after_rounds()
    look_after_rounds()
    letters = [letter for letter in mail.outbox if "Voting" in letter.subject]
    assert sorted(letter.to[0] for letter in letters) == ["aled@example.org", "tariq@example.org"]


def test_rounds_are_public_data(client, a_round):
    found = client.get("/api/places/brindley/rounds").json()
    assert [one["slug"] for one in found] == ["spring-2027"]
    one = client.get("/api/places/brindley/rounds/spring-2027").json()
    assert one["rule_card"]["completion"] == "add1"
    assert [stage["kind"] for stage in one["stages"] if stage["open"]] == ["proposal"]
    assert client.get("/api/places/brindley/rounds/spring-2027/proposals").json() == []
    assert client.get("/api/places/elsewhere/rounds/spring-2027").status_code == 404


def test_pages_of_rounds_ask_the_database_a_fixed_number_of_times(client, a_round, django_assert_num_queries):
    with django_assert_num_queries(9):
        client.get("/brindley/rounds/spring-2027/")
    with django_assert_num_queries(4):
        client.get("/brindley/rounds/")
