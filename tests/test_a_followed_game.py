"""A phone that followed a game by its stream shows what a page shows that is loaded afresh."""

from __future__ import annotations

import pytest
from django.test import Client

from pennypot.testing.games import first_table, make_game, move, sit
from tests.evening import PATIENCE, both_lanes

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# What a page of the table says, without what is its own: the keys and tokens of forms and where they stand, how an
# address is written, marks of what came in just now, and the spaces between elements.
SAYS = """
() => {
  const table = document.querySelector("#table").cloneNode(true);
  const own = "[name=csrfmiddlewaretoken], [name=key], [name=after], i-keys";
  for (const one of table.querySelectorAll(own)) one.remove();
  for (const one of table.querySelectorAll("form")) one.setAttribute("action", new URL(one.action).pathname);
  for (const one of table.children) one.classList.remove("new");
  return table.innerHTML.replace(/\\s+/g, " ").replaceAll("> ", ">").replaceAll(" <", "<").replaceAll("><", ">\\n<");
}
"""


@pytest.fixture
def live_server(transactional_db, monkeypatch, settings):
    """Pages and streams in one server."""
    with both_lanes(monkeypatch, settings) as running:
        yield running


def test_state_and_streamed_events_are_a_fresh_page(look, cast):
    table = first_table(make_game(cast, phase="values"))
    here = f"/brindley/game/{table.session.code}/t/1/"
    browser = Client()
    sit(browser, table, "council")
    pages = [(where, look(where, client=browser)) for where in (here, f"{here}board/")]
    for _where, watched in pages:
        watched.page.evaluate("window.stayed = true")

    def same() -> None:
        moves = first_table(table.session).moves
        for where, watched in pages:
            fresh = watched.page.context.new_page()
            fresh.goto(where)
            assert fresh.locator("#table").get_attribute("data-after") == str(moves)
            wanted = fresh.evaluate(SAYS)
            fresh.close()
            watched.page.wait_for_function(f"wanted => ({SAYS})() === wanted", arg=wanted, timeout=PATIENCE)
            assert watched.page.evaluate("window.stayed"), "by its stream, not by loading"
            assert watched.problems == []

    move(table, "advance")
    move(table, "propose", "resident", kind="cut", card="roads", level=1)
    move(table, "safeguard", "group", text="Schools first & <always>.")
    same()
    move(table, "react", "young", reaction="support")
    move(table, "react", "council", reaction="hold", reason="Ice in winter.")
    for seat in ("resident", "group"):
        move(table, "react", seat, reaction="live")
    same()
    move(table, "amend", "resident", level=1, safeguard="Gritting stays.")
    for seat in ("resident", "young", "group", "council"):
        move(table, "react", seat, reaction="support")
    move(table, "leave", "young")
    same()
    for _to in ("pool", "event"):
        move(table, "advance")
    move(table, "draw", seed="1")
    move(table, "advance")
    own = {"pence": 0, "yearly": False, "slots": {}, "needs": []}
    move(table, "draft", "group", title="A bench", text="By the church.", **own)
    move(table, "ask", "council", kind="room", text="A dry one")
    same()
