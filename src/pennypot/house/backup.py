"""One file that holds everything: the database as at one moment, the files in the home folder, and the keys.

The file is a ``.tar.gz`` with ``database.dump`` (pg_dump's custom format), ``files/...`` and, last, ``manifest.json``
with the size and SHA-256 of each, and for each table the number of rows and a sum over them, both taken in the same
snapshot as the dump. `restoring` checks all of these.
"""

from __future__ import annotations

import fnmatch
import hashlib
import io
import json
import os
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import psycopg
from psycopg import sql

from pennypot import __version__
from pennypot.house.database import EmbeddedServer
from pennypot.house.problems import Problem
from pennypot.house.tools import run_tool

FORMAT = 1
ROOT = "pennypot-backup"
LAST_BACKUP = "last-backup.txt"

# What a home folder holds that can be made again, or belongs to this machine only. Everything else is kept, so that a
# folder that a later version adds is not forgotten.
NOT_KEPT = (
    "database*",  # the data itself (it is in the dump), the server's lock, settings and pointer
    "run",
    "logs",
    "static",
    "mail",
    "backups",
    "elections",  # keys of elections, which must be destroyed with the vote and not live on in a backup
    "for-*",
    "postgres-*",
    "*.part",
    "lost+found",
    LAST_BACKUP,
)
# Who is signed in now, and what is quickly made again: not for another day.
TABLES_WITHOUT_ROWS = ("django_session", "usersessions_usersession", "house_cache")


@dataclass
class Manifest:
    """What a backup holds, to the row and byte.

    Attributes
    ----------
    tables
        For each table: number of rows, and the sum over the rows of 60 bits of each row's MD5.
    files
        For each member of the archive: size in bytes and SHA-256.
    settings
        Names of the settings that were set, not their values.
    """

    version: str = __version__
    format: int = FORMAT
    made_at: str = ""
    postgresql: str = ""
    tables: dict[str, list[str]] = field(default_factory=dict)
    files: dict[str, list[str]] = field(default_factory=dict)
    settings: list[str] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """Rows in all tables."""
        return sum(int(rows) for rows, _ in self.tables.values())


def write_backup(target: Path, home: Path, url: str, server: EmbeddedServer | None, settings: set[str]) -> Manifest:
    """Write a backup while the site runs.

    Parameters
    ----------
    target
        The file to write; it appears only when it is whole. Readable by its owner only.
    home
        The home folder.
    url
        Address of the database.
    server
        The embedded server, or None for a server of the operator's own.
    settings
        Names of the settings that are set.

    Raises
    ------
    Problem
        The file exists already, or the dump failed.
    """
    if target.exists():
        raise Problem(f"{target} is there already. Choose another name, or move it away.")
    manifest = Manifest(made_at=datetime.now(UTC).isoformat(timespec="seconds"), settings=sorted(settings))
    part = target.with_name(target.name + ".part")
    try:
        with (
            tempfile.TemporaryDirectory(prefix=".pennypot-", dir=target.parent) as folder,
            os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as raw,
        ):
            dump = Path(folder) / "database.dump"
            _dump(dump, url, server, manifest)
            with tarfile.open(fileobj=raw, mode="w:gz", compresslevel=6) as archive:
                _add(archive, dump, "database.dump", manifest)
                dump.unlink()
                for path in kept_files(home):
                    if path.resolve() not in (target.resolve(), part.resolve()):
                        _add_if_there(archive, path, f"files/{path.relative_to(home).as_posix()}", manifest)
                _add_manifest(archive, manifest)
            raw.flush()
            os.fsync(raw.fileno())
        part.rename(target)
    finally:
        part.unlink(missing_ok=True)
    return manifest


def kept_files(home: Path) -> Iterator[Path]:
    """Yield the files of a home folder that a backup holds, in order of name."""
    for top in sorted(home.iterdir()):
        if is_kept(top.name) and not top.is_symlink():
            found = [top] if top.is_file() else sorted(top.rglob("*"))
            yield from (path for path in found if path.is_file() and not path.is_symlink())


def is_kept(name: str) -> bool:
    """Whether a backup holds a thing of this name at the top of the home folder."""
    return not name.startswith(".pennypot-") and not any(fnmatch.fnmatchcase(name, one) for one in NOT_KEPT)


def _dump(dump: Path, url: str, server: EmbeddedServer | None, manifest: Manifest) -> None:
    """Dump the database and count its rows, both as at the same moment."""
    with psycopg.connect(url) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        manifest.postgresql = connection.info.parameter_status("server_version") or ""
        row = connection.execute("SELECT pg_export_snapshot()").fetchone()
        assert row is not None
        without = [f"--exclude-table-data={name}" for name in TABLES_WITHOUT_ROWS]
        run_tool(
            "pg_dump",
            url,
            server,
            "--format=custom",
            "--compress=none",
            f"--file={dump}",
            f"--snapshot={row[0]}",
            *without,
        )
        manifest.tables = table_sums(connection)


def table_sums(connection: psycopg.Connection) -> dict[str, list[str]]:
    """Count the rows of every table and add up their hashes, in whatever order they lie.

    Returns
    -------
    dict
        Table name to ``[rows, sum]``, both as decimal text. Equal sums mean equal rows: 60 bits of MD5 a row guard
        against damage, not against a forger, who is kept out by keeping the backup private.
    """
    # Rows are compared as text, which must not depend on how a server is set up.
    for name, value in (
        ("TimeZone", "UTC"),
        ("DateStyle", "ISO"),
        ("bytea_output", "hex"),
        ("extra_float_digits", "1"),
    ):
        connection.execute(sql.SQL("SET LOCAL {} = {}").format(sql.Identifier(name), sql.Literal(value)))
    names = connection.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> ALL(%s) ORDER BY 1",
        [list(TABLES_WITHOUT_ROWS)],
    ).fetchall()
    sums = {}
    for (name,) in names:
        query = sql.SQL(
            "SELECT count(*), coalesce(sum(('x' || left(md5(t::text), 15))::bit(60)::bigint), 0) FROM {} t"
        ).format(sql.Identifier("public", name))
        rows, total = connection.execute(query).fetchone() or (0, 0)
        sums[str(name)] = [str(rows), str(total)]
    return sums


def _add_if_there(archive: tarfile.TarFile, path: Path, name: str, manifest: Manifest) -> None:
    try:
        _add(archive, path, name, manifest)
    except FileNotFoundError:
        return  # deleted since we looked; the database knows nothing of it any more


def _add(archive: tarfile.TarFile, path: Path, name: str, manifest: Manifest) -> None:
    with path.open("rb") as file:
        about = os.fstat(file.fileno())
        reader = _Hashing(file)
        archive.addfile(_member(name, about.st_size, int(about.st_mtime)), reader)
    manifest.files[name] = [str(about.st_size), reader.seen.hexdigest()]


def _add_manifest(archive: tarfile.TarFile, manifest: Manifest) -> None:
    text = json.dumps(asdict(manifest), indent=1, sort_keys=True).encode()
    archive.addfile(_member("manifest.json", len(text), int(datetime.now(UTC).timestamp())), io.BytesIO(text))


def _member(name: str, size: int, mtime: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(f"{ROOT}/{name}")
    member.size, member.mtime, member.mode = size, mtime, 0o600
    return member


class _Hashing(io.RawIOBase):
    """A file that is hashed as it is read."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.seen = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        block = self.file.read(size)
        self.seen.update(block)
        return block
