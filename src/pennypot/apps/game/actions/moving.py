"""Moving people: a seat that stands empty, somebody who changes tables, two small tables that become one."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.utils.translation import gettext as _

from pennypot.apps.game.actions.hall import key_for, turned
from pennypot.apps.game.actions.moves import make_move
from pennypot.apps.game.actions.seats import mark_vacant, new_card
from pennypot.apps.game.models import Chair, Phone, Table, TableMove
from pennypot.apps.game.permissions.hall import may_steer
from pennypot.apps.people.models import Person
from pennypot.house import deeds
from pennypot.house.announcing import announce
from pennypot.house.answers import Invalid, require
from pennypot.play import State, loaded
from pennypot.play.moves.table import FEWEST

BY_HALL = TableMove.Source.FACILITATOR


def vacate(person: Person, chair: Chair) -> None:
    """Mark a seat vacant whose people have gone, however lately they were seen. They can come back."""
    session = chair.table.session
    require(may_steer(person, session))
    with transaction.atomic():
        if _state(chair.table).seats[chair.seat].state == "vacant":
            return
        mark_vacant(chair, source=BY_HALL, at_once=True)
        turned(session)
        deeds.record("game.seat.vacated", actor=person, about=chair, place=session.place, after=_where(chair))


def renew_card(person: Person, chair: Chair, *, card: int) -> None:
    """Make the code on a seat card worthless and give the seat a new one.

    Parameters
    ----------
    card
        `Chair.card` as the page showed it: the same form again changes nothing.
    """
    session = chair.table.session
    require(may_steer(person, session))
    with transaction.atomic():
        locked = Chair.objects.select_for_update().get(pk=chair.pk)
        if locked.card != card:
            return
        new_card(locked)
        deeds.record("game.seat.new-card", actor=person, about=chair, place=session.place, after=_where(chair))


def move_people(person: Person, chair: Chair, to: Chair, *, key: uuid.UUID) -> None:
    """Move everybody behind a chair to another one, at this table or at another of the same evening.

    Where somebody sits already they sit behind the same card and help. The seat they leave becomes vacant, and keeps
    its money and its things.
    """
    session = chair.table.session
    require(may_steer(person, session))
    if to.table.session_id != session.pk or to.table.merged_into_id:
        raise Invalid(_("This table is not of this evening."), "to")
    if to.pk == chair.pk:
        raise Invalid(_("They sit there already."), "to")
    with transaction.atomic():
        _lock(chair, to)
        if _go_over(chair, to, key):
            turned(session)
            deeds.record(
                "game.seat.moved", actor=person, about=chair, place=session.place,
                before=_where(chair), after=_where(to),
            )  # fmt: skip


def merge(person: Person, table: Table, into: Table, *, key: uuid.UUID) -> None:
    """Let the people of a table that is too small go on at another one.

    Each goes to the same role there: to its chair if it is vacant, behind it if not. The table that they leave ends
    as it stands, and its log says why.

    Raises
    ------
    Invalid
        The table is large enough to go on, or the other one has ended.
    """
    session = table.session
    require(may_steer(person, session))
    with transaction.atomic():
        locked = {one.pk: one for one in Table.objects.select_for_update().filter(pk__in=[table.pk, into.pk])}
        if locked[table.pk].merged_into_id == into.pk:
            return
        if into.session_id != session.pk or into.pk == table.pk or locked[into.pk].merged_into_id:
            raise Invalid(_("Choose another table of this evening."), "into")
        here, there = loaded(locked[table.pk].state), loaded(locked[into.pk].state)
        if here.phase == "over" or there.phase == "over":
            raise Invalid(_("The game at one of these tables is over."), "into")
        if len(here.taken) >= FEWEST:
            raise Invalid(_("This table is large enough to go on. Only tables with one or two seats taken are joined."))
        sitting = [seat for seat, one in here.seats.items() if one.state != "vacant"]
        chairs = {(one.table_id, one.seat): one for one in Chair.objects.filter(table__in=[table, into])}
        for seat in sitting:
            target = chairs.get((into.pk, seat)) or next(one for at, one in chairs.items() if at[0] == into.pk)
            source = chairs[table.pk, seat]
            source.table, target.table = table, into
            _go_over(source, target, key_for(key, seat))
        _close(table, into, key)
        Table.objects.filter(pk=table.pk).update(merged_into=into)
        turned(session)
        deeds.record(
            "game.table.merged", actor=person, about=table, place=session.place,
            before={"table": table.number}, after={"table": into.number},
        )  # fmt: skip


def _close(table: Table, into: Table, key: uuid.UUID) -> None:
    """Write into the log of the table that is left where its people went. In the lobby they have just got up."""
    if _state(table).phase != "lobby":
        reason = f"Its people went on at table {into.number}."
        move = {"do": "abandon", "reason": reason, "by": "facilitator"}
        make_move(table, move, key=key_for(key, "close"), source=BY_HALL)


def _go_over(chair: Chair, to: Chair, key: uuid.UUID) -> bool:
    """Move phones, or paper's people who have none, from chair to chair; say whether anybody was there."""
    here, there = _state(chair.table), _state(to.table)
    if here.seats[chair.seat].state == "vacant" and not chair.phones.filter(left_at=None).exists():
        return False
    phones = list(Phone.objects.filter(chair=chair, left_at=None).values_list("pk", flat=True))
    Phone.objects.filter(pk__in=phones).update(chair=to)
    if here.phase != "over" and here.seats[chair.seat].state != "vacant":
        make_move(chair.table, {"do": "leave", "seat": chair.seat}, key=key_for(key, "leave"), source=BY_HALL)
    if there.phase != "over" and _state(to.table).seats[to.seat].state == "vacant":
        make_move(to.table, {"do": "take_seat", "seat": to.seat}, key=key_for(key, "take"), source=BY_HALL)
    for phone in phones:
        announce(f"phone:{phone}")
    return True


def _lock(*chairs: Chair) -> None:
    """Lock chairs and their tables in the order of their rows, so that two who move people wait in turn."""
    list(Chair.objects.select_for_update().filter(pk__in=[chair.pk for chair in chairs]).order_by("pk"))
    tables = {chair.table_id for chair in chairs}
    list(Table.objects.select_for_update().filter(pk__in=tables).order_by("pk"))


def _state(table: Table) -> State:
    return loaded(Table.objects.values_list("state", flat=True).get(pk=table.pk))


def _where(chair: Chair) -> dict[str, object]:
    return {"table": chair.table.number, "seat": chair.seat}
