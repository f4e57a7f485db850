"""Which account of this machine runs the server, and what that account can reach."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pennypot.house.database.errors import DatabaseProblem

if sys.platform != "win32":
    import pwd

SYSTEM_USER = "pennypot"

# Administrators' programs are often missing from the path of a root shell opened with `su`.
_ADMIN_PATH = os.pathsep.join([os.defpath, "/usr/local/sbin", "/usr/sbin", "/sbin"])


@dataclass(frozen=True)
class Account:
    """An account of this machine, by name and numbers."""

    name: str
    uid: int
    gid: int

    @property
    def is_me(self) -> bool:
        """Whether this process already runs as this account."""
        return self.uid == os.geteuid()

    def switch(self) -> dict[str, Any]:
        """Return the arguments of `subprocess` that make a program run as this account."""
        if self.is_me:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def run(self, command: Sequence[str | Path], timeout: float = 120) -> subprocess.CompletedProcess[str]:
        """Run a program as this account and return what it said.

        Parameters
        ----------
        command
            The program and its arguments.
        timeout
            Seconds after which the program is ended and `subprocess.TimeoutExpired` raised.

        Raises
        ------
        PermissionError
            The account may not reach or execute the program.
        DatabaseProblem
            This process may not become the account.
        """
        try:
            return subprocess.run(
                [os.fspath(part) for part in command],
                cwd="/",
                env=clean_environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                timeout=timeout,
                check=False,
                **self.switch(),
            )
        except PermissionError as problem:
            # EACCES would mean that the program is out of reach.
            if problem.errno == errno.EPERM and not self.is_me:
                raise DatabaseProblem(
                    f"PostgreSQL refuses to run as root, and this root may not become the user {self.name} (a "
                    "container without the right to change users?). Run Pennypot as an ordinary user, or use "
                    "your own PostgreSQL by setting DATABASE_URL."
                ) from problem
            raise

    def can_enter(self, folder: Path) -> bool:
        """Whether this account can reach a folder through all its parents.

        The kernel is asked, by a shell running as the account, so that access lists count too.
        """
        return self.run(["/bin/sh", "-c", 'cd -- "$1"', "sh", folder]).returncode == 0


def clean_environment() -> dict[str, str]:
    """Return the environment for the server's programs: none of our secrets, nobody's PG settings."""
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


def running_as_root() -> bool:
    """Whether this process has root's rights."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def my_account() -> Account:
    """Return the account of this process.

    Raises
    ------
    DatabaseProblem
        The account has a number but no name, as in some containers; PostgreSQL needs a name.
    """
    try:
        entry = pwd.getpwuid(os.geteuid())
    except KeyError:
        raise DatabaseProblem(
            f"User number {os.geteuid()} has no name on this machine, and the built-in database needs one. "
            "Give it a name (a line in /etc/passwd), or use your own PostgreSQL by setting DATABASE_URL."
        ) from None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def system_account() -> Account:
    """Return the system user that runs the server for root, adding it when there is none.

    Raises
    ------
    DatabaseProblem
        The user does not exist and cannot be added.
    """
    known = find_system_account()
    for wait in (0.0, 0.5, 1.0):
        if known is None:
            # The list of users may be locked for a moment by somebody else who adds one.
            time.sleep(wait)
            _add_system_user()
            known = find_system_account()
    if known is None:
        raise DatabaseProblem(
            f"PostgreSQL refuses to run as root, so Pennypot needs a system user named {SYSTEM_USER}, "
            "and adding it did not work. Add it by hand "
            f"(on most systems: useradd --system --user-group {SYSTEM_USER}), or run Pennypot as an "
            "ordinary user, or use your own PostgreSQL by setting DATABASE_URL."
        )
    if known.uid == 0:
        raise DatabaseProblem(
            f"The user {SYSTEM_USER} has root's number 0, and PostgreSQL refuses to run as root. "
            f"Give {SYSTEM_USER} a number of its own."
        )
    return known


def find_system_account() -> Account | None:
    """Return the system user that runs the server for root, if there is one."""
    try:
        entry = pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        return None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _add_system_user() -> None:
    """Try the ways of adding a system user until the user is there."""
    nowhere = "/nonexistent"
    nologin = shutil.which("nologin", path=_ADMIN_PATH) or "/bin/false"
    ways = [
        # shadow-utils: nearly every distribution
        [["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", nowhere, "--shell", nologin]],
        # Debian without shadow's useradd in reach
        [["adduser", "--system", "--group", "--no-create-home", "--home", nowhere, "--shell", nologin]],
        # busybox
        [["addgroup", "-S"], ["adduser", "-S", "-D", "-H", "-h", nowhere, "-s", nologin, "-G", SYSTEM_USER]],
    ]
    for commands in ways:
        for command in commands:
            program = shutil.which(command[0], path=_ADMIN_PATH)
            if program is None:
                break
            subprocess.run(
                [program, *command[1:], SYSTEM_USER],
                env={"PATH": _ADMIN_PATH, "LC_ALL": "C"},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=60,
                check=False,
            )
        # Success is the user being there: another start may have added it a moment before us.
        if find_system_account() is not None:
            return
