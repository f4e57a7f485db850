"""Pages of results: kept, complete, and the same words as the count."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re

import pytest
from django.template.loader import render_to_string
from django.urls import reverse

from pennypot.apps.rounds import result_pages
from pennypot.apps.rounds.actions.results import publish
from pennypot.apps.rounds.models import Outcome, Proposal, Result
from pennypot.apps.rounds.tests.counted import TOWN, as_round
from pennypot.count import read_pabulib
from pennypot.count.certificate import recount
from pennypot.testing.rounds import make_round

pytestmark = pytest.mark.django_db
AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
TURNOUT = {"voters": 11, "eligible": 40, "by_area_channel": {"North": {"web": 6}, "South": {"web": 5}}}


@pytest.fixture
def town(cast):
    counted = as_round(TOWN.read_bytes(), cast)
    return publish(counted.round, pb=counted.pb, certificate=counted.certificate, turnout=TURNOUT).round


def address(name, *more):
    return reverse(name, args=["brindley", *more])


def text_of(response):
    page = re.sub(r"<(script|style|svg).*?</\1>", " ", response.content.decode(), flags=re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)).replace("&#x27;", "'").replace("&nbsp;", " ")


def test_the_page_says_the_result_and_every_reason(client, town):
    said = text_of(client.get(address("result", town.slug)))
    assert "11 people chose 4 of 6 projects. Every voter got something that they voted for." in said
    assert "£1,000 of £1,050 goes to the winners." in said
    assert "Funded as number 1. 7 voters paid £71.43 each." in said
    assert "In the end the people who chose it had £122 left of the £400 that it costs." in said
    assert "With 1 more vote, or if it had cost £184 less, this would have been funded." in said
    assert "11 of 40 people who could vote did: 27.5 %." in said
    assert "pennypot recount brindley-spring-2027-certificate.json brindley-spring-2027-ballots.pb" in said


def test_each_project_has_its_own_page(client, town):
    said = text_of(client.get(address("result_of", town.slug, 2)))
    assert "Why was “Riverside path” not funded?" in said
    assert "It would also have been funded if one of these had not been there: “Swings” and “Street trees”." in said
    assert "£216" in said  # the most it could have cost
    assert (
        "pennypot explain brindley-spring-2027-ballots.pb --card brindley-spring-2027-certificate.json --project 2"
        in said
    )
    assert client.get(address("result_of", town.slug, 1)).status_code == 200
    assert client.get(address("result_of", town.slug, 77)).status_code == 404


def test_the_files_recount(client, town):
    pb = client.get(address("result_pb", town.slug))
    certificate = client.get(address("result_certificate", town.slug))
    assert 'filename="brindley-spring-2027-ballots.pb"' in pb["Content-Disposition"]
    assert recount(json.loads(certificate.content), read_pabulib(pb.content)) == []
    header = pb.content.decode().split("VOTES\n")[1].split("\n")[0]
    assert header == "voter_id;vote"


def test_the_csv_says_the_same(client, town):
    response = client.get(address("result_csv", town.slug))
    rows = list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode())))
    assert [row["title"] for row in rows][:4] == ["Swings", "Summer fair", "Street trees", "Benches"]
    path = next(row for row in rows if row["title"] == "Riverside path")
    assert (path["funded"], path["votes_more"], path["cost_less"], path["cost"]) == ("no", "1", "184.00", "400.00")


def test_the_list_of_results_and_a_place_without_any(client, cast, town):
    assert "Spring round" in text_of(client.get(address("results")))
    assert "11 people chose 4 of 6 projects." in text_of(client.get(address("results")))
    empty = client.get(reverse("results", args=["elsewhere"]))
    assert "Nothing has been decided yet." in text_of(empty)


def test_a_round_under_way_says_when(client, cast):
    round = make_round(cast, slug="autumn-2027", stage="voting")
    said = text_of(client.get(address("result", round.slug)))
    assert "has no result yet" in said
    for name in ("result_pb", "result_certificate", "result_csv"):
        assert client.get(address(name, round.slug)).status_code == 404


def test_a_kept_result_costs_four_queries(client, town, django_assert_max_num_queries):
    client.get(address("result", town.slug))
    with django_assert_max_num_queries(4):
        client.get(address("result", town.slug))
    with django_assert_max_num_queries(5):
        client.get(address("result_of", town.slug, 2))


def test_other_languages_have_pages_of_their_own(client, town):
    english = client.get(address("result", town.slug)).content
    client.cookies["django_language"] = "pl"
    assert b'lang="pl"' in client.get(address("result", town.slug)).content
    client.cookies["django_language"] = "en"
    assert client.get(address("result", town.slug)).content[:200] == english[:200]


def test_a_name_with_markup_stays_text(client, cast):
    data = TOWN.read_bytes().replace(b"Riverside path", b"<img src=x onerror=alert(1)> & path")
    counted = as_round(data, cast)
    publish(counted.round, pb=counted.pb, certificate=counted.certificate, turnout=counted.turnout)
    for name, more in (("result", ()), ("result_print", ()), ("result_of", (2,))):
        page = client.get(address(name, counted.round.slug, *more)).content.decode()
        assert "<img src=x" not in page
        assert "&lt;img src=x onerror=alert(1)&gt; &amp; path" in page


def test_220_projects_stay_within_60_kb(town):
    result = Result.objects.get()
    lost = {"funded": False, "why": "supporters", "held_pence": 71_400_00, "cost_pence": 96_000_00, "votes": 1_311,
            "votes_more": 206, "cost_less_pence": 24_600_00, "without": ["1", "2"], "near": 744}  # fmt: skip
    won = {"funded": True, "why": "won_paid_all", "cost_pence": 500_00, "votes": 40, "payers": 30, "giving_all": 10}
    outcomes = []
    for number in range(1, 221):
        title = f"A project with a name of usual length, number {number}"
        told = {**won, "order": number, "price_pence": 1000 + number} if number < 90 else {**lost, "votes": number}
        outcomes.append(
            Outcome(
                result=result, proposal=Proposal(number=number, title=title), funded=told["funded"],
                order_won=told.get("order"), awarded_pence=500_00 if told["funded"] else 0, explanation=told,
            )
        )  # fmt: skip
    context = result_pages.result_context(result.round, result, outcomes)
    page = render_to_string("rounds/_result.html", {"place": result.round.place, **context})
    assert page.count("card outcome") == 220
    assert len(gzip.compress(page.encode())) <= 50_000  # the frame of the page has the rest of its 60


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_s64_pages_of_results_in_a_browser(barriers, town):
    more = {"results": (), "result_of": (town.slug, 2)}
    names = ("results", "result", "result_of", "result_print")
    assert barriers(address(name, *more.get(name, (town.slug,))) for name in names) == {}


def test_a_result_is_not_seen_where_its_place_is_not(client, town, cast):
    assert client.get(reverse("result", args=["elsewhere", town.slug])).status_code == 404
    assert Result.objects.count() == 1
