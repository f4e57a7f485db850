"""The server's settings: small enough for a machine of 1 GB, private, and no port."""

from __future__ import annotations

import os
from pathlib import Path

from pennypot.house.database.account import Account, running_as_root
from pennypot.house.database.layout import PORT, Layout

ROLE = "pennypot"
ADMIN_ROLE = "pennypot_admin"
LOG_FILE_MEGABYTES = 5

_OWN = "own.conf"

_COMMON = {
    "listen_addresses": "",  # no TCP at all: only the socket
    "port": PORT,
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "max_connections": 60,
    "shared_buffers": "64MB",
    "effective_cache_size": "256MB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "huge_pages": "off",
    "min_wal_size": "32MB",
    "max_wal_size": "256MB",
    "max_worker_processes": 4,
    "max_parallel_workers_per_gather": 0,
    "autovacuum_max_workers": 2,
    "random_page_cost": 1.1,
    "jit": "off",
    "io_method": "sync",  # three processes fewer
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    # A statement or an error's detail can hold what a person wrote, so neither is ever logged.
    "log_statement": "none",
    "log_min_duration_statement": -1,
    "log_min_error_statement": "panic",
    "log_parameter_max_length": 0,
    "log_parameter_max_length_on_error": 0,
    "log_error_verbosity": "terse",
    "log_line_prefix": "%m [%p] %q%u@%d ",
    "log_checkpoints": "off",
    "logging_collector": "on",
    "log_filename": "database-%Y%m%d-%H%M%S.log",
    "log_file_mode": "0600",
    "log_rotation_size": f"{LOG_FILE_MEGABYTES}MB",
    "log_rotation_age": 0,
}

# For servers whose data nobody will miss: a crash of the machine may ruin it. A crash of the server may
# not, so synchronous_commit stays on: tests kill it to see what is kept.
_FAST = {
    "fsync": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": 0,
    "wal_init_zero": "off",
    "max_connections": 100,
}


def write_configuration(layout: Layout, *, fast: bool) -> Path:
    """Write the three files of settings and return the main one.

    They lie outside the data, in a folder that the server cannot write: root must never write
    where a broken server could have put a link.
    """
    folder = layout.settings
    values = {
        **_COMMON,
        **(_FAST if fast else {}),
        "cluster_name": layout.token,  # in the title of each process, by which processes.py knows them
        "unix_socket_directories": '"' + str(layout.sockets) + '"',
        "log_directory": layout.server_logs,
        "hba_file": folder / "pg_hba.conf",
        "ident_file": folder / "pg_ident.conf",
    }
    lines = ["# Written anew at each start: put settings of your own into own.conf in this folder.\n"]
    lines += [f"{name} = {_quoted(value)}\n" for name, value in values.items()]
    lines.append(f"include_if_exists {_quoted(folder / _OWN)}\n")
    _write(folder / "pg_hba.conf", _who_may_connect())
    _write(folder / "pg_ident.conf", _who_may_be_whom(layout.account))
    main = folder / "postgresql.conf"
    _write(main, "".join(lines))
    return main


def _who_may_connect() -> str:
    return (
        "# The kernel says who is at the other end of the socket; there is no password to lose.\n"
        f"local  all          {ROLE},{ADMIN_ROLE}  peer  map={ROLE}\n"
        f"local  replication  {ADMIN_ROLE}           peer  map={ROLE}\n"
    )


def _who_may_be_whom(account: Account) -> str:
    people = {account.name} | ({"root"} if running_as_root() else set())
    return "".join(f'{ROLE}  "{person}"  {role}\n' for person in sorted(people) for role in (ROLE, ADMIN_ROLE))


def _quoted(value: object) -> str:
    return "'" + str(value).replace("\\", "\\\\").replace("'", "''").replace("\n", "\\n") + "'"


def _write(path: Path, text: str) -> None:
    """Write a file whole or not at all, readable to the account that runs the server."""
    part = path.with_name(path.name + ".part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o644)
    with os.fdopen(handle, "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(text)
        os.fchmod(handle, 0o644)
    part.replace(path)
