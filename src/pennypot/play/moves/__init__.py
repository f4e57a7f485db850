"""The moves: the only way that a table changes.

A move is a small dictionary of JSON values: ``do`` names it, ``seat`` says for which chair, ``by`` who made it (one of
`given.BY`; ``seat`` if it is left out). Some verbs are the facilitator's only. Whether that person really is the
facilitator is for the program around this library to know.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ..money import Books, Entry
from ..pack import Pack
from ..state import State, begin
from ..words import Illegal
from . import creating, deciding, table, telling
from .given import Given

Move = Mapping[str, Any]

VERBS: dict[str, Callable[[Pack, State, Books, Given], None]] = {
    **table.VERBS,
    **deciding.VERBS,
    **creating.VERBS,
    **telling.VERBS,
}

# Which verbs are open in which phase. The verbs of `ANYWHERE` are open from the start to the end.
_CUT = frozenset({"propose", "amend", "safeguard", "react", "withdraw", "close", "consent"})
_CREATE = frozenset(
    {"draft", "drop", "merge", "pledge", "unpledge", "offer", "unoffer", "lead", "unlead", "sign_off", "ask", "protect"}
)
OPEN: dict[str, frozenset[str]] = {
    "lobby": frozenset({"start", "take_seat", "leave"}),
    "arrive": frozenset({"add_asset"}),
    "place": frozenset({"add_asset"}),
    "values": frozenset({"dots"}),
    "cut": _CUT,
    "pool": _CUT,
    "event": frozenset({"draw", "inject"}) | _CUT,
    "create": _CREATE | {"add_asset"},
    "mend": frozenset({"draw", "inject"}) | _CUT | _CREATE,
    "story": frozenset({"story"}),
    "ratify": frozenset({"ratify"}),
    "compare": frozenset(),
    "carry": frozenset({"carry"}),
    "over": frozenset(),
}
ANYWHERE = frozenset({"take_seat", "leave", "advance", "rollback", "abandon"})
# Facts may be told from the first look at the place until the stories are.
_TELLING = ("place", "values", "cut", "pool", "event", "create", "mend", "story")
FACILITATOR = frozenset({"start", "advance", "rollback", "draw", "inject", "abandon"})


def is_open(state: State, verb: str) -> bool:
    """Say whether a phase knows a verb at all."""
    if state.phase in ("lobby", "over"):
        return verb in OPEN[state.phase]
    return verb in OPEN[state.phase] or verb in ANYWHERE or (verb == "reveal" and state.phase in _TELLING)


def apply(pack: Pack, state: State, move: Move) -> tuple[State, tuple[Entry, ...]]:
    """Return the table after a move, and the money that it moved. The table that was given stays as it is.

    Raises
    ------
    Illegal
        The rules do not allow it; its sentence says why.
    """
    given = Given(move)
    verb = given.text("do", 20)
    act = VERBS.get(verb)
    if act is None:
        raise Illegal("There is no move called “{verb}”.", verb=verb)
    if not is_open(state, verb):
        if state.phase == "over":
            raise Illegal("This game is over.")
        raise Illegal("This is not the moment for that.")
    if verb in FACILITATOR and given.by == "seat":
        raise Illegal("Only the facilitator does this.")
    after = state.copy()
    books = Books(after.money)
    act(pack, after, books, given)
    given.all_read()
    after.moves += 1
    return after, tuple(books.entries)


def replay(pack: Pack, moves: Iterable[Move], **settings: Any) -> State:
    """Return the table that a log of moves makes; ``settings`` are those of `begin`."""
    state = begin(pack, **settings)
    for move in moves:
        state, _entries = apply(pack, state, move)
    return state
