"""The voting pages can be read by a twelve-year-old, by the Flesch-Kincaid formula (Kincaid and others, 1975).

Grade = 0.39 x words a sentence + 11.8 x syllables a word - 15.59; the age is the grade and five years.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from django.test import Client

from pennypot.apps.voting.tests.at_the_entrance import address, go_in, new_voter
from pennypot.testing.elections import make_election

ENDS = {"p", "li", "h1", "h2", "h3", "label", "dt", "dd", "td", "th", "div", "summary", "button", "caption", "option"}
# The voters' own texts, and what is not read as sentences.
SKIPPED = {"script", "style", "svg", "select", "nav"}


class _Reader(HTMLParser):
    """Collects the sentences of the page's main part."""

    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self._main = self._skipped = 0

    def handle_starttag(self, tag, attrs):
        self._main += tag == "main"
        self._skipped += tag in SKIPPED

    def handle_endtag(self, tag):
        self._main -= tag == "main"
        self._skipped -= tag in SKIPPED
        if tag in ENDS:
            self.text.append(". ")

    def handle_data(self, data):
        if self._main and not self._skipped:
            self.text.append(data)


def sentences(page: str) -> list[list[str]]:
    """Return the words of each sentence of three words or more; shorter ones are labels."""
    reader = _Reader()
    reader.feed(page)
    found = [re.findall(r"[A-Za-z][A-Za-z’'-]*", part) for part in re.split(r"[.!?:;]+\s", "".join(reader.text))]
    return [words for words in found if len(words) >= 3]


def syllables(word: str) -> int:
    """Count the groups of vowels, without a silent e at the end; at least one."""
    plain = re.sub(r"[^a-z]", "", word.lower())
    plain = re.sub(r"(?<=[^laeiouy])e$|(?<=[^td])ed$|(?<=[^sxzh])es$", "", plain)
    return max(1, len(re.findall(r"[aeiouy]+", plain)))


def reading_age(page: str) -> float:
    """Return the age at which the page can be read, in years."""
    found = sentences(page)
    words = [word for sentence in found for word in sentence]
    grade = 0.39 * len(words) / len(found) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59
    return grade + 5


@pytest.mark.parametrize(
    ("word", "many"),
    [("vote", 1), ("ballot", 2), ("receipt", 2), ("change", 1), ("counted", 2), ("protected", 3), ("people", 2)],
)
def test_syllables_are_counted_as_they_are_said(word, many):
    assert syllables(word) == many


def test_a_hard_text_is_found_to_be_hard():
    hard = "The electoral administration subsequently authenticates the eligibility documentation of participants."
    assert reading_age(f"<main><p>{hard}</p></main>") > 20
    assert reading_age("<main><p>We send you a code. You type it in here. Then you vote.</p></main>") < 8


@pytest.mark.django_db
def test_every_voting_page_can_be_read_at_twelve(cast, client):
    story = make_election(cast, eligibility=["posted_code", "roll_email", "email_postcode", "oidc", "desk"])
    round = story.round
    pages = {"vote": client.get("/brindley/vote/"), "limits": client.get("/brindley/vote/about/limits/")}
    for name in ("vote_round", "find_receipt", "ballot_print"):
        pages[name] = client.get(address(round, name))
    pages["wrong code"] = go_in(client, round, "nonsense")
    pages["letter sent"] = client.post(address(round, "vote_round"), {"way": "roll_email", "address": "a@example.org"})
    go_in(client, round, new_voter(round))
    pages["ballot"] = client.get(address(round, "ballot"))
    pages["wrong"] = client.post(address(round, "ballot_check"), {"choice": [1, 2, 3, 4, 5, 6, 7]})
    pages["check"] = client.post(address(round, "ballot_check"), {"choice": [1]})
    form = {"choice": [1], "token": pages["check"].context["token"]}
    pages["half hour"] = Client().post(address(round, "ballot_check"), {"choice": [1]})
    pages["receipt"] = client.post(address(round, "ballot_cast"), form)
    ages = {name: round_to_tenths(reading_age(answer.content.decode())) for name, answer in pages.items()}
    assert all(age <= 12 for age in ages.values()), ages


def round_to_tenths(value: float) -> float:
    return round(value, 1)
