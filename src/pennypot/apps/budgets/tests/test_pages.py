"""The pool's pages say what they should, in few queries."""

import gzip

import pytest
from django.test import Client

from pennypot.apps.budgets import actions, given, queries
from pennypot.apps.budgets.models import Line
from pennypot.apps.budgets.permissions import SYSTEM
from pennypot.apps.budgets.views import kept


@pytest.fixture(autouse=True)
def _nothing_kept():
    """Make every page anew, so that no test reads what another left."""
    kept._middles._pieces.clear()


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


# What a page costs when it is made, and when it is kept. Places have lines by the hundred, so none may grow with them.
QUERIES = {
    "pool/": (9, 2),
    "pool/?by=purpose": (9, 2),
    "pool/?by=table": (9, 2),
    "pool/flows/": (6, 2),
    "pool/compare/": (5, 2),
    "pool/dwp/": (7, 2),
    "pool/kind/nhs/": (5, 2),
    "pool/for/health/": (5, 2),
    "pool/history/dwp/": (3, 3),
    "pool.csv": (4, 4),
}


@pytest.mark.parametrize("page", QUERIES)
def test_a_page_takes_so_many_queries_and_two_when_it_is_kept(
    birmingham, client: Client, page, django_assert_num_queries
):
    made, again = QUERIES[page]
    with django_assert_num_queries(made):
        client.get(f"/birmingham/{page}")
    with django_assert_num_queries(again):
        client.get(f"/birmingham/{page}")


def test_a_line_takes_five_queries_and_two_when_it_is_kept(birmingham, client: Client, django_assert_num_queries):
    address = f"/birmingham/pool/line/{Line.objects.get(service='Policing').pk}/"
    with django_assert_num_queries(5):
        client.get(address)
    with django_assert_num_queries(2):
        client.get(address)


def test_a_page_that_is_kept_is_never_an_old_one(birmingham, client: Client):
    def said() -> str:
        return client.get("/birmingham/pool/").content.decode()

    assert "£7.10 billion" in said()
    fire = birmingham.agencies.get(slug="west-midlands-fire")
    draft = actions.start_new_version(SYSTEM, queries.current_budgets(birmingham, "2010-11").get(agency=fire))
    actions.put_lines(SYSTEM, draft, [given.LineGiven("Fire and rescue", 10**9 * 100, "statutory")])
    assert "£7.10 billion" in said()
    actions.publish(SYSTEM, draft)
    assert "£8.05 billion" in said()
    actions.note_gaps(SYSTEM, birmingham, "2010-11", [given.GapGiven("The canal", "Nobody counted it")])
    assert "The canal" in said()
    birmingham.population = 1_000_000
    birmingham.save()
    assert "£8,052" in said()
    fire.name = "The fire brigade"
    fire.save()
    assert "The fire brigade" in said()


def test_a_page_is_kept_apart_in_each_language(birmingham, client: Client):
    client.get("/birmingham/pool/")
    client.cookies["pennypot-language"] = "cy"
    assert '<html lang="cy"' in client.get("/birmingham/pool/").content.decode()
    languages = {key[2] for key in kept._middles._pieces}
    assert languages == {"en", "cy"}


def test_the_sum_of_a_share_is_shown_with_its_own_numbers(birmingham, client: Client):
    policing = Line.objects.get(service="Policing")
    page = client.get(f"/birmingham/pool/line/{policing.pk}/").content.decode()
    assert "£634,069,000 × 1,074,283 ÷ 2,739,733 = £248,626,252" in page
    assert "39.21 %" in page
    assert "388 (E6046)" in page


def test_a_left_out_line_says_why_and_leads_to_where_it_counts(birmingham, client: Client):
    left = Line.objects.get(service="Housing Benefit paid out by the council")
    page = client.get(f"/birmingham/pool/line/{left.pk}/").content.decode()
    assert "Not counted in the total." in page
    assert f"/birmingham/pool/line/{left.transfer.counted_in_id}/" in page
    other = client.get(f"/birmingham/pool/line/{left.transfer.counted_in_id}/").content.decode()
    assert f"/birmingham/pool/line/{left.pk}/" in other


def test_an_older_version_of_a_line_says_so(birmingham, client: Client):
    fire = birmingham.agencies.get(slug="west-midlands-fire")
    budget = queries.current_budgets(birmingham, "2010-11").get(agency=fire)
    actions.publish(SYSTEM, actions.start_new_version(SYSTEM, budget))
    page = client.get(f"/birmingham/pool/line/{budget.lines.get().pk}/").content.decode()
    assert "This is an older version of this line." in page


def test_a_place_without_budgets_says_how_to_begin(cast, client: Client):
    page = client.get("/brindley/pool/").content.decode()
    assert "How much public money is spent in Brindley?" in page
    assert client.get("/brindley/pool/flows/").status_code == 200
    assert client.get("/brindley/pool/compare/").status_code == 200
    assert client.get("/brindley/pool/council/").status_code == 200


def test_an_agency_that_has_published_nothing_is_named_beside_the_sources(cast, client: Client):
    draft = actions.start_budget(SYSTEM, cast.council, "2024-25", "budget", given.Source("The budget book"))
    actions.put_lines(SYSTEM, draft, [given.LineGiven("Parks", 5_000_000_00, "local")])
    actions.publish(SYSTEM, draft)
    page = client.get("/brindley/pool/").content.decode()
    assert "£5.00 million of public money is planned for Brindley." in page
    assert "Nothing published for this year yet" in page
    assert "Brindley Police" in page


def test_places_stand_side_by_side_and_the_unknown_is_not_nought(birmingham, trafford, client: Client):
    page = client.get("/birmingham/pool/compare/").content.decode()
    assert "£2,036" in page
    assert "£1,682" in page
    assert page.count("not known</span>") == 2
    assert ">£0<" not in page


@pytest.mark.parametrize("page", ["pool/", "pool/?by=purpose", "pool/?by=table"])
def test_a_council_with_two_thousand_lines_still_has_a_light_page(cast, client: Client, page):
    draft = actions.start_budget(SYSTEM, cast.council, "2024-25", "outturn", given.Source("A long return"))
    lines = [given.LineGiven(f"Service number {n}", n * 1000, "local", cofog=f"{n % 10 + 1:02d}") for n in range(2000)]
    actions.put_lines(SYSTEM, draft, lines)
    actions.publish(SYSTEM, draft)
    body = client.get(f"/brindley/{page}").content
    assert len(gzip.compress(body)) <= 60_000
    assert b"<h1" in body
