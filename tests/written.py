"""Everything that the site wrote, piece by piece, to look for what must never stand together (check 10).

A piece is the smallest thing that belongs together: a row of a table, a line of the log, a file, a session, a cookie.
"""

from __future__ import annotations

import io
import json
import re
import subprocess
import tarfile
import zipfile
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.contrib.sessions.models import Session
from django.core import mail
from django.db import connection
from psycopg.conninfo import make_conninfo

from pennypot.house.backup import write_backup
from pennypot.house.database.programs import installed_programs

Piece = tuple[str, bytes]


def ways_to_write(*values: bytes) -> set[bytes]:
    """Return bytes as they might be written: as they are, as hexadecimal figures, in base64."""
    found = set()
    for value in values:
        plain = b64encode(value).rstrip(b"=")
        found |= {value, value.hex().encode(), plain, plain.replace(b"+", b"-").replace(b"/", b"_")}
    return found


def unpacked(row: bytes) -> bytes:
    """Return a row with the bytes beside it that PostgreSQL writes in hexadecimal figures."""
    packed = re.findall(rb"\\x((?:[0-9a-f]{2})+)", row)
    return b"\n".join([row, *(bytes.fromhex(figures.decode()) for figures in packed)])


def rows() -> Iterator[Piece]:
    """Yield every row of every table, with what is packed inside it unpacked."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT row_to_json(t)::text FROM "{table}" t')
            for (row,) in cursor.fetchall():
                packed = json.loads(row).get("value", "") if table == "house_cache" else ""
                yield f"a row of {table}", unpacked(row.encode()) + (b64decode(packed) if packed else b"")
    for session in Session.objects.all():
        yield "a session", json.dumps(session.get_decoded()).encode()


def files(folder: Path) -> Iterator[Piece]:
    """Yield every file of a folder, and every member of a ZIP among them."""
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        content = path.read_bytes()
        if zipfile.is_zipfile(io.BytesIO(content)):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                content = b"\n".join(archive.read(name) for name in archive.namelist())
        yield str(path.relative_to(folder)), path.name.encode() + b"\n" + content


def lines(logged: str) -> Iterator[Piece]:
    """Yield every line of the log."""
    for number, line in enumerate(logged.splitlines()):
        yield f"line {number} of the log", line.encode()


def letters() -> Iterator[Piece]:
    """Yield every letter that was sent."""
    for letter in mail.outbox:
        yield f"a letter to {letter.to}", f"{letter.to}\n{letter.subject}\n{letter.body}".encode()


def cookies(browser: Iterable[dict[str, object]]) -> Iterator[Piece]:
    """Yield what a browser keeps."""
    for cookie in browser:
        value = str(cookie["value"])
        parts = [value.encode()]
        for part in value.replace(":", ".").split("."):
            try:
                parts.append(b64decode(part + "=" * (-len(part) % 4), altchars=b"-_"))
            except ValueError:
                continue
        yield f"the cookie {cookie['name']}", b"\n".join(parts)


def backup(home: Path, scratch: Path) -> Iterator[Piece]:
    """Make a backup, and yield every row of its dump as a line, and every file in it."""
    given = connection.get_connection_params()
    url = make_conninfo(**{key: given[key] for key in ("host", "port", "user", "password", "dbname") if key in given})
    target = scratch / "backup.tar.gz"
    write_backup(target, home, url, None, set())
    with tarfile.open(target) as archive:
        for member in archive.getmembers():
            file = archive.extractfile(member)
            content = file.read() if file else b""
            if member.name.endswith("database.dump"):
                dump = scratch / "database.dump"
                dump.write_bytes(content)
                program = installed_programs() / "pg_restore"
                text = subprocess.run([program, "-f", "-", dump], capture_output=True, check=True).stdout
                for line in text.splitlines():
                    yield "a row of the backup", unpacked(line)
            else:
                yield f"{member.name} in the backup", content


def holding(pieces: Iterable[Piece], *groups: Iterable[bytes]) -> list[tuple[str, bytes]]:
    """Return the pieces that hold something of every group, with the beginning of what they are."""
    wanted = [list(group) for group in groups]
    return [
        (name, content[:300])
        for name, content in pieces
        if all(any(one in content for one in group) for group in wanted)
    ]
