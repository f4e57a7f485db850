"""What a seat may do now: the same list draws the buttons, drives the bots and guides the tests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from .moves import is_open
from .moves.creating import MOST_PROJECTS
from .moves.deciding import ASKED, KINDS
from .moves.table import fewest
from .pack import Pack
from .state import ORDERS, Proposal, State


@dataclass(frozen=True, slots=True)
class Option:
    """One thing that may be done.

    Parameters
    ----------
    move
        A whole move that `apply` takes; numbers in it are the largest that are allowed.
    limits
        Least and most of each number in it.
    texts
        Fields that take words of the player's own; the move holds an example where they are needed.
    """

    move: Mapping[str, Any]
    limits: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    texts: tuple[str, ...] = ()

    @property
    def do(self) -> str:
        """Name of the move."""
        return str(self.move["do"])


WORDS = "…"  # stands where a player's own words are needed


def legal(pack: Pack, state: State, seat: str) -> list[Option]:
    """Return what a seat may do now, or the facilitator (``seat="facilitator"``)."""
    if seat == "facilitator":
        return list(_facilitator(pack, state))
    if seat not in state.seats:
        return []
    found: list[Option] = []
    if state.phase != "over":
        taken = state.seats[seat].state != "vacant"
        found.append(Option({"do": "leave" if taken else "take_seat", "seat": seat}))
    if state.seats[seat].state != "taken":
        return found
    for verb, options in _BY_VERB.items():
        if is_open(state, verb):
            found.extend(options(pack, state, seat))
    return found


def _facilitator(pack: Pack, state: State) -> Iterator[Option]:
    by = {"by": "facilitator"}
    if state.phase == "lobby":
        if len(state.taken) >= fewest(state):
            yield Option({"do": "start", **by})
        return
    if state.phase == "over":
        return
    phases = ORDERS[state.order]
    yield Option({"do": "advance", **by})
    for phase in phases[1 : phases.index(state.phase)]:
        yield Option({"do": "rollback", "to": phase, "reason": WORDS, **by}, texts=("reason",))
    yield Option({"do": "abandon", "reason": WORDS, **by}, texts=("reason",))
    if is_open(state, "draw"):
        left = [event.id for event in pack.events if event.id not in {drawn.event for drawn in state.events}]
        if left:
            yield Option({"do": "draw", "seed": WORDS, **by}, texts=("seed",))
        for event in left:
            yield Option({"do": "inject", "event": event, **by})


def _reveal(pack: Pack, state: State, seat: str) -> Iterator[Option]:
    for fact in (*pack.role[seat].know, *pack.role[seat].care):
        if f"{seat}/{fact.id}" not in state.revealed:
            yield Option({"do": "reveal", "seat": seat, "fact": fact.id})


def _dots(pack: Pack, state: State, seat: str) -> Iterator[Option]:
    for need in pack.needs:
        yield Option({"do": "dots", "seat": seat, "needs": [need.id] * 3})


def _add_asset(pack: Pack, state: State, seat: str) -> Iterator[Option]:
    move = {"do": "add_asset", "seat": seat, "title": WORDS, "kind": "room", "units": 999}
    yield Option(move, {"units": (1, 999)}, ("title",))


def _propose(pack: Pack, state: State, seat: str) -> Iterator[Option]:
    if state.proposal:
        return
    move = {"do": "propose", "seat": seat}
    for kind in ASKED[state.phase]:
        if kind == "cut":
            for line in pack.lines:
                for level in range(len(line.steps) + 1):
                    if cut_is_possible(pack, state, line.id, level):
                        yield Option({**move, "kind": "cut", "card": line.id, "level": level})
        elif kind == "pool":
            for card in pack.pool_cards:
                if pool_is_possible(pack, state, card.id):
                    yield Option({**move, "kind": "pool", "card": card.id})
        else:
            for drawn in state.events:
                for choice in pack.event[drawn.event].choices if not drawn.choice else ():
                    yield Option({**move, "kind": "respond", "card": drawn.event, "choice": choice.id})


def cut_is_possible(pack: Pack, state: State, line_id: str, level: int) -> bool:
    """Say whether a line can go to a depth now: not where it is, not below its floor, not with money that is gone."""
    line, now = pack.line[line_id], state.levels.get(line_id, 0)
    more = line.cut_pence(level) - line.cut_pence(now)
    left = state.money[f"line:{line_id}"] - more
    return level != now and left >= line.floor_pence and state.money["saved"] >= -more


def pool_is_possible(pack: Pack, state: State, card_id: str) -> bool:
    """Say whether a pool card can be played now."""
    card = pack.pool_card[card_id]
    return card_id not in state.pooled and all(
        state.money[f"line:{saving.line}"] - saving.pence >= pack.line[saving.line].floor_pence
        for saving in card.savings
    )


def _amend(pack: Pack, state: State, seat: str) -> Iterator[Option]:
    proposal = state.proposal
    if proposal is None or proposal.seat != seat or proposal.state != "held":
        return
    move = {"do": "amend", "seat": seat, "safeguard": WORDS}
    if proposal.kind == "cut":
        for level in range(len(pack.line[proposal.card].steps) + 1):
            if cut_is_possible(pack, state, proposal.card, level):
                yield Option({**move, "level": level}, texts=("safeguard",))
    elif proposal.kind == "respond":
        for choice in pack.event[proposal.card].choices:
            yield Option({**move, "choice": choice.id}, texts=("safeguard",))
    else:
        yield Option(move, texts=("safeguard",))


def _open(state: State) -> Proposal | None:
    return state.proposal if state.proposal and state.proposal.state == "open" else None


def _safeguard(pack: Pack, state: State, seat: str) -> Iterator[Option]:
    proposal = _open(state)
    if proposal and not proposal.reactions and len(proposal.safeguards) < 5:
        yield Option({"do": "safeguard", "seat": seat, "text": WORDS}, texts=("text",))


def _react(pack: Pack, state: State, seat: str) -> Iterator[Option]:
    proposal = _open(state)
    if proposal is None:
        return
    earlier = proposal.reactions.get(seat)
    tokens = state.seats[seat].tokens + (earlier is not None and earlier.kind == "hold")
    for kind in KINDS:
        if kind != "hold":
            yield Option({"do": "react", "seat": seat, "reaction": kind}, texts=("reason",))
        elif tokens:
            yield Option({"do": "react", "seat": seat, "reaction": kind, "reason": WORDS}, texts=("reason",))


def _consent(pack: Pack, state: State, seat: str) -> Iterator[Option]:
    proposal = state.proposal
    if proposal and proposal.kind == "pool" and seat in state.consents_of(pack, proposal.card):
        for yes in (True, False):
            yield Option({"do": "consent", "seat": seat, "yes": yes})


def _withdraw(pack: Pack, state: State, seat: str) -> Iterator[Option]:
    if state.proposal and state.proposal.seat == seat:
        yield Option({"do": "withdraw", "seat": seat})


def _close(pack: Pack, state: State, seat: str) -> Iterator[Option]:
    if state.proposal and (state.proposal.state == "held" or state.proposal.reactions):
        yield Option({"do": "close", "seat": seat})


def _draft(pack: Pack, state: State, seat: str) -> Iterator[Option]:
    if len(state.projects) >= MOST_PROJECTS:
        return
    there = {project.card for project in state.projects.values() if project.state == "open"}
    for card in pack.idea_cards:
        if card.id not in there:
            yield Option({"do": "draft", "seat": seat, "card": card.id})
    own = {"title": WORDS, "pence": 1_000_000_000, "yearly": False, "slots": {"hours": 1}, "needs": [pack.needs[0].id]}
    yield Option({"do": "draft", "seat": seat, **own}, {"pence": (0, 1_000_000_000)}, ("title", "text"))


def _of_projects(pack: Pack, state: State, seat: str) -> Iterator[Option]:
    """Everything that can be done to the projects on the table."""
    share = state.money[f"share:{seat}"]
    for name, project in state.projects.items():
        if project.state != "open":
            continue
        move = {"seat": seat, "project": name}
        if project.seat == seat:
            yield Option({"do": "drop", **move})
            for into, other in state.projects.items():
                if into != name and other.state == "open":
                    yield Option({"do": "merge", **move, "into": into})
        most = min(share, project.cost_pence - project.cash_pence)
        if most > 0:
            yield Option({"do": "pledge", **move, "pence": most}, {"pence": (1, most)})
        if seat in project.pledges:
            most = project.pledges[seat]
            yield Option({"do": "unpledge", **move, "pence": most}, {"pence": (1, most)})
        yield Option({"do": "unlead" if seat in project.leads else "lead", **move})
        if seat in project.duties and seat not in project.signed:
            yield Option({"do": "sign_off", **move})
        if len(project.safeguards) < 5:
            yield Option({"do": "protect", **move, "text": WORDS}, texts=("text",))
        yield from _offers(pack, state, seat, name)


def _offers(pack: Pack, state: State, seat: str, name: str) -> Iterator[Option]:
    project, filled = state.projects[name], state.filled(name)
    mine = [(asset.id, asset.kind) for asset in pack.assets if asset.bring == seat]
    mine += [(key, own.kind) for key, own in state.own_assets.items() if own.seat == seat]
    for asset, kind in mine:
        lacking = project.slots.get(kind, 0) - filled.get(kind, 0)
        most = min(lacking, state.units_of(pack, asset) - state.used_units(asset))
        if most > 0:
            move = {"do": "offer", "seat": seat, "project": name, "asset": asset, "units": most}
            yield Option(move, {"units": (1, most)})


def _unoffer(pack: Pack, state: State, seat: str) -> Iterator[Option]:
    for name, offer in state.offers.items():
        if offer.seat == seat and state.projects[offer.project].state == "open":
            yield Option({"do": "unoffer", "seat": seat, "offer": name})


def _ask(pack: Pack, state: State, seat: str) -> Iterator[Option]:
    if len(state.asks) < 20:
        yield Option({"do": "ask", "seat": seat, "kind": "room", "text": WORDS}, texts=("text",))


def _story(pack: Pack, state: State, seat: str) -> Iterator[Option]:
    for persona in pack.personas:
        move = {"do": "story", "seat": seat, "persona": persona.id, "day": WORDS, "loses": WORDS, "did": WORDS}
        yield Option(move, texts=("day", "loses", "did"))


def _ratify(pack: Pack, state: State, seat: str) -> Iterator[Option]:
    for kind in KINDS:
        move = {"do": "ratify", "seat": seat, "person": seat, "reaction": kind, "confidence": 5}
        yield Option(move, {"confidence": (1, 5)}, ("regret", "missing"))


def _carry(pack: Pack, state: State, seat: str) -> Iterator[Option]:
    for name, project in state.projects.items():
        if project.state == "ready" and name not in state.carried:
            yield Option({"do": "carry", "seat": seat, "project": name})


_BY_VERB = {
    "reveal": _reveal,
    "dots": _dots,
    "add_asset": _add_asset,
    "propose": _propose,
    "amend": _amend,
    "safeguard": _safeguard,
    "react": _react,
    "consent": _consent,
    "withdraw": _withdraw,
    "close": _close,
    "draft": _draft,
    "pledge": _of_projects,
    "unoffer": _unoffer,
    "ask": _ask,
    "story": _story,
    "ratify": _ratify,
    "carry": _carry,
}
