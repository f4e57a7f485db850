"""Packs of cards for pages."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q
from django.http import Http404

from pennypot.apps.game.actions.moves import cards_of
from pennypot.apps.game.models import Pack
from pennypot.apps.game.permissions.packs import may_see_pack, may_write_packs
from pennypot.apps.places.models import Place
from pennypot.apps.places.permissions import Someone
from pennypot.house.answers import require
from pennypot.play import Pack as Cards


@dataclass(frozen=True)
class Listed:
    """A pack in the list; ``cards`` is None for one that is being written."""

    pack: Pack
    cards: Cards | None
    evenings: int


def packs_of(place: Place, person: Someone) -> list[Listed]:
    """Return the place's packs and those that ship, the place's own first; drafts only for those who write.

    One SQL query once the published packs have been read in this process, two with the person's roles.
    """
    writes = bool(may_write_packs(person, place))
    states = list(Pack.State) if writes else [Pack.State.PUBLISHED]
    rows = (
        Pack.objects.filter(Q(place=None) | Q(place=place), state__in=states)
        .annotate(evenings=Count("sessions", filter=Q(sessions__place=place)))
        .defer("given")
        .order_by("place", "slug", "-version")
    )
    return [
        Listed(pack, cards_of(pack) if pack.state == Pack.State.PUBLISHED else None, pack.evenings) for pack in rows
    ]


def pack_for(person: Someone, place: Place, number: int) -> Pack:
    """Return a pack that can be looked at here: one that ships or the place's own.

    Raises
    ------
    Http404
        There is none of this number here.
    Refused
        It is being written, and the person is not one of its authors.
    """
    pack = Pack.objects.filter(Q(place=None) | Q(place=place), pk=number).first()
    if pack is None:
        raise Http404
    require(may_see_pack(person, place, pack))
    return pack
