"""The two places of the demonstration, and the invented people who can be entered there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from pennypot.apps.people.models import Person
from pennypot.apps.people.roles import Role
from pennypot.apps.places.models import Agency, Area, Membership, Place
from pennypot.house import deeds

DATA = Path(__file__).parent / "data"
# Nobody can own an address that ends in .invalid (RFC 2606), so no letter ever reaches a stranger.
ADDRESS = "demo.invalid"

_ONE_EACH = (
    (Role.RESIDENT, "resident"),
    (Role.GROUP_MEMBER, "group member"),
    (Role.PLACE_TEAM, "place team"),
    (Role.ACCOUNTABLE_OFFICER, "accountable officer"),
    (Role.FACILITATOR, "facilitator"),
    (Role.SCRUTINEER, "scrutineer"),
)


def load(slug: str) -> Place:
    """Make a demonstration place with its areas and agencies, and its people where demo mode is on.

    A place that is there already is left as it is, because somebody may have tried out changing it.

    Parameters
    ----------
    slug
        ``birmingham`` or ``trafford``.
    """
    found: dict[str, Any] = json.loads((DATA / f"{slug}.json").read_text(encoding="utf-8"))
    with transaction.atomic():
        place = Place.objects.filter(slug=slug).first() or _make(found)
        if settings.DEMO:
            _make_people(place)
    return place


def _make(found: dict[str, Any]) -> Place:
    agencies, areas = found.pop("agencies"), found.pop("areas")
    source = found.pop("area_population_source")
    place = Place.objects.create(state=Place.State.OPEN, **found)
    Agency.objects.bulk_create(Agency(place=place, **agency) for agency in agencies)
    Area.objects.bulk_create(Area(place=place, population_source=source, **area) for area in areas)
    deeds.record("places.place.loaded", actor=None, about=place, place=place, after={"slug": place.slug})
    return place


def _make_people(place: Place) -> None:
    for role, said in _ONE_EACH:
        person = _person(f"{role}.{place.slug}", f"Demo: {said}")
        Membership.objects.get_or_create(person=person, place=place, role=role, agency=None)
    for agency in place.agencies.all():
        person = _person(f"officer.{agency.slug}.{place.slug}", f"Demo: officer of {agency.said_name}")
        Membership.objects.get_or_create(person=person, place=place, role=Role.AGENCY_OFFICER, agency=agency)
    operator = _person("operator", "Demo: operator")
    if not operator.is_operator:
        operator.is_operator = True
        operator.save(update_fields=["is_operator"])


def _person(address: str, name: str) -> Person:
    email = f"{address}@{ADDRESS}"
    person = Person.objects.filter(email=email).first()
    if person is None:
        person = Person.objects.create_user(email, name=name, is_demo=True)
        EmailAddress.objects.create(user=person, email=email, verified=True, primary=True)
    return person


@dataclass(frozen=True)
class DemoPerson:
    """Somebody who can be entered from the bar."""

    pk: int
    said: str
    place_slug: str
    place_name: str


def people() -> Iterator[DemoPerson]:
    """List the demo people by place, the operator last. One SQL query."""
    order = [str(role) for role in Role]
    rows = Person.objects.filter(is_demo=True, is_active=True).values_list(
        "pk",
        "memberships__role",
        "memberships__agency__name",
        "memberships__agency__short_name",
        "memberships__place__slug",
        "memberships__place__name",
        "is_operator",
    )
    for pk, role, agency, short, slug, name, is_operator in sorted(
        rows, key=lambda row: (row[6], row[5] or "", order.index(row[1]) if row[1] else 0, row[2] or "")
    ):
        if is_operator:
            yield DemoPerson(pk, str(Role.OPERATOR.label), "", "")
        elif role:
            said = str(Role(role).label)
            if agency:
                said = _("%(role)s, %(agency)s") % {"role": said, "agency": short or agency}
            yield DemoPerson(pk, said, slug or "", name or "")
