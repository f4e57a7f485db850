"""The pages of what went wrong: as careful as the others, in every language, and there even when the database is not.

Numbers are those of the security checklist: 31 headers, 54 a database that is gone, 64 no barriers.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from allauth.core.internal import ratelimit
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings as in_use
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import InterfaceError, OperationalError
from django.db.backends.postgresql.base import DatabaseWrapper
from django.test import Client

from pennypot.house import pages
from pennypot.testing.browser import DESKTOP, NARROW
from pennypot.testing.cast import sign_in
from tests.brindley import example_of
from tests.looking_at_pages import careless, what_runs_in
from tests.routes import all_routes

LANGUAGES = [code for code, _name in in_use.LANGUAGES]
MORE_THAN_A_FORM = 3_000_000


def _fails_with(problem: Exception) -> Callable[..., None]:
    def fail(*_arguments: object, **_named: object) -> None:
        # Anew each time: one that is raised again keeps the whole way of every time before, and logs write it out.
        raise type(problem)(*problem.args)

    return fail


def _bad_request(client, monkeypatch):
    return client.get("/brindley/pool/?by=nothing")


def _refused(client, monkeypatch):
    return client.get("/brindley/set-up/")


def _forms_token(client, monkeypatch):
    strict = Client(enforce_csrf_checks=True, headers={"accept-language": client.defaults["HTTP_ACCEPT_LANGUAGE"]})
    return strict.post("/account/sign-in/", {"login": "asha@example.org"})


def _not_found(client, monkeypatch):
    return client.get("/no-such-place/")


def _too_large(client, monkeypatch):
    return client.post("/language/", {"next": "x" * MORE_THAN_A_FORM}, "application/x-www-form-urlencoded")


def _too_many(client, monkeypatch):
    with monkeypatch.context() as within:
        within.setattr(ratelimit, "consume", lambda *_arguments, **_named: False)
        return client.post("/account/sign-in/", {"login": "asha@example.org"})


def _broken(client, monkeypatch):
    with monkeypatch.context() as within:
        within.setattr(pages, "render", _fails_with(RuntimeError("a mistake of ours")))
        return client.get("/accessibility/")


def _unavailable(client, monkeypatch):
    with monkeypatch.context() as within:
        within.setattr(DatabaseWrapper, "cursor", _fails_with(OperationalError("the server closed the connection")))
        return client.get("/brindley/")


WRONG = [
    (400, _bad_request),
    (403, _refused),
    (403, _forms_token),
    (404, _not_found),
    (413, _too_large),
    (429, _too_many),
    (500, _broken),
    (503, _unavailable),
]
SHOWN = [pytest.param(status, way, id=f"{status}{way.__name__}") for status, way in WRONG]


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("status", "way"), SHOWN)
def test_s31_a_page_of_what_went_wrong_is_as_careful_as_any(cast, monkeypatch, status, way, language):
    client = Client(raise_request_exception=False, headers={"accept-language": language})
    response = way(client, monkeypatch)
    page = response.content.decode()
    assert response.status_code == status
    assert careless(response) == []
    assert what_runs_in(page) == []
    assert f'<html lang="{language}"' in page
    assert len(re.findall("<h1", page)) == 1
    assert f'<p class="chip">{status}</p>' in page
    # Nothing of the inside is told.
    assert not re.search(r"Traceback|Exception|\.py\b|a mistake of ours|closed the connection", page)


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_s64_no_page_of_what_went_wrong_has_a_barrier(cast, monkeypatch, look):
    found = {}
    for scheme, viewport in (("light", DESKTOP), ("dark", NARROW)):
        watched = look("/", viewport, color_scheme=scheme)
        address = watched.page.url + "what-went-wrong/"
        for status, way in WRONG:
            client = Client(raise_request_exception=False, headers={"accept-language": "en"})
            body = way(client, monkeypatch).content.decode()
            watched.page.unroute_all()
            watched.page.route(address, lambda route, *, body=body: route.fulfill(content_type="text/html", body=body))
            watched.page.goto(address)
            barriers = [violation["id"] for violation in Axe().run(watched.page).response["violations"]]
            width = watched.page.evaluate("document.documentElement.scrollWidth")
            if barriers or watched.problems or width > viewport["width"]:
                found[status, way.__name__, scheme] = (barriers, watched.problems, width)
    assert found == {}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "problem"),
    [("visitor", OperationalError("gone")), ("tariq", InterfaceError("connection already closed"))],
    ids=["visitor", "tariq"],
)
def test_s54_without_its_database_every_page_says_so_plainly(cast, brindley, monkeypatch, caplog, name, problem):
    """Wherever it fails first: in the session of who is signed in, in the page, or in the page for an error."""
    caplog.set_level("CRITICAL")  # the log would tell of each
    client = Client(raise_request_exception=False)
    if name == "tariq":
        sign_in(client, cast.tariq)
    paths = ["/" + example_of(route, brindley) for route in sorted(set(all_routes()))] + ["/no-such-place/", "/a/b/c"]
    wrong = {}
    with monkeypatch.context() as within:
        within.setattr(DatabaseWrapper, "cursor", _fails_with(problem))
        for path in paths:
            response = client.get(path)
            if response.status_code == 500 or careless(response):
                wrong[path] = response.status_code
            if response.status_code == 503 and response.headers["Content-Type"].startswith("text/html"):
                assert response.headers["Retry-After"] == "30"
        assert client.get("/brindley/").status_code == 503
    assert wrong == {}
    assert client.get("/brindley/").status_code == 200


# What somebody sends.


@pytest.mark.django_db
def test_s44_a_file_of_a_stranger_is_never_written(cast, tmp_path, settings):
    """A form's token is looked at only when all of the form has arrived."""
    settings.HOME = tmp_path
    files = {f"file{number}": SimpleUploadedFile("a.csv", b"x" * 100_000) for number in range(3)}
    response = Client().post("/language/", {"language": "cy", "next": "/privacy/", **files})
    assert response.headers["Location"] == "/privacy/"
    assert response.wsgi_request.FILES == {}
    assert _written(tmp_path) == 0


@pytest.mark.django_db
def test_s44_many_files_together_are_no_more_than_one_may_be(cast, tmp_path, settings, monkeypatch):
    settings.HOME = tmp_path
    monkeypatch.setattr("pennypot.house.uploads._MEGABYTE", 1_000)
    monkeypatch.setattr(settings.OPTIONS, "upload_limit_mb", 150)
    files = {f"file{number}": SimpleUploadedFile("a.csv", b"x" * 100_000) for number in range(3)}
    response = sign_in(Client(), cast.asha).post("/language/", {"language": "cy", **files})
    assert response.status_code == 302
    kept = {name: file.size for name, file in response.wsgi_request.FILES.items()}
    assert kept == {"file0": 100_000}


def _written(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
