"""The pool against those who try its addresses. Numbers are those of the security checklist."""

import csv
import io

import pytest
from django.test import Client

from pennypot.apps.budgets import actions, given
from pennypot.apps.budgets.models import Budget
from pennypot.apps.budgets.permissions import SYSTEM
from pennypot.house import csv_out
from pennypot.testing.cast import sign_in

SOURCE = given.Source("A return")


@pytest.fixture
def published(cast) -> Budget:
    draft = actions.start_budget(SYSTEM, cast.council, "2024-25", "outturn", SOURCE)
    actions.put_lines(SYSTEM, draft, [given.LineGiven("Parks", 100_00, "local")])
    return actions.publish(SYSTEM, draft)


@pytest.fixture
def draft(cast) -> Budget:
    made = actions.start_budget(SYSTEM, cast.council, "2025-26", "outturn", SOURCE)
    actions.put_lines(SYSTEM, made, [given.LineGiven("Parks", 100_00, "local")])
    return made


def test_s24_a_thing_of_one_place_is_not_found_under_another(cast, client, published, draft):
    sign_in(client, cast.dev)
    for budget in (published, draft):
        line = budget.lines.get()
        assert client.get(f"/elsewhere/pool/line/{line.pk}/").status_code == 404
        assert client.get(f"/elsewhere/pool/budget/{budget.pk}/").status_code == 404
        for verb in ("publish", "discard"):
            assert client.post(f"/elsewhere/pool/budget/{budget.pk}/{verb}/").status_code == 404
    assert client.get("/elsewhere/pool/police/").status_code == 404
    assert client.get("/elsewhere/pool/history/police/").status_code == 404
    assert "Parks" not in client.get("/elsewhere/pool/").content.decode()
    assert b"Parks" not in client.get("/elsewhere/pool.csv").getvalue()
    assert client.get("/api/places/elsewhere/pool").json()["lines"] == []


def test_s24_drafts_are_in_no_export(cast, client, published, draft):
    for address in ("/brindley/pool.csv?year=2025-26", "/api/places/brindley/pool?year=2025-26"):
        assert client.get(address).status_code == 404
    Budget.objects.filter(pk=draft.pk).update(year="2024-25", kind="budget")
    assert len(client.get("/api/places/brindley/pool?year=2024-25").json()["lines"]) == 1


def test_s24_a_place_that_is_not_open_yet_shows_nothing(cast, client, published):
    cast.brindley.state = "setting-up"
    cast.brindley.save()
    for page in ("pool/", "pool.csv", "pool/flows/", "pool/compare/", f"pool/line/{published.lines.get().pk}/"):
        assert client.get(f"/brindley/{page}").status_code == 403
    assert client.get("/api/places/brindley/pool").status_code == 403


@pytest.mark.parametrize("verb", ["publish", "discard"])
def test_s26_changes_need_a_post_and_its_token(cast, draft, verb):
    client = sign_in(Client(enforce_csrf_checks=True), cast.ben)
    address = f"/brindley/pool/budget/{draft.pk}/{verb}/"
    assert client.get(address).status_code == 405
    assert client.post(address).status_code == 403
    draft.refresh_from_db()
    assert not draft.is_published


@pytest.mark.parametrize("page", ["pool/", "pool.csv", "pool/flows/", "pool/compare/", "pool/council/"])
def test_s26_pages_that_show_take_no_post(cast, client, page):
    assert client.post(f"/brindley/{page}").status_code == 405


def test_s27_fields_that_nobody_asked_for_change_nothing(cast, client, draft):
    sign_in(client, cast.ben)
    before = {name: getattr(draft, name) for name in ("agency_id", "year", "version", "kind", "source_title")}
    more = {"agency": cast.police.pk, "agency_id": cast.police.pk, "year": "1999-00", "version": 9, "kind": "budget"}
    client.post(f"/brindley/pool/budget/{draft.pk}/publish/", more | {"published_by": cast.asha.pk, "state": "draft"})
    draft.refresh_from_db()
    assert {name: getattr(draft, name) for name in before} == before
    assert draft.is_published
    assert draft.published_by == cast.ben


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_s38_the_pools_csv_runs_nothing_and_reads_back_equal(cast, client, start):
    evil = f'{start}HYPERLINK("http://elsewhere.example")'
    draft = actions.start_budget(SYSTEM, cast.council, "2024-25", "outturn", given.Source(evil))
    actions.put_lines(SYSTEM, draft, [given.LineGiven(evil, -5_00, "local", note=evil)])
    actions.publish(SYSTEM, draft)
    file = client.get("/brindley/pool.csv").getvalue().decode()
    row = next(csv.DictReader(io.StringIO(file, newline="")))
    assert row["service"] == row["source"] == row["note"] == "'" + evil
    assert csv_out.plain(row["service"]) == evil
    assert row["amount_gbp"] == "-5.00"


@pytest.mark.parametrize(
    "asked", ["amount;drop", "-amount", "budget__agency__place", "id", "'", "a" * 5000, "\x00", ""]
)
@pytest.mark.parametrize("key", ["sort", "by"])
def test_s40_what_is_not_on_the_list_is_refused(published, client, key, asked):
    context = {"by": "table"} if key == "sort" else {}
    assert client.get("/brindley/pool/", context | {key: asked}).status_code == 400


@pytest.mark.parametrize("year", ["2010", "'", "2024-25\x00", "../..", "a" * 5000])
@pytest.mark.parametrize("page", ["pool/", "pool.csv", "pool/flows/", "pool/council/", "pool/for/health/"])
def test_s40_a_year_that_is_not_there_is_no_page(published, client, page, year):
    assert client.get(f"/brindley/{page}", {"year": year}).status_code == 404


@pytest.mark.parametrize("asked", ["0", "-1", "99999999999999999999", "x", "\x00", "1 or 1"])
def test_s40_a_page_number_that_is_none_shows_a_page(published, client, asked):
    assert client.get("/brindley/pool/", {"by": "table", "page": asked}).status_code == 200


@pytest.mark.parametrize("number", [0, 2**31, 2**63, 10**30])
def test_s40_a_number_too_large_is_simply_not_there(cast, client, number):
    assert client.get(f"/brindley/pool/line/{number}/").status_code == 404
    assert client.get(f"/brindley/pool/budget/{number}/").status_code == 404


XSS = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


def test_s36_names_are_text_in_pages_and_pictures(cast, client):
    cast.council.name = XSS
    cast.council.short_name = XSS[:60]
    cast.council.save()
    draft = actions.start_budget(SYSTEM, cast.council, "2024-25", "outturn", given.Source(XSS, publisher=XSS), XSS)
    actions.put_lines(
        SYSTEM,
        draft,
        [
            given.LineGiven(XSS, 100_00, "local", official_name=XSS, note=XSS, source_row=XSS[:60], source_text=XSS),
            given.LineGiven("Two", 300_00, "local", cofog="07", counted=False, why_not=XSS),
            given.LineGiven(f"{XSS} 3", None, "local"),
        ],
        [given.IncomeGiven(XSS, "nation", 500_00, note=XSS)],
    )
    actions.publish(SYSTEM, draft)
    actions.note_gaps(
        SYSTEM,
        cast.brindley,
        "2024-25",
        [given.GapGiven(XSS, XSS, 1, XSS)],
        [given.OtherCountGiven(XSS, "2023", 1, XSS)],
    )
    line = draft.lines.first()
    for page in (
        "pool/",
        "pool/?by=purpose",
        "pool/?by=table",
        "pool/flows/",
        "pool/compare/",
        "pool/council/",
        "pool/kind/council/",
        "pool/for/not-sorted/",
        f"pool/line/{line.pk}/",
        "pool/history/council/",
        f"pool/budget/{draft.pk}/",
    ):
        text = client.get(f"/brindley/{page}").content.decode()
        assert "<script>alert" not in text, page
        assert "<img src=x" not in text, page
        assert " style=" not in text, page
