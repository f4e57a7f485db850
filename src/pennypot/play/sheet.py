"""What a scribe types for a table that plays on paper: one line for what one seat did, by the letters on the cards.

========================  =============================================================
``1+``, ``4-``            seats 1 sits down, seat 4 gets up
``2 BDZ WXC BDZ``         seat 2 puts its three dots (letters of needs)
``2 TWB 1``               seat 2 proposes to cut a line by its first step (0: not at all)
``2 JJP``                 seat 2 proposes a pool card
``2 HPM 1``               seat 2 proposes the first answer to an event
``1s 2l 3c``              seats 1, 2 and 3 support it, can live with it, are concerned
``4h They fall.``         seat 4 holds, and why; a reason runs to the end of its line
``6y``, ``6n``            seat 6 says yes or no to a pool card that it looks after
``2 back``, ``close``     seat 2 takes its proposal back; the scribe ends the waiting
``3 VQD``                 seat 3 puts an idea on the table
``3 VQD £2,500``          ... and pledges to it (``-£500`` takes some back)
``3 CMT VQD 2``           ... offers it two units of what its card brings (0 takes them back)
``3 lead VQD``            ... leads it (``unlead``, ``sign``, ``drop``, ``join``, ``carry``)
========================  =============================================================

A seat is its number round the table, or the letters of its card. ``p2`` is the second project on the table, ``own1``
the first thing that somebody brought who is there. The module makes moves of it and knows no other rules.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from .codes import card_of
from .moves import Move, apply
from .moves.given import BY
from .pack import KINDS, Pack
from .state import Offer, State
from .words import Illegal, Sentence

T = TypeVar("T")

MOST_LINES = 200
_ANSWERS = {"s": "support", "l": "live", "c": "concern", "h": "hold"}
_SHORT = re.compile(r"([1-9][0-9]?)([slchyn+-])(?=\s|$)", re.IGNORECASE)
_STROKE = re.compile(r"(?:^|\s)/(?:\s|$)")
_MONEY = re.compile(r"(-?)£?([0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,12})(?:\.([0-9]{2}))?")


class BadLine(Exception):
    """A line that is not understood, or not allowed: nothing of the sheet was done.

    Parameters
    ----------
    number
        Of the line, from 1.
    line
        As it was typed.
    sentence
        What is wrong with it.
    """

    def __init__(self, number: int, line: str, sentence: Sentence) -> None:
        super().__init__(f"{number}: {sentence.said}")
        self.number = number
        self.line = line
        self.sentence = sentence


@dataclass
class _Table:
    pack: Pack
    state: State
    by: str


@dataclass(frozen=True)
class Typed:
    """A move, and the line that asked for it."""

    number: int
    line: str
    move: Move


def moves_of(pack: Pack, state: State, text: str, *, by: str = "paper") -> list[Move]:
    """Return the moves of `read_lines` without their lines."""
    return [one.move for one in read_lines(pack, state, text, by=by)]


def read_lines(pack: Pack, state: State, text: str, *, by: str = "paper") -> list[Typed]:
    """Return the moves that a scribe's lines ask for; each was tried on top of those before it.

    Parameters
    ----------
    by
        Who types: ``paper`` for a paper table's scribe, ``facilitator`` for somebody who acts for a seat.

    Raises
    ------
    BadLine
        A line is not understood, or the rules do not allow it.
    """
    if by not in BY:
        raise ValueError("nobody of that kind makes moves")
    table = _Table(pack, state, by)
    found: list[Typed] = []
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), start=1)]
    lines = [(number, line) for number, line in lines if line]
    for number, line in lines:
        try:
            if len(found) >= MOST_LINES:
                raise Illegal("That is too many: at most {most}.", most=MOST_LINES)
            for move in _read(table, line):
                table.state, _entries = apply(pack, table.state, move)
                found.append(Typed(number, line, move))
        except Illegal as problem:
            raise BadLine(number, line, problem.sentence) from None
    return found


def seats_in_order(pack: Pack, state: State) -> list[str]:
    """Return the seats of a table as they are numbered round it: in the order of the pack."""
    return [role.id for role in pack.roles if role.id in state.seats]


def _read(table: _Table, line: str) -> Iterator[Move]:
    if line.lower() == "close":
        yield {"do": "close", "by": table.by}
        return
    short = _SHORT.match(line)
    while short:
        line = line[short.end() :].lstrip()
        following = _SHORT.match(line)
        yield from _short(table, short, "" if following else line)
        if not following:
            return
        short = following
    first, _space, rest = line.partition(" ")
    seat = _seat(table, first)
    spaced = rest.strip()
    if spaced[:1].lower() in ("s", "l", "c", "h", "y", "n", "+", "-") and (len(spaced) == 1 or spaced[1] == " "):
        number = seats_in_order(table.pack, table.state).index(seat) + 1
        yield from _read(table, f"{number}{spaced}")
        return
    yield {**_move(table, seat, spaced), "by": table.by}


def _short(table: _Table, found: re.Match[str], rest: str) -> Iterator[Move]:
    """``1s``, ``4h why``, ``6y``, ``2+``."""
    seat, sign = _seat(table, found[1]), found[2].lower()
    if sign in _ANSWERS:
        yield {"do": "react", "seat": seat, "reaction": _ANSWERS[sign], "reason": rest, "by": table.by}
        return
    if rest:
        raise Illegal("This is not understood: “{typed}”.", typed=rest[:60])
    if sign in "yn":
        yield {"do": "consent", "seat": seat, "yes": sign == "y", "by": table.by}
    else:
        yield {"do": "take_seat" if sign == "+" else "leave", "seat": seat, "by": table.by}


def _move(table: _Table, seat: str, rest: str) -> dict[str, Any]:
    word, _space, more = rest.partition(" ")
    if not word:
        raise Illegal("After the seat write what it did.")
    verb = _WORDS.get(word.lower().rstrip(":"))
    if verb:
        return {"seat": seat, **verb(table, seat, f": {more}" if word.endswith(":") else more.strip())}
    if re.fullmatch(r"p[0-9]{1,3}", word, re.IGNORECASE):
        return {"seat": seat, **_pledge(word.lower(), more)}
    if re.fullmatch(r"own[0-9]{1,3}", word, re.IGNORECASE):
        return {"seat": seat, **_offer(table, seat, word.lower(), more)}
    kind, card = card_of(table.pack, word)
    return {"seat": seat, **_BY_KIND[kind](table, seat, card, more.strip())}


def _line(table: _Table, seat: str, card: str, more: str) -> dict[str, Any]:
    return {"do": "propose", "kind": "cut", "card": card, "level": _number(more or "1", 0, 9)}


def _pool(table: _Table, seat: str, card: str, more: str) -> dict[str, Any]:
    _nothing(more)
    return {"do": "propose", "kind": "pool", "card": card}


def _event(table: _Table, seat: str, card: str, more: str) -> dict[str, Any]:
    return {"do": "propose", "kind": "respond", "card": card, "choice": _choice(table, card, more)}


def _need(table: _Table, seat: str, card: str, more: str) -> dict[str, Any]:
    return {"do": "dots", "needs": [card, *(card_of(table.pack, code, "need")[1] for code in more.split())]}


def _idea(table: _Table, seat: str, card: str, more: str) -> dict[str, Any]:
    if not more:
        return {"do": "draft", "card": card}
    return _pledge(_project_of(table, card), more)


def _asset(table: _Table, seat: str, card: str, more: str) -> dict[str, Any]:
    return _offer(table, seat, card, more)


def _persona(table: _Table, seat: str, card: str, more: str) -> dict[str, Any]:
    day, loses, did = _parts(more, 3)
    return {"do": "story", "persona": card, "day": day, "loses": loses, "did": did}


def _role(table: _Table, seat: str, card: str, more: str) -> dict[str, Any]:
    raise Illegal("After the seat write what it did.")


_BY_KIND: dict[str, Callable[[_Table, str, str, str], dict[str, Any]]] = {
    "line": _line,
    "pool": _pool,
    "event": _event,
    "need": _need,
    "idea": _idea,
    "asset": _asset,
    "persona": _persona,
    "role": _role,
}


def _pledge(project: str, more: str) -> dict[str, Any]:
    found = _MONEY.fullmatch(more.strip())
    if not found:
        raise Illegal("After a project write pounds: 2500, £2,500 or -£500.")
    pence = int(found[2].replace(",", "")) * 100 + int(found[3] or 0)
    return {"do": "unpledge" if found[1] else "pledge", "project": project, "pence": pence}


def _offer(table: _Table, seat: str, asset: str, more: str) -> dict[str, Any]:
    word, _space, units = more.strip().partition(" ")
    project = _project(table, word)
    number = _number(units.strip() or "1", 0, 999)
    if number:
        return {"do": "offer", "project": project, "asset": asset, "units": number}
    for name, offer in _latest_first(table.state.offers):
        if offer == Offer(seat, asset, offer.kind, offer.units, project):
            return {"do": "unoffer", "offer": name}
    raise Illegal("This seat has offered nothing of that to it.")


def _amend(table: _Table, seat: str, more: str) -> dict[str, Any]:
    """``amend 1 A safeguard in words``: the number is the new depth or answer."""
    proposal = table.state.proposal
    move: dict[str, Any] = {"do": "amend"}
    if proposal and proposal.kind in ("cut", "respond"):
        first, _space, more = more.partition(" ")
        if proposal.kind == "cut":
            move["level"] = _number(first, 0, 9)
        else:
            move["choice"] = _choice(table, proposal.card, first)
    return {**move, "safeguard": more.strip()} if more.strip() else move


def _own(table: _Table, seat: str, more: str) -> dict[str, Any]:
    """``own £1,200 yearly room 2 hours 10 BDZ: Title / what it is``."""
    facts, _colon, words = more.partition(":")
    title, text = _parts(words, 2)
    move: dict[str, Any] = {"do": "draft", "title": title, "text": text, "yearly": False, "slots": {}, "needs": []}
    tokens = facts.split()
    while tokens:
        token = tokens.pop(0)
        if token.lower() == "yearly":
            move["yearly"] = True
        elif token.lower() in KINDS:
            move["slots"][token.lower()] = _number(tokens.pop(0) if tokens else "", 1, 999)
        elif _MONEY.fullmatch(token):
            move["pence"] = _pledge("", token)["pence"]
        else:
            move["needs"].append(card_of(table.pack, token, "need")[1])
    return move


def _brings(table: _Table, seat: str, more: str) -> dict[str, Any]:
    """``brings room 2: The chapel on Mondays``."""
    facts, _colon, title = more.partition(":")
    kind, _space, units = facts.strip().partition(" ")
    return {"do": "add_asset", "kind": kind.lower(), "units": _number(units.strip() or "1", 1, 999), "title": title}


def _asks(table: _Table, seat: str, more: str) -> dict[str, Any]:
    kind, _colon, text = more.partition(":")
    return {"do": "ask", "kind": kind.strip().lower(), "text": text}


def _tells(table: _Table, seat: str, more: str) -> dict[str, Any]:
    """``tells 2``: the second of what the seat's card knows and cares about."""
    role = table.pack.role[seat]
    facts = (*role.know, *role.care)
    return {"do": "reveal", "fact": facts[_number(more.strip(), 1, len(facts)) - 1].id}


def _plan(table: _Table, seat: str, more: str) -> dict[str, Any]:
    """``plan s 4: regret / what was missing``; ``plan 2 s 4`` for the second person behind a seat."""
    facts, _colon, words = more.partition(":")
    found = re.fullmatch(r"(?:([1-9][0-9]?)\s+)?([slch])\s*([1-5])", facts.strip(), re.IGNORECASE)
    if not found:
        raise Illegal("Write the answer and how sure they are, from 1 to 5: plan s 4.")
    regret, missing = _parts(words, 2)
    person = f"{seat}#{found[1]}" if found[1] else seat
    move = {"do": "ratify", "person": person, "reaction": _ANSWERS[found[2].lower()]}
    return {**move, "confidence": int(found[3]), "regret": regret, "missing": missing}


def _to_project(verb: str) -> Callable[[_Table, str, str], dict[str, Any]]:
    return lambda table, _seat, more: {"do": verb, "project": _project(table, more.strip())}


def _join(table: _Table, seat: str, more: str) -> dict[str, Any]:
    one, _space, into = more.partition(" ")
    return {"do": "merge", "project": _project(table, one), "into": _project(table, into.strip())}


def _keep(table: _Table, seat: str, more: str) -> dict[str, Any]:
    name, _space, words = more.partition(" ")
    return {"do": "protect", "project": _project(table, name), "text": words}


def _withdraw(table: _Table, seat: str, more: str) -> dict[str, Any]:
    _nothing(more)
    return {"do": "withdraw"}


_WORDS: dict[str, Callable[[_Table, str, str], dict[str, Any]]] = {
    "amend": _amend,
    "safe": lambda _table, _seat, more: {"do": "safeguard", "text": more},
    "back": _withdraw,
    "own": _own,
    "brings": _brings,
    "asks": _asks,
    "tells": _tells,
    "plan": _plan,
    "join": _join,
    "keep": _keep,
    "lead": _to_project("lead"),
    "unlead": _to_project("unlead"),
    "sign": _to_project("sign_off"),
    "drop": _to_project("drop"),
    "carry": _to_project("carry"),
}


def _seat(table: _Table, typed: str) -> str:
    seats = seats_in_order(table.pack, table.state)
    if typed.isascii() and typed.isdigit():
        number = int(typed[:4])
        if not 1 <= number <= len(seats):
            raise Illegal("There is no seat {number} at this table.", number=typed[:4])
        return seats[number - 1]
    _kind, role = card_of(table.pack, typed, "role")
    if role not in table.state.seats:
        raise Illegal("There is no such seat at this table.")
    return role


def _project(table: _Table, typed: str) -> str:
    if re.fullmatch(r"p[0-9]{1,3}", typed, re.IGNORECASE):
        return typed.lower()
    _kind, card = card_of(table.pack, typed, "idea")
    return _project_of(table, card)


def _project_of(table: _Table, card: str) -> str:
    """The project that an idea card became: the latest, because a card can come back after it was taken off."""
    for name, project in _latest_first(table.state.projects):
        if project.card == card:
            return name
    raise Illegal("This idea is not on the table yet. Put it there first: the seat and the letters of the card.")


def _latest_first(things: Mapping[str, T]) -> list[tuple[str, T]]:
    """``p10`` before ``p9``: names count up, whatever order a state that was kept has them in."""
    return sorted(things.items(), key=lambda one: int(one[0][1:]), reverse=True)


def _choice(table: _Table, event: str, typed: str) -> str:
    choices = table.pack.event[event].choices
    return choices[_number(typed or "1", 1, max(1, len(choices))) - 1].id if choices else ""


def _number(typed: str, least: int, most: int) -> int:
    if not (typed.isascii() and typed.isdigit() and len(typed) < 6 and least <= int(typed) <= most):
        raise Illegal("Here is a whole number needed, from {least} to {most}.", least=least, most=most)
    return int(typed)


def _parts(words: str, count: int) -> list[str]:
    """Divide words at a stroke with spaces round it."""
    parts = [part.strip() for part in _STROKE.split(words)]
    if len(parts) > count:
        raise Illegal("That is too many: at most {most}.", most=count)
    return parts + [""] * (count - len(parts))


def _nothing(more: str) -> None:
    if more.strip():
        raise Illegal("This is not understood: “{typed}”.", typed=more.strip()[:60])
