"""Gets a verb ready: the settings read, the database started, Django set up."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pennypot.house.options import read_options

if TYPE_CHECKING:
    from pennypot.house.database import EmbeddedServer


@dataclass(frozen=True)
class Started:
    """A database that answers.

    Parameters
    ----------
    url
        Its address.
    server
        The embedded server, or None when the operator named a server of their own.
    """

    url: str
    server: EmbeddedServer | None


def home_folder() -> Path:
    """Return the home folder, made if there is none."""
    from pennypot.house.database import data_home, prepare_home

    return prepare_home(data_home(os.environ))


@contextmanager
def database_started() -> Iterator[Started]:
    """Start the embedded server, or attach to it, unless DATABASE_URL names another; stop it again if we started it.

    Its address goes into the environment, where Django's settings look for it.
    """
    own = read_options(os.environ).database_url
    if own:
        yield Started(own, None)
        return
    from pennypot.house.database import EmbeddedServer

    server = EmbeddedServer(home_folder())
    try:
        server.start()
        os.environ["DATABASE_URL"] = server.url()
        yield Started(server.url(), server)
    finally:
        os.environ.pop("DATABASE_URL", None)
        server.stop()


@contextmanager
def django_ready(*, tables: bool = True) -> Iterator[Started]:
    """Start the database, set Django up and, unless told not to, bring tables and the packs that ship up to date."""
    with database_started() as database:
        set_up_django()
        from django.db import connections

        try:
            if tables:
                from pennypot.house import prepare

                prepare.tables()
                from pennypot.apps.game.actions.packs import keep_shipped

                keep_shipped()
            yield database
        finally:
            connections.close_all()


def set_up_django() -> None:
    """Set Django up with our settings, whatever the environment says."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "pennypot.house.settings"
    import django

    django.setup()
