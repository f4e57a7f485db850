"""The commands: count, recount, explain, compare. `add_subcommands` mounts them on any argument parser."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from .card import COMPLETIONS, RULES, STARTS, STOPS, TIE_KEYS, UTILITIES, RuleCard, stated_card
from .counting import count
from .election import Election
from .pabulib import PabulibError, read_pabulib

WRONG, UNREADABLE = 1, 2


class Trouble(Exception):
    """Something the person at the keyboard can put right; its text says what."""


def add_subcommands(subparsers) -> None:
    """Add the commands to an `argparse` subparsers object.

    Parsed arguments get ``run``, a function that takes them and gives the exit status.
    """
    counting = subparsers.add_parser("count", help="count an election", description=_COUNT)
    _election_options(counting)
    counting.add_argument("--certificate", metavar="OUT.json", help="also write a certificate that anyone can recount")
    counting.set_defaults(run=_guarded(run_count))

    recounting = subparsers.add_parser("recount", help="check a certificate against the ballots", description=_RECOUNT)
    recounting.add_argument("certificate", metavar="CERTIFICATE.json")
    recounting.add_argument("file", metavar="BALLOTS.pb")
    recounting.add_argument("--json", action="store_true", help="print JSON")
    recounting.set_defaults(run=_guarded(run_recount))

    explaining = subparsers.add_parser("explain", help="say why projects won or lost", description=_EXPLAIN)
    _election_options(explaining)
    explaining.add_argument("--project", action="append", metavar="ID", help="only this project (may be repeated)")
    explaining.add_argument("--adds", action="store_true", help="also say how many other voters would have been enough")
    explaining.add_argument("--quick", action="store_true", help="leave out votes missing and rivals withdrawn")
    explaining.set_defaults(run=_guarded(run_explain))

    warming = subparsers.add_parser("warm", help="compile the fast counting code now", description=_WARM)
    warming.set_defaults(run=_guarded(run_warm))

    comparing = subparsers.add_parser("compare", help="show what each rule would fund", description=_COMPARE)
    _election_options(comparing)
    comparing.set_defaults(run=_guarded(run_compare))


_COUNT = "Count an election by the rule that its file states, or by the rule given here."
_RECOUNT = "Count again from the ballots and say whether a certificate holds."
_EXPLAIN = "Say why each project won or lost, and what would have changed it."
_WARM = "Compile the code for large counts and keep it, so that no count has to wait for it."
_COMPARE = "Count an election by several rules and show them side by side."


def _election_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE.pb", help="an election in Pabulib's format")
    parser.add_argument("--rule", choices=RULES, help="the rule, if not the one that the file states")
    parser.add_argument("--utility", choices=UTILITIES, help="what a funded project is worth to its voter")
    parser.add_argument("--completion", choices=COMPLETIONS, help="what Equal Shares does with money that is left")
    parser.add_argument("--stop", choices=STOPS, help="when Add1 or ADD-OPT stops")
    parser.add_argument("--start", choices=STARTS, help="Equal Shares starts at budget / voters, or whole units")
    parser.add_argument("--step", metavar="AMOUNT", help="the step of Add1, in the money of the file")
    parser.add_argument("--too-dear", choices=("skip", "stop"), help="what the greedy rule does when one does not fit")
    parser.add_argument("--threshold", type=int, metavar="N", help="fewest votes or points a winner needs")
    parser.add_argument("--part-funding", metavar="SHARE", help="smallest share for which a project is funded in part")
    parser.add_argument(
        "--exclusive", action="append", type=_list_of(str), metavar="ID,ID", help="projects of which only one can win"
    )
    parser.add_argument("--ties", type=_list_of(str), metavar="KEY,KEY", help=f"of {', '.join(TIE_KEYS)}, in order")
    parser.add_argument("--seed", metavar="TEXT", help="public text that lots are drawn from")
    parser.add_argument("--card", metavar="CARD.json", help="a rule card, or a certificate that holds one")
    parser.add_argument("--lenient", action="store_true", help="repair what can be repaired in the file, and say so")
    parser.add_argument("--json", action="store_true", help="print JSON")


def _list_of(kind: Callable) -> Callable[[str], tuple]:
    def parse(text: str) -> tuple:
        return tuple(kind(part.strip()) for part in text.split(",") if part.strip())

    return parse


def _election(arguments: argparse.Namespace) -> Election:
    try:
        return read_pabulib(arguments.file, strict=not getattr(arguments, "lenient", False))
    except PabulibError as error:
        raise Trouble(f"{arguments.file}: {error}") from error
    except OSError as error:
        raise Trouble(f"{arguments.file}: {error.strerror or error}") from error


def _json_file(name: str) -> dict:
    try:
        data = json.loads(Path(name).read_text(encoding="utf-8"))
    except OSError as error:
        raise Trouble(f"{name}: {error.strerror or error}") from error
    except ValueError as error:
        raise Trouble(f"{name}: not JSON ({error})") from error
    if not isinstance(data, dict):
        raise Trouble(f"{name}: not a JSON object")
    return data


def card_from(arguments: argparse.Namespace, election: Election) -> RuleCard:
    """The rule card that the options ask for.

    A rule that is named, or any option that only Equal Shares knows, starts from that rule's own card; otherwise the
    card that the file states is taken, else Equal Shares with Add1. Options then change single fields.
    """
    fields = ("rule", "utility", "completion", "stop", "start", "step", "too_dear", "threshold", "part_funding",
              "exclusive", "ties", "seed")  # fmt: skip
    given = {name: getattr(arguments, name) for name in fields if getattr(arguments, name) is not None}
    if "exclusive" in given:
        given["exclusive"] = tuple(given["exclusive"])
    try:
        if arguments.card:
            data = _json_file(arguments.card)
            base = RuleCard.from_data(data["rule"] if isinstance(data.get("rule"), dict) else data)
        elif "rule" in given or {"utility", "completion", "stop", "start", "step"} & set(given):
            base = RuleCard()
        else:
            base = stated_card(election) or RuleCard()
        return base.but(**given)
    except ValueError as error:
        raise Trouble(str(error)) from error


@contextmanager
def _progress(quiet: bool) -> Iterator[Callable | None]:
    """A spinner on the error stream while something takes long, if a person is looking."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console

    with Console(stderr=True).status("Counting ...") as status:
        yield lambda done, reached: status.update(f"Counting ... {done} ({float(reached):.2f})")


@contextmanager
def _clean_output() -> Iterator[None]:
    """Keep what solvers print by themselves off the standard output, where JSON may be expected."""
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)


def _counted(arguments: argparse.Namespace):
    election = _election(arguments)
    card = card_from(arguments, election)
    with _progress(arguments.json) as progress, _clean_output():
        try:
            return election, count(election, card, progress=progress)
        except ValueError as error:
            raise Trouble(f"{arguments.file}: {error}") from error


def run_count(arguments: argparse.Namespace) -> int:
    """`count`: winners, ties and the trail."""
    election, result = _counted(arguments)
    if arguments.certificate:
        from .certificate import canonical, certificate

        Path(arguments.certificate).write_text(canonical(certificate(election, result)) + "\n", encoding="utf-8")
    if arguments.json:
        _print_json(result.as_data())
    else:
        from .screen import show_result

        show_result(election, result, arguments.certificate)
    return 0


def run_recount(arguments: argparse.Namespace) -> int:
    """`recount`: exit status 0 if the certificate holds, 1 if not."""
    from .certificate import recount

    claimed, election = _json_file(arguments.certificate), _election(arguments)
    with _clean_output():
        wrong = recount(claimed, election)
    if arguments.json:
        _print_json({"holds": not wrong, "problems": wrong})
    else:
        from .screen import show_recount

        show_recount(claimed, wrong)
    return WRONG if wrong else 0


def run_explain(arguments: argparse.Namespace) -> int:
    """`explain`: sentences for each project."""
    from .explain import explain

    election, result = _counted(arguments)
    for name in arguments.project or ():
        if name not in election.index:
            raise Trouble(f"{arguments.file} has no project {name!r}")
    deep = not arguments.quick
    with _progress(arguments.json) as progress, _clean_output():
        told = explain(
            election, result, arguments.project, votes=deep, withdrawn=deep, adds=arguments.adds, progress=progress
        )
    if arguments.json:
        _print_json({"rule": result.card.as_data(), "election_sha256": election.sha256, "projects": told})
    else:
        from .screen import show_explanations

        show_explanations(election, result, told)
    return 0


def run_warm(arguments: argparse.Namespace) -> int:
    """`warm`: fill the cache of compiled code by a count that needs all of it."""
    from .shares import compiled

    if compiled() is None:
        raise Trouble("there is no numba here, or nowhere to keep what it compiles; counts work without, more slowly")
    count(Election.build([("a", 2)], 2, [["a"], []]), RuleCard())
    print("Compiled code is ready.")
    return 0


def run_compare(arguments: argparse.Namespace) -> int:
    """`compare`: several rules side by side."""
    from .compare import compare

    election = _election(arguments)
    card = card_from(arguments, election)
    with _clean_output():
        rows = compare(election, card)
    if arguments.json:
        _print_json({"election_sha256": election.sha256, "rules": rows})
    else:
        from .screen import show_comparison

        show_comparison(election, rows)
    return 0


def _print_json(data) -> None:
    print(json.dumps(data, ensure_ascii=False, indent=2))


def _guarded(work: Callable[[argparse.Namespace], int]) -> Callable[[argparse.Namespace], int]:
    """Say trouble in one line on the error stream, instead of a traceback."""

    def run(arguments: argparse.Namespace) -> int:
        try:
            return work(arguments)
        except Trouble as trouble:
            print(f"pennypot: {trouble}", file=sys.stderr)
            return UNREADABLE

    return run


def main(words: list[str] | None = None) -> int:
    """The command on its own: `python -m pennypot.count`."""
    parser = argparse.ArgumentParser(prog="pennypot", description="Count participatory budgets.")
    add_subcommands(parser.add_subparsers(dest="command", required=True))
    arguments = parser.parse_args(words)
    return arguments.run(arguments)
