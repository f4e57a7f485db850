"""Who sits where: the chair of a browser, the chairs of a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Exists, Max, OuterRef, Q
from django.db.models.functions import Now
from django.http import HttpRequest

from pennypot.apps.game import passes
from pennypot.apps.game.models import Chair, Phone, Session, Table

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
        # A pack is large and read once in a process; how the table stands is read where it is needed.
        .defer("chair__table__state", "chair__table__session__pack__given", "chair__table__session__pack__rehearsal")
        .filter(token_hash=passes.hash_of(token), left_at=None)
        .first()
    )


def seen_now(phones: Iterable[int]) -> None:
    """Note a sign of life of phones; one statement, and none that writes what is nearly so already."""
    lately = Now() - timedelta(seconds=20)
    Phone.objects.filter(pk__in=list(phones), left_at=None, seen_at__lt=lately).update(seen_at=Now())


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


@dataclass(frozen=True)
class ToJoin:
    """A table at the door of an evening.

    Parameters
    ----------
    free
        Chairs that nobody sits in; a bot may keep one warm.
    people
        Phones behind the others.
    """

    table: Table
    free: int
    people: int


def tables_to_join(session: Session) -> list[ToJoin]:
    """Return the tables of an evening that people can still go to; one query."""
    here = Q(chairs__phones__left_at=None, chairs__phones__isnull=False)
    found = (
        session.tables.filter(merged_into=None)
        .defer("state")
        .annotate(
            chairs_all=Count("chairs", distinct=True),
            taken=Count("chairs", filter=here, distinct=True),
            people=Count("chairs__phones", filter=here, distinct=True),
        )
    )
    return [ToJoin(table, table.chairs_all - table.taken, table.people) for table in found]
