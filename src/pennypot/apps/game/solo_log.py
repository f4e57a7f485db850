"""One person's game as a log: what was chosen becomes the moves of a table of one chair, from the first to the last.

Alone nobody else moves, so nothing is lost by writing the log anew whenever a choice changes: going back and choosing
otherwise needs no undoing, and replaying the log gives the state.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, TypeVar

from pennypot.play import Move, Pack, State, replay
from pennypot.play.state import ORDERS

Card = TypeVar("Card")
BOSS = {"by": "facilitator"}
# What a person alone does, in order. The phases between them are passed without a move.
PHASES = ("values", "cut", "pool", "create", "story", "ratify")
DONE = "over"


@dataclass
class Answers:
    """What somebody has chosen so far.

    Parameters
    ----------
    values
        Three needs.
    levels
        Depth of the cut by line, from 1.
    pooled
        Pool cards.
    ideas
        Idea cards.
    own
        Title and price (pence) of an idea of one's own, or nothing.
    story
        Persona, how the day goes, who loses, and what was done about it.
    voice
        Reaction, regret, what is missing, confidence.
    """

    values: tuple[str, ...] = ()
    levels: dict[str, int] = field(default_factory=dict)
    pooled: tuple[str, ...] = ()
    ideas: tuple[str, ...] = ()
    own: tuple[str, int] | None = None
    story: tuple[str, str, str, str] | None = None
    voice: tuple[str, str, str, int] | None = None


def seat_of(pack: Pack) -> str:
    """Return the chair that somebody who plays alone sits in: the pack's first resident."""
    return next((role.id for role in pack.roles if role.kind == "resident"), pack.roles[0].id)


def answers_of(state: State) -> Answers:
    """Read what was chosen off the table."""
    seat = next(iter(state.seats))
    open_projects = [one for one in state.projects.values() if one.state not in ("dropped", "merged")]
    own = next((one for one in open_projects if not one.card), None)
    story = next(iter(state.stories.items()), None)
    voice = state.voices.get(seat)
    return Answers(
        values=state.dots.get(seat, ()),
        levels={line: level for line, level in state.levels.items() if level},
        pooled=state.pooled,
        ideas=tuple(one.card for one in open_projects if one.card),
        own=(own.title, own.cost_pence) if own else None,
        story=(story[0], *story[1]) if story else None,
        voice=(voice.reaction, voice.regret, voice.missing, voice.confidence) if voice else None,
    )


def played(pack: Pack, answers: Answers, phase: str) -> tuple[list[Move], State]:
    """Return the log of a game that has come as far as a phase, and the table that it makes.

    Raises
    ------
    pennypot.play.Illegal
        The rules do not allow one of the choices.
    """
    moves = list(_moves(pack, answers, phase))
    return moves, replayed(pack, moves)


def replayed(pack: Pack, moves: Sequence[Move]) -> State:
    """Return the table that a log of somebody alone makes."""
    return replay(pack, moves, seats=[seat_of(pack)])


def _moves(pack: Pack, answers: Answers, until: str) -> Iterator[Move]:
    seat = seat_of(pack)
    yield {"do": "take_seat", "seat": seat}
    yield {"do": "start", **BOSS}
    phases = ORDERS["cut-first"]
    for phase in phases[1 : phases.index(until) + 1]:
        for move in _of_phase(pack, answers, phase):
            yield {"seat": seat, **move}
        if phase != until:
            yield {"do": "advance", **BOSS}


def _of_phase(pack: Pack, answers: Answers, phase: str) -> Iterator[dict[str, Any]]:
    if phase == "values" and answers.values:
        yield {"do": "dots", "needs": list(answers.values)}
    elif phase == "cut":
        for line, level in sorted(answers.levels.items()):
            yield {"do": "propose", "kind": "cut", "card": line, "level": level}
            yield {"do": "react", "reaction": "support"}
    elif phase == "pool":
        for card in sorted(answers.pooled):
            yield {"do": "propose", "kind": "pool", "card": card}
            yield {"do": "react", "reaction": "support"}
    elif phase == "create":
        yield from _projects(pack, answers)
    elif phase == "story" and answers.story:
        persona, day, loses, did = answers.story
        yield {"do": "story", "persona": persona, "day": day, "loses": loses, "did": did}
    elif phase == "ratify" and answers.voice:
        reaction, regret, missing, confidence = answers.voice
        voice = {"reaction": reaction, "regret": regret, "missing": missing, "confidence": confidence}
        yield {"do": "ratify", "person": seat_of(pack), **voice}


def _projects(pack: Pack, answers: Answers) -> Iterator[dict[str, Any]]:
    left = purse_of(pack, answers) if answers.ideas or answers.own else 0
    drafts: list[tuple[dict[str, Any], int]] = [
        ({"do": "draft", "card": card}, pack.idea_card[card].cost_pence) for card in answers.ideas
    ]
    if answers.own:
        title, pence = answers.own
        needs = list(dict.fromkeys(answers.values))
        given = {"title": title, "pence": pence, "yearly": False, "slots": {}, "needs": needs}
        drafts.append(({"do": "draft", **given}, pence))
    for number, (draft, cost) in enumerate(drafts, start=1):
        yield draft
        # Who went back and saved less may have less to spend than before: then the last ideas are not paid in full.
        pence = min(cost, left)
        left -= pence
        if pence:
            yield {"do": "pledge", "project": f"p{number}", "pence": pence}


def purse_of(pack: Pack, answers: Answers) -> int:
    """Return what there is to create with, in pence: the neighbourhood's slice, and what the cuts have freed."""
    bare = Answers(levels=answers.levels, pooled=answers.pooled)
    table = replayed(pack, list(_moves(pack, bare, "create")))
    return table.money[f"share:{seat_of(pack)}"]


def found_pence(pack: Pack, answers: Answers) -> int:
    """Return what cuts and sharing save together, in pence."""
    cut = sum(pack.line[line].cut_pence(level) for line, level in answers.levels.items())
    cards = [pack.pool_card[card] for card in answers.pooled]
    return cut + sum(card.saving_pence - card.setup_pence for card in cards)


def spent_pence(pack: Pack, answers: Answers) -> int:
    """Return what the chosen ideas cost, in pence."""
    return sum(pack.idea_card[card].cost_pence for card in answers.ideas) + (answers.own[1] if answers.own else 0)


def drawn_by_lot(seed: str, what: str, cards: Sequence[Card]) -> list[Card]:
    """Return cards in the order that this person sees: drawn by lot, and the same whenever they come back."""
    shuffled = list(cards)
    Random(hashlib.sha256(f"{seed}:{what}".encode()).digest()).shuffle(shuffled)  # noqa: S311 - an order, no secret
    return shuffled


def against_first(seed: str, line: str) -> bool:
    """Whether the words against a cut stand before those for it: drawn by lot for each line."""
    return hashlib.sha256(f"{seed}:side:{line}".encode()).digest()[0] % 2 == 0
