"""The demonstration: two places, invented people, and the bar that enters them."""

from __future__ import annotations

import json

import pytest

from pennypot.apps.people.models import Person
from pennypot.apps.people.roles import Role
from pennypot.apps.places import demo
from pennypot.apps.places.models import Membership, Place
from pennypot.testing.cast import sign_in

PLACES = ("birmingham", "trafford")


@pytest.fixture
def loaded(db, settings):
    settings.DEMO = True
    return {slug: demo.load(slug) for slug in PLACES}


def text(response):
    return response.content.decode()


def test_birmingham_is_as_published(loaded):
    place = loaded["birmingham"]
    assert (place.population, place.gss_code, place.year) == (1_074_283, "E08000025", "2010-11")
    assert place.label == "Historical demonstration, 2010-11 outturn, not current budgets"
    assert place.areas.count() == 69
    assert sum(place.areas.values_list("population", flat=True)) == 1_183_618, "today's wards, as their source says"
    assert all("today's wards" in source for source in place.areas.values_list("population_source", flat=True))
    assert set(place.agencies.values_list("slug", "family")) == {
        ("birmingham-city-council", "council"),
        ("west-midlands-police", "police"),
        ("west-midlands-fire", "fire"),
        ("west-midlands-pta", "transport"),
        ("birmingham-east-and-north-pct", "nhs"),
        ("heart-of-birmingham-pct", "nhs"),
        ("south-birmingham-pct", "nhs"),
        ("dwp", "welfare"),
    }


def test_trafford_has_its_wards_with_outlines_that_add_up(loaded):
    place = loaded["trafford"]
    areas = list(place.areas.all())
    assert len(areas) == 21
    assert sum(area.population for area in areas) == place.population == 241_025
    assert all(area.outline for area in areas)
    assert len(json.dumps([area.outline for area in areas], separators=(",", ":"))) <= 12_000
    assert "Crown copyright" in place.outlines_source
    assert set(place.agencies.values_list("slug", flat=True)) == {
        "trafford-council",
        "greater-manchester-police",
        "gmca",
        "nhs-greater-manchester",
        "dwp",
    }


def test_loading_again_changes_nothing_that_somebody_tried_out(loaded):
    Place.objects.filter(slug="trafford").update(label="Tried")
    counts = Person.objects.count(), Membership.objects.count()
    demo.load("trafford")
    assert Place.objects.get(slug="trafford").label == "Tried"
    assert counts == (Person.objects.count(), Membership.objects.count())


def test_every_role_has_somebody_who_is_plainly_invented(loaded):
    for place in loaded.values():
        held = set(place.memberships.values_list("role", flat=True))
        assert held == set(Role.values) - {Role.OPERATOR}
        officers = place.memberships.filter(role=Role.AGENCY_OFFICER).values_list("agency_id", flat=True)
        assert set(officers) == set(place.agencies.values_list("pk", flat=True))
    assert Person.objects.filter(is_operator=True, is_demo=True).count() == 1
    for person in Person.objects.all():
        assert person.is_demo
        assert person.name.startswith("Demo: ")
        assert person.email.endswith("@demo.invalid")


def test_outside_demo_mode_no_people_are_made(db, settings):
    settings.DEMO = False
    demo.load("trafford")
    assert not Person.objects.exists()


def test_a_role_is_entered_from_the_bar_and_left_again(client, loaded):
    page = text(client.get("/trafford/"))
    assert "Trafford Council" in page.split('id="demo-who"')[1].split("</select>")[0]
    assert "Birmingham" not in page.split('id="demo-who"')[1].split("</select>")[0]
    person = Person.objects.get(email="team.trafford@demo.invalid")
    response = client.post("/demo/enter/", {"who": person.pk, "next": "/trafford/people/"})
    assert response.url == "/trafford/people/"
    key = client.session.session_key
    assert client.get("/trafford/people/").status_code == 200, "demo people count as having a second factor"
    officer = Person.objects.get(email="officer.gmca.trafford@demo.invalid")
    client.post("/demo/enter/", {"who": officer.pk, "next": "/"})
    assert client.session.session_key != key, "each person has a session of their own"
    assert client.get("/trafford/people/").status_code == 403
    client.post("/demo/enter/", {"who": "", "next": "/"})
    assert "_auth_user_id" not in client.session


def test_entering_is_impossible_outside_demo_mode(client, loaded, settings):
    settings.DEMO = False
    person = Person.objects.filter(is_demo=True).first()
    assert client.post("/demo/enter/", {"who": person.pk}).status_code == 404
    assert "_auth_user_id" not in client.session
    assert "demo-bar" not in text(client.get("/"))


def test_a_session_of_the_demo_ends_when_demo_mode_is_off(client, loaded, settings):
    person = Person.objects.get(email="team.trafford@demo.invalid")
    client.post("/demo/enter/", {"who": person.pk})
    settings.DEMO = False
    assert client.get("/trafford/people/").status_code == 403


def test_real_people_cannot_be_entered(client, loaded, cast):
    for who in (cast.tariq.pk, "x", "-1", "9" * 30, "1 OR 1=1", "¹"):
        assert client.post("/demo/enter/", {"who": who}).status_code == 404
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "/%0d%0aX: y",
        "\\\\evil",
        "",
        "x",
    ],
)
def test_s33_the_bar_leads_nowhere_else(client, loaded, target):
    assert client.post("/demo/enter/", {"who": "", "next": target}).url == "/"


def test_the_bar_costs_one_query(client, loaded, settings, django_assert_num_queries):
    with django_assert_num_queries(3):
        client.get("/")
    settings.DEMO = False
    with django_assert_num_queries(2):
        client.get("/")


def test_somebody_really_signed_in_is_named_in_the_bar(client, loaded, cast):
    page = text(sign_in(client, cast.asha).get("/"))
    assert f'<option value="{cast.asha.pk}" selected>Asha</option>' in page


def test_whoever_one_is_stays_named_in_the_bar_of_another_place(client, loaded):
    person = Person.objects.get(email="team.trafford@demo.invalid")
    client.post("/demo/enter/", {"who": person.pk})
    bar = text(client.get("/birmingham/")).split('id="demo-who"')[1].split("</select>")[0]
    assert f'<option value="{person.pk}" selected>' in bar
    assert '<optgroup label="Trafford">' in bar


@pytest.mark.parametrize("slug", PLACES)
def test_the_pages_of_the_demonstration_are_small(client, loaded, slug):
    import gzip

    assert len(gzip.compress(client.get(f"/{slug}/").content)) < 60_000
