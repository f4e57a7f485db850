"""The database's clock: every decision about time in a round is made by it, never by a web server's own."""

from __future__ import annotations

from datetime import datetime

from django.db import connection
from django.http import HttpRequest


def database_now() -> datetime:
    """Return the moment by the database's clock, in UTC. One SQL query.

    `clock_timestamp()`, not `now()`: a long transaction must not hold time still.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        found: datetime = cursor.fetchone()[0]
    return found


def now_of(request: HttpRequest) -> datetime:
    """Return the moment by the database's clock, asked once a request, so that a page speaks of one moment."""
    known: datetime | None = getattr(request, "_database_now", None)
    if known is None:
        known = database_now()
        request._database_now = known  # type: ignore[attr-defined]
    return known
