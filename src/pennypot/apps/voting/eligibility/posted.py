"""Finding the roll entry of a code: the same work, statement and answer whether it is there, used up or never was."""

from __future__ import annotations

import hmac

from django.db import connection

from pennypot.apps.voting import codes
from pennypot.apps.voting.models import RollEntry

# The nearest code at or after the one typed, going round at the end: one row of the index and one of the table are
# read in every case, so that a code that exists costs what one costs that does not.
_NEAREST = """
(SELECT id, state, code_hash FROM voting_rollentry
 WHERE round_id = %(round)s AND code_hash >= %(hash)s ORDER BY code_hash LIMIT 1)
UNION ALL
(SELECT id, state, code_hash FROM voting_rollentry
 WHERE round_id = %(round)s AND code_hash IS NOT NULL ORDER BY code_hash LIMIT 1)
LIMIT 1
"""
# Any 32 bytes that are no code's hash, for a round that has posted no codes.
_NOBODY = (0, "unknown", bytes(32))
MAY_VOTE = frozenset({RollEntry.State.INVITED.value, RollEntry.State.ELIGIBLE.value})


def lookup(round_id: int, typed: str) -> int | None:
    """Return the roll entry whose code was typed, if it may vote in this round. One SQL query in every case.

    A code with a wrong check sign is looked up as well: what is quick to refuse would tell how codes are made.
    """
    code = codes.plain(typed)
    wanted = codes.hash_of(round_id, code)
    with connection.cursor() as cursor:
        cursor.execute(_NEAREST, {"round": round_id, "hash": wanted})
        entry, state, found = cursor.fetchone() or _NOBODY
    same = hmac.compare_digest(bytes(found), wanted)
    return entry if same & codes.holds(code) & (state in MAY_VOTE) else None
