"""Nothing stands in anybody's way: seats in the phases between, the wall's states, writing a pack, what comes after."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from types import SimpleNamespace

import pytest
from django.test import Client
from django.utils import timezone

from pennypot.apps.game.actions import advice, forward, packs
from pennypot.apps.game.models import Confirmation, Session
from pennypot.apps.game.queries.after import compared, suggestions
from pennypot.apps.game.tests.played import an_evening
from pennypot.play import loaded
from pennypot.testing.browser import PROJECTOR, axe
from pennypot.testing.cast import sign_in
from pennypot.testing.games import first_table, make_game, move, play_until, shipped_pack, sit
from pennypot.testing.rounds import make_round

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
BETWEEN = ("arrive", "place", "pool", "event", "story", "compare", "carry")
# Everything that a keyboard stops at, in the order of the page, and whether it is shown.
STOPS = """
() => [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")]
  .filter(one => one.checkVisibility() && !one.disabled && one.tabIndex >= 0)
  .map(one => one.outerHTML)
"""


def test_s64_a_seat_has_no_barrier_in_the_phases_between(barriers, cast):
    session = make_game(cast, tables=len(BETWEEN))
    found: dict[str, list[str]] = {}
    for table, phase in zip(session.tables.select_related("session__pack"), BETWEEN, strict=True):
        play_until(table, phase)
        if phase == "event":
            move(table, "draw", seed="1")
        client = Client()
        sit(client, table, "council")
        here = f"/brindley/game/{session.code}/t/{table.number}/"
        assert f'class="at-table {phase}"' in client.get(here).content.decode()
        found |= barriers([here], client)
    assert found == {}


def test_s64_the_wall_has_no_barrier_whatever_it_shows(look, cast):
    session = make_game(cast, tables=2, phase="mend")
    play_until(session.tables.get(number=2), "story")
    watched = look("/robots.txt", PROJECTOR)
    for screen in ("money", "projects", "story", "compare", "table:1"):
        Session.objects.update(screen=screen)
        watched.page.set_viewport_size(PROJECTOR)
        watched.page.goto(f"/brindley/game/{session.code}/screen/")
        assert watched.page.evaluate("document.documentElement.scrollHeight") <= PROJECTOR["height"], screen
        assert axe(watched.page) == [], screen
        watched.page.set_viewport_size({"width": 320, "height": 640})
        assert watched.page.evaluate("document.documentElement.scrollWidth") <= 320, screen
    assert watched.problems == []


def test_s64_a_pack_is_written_without_barriers(barriers, cast):
    draft = packs.copy_pack(cast.fay, cast.brindley, shipped_pack())
    fay = sign_in(Client(), cast.fay)
    here = f"/brindley/game/packs/{draft.pk}"
    # The other kinds of cards have forms of the same fields.
    cards = [f"{here}/cards/{part}/{draft.given[part][0]['id']}/" for part in ("lines", "roles")]
    rest = [f"{here}/{end}" for end in ("", "about/", "cards/needs/", "add/events/")]
    assert barriers([*cards, *rest, "/brindley/game/packs/new/"], fay) == {}


@pytest.fixture
def over(cast):
    """An evening that is over, with a project that is ready and a round that takes it."""
    round = make_round(cast)
    session = an_evening(cast, round=round)
    for table in session.tables.select_related("session__pack", "session__place"):
        state = loaded(table.state)
        for name, project in state.projects.items():
            if project.state == "ready":
                return SimpleNamespace(session=session, table=table, name=name, leader=project.leads[0])
    raise AssertionError("no project is ready: choose another seed")


def test_s64_what_comes_after_an_evening_has_no_barrier(barriers, cast, over):
    here = f"/brindley/game/{over.session.code}"
    fay = sign_in(Client(), cast.fay)
    assert barriers([f"{here}/advise/"], fay) == {}
    today = timezone.localdate()
    texts = {one.card: one.text for one in suggestions(compared(over.session))}
    sent = advice.send(cast.fay, over.session, texts, today + timedelta(days=56), today)
    aled = sign_in(Client(), cast.aled)
    assert barriers([f"/brindley/advice/{sent[0].pk}/"], aled) == {}
    asha = sign_in(Client(), cast.asha)
    phone = sit(asha, over.table, over.leader)
    forward.ask(phone, over.table, over.name, "", "asha@example.org", "127.0.0.1")
    link = f"/brindley/game/confirm/{forward.token_of(Confirmation.objects.get())}/"
    assert barriers([f"{here}/t/1/forward/{over.name}/", link], asha) == {}


@pytest.mark.parametrize(("end", "scripts"), [("t/1/board/", True), ("screen/", False)])
def test_s64_board_and_wall_are_read_and_gone_through_by_keys_in_their_order(look, cast, end, scripts):
    session = make_game(cast, phase="values")
    table = first_table(session)
    move(table, "advance")
    move(table, "propose", "resident", kind="cut", card="roads", level=1)
    Session.objects.update(screen="question:1")
    page = look(f"/brindley/game/{session.code}/{end}", {"width": 640, "height": 900}, java_script_enabled=scripts).page
    tops = page.locator(":is(.part, .wall > *):visible").evaluate_all(
        "all => all.map(one => one.getBoundingClientRect().top)"
    )
    assert len(tops) > 2
    assert tops == sorted(tops), "what is read first stands first"
    ranks = page.locator("h1, h2, h3, h4").evaluate_all("all => all.map(one => Number(one.tagName[1]))")
    assert ranks[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(ranks))
    wanted = page.evaluate(STOPS)
    assert wanted
    reached = []
    for _ in wanted:
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.outerHTML"))
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    assert reached == wanted
