"""Papers of a round in which people vote on their own area: each area has its own, as on the web."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from pennypot.apps.places.models import Area
from pennypot.apps.rounds.models import BallotItem
from pennypot.apps.voting.queries.ballots import ballot_for, whole_ballot
from pennypot.apps.voting.queries.paper import paper_round
from pennypot.testing.cast import cast, sign_in  # noqa: F401 - a fixture
from pennypot.testing.elections import make_election
from pennypot.testing.rounds import write_past_triggers

pytestmark = pytest.mark.django_db
# Of the six projects; the others are for the whole place.
WHERE = {1: "North", 2: "North", 3: "South"}


@pytest.fixture
def election(cast):  # noqa: F811
    """An election in which people vote on their own area, or on it and another."""

    def make(scope):
        story = make_election(cast, scope=scope)
        for number, name in WHERE.items():
            items = BallotItem.objects.filter(round=story.round, number=number)
            write_past_triggers(lambda items=items, name=name: items.update(area_name=name))
        return story

    return make


def area(name):
    return Area.objects.get(place__slug="brindley", name=name)


def numbers(round, *names):
    return sorted(one.number for one in paper_round(round, areas=[area(name) for name in names]).projects)


def test_the_papers_of_an_area_list_what_its_ballot_on_the_web_lists(election):
    round = election("own_area").round
    for name, expected in (("North", [1, 2, 4, 5, 6]), ("South", [3, 4, 5, 6])):
        on_the_web = ballot_for(whole_ballot(round), [area(name).pk])
        assert numbers(round, name) == expected == sorted(on_the_web.by_number)
        assert paper_round(round, areas=[area(name)]).title == f"Spring round · {name}"


def test_where_people_choose_another_area_too_the_papers_have_both(election):
    assert numbers(election("own_and_one").round, "North", "South") == [1, 2, 3, 4, 5, 6]


def test_where_everybody_votes_on_everything_an_area_changes_nothing(election):
    assert numbers(election("place").round, "North") == [1, 2, 3, 4, 5, 6]


def test_the_page_asks_for_the_area_and_no_ballot_paper_is_printed_without_one(election):
    story = election("own_area")
    tariq = sign_in(Client(), story.cast.tariq)
    address = {
        name: reverse(name, args=["brindley", story.round.slug]) for name in ("paper", "paper_ballot", "booklet")
    }
    page = tariq.get(address["paper"]).content.decode()
    assert "Choose an area" in page and 'formaction="/brindley/vote/spring-2027/paper/ballot.pdf"' in page
    refused = tariq.get(address["paper_ballot"])
    assert refused.status_code == 400 and "a ballot paper of its own" in refused.content.decode()
    assert tariq.get(address["paper_ballot"] + "?area=999999").status_code == 400
    assert tariq.get(address["booklet"] + "?area=x").status_code == 400
    paper = tariq.get(address["paper_ballot"] + f"?area={area('North').pk}&language=cy&large=yes")
    assert paper.content.startswith(b"%PDF-")
    assert 'filename="spring-2027-ballot-north-cy-large.pdf"' in paper["Content-Disposition"]
    assert Client().get(address["booklet"] + f"?area={area('South').pk}").content.startswith(b"%PDF-")
