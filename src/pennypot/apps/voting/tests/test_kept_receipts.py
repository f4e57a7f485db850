"""The page around a receipt is drawn once for everybody: nobody may see another's part of it."""

from __future__ import annotations

import re

from django.test import Client
from django.urls import reverse

from pennypot.apps.voting.tests.at_the_entrance import address, go_in, new_voter, receipt_of, send
from pennypot.apps.voting.views.asked import Asked
from pennypot.testing.cast import sign_in
from pennypot.testing.elections import an_election  # noqa: F401 - a fixture


def page(response) -> str:
    return response.content.decode()


def test_a_receipt_on_a_kept_page_is_the_page_that_would_be_drawn(an_election, cast, client):  # noqa: F811
    """Whoever is signed in gets a page drawn for them: but for that, it must be the same to the letter."""
    pages, between = [], re.compile(r'<main.*</main>|<a class="brand.*?</a>|<footer.*</footer>', re.DOTALL)
    for word in ("", "a <b>bold</b> & brave word"):
        sent, code = [], new_voter(an_election.round)
        go_in(client, an_election.round, code)
        checked = client.post(address(an_election.round, "ballot_check"), {"choice": [1]})
        form = {"choice": [1], "token": checked.context["token"], "word": word}
        for language in ("en", "cy", "en"):
            client.cookies["pennypot-language"] = language
            sent.append([page(client.post(address(an_election.round, "ballot_cast"), form)) for _ in range(2)][1])
        sign_in(client, cast.asha)
        sent.append(page(client.post(address(an_election.round, "ballot_cast"), form)))
        client.logout()
        pages.append(
            ["".join(between.findall(re.sub(r'(csrfmiddlewaretoken" value=")[^"]+', r"\1", one))) for one in sent]
        )
    for english, welsh, again, drawn in pages:
        assert english == again == drawn != welsh
    assert "a &lt;b&gt;bold&lt;/b&gt; &amp; brave word" in pages[1][0] and "Your word" not in pages[0][0]


def test_a_form_around_a_receipt_would_have_a_secret_for_each_browser(an_election, monkeypatch):  # noqa: F811
    plain, tokens = Asked.drawn, []
    monkeypatch.setattr(
        Asked, "drawn", lambda self, name, about: plain(self, name, about) + f"<i>{about.get('csrf_token')}</i>"
    )
    for word in ("first", "second"):
        voter = Client()
        go_in(voter, an_election.round, new_voter(an_election.round))
        answer = send(voter, an_election.round, [1], word)
        tokens.append(re.search(r"<i>([^<]*)</i>", page(answer))[1])
        browser = Client(enforce_csrf_checks=True)
        browser.cookies["pennypot-csrf"] = answer.cookies["pennypot-csrf"].value
        form = {"language": "cy", "next": "/", "csrfmiddlewaretoken": tokens[-1]}
        assert browser.post(reverse("choose_language"), form).status_code == 302
    assert tokens[0] != tokens[1]


def test_each_voter_gets_their_own_receipt_on_the_kept_page(an_election, client):  # noqa: F811
    held, words = [], ["heron", "otter", "finch"]
    for word in words:
        go_in(client, an_election.round, new_voter(an_election.round))
        held.append(receipt_of(send(client, an_election.round, [1], word)))
    assert [one.word for one in held] == words
    assert len({one.index for one in held}) == len({one.fingerprint for one in held}) == 3


def test_a_new_name_of_the_place_is_on_the_next_receipt(an_election, client):  # noqa: F811
    place = an_election.round.place
    for name in (place.name, "Brindley and Wharfside"):
        type(place).objects.filter(pk=place.pk).update(name=name)
        go_in(client, an_election.round, new_voter(an_election.round))
        assert f'<span class="where">{name}</span>' in page(send(client, an_election.round, [1]))
