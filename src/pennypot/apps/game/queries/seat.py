"""Who sits where: the chair of a browser, the chairs of a table."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from django.db.models import Count, Exists, Max, Model, OuterRef, Q
from django.db.models.functions import Now
from django.http import HttpRequest

from pennypot.apps.game import passes
from pennypot.apps.game.models import Chair, Phone, Session, Table
from pennypot.house.kept import Kept

# A phone that gave no sign of life for so long may be asleep or gone: its seat may be marked vacant.
LOST_AFTER = timedelta(seconds=90)

# Asked for every form of every phone, so its SQL stands here: Django takes ten times as long to work it out as the
# database to answer. `version` is another one after each change of the evening, its place or its pack.
_PHONE = """
SELECT phone.id, phone.chair_id, phone.name, phone.as_themselves,
       chair.table_id, chair.seat, chair.card, chair.bot,
       here.session_id, here.number, here.name AS table_name, here.source, here.moves, here.merged_into_id,
       concat_ws(' ', session.xmin, session.ctid, place.xmin, place.ctid, pack.xmin, pack.ctid) AS version
FROM game_phone phone
JOIN game_chair chair ON chair.id = phone.chair_id
JOIN game_table here ON here.id = chair.table_id
JOIN game_session session ON session.id = here.session_id
JOIN places_place place ON place.id = session.place_id
JOIN game_pack pack ON pack.id = session.pack_id
WHERE phone.token_hash = %s AND phone.left_at IS NULL
"""
_sessions: Kept[Session] = Kept(60)

Row = TypeVar("Row", bound=Model)


def phone_of(request: HttpRequest) -> Phone | None:
    """Return the phone that this browser is, with its chair, table, session and pack.

    One query or none, and one more when the evening was not read yet as it is now.
    """
    return phone_in(request.COOKIES)


def phone_in(cookies: Mapping[str, str]) -> Phone | None:
    """Return the phone that these cookies are, unless it has got up."""
    token = passes.token_in(cookies)
    if token is None:
        return None
    found: Any = next(iter(Phone.objects.raw(_PHONE, [passes.hash_of(token)])), None)
    if found is None:
        return None
    phone: Phone = found
    # How the table stands is read where it is needed.
    table = _read(
        Table, id=found.table_id, session_id=found.session_id, number=found.number, name=found.table_name,
        source=found.source, moves=found.moves, merged_into_id=found.merged_into_id,
    )  # fmt: skip
    # A copy: what a page does to it stays with the page.
    table.session = copy.copy(_sessions.get(found.version, lambda: session_as_it_is(found.session_id)))
    phone.chair = _read(
        Chair, id=found.chair_id, table_id=found.table_id, seat=found.seat, card=found.card, bot=found.bot
    )
    phone.chair.table = table
    return phone


def _read(model: type[Row], **values: Any) -> Row:
    """Return a row of which these columns were read."""
    names = [column.attname for column in model._meta.concrete_fields if column.attname in values]
    return model.from_db(None, names, [values[name] for name in names])


def session_as_it_is(session_id: int) -> Session:
    """Return an evening with its pack and place; one query."""
    # A pack is large, and read once in a process.
    found = Session.objects.select_related("pack", "place").defer("pack__given", "pack__rehearsal")
    return found.get(pk=session_id)


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
