"""Guided play: legal moves with the smallest and largest numbers, and each limit exceeded by one.

Random moves find little, because nearly all of them are refused at once. Here every move comes from what is legal; then
the same move is tried again with each of its numbers one too large or one too small, which must be refused and change
nothing. Now and then a seat tries everything that has a name and is not legal: that must be refused too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from random import Random
from typing import Any

from pennypot.play import Illegal, Pack, State, apply, begin, dumped, legal
from pennypot.play.invariants import broken, leaks
from pennypot.play.moves import FACILITATOR
from pennypot.play.state import ORDERS


class Broken(AssertionError):
    """Something that must always be true was not."""


def play_guided(pack: Pack, seed: int, moves: int, **settings: Any) -> list[dict[str, Any]]:
    """Play so many moves and check everything after each; return the log."""
    chance = Random(seed)
    state = begin(pack, **settings)
    log: list[dict[str, Any]] = []
    for seat in state.seats:
        state = _step(pack, state, {"do": "take_seat", "seat": seat}, log)
    state = _step(pack, state, {"do": "start", "by": "facilitator"}, log)
    for number in range(moves):
        move, limits = _choose(pack, state, chance)
        if move is None:
            break
        move = {name: f"words {number}" if value == "…" else value for name, value in move.items()}
        before = dumped(state)
        for name, (least, most) in limits.items():
            for wrong in (least - 1, most + 1):
                _must_be_refused(pack, state, {**move, name: wrong}, before)
        for name, (least, most) in limits.items():
            move[name] = chance.choice((least, most, most, chance.randint(least, most)))
        state = _step(pack, state, move, log)
        asked_nothing = state.proposal is None and state.phase in ("cut", "pool", "mend")
        if number % (4 if asked_nothing else 60) == 0:
            _what_is_not_legal_is_refused(pack, state, chance.choice(list(state.seats)))
        if number % 5 == 0:
            for leak in leaks(pack, state):
                raise Broken(leak)
    check_replay(pack, state, log, settings)
    return log


def check_replay(pack: Pack, state: State, log: list[dict[str, Any]], settings: dict[str, Any]) -> None:
    """The log, played again, gives the same table byte for byte."""
    again = begin(pack, **settings)
    for move in log:
        try:
            again, _entries = apply(pack, again, move)
        except Illegal as problem:
            raise Broken(f"9: a move of the log is refused when it is played again: {move}") from problem
    if dumped(again) != dumped(state):
        raise Broken("9: the log does not give the same table")


# How often each verb is tried where it is open. A game must get somewhere for its later rules to be tried at all:
# questions are answered, mostly with yes, and projects get what they lack.
_OFTEN = {
    "react": 12,
    "consent": 12,
    "propose": 6,
    "pledge": 8,
    "offer": 6,
    "sign_off": 6,
    "lead": 3,
    "draft": 3,
    "amend": 6,
    "merge": 1,
    "leave": 0.15,
    "close": 0.3,
    "withdraw": 0.3,
    "drop": 0.3,
    "advance": 20,
    "abandon": 0,
}
_REACTIONS = {"support": 6, "live": 3, "concern": 2, "hold": 2}


def _choose(pack: Pack, state: State, chance: Random) -> tuple[dict[str, Any] | None, dict[str, tuple[int, int]]]:
    """Pick a legal move; one in thirty is the facilitator's, who mostly goes on to the next phase."""
    if state.phase == "over":
        return None, {}
    who = "facilitator" if chance.random() < 0.03 or not state.taken else chance.choice(list(state.seats))
    silent = [seat for seat in state.taken if state.proposal and seat not in state.proposal.reactions]
    if who != "facilitator" and silent and chance.random() < 0.8:
        who = chance.choice(silent)
    if state.proposal and state.proposal.state == "held" and state.seats[state.proposal.seat].state == "taken":
        who = chance.choice((who, state.proposal.seat, state.proposal.seat))
    options = legal(pack, state, who)
    kinds = sorted({option.do for option in options})
    kind = chance.choices(kinds, [_OFTEN.get(one, 1) for one in kinds])[0]
    options = [option for option in options if option.do == kind]
    weights = [
        _REACTIONS.get(str(option.move.get("reaction")), 4 if option.move.get("yes", True) else 1) for option in options
    ]
    option = chance.choices(options, weights)[0]
    return dict(option.move), dict(option.limits)


def _what_is_not_legal_is_refused(pack: Pack, state: State, seat: str) -> None:
    legal_now = {_key(option.move) for option in legal(pack, state, seat)}
    before = dumped(state)
    for move in _everything(pack, state, seat):
        if _key(move) not in legal_now:
            try:
                apply(pack, state, move)
            except Illegal:
                continue
            raise Broken(f"one beyond a limit was allowed: {move}")
    if dumped(state) != before:
        raise Broken("8: a refused move changed something")


def _key(move: Mapping[str, Any]) -> tuple[Any, ...]:
    names = ("do", "kind", "card", "level", "choice", "reaction", "yes", "project", "into", "asset", "fact", "persona")
    return tuple(move.get(name) for name in names)


def _everything(pack: Pack, state: State, seat: str) -> Iterator[dict[str, Any]]:
    """Every move of a seat that names something there is."""

    def move(do: str, **fields: Any) -> dict[str, Any]:
        return {"do": do, "seat": seat, **fields}

    for line in pack.lines:
        for level in range(len(line.steps) + 1):
            yield move("propose", kind="cut", card=line.id, level=level)
    for card in pack.pool_cards:
        yield move("propose", kind="pool", card=card.id)
    for drawn in state.events:
        for choice in pack.event[drawn.event].choices:
            yield move("propose", kind="respond", card=drawn.event, choice=choice.id)
    for kind in _REACTIONS:
        yield move("react", reaction=kind, **({"reason": "Why."} if kind == "hold" else {}))
    for do in ("withdraw", "close", "take_seat", "leave"):
        yield move(do)
    for yes in (True, False):
        yield move("consent", yes=yes)
    for fact in ("know1", "know2", "care1", "care2"):
        yield move("reveal", fact=fact)
    for idea in pack.idea_cards:
        yield move("draft", card=idea.id)
    for name in list(state.projects)[-3:]:
        for do in ("drop", "lead", "unlead", "sign_off", "carry"):
            yield move(do, project=name)
        for into in list(state.projects)[-3:]:
            yield move("merge", project=name, into=into)
        for asset in (*pack.asset, *state.own_assets):
            yield move("offer", project=name, asset=asset, units=1)


def _must_be_refused(pack: Pack, state: State, move: dict[str, Any], before: bytes) -> None:
    try:
        apply(pack, state, move)
    except Illegal:
        if dumped(state) != before:
            raise Broken("8: a refused move changed something") from None
        return
    raise Broken(f"one beyond a limit was allowed: {move}")


def _step(pack: Pack, state: State, move: dict[str, Any], log: list[dict[str, Any]]) -> State:
    before = dumped(state)
    try:
        after, entries = apply(pack, state, move)
    except Illegal as problem:
        raise Broken(f"a move that is legal was refused: {move}: {problem}") from problem
    if dumped(state) != before:
        raise Broken("8: apply changed the table that it was given")
    log.append(move)
    _check_entries(state, after, entries)
    _check_step(pack, state, after, move)
    problems = broken(pack, after)
    if problems:
        raise Broken("; ".join(problems))
    return after


def _check_entries(before: State, after: State, entries: Any) -> None:
    """The entries of a move say exactly what its money did."""
    money = dict(before.money)
    for entry in entries:
        if entry.pence <= 0:
            raise Broken("1: a transfer of nothing")
        money[entry.source] -= entry.pence
        money[entry.target] = money.get(entry.target, 0) + entry.pence
    if {name: pence for name, pence in money.items() if pence} != {
        name: pence for name, pence in after.money.items() if pence
    }:
        raise Broken("1: the entries do not say what the money did")


def _check_step(pack: Pack, before: State, after: State, move: dict[str, Any]) -> None:
    verb = move["do"]
    if verb == "take_seat" and before.money != after.money:
        raise Broken("12: sitting down moved money")
    if verb == "leave" and before.money != after.money and before.proposal is None:
        raise Broken("12: getting up moved money")
    phases = ORDERS[after.order]
    if before.phase != after.phase:
        forward = phases.index(after.phase) == phases.index(before.phase) + 1
        if verb not in FACILITATOR or (verb in ("start", "advance") and not forward):
            raise Broken(f"13: {verb} went from {before.phase} to {after.phase}")
    if verb == "react":
        _check_reaction(before, after, move)
    if verb == "advance" and after.phase == "story":
        for name, project in after.projects.items():
            if project.state == "open":
                raise Broken(f"6: {name} is still open in the story")
    for seat in after.seats:
        share, earlier = after.money[f"share:{seat}"], before.money[f"share:{seat}"]
        if share < earlier and not (verb == "pledge" and move["seat"] == seat):
            raise Broken(f"4: the share of {seat} went down by {verb}")


def _check_reaction(before: State, after: State, move: dict[str, Any]) -> None:
    """Who decided what: from the reactions alone, by the words of the rules."""
    proposal = before.proposal
    assert proposal is not None
    ended = after.decisions[len(before.decisions) :]
    reactions = {**proposal.reactions, move["seat"]: None}
    silent = [seat for seat in before.taken if seat not in reactions]
    if silent and (ended or (after.proposal and after.proposal.state == "held")):
        raise Broken("7: decided before everybody had answered")
    for decision in ended:
        said = [reaction.kind for seat, reaction in decision.proposal.reactions.items() if seat in before.taken]
        yes, holds = sum(kind in ("support", "live") for kind in said), said.count("hold")
        count = len(before.taken)
        if decision.result == "agreed":
            enough = {
                "consent": 2 * yes > count and holds <= decision.proposal.version - 1,
                "unanimity": yes == count,
                "two-thirds": 3 * yes >= 2 * count,
            }[after.rule]
            if not enough:
                raise Broken(f"7: agreed with {yes} of {count} and {holds} holds")
            held = {seat for seat, one in decision.proposal.reactions.items() if one.kind == "hold"}
            if held != set(decision.dissent):
                raise Broken("11: a hold is not printed as dissent")
