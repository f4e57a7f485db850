"""Making a place, saying what it is, giving it its look, opening it."""

from __future__ import annotations

import secrets
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from pennypot.apps.people.models import Person
from pennypot.apps.places import png
from pennypot.apps.places.actions.invitations import Sent, invite_first
from pennypot.apps.places.models import RESERVED_SLUGS, Place
from pennypot.apps.places.permissions import may_make_place, may_open, may_set_up
from pennypot.house import deeds
from pennypot.house.answers import Invalid, require

FACTS = ("name", "gss_code", "population", "population_source", "accountable_officer", "about")


def make_place(person: Person, *, name: str, slug: str, team_email: str) -> tuple[Place, Sent]:
    """Make a place that is being set up, and invite the first member of its team.

    Raises
    ------
    Refused
        The person is no operator.
    Invalid
        The address is taken or cannot be used.
    """
    require(may_make_place(person))
    place = Place(name=" ".join(name.split()), slug=slug)
    if slug in RESERVED_SLUGS:
        raise Invalid(_("This address is kept for the site itself. Choose another."), "slug")
    try:
        place.clean_fields()
    except ValidationError as problem:
        field, messages = next(iter(problem.message_dict.items()))
        raise Invalid(messages[0], field) from None
    try:
        with transaction.atomic():
            place.save()
            deeds.record(
                "places.place.made", actor=person, about=place, place=place, after={"name": name, "slug": slug}
            )
            send = invite_first(person, place, team_email)
    except IntegrityError:
        raise Invalid(_("Another place here has this address already. Choose another."), "slug") from None
    return place, send()


def save_facts(person: Person, place: Place, values: dict[str, Any]) -> None:
    """Save the place's name, number of residents and the rest of `FACTS`.

    Raises
    ------
    Invalid
        A number of residents came without its source.
    """
    require(may_set_up(person, place))
    if values.get("population") is not None and not values.get("population_source"):
        raise Invalid(_("Say where the number comes from, so that others can check it."), "population_source")
    _change(person, place, "places.place.changed", {name: values[name] for name in FACTS})


def save_look(
    person: Person, place: Place, *, label: str, colour: str, logo: UploadedFile | None, remove_logo: bool
) -> None:
    """Save the place's label, colour and logo. The logo is re-made, so that nothing hidden in it is kept.

    Raises
    ------
    Invalid
        The logo is no PNG that we can use.
    """
    require(may_set_up(person, place))
    values: dict[str, Any] = {"label": label, "colour": colour}
    old = place.logo.name
    if logo is not None:
        if (logo.size or 0) > png.MAX_BYTES:
            raise Invalid(png.too_big(), "logo")
        try:
            clean = png.remake(logo.read())
        except png.NotUsable as problem:
            raise Invalid(str(problem), "logo") from None
        values["logo"] = place.logo.storage.save(f"places/logos/{secrets.token_hex(12)}.png", ContentFile(clean))
    elif remove_logo:
        values["logo"] = ""
    storage = place.logo.storage
    _change(person, place, "places.look.changed", values)
    if old and "logo" in values:
        storage.delete(old)


def open_place(person: Person, place: Place) -> None:
    """Open the place to everyone; opening twice does nothing.

    Raises
    ------
    Refused
        It is not ready, and what is missing.
    """
    require(may_open(person, place))
    with transaction.atomic():
        opened = Place.objects.filter(pk=place.pk, state=Place.State.SETTING_UP).update(state=Place.State.OPEN)
        if opened:
            deeds.record("places.place.opened", actor=person, about=place, place=place)
    place.state = Place.State.OPEN


def _change(person: Person, place: Place, kind: str, values: dict[str, Any]) -> None:
    """Write what differs, with one deed that tells before and after; the same again writes nothing."""
    with transaction.atomic():
        now = Place.objects.select_for_update().get(pk=place.pk)
        before = {name: _plain(getattr(now, name)) for name in values}
        changed = {name: value for name, value in values.items() if before[name] != _plain(value)}
        for name, value in changed.items():
            setattr(now, name, value)
            setattr(place, name, value)
        if changed:
            now.save(update_fields=list(changed))
            deeds.record(
                kind,
                actor=person,
                about=place,
                place=place,
                before={name: before[name] for name in changed},
                after={name: _plain(value) for name, value in changed.items()},
            )


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, int) else str(value)
