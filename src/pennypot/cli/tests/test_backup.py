"""The drill: back up a running site, wipe, restore, and have the same rows and the same bytes."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile

import psycopg
import pytest

from pennypot import __version__
from pennypot.cli.tests.site import pennypot_says, site
from pennypot.house import restoring
from pennypot.house.backup import ROOT, kept_files, table_sums
from pennypot.house.database import EmbeddedServer
from pennypot.house.problems import Problem
from pennypot.house.restoring import unpack
from pennypot.house.tests.embedded import execute, new_home

DEED = (
    "INSERT INTO house_deed (at, kind, about_kind, about_id, before, after, reason)"
    " VALUES (now(), 'house.test.done', 'house.deed', '1', '{}', '{\"pence\": 7}', 'Ŵŷ £')"
)


def contents(home):
    """Return every kept file of a home folder with its hash, and the rows of every table with their sum."""
    files = {str(path.relative_to(home)): hashlib.sha256(path.read_bytes()).hexdigest() for path in kept_files(home)}
    with EmbeddedServer(home) as server, psycopg.connect(server.url()) as connection:
        return files, table_sums(connection)


@pytest.fixture(scope="module")
def drill(home, tmp_path_factory):
    """A backup made while the site runs, and what the site held."""
    uploads = home / "uploads" / "places" / "logos"
    uploads.mkdir(parents=True, exist_ok=True)
    (uploads / "Caerdydd ŵ.png").write_bytes(bytes(range(256)) * 5_000)
    (uploads / "empty").touch()
    target = tmp_path_factory.mktemp("backups") / "site.tar.gz"
    with site(home, PENNYPOT_WORKER="no") as running:
        execute(running.database, DEED)
        execute(running.database, "INSERT INTO django_session VALUES ('key', 'data', now() + interval '1 day')")
        said = pennypot_says(home, "backup", str(target))
        assert said.returncode == 0, said.stderr
        assert running.get("/healthz")[0] == 200
    return target, said, contents(home)


def test_a_backup_is_one_private_file_and_says_what_it_holds(drill):
    target, said, _ = drill
    assert target.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in target.parent.iterdir()] == [target.name]
    assert "keys of the site" in said.stdout
    with tarfile.open(target) as archive:
        names = archive.getnames()
        manifest = json.load(archive.extractfile(f"{ROOT}/manifest.json"))
    assert manifest["version"] == __version__
    assert set(manifest["files"]) == {name.removeprefix(f"{ROOT}/") for name in names} - {"manifest.json"}
    assert "files/secret-key" in manifest["files"]
    assert not any(name.startswith(f"{ROOT}/files/database") for name in names)


def test_a_backup_never_overwrites(drill, home):
    target, _, _ = drill
    before = target.read_bytes()
    said = pennypot_says(home, "backup", str(target))
    assert said.returncode == 2 and "is there already" in said.stderr
    assert target.read_bytes() == before


def test_s58_what_is_restored_is_what_was_there_to_the_row_and_byte(drill):
    target, _, (files, tables) = drill
    with new_home("restored") as folder:
        said = pennypot_says(folder, "restore", str(target))
        assert said.returncode == 0, said.stderr
        assert contents(folder) == (files, tables)
        assert sum(int(rows) for rows, _ in tables.values()) > 100
        with EmbeddedServer(folder) as server:
            assert execute(server, "SELECT reason FROM house_deed WHERE kind = 'house.test.done'") == [("Ŵŷ £",)]
            assert execute(server, "SELECT count(*) FROM django_session") == [(0,)]
            with pytest.raises(psycopg.Error, match="cannot be changed"):
                execute(server, "UPDATE house_deed SET reason = ''")
        again = pennypot_says(folder, "restore", str(target))
        assert again.returncode == 2 and "is not empty" in again.stderr
        (folder / "uploads" / "later.txt").write_text("made after the backup")
        assert pennypot_says(folder, "restore", "--overwrite", str(target)).returncode == 0
        assert contents(folder) == (files, tables)
        with site(folder, PENNYPOT_WORKER="no") as running:
            assert running.get("/healthz")[0] == 200


def test_restoring_into_a_running_site_is_refused(drill, home):
    target, _, _ = drill
    with site(home, PENNYPOT_WORKER="no") as running:
        said = pennypot_says(home, "restore", "--overwrite", str(target))
        assert said.returncode == 2 and "Pennypot is running" in said.stderr
        assert running.get("/healthz")[0] == 200


def rewritten(target, folder, change):
    """Write the backup anew, with each member's name and bytes passed through a function; None leaves it out."""
    changed = folder / "changed.tar.gz"
    with tarfile.open(target) as old, tarfile.open(changed, "w:gz", compresslevel=1) as new:
        for member in old:
            kept = change(member, old.extractfile(member).read())
            if kept is not None:
                member.size = len(kept) if member.isreg() else 0
                new.addfile(member, io.BytesIO(kept) if member.isreg() else None)
    return changed


def flip_a_byte(member, data):
    return data[:99] + bytes([data[99] ^ 1]) + data[100:] if member.name.endswith("database.dump") else data


def lose_a_file(member, data):
    return None if member.name.endswith(".png") else data


def lose_the_manifest(member, data):
    return None if member.name.endswith("manifest.json") else data


def climb_out(member, data):
    if member.name.endswith(".png"):
        member.name, member.pax_headers = f"{ROOT}/../../outside.png", {}
    return data


def name_the_root(member, data):
    if member.name.endswith(".png"):
        member.name, member.pax_headers = "/outside.png", {}
    return data


def link_out(member, data):
    if member.name.endswith(".png"):
        member.type, member.linkname = tarfile.SYMTYPE, "/etc"
    return data


def come_from_later(member, data):
    if member.name.endswith("manifest.json"):
        return json.dumps(json.loads(data) | {"version": "999.0.0"}).encode()
    return data


def spoil_the_manifest(member, data):
    return b"{" if member.name.endswith("manifest.json") else data


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (flip_a_byte, "is damaged"),
        (lose_a_file, "is damaged"),
        (lose_the_manifest, "is not whole"),
        (climb_out, "no backup of Pennypot"),
        (name_the_root, "no backup of Pennypot"),
        (link_out, "no backup of Pennypot"),
        (come_from_later, "was made by Pennypot 999.0.0"),
        (spoil_the_manifest, "cannot be read"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_backup_that_is_not_as_it_was_written_is_refused(drill, tmp_path, change, said):
    target, _, _ = drill
    folder = tmp_path / "into"
    folder.mkdir()
    with pytest.raises(Problem, match=said):
        unpack(rewritten(target, tmp_path, change), folder)
    assert not (tmp_path / "outside.png").exists()


@pytest.mark.parametrize("part", [0, 0.001, 0.5, 0.99])
def test_a_backup_that_breaks_off_is_refused(drill, tmp_path, part):
    target, _, _ = drill
    cut = tmp_path / "cut.tar.gz"
    whole = target.read_bytes()
    cut.write_bytes(whole[: int(len(whole) * part)])
    (tmp_path / "into").mkdir()
    with pytest.raises(Problem, match="damaged|not whole"):
        unpack(cut, tmp_path / "into")


def test_a_file_that_is_no_backup_is_refused_and_changes_nothing(drill):
    with new_home("refused") as folder:
        said = pennypot_says(folder, "restore", __file__)
        assert said.returncode == 2
        assert "damaged or no backup of Pennypot" in said.stderr
        assert "Traceback" not in said.stderr
        assert list(kept_files(folder)) == []


def test_unpacking_stops_before_the_disk_is_full(drill, tmp_path, monkeypatch):
    target, _, _ = drill
    monkeypatch.setattr(restoring, "_FREE_LEFT", 10**18)
    with pytest.raises(Problem, match="disk is too full"):
        unpack(target, tmp_path)
