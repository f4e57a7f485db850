"""The pages of proposals in a real browser: no accessibility fault, narrow screens, no scripts, the map."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client

from pennypot.apps.places.models import Area
from pennypot.apps.rounds.models import Proposal
from pennypot.apps.rounds.tests.test_proposals import COSTS, IDEA, LIST, NEW, begin, send_in
from pennypot.apps.rounds.tests.test_proposals_security import picture
from pennypot.testing.browser import DESKTOP, PHONE
from pennypot.testing.cast import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.fixture(autouse=True)
def _files(tmp_path, settings):
    settings.STORAGES["default"]["OPTIONS"]["location"] = tmp_path


@pytest.fixture
def filled(cast, a_round, client):
    """Two areas with outlines, three proposals, one of them talked about and changed, a draft; Asha is signed in."""
    for at, area in enumerate(Area.objects.filter(place=cast.brindley).order_by("name")):
        ring = [[at, 0], [at + 1, 0], [at + 1, 1], [at, 1], [at, 0]]
        Area.objects.filter(pk=area.pk).update(outline=[[ring]])
    sign_in(client, cast.asha)
    for title in ("A bench on Mill Lane", "Swimming lessons for all", "A bench at the mill"):
        send_in(client, title=title)
    client.post(f"{LIST}1/edit/step/pictures/", {"file": picture(), "alt": "A green bench"})
    client.post(f"{LIST}1/edit/step/idea/", IDEA | {"what": "Put two benches there."})
    carys = sign_in(Client(), cast.carys)
    for text in ("Which **colour**?", "A question\n\n- one\n- two"):
        carys.post(f"{LIST}1/comment/", {"text": text, "key": str(uuid.uuid4())})
    draft = begin(client, title="A path through the wood")
    client.post(draft + "costs/", COSTS)
    return draft


def pages_of(draft: str) -> list[str]:
    one = [f"{LIST}1/{part}" for part in ("", "versions/", "print/", "poster/", "withdraw/", "join/")]
    steps = [f"{draft}{step}/" for step in ("idea", "where", "costs", "pictures", "people", "send")]
    comment = Proposal.objects.get(number=1).thread.comments.first()
    return [LIST, *one, *steps, NEW, "/brindley/drafts/", f"/brindley/talk/comments/{comment.pk}/"]


def test_s64_axe_finds_nothing_and_every_page_fits_320_pixels(barriers, client, filled):
    assert barriers(pages_of(filled), client) == {}


def test_a_point_is_chosen_on_the_map_without_scripts(look, client, filled, cast):
    for viewport, name in ((PHONE, "map-small"), (DESKTOP, "map-large")):
        page = look(f"{filled}where/", viewport, client=client, java_script_enabled=False).page
        map = page.locator(f"input[name={name}]")
        box = map.bounding_box()
        map.click(position={"x": box["width"] * 0.75, "y": box["height"] * 0.5})
        draft = Proposal.objects.select_related("area").get(title="A path through the wood")
        assert 1.3 < draft.longitude < 1.7 and 0.3 < draft.latitude < 0.7
        assert draft.area == Area.objects.filter(place=cast.brindley).order_by("name").last()
        assert page.locator("text=is chosen").count() == 1


def test_a_draft_is_saved_while_it_is_typed_and_like_proposals_are_shown(look, client, filled):
    page = look(f"{filled}idea/", client=client).page
    page.locator("#id_title").fill("A bench at Mill Lane")
    page.locator(".saved", has_text="Saved").wait_for(timeout=20_000)
    assert Proposal.objects.filter(title="A bench at Mill Lane", state="draft").count() == 1
    page.locator(".like a", has_text="A bench on Mill Lane").wait_for(timeout=20_000)
    page.locator("#id_why").fill("Because people sit down.")
    page.get_by_role("button", name="Save and go on").click()
    page.wait_for_url("**/where/")
    assert Proposal.objects.get(title="A bench at Mill Lane").why == "Because people sit down."
