"""The cast: the same few people in every test, in two places, so that a test reads like a story.

Brindley is a place with a council and a police force; Elsewhere is another place, whose people must see nothing of it.

=========  ====================================================  ============
who        what they are                                         second step
=========  ====================================================  ============
Asha       a resident of Brindley                                no
Ben        an officer of Brindley's council                      yes
Carys      the treasurer of a community group in Brindley        no
Dev        an outsider: place team and officer in Elsewhere      yes
Tariq      Brindley's place team                                 yes
Oona       the operator of the installation                      yes
Aled       Brindley's accountable officer                        yes
Fay        a facilitator in Brindley                             no
Sam        a scrutineer in Brindley                              no
=========  ====================================================  ============
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import pytest

MEMBERS = ["asha", "carys", "fay", "sam", "aled", "tariq", "ben", "dev", "oona"]


@dataclass(frozen=True)
class Cast:
    """Everybody, and where they are."""

    brindley: Any
    elsewhere: Any
    council: Any
    police: Any
    elsewhere_council: Any
    asha: Any
    ben: Any
    carys: Any
    dev: Any
    tariq: Any
    oona: Any
    aled: Any
    fay: Any
    sam: Any

    def everyone(self) -> dict[str, Any]:
        """Return the people by name."""
        return {name: getattr(self, name) for name in MEMBERS}


@pytest.fixture
def cast(db: None) -> Cast:
    """Make the two places, their agencies and the people."""
    from allauth.account.models import EmailAddress

    from pennypot.apps.people.models import Person
    from pennypot.apps.people.roles import Role
    from pennypot.apps.places.models import Agency, Membership, Place

    brindley = Place.objects.create(slug="brindley", name="Brindley", state=Place.State.OPEN, population=10_000)
    elsewhere = Place.objects.create(slug="elsewhere", name="Elsewhere", state=Place.State.OPEN, population=5_000)
    council = Agency.objects.create(place=brindley, slug="council", name="Brindley Council", family="council")
    police = Agency.objects.create(place=brindley, slug="police", name="Brindley Police", family="police")
    other = Agency.objects.create(place=elsewhere, slug="council", name="Elsewhere Council", family="council")
    people = {}
    for name in MEMBERS:
        people[name] = Person.objects.create_user(
            f"{name}@example.org", name=name.capitalize(), is_operator=name == "oona"
        )
        EmailAddress.objects.create(user=people[name], email=f"{name}@example.org", primary=True, verified=True)
    roles = [
        ("asha", brindley, Role.RESIDENT, None),
        ("ben", brindley, Role.AGENCY_OFFICER, council),
        ("carys", brindley, Role.GROUP_MEMBER, None),
        ("tariq", brindley, Role.PLACE_TEAM, None),
        ("aled", brindley, Role.ACCOUNTABLE_OFFICER, None),
        ("fay", brindley, Role.FACILITATOR, None),
        ("sam", brindley, Role.SCRUTINEER, None),
        ("dev", elsewhere, Role.PLACE_TEAM, None),
        ("dev", elsewhere, Role.AGENCY_OFFICER, other),
    ]
    for name, place, role, agency in roles:
        Membership.objects.create(person=people[name], place=place, role=role, agency=agency)
    return Cast(brindley, elsewhere, council, police, other, **people)


def sign_in(client: Any, person: Any, second_factor: bool = True) -> Any:
    """Sign a person in without the pages; by default with a second factor. Returns the client.

    Parameters
    ----------
    client
        Django's test client.
    person
        Whom to sign in.
    second_factor
        Whether this session proved a second step just now.
    """
    from allauth.account.internal.flows.login import (
        _AUTHENTICATION_METHODS_USER_SESSION_KEY,
        AUTHENTICATION_METHODS_SESSION_KEY,
    )
    from allauth.usersessions.models import UserSession

    client.force_login(person)
    session = client.session
    records = [{"method": "code", "at": time.time(), "email": person.email}]
    if second_factor:
        records.append({"method": "mfa", "at": time.time(), "type": "totp", "id": 0, "reauthenticated": True})
    session[AUTHENTICATION_METHODS_SESSION_KEY] = records
    session[_AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(person.pk)
    session.save()
    shown = {"user": person, "ip": "127.0.0.1", "user_agent": "a test"}
    UserSession.objects.update_or_create(session_key=session.session_key, defaults=shown)
    return client
