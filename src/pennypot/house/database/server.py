"""Starting, finding and stopping the embedded server."""

from __future__ import annotations

import os
import secrets
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
from pennypot.house.database.home import make_folder, prepare_home
from pennypot.house.database.layout import LOCK, PORT, Layout, layout_as_found, make_layout
from pennypot.house.database.lock import OwnerLock
from pennypot.house.database.processes import end_server, main_process, server_processes, wait_until
from pennypot.house.database.programs import installed_programs, major_version, programs_for

DATABASE = "pennypot"
EXTENSIONS = ("pg_trgm", "vector")
LOG_FILES_KEPT = 10

# The repair after a crash reads at most max_wal_size, which a slow disk does well within this.
SECONDS_TO_START = 60.0
# Without an owner a server that runs answers at once, or is in that repair.
SECONDS_TO_ANSWER = 10.0


class EmbeddedServer:
    """PostgreSQL for one home folder: no port, no password, no administrator.

    The first process to start it owns it; others attach, and lose it when the owner stops it. When the
    owner was killed, the next to start adopts the server that it left behind.

    Parameters
    ----------
    home
        The home folder, usually `data_home(os.environ)`. It is made when absent.
    fast
        For throw-away servers in tests: nothing is forced to disk, so a crash of the machine may
        ruin the data.
    """

    def __init__(self, home: Path, *, fast: bool = False) -> None:
        self.home = Path(home).absolute()
        self.fast = fast
        self._layout: Layout | None = None
        self._lock = OwnerLock(self.home / LOCK)
        self._owner_pid = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._last_problem = ""

    # -- for everyone ------------------------------------------------------------------------------

    @property
    def owned(self) -> bool:
        """Whether `stop` stops the server; never in a process forked from the one that started it."""
        return self._owner_pid == os.getpid()

    @property
    def running(self) -> bool:
        """Whether the server answers and has Pennypot's database."""
        return self._answers(and_has=DATABASE)

    @property
    def layout(self) -> Layout:
        """The server's folders; before `start`, as far as they can be known."""
        return self._layout or layout_as_found(self.home)

    def start(self) -> EmbeddedServer:
        """Start the server, or attach to the one that runs already; return when it answers.

        Calling it again is cheap and starts a server that was killed meanwhile.

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
        try:
            prepare_home(self.home)
            if self._take_lock_or_attach():
                self._start_as_owner()
        except OSError as problem:
            raise DatabaseProblem(
                f"The built-in database could not be started: {problem}. Is {self.home} a folder in which you may "
                "write, on a disk with room? PENNYPOT_HOME chooses another."
            ) from problem
        return self

    def stop(self) -> None:
        """Stop the server if this process owns it; return when none of its processes is left.

        Whoever else is attached loses the connection. Without effect when already stopped.
        """
        if not self.owned:
            return
        self._owner_pid = 0
        try:
            self._end()
        finally:
            self._lock.release()

    def __enter__(self) -> EmbeddedServer:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def url(self, database: str = DATABASE) -> str:
        """Return the address of a database for the application's role; it may be asked before `start`."""
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
        """Return the path of one of PostgreSQL's client programs, such as ``pg_dump`` or ``psql``."""
        return installed_programs() / name

    def processes(self) -> list[int]:
        """Return the numbers of the server's living processes."""
        return [process.pid for process in server_processes(self.layout)]

    def tidy_logs(self) -> None:
        """Delete all but the newest ten log files of 5 MB. Each start does it; a nightly job may."""
        for path in sorted(self.layout.server_logs.glob("database-*.log"))[:-LOG_FILES_KEPT]:
            path.unlink(missing_ok=True)

    # -- starting ----------------------------------------------------------------------------------

    def _take_lock_or_attach(self) -> bool:
        """Return True when we hold the lock, False when the server of another owner answers."""
        end = time.monotonic() + SECONDS_TO_START
        while not self._lock.take():
            self._owner_pid = 0
            self._layout = layout_as_found(self.home)
            if self.running:
                self._refuse_other_major()
                return False
            if time.monotonic() > end:
                raise DatabaseProblem(
                    f"Another Pennypot holds the database in {self.layout.data}, but the database does not "
                    f"answer. Stop that Pennypot, or see the logs in {self.layout.logs}."
                )
            time.sleep(0.05)
        return True

    def _start_as_owner(self) -> None:
        try:
            self._layout = make_layout(self.home.resolve())
            self._refuse_other_major()
            self._layout.make()
            self.tidy_logs()
            # A server may run although nobody owns it, when its owner was killed: it is adopted.
            if not self._adopt():
                self._launch()
            self._make_roles_and_database()
        except BaseException:
            self._owner_pid = 0
            if self._process is not None:
                self._end()
            self._lock.release()
            raise
        self._owner_pid = os.getpid()

    def _adopt(self) -> bool:
        """Return whether a server runs and answers; clear away one that does not, or what it left."""
        if wait_until(lambda: self._answers() or not main_process(self.layout), SECONDS_TO_ANSWER) and self._answers():
            return True
        self._end()
        return False

    def _end(self) -> None:
        end_server(self.layout)
        if self._process is not None:
            self._process.poll()  # lets the kernel forget it
            self._process = None
        if self.layout.sockets.parent != self.layout.base:
            shutil.rmtree(self.layout.sockets, ignore_errors=True)

    def _refuse_other_major(self) -> None:
        note = self.layout.data / "PG_VERSION"
        if not note.exists():
            return
        theirs, ours = note.read_text(encoding="utf-8").strip(), str(major_version())
        if theirs != ours:
            which = "older" if theirs.isdigit() and int(theirs) < int(ours) else "newer"
            raise DatabaseProblem(
                f"The data in {self.layout.data} was made by PostgreSQL {theirs}, which is {which} than the "
                f"PostgreSQL {ours} of this Pennypot, so it cannot be read. Nothing was changed. To move the data: "
                "with the Pennypot that made it run `pennypot backup`; then move that folder away, and with this "
                "Pennypot run `pennypot restore`."
            )

    def _initialise(self, programs: Path) -> None:
        """Make an empty database cluster under another name, then give it its name in one step."""
        layout, said = self.layout, ""
        # What a start that was killed half-way has left. It may be writing still: so never the same name.
        for left in layout.base.glob("database.new-*"):
            shutil.rmtree(left, ignore_errors=True)
        # C.UTF-8 decides what a letter is, for full-text search; macOS before 15 does not know it.
        for letters in ("C.UTF-8", "en_US.UTF-8", "C"):
            new = layout.base / f"database.new-{secrets.token_hex(4)}"
            make_folder(new, 0o700, layout.account)
            command: list[str | Path] = [
                programs / "initdb",
                f"--pgdata={new}",
                f"--username={ADMIN_ROLE}",
                "--auth=peer",
                "--encoding=UTF8",
                "--locale=C",
                f"--lc-ctype={letters}",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--data-checksums",
                "--no-instructions",
                *(["--no-sync", "--wal-segsize=1"] if self.fast else []),
            ]
            done = layout.account.run(command)
            if done.returncode == 0:
                new.rename(layout.data)
                return
            said = done.stdout
            shutil.rmtree(new, ignore_errors=True)
        raise DatabaseProblem(f"The database could not be made in {layout.base}. PostgreSQL said:\n{said[-2000:]}")

    def _launch(self) -> None:
        """Start the server in a session of its own, so that Ctrl-C reaches us and not the server."""
        layout = self.layout
        layout.make()
        programs = programs_for(layout)
        if not layout.data.exists():
            self._initialise(programs)
        settings = write_configuration(layout, fast=self.fast)
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
        with os.fdopen(os.open(layout.start_log, flags, 0o600), "wb") as log:
            self._process = process = subprocess.Popen(
                # processes.py knows the main process by how this begins
                [programs / "postgres", "-D", layout.data, "-c", f"config_file={settings}"],
                cwd="/",
                env=clean_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **layout.account.switch(),
            )
        wait_until(lambda: process.poll() is not None or self._answers(), SECONDS_TO_START)
        if process.poll() is not None or not self._answers():
            said = layout.start_log.read_text(encoding="utf-8", errors="replace")[-2000:]
            raise DatabaseProblem(
                f"The database in {layout.data} did not start. PostgreSQL said:\n{said}\nThe last attempt to connect "
                f"said:\n{self._last_problem}\nThere may be more in {layout.server_logs}."
            )

    def _make_roles_and_database(self) -> None:
        """Make what every database of ours needs. The database comes last: its being there means done."""
        if self.running:
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

    def _answers(self, and_has: str = "postgres") -> bool:
        """Whether a server answers at our socket, is the one of our data, and has a database."""
        question = "SELECT current_setting('data_directory') FROM pg_database WHERE datname = %s"
        try:
            with self._connect() as connection:
                row = connection.execute(question, [and_has]).fetchone()
        except psycopg.Error as problem:
            self._last_problem = str(problem)
            return False
        return row is not None and os.path.realpath(str(row[0])) == os.path.realpath(self.layout.data)
