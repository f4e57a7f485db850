"""Who sits where: the chair of a browser, the chairs of a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Exists, Max, OuterRef, Q
from django.db.models.functions import Now
from django.http import HttpRequest

from pennypot.apps.game import passes
from pennypot.apps.game.models import Chair, Phone, Table

# A phone that gave no sign of life for so long may be asleep or gone: its seat may be marked vacant.
LOST_AFTER = timedelta(seconds=90)


def phone_of(request: HttpRequest) -> Phone | None:
    """Return the phone that this browser is, with its chair, table, session and pack; one query, or none."""
    return phone_in(request.COOKIES)


def phone_in(cookies: Mapping[str, str]) -> Phone | None:
    """Return the phone that these cookies are, unless it has got up."""
    token = passes.token_in(cookies)
    if token is None:
        return None
    return (
        Phone.objects.select_related("chair__table__session__pack", "chair__table__session__place")
        .filter(token_hash=passes.hash_of(token), left_at=None)
        .first()
    )


@dataclass(frozen=True)
class Chairs:
    """The chairs of a table by seat, with who is behind them.

    Parameters
    ----------
    by_seat
        Each with ``people`` (phones behind it), ``seen`` (the last sign of life, or None) and ``lost`` (phones are
        behind it, and none gave a sign of life for a while).
    """

    by_seat: Mapping[str, Chair]

    def lost(self) -> list[str]:
        """Seats whose phones gave no sign of life for a while."""
        return [seat for seat, chair in self.by_seat.items() if chair.lost]  # type: ignore[attr-defined]


def chairs_of(table: Table) -> Chairs:
    """Return a table's chairs; one query."""
    here = Q(phones__left_at=None, phones__isnull=False)
    awake = Phone.objects.filter(chair=OuterRef("pk"), left_at=None, seen_at__gt=Now() - LOST_AFTER)
    found = table.chairs.annotate(
        people=Count("phones", filter=here), seen=Max("phones__seen_at", filter=here), awake=Exists(awake)
    )
    by_seat = {chair.seat: chair for chair in found}
    for chair in by_seat.values():
        chair.lost = bool(chair.people and not chair.awake)  # type: ignore[attr-defined]
    return Chairs(by_seat)
