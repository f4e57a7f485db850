"""What authors, officers and players write is text: on every page that shows it, and on every paper."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
import typst
from django.test import Client
from django.utils import timezone

from pennypot.apps.game import plan_files
from pennypot.apps.game.actions import advice, forward, packs
from pennypot.apps.game.kit import cards as kit_cards
from pennypot.apps.game.kit.cards import SeatOf
from pennypot.apps.game.kit.paper import TEMPLATES, Look
from pennypot.apps.game.models import Confirmation, Pack, Session
from pennypot.apps.game.names import PAPERS
from pennypot.apps.game.pack_forms import FORMS
from pennypot.apps.game.queries.after import compared, plan_of, suggestions
from pennypot.apps.game.tests.played import an_evening
from pennypot.apps.game.views.packs import paper_of
from pennypot.apps.people.models import Person
from pennypot.house.typeset import files_of, fonts, plain
from pennypot.play import loaded, read_pack, shipped
from pennypot.testing.cast import sign_in
from pennypot.testing.games import sit
from pennypot.testing.rounds import make_round

TAGS = """<x-hostile>"'{0}%s<img src=x onerror=alert(1)></x-hostile>"""
ADDRESS = "javascript:alert(1)"
MARKUP = '#panic() $x$ *b* _e_ \\ @r <y> [z] `h` = // /* "q"'
STYLED = ("strong", "emph", "raw", "math.equation", "ref", "link")
INSIDE = "main :is(x-hostile, img), a[href^='javascript' i], form[action^='javascript' i]"


def written(text: str) -> dict[str, Any]:
    """Tilbrook with a text in the place of each that an author writes."""
    given: dict[str, Any] = json.loads(json.dumps(shipped("tilbrook").given))
    for address in given.pop("translations")["cy"].keys() - {"year"}:
        *way, last = address.split("/")
        found: Any = given
        for part in way:
            found = found[int(part)] if isinstance(found, list) else found[part]
        found[int(last) if isinstance(found, list) else last] = text
    return given


@pytest.fixture
def hostile_pack(db) -> Pack:
    """The pack that every place plays, with tags in each of its texts."""
    given = written(TAGS) | {"about": f"{TAGS} {ADDRESS}"}
    cards = read_pack(json.dumps(given))
    values = {"title": cards.title, "given": given, "hash": cards.hash, "slug": "tilbrook", "version": 1}
    return Pack.objects.create(place=None, state="published", published_at=timezone.now(), **values)


@pytest.fixture
def visit(look):
    """Return a function that opens pages as somebody, and says on which of them the text can be read."""

    def all_of(paths: list[str], client: Client) -> set[str]:
        watched = look("/robots.txt", client=client)
        shown = set()
        for path in paths:
            watched.page.goto(path)
            assert watched.page.locator(INSIDE).count() == 0, path
            assert watched.problems == [], path
            typed = watched.page.locator("main :is(input, textarea)").evaluate_all("all => all.map(one => one.value)")
            if any("<x-hostile>" in text for text in [watched.page.locator("body").inner_text(), *typed]):
                shown.add(path)
        return shown

    return all_of


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_s36_what_the_authors_of_packs_write_is_text(visit, cast, hostile_pack):
    draft = packs.copy_pack(cast.fay, cast.brindley, hostile_pack)
    here, ready = f"/brindley/game/packs/{draft.pk}", f"/brindley/game/packs/{hostile_pack.pk}"
    editor = [f"{here}/cards/{part}/{draft.given[part][0]['id']}/" for part in FORMS]
    lists = [f"{here}/cards/{part}/" for part in FORMS]
    rest = [f"{here}/", f"{here}/about/", "/brindley/game/packs/", f"{ready}/"]
    assert visit([*editor, *lists, *rest], sign_in(Client(), cast.fay)) >= {*editor, *lists, *rest}


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_s36_what_is_written_after_an_evening_is_text(visit, cast, hostile_pack):
    Person.objects.update(name=TAGS)
    round = make_round(cast)
    session = an_evening(cast, tables=3, round=round)
    table, project, leader = ready_project(session)
    here = f"/brindley/game/{session.code}"
    fay, asha, aled = (sign_in(Client(), person) for person in (cast.fay, cast.asha, cast.aled))
    pages = [f"{here}/advise/", f"{here}/kit/", f"/brindley/game/sessions/new/?pack={hostile_pack.pk}"]
    assert f"{here}/advise/" in visit(pages, fay)
    today = timezone.localdate()
    texts = {one.card: f"{TAGS} {ADDRESS}" for one in suggestions(compared(session))}
    sent = advice.send(cast.fay, session, texts, today + timedelta(days=56), today)
    assert aled.post(f"/brindley/advice/{sent[0].pk}/", {"kind": "no", "why": f"{TAGS} {ADDRESS}"}).status_code == 302
    phone = sit(asha, table, leader, name=TAGS[:40])
    asked = forward.ask(phone, table, project, "", "asha@example.org", "127.0.0.1")
    link = f"/brindley/game/confirm/{forward.token_of(asked)}/"
    project_page = f"{here}/t/{table.number}/forward/{project}/"
    public = ["/brindley/advice/", f"/brindley/advice/{sent[0].pk}/", f"{here}/compare/"]
    public += [f"{here}/t/{table.number}/plan/", f"{here}/t/{table.number}/", project_page]
    assert visit([link, *public], asha) == {link, *public}
    made = asha.post(link, {"round": round.pk})
    assert Confirmation.objects.get().person == cast.asha
    assert visit([made["Location"], project_page], asha) == {made["Location"], project_page}


def ready_project(session: Session) -> tuple[Any, str, str]:
    for table in session.tables.select_related("session__pack", "session__place"):
        for name, project in loaded(table.state).projects.items():
            if project.state == "ready":
                return table, name, project.leads[0]
    raise AssertionError("no project is ready: choose another seed")


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_s36_what_somebody_writes_alone_is_text(look, cast, hostile_pack):
    watched = look("/brindley/game/solo/")
    page = watched.page

    def go(button: str = "Keep and go on") -> None:
        page.get_by_role("button", name=button).click()
        page.wait_for_load_state()
        assert page.locator(INSIDE).count() == 0, page.url
        assert watched.problems == [], page.url

    go("Begin")
    for number in range(3):
        page.locator('input[name="needs"]').nth(number).check()
    for _ in range(3):
        go()
    page.locator("details:has(input[name=title]) > summary").click()
    page.locator('input[name="title"]').fill(TAGS)
    page.locator('input[name="price"]').fill("0")
    go()
    page.get_by_label("Much as now").check()
    for name in ("loses", "did"):
        page.locator(f'textarea[name="{name}"]').fill(f"{TAGS} {ADDRESS}")
    go()
    assert "<x-hostile>" in page.locator("main").inner_text()
    page.get_by_label("I could live with it").check()
    go("Send my plan")
    assert "<x-hostile>" in page.locator("main").inner_text()


def bodies(files: dict[str, bytes], selector: str) -> list[Any]:
    return [one.get("body") for one in json.loads(typst.query(files, selector, font_paths=fonts()))]


@pytest.mark.parametrize("text", [MARKUP, TAGS], ids=["markup", "tags"])
def test_s36_what_authors_write_is_text_on_paper(text):
    cards = read_pack(json.dumps(written(text)))
    seats = [SeatOf(role.id, number) for number, role in enumerate(cards.roles[:2], start=1)]
    usual = [SeatOf(role.id, number) for number, role in enumerate(shipped("tilbrook").roles[:2], start=1)]
    for what in PAPERS:
        made, harmless = paper_of(cards, what, seats, Look()), paper_of(shipped("tilbrook"), what, usual, Look())
        files, others = (files_of(TEMPLATES, one.template, one.data) for one in (made, harmless))
        # All that people wrote is in the data, and no part of what is run.
        assert {name: body for name, body in files.items() if name != "paper.json"} == {
            name: body for name, body in others.items() if name != "paper.json"
        }
        assert json.loads(files["paper.json"])["language"] == "en"
    made = kit_cards.cards(cards, Look())
    files = files_of(TEMPLATES, made.template, made.data)
    titles = [one["text"] for one in bodies(files, "heading")]
    assert len(titles) == len(cards.codes) - len(cards.roles)
    assert plain(text) in titles
    for kind in STYLED:
        assert bodies(files, kind) == [], kind


@pytest.mark.django_db
def test_s36_what_players_write_is_text_in_the_plan_on_paper(cast, monkeypatch):
    session = an_evening(cast)
    table = session.tables.select_related("session__pack", "session__place").get()
    state = json.loads(table.state)
    for decision in state["decisions"]:
        decision["proposal"]["safeguards"] = [MARKUP]
    for project in state["projects"].values():
        project["title"] = MARKUP
    table.state, table.name = json.dumps(state), MARKUP
    asked: list[tuple[Any, ...]] = []

    def pdf(*given: Any) -> bytes:
        asked.append(given)
        return b"%PDF"

    monkeypatch.setattr(plan_files, "pdf", pdf)
    plan_files.plan_pdf(plan_of(table))
    folder, template, paper = asked[0]
    assert sum(MARKUP in line for _name, lines in paper["parts"] for line in lines) > 2
    files = files_of(folder, template, paper)
    assert not any(MARKUP.encode() in body for name, body in files.items() if name != "paper.json")
    assert {one["func"] for one in bodies(files, "heading")} == {"text"}
    for kind in STYLED:
        assert bodies(files, kind) == [], kind
