"""The verbs: what they do, who may, and what they leave as a trace."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction

from pennypot.apps.fund.actions.money import record_payment, reverse_entry, split_to_areas
from pennypot.apps.fund.actions.pledges import Promise, sign_pledge
from pennypot.apps.fund.actions.policies import adopt_policy, propose_policy, set_contributions
from pennypot.apps.fund.models import Account, Contribution, Entry, Ledger, Pledge, PolicyVersion
from pennypot.apps.fund.queries import carried_over, current_policy, flows, standings
from pennypot.apps.places.models import Area
from pennypot.house.answers import Invalid, Refused
from pennypot.house.models import Deed

from .conftest import POLICIES, make_budget


def deed(kind):
    return Deed.objects.get(kind=kind)


def propose(person, place, key="people", year="2025-26", **more):
    return propose_policy(person, place, POLICIES[key], year=year, preset=key, **{"reason": "Agreed."} | more)


def test_adopting_a_policy_sets_what_each_agency_owes(story, policy):
    owed = {one.agency.slug: one.due_pence for one in policy.contributions.all()}
    assert owed == {"council": 8_000_00, "police": 2_000_00}
    assert current_policy(story.place) == policy
    assert deed("fund.policy.adopted").after["contributions"] == owed
    assert deed("fund.policy.adopted").actor_id == story.aled.pk


def test_who_proposed_a_policy_cannot_adopt_it(story):
    draft = propose(story.aled, story.place)
    with pytest.raises(Refused, match="somebody else has to adopt"):
        adopt_policy(story.aled, draft, seen=draft.drafted_at)
    assert not PolicyVersion.objects.get().is_adopted


def test_a_proposal_that_was_changed_since_is_not_adopted(story):
    seen = propose(story.tariq, story.place).drafted_at
    changed = propose(story.tess, story.place, key="whole")
    with pytest.raises(Invalid, match="changed or adopted since"):
        adopt_policy(story.aled, changed, seen=seen)
    assert PolicyVersion.objects.filter(place=story.place).count() == 1


def test_a_policy_needs_a_year_and_a_reason(story):
    with pytest.raises(Invalid, match="year"):
        propose(story.tariq, story.place, year="")
    with pytest.raises(Invalid, match="why"):
        propose(story.tariq, story.place, reason=" ")


@pytest.mark.parametrize(
    "change",
    [lambda p: PolicyVersion.objects.filter(pk=p.pk).update(rate=200), lambda p: p.contributions.all().delete(),
     lambda p: p.contributions.update(due_pence=1)],
)  # fmt: skip
def test_s28_an_adopted_policy_and_its_contributions_stay(policy, change):
    with pytest.raises(DatabaseError, match="cannot be changed"), transaction.atomic():
        change(policy)


def test_a_second_version_of_a_year_takes_the_place_of_the_first(story, policy, due):
    record_payment(story.tariq, due["council"], 8_000_00, money="new", key="all")
    second = propose(story.tariq, story.place, key="nhs", reason="Schools said no.")
    second = adopt_policy(story.aled, second, seen=second.drafted_at)
    assert (second.version, current_policy(story.place)) == (2, second)
    council = next(one for one in standings(second) if one.agency.slug == "council")
    assert (council.due_pence, council.paid_pence, council.state) == (3_000_00, 8_000_00, "paid")
    account = Account.objects.get(place=story.place, code="agency:council")
    assert (account.balance_pence, account.floor_pence) == (-8_000_00, -8_000_00)


def test_a_policy_can_come_before_the_budgets(story):
    draft = propose(story.tariq, story.place, year="2026-27")
    adopted = adopt_policy(story.aled, draft, seen=draft.drafted_at)
    with pytest.raises(Invalid, match="No agency has published"):
        set_contributions(story.tariq, adopted)
    make_budget(story.police, ("Policing", 50_000_00, "statutory"), year="2026-27")
    assert [one.due_pence for one in set_contributions(story.tariq, adopted)] == [500_00]
    with pytest.raises(Invalid, match="set already"):
        set_contributions(story.tariq, adopted)


def test_limits_that_cannot_be_met_stop_the_adoption(story):
    from dataclasses import replace

    draft = propose_policy(
        story.tariq, story.place, replace(POLICIES["people"], cap_pence=1_00), year="2025-26", reason="Try."
    )
    with pytest.raises(Invalid, match="Raise it"):
        adopt_policy(story.aled, draft, seen=draft.drafted_at)
    assert not PolicyVersion.objects.get().is_adopted
    assert not Contribution.objects.exists()


def test_a_pledge_says_where_each_pound_comes_from(story, due):
    pledge = sign_pledge(story.ben, due["council"], Promise(5_000_00, 2_000_00, 1_000_00), version=1)
    assert pledge.amount_pence == 8_000_00
    assert [one.state for one in standings(due["council"].policy)] == ["pledged", "due"]
    assert deed("fund.pledge.signed").after["pence"] == 8_000_00


def test_a_smaller_pledge_needs_a_reason_and_is_short(story, due):
    with pytest.raises(Invalid, match="why"):
        sign_pledge(story.ben, due["council"], Promise(7_000_00), version=1)
    sign_pledge(story.ben, due["council"], Promise(7_000_00), version=1, reason="Reserves are spent.")
    council = standings(due["council"].policy)[0]
    assert (council.state, council.short_pence) == ("short", 1_000_00)


def test_a_pledge_is_changed_by_a_new_version(story, due):
    sign_pledge(story.ben, due["council"], Promise(8_000_00), version=1)
    with pytest.raises(Invalid, match="in the meantime"):
        sign_pledge(story.ben, due["council"], Promise(8_000_00), version=1)
    sign_pledge(story.ben, due["council"], Promise(4_000_00, 4_000_00), version=2, reason="Half from the reserve.")
    assert standings(due["council"].policy)[0].pledge.version == 2
    assert Pledge.objects.count() == 2


@pytest.mark.parametrize("promise", [Promise(8_000_01), Promise(-1), Promise(9_000_00, -2_000_00)])
def test_a_pledge_is_neither_negative_nor_more_than_is_due(story, due, promise):
    with pytest.raises(Invalid):
        sign_pledge(story.ben, due["council"], promise, version=1, reason="x")
    assert not Pledge.objects.exists()


def test_payments_add_up_by_label(story, due):
    record_payment(story.tariq, due["council"], 6_000_00, money="new", key="a")
    record_payment(story.aled, due["council"], 2_000_00, money="redirected", key="b")
    council = standings(due["council"].policy)[0]
    assert (council.state, council.paid) == ("paid", {"new": 6_000_00, "redirected": 2_000_00})
    assert Account.objects.get(place=story.place, code="fund").balance_pence == 8_000_00


def test_an_agency_cannot_pay_more_than_it_owes(story, due):
    record_payment(story.tariq, due["police"], 1_999_00, money="new", key="a")
    with pytest.raises(Invalid, match="owes £1 more, and this is £2"):
        record_payment(story.tariq, due["police"], 2_00, money="new", key="b")


@pytest.mark.parametrize(("pence", "money"), [(0, "new"), (-5, "new"), (5, ""), (5, "stolen")])
def test_a_payment_is_above_nought_and_labelled(story, due, pence, money):
    with pytest.raises(Invalid):
        record_payment(story.tariq, due["police"], pence, money=money, key="a")
    assert not Entry.objects.exists()


def test_a_payment_sent_twice_is_one_payment_and_one_deed(story, due):
    for _again in range(2):
        record_payment(story.tariq, due["police"], 5_00, money="new", key="form")
    assert Entry.objects.count() == 1
    assert deed("fund.payment.recorded").after["pence"] == 5_00


def test_who_wrote_an_entry_cannot_take_it_back(story, due):
    entry = record_payment(story.tariq, due["police"], 5_00, money="new", key="a")
    with pytest.raises(Refused, match="somebody else has to take it back"):
        reverse_entry(story.tariq, entry, reason="slip", key="r")
    with pytest.raises(Invalid, match="what was wrong"):
        reverse_entry(story.tess, entry, reason=" ", key="r")
    mirror = reverse_entry(story.tess, entry, reason="Typed twice.", key="r")
    assert reverse_entry(story.tess, entry, reason="Typed twice.", key="r") == mirror
    assert standings(due["police"].policy)[1].paid_pence == 0
    assert deed("fund.entry.reversed").reason == "Typed twice."
    with pytest.raises(Refused, match="taken back already"):
        reverse_entry(story.aled, Entry.objects.get(pk=entry.pk), reason="again", key="r2")
    with pytest.raises(Refused, match="takes another one back"):
        reverse_entry(story.aled, mirror, reason="again", key="r3")


@pytest.mark.parametrize(
    ("method", "parts"),
    [
        ("population", {"Hill": 500_05, "Mill": 300_03, "Well": 200_02}),
        ("deprivation", {"Hill": 416_71, "Mill": 500_05, "Well": 83_34}),
        ("equal", {"Hill": 333_37, "Mill": 333_37, "Well": 333_36}),
    ],
)
def test_the_fund_is_split_among_areas_to_the_penny(story, due, method, parts):
    record_payment(story.tariq, due["council"], 1_000_10, money="new", key="a")
    entry = split_to_areas(story.tariq, story.place, 1_000_10, method=method, year="2025-26", key="s")
    assert {t.target.name: t.pence for t in entry.transfers.select_related("target")} == parts
    assert Account.objects.get(place=story.place, code="fund").balance_pence == 0
    assert deed("fund.split.made").after["method"] == method


def test_an_area_without_residents_known_is_not_taken_for_empty(story, due):
    record_payment(story.tariq, due["council"], 1_000_00, money="new", key="a")
    Area.objects.create(place=story.place, name="Elm")
    with pytest.raises(Invalid, match="not known"):
        split_to_areas(story.tariq, story.place, 100, method="population", year="2025-26", key="s")
    entry = split_to_areas(story.tariq, story.place, 100, method="equal", year="2025-26", key="s")
    assert entry.transfer_count == 4


def test_only_the_smallest_areas_get_pots(story, due):
    record_payment(story.tariq, due["council"], 1_000_00, money="new", key="a")
    hill = Area.objects.get(name="Hill")
    Area.objects.create(place=story.place, name="Hill East", parent=hill, population=100)
    Area.objects.create(place=story.place, name="Hill West", parent=hill, population=400)
    entry = split_to_areas(story.tariq, story.place, 100, method="population", year="2025-26", key="s")
    assert {t.target.name for t in entry.transfers.all()} == {"Hill East", "Hill West", "Mill", "Well"}


def test_the_fund_cannot_be_split_beyond_what_it_holds(story, due):
    with pytest.raises(Invalid, match="only £0"):
        split_to_areas(story.tariq, story.place, 100, method="equal", year="2025-26", key="s")
    for pence, method in ((0, "equal"), (5, "by beauty")):
        with pytest.raises(Invalid):
            split_to_areas(story.tariq, story.place, pence, method=method, year="2025-26", key="s")


def test_what_is_left_from_last_year_is_shown_apart(story, due):
    record_payment(story.tariq, due["council"], 1_000_00, money="new", key="a")
    split_to_areas(story.tariq, story.place, 400_00, method="equal", year="2025-26", key="s")
    assert carried_over(story.place, "2025-26") == 0
    assert carried_over(story.place, "2026-27") == 1_000_00
    assert flows(story.place)[0] == ("agency:council", "fund", 1_000_00)


def test_what_was_taken_back_does_not_flow(story, due):
    entry = record_payment(story.tariq, due["council"], 1_000_00, money="new", key="a")
    reverse_entry(story.tess, entry, reason="slip", key="r")
    assert flows(story.place) == []
    assert carried_over(story.place, "2026-27") == 0


# -- who may ---------------------------------------------------------------------------------------------------------

VERBS = {
    "propose a policy": ({"tariq", "tess", "aled"}, lambda s, p: propose(p, s.place)),
    "adopt a policy": ({"aled"}, lambda s, p: adopt_policy(p, s.draft, seen=s.draft.drafted_at)),
    "set contributions": ({"tariq", "tess", "aled"}, lambda s, p: set_contributions(p, s.early)),
    "sign the council's pledge": ({"ben"}, lambda s, p: sign_pledge(p, s.council_due, Promise(8_000_00), version=1)),
    "sign the police's pledge": ({"pia"}, lambda s, p: sign_pledge(p, s.police_due, Promise(2_000_00), version=1)),
    "record a payment": (
        {"tariq", "tess", "aled"}, lambda s, p: record_payment(p, s.council_due, 5, money="new", key="k")
    ),
    "split the fund": (
        {"tariq", "tess", "aled"}, lambda s, p: split_to_areas(p, s.place, 3, method="equal", year="2025-26", key="k")
    ),
    "take an entry back": ({"tess", "aled"}, lambda s, p: reverse_entry(p, s.entry, reason="slip", key="k")),
}  # fmt: skip
EVERYBODY = ["asha", "ben", "carys", "dev", "tariq", "oona", "aled", "fay", "sam", "pia", "tess"]


@pytest.fixture
def scene(story, due):
    """Something for each verb to be done to."""
    story.council_due, story.police_due = due["council"], due["police"]
    story.entry = record_payment(story.tariq, due["council"], 10, money="new", key="first")
    story.draft = propose(story.tariq, story.place)
    early = propose(story.tariq, story.place, year="2026-27")
    story.early = adopt_policy(story.aled, early, seen=early.drafted_at)
    make_budget(story.police, ("Policing", 50_000_00, "statutory"), year="2026-27")
    return story


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("who", EVERYBODY)
def test_s23_each_verb_is_for_its_roles_only(scene, verb, who):
    allowed, act = VERBS[verb]
    deeds = Deed.objects.count()
    if who in allowed:
        act(scene, scene.people[who])
        assert Deed.objects.count() == deeds + 1
    else:
        with pytest.raises(Refused):
            act(scene, scene.people[who])
        assert Deed.objects.count() == deeds


@pytest.mark.parametrize("verb", VERBS)
def test_s29_no_verb_works_without_a_second_step(scene, verb):
    allowed, act = VERBS[verb]
    for name in allowed:
        person = scene.people[name]
        person.second_factor = False
        with pytest.raises(Refused, match="second step"):
            act(scene, person)


@pytest.mark.parametrize("verb", VERBS)
def test_s23_no_verb_works_for_somebody_who_is_not_signed_in(scene, verb):
    from django.contrib.auth.models import AnonymousUser

    with pytest.raises(Refused, match="sign in"):
        VERBS[verb][1](scene, AnonymousUser())


def test_the_ledger_of_every_test_here_adds_up(scene):
    from pennypot.apps.fund.actions.checks import check_ledger

    assert check_ledger(Ledger.objects.get(place=scene.place)) == []
