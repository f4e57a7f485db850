"""Telling every server process that something changed: PostgreSQL's NOTIFY, sent when the transaction commits."""

from __future__ import annotations

from django.db import connection

CHANNEL = "pennypot_live"


def announce(topic: str) -> None:
    """Announce a change. Call it inside the transaction that makes it: who hears of it reads what is committed.

    Parameters
    ----------
    topic
        ``kind:number``, as ``table:17``; streams that follow it look at once.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, topic])
