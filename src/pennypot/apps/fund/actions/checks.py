"""Checking a ledger from the ground up: every balance recomputed, the whole chain hashed again by other code."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pennypot.apps.fund import chain
from pennypot.apps.fund.models import Ledger
from pennypot.apps.fund.queries import records
from pennypot.house.money import pounds

_WRONG_BALANCES = """
    SELECT account.code, account.balance_pence, coalesce(moved.pence, 0)
    FROM fund_account account
    LEFT JOIN (
      SELECT account_id, sum(pence) AS pence
      FROM (
        SELECT target_id AS account_id, pence FROM fund_transfer WHERE place_id = %(place)s
        UNION ALL SELECT source_id, -pence FROM fund_transfer WHERE place_id = %(place)s
      ) both_ends GROUP BY account_id
    ) moved ON moved.account_id = account.id
    WHERE account.place_id = %(place)s
      AND (account.balance_pence <> coalesce(moved.pence, 0) OR account.balance_pence < account.floor_pence)
    ORDER BY account.code
"""
_UNEQUAL_MIRRORS = """
    SELECT DISTINCT entry.number
    FROM fund_entry entry
    JOIN fund_transfer mine ON mine.entry_id = entry.id
    LEFT JOIN fund_transfer theirs ON theirs.entry_id = entry.reverses_id AND theirs.position = mine.position
    WHERE entry.place_id = %(place)s AND entry.reverses_id IS NOT NULL
      AND (mine.source_id, mine.target_id, mine.pence)
        IS DISTINCT FROM (theirs.target_id, theirs.source_id, theirs.pence)
    ORDER BY entry.number
"""


def check_ledger(ledger: Ledger) -> list[str]:
    """Check a ledger and write down what was found; the money page shows it.

    The ledger's row is locked meanwhile, so that what is read belongs together; writers wait.

    Returns
    -------
    list of str
        One sentence a problem; empty when everything agrees.
    """
    with transaction.atomic():
        Ledger.objects.select_for_update(no_key=True).get(pk=ledger.pk)
        counted = 0

        def counting() -> Iterator[chain.Record]:
            nonlocal counted
            for record in records(ledger.place):
                counted += 1
                yield record

        found = [_chain_said(number, what) for number, what in chain.problems(counting())]
        with connection.cursor() as cursor:
            cursor.execute(_WRONG_BALANCES, {"place": ledger.place_id})
            found += [
                _("Account %(code)s: it says %(said)s, its transfers make %(made)s.")
                % {"code": code, "said": pounds(said), "made": pounds(made)}
                for code, said, made in cursor.fetchall()
            ]
            cursor.execute(_UNEQUAL_MIRRORS, {"place": ledger.place_id})
            found += [
                _("Entry %(number)d: it is not the mirror of what it takes back.") % {"number": number}
                for (number,) in cursor.fetchall()
            ]
        ledger.checked_at, ledger.checked_entries, ledger.problems = timezone.now(), counted, found
        ledger.save(update_fields=["checked_at", "checked_entries", "problems"])
    return found


def _chain_said(number: int, what: str) -> str:
    return {
        "gap": _("Entry %(number)d: an entry before it is missing."),
        "link": _("Entry %(number)d: it does not follow the entry before it."),
        "hash": _("Entry %(number)d: its hash is not its own, so something in it was changed."),
    }[what] % {"number": number}


def check_all_ledgers() -> dict[str, list[str]]:
    """Check every place's ledger; returns the problems by place."""
    return {ledger.place.slug: check_ledger(ledger) for ledger in Ledger.objects.select_related("place")}
