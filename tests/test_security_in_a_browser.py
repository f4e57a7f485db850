"""Check 34: another site cannot put ours into a frame, so nobody is made to press what they do not see."""

from __future__ import annotations

import pytest
from django.test import Client

from pennypot.testing.cast import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def framed(cast, look, live_server):
    """Return a function that opens another site with a page of ours in a frame, and returns that frame."""
    page = look("/", client=sign_in(Client(), cast.tariq)).page

    def put_into_a_frame(path: str, answered_by=None):
        if answered_by:
            page.route(live_server.url + path, answered_by)
        other_site = f'<title>Win a prize</title><iframe src="{live_server.url}{path}"></iframe>'
        page.route("http://prizes.example/", lambda route: route.fulfill(content_type="text/html", body=other_site))
        page.goto("http://prizes.example/", wait_until="load")
        assert page.title() == "Win a prize"
        return page.frames[1]

    return put_into_a_frame


@pytest.mark.parametrize("path", ["/", "/account/sign-in/", "/brindley/people/", "/no-such-place/"])
def test_s34_another_site_cannot_frame_a_page_of_ours(framed, path):
    frame = framed(path)
    assert frame.url == "chrome-error://chromewebdata/"
    assert frame.locator("main").count() == 0


def test_s34_a_page_without_our_headers_would_be_framed(framed):
    """Otherwise the test above might pass because the browser shows no frame at all."""

    def answer_without_headers(route):
        route.fulfill(content_type="text/html", body="<main>Press here</main>")

    frame = framed("/", answer_without_headers)
    assert frame.locator("main").count() == 1
