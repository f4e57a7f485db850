"""Seat, board, screen and console in a real browser: no barrier, an order to read, and no typed tag that works."""

from __future__ import annotations

import pytest
from django.test import Client

from pennypot.apps.game.actions.packs import keep_shipped
from pennypot.apps.game.models import Session, Table
from pennypot.testing.browser import axe
from pennypot.testing.cast import sign_in
from pennypot.testing.games import first_table, make_game, move, play_until, sit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
HOSTILE = '<x-hostile>Tom\'s "van" & <img src=x onerror=alert(1)></x-hostile>{{ 7 }}'
# What 200 % zoom leaves of a laptop's window, in CSS pixels.
ZOOMED = {"width": 640, "height": 400}


@pytest.fixture
def hostile(cast) -> Session:
    """Everything that people can type at a table is typed, with tags in it."""
    session = make_game(cast, title=HOSTILE, phase="place", approve_words=False)
    table = first_table(session)
    Table.objects.filter(pk=table.pk).update(name=HOSTILE[:60])
    move(table, "add_asset", "resident", title=HOSTILE[:80], kind="room", units=1)
    play_until(table, "cut")
    move(table, "propose", "resident", kind="cut", card="roads", level=1)
    move(table, "safeguard", "group", text=HOSTILE)
    for seat in ("resident", "young", "group"):
        move(table, "react", seat, reaction="live", reason=HOSTILE)
    move(table, "react", "council", reaction="hold", reason=HOSTILE)
    return session


def pages(session: Session) -> list[str]:
    here = f"/brindley/game/{session.code}"
    ends = ("t/1/", "t/1/board/", "screen/", "console/", "console/1/", "console/change/", "console/codes/")
    return [f"{here}/{end}" for end in (*ends, "console/notes/", "t/1/paper/")]


def test_s36_what_people_type_is_text_on_every_page(look, cast, hostile):
    fay = sign_in(Client(), cast.fay)
    table = first_table(hostile)
    sit(fay, table, "resident", name=HOSTILE[:40])
    fay.post(f"/brindley/game/{hostile.code}/t/1/help/", {"wanted": "expert", "text": HOSTILE})
    fay.post(f"/brindley/game/{hostile.code}/console/notes/", {"text": HOSTILE, "incident": "yes"})
    watched = look("/robots.txt", client=fay)
    shown = set()

    def visit(path: str) -> None:
        watched.page.goto(path)
        assert watched.page.locator("x-hostile, main img").count() == 0, path
        assert watched.problems == [], path
        if "<x-hostile>" in watched.page.locator("body").inner_text():
            shown.add(path.rstrip("/").split("/")[-1])

    for screen in ("question:1", "table:1", "projects"):
        Session.objects.update(screen=screen)
        for path in pages(hostile)[:1] if screen != "question:1" else pages(hostile):
            visit(path)
    move(table, "withdraw", "resident")
    play_until(table, "create")
    own = {"pence": 0, "yearly": False, "slots": {}, "needs": []}
    move(table, "draft", "young", title=HOSTILE[:80], text=HOSTILE, **own)
    move(table, "ask", "group", kind="room", text=HOSTILE)
    Session.objects.update(screen="table:1")
    for path in pages(hostile)[:5]:
        visit(path)
    play_until(table, "story")
    persona = _personas(hostile)[0]
    move(table, "story", "young", persona=persona, day=HOSTILE, loses=HOSTILE, did=HOSTILE)
    Session.objects.update(screen="story")
    for path in pages(hostile)[:5]:
        visit(path)
    move(table, "advance")
    move(table, "ratify", "young", person="p", reaction="live", regret=HOSTILE, missing=HOSTILE, confidence=3)
    move(table, "advance")
    here = f"/brindley/game/{hostile.code}"
    for path in (f"{here}/t/1/", f"{here}/t/1/plan/", f"{here}/compare/", f"{here}/screen/"):
        visit(path)
    assert {"1", "board", "screen", "console", "notes", "plan"} <= shown


def _personas(session: Session) -> list[str]:
    from pennypot.apps.game.actions.moves import cards_of

    return [one.id for one in cards_of(session.pack).personas]


@pytest.mark.parametrize("phase", ["lobby", "values", "cut", "create", "mend", "ratify", "over"])
def test_s64_a_seat_and_its_board_have_no_barrier_in_any_phase(barriers, cast, phase):
    session = make_game(cast, phase=phase)
    table = first_table(session)
    client = Client()
    sit(client, table, "council")
    if phase == "cut":
        move(table, "propose", "resident", kind="cut", card="roads", level=1)
    assert barriers(pages(session)[:2], client) == {}


def test_s64_the_hall_and_packs_have_no_barrier(barriers, cast):
    keep_shipped()
    session = make_game(cast, phase="create")
    fay = sign_in(Client(), cast.fay)
    more = ["/brindley/game/join/", f"/brindley/game/{session.code}/", "/brindley/game/packs/"]
    pack = f"/brindley/game/packs/{session.pack_id}/"
    more += [pack, f"/brindley/game/sessions/new/?pack={session.pack_id}", f"/brindley/game/{session.code}/kit/"]
    assert barriers([*pages(session)[3:], *more], fay) == {}


def test_s64_the_order_of_a_seats_page_is_that_of_its_headings_and_everything_is_reached_by_keys(look, cast):
    session = make_game(cast, phase="values")
    table = first_table(session)
    move(table, "advance")
    move(table, "propose", "resident", kind="cut", card="roads", level=1)
    client = Client()
    sit(client, table, "council")
    page = look(pages(session)[0], ZOOMED, client=client).page
    assert page.evaluate("document.documentElement.scrollWidth") <= ZOOMED["width"]
    ids = page.locator("#table > section").evaluate_all("all => all.map(one => one.id)")
    assert ids[:3] == ["part-money", "part-question", "part-answer"]
    tops = page.locator("#table > section:visible").evaluate_all(
        "all => all.map(one => one.getBoundingClientRect().top)"
    )
    assert tops == sorted(tops), "what is read first stands first"
    words = ["Support", "Can live with", "Concern"]
    page.locator("#part-answer button:has-text('Support')").first.focus()
    reached = []
    for _ in range(4):
        reached.append(page.evaluate("document.activeElement.innerText.trim()"))
        page.keyboard.press("Tab")
    assert reached[:3] == words and reached[3].startswith("Hold")
    page.locator("#part-answer button:has-text('Can live with')").focus()
    page.keyboard.press("Enter")
    page.get_by_text("You said: Can live with").wait_for()
    assert axe(page) == []
