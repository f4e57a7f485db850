"""The reads that pages about places need."""

from __future__ import annotations

from django.core.paginator import Page, Paginator
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.http import Http404

from pennypot.apps.people.models import Person
from pennypot.apps.places.models import Agency, Area, Place
from pennypot.apps.places.permissions import Someone, may_see
from pennypot.house.answers import require

PLACES_A_PAGE = 48


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


def find_places(person: Someone, words: str, page: str) -> Page[Place]:
    """Find places that the person may see, by their name or an area's. Two SQL queries.

    Each place carries ``agency_count`` and, when an area's name was what matched, ``found_area``.

    Parameters
    ----------
    words
        Part of a name; empty for every place.
    page
        Number of the page as written in the address.
    """
    places = Place.objects.annotate(agency_count=Count("agencies", distinct=True)).order_by("name", "pk")
    if not isinstance(person, Person):
        places = places.filter(state=Place.State.OPEN)
    elif not person.is_operator:
        mine = person.memberships.values("place_id")
        places = places.filter(Q(state=Place.State.OPEN) | Q(pk__in=mine))
    if words:
        area = Area.objects.filter(place=OuterRef("pk"), name__icontains=words).order_by("name").values("name")[:1]
        places = places.annotate(found_area=Subquery(area))
        places = places.filter(Q(name__icontains=words) | Q(found_area__isnull=False))
    return Paginator(places, PLACES_A_PAGE).get_page(page)


def agencies(place: Place) -> list[Agency]:
    """Return the place's agencies, the council first, then in the order of their kinds. One SQL query."""
    kinds = Agency.Family.values
    return sorted(place.agencies.all(), key=lambda agency: (kinds.index(agency.family), agency.name))


def areas(place: Place) -> QuerySet[Area]:
    """Return the place's areas with what they are part of. One SQL query."""
    return place.areas.select_related("parent")
