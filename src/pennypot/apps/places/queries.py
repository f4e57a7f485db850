"""The reads that pages about places need."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.http import Http404
from django.utils import timezone

from pennypot.apps.people.models import Person
from pennypot.apps.people.roles import Role
from pennypot.apps.places import steps
from pennypot.apps.places.area_rows import AreaRow, RowProblem, match, write_list
from pennypot.apps.places.models import Agency, Area, AreaDraft, Invitation, Membership, Place
from pennypot.apps.places.permissions import Someone, may_see
from pennypot.apps.places.tokens import hash_of
from pennypot.house.answers import require
from pennypot.house.models import Deed

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


def find_places(person: Someone, words: str, page: str) -> Page[Any]:
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


def steps_done(place: Place) -> set[str]:
    """Return the steps of setting up that are done. Three SQL queries.

    Budgets and the policy belong to later rooms, which this one does not know: their deeds tell.
    """
    done = set()
    if place.population and place.population_source:
        done.add("facts")
    if place.areas.exists():
        done.add("areas")
    if place.agencies.exists():
        done.add("agencies")
    kinds = {deed: key for key, (_page, deed) in steps.ELSEWHERE.items()} | {"places.look.changed": "look"}
    done |= {
        kinds[kind]
        for kind in Deed.objects.filter(place_id=place.pk, kind__in=list(kinds))
        .values_list("kind", flat=True)
        .distinct()
    }
    if place.is_open:
        done.add("open")
    return done


@dataclass(frozen=True)
class RoleHolders:
    """Who holds which role in a place: offices by name, residents and group members as numbers."""

    offices: list[Membership]
    residents: int
    group_members: int
    invitations: list[Invitation]


def role_holders(place: Place) -> RoleHolders:
    """Return who holds which role, and the invitations still open. Three SQL queries."""
    order = list(Role.values)
    offices = place.memberships.exclude(role__in=(Role.RESIDENT, Role.GROUP_MEMBER)).select_related("person", "agency")
    counts = dict(
        place.memberships.filter(role__in=(Role.RESIDENT, Role.GROUP_MEMBER))
        .values_list("role")
        .annotate(many=Count("pk"))
        .order_by("role")
    )
    return RoleHolders(
        sorted(offices, key=lambda held: (order.index(held.role), held.agency.name if held.agency else "", held.pk)),
        counts.get(Role.RESIDENT, 0),
        counts.get(Role.GROUP_MEMBER, 0),
        list(place.invitations.filter(used_at=None, withdrawn_at=None).select_related("agency")),
    )


def invitation_by(token: str) -> Invitation | None:
    """Find an invitation by the token of its link. One SQL query."""
    return Invitation.objects.select_related("place", "agency").filter(token_hash=hash_of(token)).first()


DEEDS_A_PAGE = 50


@dataclass(frozen=True)
class ToldDeed:
    """One deed with the name of who did it."""

    deed: Deed
    who: str


def deeds_of(place: Place, *, room: str = "", who: int | None = None, before: int | None = None) -> list[ToldDeed]:
    """Return a page of deeds, the newest first, and one more when there are older ones. Two SQL queries.

    Parameters
    ----------
    room
        Only this room's (``budgets``); the caller checks that it is one of ours.
    who
        Only this person's.
    before
        Only deeds older than the one with this number.
    """
    found = Deed.objects.filter(place_id=place.pk)
    if room:
        found = found.filter(kind__startswith=f"{room}.")
    if who is not None:
        found = found.filter(actor_id=who)
    if before is not None:
        found = found.filter(pk__lt=before)
    page = list(found.order_by("-pk")[: DEEDS_A_PAGE + 1])
    names = said_names({deed.actor_id for deed in page if deed.actor_id is not None})
    return [ToldDeed(deed, names.get(deed.actor_id or 0, "")) for deed in page]


def said_names(keys: set[int]) -> dict[int, str]:
    """Return how pages call these people. One SQL query."""
    return {person.pk: person.said_name for person in Person.objects.filter(pk__in=keys)}


def state_of(invitation: Invitation) -> str:
    """Say whether an invitation is ``open``, ``used``, ``withdrawn`` or ``late``."""
    if invitation.used_at:
        return "used"
    if invitation.withdrawn_at:
        return "withdrawn"
    return "open" if invitation.expires_at > timezone.now() else "late"


def areas_as_typed(place: Place) -> dict[str, str]:
    """Return what the form of areas starts with: the draft if there is one, else the areas as a list. Two queries."""
    draft = AreaDraft.objects.filter(place=place).first()
    if draft is not None:
        return {
            "text": draft.text,
            "population_source": draft.population_source,
            "outlines_source": draft.outlines_source,
        }
    found = list(areas(place))
    rows = [AreaRow(area.name, area.code, area.population, area.parent.name if area.parent else "") for area in found]
    source = next((area.population_source for area in found if area.population_source), "")
    return {"text": write_list(rows), "population_source": source, "outlines_source": place.outlines_source}


@dataclass(frozen=True)
class Preview:
    """A draft of areas beside what the place has now."""

    draft: AreaDraft
    rows: list[AreaRow]
    problems: list[RowProblem]
    new: int
    missing: list[str]

    @property
    def residents(self) -> int:
        """The residents of all rows that are no part of another one."""
        return sum(row.population or 0 for row in self.rows if not row.part_of)

    @property
    def nested(self) -> bool:
        """Whether some areas are part of others."""
        return any(row.part_of for row in self.rows)


def draft_preview(place: Place) -> Preview | None:
    """Return the draft of areas, if there is one, and what confirming it would do. Two SQL queries."""
    draft = AreaDraft.objects.filter(place=place).first()
    if draft is None:
        return None
    rows = [AreaRow(**row) for row in draft.rows]
    known = list(place.areas.only("name", "code"))
    found = match(rows, known)
    kept = {area.pk for area in found if area}
    return Preview(
        draft,
        rows,
        [RowProblem(**problem) for problem in draft.problems],
        found.count(None),
        [area.name for area in known if area.pk not in kept],
    )


def memberships_of(person: Someone, place: Place) -> list[Membership]:
    """Return the person's own roles in the place. One SQL query; none for a visitor."""
    if not isinstance(person, Person):
        return []
    order = list(Role.values)
    return sorted(
        person.memberships.filter(place=place).select_related("agency"), key=lambda held: order.index(held.role)
    )
