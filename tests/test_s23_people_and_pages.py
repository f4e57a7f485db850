"""Check 23: every address x every person x the verbs GET and POST, from the URL configuration itself.

`tests/addresses.txt` lists who may do what, a line an address; an address without a line fails, and so does a line
without an address.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.db import transaction
from django.test import Client

from pennypot.testing.cast import MEMBERS, sign_in
from tests.brindley import POSTED, example_of
from tests.routes import all_routes

NAMES = ["visitor", *MEMBERS]
LISTED = Path(__file__).with_name("addresses.txt")


@dataclass(frozen=True)
class Expected:
    """Who may GET and who may POST; None where the verb is not answered (405)."""

    get: frozenset[str] | None
    post: frozenset[str] | None


def listed() -> dict[str, Expected]:
    """Read the table: ``route | GET who | POST who`` with names, ``all``, ``members`` (all signed in) or ``-``."""
    table = {}
    for line in LISTED.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            route, get, post = (part.strip() for part in line.split("|"))
            table[route] = Expected(_who(get), _who(post))
    return table


def _who(words: str) -> frozenset[str] | None:
    if words == "-":
        return None
    if words == "nobody":
        return frozenset()
    if words == "all":
        return frozenset(NAMES)
    return frozenset(name for word in words.split() for name in (MEMBERS if word == "members" else [word]))


def may(response) -> bool | None:
    """Say whether the person got in; None where the verb itself is not answered."""
    if response.status_code == 405:
        return None
    if response.status_code in (401, 403, 404):
        return False
    if response.status_code == 302 and "/account/sign-in/" in response["Location"]:
        return False
    assert response.status_code < 500, response.content
    return True


def test_s23_every_address_is_listed_and_every_line_is_an_address():
    assert set(all_routes()) == set(listed())


@pytest.mark.django_db
@pytest.mark.parametrize("name", NAMES)
def test_s23_each_person_gets_in_where_listed_and_nowhere_else(name, cast, brindley, tmp_path, settings):
    settings.STORAGES["default"]["OPTIONS"]["location"] = tmp_path
    client = Client()
    if name != "visitor":
        sign_in(client, getattr(cast, name))
    table = listed()
    seen, expected = {}, {}
    for route in sorted(set(all_routes())):
        for verb, who in (("GET", table[route].get), ("POST", table[route].post)):
            answer = _ask(client, verb, route, brindley)
            # Some pages ask a visitor to sign in before they look at the verb.
            seen[verb, route] = None if name == "visitor" and who is None and answer is False else answer
            expected[verb, route] = None if who is None else name in who
    assert seen == expected


def _ask(client: Client, verb: str, route: str, brindley) -> bool | None:
    path = "/" + example_of(route, brindley)
    # Whatever a try changes is taken back before the next one: the database, and the cookies of the session.
    cookies = copy.deepcopy(client.cookies)
    with transaction.atomic():
        response = client.get(path) if verb == "GET" else client.post(path, POSTED.get(route, {}))
        answer = may(response)
        transaction.set_rollback(True)
    client.cookies = cookies
    return answer
