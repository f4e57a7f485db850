"""Who may do what, as tables: each person of the cast against each verb."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser

from pennypot.apps.people.roles import Role
from pennypot.apps.places import permissions
from pennypot.apps.places.models import Place
from pennypot.testing.cast import sign_in

VERBS = {
    "see it being set up": permissions.may_see,
    "set up": permissions.may_set_up,
    "manage people": permissions.may_manage_people,
    "read deeds": permissions.may_read_deeds,
}
# In Brindley, with a second factor; everything that is not here is refused.
ALLOWED = {
    "asha": {"see it being set up"},
    "ben": {"see it being set up"},
    "carys": {"see it being set up"},
    "dev": set(),
    "tariq": {"see it being set up", "set up", "manage people", "read deeds"},
    "oona": {"see it being set up"},
    "aled": {"see it being set up", "set up", "read deeds"},
    "fay": {"see it being set up"},
    "sam": {"see it being set up", "read deeds"},
}


def test_each_person_may_do_what_the_table_says_and_no_more(cast):
    cast.brindley.state = Place.State.SETTING_UP
    for name, person in cast.everyone().items():
        person.second_factor = True
        for verb, may in VERBS.items():
            assert bool(may(person, cast.brindley)) == (verb in ALLOWED[name]), (name, verb)


def test_a_visitor_may_do_none_of_it(cast):
    cast.brindley.state = Place.State.SETTING_UP
    assert not any(may(AnonymousUser(), cast.brindley) for may in VERBS.values())


def test_officers_without_a_second_factor_only_look(cast):
    for person in (cast.tariq, cast.aled):
        person.second_factor = False
        assert permissions.may_see(person, cast.brindley)
        for may in (permissions.may_set_up, permissions.may_manage_people, permissions.may_read_deeds):
            assert not may(person, cast.brindley)
    cast.sam.second_factor = False
    assert permissions.may_read_deeds(cast.sam, cast.brindley), "a scrutineer changes nothing and needs none"


def test_only_an_operator_with_a_second_factor_makes_places(cast):
    for name, person in cast.everyone().items():
        person.second_factor = True
        assert bool(permissions.may_make_place(person)) == (name == "oona"), name
    cast.oona.second_factor = False
    assert not permissions.may_make_place(cast.oona)
    assert not permissions.may_make_place(AnonymousUser())


@pytest.mark.parametrize("role", Role.values)
def test_s29_nobody_takes_an_office_by_joining(cast, role):
    allowed = role in (Role.RESIDENT, Role.GROUP_MEMBER)
    assert bool(permissions.may_join(cast.dev, cast.brindley, role)) == allowed
    assert not permissions.may_join(AnonymousUser(), cast.brindley, role)
    cast.brindley.state = Place.State.SETTING_UP
    assert not permissions.may_join(cast.dev, cast.brindley, role)


PAGES = {
    "/brindley/set-up/": {"tariq", "aled"},
    "/brindley/set-up/facts/": {"tariq", "aled"},
    "/brindley/set-up/areas/": {"tariq", "aled"},
    "/brindley/set-up/agencies/": {"tariq", "aled"},
    "/brindley/set-up/budgets/": {"tariq", "aled"},
    "/brindley/set-up/policy/": {"tariq", "aled"},
    "/brindley/set-up/look/": {"tariq", "aled"},
    "/brindley/set-up/open/": {"tariq", "aled"},
    "/brindley/set-up/agencies/council/": {"tariq", "aled"},
    "/brindley/people/": {"tariq"},
    "/brindley/deeds/": {"tariq", "aled", "sam"},
    "/places/new/": {"oona"},
}


@pytest.mark.parametrize("path", PAGES)
def test_each_page_is_open_to_those_of_the_table_and_says_why_to_the_others(client, cast, path):
    assert client.get(path).status_code == 403
    for name, person in cast.everyone().items():
        response = sign_in(client, person).get(path)
        assert response.status_code in ((200, 302) if name in PAGES[path] else (403,)), (name, path)


ACTIONS = [
    "/brindley/set-up/facts/",
    "/brindley/set-up/areas/",
    "/brindley/set-up/agencies/",
    "/brindley/set-up/look/",
    "/brindley/set-up/open/",
    "/brindley/set-up/agencies/council/",
    "/brindley/people/",
    "/brindley/deeds/export/",
]


@pytest.mark.parametrize("path", ACTIONS)
def test_s24_the_team_of_another_place_changes_nothing_here(client, cast, path):
    sign_in(client, cast.dev)
    before = Place.objects.values().get(pk=cast.brindley.pk)
    response = client.post(path, {"name": "Taken", "do": "remove", "email": "x@example.org", "role": "team"})
    assert response.status_code == 403
    assert Place.objects.values().get(pk=cast.brindley.pk) == before
    assert cast.brindley.agencies.count() == 2
    assert not cast.brindley.invitations.exists()


@pytest.mark.parametrize(
    "path",
    [
        "/demo/enter/",
        "/brindley/join/",
        "/brindley/deeds/export/",
        "/brindley/people/invitations/1/again/",
        "/brindley/people/invitations/1/withdraw/",
    ],
)
def test_s26_a_link_changes_nothing_and_a_form_needs_its_token(client, cast, path):
    from django.test import Client

    sign_in(client, cast.tariq)
    assert client.get(path).status_code == 405
    strict = sign_in(Client(enforce_csrf_checks=True), cast.tariq)
    assert strict.post(path).status_code == 403


@pytest.mark.parametrize(
    "path",
    ["/brindley/set-up/facts/", "/brindley/set-up/look/", "/brindley/people/", "/places/new/", "/invitations/x/"],
)
def test_s26_forms_on_pages_need_their_token(cast, path):
    from django.test import Client

    strict = sign_in(Client(enforce_csrf_checks=True), cast.oona if path.startswith("/places") else cast.tariq)
    response = strict.post(path, {"name": "Taken"})
    assert response.status_code == 403
