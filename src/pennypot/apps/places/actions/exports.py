"""Reading the deeds out is itself a deed."""

from __future__ import annotations

from collections.abc import Iterator

from pennypot.apps.people.models import Person
from pennypot.apps.places.models import Place
from pennypot.apps.places.permissions import may_read_deeds
from pennypot.house import deeds
from pennypot.house.answers import require
from pennypot.house.models import Deed


def export_deeds(person: Person, place: Place) -> Iterator[Deed]:
    """Note that the person took the place's deeds away, and return them, the oldest first."""
    require(may_read_deeds(person, place))
    last = deeds.record("places.deeds.exported", actor=person, about=place, place=place)
    return Deed.objects.filter(place_id=place.pk, pk__lte=last.pk).order_by("pk").iterator(chunk_size=2_000)
