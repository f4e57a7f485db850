"""Starting, finding and stopping the embedded server."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from urllib.parse import quote

import psycopg
from psycopg import sql

from pennypot.house.database.account import clean_environment
from pennypot.house.database.configuration import ADMIN_ROLE, ROLE, write_configuration
from pennypot.house.database.errors import DatabaseProblem
from pennypot.house.database.home import PORT, Layout, find_layout, make_folder
from pennypot.house.database.lock import OwnerLock
from pennypot.house.database.processes import clear_remains, end_server, main_process, server_processes, wait_until
from pennypot.house.database.programs import Programs, programs_for

DATABASE = "pennypot"
EXTENSIONS = ("pg_trgm", "vector")
LOG_FILES_KEPT = 10

# The repair after a crash reads at most max_wal_size, which a slow disk does well within this.
_PATIENCE = 120.0


class EmbeddedServer:
    """PostgreSQL for one home folder: no port, no password, no administrator.

    Parameters
    ----------
    home
        The home folder, usually `data_home(os.environ)`. It is made when absent.
    fast
        For throw-away servers in tests: nothing is forced to disk, so a crash of the machine may
        ruin the data.

    Attributes
    ----------
    owned : bool
        Whether this process holds the server, so that `stop` stops it. The first process to start
        holds it; others attach. When the holder was killed, the next to start adopts the server.
    """

    def __init__(self, home: Path, *, fast: bool = False) -> None:
        self.home = Path(home).absolute()
        self.fast = fast
        self._layout: Layout | None = None
        self._programs: Programs | None = None
        self._lock: OwnerLock | None = None
        self._owner_pid = 0

    # -- for everyone ------------------------------------------------------------------------------

    @property
    def owned(self) -> bool:
        """Whether `stop` will stop the server: not in a process forked from the one that started it."""
        return self._owner_pid == os.getpid()

    @property
    def layout(self) -> Layout:
        """The server's folders, known once `start` was called."""
        if self._layout is None:
            raise DatabaseProblem("The built-in database was asked for before it was started.")
        return self._layout

    def start(self) -> EmbeddedServer:
        """Start the server, or attach to the one that runs already; return when it answers.

        Raises
        ------
        DatabaseProblem
            It cannot be started; the message says why and what to do.
        """
        if sys.platform == "win32":
            raise DatabaseProblem(
                "The built-in database runs on Linux and macOS. On Windows use WSL, or your own PostgreSQL "
                "by setting DATABASE_URL."
            )
        self._layout = find_layout(self.home)
        self._lock = self._lock or OwnerLock(self._layout.lock)
        end = time.monotonic() + _PATIENCE
        while not self._lock.take():
            if self._is_ready():
                self._programs = self._programs or programs_for(self._layout)
                return self
            if time.monotonic() > end:
                raise DatabaseProblem(
                    f"Another Pennypot holds the database in {self.layout.data}, but the database does not "
                    f"answer. Stop that Pennypot, or see the logs in {self.layout.logs}."
                )
            time.sleep(0.05)
        try:
            self._start_as_owner()
        except BaseException:
            self._lock.release()
            raise
        self._owner_pid = os.getpid()
        return self

    def stop(self) -> None:
        """Stop the server if this process holds it; return when none of its processes is left.

        Whoever else is attached loses the connection. Without effect when already stopped.
        """
        if not self.owned or self._lock is None:
            return
        self._owner_pid = 0
        try:
            end_server(self.layout.data)
            if self.layout.sockets.parent != self.layout.base:
                shutil.rmtree(self.layout.sockets, ignore_errors=True)
        finally:
            self._lock.release()

    def __enter__(self) -> EmbeddedServer:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def url(self, database: str = DATABASE) -> str:
        """Return the address of a database for the application's role."""
        return self._url(ROLE, database)

    def admin_url(self, database: str = DATABASE) -> str:
        """Return the address of a database for the superuser: for maintenance only."""
        return self._url(ADMIN_ROLE, database)

    def create_database(self, name: str) -> bool:
        """Create a database that belongs to the application's role.

        Returns
        -------
        bool
            False when it was there already.
        """
        statement = sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), sql.Identifier(ROLE))
        try:
            with self._connect() as connection:
                connection.execute(statement)
        except (psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
            return False
        return True

    def drop_database(self, name: str) -> None:
        """Drop a database and all in it, ending the connections to it; fine when it is not there."""
        with self._connect() as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def program(self, name: str) -> Path:
        """Return the path of one of PostgreSQL's programs, such as ``pg_dump`` or ``psql``."""
        if self._programs is None:
            raise DatabaseProblem("The built-in database was asked for before it was started.")
        return self._programs.path(name)

    def tidy_logs(self) -> None:
        """Delete all but the newest ten log files of 5 MB. Each start does it; a nightly job may."""
        for path in sorted(self.layout.server_logs.glob("database-*.log"))[:-LOG_FILES_KEPT]:
            path.unlink(missing_ok=True)

    # -- for the process that holds the lock -------------------------------------------------------

    def _start_as_owner(self) -> None:
        layout = self.layout
        self._programs = programs_for(layout)
        self._refuse_other_major()
        layout.make()
        self.tidy_logs()
        # A server may run although nobody holds it: its holder was killed. Then it is adopted.
        if not self._adopt():
            clear_remains(layout.data, layout.sockets)
            if not layout.data.exists():
                self._initialise()
            self._launch()
        self._make_roles_and_database()

    def _adopt(self) -> bool:
        """Return whether a server runs and answers; end one that runs and does not."""
        data = self.layout.data
        if not wait_until(lambda: self._answers() or not main_process(data), 10):
            end_server(data)
        return self._answers()

    def _refuse_other_major(self) -> None:
        note = self.layout.data / "PG_VERSION"
        if not note.exists() or self._programs is None:
            return
        theirs = note.read_text(encoding="utf-8").strip()
        ours = str(self._programs.major)
        if theirs != ours:
            which = "an older" if theirs.isdigit() and int(theirs) < int(ours) else "a newer"
            raise DatabaseProblem(
                f"The data in {self.layout.data} was made by PostgreSQL {theirs}, {which} one than the PostgreSQL "
                f"{ours} of this Pennypot, which cannot read it. Nothing was changed. To move the data over: "
                "with the Pennypot that made it run `pennypot backup`; move that folder away; then with this "
                "Pennypot run `pennypot restore`."
            )

    def _initialise(self) -> None:
        """Make an empty database cluster under another name, then give it its name in one step."""
        layout = self.layout
        assert self._programs is not None
        # What a start that was killed half-way has left.
        shutil.rmtree(layout.unfinished, ignore_errors=True)
        said = ""
        # C.UTF-8 decides what a letter is, for full-text search; macOS before 15 does not know it.
        for letters in ("C.UTF-8", "en_US.UTF-8", "C"):
            make_folder(layout.unfinished, 0o700, layout.account)
            done = layout.account.run(
                [
                    self._programs.path("initdb"),
                    f"--pgdata={layout.unfinished}",
                    f"--username={ADMIN_ROLE}",
                    "--auth=peer",
                    "--encoding=UTF8",
                    "--locale=C",
                    f"--lc-ctype={letters}",
                    "--locale-provider=builtin",
                    "--builtin-locale=C.UTF-8",
                    "--data-checksums",
                    "--no-instructions",
                    *(["--no-sync"] if self.fast else []),
                ]
            )
            if done.returncode == 0:
                layout.unfinished.rename(layout.data)
                return
            said = done.stdout
            shutil.rmtree(layout.unfinished, ignore_errors=True)
        raise DatabaseProblem(f"The database could not be made in {layout.base}. PostgreSQL said:\n{said[-2000:]}")

    def _launch(self) -> None:
        """Start the server in a session of its own, so that Ctrl-C reaches us and not the server."""
        layout = self.layout
        assert self._programs is not None
        settings = write_configuration(layout, fast=self.fast)
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
        with os.fdopen(os.open(layout.start_log, flags, 0o600), "wb") as log:
            try:
                process = subprocess.Popen(
                    [self._programs.path("postgres"), "-D", layout.data, "-c", f"config_file={settings}"],
                    cwd="/",
                    env=clean_environment(),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                    **layout.account.switch(),
                )
            except OSError as problem:
                raise DatabaseProblem(f"The database could not be started: {problem}") from problem
        wait_until(lambda: process.poll() is not None or self._answers(), _PATIENCE)
        if process.poll() is None and self._answers():
            return
        if process.poll() is None:
            end_server(layout.data)
        said = layout.start_log.read_text(encoding="utf-8", errors="replace")[-2000:]
        raise DatabaseProblem(
            f"The database in {layout.data} did not start. PostgreSQL said:\n{said}\nMore may be in {layout.server_logs}."
        )

    def _make_roles_and_database(self) -> None:
        """Make what every database of ours needs. The database comes last: its being there means done."""
        if self._is_ready():
            return
        with self._connect() as connection:
            known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone()
            if not known:
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB").format(sql.Identifier(ROLE)))
        with self._connect("template1") as connection:
            for name in EXTENSIONS:
                connection.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(name)))
        self.create_database(DATABASE)

    # -- asking the server -------------------------------------------------------------------------

    def _url(self, role: str, database: str) -> str:
        folder = quote(os.fsencode(self.layout.sockets), safe="")
        return f"postgresql://{role}@/{quote(database, safe='')}?host={folder}&port={PORT}"

    def _connect(self, database: str = "postgres") -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(self.admin_url(database), autocommit=True, connect_timeout=5)

    def _answers(self) -> bool:
        """Whether a server answers at our socket, and it is the one of our data."""
        try:
            with self._connect() as connection:
                row = connection.execute("SELECT current_setting('data_directory')").fetchone()
        except psycopg.Error:
            return False
        return row is not None and os.path.realpath(str(row[0])) == os.path.realpath(self.layout.data)

    def _is_ready(self) -> bool:
        """Whether the server answers and our database was made."""
        if not self._answers():
            return False
        with self._connect() as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
        return found is not None


def processes_of(server: EmbeddedServer) -> list[int]:
    """Return the numbers of the server's living processes: for the doctor and for tests."""
    return [process.pid for process in server_processes(server.layout.data)]
