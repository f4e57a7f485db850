"""The ``pennypot`` command: one verb for each thing that can be done from a terminal.

Verbs are added by modules with a function ``add_subcommands(subparsers)``. A verb's parser sets ``run``, a function of
the parsed arguments that returns an exit code or None. A verb of a room (``pennypot.apps.<room>.commands``) runs with
the database started and Django set up, unless it sets ``needs_database=False``. These modules import nothing heavy at
their top, so that ``pennypot --help`` answers at once.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import sys
from collections.abc import Iterable, Sequence
from types import ModuleType
from typing import Any

from pennypot import __version__

BAD = 2  # exit code of a verb that could not do its work

# In the order of the help text.
_OWN = ("demo", "serve", "worker", "check", "backup")
_ROOMS = ("people", "places", "budgets", "fund", "rounds", "voting")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb and return the exit code: 0 done, 1 done in part, 2 could not be done."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:  # a terminal that cannot show a sign gets a question mark, not an error
            reconfigure(errors="replace")
    try:
        given = list(sys.argv[1:] if arguments is None else arguments)
        wanted = next((word for word in given if not word.startswith("-")), None)
        return _run(build_parser(wanted).parse_args(given)) or 0
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # what reads our output has gone, as `head` does
        sys.stderr.close()
        return 0


def build_parser(wanted: str | None = None) -> argparse.ArgumentParser:
    """Return the parser with every verb that is installed.

    Parameters
    ----------
    wanted
        The verb that will be run, if known. The verbs of the count load numpy, and its 25 MB stay for as long as a
        server runs, so they are left out when another verb is wanted.
    """
    parser = argparse.ArgumentParser(
        prog="pennypot",
        description="Pennypot: a penny in every public pound, decided by the people of the place.",
        epilog="Settings come from the environment: docs/reference/settings.md lists them all.",
    )
    parser.add_argument("--version", action="version", version=f"Pennypot {__version__}")
    parser.add_argument("--traceback", action="store_true", help="show where in the program a problem arose")
    verbs = parser.add_subparsers(title="verbs", metavar="VERB", dest="verb", required=True)
    for name in _OWN:
        importlib.import_module(f"pennypot.cli.{name}").add_subcommands(verbs)
    rooms = list(_room_commands())
    for module in rooms:
        if hasattr(module, "add_subcommands"):
            with_database(module.add_subcommands, verbs)
    _add_imports(verbs, rooms)
    if wanted not in verbs.choices:
        importlib.import_module("pennypot.count.command").add_subcommands(verbs)
    return parser


def with_database(add: Any, verbs: Any) -> None:
    """Let a room add its verbs, each of which then runs with the database started and Django set up."""
    before = set(verbs.choices)
    add(verbs)
    for name in set(verbs.choices) - before:
        parser = verbs.choices[name]
        if parser.get_default("needs_database") is None:
            parser.set_defaults(needs_database=True)


def _add_imports(verbs: Any, rooms: Iterable[ModuleType]) -> None:
    """Add ``pennypot import KIND``: a room offers kinds by a function ``add_imports(subparsers)``."""
    offering = [module for module in rooms if hasattr(module, "add_imports")]
    if not offering:
        return
    parser = verbs.add_parser("import", help="read a file of budgets, spending or areas into a place")
    kinds = parser.add_subparsers(title="what the file holds", metavar="KIND", dest="import_kind", required=True)
    for module in offering:
        with_database(module.add_imports, kinds)


def _room_commands() -> Iterable[ModuleType]:
    for room in _ROOMS:
        name = f"pennypot.apps.{room}.commands"
        if importlib.util.find_spec(name):
            yield importlib.import_module(name)


def _run(chosen: argparse.Namespace) -> int | None:
    """Run the chosen verb; a problem becomes one plain sentence on the error stream."""
    try:
        if not getattr(chosen, "needs_database", False):
            return chosen.run(chosen)
        from pennypot.cli.ready import django_ready

        with django_ready():
            return chosen.run(chosen)
    except KeyboardInterrupt:
        raise
    except SystemExit as problem:
        if chosen.traceback or not isinstance(problem.code, str):
            raise
        return _say(problem.code)
    except Exception as problem:
        if chosen.traceback:
            raise
        return _say(_in_words(problem))


def _in_words(problem: Exception) -> str:
    """Return a problem as a sentence for the person at the terminal."""
    kinds = {f"{kind.__module__}.{kind.__qualname__}" for kind in type(problem).__mro__}
    if kinds & {
        "pennypot.house.problems.Problem",
        "pennypot.house.database.errors.DatabaseProblem",
        "pennypot.house.answers.Invalid",
        "pennypot.house.answers.Refused",
    }:
        return str(problem)
    if kinds & {"psycopg.OperationalError", "django.db.utils.OperationalError"}:
        first = str(problem).strip().splitlines()
        return f"The database does not answer ({first[0] if first else type(problem).__name__}). Is DATABASE_URL right?"
    if isinstance(problem, OSError) and problem.strerror:
        where = f": {problem.filename}" if problem.filename else ""
        return f"{problem.strerror}{where}."
    return (
        f"Something went wrong that Pennypot did not expect ({type(problem).__name__}: {problem}). "
        "Run the same command with --traceback before the verb, and report what it shows."
    )


def _say(sentence: str) -> int:
    print(f"pennypot: {sentence}", file=sys.stderr)
    return BAD
