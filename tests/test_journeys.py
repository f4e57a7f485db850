"""One story a person, in a real browser: what they came for, from the first page to the last."""

from __future__ import annotations

import pytest

from pennypot.apps.budgets.tests.handing import PAYMENTS, do_the_work
from pennypot.testing.browser import PHONE
from pennypot.testing.cast import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def said(page) -> str:
    """Return the sentence that the page says large."""
    return page.locator("h1").inner_text()


def test_asha_follows_a_pound_on_her_phone_without_scripts(look, demo_places):
    watched = look("/", PHONE, java_script_enabled=False)
    page = watched.page
    page.get_by_role("searchbox").fill("birm")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name="Birmingham").first.click()
    page.get_by_role("link", name="The pool", exact=True).first.click()
    assert said(page) == "£7.10 billion of public money was spent in Birmingham."
    assert "£6,605 for each of 1,074,283 residents" in page.locator("main").inner_text()
    page.get_by_role("link", name="Council £2.19 billion").click()
    page.get_by_role("link", name="Social care for adults and children").first.click()
    assert said(page) == "Social care for adults and children: £484.12 million"
    assert "484,118 thousand pounds" in page.locator("main").inner_text()
    page.get_by_role("link", name="The one per cent", exact=True).first.click()
    assert said(page).startswith("£45.06 million: one penny in every pound")
    page.get_by_role("link", name="Follow the money").first.click()
    page.get_by_role("link", name="1: an agency paid its share").click()
    assert "Invented for demonstration" in page.locator("main").inner_text()
    assert not watched.problems


def test_ben_publishes_his_councils_payments_without_scripts(look, cast, client, tmp_path):
    payments = tmp_path / "may.csv"
    payments.write_text(PAYMENTS)
    watched = look("/brindley/budgets/", client=sign_in(client, cast.ben), java_script_enabled=False)
    page = watched.page
    page.get_by_role("link", name="Add a file").first.click()
    page.locator("input[type=file]").set_input_files(payments)
    page.get_by_role("button", name="Read this file").click()
    assert said(page) == "Working on it."
    do_the_work()
    page.reload()
    page.goto(page.get_by_role("link", name="Go on").get_attribute("href") if "/work/" in page.url else page.url)
    text = page.locator("main").inner_text()
    assert "£4,800.50" in text, "the sum of what is kept"
    assert "31/06/2024" in page.locator("main").text_content(), "a day that does not exist is named, with its row"
    page.get_by_role("button", name="Keep these payments").click()
    page.get_by_role("button", name="Publish these payments").click()
    page.goto("/brindley/spending/")
    text = page.locator("main").inner_text()
    assert "Zenith Computers PLC" in text
    assert "Smithson" not in text, "private people are not named"
    assert not watched.problems


def test_dev_the_outsider_is_told_why_not_and_sees_no_draft(look, cast, client):
    watched = look("/brindley/budgets/add/", client=sign_in(client, cast.dev))
    page = watched.page
    assert "not yours to do" in said(page)
    assert "Brindley" in page.locator("main").inner_text(), "the reason names whose it is"
    assert not watched.problems
