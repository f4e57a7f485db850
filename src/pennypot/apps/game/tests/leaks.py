"""Looks for what nobody else may see in everything that a table shows: pages, boards, what streams send."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from html import unescape
from random import Random
from typing import Any

from pennypot.play import Illegal, Pack, State, apply, begin
from pennypot.play.bots import CHARACTERS, Bot
from pennypot.play.moves import Move
from pennypot.play.rehearsal import ROUNDS, USUAL

# Stands in for what people type, so that it is found wherever it is.
REASON = "reason-of-{seat}-{number}"


def marked(pack: Pack) -> Pack:
    """Return the pack with every fact and care of every role made unmistakable."""

    def mark(role: Any, facts: Any) -> Any:
        return tuple(replace(fact, text=f"secret-{role.id}-{fact.id}-end") for fact in facts)

    roles = tuple(replace(role, know=mark(role, role.know), care=mark(role, role.care)) for role in pack.roles)
    return replace(pack, roles=roles, hash=f"{pack.hash[:50]}-marked")


def game(pack: Pack, seed: int, wide: int = 1) -> Iterator[State]:
    """Play a game by bots and give the table after each move; reactions carry a reason with its seat's name.

    Parameters
    ----------
    wide
        Divides how much is done in a phase: games for a quick look are shorter.
    """
    chance = Random(f"leaks:{seed}")
    state = begin(pack)
    bots = [Bot(seat, CHARACTERS[USUAL[n % len(USUAL)]], chance) for n, seat in enumerate(state.seats)]

    def after(move: Move) -> State | None:
        if move["do"] == "react":
            move = {**move, "reason": REASON.format(seat=move["seat"], number=state.moves)}
        try:
            return apply(pack, state, move)[0]
        except Illegal:
            return None

    def all_answer() -> Iterator[Move]:
        for _again in range(3):
            for bot in bots:
                move = bot.must(pack, state)
                if move is not None:
                    yield move

    def moves() -> Iterator[Move]:
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

    for move in moves():
        made = after(move)
        if made is not None:
            state = made
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


def leaks(state: State, who: str, data: Mapping[str, Any]) -> list[str]:
    """Return what leaked to a viewer: in text as it stands, and as the stream writes it."""
    text = unescape(json.dumps(data))
    hidden = secrets_from(state, who)
    return [f"{what} to {who} in {state.phase}: {words}" for words, what in hidden.items() if words in text]
