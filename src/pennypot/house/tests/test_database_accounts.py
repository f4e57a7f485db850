"""Who runs the embedded server: an ordinary user, or a system user for root; and no folder of others is opened."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from pennypot.house.database import DatabaseProblem, EmbeddedServer, home, prepare_home, programs
from pennypot.house.tests.embedded import AS_ROOT, OWNER, execute, new_home, of_each_process, python

ORDINARY = "nobody"

as_root_only = pytest.mark.skipif(not AS_ROOT, reason="only root can try as somebody else")


@pytest.fixture
def above() -> Iterator[Path]:
    """A folder of ours in /tmp that everyone can pass through."""
    with new_home("above") as above:
        above.mkdir()
        above.chmod(0o711)
        yield above


def modes(folder: Path) -> dict[Path, tuple[int, int, int]]:
    """Mode and owner of a folder and of every one above it."""
    found = {path: path.stat() for path in [folder, *folder.parents]}
    return {path: (stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid) for path, status in found.items()}


@pytest.fixture(scope="module")
def first_start() -> Iterator[tuple[EmbeddedServer, list[object], list[object]]]:
    """A server started for the first time, and the modes of folders before and after."""
    with new_home() as place:
        # What a first start that was killed has left.
        prepare_home(place).joinpath("database.new-00000000").mkdir()
        watched = [place, programs.installed_programs()]
        before = [modes(folder) for folder in watched]
        with EmbeddedServer(place, fast=True) as server:
            yield server, before, [modes(folder) for folder in watched]


@pytest.fixture
def server(first_start: tuple[EmbeddedServer, list[object], list[object]]) -> EmbeddedServer:
    return first_start[0]


def test_a_first_start_clears_away_what_a_killed_one_has_left(server: EmbeddedServer) -> None:
    assert list(server.home.glob("database.new-*")) == []


def test_starting_changes_no_folder_that_was_there_before(
    first_start: tuple[EmbeddedServer, list[object], list[object]],
) -> None:
    _, before, after = first_start
    assert after == before


@as_root_only
def test_for_root_the_server_runs_as_a_system_user_who_alone_owns_the_data(server: EmbeddedServer) -> None:
    account = pwd.getpwnam("pennypot")
    assert account.pw_uid != 0
    run_as = of_each_process(server, lambda process: (process.uids().effective, process.gids().effective))
    assert len(run_as) > 3
    assert set(run_as) == {(account.pw_uid, account.pw_gid)}
    status = server.layout.data.stat()
    assert (status.st_uid, stat.S_IMODE(status.st_mode)) == (account.pw_uid, 0o700)


@as_root_only
def test_others_cannot_look_into_roots_home_and_the_server_cannot_write_where_root_writes(
    server: EmbeddedServer,
) -> None:
    assert (server.home.stat().st_uid, stat.S_IMODE(server.home.stat().st_mode)) == (0, 0o710)
    for folder in (server.layout.logs, server.layout.settings):
        assert (folder.stat().st_uid, stat.S_IMODE(folder.stat().st_mode)) == (0, 0o755)


@as_root_only
def test_an_ordinary_user_starts_and_stops_without_root(above: Path) -> None:
    os.chown(above, pwd.getpwnam(ORDINARY).pw_uid, -1)
    place = above / "deep" / "home"
    owner = python(OWNER, place, user=ORDINARY)
    try:
        said = owner.stdout.readline().split()
        assert said, owner.stderr.read()
        main = psutil.Process(int(said[1]))
        assert main.username() == ORDINARY
        made = [place, *(path for path in place.iterdir() if path.is_dir())]
        assert {stat.S_IMODE(path.stat().st_mode) for path in made} == {0o700}
        assert "root" not in place.joinpath("database-settings", "pg_ident.conf").read_text()
        assert owner.communicate("\n")[0].strip() == "0"
        assert owner.returncode == 0
    finally:
        owner.kill()
        owner.communicate()
        shutil.rmtree(above / "deep", ignore_errors=True)
        os.chown(above, 0, -1)


@as_root_only
def test_an_ordinary_user_is_told_in_words_that_a_folder_is_roots(above: Path) -> None:
    for place in (above / "new", prepare_home(above / "roots")):
        refused = python(OWNER, place, user=ORDINARY)
        _, said = refused.communicate("\n")
        assert refused.returncode == 1
        assert "DatabaseProblem" in said.splitlines()[-1]
        assert "PENNYPOT_HOME" in said.splitlines()[-1]


@as_root_only
def test_root_does_not_run_in_the_folder_of_another_user(above: Path) -> None:
    place = above / "theirs"
    place.mkdir()
    os.chown(place, pwd.getpwnam(ORDINARY).pw_uid, -1)
    with pytest.raises(DatabaseProblem, match="belongs to user number"):
        EmbeddedServer(place).start()
    assert [path.name for path in place.iterdir()] == ["database.lock"]


@as_root_only
@pytest.mark.parametrize("name", ["logs", "database-settings", "run"])
def test_root_follows_no_link_that_leads_out_of_the_home_folder(above: Path, name: str) -> None:
    place, trap = prepare_home(above / "home"), above / "trap"
    trap.mkdir()
    place.joinpath(name).symlink_to(trap)
    with pytest.raises(DatabaseProblem, match="should be a folder that belongs to"):
        EmbeddedServer(place, fast=True).start()
    assert list(trap.iterdir()) == []


@as_root_only
def test_a_home_that_the_system_user_cannot_reach_keeps_its_database_elsewhere_and_stays_closed(
    above: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(home, "SYSTEM_HOME", above / "system")
    closed = above / "private"
    closed.mkdir(0o700)
    before = modes(closed)
    with EmbeddedServer(closed / "home", fast=True) as server:
        execute(server, "CREATE TABLE kept AS SELECT 42 AS answer")
        assert server.layout.base.parent == above / "system"
        assert {path.name for path in (closed / "home").iterdir()} == {"database.lock", "database-is-at.txt"}
        assert server.layout.base.joinpath("belongs-to.txt").read_text().strip() == str(closed / "home")
        assert EmbeddedServer(closed / "home").url() == server.url()
    assert modes(closed) == before
    with EmbeddedServer(closed / "home", fast=True) as again:
        assert execute(again, "SELECT answer FROM kept") == [(42,)]

    # When the folder that the note names is gone, an empty database would be a lie.
    away = again.layout.base.rename(above / "away")
    with pytest.raises(DatabaseProblem, match="that folder is not there"):
        EmbeddedServer(closed / "home").start()
    away.rename(again.layout.base)

    # Who deletes the home folder begins again: old data must not come back.
    shutil.rmtree(closed / "home")
    prepare_home(closed / "home")
    assert EmbeddedServer(closed / "home").layout.base == closed / "home"


@as_root_only
def test_a_note_that_root_did_not_write_is_not_believed(above: Path) -> None:
    place = prepare_home(above / "home")
    note = place / "database-is-at.txt"
    note.write_text("/etc\n")
    os.chown(note, pwd.getpwnam(ORDINARY).pw_uid, -1)
    with pytest.raises(DatabaseProblem, match="not written by root"):
        EmbeddedServer(place).start()


@as_root_only
def test_programs_that_the_system_user_cannot_read_are_copied_once(
    above: Path, server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = programs.installed_programs().parent.parent
    closed = above / "private"
    closed.mkdir(0o700)
    for name in (package.name, f"{package.name}.libs"):
        if package.with_name(name).exists():
            shutil.copytree(
                package.with_name(name), closed / name, ignore=shutil.ignore_patterns("include", "*.a"), symlinks=True
            )
    monkeypatch.setattr(programs, "installed_programs", lambda: closed / package.name / "pginstall" / "bin")
    before = modes(closed / package.name)

    server.stop()
    server.start()
    [copy] = server.layout.base.glob("postgres-*")
    assert Path(psutil.Process(server.processes()[0]).exe()).is_relative_to(copy)
    assert {path.stat().st_uid for path in copy.rglob("*")} == {0}
    assert not any(stat.S_IMODE(path.stat().st_mode) & 0o022 for path in copy.rglob("*"))
    first = copy.stat().st_ino
    server.stop()
    server.start()
    assert [path.stat().st_ino for path in server.layout.base.glob("postgres-*")] == [first]
    assert modes(closed / package.name) == before


@as_root_only
def test_what_a_copy_that_was_killed_has_left_is_cleared_away(above: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = prepare_home(above / "home")
    folder = above / "bin" / "package" / "pginstall" / "bin"
    folder.mkdir(parents=True)
    folder.joinpath("postgres").write_text("#!/bin/sh\necho postgres 18\n")
    folder.joinpath("postgres").chmod(0o755)
    above.joinpath("bin").chmod(0o700)
    layout = EmbeddedServer(place).layout
    part = place / "postgres-old.part"
    part.mkdir()
    monkeypatch.setattr(programs, "installed_programs", lambda: folder)
    found = programs.programs_for(layout)
    assert not part.exists()
    assert found.is_relative_to(place)


@as_root_only
def test_root_without_the_right_to_change_users_is_told_so(above: Path) -> None:
    code = """
import ctypes, sys
from pathlib import Path
from pennypot.house.database import EmbeddedServer
PR_CAPBSET_DROP, CAP_SETUID, CAP_SETGID = 24, 7, 6
class Header(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]
class Rights(ctypes.Structure):
    _fields_ = [("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32)]
libc = ctypes.CDLL(None, use_errno=True)
header, rights = Header(0x20080522, 0), (Rights * 2)()
libc.capget(ctypes.byref(header), rights)
rights[0].effective &= ~(1 << CAP_SETUID | 1 << CAP_SETGID)
rights[0].permitted &= ~(1 << CAP_SETUID | 1 << CAP_SETGID)
assert libc.capset(ctypes.byref(header), rights) == 0
EmbeddedServer(Path(sys.argv[1])).start()
"""
    refused = python(code, prepare_home(above / "home"))
    _, said = refused.communicate()
    assert "may not become the user pennypot" in said.splitlines()[-1]
