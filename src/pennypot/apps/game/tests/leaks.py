"""Looks for what nobody else may see in everything that a table shows: pages, boards, what streams send."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from html import unescape
from random import Random
from typing import Any

from pennypot.play import Illegal, Pack, State, apply, begin, read_pack
from pennypot.play.bots import CHARACTERS, Bot
from pennypot.play.moves import Move
from pennypot.play.pack import canonical
from pennypot.play.rehearsal import ROUNDS, USUAL

# Stands in for what people type, so that it is found wherever it is.
REASON = "reason-of-{seat}-{number}-end"


def marked_given(pack: Pack) -> dict[str, Any]:
    """Return a pack's file with every fact and care of every role made unmistakable, and in one language."""
    given = copy.deepcopy(dict(pack.given))
    given["translations"] = {}
    for role in given["roles"]:
        for fact in (*role["know"], *role["care"]):
            fact["text"] = f"secret-{role['id']}-{fact['id']}-end"
    return given


def marked(pack: Pack) -> Pack:
    """Return the pack that `marked_given` makes."""
    return read_pack(canonical(marked_given(pack)))


def moves(pack: Pack, seed: int, wide: int = 1) -> Iterator[tuple[Move, State]]:
    """Play a game by bots and give each move with the table after it; reactions carry a reason with its seat's name.

    Parameters
    ----------
    wide
        Divides how much is done in a phase: games for a quick look are shorter.
    """
    chance = Random(f"leaks:{seed}")
    state = begin(pack)
    bots = [Bot(seat, CHARACTERS[USUAL[n % len(USUAL)]], chance) for n, seat in enumerate(state.seats)]

    def all_answer() -> Iterator[Move]:
        for _again in range(3):
            for bot in bots:
                move = bot.must(pack, state)
                if move is not None:
                    yield move

    def wanted() -> Iterator[Move]:
        for seat in state.seats:
            yield {"do": "take_seat", "seat": seat}
        yield {"do": "start", "by": "facilitator"}
        while state.phase != "over":
            if state.phase == "event":
                yield {"do": "draw", "seed": str(seed), "by": "facilitator"}
            for _round in range(max(1, ROUNDS.get(state.phase, 1) // wide)):
                for bot in chance.sample(bots, len(bots)):
                    yield from all_answer()
                    move = bot.may(pack, state)
                    if move is not None:
                        yield move
                yield from all_answer()
            yield {"do": "advance", "by": "facilitator"}

    for move in wanted():
        if move["do"] == "react":
            move = {**move, "reason": REASON.format(seat=move["seat"], number=state.moves)}
        try:
            state = apply(pack, state, move)[0]
        except Illegal:
            continue
        yield move, state


def game(pack: Pack, seed: int, wide: int = 1) -> Iterator[State]:
    """Play as `moves`, and give the table after each move."""
    for _move, state in moves(pack, seed, wide):
        yield state


def secrets_from(state: State, who: str) -> dict[str, str]:
    """Return what may not be in anything that `who` gets, each with what it is."""
    found: dict[str, str] = {}
    for seat in state.seats:
        if seat != who:
            for fact in ("know1", "know2", "care1", "care2"):
                if f"{seat}/{fact}" not in state.revealed:
                    found[f"secret-{seat}-{fact}-end"] = "a fact of another seat"
    proposal = state.proposal
    if proposal and proposal.state == "open":
        for seat, reaction in proposal.reactions.items():
            if seat != who:
                found[reaction.reason] = "an answer that is not open"
    return found


def found_in(text: str, state: State, who: str) -> list[str]:
    """Return what leaked to a viewer in the text of a page, as it stands and with its signs unescaped."""
    plain = unescape(text)
    hidden = secrets_from(state, who)
    return [f"{what} to {who} in {state.phase}: {words}" for words, what in hidden.items() if words in plain]


def leaks(state: State, who: str, data: Mapping[str, Any]) -> list[str]:
    """Return what leaked to a viewer in what a stream sends."""
    return found_in(json.dumps(data), state, who)
