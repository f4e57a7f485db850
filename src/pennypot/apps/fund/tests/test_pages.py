"""The pages: what they say, how few queries they need, who gets in, and that they work for a place that just began."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from pennypot.apps.fund.actions.money import record_payment
from pennypot.apps.fund.actions.pledges import Promise, sign_pledge
from pennypot.apps.fund.actions.policies import propose_policy
from pennypot.apps.fund.models import Account, Entry, Pledge, PolicyVersion
from pennypot.testing.cast import sign_in

from .conftest import POLICIES
from .looking import page, text


@pytest.fixture
def client():
    return Client()


# -- Birmingham and Trafford -----------------------------------------------------------------------------------------


def test_birmingham_says_its_one_per_cent(client, demo_places):
    said = text(page(client, "fund", "birmingham"))
    assert "£45.06 million: one penny in every pound except pensions and benefits." in said
    assert "£42 for each resident." in said
    assert "Invented for demonstration" in said
    for base, fund in [
        ("£7.10 billion", "£70.96 million"), ("£4.51 billion", "£45.06 million"), ("£3.30 billion", "£33.02 million"),
        ("£1.27 billion", "£12.75 million"), ("£443.76 million", "£4.44 million"),
    ]:  # fmt: skip
        assert f"{base} {fund}" in said
    assert "£45,063,749.87" in said
    assert said.count("Not known here.") == 2


def test_the_contributions_of_birmingham_add_up(demo_places):
    policy = PolicyVersion.objects.get(place=demo_places["birmingham"])
    assert sum(one.due_pence for one in policy.contributions.all()) == 45_063_749_87


def test_birmingham_can_be_walked_through_and_every_invention_says_so(client, demo_places):
    place = demo_places["birmingham"]
    said = text(page(client, "fund_money", "birmingham"))
    assert "still in the pots" in said and "Yes. Checked on" in said
    for entry in Entry.objects.filter(place=place):
        assert "Invented for demonstration" in text(page(client, "fund_entry", "birmingham", entry.number))
    assert all(pledge.label for pledge in Pledge.objects.all())
    assert Account.objects.filter(place=place, code__startswith="area:", balance_pence__gt=0).count() > 30


def test_loading_the_demo_again_changes_nothing(demo_places):
    from pennypot.apps.fund import demo

    before = list(Entry.objects.values_list("hash", flat=True))
    demo.load(demo_places["birmingham"])
    assert list(Entry.objects.values_list("hash", flat=True)) == before


def test_trafford_says_at_least_because_the_nhs_is_not_known(client, demo_places):
    said = text(page(client, "fund", "trafford"))
    assert "At least £" in said
    assert "NHS Greater Manchester" in said


@pytest.mark.parametrize("by", ["population", "deprivation", "equal"])
def test_the_areas_of_birmingham_get_the_fund_to_the_penny(client, demo_places, by):
    response = page(client, "fund", "birmingham", by=by)
    assert sum(one.pence for one in response.context["area_shares"]) == 45_063_749_87


@pytest.mark.parametrize(
    ("name", "args", "queries"),
    [
        ("fund", ["birmingham"], 14),
        ("policy", ["birmingham"], 6),
        ("fund_money", ["birmingham"], 9),
        ("fund_entry", ["birmingham", 2], 5),
        ("fund_pledge", ["birmingham", "west-midlands-police"], 11),
        ("fund_contributions_csv", ["birmingham"], 7),
        ("fund_ledger_csv", ["birmingham"], 5),
    ],
)
def test_each_page_needs_a_fixed_number_of_queries(client, demo_places, django_assert_num_queries, name, args, queries):
    with django_assert_num_queries(queries):
        response = page(client, name, *args)
        assert response.status_code == 200
        b"".join(response) if response.streaming else response.content


@pytest.mark.parametrize(
    ("name", "args", "queries"),
    [
        ("fund", [], 3),
        ("policy", [], 3),
        ("fund_money", [], 3),
        ("fund_entry", [2], 3),
        ("fund_pledge", ["west-midlands-fire"], 4),
    ],
)
def test_a_page_that_did_not_change_is_not_made_again(
    client, demo_places, django_assert_num_queries, name, args, queries
):
    first = text(page(client, name, "birmingham", *args))
    with django_assert_num_queries(queries):
        assert text(page(client, name, "birmingham", *args)) == first


def test_whatever_changes_is_on_the_page_at_once(client, story, due):
    """Each step changes one thing that the page shows; a page that was kept too long would miss it."""
    from pennypot.apps.fund.actions.checks import check_ledger

    council, areas = type(story.council).objects.filter(pk=story.council.pk), story.place.areas
    steps = [
        (lambda: sign_pledge(story.ben, due["council"], Promise(8_000_00), version=1), "fund", "£8,000 is promised"),
        (lambda: record_payment(story.tariq, due["council"], 60_00, money="new", key="a"), "fund", "£60 is paid"),
        (lambda: record_payment(story.tariq, due["council"], 1_00, money="new", key="b"), "fund_money", "£61 paid in"),
        (lambda: check_ledger(story.place.ledger), "fund_money", "Yes. Checked on"),
        (lambda: areas.filter(name="Hill").update(name="Hilltop"), "fund", "Hilltop"),
        (lambda: areas.filter(name="Mill").update(population=9_999), "fund", "9,999"),
        (lambda: council.update(name="Town Hall"), "fund", "Town Hall"),
        (
            lambda: propose_policy(story.tess, story.place, POLICIES["nhs"], year="2025-26", reason="Less."),
            "policy",
            "Tess proposed it on",
        ),
    ]
    for change, name, said in steps:
        assert said not in text(page(client, name, "brindley"))
        change()
        assert said in text(page(client, name, "brindley")), said


def test_a_reader_never_gets_the_page_of_one_with_powers(client, scene):
    tess, ben = sign_in(Client(), scene.tess), sign_in(Client(), scene.ben)
    assert "Record a payment" in text(page(tess, "fund", "brindley"))
    assert "Sign the pledge" in text(page(ben, "fund", "brindley"))
    for reader in (client, sign_in(Client(), scene.asha), sign_in(Client(), scene.tess, second_factor=False)):
        said = text(page(reader, "fund", "brindley"))
        assert "Record a payment" not in said and "Sign the pledge" not in said
        assert "Take this entry back" not in text(page(reader, "fund_entry", "brindley", 1))


def test_more_entries_need_no_more_queries(client, story, due, django_assert_num_queries):
    for number in range(12):
        record_payment(story.tariq, due["council"], 1_00, money="new", key=f"k{number}")
    with django_assert_num_queries(9):
        page(client, "fund_money", "brindley")


# -- a place that just began -----------------------------------------------------------------------------------------


def test_a_place_without_anything_says_how_to_begin(client, cast):
    assert "as soon as the first agency has published its budget" in text(page(client, "fund", "brindley"))
    assert "There is no policy yet" in text(page(client, "policy", "brindley"))
    assert "No money has moved yet." in text(page(client, "fund_money", "brindley"))
    for name in ("fund_contributions_csv", "fund_ledger_csv", "fund_beancount", "fund_log"):
        assert page(client, name, "brindley").status_code == 200
    assert page(client, "fund_pledge", "brindley", "council").status_code == 404
    assert page(client, "fund_entry", "brindley", 1).status_code == 404


def test_a_place_with_budgets_and_no_policy_shows_what_the_usual_one_would_give(client, story):
    said = text(page(client, "fund", "brindley"))
    assert "£10,000: one penny in every pound except pensions and benefits." in said
    assert "has not adopted one yet" in said
    assert "Who would contribute" in said


# -- trying, proposing, adopting -------------------------------------------------------------------------------------


def test_anybody_can_try_a_policy_and_nothing_is_saved(client, story):
    said = text(page(client, "policy", "brindley", preset="whole"))
    assert "£19,000: one penny in every pound." in said
    tried = {"rate": "0.5", "base": "council", "excluded": ["schools", "entitlement"], "counts": "both",
             "year_kind": "either", "rounding": "nearest", "unit": "1", "carry_over": "kept"}  # fmt: skip
    assert "£1,500: half a penny in every pound that the council spends except" in text(
        page(client, "policy", "brindley", **tried)
    )
    assert not PolicyVersion.objects.exists()


@pytest.mark.parametrize(
    "typed",
    [{"rate": "0"}, {"rate": "101"}, {"rate": "one"}, {"base": "moon"}, {"excluded": "kindness"},
     {"floor": "1", "cap": "0.5"}, {"floor": "abc"}, {"cap": "-1"}, {"unit": "7"}],
)  # fmt: skip
def test_what_makes_no_sense_is_said_beside_the_field(client, story, typed):
    fine = {"rate": "1", "base": "place", "counts": "both", "year_kind": "either", "rounding": "nearest", "unit": "1",
            "carry_over": "kept"}  # fmt: skip
    response = page(client, "policy", "brindley", **fine | typed)
    assert response.status_code == 200
    assert response.context["form"].errors
    assert response.context["tried"] is None


def test_a_policy_is_proposed_and_adopted_by_two_people(story):
    tariq, aled = sign_in(Client(), story.tariq), sign_in(Client(), story.aled)
    tried = page(tariq, "policy", "brindley", preset="nhs")
    posted = dict_of_lists(tried.context["proposed_fields"]) | {"year": "2025-26", "reason": "As agreed in March."}
    response = tariq.post(reverse("policy_propose", args=["brindley"]), posted)
    assert response.status_code == 302, text(response)
    draft = PolicyVersion.objects.get()
    assert (draft.preset, draft.state, sorted(draft.excluded)) == ("nhs", "draft", ["entitlement", "nhs", "schools"])
    seen = re.search(r'name="seen" value="([^"]+)"', page(aled, "policy", "brindley").content.decode())[1]
    assert aled.post(reverse("policy_adopt", args=["brindley", 1]), {"seen": seen}).status_code == 302
    draft.refresh_from_db()
    assert draft.is_adopted and draft.contributions.count() == 2
    assert "£5,000: one penny in every pound except" in text(page(Client(), "fund", "brindley"))


def dict_of_lists(pairs):
    found = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


@pytest.mark.parametrize(
    "seen", ["", "yesterday", "2025-01-01", "2025-13-45T99:00:00Z", "2025-01-01T00:00:00", "2025-01-01T00:00:00Z"]
)
def test_a_policy_is_not_adopted_unseen(story, seen):
    propose_policy(story.tariq, story.place, POLICIES["people"], year="2025-26", reason="Agreed.")
    aled = sign_in(Client(), story.aled)
    assert aled.post(reverse("policy_adopt", args=["brindley", 1]), {"seen": seen}).status_code == 302
    assert not PolicyVersion.objects.get().is_adopted


def test_a_proposal_without_a_reason_keeps_what_was_typed(story):
    tariq = sign_in(Client(), story.tariq)
    posted = dict_of_lists(page(tariq, "policy", "brindley", preset="nhs").context["proposed_fields"])
    response = tariq.post(
        reverse("policy_propose", args=["brindley"]), posted | {"year": "2025-26", "source": "Cabinet"}
    )
    assert response.status_code == 200
    assert 'value="Cabinet"' in response.content.decode()
    assert not PolicyVersion.objects.exists()


# -- pledging and paying ---------------------------------------------------------------------------------------------


def test_ben_signs_the_pledge_of_his_council(story, due):
    ben = sign_in(Client(), story.ben)
    said = text(page(ben, "fund", "brindley"))
    assert "Brindley Council owes £8,000." in said
    form = page(ben, "fund_pledge", "brindley", "council").context["form"]
    posted = {"version": form.initial["version"], "new": "£5,000", "redirected": "3,000.00", "capital": ""}
    address = reverse("fund_pledge", args=["brindley", "council"])
    assert ben.post(address, posted).status_code == 302
    assert Pledge.objects.get().amount_pence == 8_000_00
    again = ben.post(address, posted)
    assert "signed in the meantime" in text(again)
    assert Pledge.objects.count() == 1


def test_others_see_the_pledge_and_why_they_cannot_sign(story, due):
    sign_pledge(story.ben, due["council"], Promise(8_000_00), version=1)
    said = text(page(Client(), "fund_pledge", "brindley", "council"))
    assert "Ben" in said and "Please sign in first." in said
    pia = sign_in(Client(), story.pia)
    assert "Only these people can do this for Brindley Council" in text(page(pia, "fund_pledge", "brindley", "council"))


def test_a_payment_form_sent_twice_is_one_payment(story, due):
    tariq = sign_in(Client(), story.tariq)
    key = page(tariq, "fund_pay", "brindley", "council").context["form"]["key"].value()
    posted = {"key": key, "amount": "8000", "money": "new", "memo": "First half"}
    address = reverse("fund_pay", args=["brindley", "council"])
    first, second = tariq.post(address, posted), tariq.post(address, posted)
    assert (first.status_code, first["Location"]) == (302, second["Location"])
    assert Entry.objects.count() == 1
    assert "paid" in text(page(tariq, "fund", "brindley"))


@pytest.mark.parametrize(
    ("amount", "said"),
    [("9000", "owes £8,000 more"), ("-5", "Write an amount in pounds"), ("1.234", "Write an amount"),
     ("1e5", "Write an amount"), ("٣", "Write an amount"), ("9999999999999999", "more money than there is"),
     ("0", "above nought")],
)  # fmt: skip
def test_an_amount_that_cannot_be_is_said_beside_the_field(story, due, amount, said):
    tariq = sign_in(Client(), story.tariq)
    posted = {"key": "a" * 32, "amount": amount, "money": "new"}
    assert said in text(tariq.post(reverse("fund_pay", args=["brindley", "council"]), posted))
    assert not Entry.objects.exists()


def test_the_fund_is_split_after_looking(story, due):
    record_payment(story.tariq, due["council"], 1_000_10, money="new", key="k")
    tariq = sign_in(Client(), story.tariq)
    address = reverse("fund_split", args=["brindley"])
    posted = {"key": "b" * 32, "amount": "1000.10", "method": "equal"}
    looked = tariq.post(address, posted | {"do": "look"})
    assert "£333.37" in text(looked) and Entry.objects.count() == 1
    assert tariq.post(address, posted | {"do": "split"}).status_code == 302
    assert Account.objects.get(place=story.place, code="fund").balance_pence == 0


def test_a_mistake_is_taken_back_by_somebody_else(story, due):
    record_payment(story.tariq, due["council"], 5_00, money="new", key="k")
    tess = sign_in(Client(), story.tess)
    assert "Take this entry back" in text(page(tess, "fund_entry", "brindley", 1))
    tariq = sign_in(Client(), story.tariq)
    assert "You wrote this entry" in text(page(tariq, "fund_entry", "brindley", 1))
    address = reverse("fund_reverse", args=["brindley", 1])
    assert tess.post(address, {"key": "c" * 32, "reason": "Typed twice"}).status_code == 302
    assert "taken back by entry 2" in text(page(Client(), "fund_money", "brindley"))


def test_s26_a_kept_page_with_forms_holds_each_readers_own_token(story):
    from pennypot.apps.fund.views import kept

    propose_policy(story.tess, story.place, POLICIES["people"], year="2025-26", reason="Agreed.")
    for _ in range(2):  # the second one is kept
        aled = sign_in(Client(enforce_csrf_checks=True), story.aled)
        content = page(aled, "policy", "brindley").content.decode()
        assert kept._TOKEN_STANDS_HERE not in content
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]{64})"', content)[1]
    seen = re.search(r'name="seen" value="([^"]+)"', content)[1]
    adopt = reverse("policy_adopt", args=["brindley", 1])
    assert aled.post(adopt, {"seen": seen}).status_code == 403
    assert aled.post(adopt, {"seen": seen, "csrfmiddlewaretoken": token}).status_code == 302
    assert PolicyVersion.objects.get().is_adopted
    assert "/adopt/" not in page(sign_in(Client(), story.tess), "policy", "brindley").content.decode()
