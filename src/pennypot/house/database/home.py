"""Where Pennypot keeps its data, and how it makes folders: exactly as meant, and never touching others."""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from collections.abc import Mapping
from pathlib import Path

import platformdirs

from pennypot.house.database.account import Account, my_account, running_as_root, system_account
from pennypot.house.database.errors import DatabaseProblem

SYSTEM_HOME = Path("/var/lib/pennypot")


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


def prepare_home(home: Path) -> Path:
    """Make the home folder if there is none; never change one that exists.

    An ordinary user's home folder is private (0700). Root's may be passed through, but not read, by
    the system user that runs the server (0710).

    Returns
    -------
    pathlib.Path
        The folder, with links followed.

    Raises
    ------
    DatabaseProblem
        It cannot be made or is not a folder.
    """
    if not home.exists():
        if running_as_root():
            _make_parents(home, 0o755)
            make_enterable(home, system_account())
        else:
            _make_parents(home, 0o700)
            make_folder(home, 0o700)
    if not home.is_dir():
        raise DatabaseProblem(f"{home} should be a folder, but it is something else. Set PENNYPOT_HOME to a folder.")
    return home.resolve()


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

    Raises
    ------
    DatabaseProblem
        It cannot be made, or something of that name is there that is not a folder of that owner.
    """
    try:
        path.mkdir(0o700)
    except FileExistsError:
        _check_owner(path, owner or my_account())
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


def make_enterable(folder: Path, account: Account) -> None:
    """Make a folder of root's that one account may pass through but not read."""
    # Under another name first: a second start at the same moment must never see it half made.
    part = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}")
    make_folder(part, 0o700)
    os.chown(part, 0, account.gid, follow_symlinks=False)
    part.chmod(0o710)
    try:
        part.rename(folder)
    except OSError:  # the second start has made it, and has something in it already
        part.rmdir()


def _make_parents(home: Path, mode: int) -> None:
    missing = [folder for folder in home.parents if not folder.exists()]
    for folder in reversed(missing):
        with contextlib.suppress(FileExistsError):
            make_folder(folder, mode)


def _check_owner(path: Path, owner: Account) -> None:
    """Refuse a folder that somebody else has put where ours belongs.

    Root writes files into some of these folders, and must not be led elsewhere by a link.
    """
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner.uid:
        raise DatabaseProblem(f"{path} should be a folder that belongs to {owner.name}, but it is not. Move it away.")
