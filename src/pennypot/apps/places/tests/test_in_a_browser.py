"""Places in a real browser: no barriers, nothing that the content security policy refuses, no scripts needed."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from playwright.sync_api import expect

from pennypot.apps.places import demo, steps
from pennypot.apps.places.models import Agency, Area, Membership, Place
from pennypot.apps.places.tests.test_outlines import collection, feature
from pennypot.testing.browser import NARROW, PHONE
from pennypot.testing.cast import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

EVERYONES = ["/", "/?q=zzz", "/brindley/"]
TEAMS = [
    "/brindley/",
    *(f"/brindley/set-up/{step}/" for step in steps.NAMES),
    "/brindley/set-up/agencies/council/",
    "/brindley/people/",
    "/brindley/deeds/",
]


@pytest.fixture
def filled(cast):
    """Brindley with areas that have outlines, a list of areas with a slip, and an invitation."""
    square = [[[[0, 50], [1, 50], [1, 51], [0, 50]]]]
    Area.objects.create(place=cast.brindley, name="Hill", population=5, population_source="Count", outline=square)
    client = sign_in(Client(), cast.tariq)
    client.post("/brindley/set-up/areas/", {"do": "read", "text": "Hill, many\nMill"})
    client.post("/brindley/people/", {"email": "new@example.org", "role": "facilitator"})
    return cast


def test_every_page_is_free_of_barriers_and_fits_its_screen(filled, barriers):
    tariq, oona = sign_in(Client(), filled.tariq), sign_in(Client(), filled.oona)
    found = [barriers(EVERYONES), barriers(TEAMS, tariq), barriers(["/places/new/"], oona)]
    assert found == [{}, {}, {}]


def test_a_place_is_set_up_without_scripts(cast, look):
    Place.objects.filter(pk=cast.brindley.pk).update(state=Place.State.SETTING_UP, population=None)
    watched = look("/brindley/set-up/", viewport=PHONE, client=sign_in(Client(), cast.tariq), java_script_enabled=False)
    page = watched.page
    page.get_by_label(re.compile("How many people")).fill("12,345")
    page.get_by_label(re.compile("Where this number")).fill("Census 2021")
    page.get_by_role("button", name="Save and go on").click()
    page.get_by_label(re.compile("Or a file")).set_input_files(
        {"name": "w.json", "mimeType": "application/json", "buffer": collection(feature("North"), feature("South"))}
    )
    page.get_by_role("button", name="Read the list").click()
    expect(page.get_by_role("img", name="Map of the areas in this list")).to_be_visible()
    page.get_by_role("button", name="Yes, use this list").click()
    page.get_by_role("heading", name="Agencies", exact=True).wait_for()
    page.goto("/brindley/set-up/look/")
    page.get_by_label("Plum").check()
    page.get_by_role("button", name="Save and go on").click()
    page.get_by_role("button", name="Open Brindley").click()
    page.get_by_text("Brindley is open to everyone.").wait_for()
    assert page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--penny').trim()") == "#70406b"
    assert watched.problems == []


def test_the_demo_bar_works_by_keyboard_and_without_scripts(transactional_db, look, settings):
    settings.DEMO = True
    demo.load("trafford")
    watched = look("/trafford/", viewport=NARROW, java_script_enabled=False)
    page = watched.page
    page.get_by_label("You are").select_option(label="place team")
    page.get_by_role("button", name="Change").focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Set up").wait_for()
    assert page.url.endswith("/trafford/")
    page.get_by_label("You are").select_option("")
    page.get_by_role("button", name="Change").click()
    page.get_by_role("link", name="Sign in").first.wait_for()
    assert watched.problems == []


EVIL = [
    "\"'><img src=x onerror=alert(1)></title></textarea><script>alert(1)</script>{{ 7*7 }}",
    "</svg></script><svg onload=alert(1)>'-alert(1)-'{% now 'Y' %}javascript:alert(1)",
]


@pytest.mark.parametrize("evil", EVIL)
def test_s36_text_from_people_stays_text_on_every_page(cast, look, evil):
    place = cast.brindley
    Place.objects.filter(pk=place.pk).update(
        name=evil, about=evil, label=evil, population_source=evil, accountable_officer=evil, outlines_source=evil
    )
    square = [[[[0, 50], [1, 50], [1, 51], [0, 50]]]]
    Area.objects.create(place=place, name=evil, code=evil[:20], population=1, population_source=evil, outline=square)
    Agency.objects.filter(pk=cast.council.pk).update(name=evil, wider_area=evil)
    cast.tariq.name = evil
    cast.tariq.save()
    client = sign_in(Client(), cast.tariq)
    client.post("/brindley/set-up/areas/", {"do": "read", "file": SimpleUploadedFile(evil, collection(feature(evil)))})
    client.post("/brindley/set-up/facts/", {"name": evil, "about": evil + "!"})
    Membership.objects.create(person=cast.dev, place=place, role="scrutineer")
    for path in ("/", "/?q=a", *TEAMS):
        watched = look(path, client=client)
        assert watched.problems == [], (path, evil)
        assert evil in watched.page.content() or evil in watched.page.inner_text("html") or path == "/?q=a"
        assert "49" not in watched.page.title()
        watched.page.context.close()
