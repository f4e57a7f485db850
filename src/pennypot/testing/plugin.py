"""Starts one throw-away PostgreSQL for the test run, before Django is set up, and hands its address over.

`pytest-xdist` workers share the server of the process that started them; each has a database of its own.
Settings from the developer's own environment are put aside, so that a test run is the same everywhere.
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path

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
else:
    # A folder for each worker: their databases give the same numbers to different things, and files go by number.
    _home = Path(os.environ["PENNYPOT_HOME"]) / os.environ["PYTEST_XDIST_WORKER"]
    _home.mkdir(exist_ok=True)
    os.environ["PENNYPOT_HOME"] = str(_home)


def pytest_runtest_setup() -> None:
    """Begin each test in the language of the site, whatever the test before read its pages in."""
    from django.utils import translation

    translation.deactivate()


def pytest_unconfigure(config: object) -> None:
    """Stop the server that this process started."""
    _running.close()


# From a thousand on a number has a separator where people read it; what puts such a one into an address breaks.
_HIGH_NUMBERS = """
SELECT setval(oid::regclass, 1000 + 20 * row_number() OVER (ORDER BY relname)) FROM pg_class WHERE relkind = 'S'
"""

_MADE_ONCE = {"django_content_type", "auth_permission"}
# Django does not manage these, so it would leave one test's jobs to the next.
_OF_WORK = ("procrastinate_events", "procrastinate_periodic_defers", "procrastinate_jobs")


def pytest_configure(config: object) -> None:
    """Let Django empty tables between transactional tests although triggers refuse TRUNCATE; begin at high numbers."""
    from django.contrib.contenttypes.management import create_contenttypes
    from django.db.backends.postgresql.creation import DatabaseCreation
    from django.db.backends.postgresql.operations import DatabaseOperations
    from django.db.models.signals import post_migrate

    def sql_flush(self, style, tables, *, reset_sequences=False, allow_cascade=False):
        # A TRUNCATE makes some four hundred files anew; to delete the few rows that a test made is much quicker.
        made = [self.quote_name(table) for table in (*tables, *_OF_WORK) if table not in _MADE_ONCE]
        rows = " ".join(f"DELETE FROM {table};" for table in made)  # noqa: S608 - Django's own names of tables
        off, on = "SET session_replication_role = replica", "SET session_replication_role = origin"
        return [off, rows, on] if made else []

    DatabaseOperations.sql_flush = sql_flush  # type: ignore[method-assign]

    create = DatabaseCreation.create_test_db

    def create_test_db(self, *args, **kwargs):
        name = create(self, *args, **kwargs)
        with self.connection.cursor() as cursor:
            cursor.execute(_HIGH_NUMBERS)
        # What these write stands in tables that stay as they are.
        post_migrate.disconnect(create_contenttypes)
        post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")
        return name

    DatabaseCreation.create_test_db = create_test_db  # type: ignore[method-assign]
