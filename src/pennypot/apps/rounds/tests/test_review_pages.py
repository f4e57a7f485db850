"""Pages of review: what each person sees and can send, what is kept when a form is wrong, the public log."""

from __future__ import annotations

import csv
import io
import re

import pytest
from django.test import Client
from django.urls import reverse

from pennypot.apps.rounds.actions.appeal import appeal
from pennypot.apps.rounds.actions.review import assign, decide
from pennypot.apps.rounds.models import Check, Decision, ReviewMessage
from pennypot.apps.rounds.tests.reviewing import *  # noqa: F403 - fixtures
from pennypot.apps.rounds.tests.reviewing import answer_all, fresh, make_proposal
from pennypot.house.csv_out import plain
from pennypot.testing.cast import sign_in

pytestmark = pytest.mark.django_db
AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def page_of(proposal):
    return reverse("review", args=["brindley", proposal.round.slug, proposal.number])


def desk():
    return reverse("review_desk", args=["brindley"])


def log(round, name="decisions"):
    return reverse(name, args=["brindley", round.slug])


def text_of(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode())).replace("&#x27;", "'")


def signed_in(person):
    return sign_in(Client(), person)


def test_an_officer_goes_all_the_way(bench, people, in_review):
    ben = signed_in(people.ben)
    assert "Nobody’s yet (1)" in text_of(ben.get(desk()))
    url = page_of(bench)
    assert ben.post(url, {"do": "take", "agency": people.council.pk}).status_code == 302
    answers = {"do": "checks"}
    for kind in Check.CheckKind.values:
        answers |= {f"verdict_{kind}": "yes", f"reason_{kind}": f"We looked at {kind}."}
    assert ben.post(url, answers).status_code == 302
    assert (
        ben.post(url, {"do": "cost", "cost": "1,200", "cost_reason": "Delivery.", "seen": 1_000_00}).status_code == 302
    )
    said = {"do": "decide", "outcome": "accepted", "decision_reason": "Cheap and wanted."}
    assert ben.post(url, said).status_code == 302
    public = text_of(Client().get(url))
    for words in ("Accepted: it goes on the ballot.", "Cheap and wanted.", "We looked at running.", "£1,000", "£1,200",
                  "Delivery."):  # fmt: skip
        assert words in public
    assert "For officers" not in public
    assert "Cheap and wanted." in text_of(Client().get(log(in_review)))


def test_only_what_was_changed_is_noted_again(with_council, people):
    answer_all(people.ben, with_council)
    ben, url = signed_in(people.ben), page_of(with_council)
    answers = {"do": "checks"}
    for kind in Check.CheckKind.values:
        answers |= {f"verdict_{kind}": "yes", f"reason_{kind}": f"We looked at {kind}."}
    assert "Nothing was changed." in text_of(ben.post(url, answers))
    answers["verdict_legal"] = "unclear"
    ben.post(url, answers)
    assert Check.objects.count() == 6


def test_a_wrong_form_says_so_and_keeps_what_was_typed(with_council, people):
    ben, url = signed_in(people.ben), page_of(with_council)
    said = text_of(ben.post(url, {"do": "decide", "outcome": "accepted", "decision_reason": "I like it."}))
    assert "First answer these" in said and "I like it." in said
    said = ben.post(url, {"do": "checks", "verdict_legal": "no", "reason_legal": "", "reason_costed": "Half of it"})
    assert "Say why, so that everybody can follow it." in text_of(said) and "Half of it" in text_of(said)
    assert "Write an amount in pounds" in text_of(
        ben.post(url, {"do": "cost", "cost": "x", "cost_reason": "y", "seen": 1})
    )
    assert not Check.objects.exists() and not Decision.objects.exists()


@pytest.mark.parametrize("name", ["asha", "carys", "fay", "sam", "aled", "tariq", "pia", "dev", "oona"])
def test_s24_others_cannot_send_what_an_officer_sends(with_council, people, name):
    client = signed_in(getattr(people, name))
    for do in ("checks", "cost", "decide", "take"):
        assert client.post(page_of(with_council), {"do": do}).status_code == 403
    assert client.post(page_of(with_council), {"do": "anything"}).status_code == 400


def test_a_place_team_gives_it_away_with_a_deadline(bench, people):
    tariq = signed_in(people.tariq)
    assert tariq.post(page_of(bench), {"do": "assign", "agency": people.police.pk, "due": ""}).status_code == 302
    assert "Brindley Police is looking at it" in text_of(tariq.get(page_of(bench)))
    wrong = tariq.post(page_of(bench), {"do": "assign", "agency": people.police.pk, "due": "2019-01-01"})
    assert "The deadline has to lie between now and the end of the review stage." in text_of(wrong)
    elsewhere = tariq.post(page_of(bench), {"do": "assign", "agency": 10**6, "due": ""})
    assert elsewhere.status_code == 200 and fresh(bench).review.agency == people.police


def test_messages_are_theirs_until_the_decision(with_council, people):
    asha, url = signed_in(people.asha), page_of(with_council)
    form = {"do": "write", "text": "Do you need a plan?", "key": "d" * 32}
    asha.post(url, form)
    asha.post(url, form)
    assert ReviewMessage.objects.count() == 1
    for reader, reads in ((people.ben, True), (people.asha, True), (people.carys, False), (people.pia, False)):
        assert ("Do you need a plan?" in text_of(signed_in(reader).get(url))) == reads
    assert "Do you need a plan?" not in text_of(Client().get(url))
    answer_all(people.ben, with_council)
    decide(people.ben, with_council, outcome="accepted", reason="Yes.")
    assert "Do you need a plan?" in text_of(Client().get(url))


def test_an_author_appeals_and_wins_on_the_pages(reviewed, people, in_stage):
    url, asha = page_of(reviewed.proposal), signed_in(people.asha)
    assert "has not opened yet" in text_of(asha.get(url))
    in_stage("appeal")
    assert "Send the appeal" in text_of(asha.get(url))
    assert "Send the appeal" not in text_of(signed_in(people.carys).get(url))
    asha.post(url, {"do": "appeal", "text": "There is room by the gate."})
    assert "There is room by the gate." in text_of(Client().get(url))
    assert "Decide the appeal" not in text_of(signed_in(people.ben).get(url))
    pia = signed_in(people.pia)
    assert "Appeals (1)" in text_of(pia.get(desk()))
    assert "Decide the appeal" in text_of(pia.get(url))
    pia.post(url, {"do": "decide_appeal", "outcome": "accepted", "decision_reason": "There is, I went to look."})
    assert "Accepted after an appeal: it goes on the ballot." in text_of(Client().get(url))


def test_what_is_overdue_is_shown_to_everybody(with_council, another, in_stage, people):
    round = in_stage("appeal")
    public = text_of(Client().get(log(round)))
    assert "2 overdue" in public and "Brindley Council" in public and "no agency took it" in public
    assert "Overdue: Brindley Council was to decide by" in text_of(Client().get(page_of(with_council)))
    assert "Overdue (2)" in text_of(signed_in(people.ben).get(desk()))


def test_the_desk_shows_an_officer_their_own_and_the_team_all(bench, another, people):
    assign(people.tariq, bench, people.council)
    assign(people.tariq, another, people.police)
    ben = text_of(signed_in(people.ben).get(desk()))
    assert "A bench in the park" in ben and "A swing in the park" not in ben
    assert "A swing in the park" in text_of(signed_in(people.ben).get(desk() + "?whose=all"))
    team = text_of(signed_in(people.tariq).get(desk()))
    assert "A bench in the park" in team and "A swing in the park" in team
    assert signed_in(people.ben).get(desk() + "?list=everything").status_code == 400


@pytest.mark.parametrize("name", ["asha", "carys", "fay", "sam", "dev", "oona"])
def test_the_desk_is_for_officers_and_the_team(people, in_review, name):
    assert signed_in(getattr(people, name)).get(desk()).status_code == 403


def test_rivals_are_declared_and_taken_back_on_their_page(bench, another, people, in_review):
    url = log(in_review, "rivals")
    assert signed_in(people.asha).post(url, {"rivals": "1, 2", "rivals_reason": "x"}).status_code == 403
    ben = signed_in(people.ben)
    assert "Write numbers with commas between" in text_of(ben.post(url, {"rivals": "one", "rivals_reason": "x"}))
    ben.post(url, {"rivals": "1, 2", "rivals_reason": "Both want the same corner."})
    group = in_review.exclusive_groups.get()
    assert "Both want the same corner." in text_of(Client().get(page_of(bench)))
    assert ben.post(url, {"group": group.pk, "reason": ""}).status_code == 200
    ben.post(url, {"group": group.pk, "reason": "There are two corners."})
    assert "There are two corners." in text_of(Client().get(url))
    assert "Both want the same corner." not in text_of(Client().get(page_of(bench)))


def test_s38_the_log_as_csv_holds_no_formula(bench, people, in_review):
    formula = make_proposal(in_review, people.asha, "=HYPERLINK(1)")
    assign(people.tariq, formula, people.council)
    answer_all(people.ben, formula)
    decide(people.ben, formula, outcome="accepted", reason="+1 from us")
    body = b"".join(Client().get(log(in_review, "decisions_csv")).streaming_content).decode()
    row = next(csv.DictReader(io.StringIO(body)))
    assert row["title"].startswith("'=") and plain(row["title"]) == "=HYPERLINK(1)"
    assert plain(row["reason"]) == "+1 from us"


def test_what_officers_write_stays_text(with_council, people):
    answer_all(people.ben, with_council)
    decide(people.ben, with_council, outcome="accepted", reason="<script>alert(1)</script>")
    for url in (page_of(with_council), log(with_council.round)):
        page = Client().get(url).content.decode()
        assert "<script>alert" not in page and "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_pages_ask_the_database_as_often_for_many_as_for_one(
    in_review, people, django_assert_max_num_queries, django_assert_num_queries
):
    for number in range(60):
        proposal = make_proposal(in_review, people.asha, f"Bench {number}")
        assign(people.tariq, proposal, people.council)
    answer_all(people.ben, proposal)
    decide(people.ben, proposal, outcome="accepted", reason="Yes.")
    ben = signed_in(people.ben)
    ben.get(desk())
    with django_assert_max_num_queries(18):
        ben.get(desk())
    client = Client()
    with django_assert_max_num_queries(9):
        client.get(log(in_review))
    with django_assert_max_num_queries(16):
        client.get(page_of(proposal))


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_s64_pages_of_review_in_a_browser(barriers, reviewed, another, people, in_stage):
    in_stage("appeal")
    appeal(people.asha, reviewed.proposal, "There is room by the gate.")
    assign(people.tariq, another, people.council)
    pages = [(people.ben, desk()), (people.ben, page_of(another)), (people.pia, page_of(reviewed.proposal)),
             (None, log(reviewed.round)), (people.ben, log(reviewed.round, "rivals"))]  # fmt: skip
    for person, path in pages:
        assert barriers([path], signed_in(person) if person else None) == {}
