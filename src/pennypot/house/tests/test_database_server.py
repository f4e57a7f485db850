"""The embedded server in calm weather: what it makes, who may talk to it, and where it may live."""

from __future__ import annotations

import contextlib
import os
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from pennypot.house.database import DatabaseProblem, EmbeddedServer, data_home, throwaway_server
from pennypot.house.database import layout as layouts
from pennypot.house.database.processes import wait_until
from pennypot.house.database.urls import parse
from pennypot.house.tests.embedded import AS_ROOT, OWNER, end, execute, new_home, of_each_process, python


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedServer]:
    with throwaway_server() as server:
        yield server


@pytest.fixture
def home(stopped_home: Path) -> Iterator[Path]:
    """A home folder with a database that no test is fond of."""
    yield stopped_home
    end(stopped_home)
    stopped_home.joinpath("database-settings", "own.conf").unlink(missing_ok=True)


@pytest.fixture
def fresh() -> Iterator[Path]:
    """The path of a home folder that is not there yet."""
    with new_home() as home:
        yield home


def test_a_new_server_keeps_text_as_utf8_with_checksums_and_universal_time(server: EmbeddedServer) -> None:
    def setting(name: str) -> str:
        return execute(server, f"SHOW {name}")[0][0]

    assert setting("server_encoding") == "UTF8"
    assert setting("data_checksums") == "on"
    assert setting("timezone") == "UTC"
    provider, locale = execute(server, "SELECT datlocprovider, datlocale FROM pg_database WHERE datname = 'pennypot'")[
        0
    ]
    assert (provider, locale) == ("b", "C.UTF-8")


def test_full_text_search_knows_letters_from_quotes_and_pounds(server: EmbeddedServer) -> None:
    found = execute(server, "SELECT to_tsvector('simple', 'The children’s “£500” – Łódź') @@ '500 & children & łódź'")
    assert found == [(True,)]


def test_s55_what_is_forced_to_disk_and_how_much_memory_is_taken(home: Path) -> None:
    with EmbeddedServer(home) as careful:
        for name, value in {
            "fsync": "on",
            "full_page_writes": "on",
            "synchronous_commit": "on",
            "shared_buffers": "64MB",
            "max_connections": "60",
        }.items():
            assert execute(careful, f"SHOW {name}") == [(value,)], name


def test_the_applications_role_owns_its_database_and_is_no_superuser(server: EmbeddedServer) -> None:
    assert execute(server, "SELECT current_user::text, current_setting('is_superuser')") == [("pennypot", "off")]
    assert execute(server, "SELECT rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user") == [
        (False, True)
    ]
    assert execute(server, "SELECT datdba::regrole::text FROM pg_database WHERE datname = 'pennypot'") == [
        ("pennypot",)
    ]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        execute(server, "SELECT pg_read_file('/etc/passwd')")


def test_the_admin_role_is_superuser(server: EmbeddedServer) -> None:
    with psycopg.connect(server.admin_url()) as connection:
        assert connection.execute("SELECT current_setting('is_superuser')").fetchone() == ("on",)


def test_every_database_that_the_application_makes_has_the_extensions(server: EmbeddedServer) -> None:
    execute(server, 'CREATE DATABASE "made by the application"', "postgres")
    names = execute(server, "SELECT extname FROM pg_extension", "made by the application")
    assert {("pg_trgm",), ("vector",)} <= set(names)
    assert execute(server, "SELECT similarity('penny', 'pennies') > 0.3, '[1,2]'::vector <-> '[1,0]'") == [(True, 2.0)]


def test_a_database_is_made_once_and_dropped_with_its_connections(server: EmbeddedServer) -> None:
    assert server.create_database('odd "name"') is True
    assert server.create_database('odd "name"') is False
    with psycopg.connect(server.url('odd "name"'), autocommit=True) as connection:
        connection.execute("CREATE TABLE mine ()")
        server.drop_database('odd "name"')
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
    server.drop_database('odd "name"')


def test_no_port_is_open(server: EmbeddedServer) -> None:
    numbers = set(server.processes())
    assert numbers
    assert [open_port for open_port in psutil.net_connections("inet") if open_port.pid in numbers] == []
    assert execute(server, "SHOW listen_addresses") == [("",)]


def test_the_socket_and_the_data_are_closed_to_everyone_else(server: EmbeddedServer) -> None:
    folders = [server.layout.data, server.layout.sockets, server.layout.server_logs]
    assert [stat.S_IMODE(folder.stat().st_mode) for folder in folders] == [0o700] * 3


@pytest.mark.skipif(not AS_ROOT, reason="only root can try as another user")
def test_another_user_of_the_machine_cannot_connect_even_through_an_open_door(home: Path) -> None:
    with EmbeddedServer(home, fast=True) as server:
        # The folder's mode is one lock and the check of who is there the other: so open the first.
        for opened in (server.layout.sockets, next(server.layout.sockets.glob(".s.PGSQL.5432"))):
            opened.chmod(0o777)
        home.chmod(0o711)
        other = python("import psycopg, sys; psycopg.connect(sys.argv[1])", server.url(), user="nobody")
        _, said = other.communicate()
    assert other.returncode != 0
    assert "Peer authentication failed" in said


def test_the_log_says_that_something_failed_but_not_what_was_written(server: EmbeddedServer) -> None:
    execute(server, "CREATE TABLE post (address text UNIQUE)")
    for _ in range(2):
        with contextlib.suppress(psycopg.errors.UniqueViolation):
            execute(server, "INSERT INTO post VALUES ('asha@example.org')")

    def logged() -> str:
        return "".join(path.read_text() for path in server.layout.server_logs.glob("*.log"))

    assert wait_until(lambda: "duplicate key value violates unique constraint" in logged(), 5)
    assert "asha" not in logged()


def test_only_the_newest_ten_logs_are_kept(server: EmbeddedServer) -> None:
    for day in range(10, 31):
        server.layout.server_logs.joinpath(f"database-200001{day}-000000.log").touch()
    server.tidy_logs()
    kept = sorted(path.name for path in server.layout.server_logs.iterdir())
    assert len(kept) == 10
    assert kept[0] == "database-20000122-000000.log"
    assert kept[-1] > "database-2020"


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="no /proc to look into")
def test_the_server_is_not_told_our_secrets(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PENNYPOT_SECRET_KEY", "open sesame")
    with EmbeddedServer(home, fast=True) as server:
        told = Path(f"/proc/{min(server.processes())}/environ").read_bytes()
    assert b"TZ=UTC" in told
    assert b"sesame" not in told


def test_ctrl_c_in_the_terminal_does_not_reach_the_server(server: EmbeddedServer) -> None:
    sessions = of_each_process(server, lambda process: os.getsid(process.pid))
    assert len(sessions) > 3
    assert os.getsid(0) not in sessions


def test_our_own_reader_of_addresses_understands_ours(server: EmbeddedServer) -> None:
    entry = parse(server.url())
    assert (entry["HOST"], entry["NAME"], entry["USER"]) == (str(server.layout.sockets), "pennypot", "pennypot")
    host, port, name, user = (entry[key] for key in ("HOST", "PORT", "NAME", "USER"))
    psycopg.connect(host=host, port=port, dbname=name, user=user).close()


def test_stop_leaves_no_process_and_start_finds_the_data_again(home: Path) -> None:
    with EmbeddedServer(home, fast=True) as server:
        execute(server, "CREATE TABLE found_again AS SELECT 42 AS answer")
        numbers = server.processes()
        assert len(numbers) > 3
        server.stop()
        assert (server.processes(), server.owned, server.running) == ([], False, False)
        assert [number for number in numbers if alive(number)] == []
        server.stop()
    with EmbeddedServer(home, fast=True) as again:
        assert execute(again, "SELECT answer FROM found_again") == [(42,)]


def alive(number: int) -> bool:
    try:
        return psutil.Process(number).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_who_comes_second_attaches_and_stops_nothing(server: EmbeddedServer) -> None:
    second = EmbeddedServer(server.home).start()
    assert (server.owned, second.owned) == (True, False)
    assert second.url() == server.url()
    second.stop()
    assert server.running
    assert server.start().owned


def test_a_process_forked_from_the_owner_stops_nothing(server: EmbeddedServer) -> None:
    child = os.fork()
    if child == 0:
        try:
            server.stop()
            os._exit(int(server.owned or server.start().owned))
        finally:
            os._exit(2)
    assert os.waitpid(child, 0)[1] == 0
    assert server.running


def test_of_many_first_starts_at_once_exactly_one_owns_the_server_and_the_address_is_as_foretold(fresh: Path) -> None:
    server = EmbeddedServer(fresh)
    foretold = server.url()
    assert not server.running
    assert not fresh.exists(), "asking makes nothing"
    racers = [python(OWNER, fresh) for _ in range(4)]
    said = [racer.stdout.readline().split() for racer in racers]
    assert sorted(owned for owned, _ in said) == ["False", "False", "False", "True"]
    assert len({number for _, number in said}) == 1
    psycopg.connect(foretold).close()
    owners_last = sorted(zip(racers, said, strict=True), key=lambda pair: pair[1][0])
    left = [racer.communicate("\n")[0].strip() for racer, _ in owners_last]
    assert left[-1] == "0"
    assert all(int(number) > 0 for number in left[:-1])


def test_the_home_folder_may_have_any_name_and_be_moved_while_stopped(home: Path) -> None:
    for name in ("a folder with spaces", "Llandudno’s ŷ 🪙", 'it\'s "quoted", \\comma\\', "-D", "100%20"):
        moved = home.rename(home.with_name(name))
        try:
            with EmbeddedServer(moved, fast=True) as server:
                assert execute(server, "SELECT 1") == [(1,)], name
                assert len(server.processes()) > 3, name
        finally:
            moved.rename(home)


def test_a_path_too_long_for_a_socket_gets_a_private_folder_elsewhere(home: Path) -> None:
    above = home.parent / ("deep-" * 20) / ("deeper-" * 10)
    above.mkdir(parents=True)
    deep = home.rename(above / "home")
    try:
        with EmbeddedServer(deep, fast=True) as server:
            sockets = server.layout.sockets
            assert deep not in sockets.parents
            assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
            assert execute(server, "SELECT 1") == [(1,)]
            assert EmbeddedServer(deep).start().url() == server.url()
        assert not sockets.exists()
    finally:
        deep.rename(home)


def test_a_folder_that_another_user_put_in_the_sockets_place_is_refused(
    fresh: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layouts, "_LONGEST_SOCKET_PATH", 1)
    server = EmbeddedServer(fresh, fast=True)
    sockets = server.layout.sockets
    sockets.symlink_to("/")
    try:
        with pytest.raises(DatabaseProblem, match="should be a folder that belongs to"):
            server.start()
    finally:
        sockets.unlink()
    assert server.processes() == []


def test_settings_of_ones_own_win(home: Path) -> None:
    with EmbeddedServer(home, fast=True) as server:
        server.layout.settings.joinpath("own.conf").write_text("work_mem = '7MB'\n")
    with server:
        assert execute(server, "SHOW work_mem") == [("7MB",)]


def test_a_setting_that_postgresql_refuses_is_told_in_its_words_and_leaves_nothing(home: Path) -> None:
    with EmbeddedServer(home, fast=True) as server:
        server.layout.settings.joinpath("own.conf").write_text("work_mem = 'a lot'\n")
    with pytest.raises(DatabaseProblem, match='invalid value for parameter "work_mem"'):
        server.start()
    assert (server.owned, server.processes()) == (False, [])
    server.layout.settings.joinpath("own.conf").unlink()
    with server:
        assert server.owned


@pytest.mark.parametrize(("theirs", "which"), [("17", "older"), ("99", "newer")])
def test_data_of_another_major_version_is_refused_with_what_to_do(fresh: Path, theirs: str, which: str) -> None:
    fresh.joinpath("database").mkdir(parents=True)
    fresh.chmod(0o711)
    fresh.joinpath("database", "PG_VERSION").write_text(f"{theirs}\n")
    with pytest.raises(DatabaseProblem) as told:
        EmbeddedServer(fresh).start()
    for part in (f"PostgreSQL {theirs}", which, "pennypot backup", "pennypot restore", str(fresh)):
        assert part in str(told.value)
    assert [path.name for path in fresh.joinpath("database").iterdir()] == ["PG_VERSION"]


def test_a_home_that_is_a_file_is_refused_in_words(fresh: Path) -> None:
    fresh.write_text("not a folder")
    with pytest.raises(DatabaseProblem, match="should be a folder"):
        EmbeddedServer(fresh).start()
    fresh.unlink()


def test_postgresqls_own_programs_can_be_run(server: EmbeddedServer) -> None:
    dump = subprocess.run([server.program("pg_dump"), server.url()], capture_output=True, text=True, check=True)
    assert "PostgreSQL database dump complete" in dump.stdout


def test_the_home_folder_is_chosen_by_the_environment_or_by_who_runs_it(tmp_path: Path) -> None:
    assert data_home({"PENNYPOT_HOME": str(tmp_path)}) == tmp_path
    assert data_home({"PENNYPOT_HOME": "here"}) == Path.cwd() / "here"
    usual = data_home({"PENNYPOT_HOME": " "})
    assert usual == data_home({})
    assert usual == Path("/var/lib/pennypot") if AS_ROOT else usual.is_relative_to(Path.home())
