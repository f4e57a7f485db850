"""``pennypot check``: the doctor."""

from __future__ import annotations

import os
import sys
from typing import Any

_MARKS = {"ok": "ok    ", "look": "look  ", "broken": "broken"}
_COLOURS = {"ok": "32", "look": "33", "broken": "31"}


def add_subcommands(verbs: Any) -> None:
    """Add the verb."""
    parser = verbs.add_parser(
        "check",
        help="look at everything that can go wrong, and say what to do",
        description="Look at the database, settings, mail, disk, clock, versions, jobs and backups. Each line is ok, "
        "look (works, but think about it) or broken (with what to do). If anything is broken the exit code is 2.",
    )
    parser.add_argument("--mail", action="store_true", help="also call the mail server")
    parser.set_defaults(run=lambda chosen: check(with_mail=chosen.mail))


def check(*, with_mail: bool) -> int:
    """Print the doctor's findings; return 2 when something is broken."""
    from pennypot.cli.ready import django_ready
    from pennypot.house.database import DatabaseProblem

    try:
        with django_ready(tables=False):
            from pennypot.house.doctor import examine

            found = []
            for finding in examine(with_mail=with_mail):
                found.append(finding.state)
                _print(finding.state, finding.about, finding.said)
    except DatabaseProblem as problem:
        _print("broken", "database", str(problem))
        found = ["broken"]
    broken, look = found.count("broken"), found.count("look")
    print(f"\n{broken} broken, {look} to look at, {found.count('ok')} ok.")
    return 2 if broken else 0


def _print(state: str, about: str, said: str) -> None:
    mark = _MARKS[state]
    if sys.stdout.isatty() and not os.environ.get("NO_COLOR"):
        mark = f"\033[{_COLOURS[state]};1m{mark}\033[0m"
    print(f"{mark}  {about + ':':<14} {said}")
