"""Pages of rounds: what they say at each stage, to whom, and with how many questions to the database."""

import pytest

from pennypot.testing.cast import sign_in
from pennypot.testing.rounds import put_in_stage


def test_a_place_without_rounds_says_how_one_begins(client, cast):
    page = client.get("/brindley/rounds/").content.decode()
    assert "No round has begun yet" in page
    assert "Begin a new round" not in page
    sign_in(client, cast.tariq)
    assert "Begin a new round" in client.get("/brindley/rounds/").content.decode()


@pytest.mark.parametrize(
    ("stage", "word"), [("proposal", "Proposals"), ("voting", "Voting"), ("count", "The count"), ("idea", "Ideas")]
)
def test_the_home_of_a_round_says_what_is_open_now(client, a_round, stage, word):
    put_in_stage(a_round, stage)
    page = client.get("/brindley/rounds/spring-2027/").content.decode()
    assert f"<h2>{word}</h2>" in page
    assert "£30,000" in page


def test_the_page_about_counting_shows_the_count_itself(client, cast):
    page = client.get("/brindley/rounds/how/").content.decode()
    assert page.count('class="won"') == 7  # three by most votes, four by Equal Shares
