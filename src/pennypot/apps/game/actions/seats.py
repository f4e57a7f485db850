"""Sitting down, getting up, coming back, and marking a seat vacant. No account: a cookie, or the code of a card."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from pennypot.apps.game import limits, passes
from pennypot.apps.game.actions.moves import make_move
from pennypot.apps.game.codes import is_card_code, new_code
from pennypot.apps.game.models import Chair, Phone, Session, Table, TableMove
from pennypot.apps.game.queries.seat import LOST_AFTER
from pennypot.house.announcing import announce
from pennypot.house.answers import Invalid
from pennypot.play import Pack as Cards
from pennypot.play import State, begin, dumped, loaded


@dataclass(frozen=True)
class SatDown:
    """A phone behind a chair, and the token for its browser's cookie."""

    phone: Phone
    token: str


def make_tables(session: Session, count: int, *, seats: list[str] | None = None, cards: Cards) -> list[Table]:
    """Put tables into a session, each with its chairs; they go on from the highest number there is.

    Parameters
    ----------
    seats
        Roles that have a chair; all of the pack's if None.
    cards
        The session's pack as the engine reads it.
    """
    state = begin(cards, order=session.order, rule=session.rule, target_pence=session.target_pence, seats=seats)
    first = session.tables.count() + 1
    tables = Table.objects.bulk_create(
        Table(session=session, number=number, state=dumped(state).decode()) for number in range(first, first + count)
    )
    Chair.objects.bulk_create(Chair(table=table, seat=seat) for table in tables for seat in state.seats)
    return tables


def free_code() -> str:
    """Return a code that no session has; the column is UNIQUE in any case."""
    while True:
        code = new_code()
        if not Session.objects.filter(code=code).exists():
            return code


def sit_down(
    chair: Chair, *, token: str | None, key: uuid.UUID, card: str = "", name: str = "", as_themselves: bool = False
) -> SatDown:
    """Sit down in a chair: free for anybody of the session, taken for who holds its card's code.

    Parameters
    ----------
    token
        What the browser's seat cookie holds; the same phone then moves over here.
    key
        The form's own key: the same form again changes nothing.
    card
        The code of the seat card, if it was scanned or typed.

    Raises
    ------
    Invalid
        Somebody sits there, and this is not the code of its card.
    limits.TooMany, limits.CannotCount
        Too many wrong codes were tried at this table.
    """
    holds_card = bool(card) and _check_card(chair, card)
    with transaction.atomic():
        Chair.objects.select_for_update().get(pk=chair.pk)
        behind = chair.phones.filter(left_at=None)
        mine = passes.hash_of(token) if token else b""
        if behind.exclude(token_hash=mine).exists() and not holds_card:
            raise Invalid(_("Somebody sits there already. The code on that seat's card lets you sit behind it too."))
        phone = Phone.objects.filter(token_hash=mine).select_related("chair__table__session__pack").first()
        if phone is None:
            token = passes.new_token()
            phone = Phone(chair=chair, token_hash=passes.hash_of(token))
        elif phone.chair_id != chair.pk and phone.left_at is None:
            _empty_behind(phone)
        phone.chair, phone.name, phone.as_themselves = chair, name.strip()[:40], as_themselves
        phone.left_at, phone.seen_at = None, Now()
        phone.save()
        _take(chair, key)
        announce(f"phone:{phone.pk}")
    assert token is not None
    return SatDown(phone, token)


def get_up(phone: Phone) -> None:
    """Get up for good. When nobody else sits behind the card, and no bot plays it, the seat becomes vacant."""
    with transaction.atomic():
        Chair.objects.select_for_update().get(pk=phone.chair_id)
        if not Phone.objects.filter(pk=phone.pk, left_at=None).update(left_at=Now()):
            return
        _empty_behind(phone)
        announce(f"phone:{phone.pk}")


def mark_vacant(chair: Chair, *, source: str = TableMove.Source.PHONE, at_once: bool = False) -> bool:
    """Mark a seat vacant whose phones gave no sign of life for 90 seconds; say whether it was.

    Parameters
    ----------
    at_once
        However lately somebody was seen there: for the facilitator only.
    """
    with transaction.atomic():
        Chair.objects.select_for_update().get(pk=chair.pk)
        behind = chair.phones.filter(left_at=None)
        if not at_once and behind.filter(seen_at__gt=Now() - LOST_AFTER).exists():
            return False
        if not at_once and not behind.exists():
            return False
        gone = list(behind.values_list("pk", flat=True))
        behind.update(left_at=Now())
        _leave(chair, source)
        for phone in gone:
            announce(f"phone:{phone}")
    return True


def new_card(chair: Chair) -> None:
    """Give a chair another card: the code on the old one lets nobody in any more."""
    Chair.objects.filter(pk=chair.pk).update(card=F("card") + 1)
    chair.refresh_from_db(fields=["card"])


def _check_card(chair: Chair, typed: str) -> bool:
    tries = (limits.PER_TABLE, (chair.table_id,))
    limits.check(tries)
    if is_card_code(chair, typed):
        return True
    limits.take(tries)
    return False


def _take(chair: Chair, key: uuid.UUID) -> None:
    """Take the seat at the table, unless somebody (or a bot) has it already: then one sits behind the same card."""
    if _state_of(chair).seats[chair.seat].state == "vacant":
        make_move(chair.table, {"do": "take_seat", "seat": chair.seat}, key=key)


def _empty_behind(phone: Phone) -> None:
    """Leave the chair that a phone gets up from, if it was the last one."""
    if not phone.chair.phones.filter(left_at=None).exclude(pk=phone.pk).exists():
        _leave(phone.chair, TableMove.Source.PHONE)


def _leave(chair: Chair, source: str) -> None:
    """Make the seat vacant, unless a bot goes on there or it is vacant."""
    state = _state_of(chair)
    if not chair.bot and state.phase != "over" and state.seats[chair.seat].state != "vacant":
        make_move(chair.table, {"do": "leave", "seat": chair.seat}, key=uuid.uuid4(), source=source)


def _state_of(chair: Chair) -> State:
    """Return how the table stands, and let nobody move until the transaction ends."""
    return loaded(Table.objects.select_for_update().get(pk=chair.table_id).state)
