"""The reads that pages about places need."""

from __future__ import annotations

from django.http import Http404

from pennypot.apps.places.models import Place
from pennypot.apps.places.permissions import Someone, may_see
from pennypot.house.answers import require


def place_for(person: Someone, slug: str) -> Place:
    """Return the place at this address, if the person may see it. One SQL query for an open place.

    Raises
    ------
    Http404
        There is no such place.
    Refused
        It is still being set up and the person has no role in it.
    """
    place = Place.objects.filter(slug=slug).first()
    if place is None:
        raise Http404
    require(may_see(person, place))
    return place
