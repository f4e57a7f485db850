"""PostgreSQL's own programs for dumping and restoring, with the password kept off the process list."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from pennypot.house.database import EmbeddedServer
from pennypot.house.database.programs import installed_programs
from pennypot.house.problems import Problem


def run_tool(name: str, url: str, server: EmbeddedServer | None, *arguments: str | Path) -> None:
    """Run ``pg_dump`` or ``pg_restore`` against a database.

    Parameters
    ----------
    name
        The program.
    url
        Address of the database.
    server
        The embedded server, or None for a server of the operator's own.
    arguments
        Arguments besides the database.

    Raises
    ------
    Problem
        There is no fitting program, or it failed; with what it said.
    """
    program = server.program(name) if server is not None else _for_own_server(name, url)
    details: dict[str, Any] = dict(conninfo_to_dict(url))
    password = details.pop("password", None)
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    if password is not None:
        environment["PGPASSWORD"] = str(password)
    done = subprocess.run(
        [program, f"--dbname={make_conninfo(**details)}", "--no-password", *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode != 0:
        raise Problem(f"{name} could not finish. It said:\n{done.stderr.strip()[-2000:]}")


def _for_own_server(name: str, url: str) -> Path:
    """Return a program that is new enough for the server and speaks as it must (ours speaks no TLS)."""
    with psycopg.connect(url) as connection:
        wanted = connection.info.server_version // 10000
        row = connection.execute("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()").fetchone()
        over_tls = bool(row and row[0])
    candidates = [] if over_tls else [installed_programs() / name]
    on_path = shutil.which(name)
    candidates += [Path(on_path)] if on_path else []
    for candidate in candidates:
        said = subprocess.run([candidate, "--version"], capture_output=True, text=True, check=False).stdout
        found = re.search(r"\(PostgreSQL\) (\d+)", said)
        if found and int(found.group(1)) >= wanted:
            return candidate
    raise Problem(
        f"Your database server is PostgreSQL {wanted}{', over TLS' if over_tls else ''}. Install {name} of version "
        f"{wanted} or newer (the package postgresql-client), so that it is on the PATH."
    )
