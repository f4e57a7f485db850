"""Pages of rounds in a browser: no accessibility fault, no script needed, no sideways scrolling on a narrow phone."""

import pytest

from pennypot.apps.rounds.actions.ballot import write_ballot
from pennypot.apps.rounds.actions.rounds import start_round
from pennypot.apps.rounds.dates import usual_first_day
from pennypot.apps.rounds.queries import database_now
from pennypot.apps.rounds.tests.test_ballot import propose
from pennypot.testing.cast import sign_in
from pennypot.testing.rounds import make_round

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

EVERYBODY = [
    "/brindley/rounds/",
    "/brindley/rounds/how/",
    "/brindley/rounds/spring-2027/",
    "/brindley/rounds/spring-2027/ballot/",
]
TEAM = [
    "/brindley/rounds/new/",
    "/brindley/rounds/summer-round/",
    *(f"/brindley/rounds/summer-round/set-up/{step}/" for step in ("money", "dates", "proposals", "voters", "ballot")),
    "/brindley/rounds/summer-round/set-up/check/",
    "/brindley/rounds/coming/dates/?kind=voting",
    "/brindley/rounds/coming/call-off/",
    "/brindley/rounds/coming/ballot/",
]


@pytest.fixture
def filled(cast):
    """A round whose ballot is fixed, one that takes proposals, and one that Tariq is setting up."""
    round = make_round(cast, stage="ballot")
    for number in range(1, 4):
        propose(round, cast.asha, number, pence=number * 900_00)
    write_ballot(round, by=cast.tariq, order_seed="1 2 3")
    make_round(cast, slug="coming", title="Autumn round")
    cast.tariq.second_factor = True
    first = usual_first_day(database_now().date())
    start_round(
        cast.tariq, cast.brindley, title="Summer round", about="", budget_pence=20_000_00, source_account="fund",
        year="2026-27", first_day=first,
    )  # fmt: skip
    return cast


@pytest.mark.parametrize("who", ["everybody", "team"])
def test_s64_pages_of_rounds_are_for_everybody(barriers, filled, client, who):
    given = {"client": sign_in(client, filled.tariq)} if who == "team" else {}
    assert barriers(TEAM if who == "team" else EVERYBODY, **given) == {}
