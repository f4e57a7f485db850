"""``pennypot backup`` and ``pennypot restore``: everything in one file, and back."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


def add_subcommands(verbs: Any) -> None:
    """Add the two verbs."""
    writing = verbs.add_parser(
        "backup",
        help="write everything into one file, while the site runs",
        description="Write the database, the uploaded files and the keys into one file (.tar.gz). The site may be "
        "running. The file can be read by you only: it holds people's data and the keys of the site.",
    )
    writing.add_argument("file", type=Path, metavar="FILE", help="the file to write, or a folder to write it into")
    writing.set_defaults(run=lambda chosen: write(chosen.file))
    restoring = verbs.add_parser(
        "restore",
        help="bring a backup back into an empty home folder",
        description="Check a backup to the last byte, then bring back its database, files and keys. Nothing is "
        "changed if anything is wrong with it. Stop the site first.",
    )
    restoring.add_argument("file", type=Path, metavar="FILE", help="a file that `pennypot backup` has written")
    restoring.add_argument("--overwrite", action="store_true", help="throw away what is in the home folder now")
    restoring.set_defaults(run=lambda chosen: restore(chosen.file, overwrite=chosen.overwrite))


def write(target: Path) -> int:
    """Write a backup."""
    from pennypot.cli.ready import database_started, home_folder
    from pennypot.cli.stopping import stop_on_signals
    from pennypot.house.backup import LAST_BACKUP, write_backup
    from pennypot.house.options import read_options

    given = read_options(os.environ).given
    target = target.expanduser().absolute()
    if target.is_dir():
        target = target / f"pennypot-{datetime.now(UTC):%Y-%m-%d-%H%M%S}.tar.gz"
    home = home_folder()
    stop_on_signals()
    with database_started() as database:
        manifest = write_backup(target, home, database.url, database.server, given)
    (home / LAST_BACKUP).write_text(f"{manifest.made_at}\n", encoding="utf-8")
    size = target.stat().st_size / 1e6
    print(
        f"Written: {target} ({size:,.1f} MB), with {manifest.rows:,} rows in {len(manifest.tables)} tables and "
        f"{len(manifest.files) - 1} files.\n"
        "It holds people's data and the keys of the site: keep it where only you can read it, on another machine.\n"
        f"Try it now and then: PENNYPOT_HOME=/some/empty/folder pennypot restore {target.name}"
    )
    return 0


def restore(source: Path, *, overwrite: bool) -> int:
    """Restore a backup."""
    from pennypot.cli.ready import database_started, home_folder
    from pennypot.cli.stopping import stop_on_signals
    from pennypot.house.restoring import restore_backup

    home = home_folder()
    stop_on_signals()
    with database_started() as database:
        manifest = restore_backup(
            source.expanduser().absolute(), home, database.url, database.server, overwrite=overwrite
        )
    print(
        f"Restored into {home}: {manifest.rows:,} rows in {len(manifest.tables)} tables and "
        f"{len(manifest.files) - 1} files, each as it was on {manifest.made_at}. Everybody signs in anew."
    )
    if manifest.settings:
        print(f"The site that was backed up had these settings: {', '.join(manifest.settings)}.")
    return 0
