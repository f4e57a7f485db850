"""Where Pennypot keeps its data, and the folders that the server needs there."""

from __future__ import annotations

import hashlib
import os
import secrets
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from pennypot.house.database.account import (
    Account,
    account_of,
    my_account,
    running_as_root,
    system_account,
)
from pennypot.house.database.errors import DatabaseProblem

SYSTEM_HOME = Path("/var/lib/pennypot")
PORT = 5432  # only names the socket file: nothing listens on a port
POINTER = "database-is-at.txt"

# Linux allows 107 bytes in a socket's path and macOS 103.
_LONGEST_SOCKET_PATH = 100


def data_home(environ: Mapping[str, str]) -> Path:
    """Return the folder in which Pennypot keeps its data.

    Parameters
    ----------
    environ
        The environment, as in `os.environ`. ``PENNYPOT_HOME`` decides when it is set; else root has
        ``/var/lib/pennypot`` and everyone else the platform's folder for a user's data.
    """
    chosen = environ.get("PENNYPOT_HOME", "").strip()
    if chosen:
        return Path(chosen).expanduser().absolute()
    if running_as_root():
        return SYSTEM_HOME
    return platformdirs.user_data_path("pennypot", appauthor=False)


def make_folder(path: Path, mode: int, owner: Account | None = None) -> bool:
    """Make a folder with exactly this mode and owner, or leave an existing one untouched.

    Parameters
    ----------
    path
        The folder. Its parent must exist.
    mode
        Permission bits, whatever the umask.
    owner
        The account it shall belong to; this process's account when absent.

    Returns
    -------
    bool
        Whether we made it.
    """
    try:
        os.mkdir(path, 0o700)
    except FileExistsError:
        if not path.is_dir():
            raise DatabaseProblem(f"{path} should be a folder, but it is something else. Move it away.") from None
        return False
    except OSError as problem:
        raise DatabaseProblem(
            f"Pennypot cannot make the folder {path} ({problem.strerror}). "
            "Set PENNYPOT_HOME to a folder in which you may write."
        ) from problem
    # Through a descriptor, so that nobody can swap the folder for a link between two steps.
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        if owner is not None and not owner.is_me:
            os.fchown(handle, owner.uid, owner.gid)
        os.fchmod(handle, mode)
    finally:
        os.close(handle)
    return True


def prepare_home(home: Path) -> Path:
    """Make the home folder if there is none; never change one that exists.

    An ordinary user's home folder is private (0700). Root's may be entered, but not read, by the
    system user that runs the server (0710).
    """
    missing = [folder for folder in [home, *home.parents] if not folder.exists()]
    for folder in reversed(missing):
        if folder != home:
            make_folder(folder, 0o755 if running_as_root() else 0o700)
        elif not running_as_root():
            make_folder(home, 0o700)
        else:
            _make_enterable(home, system_account())
    if not home.is_dir():
        raise DatabaseProblem(f"{home} should be a folder, but it is something else. Set PENNYPOT_HOME to a folder.")
    return home


def _make_enterable(folder: Path, account: Account) -> None:
    """Make a folder of root's that one account may pass through."""
    if make_folder(folder, 0o700):
        os.chown(folder, 0, account.gid, follow_symlinks=False)
        os.chmod(folder, 0o710)


@dataclass(frozen=True)
class Layout:
    """The folders of one server, and the account that runs it."""

    home: Path
    base: Path
    account: Account

    @property
    def data(self) -> Path:
        """The folder of the data."""
        return self.base / "database"

    @property
    def unfinished(self) -> Path:
        """The folder in which new data is made before it takes its name."""
        return self.base / "database.new"

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
        """The folder of the server's settings, which the server cannot write."""
        return self.base / "database-settings"

    @property
    def lock(self) -> Path:
        """The file whose lock says who owns the server."""
        return self.home / "database.lock"

    @property
    def sockets(self) -> Path:
        """The folder of the socket: in the home folder where such a path can be used at all."""
        near = self.base / "run"
        if _fit_for_socket(near):
            return near
        name = hashlib.sha256(os.fsencode(self.base)).hexdigest()[:12]
        return Path("/tmp") / f"pennypot-{self.account.uid}-{name}"  # noqa: S108 - checked by make_private

    def make(self) -> None:
        """Make the folders that are not there yet."""
        account = self.account
        readable = 0o755 if not account.is_me else 0o700
        make_folder(self.logs, readable)
        make_folder(self.settings, readable)
        make_folder(self.server_logs, 0o700, account)
        make_folder(self.sockets, 0o700, account)
        found = os.lstat(self.sockets)
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != account.uid or found.st_mode & 0o022:
            raise DatabaseProblem(
                f"The folder {self.sockets} is needed for the database's socket, but it does not belong "
                f"to {account.name} alone. Remove it, or set PENNYPOT_HOME to another folder."
            )


def _fit_for_socket(folder: Path) -> bool:
    """Whether a socket in this folder can be named to PostgreSQL and to its clients."""
    try:
        encoded = str(folder).encode()
    except UnicodeEncodeError:  # a name that is not UTF-8 cannot stand in an address
        return False
    # A comma parts hosts in a client's address.
    return len(encoded) + len(f"/.s.PGSQL.{PORT}") <= _LONGEST_SOCKET_PATH and not set(str(folder)) & set(',"\n')


def find_layout(home: Path) -> Layout:
    """Decide where the server of a home folder lives and who runs it, making the home folder.

    Raises
    ------
    DatabaseProblem
        No account may run it there; the message says what to do.
    """
    home = prepare_home(home).resolve()
    if not running_as_root():
        me = my_account()
        data = home / "database"
        if data.exists() and data.stat().st_uid != me.uid:
            raise DatabaseProblem(
                f"The data in {data} belongs to another user. Run Pennypot as that user (or as root), "
                "or set PENNYPOT_HOME to another folder."
            )
        return Layout(home, home, me)
    base = _base_for_root(home)
    account = _owner_of_data(base / "database")
    if not account.can_enter(base):
        raise DatabaseProblem(
            f"The user {account.name}, who runs the database, cannot enter {base}. Pennypot does not open "
            "folders that it did not make. Either allow it to pass through that folder and each one above "
            "(chmod o+x), or set PENNYPOT_HOME to a folder below /var/lib."
        )
    return Layout(home, base, account)


def _base_for_root(home: Path) -> Path:
    if (home / "database").exists():
        return home
    pointer = home / POINTER
    if pointer.exists():
        base = Path(pointer.read_text(encoding="utf-8").splitlines()[0])
        if not base.is_dir():
            raise DatabaseProblem(
                f"{pointer} says that the data is in {base}, but that folder is not there. Bring it back, "
                f"or delete {pointer} to begin with an empty database."
            )
        return base
    if system_account().can_enter(home):
        return home
    return _base_elsewhere(home)


def _base_elsewhere(home: Path) -> Path:
    """Make a folder that the system user can reach, and note in the home folder where it is."""
    account = system_account()
    prepare_home(SYSTEM_HOME)
    base = SYSTEM_HOME / f"for-{home.name}-{secrets.token_hex(4)}"
    _make_enterable(base, account)
    (base / "belongs-to.txt").write_text(f"{home}\n", encoding="utf-8")
    note = (
        f"{base}\n\nThe user {account.name}, who runs the database, cannot enter this folder, and Pennypot does\n"
        "not open folders that it did not make. So the database is in the folder named above.\n"
    )
    (home / POINTER).write_text(note, encoding="utf-8")
    return base


def _owner_of_data(data: Path) -> Account:
    """Return who shall run the server: the owner of data that is there, else the system user."""
    if data.exists() and data.stat().st_uid != 0:
        return account_of(data.stat().st_uid)
    return system_account()
