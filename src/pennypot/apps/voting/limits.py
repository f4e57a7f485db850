"""Limits at the entrance: per address of the network, per code, per round. They are counted in the database.

Where the count cannot be kept, nobody is let in: a limit that fails open is no limit.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

from django.conf import settings
from django.db import DatabaseError, connection, transaction


@dataclass(frozen=True)
class Limit:
    """At most so many tries in so many seconds."""

    name: str
    most: int
    seconds: int


# Generous for an address of the network, because a whole hall or library may share one; a try that succeeds is given
# back, so only failures add up. Strict for one code, one link, one phone.
PER_IP = Limit("ip", 60, 600)
PER_CODE = Limit("code", 10, 3600)
PER_ROUND = Limit("round", 6_000, 600)
PER_ADDRESS = Limit("address", 5, 3600)
PER_PHONE = Limit("phone", 5, 3600)
LETTERS_PER_IP = Limit("letters", 60, 3600)


class TooMany(Exception):
    """Raised when a limit is reached; the page says how long to wait."""

    def __init__(self, limit: Limit) -> None:
        super().__init__(f"more than {limit.most} in {limit.seconds} s for {limit.name}")
        self.limit = limit


class CannotCount(Exception):
    """Raised when the count cannot be kept: nobody is let in until it can."""


Taken = tuple[Limit, tuple[str | int, ...]]

_TAKE = """
INSERT INTO voting_tries (bucket, "window", count)
VALUES (%(bucket)s, to_timestamp(floor(extract(epoch FROM clock_timestamp()) / %(seconds)s) * %(seconds)s), 1)
ON CONFLICT (bucket, "window") DO UPDATE SET count = voting_tries.count + 1
RETURNING count
"""
_GIVE_BACK = """
UPDATE voting_tries SET count = count - 1
WHERE bucket = %(bucket)s AND count > 0
  AND "window" = to_timestamp(floor(extract(epoch FROM clock_timestamp()) / %(seconds)s) * %(seconds)s)
"""


def take(*tries: Taken) -> None:
    """Count one try in each of these; one SQL statement each.

    Parameters
    ----------
    tries
        A limit, and what it is counted for: ``(PER_IP, (round.pk, "203.0.113.7"))``.

    Raises
    ------
    TooMany
        One of the limits is reached.
    CannotCount
        The database did not take the count.
    """
    try:
        # Counted at once and for good, also when what follows is rolled back.
        with transaction.atomic(), connection.cursor() as cursor:
            reached = None
            for limit, what in tries:
                cursor.execute(_TAKE, _values(limit, what))
                if cursor.fetchone()[0] > limit.most:
                    reached = reached or limit
    except DatabaseError as problem:
        raise CannotCount from problem
    if reached:
        raise TooMany(reached)


def give_back(*tries: Taken) -> None:
    """Take a try back that succeeded, so that many voters behind one address do not add up."""
    with connection.cursor() as cursor:
        for limit, what in tries:
            cursor.execute(_GIVE_BACK, _values(limit, what))


def _values(limit: Limit, what: tuple[str | int, ...]) -> dict[str, bytes | int]:
    text = "\x1f".join(["voting.limits", limit.name, *map(str, what)])
    bucket = hmac.new(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).digest()
    return {"bucket": bucket, "seconds": limit.seconds}
