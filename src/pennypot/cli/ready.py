"""Gets a verb ready: the settings read, the database started, Django set up."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pennypot.house.options import read_options

if TYPE_CHECKING:
    from pennypot.house.database import EmbeddedServer


def home_folder() -> Path:
    """Return the home folder, made if there is none."""
    from pennypot.house.database import data_home, prepare_home

    return prepare_home(data_home(os.environ))


@contextmanager
def database_started() -> Iterator[EmbeddedServer | None]:
    """Start the embedded server, or attach to it, unless DATABASE_URL names another.

    Its address goes into the environment, where Django's settings look for it. The server stops at the end if this
    process started it. Yields None for a server of the operator's own.
    """
    if read_options(os.environ).database_url:
        yield None
        return
    from pennypot.house.database import EmbeddedServer

    server = EmbeddedServer(home_folder())
    try:
        server.start()
        os.environ["DATABASE_URL"] = server.url()
        yield server
    finally:
        os.environ.pop("DATABASE_URL", None)
        server.stop()


@contextmanager
def django_ready() -> Iterator[EmbeddedServer | None]:
    """Start the database, set Django up and bring the tables up to date."""
    with database_started() as server:
        set_up_django()
        from pennypot.house import prepare

        prepare.tables()
        try:
            yield server
        finally:
            from django.db import connections

            connections.close_all()


def set_up_django() -> None:
    """Set Django up with our settings, whatever the environment says."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "pennypot.house.settings"
    import django

    django.setup()
