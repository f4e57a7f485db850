"""What this room's tests start from: a place with a ledger, and the shared cast with budgets and a policy."""

from __future__ import annotations

import itertools
from types import SimpleNamespace

import pytest
from django.utils import timezone

from pennypot.apps.budgets.models import Budget, Line
from pennypot.apps.fund.actions.books import open_ledger
from pennypot.apps.fund.actions.money import record_payment
from pennypot.apps.fund.actions.policies import adopt_policy, propose_policy
from pennypot.apps.fund.bases import PRESETS
from pennypot.apps.people.models import Person
from pennypot.apps.people.roles import Role
from pennypot.apps.places.models import Area, Membership, Place
from pennypot.testing.cast import cast  # noqa: F401 - a fixture

POLICIES = {preset.key: preset.policy for preset in PRESETS}
_count = itertools.count(1)


def make_person(name, place=None, role=None, agency=None, second_factor=True):
    person = Person.objects.create_user(f"{name}-{next(_count)}@example.org", name=name.title())
    if role:
        Membership.objects.create(person=person, place=place, role=role, agency=agency)
    person.second_factor = second_factor
    return person


def make_place(slug=None):
    slug = slug or f"ashford-{next(_count)}"
    return Place.objects.create(slug=slug, name="Ashford", state=Place.State.OPEN, population=1_000, year="2025-26")


def make_budget(agency, *lines, year="2025-26", kind="outturn"):
    """Publish a budget; each line is service, pence or None, control."""
    budget = Budget.objects.create(agency=agency, year=year, kind=kind, version=1, source_title="Accounts")
    for number, (service, pence, control) in enumerate(lines, start=1):
        Line.objects.create(budget=budget, number=number, service=service, amount_pence=pence, control=control)
    Budget.objects.filter(pk=budget.pk).update(state="published", published_at=timezone.now())
    return budget


@pytest.fixture
def place(db):
    found = make_place()
    open_ledger(found)
    return found


@pytest.fixture
def story(cast):  # noqa: F811 - asks for the fixture
    """The shared cast in Brindley with two budgets and three areas, and two more officers: Pia and Tess."""
    place = cast.brindley
    Place.objects.filter(pk=place.pk).update(year="2025-26")
    place.year = "2025-26"
    make_budget(
        cast.council,
        ("Parks", 300_000_00, "local"),
        ("Schools", 500_000_00, "schools"),
        ("Housing benefit", 900_000_00, "entitlement"),
    )
    make_budget(cast.police, ("Policing", 200_000_33, "statutory"))
    for name, residents, weight in (("Hill", 500, 100), ("Mill", 300, 200), ("Well", 200, 50)):
        Area.objects.create(place=place, name=name, population=residents, deprivation_weight=weight)
    people = cast.everyone() | {
        "pia": make_person("pia", place, Role.AGENCY_OFFICER, cast.police),
        "tess": make_person("tess", place, Role.PLACE_TEAM),
    }
    for person in people.values():
        person.second_factor = True
    return SimpleNamespace(
        place=place, elsewhere=cast.elsewhere, council=cast.council, police=cast.police, people=people, **people
    )


@pytest.fixture
def policy(story):
    """The default policy, proposed by Tariq and adopted by Aled."""
    draft = propose_policy(
        story.tariq, story.place, POLICIES["people"], year="2025-26", preset="people", reason="Agreed in March."
    )
    return adopt_policy(story.aled, draft, seen=draft.drafted_at)


@pytest.fixture
def due(policy):
    """The contributions by agency slug."""
    return {one.agency.slug: one for one in policy.contributions.select_related("agency", "policy__place")}


@pytest.fixture
def scene(story, due):
    """A payment to take back and a proposal to adopt, as Tariq left them."""
    record_payment(story.tariq, due["council"], 10, money="new", key="first")
    draft = propose_policy(story.tariq, story.place, POLICIES["people"], year="2026-27", reason="Next year.")
    story.seen = draft.drafted_at.isoformat()
    return story
