"""The reads that the pages of a round need, each with a known number of SQL queries. One file a matter."""

from pennypot.apps.rounds.clock import database_now, now_of

__all__ = ["database_now", "now_of"]
