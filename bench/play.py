"""Plays a thousand games of bots on each shipped pack and says how they end (`make bench-play`).

Figures: processor time for a thousand games; for each rule and target how often the target is met, how many decisions
and ready projects there are, which need comes off worst, how many tables agree on nothing; and whether any view of any
seat, after every move of a hundred games, holds what another keeps to itself. The tables are printed as they stand in
docs/game/bots.md.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from statistics import median

from pennypot.play import Pack, apply, begin, shipped
from pennypot.play.invariants import broken, leaks
from pennypot.play.readings import Reading, reading_of
from pennypot.play.rehearsal import USUAL, rehearse
from pennypot.play.state import RULES

PACKS = ("tilbrook", "birmingham")
TARGETS = (3, 6)  # per cent of all lines
STUBBORN = (0, 15, 30)  # per cent of seats
SAID = {"consent": "consent + 1", "unanimity": "everybody", "two-thirds": "two thirds"}


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--games", type=int, default=1000, help="games of the usual bots on each pack")
    parser.add_argument("--searched", type=int, default=100, help="games whose every view is searched")
    chosen = parser.parse_args()
    packs = [shipped(name) for name in PACKS]
    seen = f"secrets seen in {chosen.searched} games"
    head("pack", f"{chosen.games:,} games on one core", "moves a game", "moves refused", "invariants broken", seen)
    for pack in packs:
        line(f"{pack.title} ({pack.hash[:12]})", *usual(pack, chosen.games), search(pack, chosen.searched))
    for pack in packs:
        outcomes(pack, max(1, chosen.games // 5))


def head(*cells: str) -> None:
    """Print the first two lines of a table."""
    line(*cells)
    print("|" + "---|" * len(cells))


def line(*cells: object) -> None:
    """Print one line of a table."""
    print("| " + " | ".join(map(str, cells)) + " |", flush=True)


def usual(pack: Pack, games: int) -> tuple[str, str, int, int]:
    """Time games of the usual bots by the pack's own rule, and check every end against the invariants."""
    started = time.process_time()
    played = [rehearse(pack, f"bench {number}") for number in range(games)]
    seconds = time.process_time() - started
    wrong = sum(bool(broken(pack, game.state)) for game in played)
    refused = sum(game.refused for game in played)
    return f"{seconds:.1f} s", f"{median(len(game.moves) for game in played):.0f}", refused, wrong


def outcomes(pack: Pack, games: int) -> None:
    """Say how games end by each rule and target, with more and more stubborn seats."""
    print(f"\n### {pack.title}\n")
    none = "tables that agreed on nothing"
    head("rule", "target", "stubborn seats", "target met", "questions agreed", "ready projects", none)
    total = sum(one.baseline_pence for one in pack.lines)
    worst: Counter[str] = Counter()
    for rule in RULES:
        for per_cent in TARGETS:
            for stubborn in STUBBORN:
                settings = {"rule": rule, "target_pence": total * per_cent // 100}
                readings = [
                    reading_of(pack, rehearse(pack, f"{rule} {number}", crowd(stubborn, number), **settings).state)
                    for number in range(games)
                ]
                line(SAID[rule], f"{per_cent} %", f"{stubborn} %", *ends(readings))
                worst[worst_need(readings)] += 1
    for need, lines in worst.most_common():
        print(f"\nThe need that most often comes off worst: {pack.need[need].name}, {lines} of {worst.total()} lines.")


def crowd(per_cent: int, number: int) -> list[str]:
    """Return eight characters, of which so many are stubborn on average, in seats that change from game to game."""
    seats = list(USUAL)
    stubborn = (8 * per_cent + (number * 37) % 100) // 100
    for at in range(stubborn):
        seats[(number + 3 * at) % 8] = "stubborn"
    return seats


def ends(readings: list[Reading]) -> tuple[str, str, str, int]:
    """Return how often the target is met, questions and projects of the middle game, and who agreed on nothing."""
    met = sum(one.gap_pence == 0 for one in readings) / len(readings)
    dead = sum(one.ended == "no-agreement" for one in readings)
    agreed, ready = median(one.agreed for one in readings), median(one.ready for one in readings)
    return f"{100 * met:.0f} %", f"{agreed:.0f}", f"{ready:.0f}", dead


def worst_need(readings: list[Reading]) -> str:
    """Return the need that most of the games leave worst off."""
    return Counter(one.worst_need.need for one in readings if one.worst_need).most_common(1)[0][0]


def search(pack: Pack, games: int) -> int:
    """Search every view after every move for what it must not hold."""
    found = 0
    for number in range(games):
        game = rehearse(pack, f"search {number}")
        table = begin(pack, **game.settings)
        for move in game.moves:
            table, _entries = apply(pack, table, move)
            found += len(list(leaks(pack, table)))
    return found


if __name__ == "__main__":
    main()
