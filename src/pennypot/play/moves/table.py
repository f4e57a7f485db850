"""Sitting down, getting up, and going from phase to phase."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from ..money import Books, equal_parts
from ..pack import KINDS, Pack
from ..state import DOTS, ORDERS, VALUES, Drawn, OwnAsset, State
from ..words import Illegal
from .deciding import leave_open_question, settle_question, take_effect
from .given import Given

FEWEST = 3  # seats taken for a table to play
_LATE = ("lobby", "arrive", "place", "values")  # who comes until then sits down at once


def fewest(state: State) -> int:
    """Return how many seats must be taken for the table to play."""
    return 1 if state.alone else FEWEST


def take_seat(pack: Pack, state: State, books: Books, given: Given) -> None:
    """Sit down; from Cut on one helps behind the chair and has its voice when the next phase begins."""
    name = given.one_of("seat", state.seats)
    seat = state.seats[name]
    if seat.state != "vacant":
        raise Illegal("Somebody sits there already. You can sit behind the same card and help.")
    state.seats[name] = replace(seat, state="taken" if state.phase in _LATE else "waiting")


def leave(pack: Pack, state: State, books: Books, given: Given) -> None:
    """Get up. The seat keeps its money, its things and its tokens for whoever comes next."""
    name = given.one_of("seat", state.seats)
    if state.seats[name].state == "vacant":
        raise Illegal("Nobody sits there.")
    state.seats[name] = replace(state.seats[name], state="vacant")
    settle_question(pack, state, books)


def start(pack: Pack, state: State, books: Books, given: Given) -> None:
    """Begin, once the table is a table: three seats, among them two residents' and a group's if the pack has them.

    A table of one chair is somebody who plays alone.
    """
    taken = state.taken
    if len(taken) < fewest(state):
        raise Illegal("A table needs at least {fewest} people. Join another table, or let bots sit in.", fewest=FEWEST)
    kinds = [pack.role[name].kind for name in taken]
    wanted = [pack.role[name].kind for name in state.seats]
    residents = ("resident", "young")
    have, could = (sum(kind in residents for kind in some) for some in (kinds, wanted))
    if have < min(2, could) or ("group" in wanted and "group" not in kinds):
        raise Illegal("Two residents' seats and a community group's are always filled. Please move somebody there.")
    books.move("pot", "slice", pack.policy.slice_pence)
    books.move("pot", "elsewhere", state.money["pot"])
    state.phase = ORDERS[state.order][1]


def advance(pack: Pack, state: State, books: Books, given: Given) -> None:
    """Go on to the next phase, and do what the end of this one asks for."""
    phases = ORDERS[state.order]
    leave_open_question(state)
    ending = state.phase
    state.phase = phases[phases.index(ending) + 1]
    for name, seat in state.seats.items():
        if seat.state == "waiting":
            state.seats[name] = replace(seat, state="taken")
    if ending == "values":
        state.values = _five_values(pack, state)
    if ending == "pool":
        _free_money(pack, state, books)
    if state.phase == "create" or (ending == "pool" and state.order == "create-first"):
        _share_out(state, books)
    if state.phase == "story":
        _end_projects(state, books)
    if state.phase == "over":
        state.ended = _how_it_ended(state)


def rollback(pack: Pack, state: State, books: Books, given: Given) -> None:
    """Go back to an earlier phase. Nothing that was decided is undone by it; that takes moves of its own."""
    phases = ORDERS[state.order]
    to = given.one_of("to", phases[1 : phases.index(state.phase)])
    given.text("reason")
    leave_open_question(state)
    if phases.index(state.phase) >= phases.index("story") > phases.index(to):
        for name, project in state.projects.items():
            if project.state in ("ready", "unready"):
                state.projects[name] = replace(project, state="open")
    state.phase = to


def abandon(pack: Pack, state: State, books: Books, given: Given) -> None:
    """End the game before its end, and say why."""
    given.text("reason")
    leave_open_question(state)
    state.phase, state.ended = "over", "abandoned"


def dots(pack: Pack, state: State, books: Books, given: Given) -> None:
    """Put three dots on needs; all three may go on one. A seat may move its dots until the phase ends."""
    seat = given.seat(state)
    chosen = given.names("needs", pack.need, DOTS)
    if len(chosen) != DOTS:
        raise Illegal("Put all {dots} dots.", dots=DOTS)
    state.dots[seat] = chosen


def add_asset(pack: Pack, state: State, books: Books, given: Given) -> None:
    """Bring something that is on no card: a hall, a van, Tuesday evenings."""
    seat = given.seat(state)
    title = given.text("title", 80)
    asset = OwnAsset(seat, title, given.one_of("kind", KINDS), given.whole("units", 1, 999))
    state.own_assets[f"own{len(state.own_assets) + 1}"] = asset


def _five_values(pack: Pack, state: State) -> tuple[str, ...]:
    """The needs with most dots; where dots are equal, those that more people have."""
    count = {need.id: 0 for need in pack.needs}
    for chosen in state.dots.values():
        for need in chosen:
            count[need] += 1
    order = {need.id: number for number, need in enumerate(pack.needs)}
    ranked = sorted(count, key=lambda name: (-count[name], -pack.need[name].people, order[name]))
    return tuple(ranked[:VALUES])


def _free_money(pack: Pack, state: State, books: Books) -> None:
    """Of what is saved beyond the target a part is freed, for this neighbourhood and the others; the rest goes back."""
    over = max(0, state.money["saved"] - state.target_pence)
    if not over:
        return
    gain = pack.policy.gain_of(over)
    books.move("saved", "freed", gain.freed)
    books.move("saved", "elsewhere", gain.elsewhere)
    books.move("saved", "returned", gain.returned)
    state.settled = (*state.settled, over)


def _share_out(state: State, books: Books) -> None:
    """Divide the slice and what was freed equally among the seats that are taken."""
    names = state.taken
    if not names:
        return
    parts = equal_parts(state.money["slice"] + state.money["freed"], names)
    for name, pence in parts.items():
        from_slice = min(pence, state.money["slice"])
        books.move("slice", f"share:{name}", from_slice)
        books.move("freed", f"share:{name}", pence - from_slice)


def _end_projects(state: State, books: Books) -> None:
    """What is ready is kept; of what is not, every pledge goes back to its seat."""
    for name, project in state.projects.items():
        if project.state != "open":
            continue
        if state.is_ready(name):
            state.projects[name] = replace(project, state="ready")
            continue
        for seat, pence in project.pledges.items():
            books.move(f"project:{name}", f"share:{seat}", pence)
        state.projects[name] = replace(project, state="unready", pledges={})


def _how_it_ended(state: State) -> str:
    if not any(decision.result == "agreed" for decision in state.decisions):
        return "no-agreement"
    return "gap" if state.gap_pence else "complete"


def draw(pack: Pack, state: State, books: Books, given: Given) -> None:
    """Draw an event by a seed that all tables share, so that the same happens to all."""
    seed = given.text("seed", 80)
    left = [event.id for event in pack.events if event.id not in {drawn.event for drawn in state.events}]
    if not left:
        raise Illegal("There are no more events.")
    number = int.from_bytes(hashlib.sha256(f"{seed}:{len(state.events)}".encode()).digest()[:8])
    _happen(pack, state, books, left[number % len(left)])


def inject(pack: Pack, state: State, books: Books, given: Given) -> None:
    """Let a certain event happen."""
    event = given.one_of("event", pack.event)
    if event in {drawn.event for drawn in state.events}:
        raise Illegal("This event has happened already.")
    _happen(pack, state, books, event)


def _happen(pack: Pack, state: State, books: Books, name: str) -> None:
    pence = take_effect(pack, state, books, pack.event[name].effect)
    state.events = (*state.events, Drawn(name, pence))


VERBS = {
    "take_seat": take_seat,
    "leave": leave,
    "start": start,
    "advance": advance,
    "rollback": rollback,
    "abandon": abandon,
    "dots": dots,
    "add_asset": add_asset,
    "draw": draw,
    "inject": inject,
}
