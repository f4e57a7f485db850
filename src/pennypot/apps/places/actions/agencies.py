"""Adding, changing and removing the agencies of a place."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError, RestrictedError
from django.utils.text import slugify
from django.utils.translation import gettext as _

from pennypot.apps.people.models import Person
from pennypot.apps.places.models import RESERVED_AGENCY_SLUGS, Agency, Place
from pennypot.apps.places.permissions import may_set_up
from pennypot.house import deeds
from pennypot.house.answers import Invalid, require

FIELDS = ("name", "short_name", "family", "gss_code", "org_id", "website", "wider_area")


def add_agencies(person: Person, place: Place, new: list[dict[str, Any]]) -> list[Agency]:
    """Add agencies, all or none.

    Raises
    ------
    Invalid
        One of the names is here already.
    """
    require(may_set_up(person, place))
    added = []
    with transaction.atomic():
        for values in new:
            agency = Agency(place=place, slug=_slug(values["name"]), **{name: values.get(name, "") for name in FIELDS})
            _save(agency)
            added.append(agency)
            after = {name: getattr(agency, name) for name in FIELDS}
            deeds.record("places.agency.added", actor=person, about=agency, place=place, after=after)
    return added


def change_agency(person: Person, agency: Agency, values: dict[str, Any]) -> None:
    """Change what is said about an agency; its address stays, because others link to it."""
    require(may_set_up(person, agency.place))
    before = {name: getattr(agency, name) for name in FIELDS}
    changed = {name: values[name] for name in FIELDS if values[name] != before[name]}
    if not changed:
        return
    with transaction.atomic():
        for name, value in changed.items():
            setattr(agency, name, value)
        _save(agency, update_fields=list(changed))
        deeds.record(
            "places.agency.changed",
            actor=person,
            about=agency,
            place=agency.place,
            before={name: before[name] for name in changed},
            after=changed,
        )


def remove_agency(person: Person, agency: Agency) -> None:
    """Remove an agency that was added by mistake.

    Raises
    ------
    Invalid
        It has published money or officers, which must not vanish with it.
    """
    place = agency.place
    require(may_set_up(person, place))
    if agency.memberships.exists():
        raise Invalid(_("This agency has officers. First end their roles."))
    before = {name: getattr(agency, name) for name in FIELDS}
    try:
        with transaction.atomic():
            deeds.record("places.agency.removed", actor=person, about=agency, place=place, before=before)
            agency.delete()
    except (ProtectedError, RestrictedError):
        raise Invalid(_("This agency's money is part of the pool, so it cannot be removed.")) from None


def _slug(name: str) -> str:
    slug = slugify(name)[:80].strip("-") or "agency"
    return f"{slug}-agency" if slug in RESERVED_AGENCY_SLUGS else slug


def _save(agency: Agency, update_fields: list[str] | None = None) -> None:
    try:
        with transaction.atomic():
            agency.save(update_fields=update_fields)
    except IntegrityError:
        raise Invalid(
            _("An agency with the name “%(name)s” is here already.") % {"name": agency.name}, "name"
        ) from None
