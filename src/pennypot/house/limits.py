"""Limits on guessing: so many tries in so many seconds, counted in the database, in a table of each room's own.

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


class TooMany(Exception):
    """Raised when a limit is reached; the page says how long to wait."""

    def __init__(self, limit: Limit) -> None:
        super().__init__(f"more than {limit.most} in {limit.seconds} s for {limit.name}")
        self.limit = limit


class CannotCount(Exception):
    """Raised when the count cannot be kept: nobody is let in until it can."""


# A limit, and what it is counted for.
Taken = tuple[Limit, tuple[str | int, ...]]

_WINDOW = "to_timestamp(floor(extract(epoch FROM clock_timestamp()) / %(seconds)s) * %(seconds)s)"
_TAKE = f"""
INSERT INTO {{table}} (bucket, "window", count)
VALUES (%(bucket)s, {_WINDOW}, 1)
ON CONFLICT (bucket, "window") DO UPDATE SET count = {{table}}.count + 1
RETURNING count
"""  # noqa: S608 - tables are named by our own code
_COUNT = f'SELECT count FROM {{table}} WHERE bucket = %(bucket)s AND "window" = {_WINDOW}'  # noqa: S608
_GIVE_BACK = f"""
UPDATE {{table}} SET count = count - 1
WHERE bucket = %(bucket)s AND count > 0 AND "window" = {_WINDOW}
"""  # noqa: S608


class Counter:
    """Counts tries in one table.

    Parameters
    ----------
    table
        The table: columns ``bucket`` (bytes), ``window`` and ``count``, unique together in the first two.
    name
        Keeps one room's counts apart from another's.
    """

    def __init__(self, table: str, name: str) -> None:
        self._name = name
        self._take = _TAKE.format(table=table)
        self._count = _COUNT.format(table=table)
        self._give_back = _GIVE_BACK.format(table=table)

    def take(self, *tries: Taken) -> None:
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
                    cursor.execute(self._take, self._values(limit, what))
                    if cursor.fetchone()[0] > limit.most:
                        reached = reached or limit
        except DatabaseError as problem:
            raise CannotCount from problem
        if reached:
            raise TooMany(reached)

    def check(self, *tries: Taken) -> None:
        """Refuse when a limit is reached already, and count nothing; for doors where only failures are counted.

        Raises
        ------
        TooMany
            One of the limits is reached.
        CannotCount
            The database did not answer.
        """
        try:
            with connection.cursor() as cursor:
                for limit, what in tries:
                    cursor.execute(self._count, self._values(limit, what))
                    row = cursor.fetchone()
                    if row is not None and row[0] >= limit.most:
                        raise TooMany(limit)
        except DatabaseError as problem:
            raise CannotCount from problem

    def give_back(self, *tries: Taken) -> None:
        """Take a try back that succeeded, so that many people behind one address do not add up."""
        with connection.cursor() as cursor:
            for limit, what in tries:
                cursor.execute(self._give_back, self._values(limit, what))

    def _values(self, limit: Limit, what: tuple[str | int, ...]) -> dict[str, bytes | int]:
        text = "\x1f".join([self._name, limit.name, *map(str, what)])
        bucket = hmac.new(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).digest()
        return {"bucket": bucket, "seconds": limit.seconds}
