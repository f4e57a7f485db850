"""Finding rounds: all of a place, one by its address, the one that matters now."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Prefetch, QuerySet
from django.http import Http404

from pennypot.apps.places.models import Place
from pennypot.apps.places.permissions import Someone
from pennypot.apps.places.queries import place_for
from pennypot.apps.rounds.models import Round, Stage
from pennypot.apps.rounds.permissions.rounds import may_see_round, may_set_up_round
from pennypot.house.answers import require

_STAGES = Prefetch("stages", Stage.objects.order_by("opens_at"))


def rounds_of(person: Someone, place: Place) -> QuerySet[Round]:
    """Return the rounds of a place that the person may see, the newest first. Two SQL queries."""
    found = Round.objects.filter(place=place).select_related("place", "account").prefetch_related(_STAGES)
    if not may_set_up_round(person, place):
        found = found.filter(published_at__isnull=False)
    return found.order_by("-made_at", "-pk")


def round_for(person: Someone, place: str, slug: str) -> Round:
    """Return one round by its place's address and its own, if the person may see it. Three SQL queries.

    Raises
    ------
    Http404
        There is no such round.
    Refused
        It, or its place, is still being set up.
    """
    here = place_for(person, place)
    found = Round.objects.filter(place=here, slug=slug).select_related("account").prefetch_related(_STAGES).first()
    if found is None:
        raise Http404
    found.place = here
    require(may_see_round(person, found))
    return found


def current_round(place: Place, now: datetime, *, kinds: tuple[str, ...] = ()) -> Round | None:
    """Return the published round that matters now. Two SQL queries.

    Parameters
    ----------
    now
        The database's clock.
    kinds
        Prefer a round with one of these stages open (``("voting",)`` for the voting page); then any round that is
        under way, then the one that opens next, then the one that ended last.
    """
    found = list(
        Round.objects.filter(place=place, published_at__isnull=False, cancelled_at__isnull=True)
        .select_related("place", "account")
        .prefetch_related(_STAGES)
    )
    return max(found, key=lambda one: _matters(one, now, kinds), default=None)


def _matters(round: Round, now: datetime, kinds: tuple[str, ...]) -> tuple[int, float]:
    listed = round.stage_list
    if not listed:
        return (0, 0.0)
    first, last = min(one.opens_at for one in listed), max(one.closes_at for one in listed)
    is_now = [one for one in listed if one.opens_at <= now < one.closes_at]
    if any(one.kind in kinds for one in is_now):
        return (4, last.timestamp())
    if is_now and any(one.kind != "delivery" for one in is_now):
        return (3, last.timestamp())
    if first > now:
        return (2, -first.timestamp())
    return (1, last.timestamp())
