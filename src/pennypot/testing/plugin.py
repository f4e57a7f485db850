"""Starts one throw-away PostgreSQL for the test run, before Django is set up, and hands its address over.

`pytest-xdist` workers share the server of the process that started them; each has a database of its own.
Settings from the developer's own environment are put aside, so that a test run is the same everywhere.
"""

from __future__ import annotations

import os
from contextlib import ExitStack

import psycopg

os.environ["PENNYPOT_TESTING"] = "1"
# Playwright's synchronous interface runs an event loop; the tests' database calls beside it are meant.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
KEPT = {"PENNYPOT_TESTING", "PENNYPOT_SHARED"}

_running = ExitStack()
if "PYTEST_XDIST_WORKER" not in os.environ:
    for _name in [name for name in os.environ if name.startswith("PENNYPOT_") and name not in KEPT]:
        del os.environ[_name]

    from pennypot.house.database import throwaway_server

    _server = _running.enter_context(throwaway_server())
    os.environ["DATABASE_URL"] = _server.url()
    os.environ["PENNYPOT_HOME"] = str(_server.home)
    # Emptying tables between tests must pass the triggers that keep history; only this throw-away server allows it.
    with psycopg.connect(_server.admin_url("postgres"), autocommit=True) as _admin:
        _admin.execute("GRANT SET ON PARAMETER session_replication_role TO pennypot")


def pytest_unconfigure(config: object) -> None:
    """Stop the server that this process started."""
    _running.close()


# From a thousand on a number has a separator where people read it; what puts such a one into an address breaks.
_HIGH_NUMBERS = """
SELECT setval(oid::regclass, 1000 + 20 * row_number() OVER (ORDER BY relname)) FROM pg_class WHERE relkind = 'S'
"""


def pytest_configure(config: object) -> None:
    """Let Django empty tables between transactional tests although triggers refuse TRUNCATE; begin at high numbers."""
    from django.db.backends.postgresql.creation import DatabaseCreation
    from django.db.backends.postgresql.operations import DatabaseOperations

    flush = DatabaseOperations.sql_flush

    def sql_flush(self, *args, **kwargs):
        commands = flush(self, *args, **kwargs)
        off, on = "SET session_replication_role = replica", "SET session_replication_role = origin"
        return [off, *commands, on] if commands else commands

    DatabaseOperations.sql_flush = sql_flush  # type: ignore[method-assign]

    create = DatabaseCreation.create_test_db

    def create_test_db(self, *args, **kwargs):
        name = create(self, *args, **kwargs)
        with self.connection.cursor() as cursor:
            cursor.execute(_HIGH_NUMBERS)
        return name

    DatabaseCreation.create_test_db = create_test_db  # type: ignore[method-assign]
