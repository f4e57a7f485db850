"""Plays one whole game over a line that delays every piece by half a second and loses three in ten.

    python bench/wifi.py                      # about ten minutes, nearly all of them waiting; a part of make bench-game
    python bench/wifi.py --delay 0.1          # a better evening

Four phones and no facilitator: everything that is done at the table goes over the line. A piece that is lost takes its
connection with it, so a form may be lost on its way there, or the answer to a form that was taken.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from typing import Any

from hall import database, new_game, server

from pennypot.testing.phones import as_a_fresh_page
from pennypot.testing.wifi import BadLine, PlayedOver, play_over

ROUNDS = {"cut": 3, "pool": 1, "event": 1, "create": 4, "mend": 1, "story": 1, "carry": 1}


def main() -> None:
    """Play the game and say what came of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--delay", type=float, default=0.5, help="seconds, each way")
    parser.add_argument("--lost", type=float, default=0.3)
    chosen = parser.parse_args()
    with database(), server() as (port, _process):
        seats = ("resident", "young", "group", "council")
        game = new_game(1, [port], seats=seats, phase="lobby", facilitator=None)
        phones = game.phones[0]
        began = time.perf_counter()

        async def play() -> tuple[PlayedOver, BadLine]:
            async with BadLine(port, chosen.delay, chosen.lost) as line:
                for phone in phones:
                    phone.port = line.port
                return await play_over(phones, rounds=lambda phase: ROUNDS.get(phase, 1), patience=120), line

        played, line = asyncio.run(play())
        _report(game, played, line, time.perf_counter() - began)


def _report(game: Any, played: PlayedOver, line: BadLine, seconds: float) -> None:
    from pennypot.apps.game.models import Table, TableMove
    from pennypot.play import loaded

    phones = game.phones[0]
    table = Table.objects.select_related("session__pack").get(pk=phones[0].table)
    logged = TableMove.objects.filter(table=table, source="phone").order_by("number")
    keys = [str(key) for key in logged.values_list("key", flat=True)]
    made = {answer.key for answer in played.answers if answer.number is not None}
    refused = sum(answer.number is None for answer in played.answers)
    print(
        f"{line.delay * 1000:.0f} ms each way, {line.lost:.0%} of pieces lost: the game is {loaded(table.state).phase}"
    )
    print(f"  {len(made)} moves made and {refused} refused by the rules in {seconds:.0f} s")
    print(f"  {line.forms_lost} pieces lost on their way there, {line.answers_lost} on their way back")
    print(f"  forms sent again {sum(one.again for one in phones)}, streams opened {sum(one.opened for one in phones)}")
    lost, unknown = len(made - set(keys)), len(set(keys) - made)
    print(f"  in the log {len(keys)}: {lost} lost, {len(keys) - len(set(keys))} doubled, {unknown} unknown to a phone")
    fresh = sum(as_a_fresh_page(phone) for phone in phones)
    print(f"  {played.phones_at_the_end} of {len(phones)} phones show the end, {fresh} what a fresh page shows")


if __name__ == "__main__":
    main()
