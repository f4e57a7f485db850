"""What must be so before pages are served: tables and static files that fit this version. Cheap when they do."""

from __future__ import annotations

import hashlib
import importlib.util
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connection
from django.urls import get_resolver

from pennypot import __version__
from pennypot.house.problems import Problem

# Any number that nothing else locks: only one process at a time changes tables or static files.
_LOCK = 0x70656E6E79


def tables() -> bool:
    """Bring the tables up to date; return whether there was anything to do.

    Raises
    ------
    Problem
        A newer Pennypot has changed the tables.
    """
    if not pending_migrations() and _cache_table_is_there():
        return False
    with alone():
        # Another process may have done it while we waited.
        if pending_migrations():
            call_command("migrate", interactive=False, verbosity=0)
        if not _cache_table_is_there():
            call_command("createcachetable", verbosity=0)
    return True


def pending_migrations() -> list[str]:
    """Return the migrations not applied yet, by looking at file names, which takes milliseconds.

    Raises
    ------
    Problem
        The database has migrations that this version does not know.
    """
    known = {(app, name) for app, names in _migrations_on_disk().items() for name in names}
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('django_migrations') IS NOT NULL")
        if not cursor.fetchone()[0]:
            return sorted(f"{app}.{name}" for app, name in known)
        cursor.execute("SELECT app, name FROM django_migrations")
        applied = set(cursor.fetchall())
    strange = {(app, name) for app, name in applied - known if app in _OUR_ROOMS}
    if strange:
        named = ", ".join(sorted(f"{app}.{name}" for app, name in strange))
        raise Problem(
            f"The database was changed by a newer Pennypot than this one ({__version__}); it has {named}. "
            "Install that version again, or restore a backup made with this one."
        )
    return sorted(f"{app}.{name}" for app, name in known - applied)


_OUR_ROOMS = frozenset({"house", "people", "places", "talk", "budgets", "fund", "rounds", "voting", "game"})


def _migrations_on_disk() -> dict[str, list[str]]:
    found = {}
    for app in apps.get_app_configs():
        spec = importlib.util.find_spec(f"{app.name}.migrations") if (Path(app.path) / "migrations").is_dir() else None
        if spec is not None and spec.origin is not None:
            found[app.label] = [path.stem for path in Path(spec.origin).parent.glob("*.py") if path.stem[0] not in "_~"]
    return found


def _cache_table_is_there() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [settings.CACHES["default"]["LOCATION"]])
        return bool(cursor.fetchone()[0])


def addresses() -> None:
    """Load every page's code now: a fault in it stops the start, and the first visitor does not wait for it."""
    get_resolver()._populate()


def static_files() -> bool:
    """Collect, stamp and compress the static files unless the collected ones fit; return whether it was done."""
    if static_files_fit():
        return False
    with alone():
        # Another process may have done it while we waited.
        if not static_files_fit():
            _stamp().unlink(missing_ok=True)
            call_command("collectstatic", interactive=False, clear=True, verbosity=0, stdout=io.StringIO())
            _stamp().write_text(static_version(), encoding="utf-8")
    return True


def static_files_fit() -> bool:
    """Whether the collected static files are those of this version."""
    return _stamp().exists() and _stamp().read_text(encoding="utf-8") == static_version()


def _stamp() -> Path:
    return Path(settings.STATIC_ROOT) / "collected-from.txt"


def static_version() -> str:
    """Return a text that changes when the version or any static file does."""
    seen = hashlib.sha256(__version__.encode())
    for finder in get_finders():
        for path, storage in finder.list([]):
            about = Path(storage.path(path)).stat()
            seen.update(f"\n{path} {about.st_size} {about.st_mtime_ns}".encode())
    return seen.hexdigest()


@contextmanager
def alone() -> Iterator[None]:
    """Let one process at a time do what follows, by an advisory lock in the database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
