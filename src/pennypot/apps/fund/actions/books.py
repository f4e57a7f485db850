"""Opening a place's ledger and writing entries: what every verb that moves money stands on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import DatabaseError, connection, transaction
from django.utils.translation import gettext as _

from pennypot.apps.fund.models import Account, Entry, Ledger
from pennypot.apps.places.models import Place
from pennypot.house.answers import Invalid
from pennypot.house.money import pounds

# Those that every place has: code, name, floor.
STANDING = (
    ("fund", "The one per cent", 0),
    ("returned", "Given back", 0),
    ("outside", "Outside the ledger", None),
)


@dataclass(frozen=True)
class Move:
    """Money from one account to another."""

    source: Account
    target: Account
    pence: int
    money: str = ""


def open_ledger(place: Place) -> Ledger:
    """Open a place's ledger with its standing accounts; harmless when it is open already, from any number of sides."""
    with transaction.atomic():
        Ledger.objects.bulk_create([Ledger(place_id=place.pk)], ignore_conflicts=True)
        Account.objects.bulk_create(
            [Account(place=place, code=code, name=name, floor_pence=floor) for code, name, floor in STANDING],
            ignore_conflicts=True,
        )
    return Ledger.objects.get(place=place)


def accounts(place: Place, wanted: Sequence[tuple[str, str, int | None]]) -> dict[str, Account]:
    """Return accounts by code, making those that are missing.

    Parameters
    ----------
    wanted
        Code, name and floor in pence (None for no floor) of each. An account that is there keeps its floor.
    """
    Account.objects.bulk_create(
        [Account(place=place, code=code, name=name, floor_pence=floor) for code, name, floor in wanted],
        ignore_conflicts=True,
    )
    codes = [code for code, _name, _floor in wanted]
    return {account.code: account for account in Account.objects.filter(place=place, code__in=codes)}


def post(
    place: Place,
    *,
    key: str,
    kind: str,
    year: str,
    moves: Sequence[Move] = (),
    memo: str = "",
    reverses: Entry | None = None,
    made_by: int | None = None,
) -> tuple[Entry, bool]:
    """Write one entry into the ledger. Permission is the caller's business, and so is the deed.

    Parameters
    ----------
    key
        The idempotency key: a second call with the same key and the same content changes nothing.
    moves
        In order; each must be possible after the ones before it. Left empty for a reversal, which is the mirror of
        the entry in `reverses`.

    Returns
    -------
    (Entry, bool)
        The entry, and whether this call made it.

    Raises
    ------
    Invalid
        A pot has not so much money, the key made another entry, or the entry was taken back already.
    """
    given = None if reverses else json.dumps([[m.source.pk, m.target.pk, m.pence, m.money] for m in moves])
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT entry_id, made FROM fund_post(%s, %s, %s, %s, %s, %s, %s, %s::jsonb)",
                [place.pk, key, kind, year, memo, reverses.pk if reverses else None, made_by, given],
            )
            entry_id, made = cursor.fetchone()
    except DatabaseError as problem:
        raise _said(problem, moves, reverses) from problem
    return Entry.objects.get(pk=entry_id), made


def _said(problem: DatabaseError, moves: Sequence[Move], reverses: Entry | None) -> Exception:
    """Turn what the database refused into words; anything unforeseen stays as it is."""
    cause = problem.__cause__
    state = getattr(cause, "sqlstate", "")
    constraint = getattr(getattr(cause, "diag", None), "constraint_name", "")
    if constraint == "no_pot_below_its_floor":
        if reverses:
            return Invalid(_("The money has moved on since. Take back what came after it first."))
        return Invalid(_too_much(moves), "amount")
    if state == "PP001":
        return Invalid(_("This form was used for something else already. Go back to the page and start again."))
    if state == "PP002":
        return Invalid(_("There is no such entry that can be taken back."))
    if constraint in ("fund_entry_reverses_id_key",):
        return Invalid(_("This entry was taken back already."))
    return problem


def _too_much(moves: Sequence[Move]) -> str:
    """Say which account has not enough, with what it has."""
    wanted: dict[int, int] = {}
    for move in moves:
        wanted[move.source.pk] = wanted.get(move.source.pk, 0) + move.pence
    for account in Account.objects.filter(pk__in=wanted, floor_pence__isnull=False).order_by("code"):
        free = account.balance_pence - (account.floor_pence or 0)
        if wanted[account.pk] > free:
            if account.code.startswith("agency:"):
                return _("%(agency)s owes %(free)s more, and this is %(wanted)s.") % {
                    "agency": account.name,
                    "free": pounds(free),
                    "wanted": pounds(wanted[account.pk]),
                }
            return _("There is only %(free)s in “%(pot)s”, and this is %(wanted)s.") % {
                "pot": account.name,
                "free": pounds(free),
                "wanted": pounds(wanted[account.pk]),
            }
    return _("There is not enough money for this.")
