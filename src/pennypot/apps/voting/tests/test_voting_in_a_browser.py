"""The voting pages in a real browser: no scripts, a keyboard, 320 pixels, 200 per cent, right to left, axe."""

from __future__ import annotations

import re
from base64 import urlsafe_b64encode

import pytest

from pennypot.apps.voting.models import SealedBallot
from pennypot.apps.voting.tests.at_the_entrance import address, go_in, new_voter
from pennypot.testing.browser import DESKTOP, NARROW, PHONE, axe
from pennypot.testing.elections import make_election
from pennypot.testing.rounds import write_past_triggers

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
OPTIONS = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
WAYS = ["posted_code", "roll_email", "email_postcode", "desk"]


@pytest.fixture
def story(cast):
    """An election whose projects have areas, kinds and a long name among them."""
    story = make_election(cast, eligibility=WAYS)
    long = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch hall"
    write_past_triggers(
        lambda: [
            story.round.ballot.filter(number=1).update(area_name="North", category_name="Parks"),
            story.round.ballot.filter(number=2).update(title=long, area_name="South"),
        ]
    )
    return story


def press(page, selector):
    """Press something that leads to another page, and wait until it is there."""
    with page.expect_navigation():
        page.click(selector)


def each_page(page, story):
    """Go through the whole vote; yields the name of each page when it is shown."""
    round = story.round
    for name in ("vote_round", "ballot_print", "find_receipt"):
        page.goto(address(round, name))
        yield name
    page.goto("/brindley/vote/")
    yield "vote"
    page.goto("/brindley/vote/about/limits/")
    yield "limits"
    page.goto(address(round, "vote_round"))
    page.fill("[name=code]", "nonsense")
    press(page, "form:has([name=code]) button")
    yield "wrong code"
    page.fill("[name=code]", new_voter(round))
    press(page, "form:has([name=code]) button")
    yield "ballot"
    for number in (1, 2, 3, 4):
        page.check(f"#c{number}")
    press(page, "text=Check my choices")
    yield "too much"
    for number in (2, 3):
        page.uncheck(f"#c{number}")
    press(page, "text=Check my choices")
    yield "check"
    press(page, "text=Send my vote")
    yield "receipt"


def test_s64_axe_finds_nothing_on_any_voting_page(look, story):
    watched = look("/brindley/vote/")
    for name in each_page(watched.page, story):
        for viewport, scheme in ((PHONE, "dark"), (DESKTOP, "light")):
            watched.page.set_viewport_size(viewport)
            watched.page.emulate_media(color_scheme=scheme)
            assert axe(watched.page) == [], (name, scheme)
    assert not watched.problems


@pytest.mark.parametrize("viewport", [NARROW, {"width": 640, "height": 450}])
def test_every_voting_page_fits_a_narrow_screen_without_scripts(look, story, viewport):
    """320 pixels wide; and 640 by 450, which is a small laptop's screen at 200 per cent."""
    watched = look("/brindley/vote/", viewport, java_script_enabled=False)
    for name in each_page(watched.page, story):
        assert watched.page.evaluate("document.documentElement.scrollWidth") <= viewport["width"], name
        assert watched.page.locator("h1").count() == 1, name
    assert "Your vote is in" in watched.page.inner_text("h1")
    assert SealedBallot.objects.filter(election=story.election).count() == 1
    assert not watched.problems


def test_letters_of_twice_the_size_stay_on_the_page(look, story):
    watched = look("/brindley/vote/", PHONE)
    for name in each_page(watched.page, story):
        size = watched.page.evaluate("""() => {
            document.documentElement.style.fontSize = '200%';
            const wide = document.documentElement.scrollWidth;
            document.documentElement.style.fontSize = '';
            return wide;
        }""")
        assert size <= PHONE["width"], name


def test_the_whole_vote_with_a_keyboard_alone(look, story):
    page = look(address(story.round, "vote_round"), DESKTOP).page

    def tab_to(selector):
        for _ in range(60):
            page.keyboard.press("Tab")
            if page.evaluate("selector => document.activeElement.matches(selector)", selector):
                return
        raise AssertionError(f"Tab never reached {selector}")

    tab_to("[name=code]")
    page.keyboard.type(new_voter(story.round))
    page.keyboard.press("Enter")
    page.wait_for_url("**/ballot/")
    tab_to("#c3")
    page.keyboard.press("Space")
    tab_to("button[formaction]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/check/")
    tab_to(".btn.big")
    page.keyboard.press("Enter")
    page.wait_for_url("**/cast/")
    assert "Your vote is in" in page.inner_text("h1")


def test_enter_in_the_word_field_shows_projects_and_sends_nothing(look, story):
    page = look(address(story.round, "vote_round"), DESKTOP).page
    page.fill("[name=code]", new_voter(story.round))
    page.keyboard.press("Enter")
    page.wait_for_url("**/ballot/")
    page.check("#c3")
    page.click("summary")
    for words, shown in (("project 1", 1), ("", 6)):
        page.fill("#words", words)
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert page.locator(".projects li").count() == shown
        assert "£8,000" in page.inner_text("[data-sum]")
    assert page.is_checked("#c3")
    assert not SealedBallot.objects.filter(election=story.election).exists()


def test_the_running_sum_says_the_same_as_the_server(look, story, client):
    page = look(address(story.round, "vote_round"), PHONE).page
    page.fill("[name=code]", new_voter(story.round))
    page.keyboard.press("Enter")
    page.wait_for_url("**/ballot/")
    go_in(client, story.round, new_voter(story.round))
    for numbers in ((1, 3), (1, 3, 6)):
        for number in numbers:
            page.check(f"#c{number}")
        answer = client.post(address(story.round, "ballot"), {"choice": numbers}).content.decode()
        written = re.sub(r"<[^>]+>", "", answer.split("data-given=")[1].split(">", 1)[1].split("</p>")[0])
        assert page.inner_text("[data-sum]") == " ".join(written.split())


def test_a_code_behind_the_hash_fills_the_field_and_waits_for_the_button(look, story):
    code = new_voter(story.round)
    page = look(address(story.round, "vote_round") + "#" + code.replace("-", ""), PHONE).page
    assert page.input_value("[name=code]") == code
    assert "#" not in page.url and page.url.endswith(address(story.round, "vote_round"))
    assert page.is_visible("[data-code-ready]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/ballot/")


def test_a_scanned_receipt_fills_the_form(look, story):
    page = look(address(story.round, "vote_round"), PHONE).page
    page.fill("[name=code]", new_voter(story.round))
    page.keyboard.press("Enter")
    page.check("#c3")
    page.click("text=Check my choices")
    page.click("text=Send my vote")
    page.wait_for_url("**/cast/")
    index = page.inner_text("dd.large.num")
    fingerprint = re.sub(r"\s", "", page.locator("dd.hash").first.inner_text())
    drawn = urlsafe_b64encode(bytes.fromhex(fingerprint)).decode().rstrip("=")
    page.goto("about:blank")
    page.goto(address(story.round, "find_receipt") + f"#{index}.{drawn}")
    assert page.input_value("[name=fingerprint]") == fingerprint
    page.click("main form .btn")
    page.wait_for_selector(".notice.success")
    assert "is in the log" in page.inner_text("main")


def test_the_ballot_reads_from_right_to_left(look, story):
    page = look(address(story.round, "vote_round"), PHONE).page
    page.fill("[name=code]", new_voter(story.round))
    page.keyboard.press("Enter")
    page.wait_for_url("**/ballot/")
    page.evaluate("document.documentElement.dir = 'rtl'")
    box, label = page.locator("#c1").bounding_box(), page.locator("label[for=c1]").bounding_box()
    assert box["x"] > label["x"] + label["width"] - 1
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
