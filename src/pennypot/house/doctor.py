"""The doctor behind ``pennypot check``: looks at everything that goes wrong in practice and says what to do."""

from __future__ import annotations

import os
import platform
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import django
from django.conf import settings
from django.core import checks, mail
from django.db import connection

from pennypot import __version__
from pennypot.house import prepare, purpose
from pennypot.house.backup import LAST_BACKUP
from pennypot.house.problems import Problem

State = Literal["ok", "look", "broken"]

EXTENSIONS = ("pg_trgm",)
OLDEST_POSTGRESQL = 15  # NULLS NOT DISTINCT, which a constraint of ours uses
_LOW_DISK, _FULL_DISK = 2_000_000_000, 300_000_000
_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Finding:
    """One line of the doctor's: how it is, about what, and what to do if it is not well."""

    state: State
    about: str
    said: str


def examine(*, with_mail: bool = False) -> Iterator[Finding]:
    """Look at everything, one thing after the other; what cannot be looked at is a finding too.

    Parameters
    ----------
    with_mail
        Whether to call the mail server, which may take seconds.
    """
    looks: list[Callable[[], Iterator[Finding]]] = [
        _versions, _database, _tables, _clock, _settings, _secret, _home, _disk, _static, _jobs, _backups, _deploy
    ]  # fmt: skip
    if with_mail:
        looks.append(_mail_server)
    for look in looks:
        try:
            yield from look()
        except Problem as problem:
            yield Finding("broken", look.__name__.strip("_"), str(problem))
        except Exception as problem:  # the doctor goes on, whatever one look raises
            said = (str(problem).strip().splitlines() or [""])[0]
            yield Finding(
                "broken", look.__name__.strip("_"), f"This could not be looked at: {type(problem).__name__} {said}."
            )


def _versions() -> Iterator[Finding]:
    yield Finding(
        "ok", "versions", f"Pennypot {__version__}, Python {platform.python_version()}, Django {django.get_version()}."
    )


def _database() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        version = cursor.fetchone()[0]
        cursor.execute("SELECT extname FROM pg_extension")
        extensions = {name for (name,) in cursor.fetchall()}
    if int(version.split(".")[0]) < OLDEST_POSTGRESQL:
        yield Finding("broken", "database", f"PostgreSQL {version} is too old: {OLDEST_POSTGRESQL} or newer is needed.")
    else:
        yield Finding("ok", "database", f"PostgreSQL {version} answers.")
    missing = [name for name in EXTENSIONS if name not in extensions]
    if missing:
        said = f"It lacks {', '.join(missing)}. As its administrator run: CREATE EXTENSION {missing[0]};"
        yield Finding("look", "database", said)


def _tables() -> Iterator[Finding]:
    pending = prepare.pending_migrations()
    if pending:
        said = f"{len(pending)} changes to the tables wait ({pending[0]} first). `pennypot serve` makes them."
        yield Finding("look", "tables", said)
    else:
        yield Finding("ok", "tables", "They fit this version.")


def _clock() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        apart = abs((cursor.fetchone()[0] - datetime.now(UTC)).total_seconds())
    if apart > 60:
        said = f"This machine and the database are {apart:,.0f} seconds apart. Switch on time synchronisation (NTP)."
        yield Finding("broken", "clock", said)
    elif apart > 2:
        yield Finding("look", "clock", f"This machine and the database are {apart:.1f} seconds apart. Is NTP on?")
    else:
        yield Finding("ok", "clock", f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC; the database agrees.")


def _settings() -> Iterator[Finding]:
    options = settings.OPTIONS
    if settings.DEMO:
        yield Finding("look", "settings", "This is a demonstration: anyone at this machine may enter every role.")
        return
    if purpose.kept() == "demo":
        said = f"{settings.HOME} holds a demonstration. Serve real people from another folder (PENNYPOT_HOME)."
        yield Finding("look", "settings", said)
    if not options.address:
        said = "PENNYPOT_ADDRESS is not set. People elsewhere need it: set it to the address they open (https://...)."
        yield Finding("look", "settings", said)
    elif settings.OVER_HTTPS and not options.proxies and options.listen not in ("127.0.0.1", "::1", "localhost"):
        said = "PENNYPOT_PROXIES is not set, so pages send people round in circles. Set it to your proxy's IP address."
        yield Finding("broken", "settings", said)
    else:
        yield Finding("ok", "settings", f"The site is {settings.SITE_ADDRESS}.")
    if not options.mail_url:
        folder = settings.HOME / "mail"
        said = f"PENNYPOT_MAIL_URL is not set: letters go into files in {folder}, and nobody else can sign in."
        yield Finding("look", "mail", said)
    if not options.security_contact:
        yield Finding(
            "look", "settings", "PENNYPOT_SECURITY_CONTACT is not set: nobody knows where to report a weakness."
        )


def _secret() -> Iterator[Finding]:
    key = settings.SECRET_KEY
    kept = settings.HOME / "secret-key"
    if len(key) < 50 or len(set(key)) < 8:
        said = "PENNYPOT_SECRET_KEY is short or simple. Leave it out, and Pennypot makes a good one and keeps it."
        yield Finding("broken", "secret key", said)
    elif not settings.OPTIONS.secret_key and kept.exists() and stat.S_IMODE(kept.stat().st_mode) & 0o077:
        yield Finding("broken", "secret key", f"Others on this machine may read {kept}: chmod 600 it.")
    else:
        yield Finding("ok", "secret key", "Long, and kept to itself.")


def _home() -> Iterator[Finding]:
    home: Path = settings.HOME
    for folder in (home, home / "uploads"):
        folder.mkdir(exist_ok=True, mode=0o700)
        try:
            with tempfile.TemporaryFile(dir=folder):
                pass
        except OSError as problem:
            yield Finding("broken", "home folder", f"Nothing can be written to {folder} ({problem.strerror}).")
            return
    if os.name == "posix" and stat.S_IMODE(home.stat().st_mode) & 0o007:
        yield Finding("look", "home folder", f"Everyone on this machine may look into {home}: chmod o-rwx it.")
    else:
        yield Finding("ok", "home folder", f"{home} can be written to.")


def _disk() -> Iterator[Finding]:
    free = shutil.disk_usage(settings.HOME).free
    said = f"{free / 1e9:,.1f} GB free where {settings.HOME} is."
    if free < _FULL_DISK:
        yield Finding("broken", "disk", f"{said} The database stops when it is full: make room now.")
    elif free < _LOW_DISK:
        yield Finding("look", "disk", f"{said} Make room soon.")
    else:
        yield Finding("ok", "disk", said)


def _static() -> Iterator[Finding]:
    if prepare.static_files_fit():
        yield Finding("ok", "static files", "Styles and scripts are collected.")
    else:
        yield Finding(
            "look", "static files", "Styles and scripts are not those of this version. `pennypot serve` collects them."
        )


def _jobs() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('procrastinate_workers') IS NOT NULL")
        if not cursor.fetchone()[0]:
            return
        cursor.execute("SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - interval '1 minute'")
        workers = cursor.fetchone()[0]
        cursor.execute(
            "SELECT count(*) FILTER (WHERE status = 'todo' AND coalesce(scheduled_at, now()) <= now()),"
            " count(*) FILTER (WHERE status = 'failed') FROM procrastinate_jobs"
        )
        waiting, failed = cursor.fetchone()
    if not workers:
        said = (
            f"No worker is running, and {waiting} jobs wait. It runs inside `pennypot serve`, or as `pennypot worker`."
        )
        yield Finding("look", "long jobs", said)
    else:
        yield Finding("ok", "long jobs", f"{workers} worker running, {waiting} jobs waiting.")
    if failed:
        yield Finding(
            "look", "long jobs", f"{failed} jobs of the last 90 days failed. What the server printed says why."
        )


def _backups() -> Iterator[Finding]:
    if settings.DEMO:
        return
    note = settings.HOME / LAST_BACKUP
    try:
        last = datetime.fromisoformat(note.read_text(encoding="utf-8").strip())
    except (OSError, ValueError):
        yield Finding(
            "look", "backups", "There has been none. Run `pennypot backup FILE` each night, and keep it elsewhere."
        )
        return
    if datetime.now(UTC) - last > _WEEK:
        yield Finding("look", "backups", f"The last was on {last:%Y-%m-%d}. Run `pennypot backup FILE` each night.")
    else:
        yield Finding("ok", "backups", f"The last was on {last:%Y-%m-%d at %H:%M} UTC. Have you tried restoring it?")


def _deploy() -> Iterator[Finding]:
    """Django's own checks for a site in use. Over plain http, some cannot hold and are not asked."""
    found = checks.run_checks(include_deployment_checks=True)
    serious = [one for one in found if not one.is_silenced() and (settings.OVER_HTTPS or one.id not in _NEED_HTTPS)]
    for one in serious:
        state: State = "broken" if one.is_serious() else "look"
        yield Finding(state, "framework", f"{one.msg} ({one.id}){f' {one.hint}' if one.hint else ''}")
    if not serious:
        yield Finding("ok", "framework", "Django's checks for a site in use find nothing.")


_NEED_HTTPS = frozenset({"security.W004", "security.W008", "security.W012", "security.W016"})


def _mail_server() -> Iterator[Finding]:
    if not settings.OPTIONS.mail_url:
        return
    try:
        with mail.get_connection():
            pass
    except Exception as problem:  # whatever smtplib, TLS or the network raise
        yield Finding("broken", "mail", f"The mail server does not let us in: {problem}. Is PENNYPOT_MAIL_URL right?")
    else:
        yield Finding("ok", "mail", f"{settings.EMAIL_HOST} lets us in.")
