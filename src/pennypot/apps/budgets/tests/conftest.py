"""The demo places with their budgets, a small place of our own, and people who may or may not."""

from __future__ import annotations

import json

import pytest

from pennypot.apps.budgets import aside, demo, files
from pennypot.apps.people.models import Person
from pennypot.apps.people.roles import Role
from pennypot.apps.places import demo as places_demo
from pennypot.apps.places.models import Agency, Membership, Place


@pytest.fixture
def birmingham(db) -> Place:
    place = places_demo.load("birmingham")
    demo.load(place)
    return place


@pytest.fixture
def trafford(db) -> Place:
    place = places_demo.load("trafford")
    demo.load(place)
    return place


@pytest.fixture
def town(db) -> Place:
    """A small open place with a council and a police force, and no budgets yet."""
    place = Place.objects.create(slug="town", name="Town", state=Place.State.OPEN, population=1000, year="2024-25")
    Agency.objects.create(place=place, slug="council", name="Town Council", family=Agency.Family.COUNCIL)
    Agency.objects.create(place=place, slug="police", name="Town Police", family=Agency.Family.POLICE)
    return place


@pytest.fixture
def council(town: Place) -> Agency:
    return town.agencies.get(slug="council")


def person(name: str, place: Place | None = None, role: Role | None = None, agency: Agency | None = None) -> Person:
    """Make somebody, with a role in a place; signed in with a second step."""
    made = Person.objects.create_user(f"{name}@people.example", name=name)
    if place and role:
        Membership.objects.create(person=made, place=place, role=role, agency=agency)
    made.second_factor = True
    return made


@pytest.fixture
def ben(council: Agency) -> Person:
    """Ben, the officer of the council."""
    return person("ben", council.place, Role.AGENCY_OFFICER, council)


@pytest.fixture
def read_here(monkeypatch):
    """Read files in this process, which is quicker; `test_files_we_refuse` reads them apart, as the site does."""

    def read(job, progress=None):
        def tell(what):
            if progress and "done" in what:
                progress(what["done"], what["of"])

        return json.loads(json.dumps(aside.answer(job, tell)))

    monkeypatch.setattr(files, "read_aside", read)
