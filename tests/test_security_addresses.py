"""Checks over every address of the site, from the URL configuration itself, so that a new page cannot be forgotten.

Numbers are those of the security checklist: 24 things of other places, 26 changes, 31 headers, 32 caches, 38 CSV,
40 what is asked in an address.
"""

from __future__ import annotations

import copy
import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.db import connection, transaction
from django.test import Client

import pennypot
from pennypot.apps.places.models import Invitation
from pennypot.house import csv_out
from pennypot.testing.cast import sign_in
from tests.brindley import POSTED, example_of
from tests.looking_at_pages import careless, what_runs_in
from tests.routes import all_routes

pytestmark = pytest.mark.django_db
ROUTES = sorted(set(all_routes()))
IN_A_PLACE = [route for route in ROUTES if "<slug:place>" in route]
# Sessions say when they were last used, and the cache counts tries: that is what they are for.
KEEPS_TIME = {"django_session", "house_cache", "usersessions_usersession", "people_session", "game_try"}


@pytest.fixture(autouse=True)
def _files(tmp_path, settings):
    settings.STORAGES["default"]["OPTIONS"]["location"] = tmp_path


def _content(response) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def _tables() -> dict[str, str]:
    """Return every table with a fingerprint of all its rows."""
    with connection.cursor() as cursor:
        names = set(connection.introspection.table_names(cursor)) - KEEPS_TIME
        prints = {}
        for name in sorted(names):
            cursor.execute(f"SELECT md5(coalesce(string_agg(t::text, chr(10) ORDER BY t::text), '')) FROM \"{name}\" t")
            prints[name] = cursor.fetchone()[0]
    return prints


# 24


@pytest.mark.parametrize("verb", ["get", "post"])
def test_s24_nothing_of_brindley_is_found_under_elsewhere_by_its_people(cast, brindley, verb):
    """Dev is place team and officer there, so nothing but the place itself keeps the things apart."""
    cast.council.slug = "only-here"
    cast.council.save()
    things = brindley | {"place": "elsewhere", "agency": "only-here"}
    client = sign_in(Client(), cast.dev)
    asked = [route for route in IN_A_PLACE if re.search(r"<int:|<uuid:|<slug:agency>", route)]
    got_in = {}
    before = _tables()
    for route in asked:
        response = getattr(client, verb)("/" + example_of(route, things), POSTED.get(route, {}))
        if response.status_code not in (403, 404, 405):
            got_in[route] = response.status_code
    assert len(asked) > 15
    assert got_in == {}
    assert {name for name, rows in _tables().items() if rows != before[name]} == set()


@pytest.mark.parametrize("verb", ["get", "post"])
def test_s24_a_place_that_is_being_set_up_shows_nothing_to_strangers(cast, brindley, verb):
    cast.brindley.state = "setting-up"
    cast.brindley.save()
    shown = {}
    for client in (Client(), sign_in(Client(), cast.dev)):
        for route in IN_A_PLACE:
            response = getattr(client, verb)("/" + example_of(route, brindley), POSTED.get(route, {}))
            if response.status_code not in (403, 404, 405):
                shown[route] = response.status_code
    assert shown == {}


# 26


@pytest.mark.parametrize("name", ["visitor", "tariq"])
def test_s26_every_address_wants_the_forms_token(cast, brindley, name):
    client = Client(enforce_csrf_checks=True)
    if name != "visitor":
        sign_in(client, getattr(cast, name))
    before = _tables()
    let_in = {}
    for route in ROUTES:
        for verb in ("post", "put", "delete"):
            response = getattr(client, verb)("/" + example_of(route, brindley))
            if response.status_code not in (403, 404, 405):
                let_in[verb, route] = response.status_code
    assert let_in == {}
    assert {name for name, rows in _tables().items() if rows != before[name]} == set()


@pytest.mark.parametrize("name", ["visitor", "asha", "ben", "tariq", "oona"])
def test_s26_looking_changes_nothing_and_sends_nothing(cast, brindley, name):
    client = Client()
    if name != "visitor":
        sign_in(client, getattr(cast, name))
    before = _tables()
    for route in ROUTES:
        _content(client.get("/" + example_of(route, brindley)))
    assert {name for name, rows in _tables().items() if rows != before[name]} == set()
    assert mail.outbox == []


# 31 and 32


def _visits(person, brindley, verb: str, given: dict[str, str]) -> Iterator[tuple[str, Any]]:
    """Visit every address as one person (None: nobody in particular); what a visit changes is taken back."""
    client = Client(raise_request_exception=False)
    if person:
        sign_in(client, person)
    for route in ROUTES:
        cookies = copy.deepcopy(client.cookies)
        with transaction.atomic():
            sent = POSTED.get(route, {}) | given if verb == "post" else given
            yield route, getattr(client, verb)("/" + example_of(route, brindley), sent)
            transaction.set_rollback(True)
        client.cookies = cookies


@pytest.mark.parametrize("verb", ["get", "post"])
@pytest.mark.parametrize("name", ["visitor", "tariq"])
def test_s31_s32_every_answer_is_careful(cast, brindley, name, verb):
    """The policy, the other headers, no word in caches of what is somebody's own, and nothing in a page that runs."""
    wrong: dict[str, list[str]] = {}
    for route, response in _visits(None if name == "visitor" else cast.tariq, brindley, verb, {}):
        problems = careless(response)
        if name != "visitor" and response.headers.get("Cache-Control") != "no-store":
            problems.append("kept by caches")
        if response.status_code >= 500:
            problems.append("broken")
        if response.headers.get("Content-Type", "").startswith("text/html"):
            problems += what_runs_in(_content(response).decode())
        if problems:
            wrong[route] = problems
    assert wrong == {}


@pytest.mark.parametrize(
    ("path", "host", "status"),
    [
        ("/static/house/icon.svg", "testserver", 200),
        ("/static/house/css/house.css", "testserver", 200),
        ("/static/nothing.css", "testserver", 404),
        ("/no-such-place/", "testserver", 404),
        ("/a/b/c/d", "testserver", 404),
        ("/", "evil.example", 400),
        ("/healthz", "evil.example", 400),
        ("/brindley", "testserver", 301),
    ],
)
@pytest.mark.parametrize("demo", [False, True])
def test_s31_answers_that_are_no_page_are_as_careful(cast, settings, demo, path, host, status):
    settings.DEMO = demo
    response = Client(raise_request_exception=False).get(path, headers={"host": host})
    assert response.status_code == status
    assert careless(response) == []


def test_s32_a_letters_link_is_kept_by_no_cache_even_before_signing_in(cast):
    client = sign_in(Client(), cast.tariq)
    client.post("/brindley/people/", {"email": "new@example.org", "role": "facilitator"})
    link = re.search(r"/invitations/\S+", str(mail.outbox[0].body)).group()
    response = Client().get(link)
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"


# 38

STARTS = ["=", "+", "-", "@", "\t", "\r", "\n", "'", "\u00a0=", "＝"]


@pytest.mark.parametrize("start", STARTS)
def test_s38_no_cell_of_any_csv_is_a_formula(cast, brindley, start):
    """Every text that a person may have written begins like a formula; every file still holds text only."""
    evil = f'{start}HYPERLINK("http://evil.example")'
    _say_everywhere(evil)
    client = sign_in(Client(), cast.tariq)
    routes = [route for route in ROUTES if route.endswith((".csv", "/export/"))]
    seen = set()
    for route in routes:
        path = "/" + example_of(route, brindley)
        response = client.get(path)
        if response.status_code == 405:
            response = client.post(path)
        if response.status_code != 200 or not response.headers["Content-Type"].startswith("text/csv"):
            continue
        assert response.headers["Content-Disposition"].startswith("attachment")
        for row in csv.reader(io.StringIO(_content(response).decode(), newline="")):
            for cell in row:
                number = re.fullmatch(r"-?\d+(\.\d+)?", cell)
                assert number or cell.startswith("'") or cell == csv_out.safe(cell), (route, cell)
                if csv_out.plain(cell) == evil:
                    seen.add(route)
    assert len(seen) >= 3, seen


def _say_everywhere(text: str) -> None:
    """Write a text into every column of words that people fill in; the guards of history are put aside for it."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for table, column in (
            ("places_place", "name"),
            ("places_agency", "short_name"),
            ("budgets_line", "official_name"),
            ("budgets_line", "service"),
            ("budgets_line", "note"),
            ("budgets_budget", "source_title"),
            ("fund_entry", "memo"),
            ("house_deed", "reason"),
        ):
            cursor.execute(f'UPDATE "{table}" SET "{column}" = %s', [text])
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("UPDATE places_agency SET name = %s WHERE slug = 'council'", [text])


# 40

ODD = ["", "'\x00", "-1", "9" * 40, "[]\r\n{{7*7}}", "a" * 4000, "２"]


def _asked_for() -> set[str]:
    """Return every name that any page reads from an address, from the code itself."""
    found = {"rate", "base", "by", "sort"}
    for path in Path(pennypot.__file__).parent.rglob("*.py"):
        if "tests" not in path.parts:
            found |= set(re.findall(r"GET\.get\(\"(\w+)\"", path.read_text(encoding="utf-8")))
    return found


@pytest.mark.parametrize("name", ["visitor", "tariq"])
def test_s40_no_page_breaks_whatever_is_asked_in_its_address(cast, brindley, name):
    client = Client(raise_request_exception=False)
    if name != "visitor":
        sign_in(client, cast.tariq)
    keys = _asked_for()
    assert {"q", "page", "year", "before", "who"} <= keys
    broken = set()
    for route in ROUTES:
        path = "/" + example_of(route, brindley)
        # All names at once, so that the number of visits stays small.
        for odd in ODD:
            if client.get(path, dict.fromkeys(keys, odd)).status_code >= 500:
                broken.add((route, odd))
    assert broken == set()


@pytest.mark.parametrize("odd", ["", "\x00", "9" * 40, "{{7*7}}\r\n"])
def test_s40_no_form_breaks_whatever_is_sent(cast, brindley, odd):
    fields = {"next", "who", "role", "email", "name", "do", "language", "code", "reason", "seen", "amount", "key"}
    fields |= {"token", "action", "text", "file", "year", "rate", "agency", "version", "colour", "s-TOTAL_FORMS"}
    broken = set()
    for person in (None, cast.tariq):
        for route, response in _visits(person, brindley, "post", dict.fromkeys(fields, odd)):
            if response.status_code >= 500:
                broken.add((person, route))
    assert broken == set()


@pytest.mark.parametrize("number", [0, 2**31, 2**63, 10**30])
def test_s40_no_number_in_an_address_breaks_a_page(cast, brindley, number):
    client = sign_in(Client(raise_request_exception=False), cast.tariq)
    broken = set()
    for route in ROUTES:
        if "<int:" in route:
            path = "/" + example_of(re.sub(r"<int:\w+>", str(number), route), brindley)
            for verb in (client.get, client.post):
                status = verb(path).status_code
                # A log begins with line 0; nothing has a number like the others.
                if status >= 500 or (status == 200 and number):
                    broken.add((route, verb.__name__, status))
    assert broken == set()


def test_s23_an_invitation_is_told_to_its_link_alone(cast, brindley):
    """The page of people lists invitations; nothing in it is the link, or what the table keeps of it."""
    page = sign_in(Client(), cast.tariq).get("/brindley/people/").content
    kept = Invitation.objects.get(pk=brindley["invitation"])
    assert kept.email.encode() in page
    assert bytes(kept.token_hash).hex().encode() not in page
    assert b"/invitations/" not in re.sub(rb"/people/invitations/", b"", page)
