"""The pool's pages say what they should, in few queries."""

import pytest
from django.test import Client

from pennypot.apps.budgets.models import Line

PAGES = [
    "pool/",
    "pool/?by=purpose",
    "pool/?by=table",
    "pool/?by=table&sort=agency",
    "pool/flows/",
    "pool/compare/",
    "pool/for/health/",
    "pool/for/not-sorted/",
    "pool/kind/nhs/",
    "pool/dwp/",
    "pool/history/dwp/",
    "pool.csv",
]


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_without_signing_in(birmingham, trafford, client: Client, page):
    for place in ("birmingham", "trafford"):
        assert client.get(f"/{place}/{page}").status_code == 200, (place, page)


def test_the_number_is_said_large_and_explained(birmingham, client: Client):
    page = client.get("/birmingham/pool/").content.decode()
    assert "£7.10 billion of public money was spent in Birmingham." in page
    assert "£6,605 for each of 1,074,283 residents" in page
    assert "One penny in every pound would be £70.96 million" in page
    assert "£610.83 million is left out" in page


def test_an_incomplete_place_says_at_least_and_names_who_is_missing(trafford, client: Client):
    page = client.get("/trafford/pool/").content.decode()
    assert "At least £533.84 million of public money was spent in Trafford." in page
    assert "What the NHS and the welfare system spend here is not known yet." in page


def test_every_line_opens_with_its_source(birmingham, trafford, client: Client):
    for line in Line.objects.select_related("budget__agency__place"):
        answer = client.get(f"/{line.budget.agency.place.slug}/pool/line/{line.pk}/")
        assert answer.status_code == 200
        assert line.budget.source_title in answer.content.decode().replace("&#x27;", "'")
