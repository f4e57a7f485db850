"""The front page and the home of a place."""

from __future__ import annotations

import pytest

from pennypot.apps.places import queries
from pennypot.apps.places import stages as stages_of
from pennypot.apps.places.models import Agency, Area, Place
from pennypot.testing.cast import sign_in


def text(response):
    return response.content.decode()


def test_a_fresh_installation_says_how_to_begin(client, db):
    page = text(client.get("/"))
    assert "No place has opened here yet." in page
    assert "pennypot operator" in page


def test_a_fresh_installation_offers_the_operator_to_add_a_place(client, cast):
    Place.objects.all().delete()
    page = text(sign_in(client, cast.oona).get("/"))
    assert "Begin with your first place." in page
    assert 'href="/places/new/"' in page


def test_one_place_still_has_the_front_page_before_it(client, cast):
    cast.elsewhere.delete()
    response = client.get("/")
    assert response.status_code == 200
    assert 'href="/brindley/"' in text(response)


def test_places_are_found_by_part_of_their_name_or_by_an_area(client, cast):
    Area.objects.create(place=cast.elsewhere, name="Millbrook")
    assert 'href="/elsewhere/"' not in text(client.get("/?q=brind"))
    found = text(client.get("/?q=MILLB"))
    assert "Millbrook is in Elsewhere." in found
    assert 'href="/brindley/"' not in found
    assert "No place here fits" in text(client.get("/?q=zzz"))


def test_a_place_being_set_up_is_seen_only_by_its_people_and_the_operator(client, cast):
    Place.objects.filter(pk=cast.brindley.pk).update(state=Place.State.SETTING_UP)
    assert 'href="/brindley/"' not in text(client.get("/"))
    assert client.get("/brindley/").status_code == 403
    for person, seen in ((cast.dev, False), (cast.tariq, True), (cast.oona, True)):
        sign_in(client, person)
        assert ('href="/brindley/"' in text(client.get("/"))) == seen
        assert client.get("/brindley/").status_code == (200 if seen else 403)


def test_the_search_takes_any_text(client, cast):
    for words in ("%", "_", "'; DROP", "\x00", "<script>", "a" * 5000, "%(x)s", "{{ 1 }}"):
        response = client.get("/", {"q": words})
        assert response.status_code == 200
        assert "<script>" not in text(response).split("<main")[1]


@pytest.mark.parametrize("page", ["0", "-1", "9999", "x", "", "1' or 1=1", "९"])
def test_s40_the_number_of_the_page_takes_any_text(client, cast, page):
    assert client.get("/", {"page": page}).status_code == 200


def test_a_place_says_what_it_is_and_what_is_not_yet_open(client, cast):
    Agency.objects.filter(pk=cast.police.pk).update(org_id="GB-POL-1", wider_area="The Shire")
    page = text(client.get("/brindley/"))
    assert "10,000 people, one pool of public money: Brindley." in page
    assert "GB-POL-1" in page
    assert "serves all of The Shire" in page
    assert "Not named yet" in page, "the accountable officer"
    assert page.count('<li class="later">') + page.count('<li class="open">') == 9
    assert "Not yet" in page


def test_areas_are_a_table_and_a_map_when_they_have_outlines(client, cast):
    square = [[[[-2.0, 53.0], [-1.9, 53.0], [-1.9, 53.1], [-2.0, 53.1], [-2.0, 53.0]]]]
    Area.objects.create(place=cast.brindley, name="North", population=900, population_source="Count", outline=square)
    whole = Area.objects.create(place=cast.brindley, name="South")
    Area.objects.create(place=cast.brindley, name="South End", parent=whole)
    page = text(client.get("/brindley/"))
    assert "<path d=" in page.split('class="map"')[1]
    assert "not known" in page
    assert "<td>South</td>" in page, "what South End is part of"


def test_there_is_no_place_at_a_reserved_or_unknown_address(client, cast):
    for path in ("/nowhere/", "/new/", "/places/", "/demo/", "/Brindley/"):
        assert client.get(path).status_code == 404, path


def test_the_front_page_takes_two_queries(client, cast, django_assert_num_queries):
    with django_assert_num_queries(2):
        client.get("/")


def test_a_search_takes_two_queries(client, cast, django_assert_num_queries):
    with django_assert_num_queries(2):
        client.get("/?q=e")


def test_a_place_takes_three_queries_however_much_it_holds(client, cast, django_assert_num_queries):
    Area.objects.bulk_create(Area(place=cast.brindley, name=f"Area {n}") for n in range(50))
    with django_assert_num_queries(3):
        client.get("/brindley/")


def test_the_people_page_takes_a_fixed_number_of_queries(client, cast, django_assert_num_queries):
    sign_in(client, cast.tariq)
    client.get("/brindley/people/")
    with django_assert_num_queries(8):
        client.get("/brindley/people/")
    from pennypot.apps.people.models import Person
    from pennypot.apps.places.models import Membership

    for number in range(10):
        person = Person.objects.create_user(f"more-{number}@example.org")
        Membership.objects.create(person=person, place=cast.brindley, role="facilitator")
    with django_assert_num_queries(8):
        client.get("/brindley/people/")


def test_a_stage_that_opens_is_linked_from_home(client, cast):
    stages = {one.number: one for one in stages_of.told("brindley")}
    page = text(client.get("/brindley/"))
    for stage in stages.values():
        assert bool(stage.url) == (f'<a href="{stage.url}">{stage.name}</a>' in page)


def test_names_are_written_as_text(client, cast):
    Place.objects.filter(pk=cast.brindley.pk).update(name="<b>Bold</b>", about="<script>x</script>")
    page = text(client.get("/brindley/"))
    assert "<b>Bold</b>" not in page
    assert "<script>x" not in page


def test_agencies_stand_in_the_order_of_their_kinds(cast):
    Agency.objects.create(place=cast.brindley, slug="a", name="A Fire Service", family="fire")
    assert [agency.family for agency in queries.agencies(cast.brindley)] == ["council", "police", "fire"]
