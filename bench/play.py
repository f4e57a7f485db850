"""Plays a thousand games of bots on each shipped pack and says how they end (`make bench-play`).

Figures: processor time for a thousand games; for each rule and target how often the target is met, how many decisions
and ready projects there are, which need comes off worst, how many tables agree on nothing; and whether any view of any
seat, after every move of a hundred games, holds what another keeps to itself.
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


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--games", type=int, default=1000, help="games for each line of the tables")
    parser.add_argument("--searched", type=int, default=100, help="games whose every view is searched")
    chosen = parser.parse_args()
    for name in PACKS:
        pack = shipped(name)
        print(f"\n{pack.title}, pack {pack.hash[:12]}")
        usual(pack, chosen.games)
        outcomes(pack, max(1, chosen.games // 5))
        search(pack, chosen.searched)


def usual(pack: Pack, games: int) -> None:
    """Time games of the usual bots by the pack's own rule, and check every end against the invariants."""
    started = time.process_time()
    played = [rehearse(pack, f"bench {number}") for number in range(games)]
    seconds = time.process_time() - started
    wrong = sum(bool(broken(pack, game.state)) for game in played)
    refused = sum(game.refused for game in played)
    print(f"{games} games in {seconds:.1f} s of one core ({1000 * seconds / games:.0f} ms each)")
    moves = median(len(game.moves) for game in played)
    print(f"moves a game: {moves:.0f}; refused: {refused}; invariants broken: {wrong}")


def outcomes(pack: Pack, games: int) -> None:
    """Say how games end by each rule and target, with more and more stubborn seats."""
    print(f"\n{games} games a line")
    print("rule        target  stubborn  met   decisions  ready  worst need         no agreement")
    total = sum(line.baseline_pence for line in pack.lines)
    for rule in RULES:
        for per_cent in TARGETS:
            for stubborn in STUBBORN:
                target = total * per_cent // 100
                readings = [
                    reading_of(
                        pack,
                        rehearse(
                            pack, f"{rule} {number}", crowd(stubborn, number), rule=rule, target_pence=target
                        ).state,
                    )
                    for number in range(games)
                ]
                print_line(pack, rule, per_cent, stubborn, readings)


def crowd(per_cent: int, number: int) -> list[str]:
    """Return eight characters, of which so many are stubborn on average, in seats that change from game to game."""
    seats = list(USUAL)
    stubborn = (8 * per_cent + (number * 37) % 100) // 100
    for at in range(stubborn):
        seats[(number + 3 * at) % 8] = "stubborn"
    return seats


def print_line(pack: Pack, rule: str, per_cent: int, stubborn: int, readings: list[Reading]) -> None:
    """Print one line of the table."""
    met = sum(one.gap_pence == 0 for one in readings) / len(readings)
    worst = Counter(one.worst_need.need for one in readings if one.worst_need).most_common(1)[0][0]
    dead = sum(one.ended == "no-agreement" for one in readings)
    agreed, ready = median(one.agreed for one in readings), median(one.ready for one in readings)
    print(
        f"{rule:11} {per_cent:4} %  {stubborn:6} %  {met:4.0%}  {agreed:9.0f}  {ready:5.0f}  "
        f"{pack.need[worst].name[:18]:18} {dead:6}"
    )


def search(pack: Pack, games: int) -> None:
    """Search every view after every move for what it must not hold."""
    found = 0
    for number in range(games):
        game = rehearse(pack, f"search {number}")
        table = begin(pack, **game.settings)
        for move in game.moves:
            table, _entries = apply(pack, table, move)
            found += len(list(leaks(pack, table)))
    print(f"\nsecrets found in others' views after every move of {games} games: {found}")


if __name__ == "__main__":
    main()
