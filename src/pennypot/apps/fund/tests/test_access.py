"""Who may open and send what: every page and form of this room, for everybody."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from pennypot.apps.fund.models import Entry, PolicyVersion
from pennypot.apps.people.roles import Role
from pennypot.apps.places.models import Membership, Place
from pennypot.house.models import Deed
from pennypot.testing.cast import sign_in

from .looking import page, text

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
    ("fund_split", [], {"key": "e" * 32, "amount": "0.05", "method": "equal", "do": "split"},
     {"tariq", "tess", "aled"}),
    ("fund_reverse", [1], {"key": "f" * 32, "reason": "slip"}, {"tess", "aled"}),
]  # fmt: skip
EVERYBODY = ["nobody", "asha", "ben", "carys", "dev", "tariq", "oona", "aled", "fay", "sam", "pia", "tess"]


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
    response = client.post(
        reverse(name, args=["brindley", *args]), sent | ({"seen": scene.seen} if name == "policy_adopt" else {})
    )
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
    for role in (Role.PLACE_TEAM, Role.ACCOUNTABLE_OFFICER):
        Membership.objects.get_or_create(person=scene.dev, place=scene.elsewhere, role=role)
    dev = sign_in(Client(), scene.dev)
    dev.post(reverse(name, args=["elsewhere", *args]), sent | {"seen": scene.seen})
    here = dev.post(reverse(name, args=["brindley", *args]), sent | {"seen": scene.seen})
    assert here.status_code == 403
    assert Entry.objects.filter(place=scene.place).count() == 1
    assert not Entry.objects.exclude(place=scene.place).exists()
    assert PolicyVersion.objects.filter(place=scene.place).count() == 2


def test_s24_numbers_of_one_place_mean_nothing_in_another(scene):
    dev = sign_in(Client(), scene.dev)
    assert page(dev, "fund_entry", "elsewhere", 1).status_code == 404
    assert page(dev, "fund_pledge", "elsewhere", "council").status_code == 404
    Place.objects.filter(pk=scene.place.pk).update(state="setting-up")
    for name in PUBLIC:
        assert page(dev, name, "brindley").status_code == 403
        assert page(Client(), name, "brindley").status_code == 403


def test_s27_fields_that_no_form_has_are_ignored(scene):
    tariq = sign_in(Client(), scene.tariq)
    more = {
        "state": "adopted",
        "adopted_by": scene.tariq.pk,
        "version": 99,
        "label": "mine",
        "drafted_by": scene.asha.pk,
    }
    tariq.post(reverse("policy_propose", args=["brindley"]), POSTS[0][2] | more)
    made = PolicyVersion.objects.get(year="2025-26", state="draft")
    assert (made.drafted_by, made.version, made.label) == (scene.tariq, 3, "")
    tariq.post(
        reverse("fund_pay", args=["brindley", "council"]),
        POSTS[4][2] | {"made_by": scene.asha.pk, "kind": "award", "year": "1999"},
    )
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
