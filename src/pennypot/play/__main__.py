"""``python -m pennypot.play``: bots play a pack; prints a transcript and what can be read off the table."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .bots import CHARACTERS
from .lint import lint
from .moves import apply
from .pack import BadPack, Pack, read_pack, shipped
from .readings import reading_of
from .rehearsal import USUAL, rehearse
from .state import ORDERS, RULES, State, begin


def main(arguments: list[str] | None = None) -> int:
    """Play one game and print it; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m pennypot.play", description=__doc__)
    parser.add_argument("pack", nargs="?", default="tilbrook", help="a shipped pack's name, or a pack's file")
    parser.add_argument("--seed", default="1", help="the same seed plays the same game")
    parser.add_argument("--rule", choices=RULES, default="", help="how the table decides; the pack's own if not given")
    parser.add_argument("--order", choices=ORDERS, default="cut-first")
    parser.add_argument("--bots", default=",".join(USUAL), help=f"characters: {', '.join(CHARACTERS)}")
    parser.add_argument("--lint", action="store_true", help="only say what stops the pack from being published")
    chosen = parser.parse_args(arguments)
    try:
        pack = read_pack(Path(chosen.pack).read_bytes()) if Path(chosen.pack).is_file() else shipped(chosen.pack)
    except (BadPack, OSError) as problem:
        print(f"pennypot.play: {problem}", file=sys.stderr)
        return 2
    if chosen.lint:
        problems = lint(pack)
        print("\n".join(problem.said for problem in problems) or "Nothing stops this pack from being published.")
        return 1 if problems else 0
    unknown = set(chosen.bots.split(",")) - set(CHARACTERS)
    if unknown:
        print(f"pennypot.play: there is no bot called {', '.join(sorted(unknown))}.", file=sys.stderr)
        return 2
    game = rehearse(pack, chosen.seed, chosen.bots.split(","), rule=chosen.rule, order=chosen.order)
    print(f"{pack.title}, pack {pack.hash[:12]}, seed {chosen.seed}\n")
    for line in transcript(pack, game.moves, **game.settings):
        print(line)
    print()
    print_reading(pack, game.state)
    return 0


def pounds(pence: int) -> str:
    """Return pence as pounds, to the penny only where there is one."""
    return f"£{pence / 100:,.2f}".removesuffix(".00")


def transcript(pack: Pack, moves: list[Mapping[str, Any]], **settings: Any) -> list[str]:
    """Return a game as lines of text, phase by phase, with the money as it changes."""
    lines: list[str] = []
    state = begin(pack, **settings)
    for number, move in enumerate(moves, start=1):
        phase = state.phase
        state, entries = apply(pack, state, move)
        words = ", ".join(f"{key} {value}" for key, value in move.items() if key not in ("do", "seat", "by"))
        lines.append(f"{number:4}  {move.get('seat', move.get('by', '')):12} {move['do']:10} {words}".rstrip())
        lines += [f"{'':19}{one.source} -> {one.target}: {pounds(one.pence)}" for one in entries]
        if state.phase != phase:
            lines.append(f"\n== {state.phase}: found {pounds(state.found_pence)} of {pounds(state.target_pence)}")
    return lines


def print_reading(pack: Pack, state: State) -> None:
    """Print what can be read off a table."""
    read = reading_of(pack, state)
    print(f"Ended: {read.ended}. Found {pounds(read.found_pence)} of {pounds(read.target_pence)}.")
    print(f"Agreed {read.agreed}, not agreed {read.not_agreed}, holds {read.holds}, dissents {read.dissents}.")
    print(f"Projects ready {read.ready}, not ready {read.unready}; spent {pounds(read.spent_pence)}.")
    print("In kind: " + (", ".join(f"{kind} {units}" for kind, units in read.in_kind.items()) or "nothing"))
    for borne in read.borne:
        print(f"  {borne.agency}: bears {borne.times:.2f} times its size ({pounds(borne.cut_pence)})")
    for need in read.needs:
        mark = "*" if need.bound else " "
        print(f" {mark} {pack.need[need.need].name}: {need.lines_cut} lines cut, {need.projects_ready} projects help")


if __name__ == "__main__":
    raise SystemExit(main())
