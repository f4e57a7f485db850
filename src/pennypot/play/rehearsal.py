"""Whole games played by bots: to rehearse a pack, and to test the engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from .bots import CHARACTERS, Bot
from .moves import apply
from .pack import Pack
from .state import State, begin
from .words import Illegal

USUAL = ("cautious", "custodial", "generous", "cautious", "silent", "custodial", "generous", "cautious")
# Rounds of asking everybody, per phase: as much as a table gets done in its minutes.
ROUNDS = {"place": 1, "cut": 9, "pool": 4, "event": 2, "create": 16, "mend": 4, "story": 3, "carry": 3}


@dataclass
class Game:
    """A game that was played: its settings, its log, and where it ended."""

    settings: dict[str, Any]
    moves: list[Mapping[str, Any]]
    state: State
    refused: int  # moves of bots that the rules did not allow: a bot's mistake, never a change


def rehearse(
    pack: Pack,
    seed: int | str,
    characters: Sequence[str] = USUAL,
    **settings: Any,
) -> Game:
    """Let bots play one game from the lobby to the end.

    Parameters
    ----------
    seed
        The same seed plays the same game.
    characters
        Names of `CHARACTERS`, for the seats in the order of the pack; the list begins anew when it is too short.
    settings
        Those of `begin`.
    """
    chance = Random(f"{pack.hash}:{seed}")  # noqa: S311 - chance for a rehearsal, nothing secret
    game = Game(dict(settings), [], begin(pack, **settings), 0)
    for move in _play(pack, game, characters, chance):
        try:
            game.state, _entries = apply(pack, game.state, move)
        except Illegal:
            game.refused += 1
        else:
            game.moves.append(move)
    return game


def _play(pack: Pack, game: Game, characters: Sequence[str], chance: Random) -> Iterator[Mapping[str, Any]]:
    seats = list(game.state.seats)
    bots = [Bot(seat, CHARACTERS[characters[number % len(characters)]], chance) for number, seat in enumerate(seats)]
    for seat in seats:
        yield {"do": "take_seat", "seat": seat}
    yield {"do": "start", "by": "facilitator"}
    while game.state.phase != "over":
        phase = game.state.phase
        if phase == "event":
            yield {"do": "draw", "seed": str(chance.random()), "by": "facilitator"}
        for _round in range(ROUNDS.get(phase, 1)):
            yield from _one_round(pack, game, bots, chance)
        for bot in list(bots):
            if chance.random() < bot.character.leaves and len(game.state.taken) > 4:
                bots.remove(bot)
                yield {"do": "leave", "seat": bot.seat}
        yield {"do": "advance", "by": "facilitator"}


def _one_round(pack: Pack, game: Game, bots: list[Bot], chance: Random) -> Iterator[Mapping[str, Any]]:
    """Everybody may do something; whoever the table waits for, answers."""
    order = list(bots)
    chance.shuffle(order)
    for bot in order:
        yield from _answers(pack, game, bots)
        move = bot.may(pack, game.state)
        if move is not None:
            yield move
    yield from _answers(pack, game, bots)


def _answers(pack: Pack, game: Game, bots: list[Bot]) -> Iterator[Mapping[str, Any]]:
    for _again in range(3):  # a proposal, its amendment, and the end of it
        waited = False
        for bot in bots:
            move = bot.must(pack, game.state)
            if move is not None:
                waited = True
                yield move
        if not waited:
            break
    if game.state.proposal and game.state.proposal.reactions:
        # A consent that nobody can give, or a seat that got up: the scribe closes the question.
        yield {"do": "close", "by": "scribe"}
