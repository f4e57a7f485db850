"""The folders of one server: where they are, whose they are, and the account that runs it."""

from __future__ import annotations

import hashlib
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from pennypot.house.database import home as homes
from pennypot.house.database.account import (
    Account,
    find_system_account,
    my_account,
    running_as_root,
    system_account,
)
from pennypot.house.database.errors import DatabaseProblem

PORT = 5432  # only names the socket file: nothing listens on a port
LOCK = "database.lock"
POINTER = "database-is-at.txt"

# Linux allows 107 bytes in a socket's path and macOS 103.
_LONGEST_SOCKET_PATH = 100


@dataclass(frozen=True)
class Layout:
    """The folders of one server, and the account that runs it.

    Parameters
    ----------
    base
        The folder that holds them all: the home folder, or another that the account can reach.
    account
        Who runs the server and owns the data.
    """

    base: Path
    account: Account

    @property
    def data(self) -> Path:
        """The folder of the data."""
        return self.base / "database"

    @property
    def logs(self) -> Path:
        """The folder of the logs."""
        return self.base / "logs"

    @property
    def server_logs(self) -> Path:
        """The folder into which the server writes its own log files."""
        return self.logs / "database"

    @property
    def start_log(self) -> Path:
        """The file with what the server said before it could write its log."""
        return self.logs / "database-start.log"

    @property
    def settings(self) -> Path:
        """The folder of the server's settings, which the server itself cannot write as root's."""
        return self.base / "database-settings"

    @property
    def token(self) -> str:
        """A short name of this server among all servers of the machine."""
        return "pennypot-" + hashlib.sha256(os.fsencode(self.base)).hexdigest()[:12]

    @property
    def sockets(self) -> Path:
        """The folder of the socket: beside the data where such a path can be used at all."""
        near = self.base / "run"
        if _fit_for_socket(near):
            return near
        return Path("/tmp") / f"{self.token}-{self.account.uid}"  # noqa: S108 - make_folder checks whose it is

    def make(self) -> None:
        """Make the folders that are not there yet."""
        readable = 0o700 if self.account.is_me else 0o755
        homes.make_folder(self.logs, readable)
        homes.make_folder(self.settings, readable)
        homes.make_folder(self.server_logs, 0o700, self.account)
        homes.make_folder(self.sockets, 0o700, self.account)


def _fit_for_socket(folder: Path) -> bool:
    """Whether a socket in this folder can be named to PostgreSQL and to its clients."""
    try:
        encoded = str(folder).encode()
    except UnicodeEncodeError:  # a name that is not UTF-8 cannot stand in an address
        return False
    # A comma parts hosts in a client's address.
    return len(encoded) + len(f"/.s.PGSQL.{PORT}") <= _LONGEST_SOCKET_PATH and not set(str(folder)) & set(',"\n')


def layout_as_found(home: Path) -> Layout:
    """Return the layout of a home folder as far as it is there, making and changing nothing."""
    home = home.resolve()
    if not running_as_root():
        return Layout(home, my_account())
    return Layout(_noted_base(home) or home, find_system_account() or my_account())


def make_layout(home: Path) -> Layout:
    """Decide where the server of a home folder lives and who runs it. Call it with the lock held.

    Parameters
    ----------
    home
        The home folder, made by `prepare_home`.

    Raises
    ------
    DatabaseProblem
        No account may run it there; the message says what to do.
    """
    if not running_as_root():
        return _layout_of_ordinary_user(home)
    account = system_account()
    owner = home.stat().st_uid
    if owner not in (0, account.uid):
        raise DatabaseProblem(
            f"The folder {home} belongs to user number {owner}, but Pennypot runs as root. Run it as that user, "
            "or set PENNYPOT_HOME to a folder of root's."
        )
    layout = Layout(_noted_base(home) or home, account)
    if account.can_enter(layout.base):
        return layout
    if layout.base == home and not layout.data.exists():
        return Layout(_make_base_elsewhere(home, account), account)
    raise DatabaseProblem(
        f"The user {account.name}, who runs the database, cannot reach {layout.base}. Pennypot does not open "
        f"folders that it did not make: let {account.name} pass through that folder and each one above it "
        "(chmod o+x), as it could when the database was made."
    )


def _layout_of_ordinary_user(home: Path) -> Layout:
    layout = Layout(home, my_account())
    if (home / POINTER).exists() or (layout.data.exists() and layout.data.stat().st_uid != layout.account.uid):
        raise DatabaseProblem(
            f"The database of {home} belongs to another user. Run Pennypot as that user (or as root, who perhaps "
            "made it), or set PENNYPOT_HOME to another folder."
        )
    return layout


def _noted_base(home: Path) -> Path | None:
    """Return where the note in the home folder says that the database is, if there is a note."""
    pointer = home / POINTER
    try:
        handle = os.open(pointer, os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return None
    except OSError as problem:
        raise DatabaseProblem(f"{pointer} cannot be read: {problem.strerror}.") from problem
    with os.fdopen(handle, encoding="utf-8", errors="surrogateescape") as file:
        # Root makes folders where the note says, so nobody else may have written it.
        if os.fstat(handle).st_uid != 0:
            raise DatabaseProblem(f"{pointer} was not written by root. Move it away.")
        base = Path(file.readline().rstrip("\n"))
    if not base.is_absolute() or not base.is_dir():
        raise DatabaseProblem(
            f"{pointer} says that the database is in {base}, but that folder is not there. Bring it back, "
            f"or delete {pointer} to begin with an empty database."
        )
    return base


def _make_base_elsewhere(home: Path, account: Account) -> Path:
    """Make a folder that the account can reach, and note in the home folder where it is.

    The name is new each time: who deletes a home folder to begin again begins with an empty one.
    """
    above = homes.prepare_home(homes.SYSTEM_HOME)
    base = above / f"database-{secrets.token_hex(6)}"
    homes.make_enterable(base, account)
    if not account.can_enter(base):
        raise DatabaseProblem(
            f"The user {account.name}, who runs the database, can reach neither {home} nor {above}. "
            "Set PENNYPOT_HOME to a folder that every user can pass through, such as one in /srv."
        )
    _write_note(base / "belongs-to.txt", f"{home}\n")
    _write_note(
        home / POINTER,
        f"{base}\n\nThe user {account.name}, who runs the database, cannot reach this folder, and Pennypot does not\n"
        "open folders that it did not make. So the database is in the folder named above.\n",
    )
    return base


def _write_note(path: Path, text: str) -> None:
    """Write a note that nobody ever sees half written."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o644)
    with os.fdopen(handle, "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(text)
    part.rename(path)
