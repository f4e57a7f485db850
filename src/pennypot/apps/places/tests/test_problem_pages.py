"""A page that says that something is not possible keeps the navigation of its place, where the reader may see it."""

from __future__ import annotations

import pytest

from pennypot.apps.places.models import Place

pytestmark = pytest.mark.django_db
POOL = 'href="/brindley/pool/"'


@pytest.mark.parametrize(("path", "status"), [("/brindley/set-up/areas/", 403), ("/brindley/rounds/none-such/", 404)])
def test_what_is_refused_or_not_there_keeps_the_navigation_of_its_place(client, cast, path, status):
    answer = client.get(path)
    page = answer.content.decode()
    assert answer.status_code == status
    assert POOL in page and '<a href="/brindley/">Brindley</a>' in page


def test_a_place_that_is_being_set_up_is_not_named_to_strangers(client, cast):
    Place.objects.filter(slug="brindley").update(state=Place.State.SETTING_UP)
    for path in ("/brindley/", "/brindley/set-up/areas/", "/nowhere/"):
        page = client.get(path).content.decode()
        assert POOL not in page and "Brindley" not in page


def test_pages_that_know_their_place_do_not_look_for_it_twice(client, cast, django_assert_max_num_queries):
    with django_assert_max_num_queries(3):
        assert POOL in client.get("/brindley/rounds/how/").content.decode()
