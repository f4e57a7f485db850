"""The pages: what they say, how few queries they need, who gets in, and that they work for a place that just began."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess

import pytest
from django.test import Client
from django.urls import reverse

from pennypot.apps.fund import chain
from pennypot.apps.fund.actions.money import record_payment
from pennypot.apps.fund.actions.pledges import Promise, sign_pledge
from pennypot.apps.fund.actions.policies import propose_policy
from pennypot.apps.fund.models import Account, Entry, Pledge, PolicyVersion
from pennypot.house.csv_out import plain
from pennypot.house.models import Deed
from pennypot.testing.cast import sign_in

from .conftest import POLICIES


def text(response):
    """What a reader reads: without tags, runs of space as one."""
    words = re.sub(r"<(script|style)[^>]*>.*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    words = re.sub(r"<[^>]+>", " ", words)
    return re.sub(r"\s+", " ", words.replace("&#x27;", "'").replace("&amp;", "&"))


def page(client, name, *args, **query):
    return client.get(reverse(name, args=args), query)


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
        ("fund", ["birmingham"], 12),
        ("policy", ["birmingham"], 4),
        ("fund_money", ["birmingham"], 7),
        ("fund_entry", ["birmingham", 2], 3),
        ("fund_pledge", ["birmingham", "west-midlands-police"], 8),
        ("fund_contributions_csv", ["birmingham"], 7),
        ("fund_ledger_csv", ["birmingham"], 5),
    ],
)
def test_each_page_needs_a_fixed_number_of_queries(client, demo_places, django_assert_num_queries, name, args, queries):
    with django_assert_num_queries(queries):
        response = page(client, name, *args)
        assert response.status_code == 200
        b"".join(response) if response.streaming else response.content


def test_more_entries_need_no_more_queries(client, story, due, django_assert_num_queries):
    for number in range(12):
        record_payment(story.tariq, due["council"], 1_00, money="new", key=f"k{number}")
    with django_assert_num_queries(7):
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
    assert "£1,500: half a penny in every pound that the council spends except" in text(page(client, "policy", "brindley", **tried))
    assert not PolicyVersion.objects.exists()


@pytest.mark.parametrize(
    "typed", [{"rate": "0"}, {"rate": "101"}, {"rate": "1e1"}, {"base": "moon"}, {"excluded": "kindness"}, {"floor": "1", "cap": "0.5"},
              {"floor": "abc"}, {"cap": "-1"}, {"unit": "7"}],
)  # fmt: skip
def test_what_makes_no_sense_is_said_beside_the_field(client, story, typed):
    fine = {"rate": "1", "base": "place", "counts": "both", "year_kind": "either", "rounding": "nearest", "unit": "1",
            "carry_over": "kept"}  # fmt: skip
    response = page(client, "policy", "brindley", **fine | typed)
    assert response.status_code == 200
    if typed != {"rate": "1e1"}:
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


@pytest.mark.parametrize("seen", ["", "yesterday", "2025-01-01", "2025-13-45T99:00:00Z", "2025-01-01T00:00:00", "2025-01-01T00:00:00Z"])
def test_a_policy_is_not_adopted_unseen(story, seen):
    propose_policy(story.tariq, story.place, POLICIES["people"], year="2025-26", reason="Agreed.")
    aled = sign_in(Client(), story.aled)
    assert aled.post(reverse("policy_adopt", args=["brindley", 1]), {"seen": seen}).status_code == 302
    assert not PolicyVersion.objects.get().is_adopted


def test_a_proposal_without_a_reason_keeps_what_was_typed(story):
    tariq = sign_in(Client(), story.tariq)
    posted = dict_of_lists(page(tariq, "policy", "brindley", preset="nhs").context["proposed_fields"])
    response = tariq.post(reverse("policy_propose", args=["brindley"]), posted | {"year": "2025-26", "source": "Cabinet"})
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
    [("9000", "owes £8,000 more"), ("-5", "Write an amount in pounds"), ("1.234", "Write an amount"), ("1e5", "Write an amount"),
     ("٣", "Write an amount"), ("9999999999999999", "more money than there is"), ("0", "above nought")],
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


# -- who may open and send what --------------------------------------------------------------------------------------

PUBLIC = ["fund", "policy", "fund_money", "fund_contributions_csv", "fund_ledger_csv", "fund_beancount", "fund_log"]
# name, arguments, what is sent, who gets through
POSTS = [
    ("policy_propose", [], {"year": "2025-26", "reason": "x", "rate": "1", "base": "place", "counts": "both",
                            "year_kind": "either", "rounding": "nearest", "unit": "1", "carry_over": "kept"},
     {"tariq", "tess", "aled"}),
    ("policy_adopt", [2], {}, {"aled"}),
    ("policy_contributions", [1], {}, {"tariq", "tess", "aled"}),
    ("fund_pledge", ["council"], {"version": 1, "new": "8000"}, {"ben"}),
    ("fund_pay", ["council"], {"key": "d" * 32, "amount": "1", "money": "new"}, {"tariq", "tess", "aled"}),
    ("fund_split", [], {"key": "e" * 32, "amount": "0.05", "method": "equal", "do": "split"}, {"tariq", "tess", "aled"}),
    ("fund_reverse", [1], {"key": "f" * 32, "reason": "slip"}, {"tess", "aled"}),
]  # fmt: skip
EVERYBODY = ["nobody", "asha", "ben", "carys", "dev", "tariq", "oona", "aled", "fay", "sam", "pia", "tess"]


@pytest.fixture
def scene(story, due):
    record_payment(story.tariq, due["council"], 10, money="new", key="first")
    draft = propose_policy(story.tariq, story.place, POLICIES["people"], year="2026-27", reason="Next year.")
    story.seen = draft.drafted_at.isoformat()
    return story


@pytest.mark.parametrize("who", EVERYBODY)
@pytest.mark.parametrize("name", PUBLIC)
def test_s23_everybody_may_look(scene, who, name):
    client = Client() if who == "nobody" else sign_in(Client(), scene.people[who])
    assert page(client, name, "brindley").status_code == 200


@pytest.mark.parametrize("who", EVERYBODY)
@pytest.mark.parametrize(("name", "args", "sent", "allowed"), POSTS, ids=[post[0] for post in POSTS])
def test_s23_each_form_is_for_its_roles_only(scene, who, name, args, sent, allowed):
    client = Client() if who == "nobody" else sign_in(Client(), scene.people[who])
    deeds = Deed.objects.count()
    response = client.post(reverse(name, args=["brindley", *args]), sent | ({"seen": scene.seen} if name == "policy_adopt" else {}))
    if who in allowed:
        assert response.status_code == 302
        # The contributions of the scene's policy are set already: that one says so and changes nothing.
        assert (Deed.objects.count() > deeds) == (name != "policy_contributions")
    else:
        assert response.status_code == 403
        assert Deed.objects.count() == deeds


@pytest.mark.parametrize(("name", "args", "sent", "allowed"), POSTS, ids=[post[0] for post in POSTS])
def test_s26_every_form_needs_its_token_and_post(scene, name, args, sent, allowed):
    who = sorted(allowed)[0]
    client = sign_in(Client(enforce_csrf_checks=True), scene.people[who])
    address = reverse(name, args=["brindley", *args])
    deeds = Deed.objects.count()
    assert client.post(address, sent).status_code == 403
    if name not in ("fund_pledge", "fund_pay", "fund_split"):
        assert client.get(address).status_code == 405
    else:
        client.get(address, sent)
    assert Deed.objects.count() == deeds


@pytest.mark.parametrize(("name", "args", "sent", "allowed"), POSTS, ids=[post[0] for post in POSTS])
def test_s29_no_form_works_without_a_second_step(scene, name, args, sent, allowed):
    for who in allowed:
        client = sign_in(Client(), scene.people[who], second_factor=False)
        response = client.post(reverse(name, args=["brindley", *args]), sent | {"seen": scene.seen})
        assert response.status_code == 403
        assert "second step" in text(response)


@pytest.mark.parametrize(("name", "args", "sent", "allowed"), POSTS, ids=[post[0] for post in POSTS])
def test_s24_the_officers_of_another_place_get_nowhere(scene, name, args, sent, allowed):
    from pennypot.apps.people.roles import Role
    from pennypot.apps.places.models import Membership

    for role in (Role.PLACE_TEAM, Role.ACCOUNTABLE_OFFICER):
        Membership.objects.get_or_create(person=scene.dev, place=scene.elsewhere, role=role)
    dev = sign_in(Client(), scene.dev)
    there = dev.post(reverse(name, args=["elsewhere", *args]), sent | {"seen": scene.seen})
    assert there.status_code in (302, 404, 403, 200)
    here = dev.post(reverse(name, args=["brindley", *args]), sent | {"seen": scene.seen})
    assert here.status_code == 403
    assert Entry.objects.filter(place=scene.place).count() == 1


def test_s24_numbers_of_one_place_mean_nothing_in_another(scene):
    from pennypot.apps.places.models import Place

    dev = sign_in(Client(), scene.dev)
    assert page(dev, "fund_entry", "elsewhere", 1).status_code == 404
    assert page(dev, "fund_pledge", "elsewhere", "council").status_code == 404
    Place.objects.filter(pk=scene.place.pk).update(state="setting-up")
    for name in PUBLIC:
        assert page(dev, name, "brindley").status_code == 403
        assert page(Client(), name, "brindley").status_code == 403


def test_s27_fields_that_no_form_has_are_ignored(scene):
    tariq = sign_in(Client(), scene.tariq)
    more = {"state": "adopted", "adopted_by": scene.tariq.pk, "version": 99, "label": "mine", "drafted_by": scene.asha.pk}
    tariq.post(reverse("policy_propose", args=["brindley"]), POSTS[0][2] | more)
    made = PolicyVersion.objects.get(year="2025-26", state="draft")
    assert (made.drafted_by, made.version, made.label) == (scene.tariq, 3, "")
    tariq.post(reverse("fund_pay", args=["brindley", "council"]), POSTS[4][2] | {"made_by": scene.asha.pk, "kind": "award", "year": "1999"})
    entry = Entry.objects.get(number=2)
    assert (entry.made_by, entry.kind, entry.year) == (scene.tariq, "contribution", "2025-26")


@pytest.mark.parametrize("query", [{"by": "id; DROP TABLE"}, {"by": ""}, {"by": "-population"}])
def test_s40_only_known_ways_to_split_are_looked_up(client, story, query):
    assert page(client, "fund", "brindley", **query).status_code == 400


@pytest.mark.parametrize(
    ("query", "status"),
    [({"account": "x' OR 1=1"}, 404), ({"account": ""}, 404), ({"before": "1;"}, 400), ({"before": "٣"}, 400),
     ({"before": "9" * 40}, 400), ({"before": "1"}, 200)],
)  # fmt: skip
def test_s40_only_known_accounts_and_pages_are_looked_up(client, scene, query, status):
    assert page(client, "fund_money", "brindley", **query).status_code == status


# -- files -----------------------------------------------------------------------------------------------------------

NASTY = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "=HYPERLINK(\"http://x\")", "'quoted", 'say "hi"\\', "a;b,c"]


@pytest.mark.parametrize("memo", NASTY)
def test_s38_no_cell_is_a_formula_and_every_cell_reads_back(client, scene, memo):
    from pennypot.apps.fund.models import Contribution

    contribution = Contribution.objects.select_related("agency", "policy__place").get(agency=scene.council)
    record_payment(scene.tariq, contribution, 5_00, money="capital", key="nasty", memo=memo)
    content = b"".join(page(client, "fund_ledger_csv", "brindley").streaming_content).decode()
    rows = list(csv.DictReader(io.StringIO(content)))
    assert plain(rows[-1]["memo"]) == memo
    assert not rows[-1]["memo"].startswith(("=", "+", "-", "@", "\t"))
    assert (rows[-1]["amount"], rows[-1]["money"]) == ("5.00", "capital")


def test_the_contributions_as_csv_add_up(client, scene):
    content = b"".join(page(client, "fund_contributions_csv", "brindley").streaming_content).decode()
    rows = list(csv.DictReader(io.StringIO(content)))
    assert [row["due_pounds"] for row in rows] == ["8000.00", "2000.00"]
    assert [row["state"] for row in rows] == ["due", "due"]


def test_anybody_can_check_the_log(client, scene, due):
    """As the page in the docs says: hash over the hash before and the text, line by line."""
    import hashlib

    record_payment(scene.tariq, due["police"], 7_00, money="new", key="żółć", memo="Ł “x”")
    lines = b"".join(page(client, "fund_log", "brindley").streaming_content).decode().splitlines()
    before = bytes(32)
    for line in lines:
        said, entry = line.split(" ", 1)
        before = hashlib.sha256(before + entry.encode()).digest()
        assert before.hex() == said
    assert json.loads(entry)["memo"] == "Ł “x”"
    assert len(lines) == 2
    assert chain.BEGINNING == bytes(32)


def bean_check():
    return shutil.which("bean-check")


def test_beancount_accepts_the_ledger(client, demo_places, tmp_path):
    """A second opinion, out of process: beancount is GPL and only listed for benchmarks."""
    program = bean_check()
    if program is None:
        pytest.skip("bean-check is not on the path; requirements/bench.in lists beancount")
    place = demo_places["birmingham"]
    for name, change in (("ledger", None), ("broken", "1.23")):
        content = b"".join(page(client, "fund_beancount", place.slug).streaming_content).decode()
        if change:
            content = re.sub(r"(balance Assets:Fund  )[0-9.]+", rf"\g<1>{change}", content)
        path = tmp_path / f"{name}.beancount"
        path.write_text(content, encoding="utf-8")
        result = subprocess.run([program, str(path)], capture_output=True, text=True, timeout=60)
        assert (result.returncode == 0) == (change is None), result.stdout + result.stderr


def test_beancount_text_is_quoted(client, scene, due, tmp_path):
    record_payment(scene.tariq, due["council"], 7_00, money="new", key="q", memo='A "hall"\\ and; * more')
    content = b"".join(page(client, "fund_beancount", "brindley").streaming_content).decode()
    assert r'"A \"hall\"\\ and; * more"' in content
    assert "open Equity:Agency:Council GBP" in content
    program = bean_check()
    if program:
        path = tmp_path / "quoted.beancount"
        path.write_text(content, encoding="utf-8")
        result = subprocess.run([program, str(path)], capture_output=True, text=True, timeout=60)
        assert result.returncode == 0, result.stdout + result.stderr
