"""Brings a backup back: checks all of it first, builds the new beside the old, and changes over in one step."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import shutil
import tarfile
import tempfile
import zlib
from pathlib import Path, PurePosixPath

import psycopg
from psycopg import sql

from pennypot import __version__
from pennypot.house.backup import FORMAT, ROOT, Manifest, is_kept, table_sums
from pennypot.house.database import EmbeddedServer
from pennypot.house.problems import Problem
from pennypot.house.tools import run_tool

_BLOCK = 1 << 20
_FREE_LEFT = 200_000_000  # bytes that unpacking leaves free on the disk
_NEW, _OLD = "pennypot_restored", "pennypot_before"


def restore_backup(source: Path, home: Path, url: str, server: EmbeddedServer | None, *, overwrite: bool) -> Manifest:
    """Restore a backup.

    Parameters
    ----------
    source
        The backup.
    home
        The home folder.
    url
        Address of the database.
    server
        The embedded server, started; or None for a server of the operator's own, whose database must be empty.
    overwrite
        Whether what is there may be thrown away.

    Raises
    ------
    Problem
        The backup is damaged or too new, or something is there that would be lost. Nothing was changed.
    """
    if server is not None and not server.owned:
        raise Problem("Pennypot is running in this home folder. Stop it, then restore.")
    _refuse_to_lose(home, url, server, overwrite)
    staged = Path(tempfile.mkdtemp(prefix=".pennypot-restore-", dir=home))
    try:
        manifest = unpack(source, staged)
        if server is not None:
            _restore_beside(staged / "database.dump", manifest, server)
        else:
            _restore_into(staged / "database.dump", manifest, url, None)
        _change_files_over(staged / "files", home)
    finally:
        shutil.rmtree(staged, ignore_errors=True)
    return manifest


def _refuse_to_lose(home: Path, url: str, server: EmbeddedServer | None, overwrite: bool) -> None:
    there = sorted(path.name for path in home.iterdir() if is_kept(path.name))
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
        tables = row[0] if row else 0
    if server is None and tables:
        raise Problem("The database that DATABASE_URL names is not empty. Make an empty one and name that.")
    if (there or tables) and not overwrite:
        raise Problem(
            f"{home} is not empty ({', '.join(there[:5]) or 'its database has tables'}). Restore into another folder "
            "(PENNYPOT_HOME), or add --overwrite to throw away what is there."
        )


def unpack(source: Path, folder: Path) -> Manifest:
    """Unpack a backup into an empty folder and check every byte against its manifest.

    Raises
    ------
    Problem
        It is no backup, it is damaged, or a newer Pennypot made it.
    """
    found: dict[str, list[str]] = {}
    try:
        with tarfile.open(source, mode="r|gz") as archive:
            for member in archive:
                name = _safe_name(member)
                found[name] = _write(archive, member, folder / name)
    except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile) as problem:
        raise Problem(f"{source} is damaged or no backup of Pennypot ({problem}). Nothing was changed.") from problem
    if "manifest.json" not in found:
        raise Problem(f"{source} is not whole: its list of contents is missing. Nothing was changed.")
    manifest = _read_manifest(folder / "manifest.json", source)
    del found["manifest.json"]
    wrong = sorted(name for name in found.keys() | manifest.files.keys() if found.get(name) != manifest.files.get(name))
    if wrong:
        raise Problem(f"{source} is damaged: {', '.join(wrong[:3])} is not as it was written. Nothing was changed.")
    return manifest


def _read_manifest(path: Path, source: Path) -> Manifest:
    try:
        manifest = Manifest(**json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as problem:
        raise Problem(f"The list of contents in {source} cannot be read. Nothing was changed.") from problem
    if manifest.format > FORMAT or _numbers(manifest.version) > _numbers(__version__):
        raise Problem(
            f"{source} was made by Pennypot {manifest.version}, and this is {__version__}. "
            "Install that version or a newer one, then restore. Nothing was changed."
        )
    return manifest


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())


def _safe_name(member: tarfile.TarInfo) -> str:
    """Return the member's name inside the backup; anything but a plain file in its place is refused."""
    path = PurePosixPath(member.name)
    if (
        not member.isreg()
        or path.is_absolute()
        or ".." in path.parts
        or path.parts[:1] != (ROOT,)
        or len(path.parts) < 2
    ):
        raise tarfile.TarError(f"it holds {member.name!r}")
    return PurePosixPath(*path.parts[1:]).as_posix()


def _write(archive: tarfile.TarFile, member: tarfile.TarInfo, path: Path) -> list[str]:
    """Write one member and return its size and SHA-256."""
    if member.size > shutil.disk_usage(path.anchor if not path.parent.exists() else path.parent).free - _FREE_LEFT:
        raise Problem(f"The disk is too full to unpack the backup: {member.name} needs {member.size:,} bytes.")
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    seen, size = hashlib.sha256(), 0
    content = archive.extractfile(member)
    assert content is not None
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        while block := content.read(_BLOCK):
            seen.update(block)
            size += len(block)
            out.write(block)
    os.utime(path, (member.mtime, member.mtime))
    return [str(size), seen.hexdigest()]


def _restore_beside(dump: Path, manifest: Manifest, server: EmbeddedServer) -> None:
    """Restore into a database of another name, check it, and give it the name in one transaction."""
    server.drop_database(_NEW)
    server.create_database(_NEW)
    try:
        _restore_into(dump, manifest, server.url(_NEW), server)
        with psycopg.connect(server.admin_url("postgres")) as connection:
            for before, after in (("pennypot", _OLD), (_NEW, "pennypot")):
                rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
                connection.execute(rename.format(sql.Identifier(before), sql.Identifier(after)))
        server.drop_database(_OLD)
    finally:
        server.drop_database(_NEW)


def _restore_into(dump: Path, manifest: Manifest, url: str, server: EmbeddedServer | None) -> None:
    """Restore into an empty database, whole or not at all, and compare every table with the manifest."""
    run_tool(
        "pg_restore", url, server, "--no-owner", "--no-comments", "--exit-on-error", "--single-transaction", str(dump)
    )
    with psycopg.connect(url) as connection:
        sums = table_sums(connection)
    wrong = sorted(name for name in sums.keys() | manifest.tables.keys() if sums.get(name) != manifest.tables.get(name))
    if wrong:
        raise Problem(f"The restored tables {', '.join(wrong[:3])} do not match the backup. Please report this.")


def _change_files_over(files: Path, home: Path) -> None:
    old = [path for path in home.iterdir() if is_kept(path.name)]
    if old:
        away = Path(tempfile.mkdtemp(prefix=".pennypot-old-", dir=home))
        for path in old:
            path.rename(away / path.name)
        shutil.rmtree(away)
    for path in files.iterdir() if files.exists() else ():
        path.rename(home / path.name)
