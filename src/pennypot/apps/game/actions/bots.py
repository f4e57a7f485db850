"""Bots in empty chairs: after a person's move they answer what the table waits for, and each may do one thing more.

They never move when nobody plays. Their chance comes from the table and the move before, so a game that is played
again from the same log has the same bots.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from random import Random

from django.db.models import Count, Q

from pennypot.apps.game.models import Table
from pennypot.play import Pack, State
from pennypot.play.bots import CHARACTERS, Bot
from pennypot.play.moves import Move

MOST_MOVES = 60  # after one move of a person's
_ONE_AT_A_TIME = ("cut", "pool", "event")  # phases of one question at a time: one bot asks, not seven


def bot_seats(table: Table) -> dict[str, str]:
    """Return the seats that a bot plays now, with its habits: nobody sits there, but somebody does at the table.

    One query.
    """
    chairs = list(table.chairs.annotate(people=Count("phones", filter=Q(phones__left_at=None))).order_by("pk"))
    if not any(chair.people for chair in chairs):
        return {}
    return {chair.seat: chair.bot for chair in chairs if chair.bot and not chair.people}


def answers(
    cards: Pack, table: Table, seats: dict[str, str], state: State, make: Callable[[Move], State | None]
) -> None:
    """Let bots move.

    Parameters
    ----------
    seats
        Those of `bot_seats`.
    make
        Makes a move and returns the table after it, or None when the rules refuse it.
    """
    chance = Random(f"{cards.hash}:{table.pk}:{state.moves}")  # noqa: S311 - habits, nothing secret
    now = _Now(state)
    for move in islice(_moves(cards, seats, now, chance), MOST_MOVES):
        now.state = make(move) or now.state


@dataclass
class _Now:
    """How the table stands while bots move."""

    state: State


def _moves(cards: Pack, seats: dict[str, str], now: _Now, chance: Random) -> Iterator[Move]:
    for seat in seats:
        if now.state.phase != "over" and now.state.seats[seat].state == "vacant":
            yield {"do": "take_seat", "seat": seat, "by": "bot"}
    bots = [Bot(seat, CHARACTERS[habits], chance) for seat, habits in seats.items()]
    yield from _must(cards, bots, now)
    chance.shuffle(bots)
    for bot in bots:
        if now.state.seats[bot.seat].state != "taken" or now.state.proposal:
            continue
        move = bot.may(cards, now.state)
        if move is None:
            continue
        yield {**move, "by": "bot"}
        yield from _must(cards, bots, now)
        if now.state.phase in _ONE_AT_A_TIME and move["do"] == "propose":
            return


def _must(cards: Pack, bots: list[Bot], now: _Now) -> Iterator[Move]:
    for _again in range(3):  # a proposal, its amendment, and the end of it
        waited = False
        for bot in bots:
            if now.state.seats[bot.seat].state != "taken":
                continue
            move = bot.must(cards, now.state)
            if move is not None:
                waited = True
                yield {**move, "by": "bot"}
        if not waited:
            return
