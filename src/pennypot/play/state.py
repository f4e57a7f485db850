"""Where a table stands: everything that its moves so far have made. It is changed only by `apply`."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from .pack import Pack, canonical

# In order; the four in the middle can be played the other way round (create before cut).
CUT_FIRST = (
    *("lobby", "arrive", "place", "values", "cut", "pool", "event", "create", "mend"),
    *("story", "ratify", "compare", "carry", "over"),
)
CREATE_FIRST = (
    *("lobby", "arrive", "place", "values", "create", "cut", "pool", "event", "mend"),
    *("story", "ratify", "compare", "carry", "over"),
)
ORDERS = {"cut-first": CUT_FIRST, "create-first": CREATE_FIRST}
RULES = ("consent", "unanimity", "two-thirds")

# Minutes of each phase in the preset of two hours; other lengths scale them. Timers advise, they never act.
MINUTES = {
    "arrive": 10,
    "place": 6,
    "values": 8,
    "cut": 26,
    "pool": 10,
    "event": 5,
    "create": 26,
    "mend": 8,
    "story": 6,
    "ratify": 4,
    "compare": 8,
    "carry": 3,
}

HOLDS = 2  # tokens of a seat
DOTS = 3  # of a seat, for the values
VALUES = 5  # needs that bind the table


@dataclass(frozen=True, slots=True)
class Seat:
    """A chair at the table, with its role. ``waiting`` means that somebody takes it when the next phase begins."""

    state: str = "vacant"  # vacant, waiting, taken
    tokens: int = HOLDS


@dataclass(frozen=True, slots=True)
class Reaction:
    """What a seat answered: support, live, concern or hold, and why (a hold always says why)."""

    kind: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """The one question before the table."""

    number: int
    seat: str
    kind: str  # cut, pool, respond
    card: str  # line, pool card or event
    level: int = 0  # of a cut: 0 to 3
    choice: str = ""  # of an answer to an event
    version: int = 1
    state: str = "open"  # open; held (a hold came, its proposer may amend once)
    reactions: Mapping[str, Reaction] = field(default_factory=dict)
    consents: Mapping[str, bool] = field(default_factory=dict)
    safeguards: tuple[str, ...] = ()
    # What the first version was met with, once it was held.
    before: Mapping[str, Reaction] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decision:
    """A proposal that has ended, as the plan prints it."""

    proposal: Proposal
    result: str  # agreed, not-agreed, withdrawn, unfinished
    pence: int = 0
    dissent: tuple[str, ...] = ()
    phase: str = ""


@dataclass(frozen=True, slots=True)
class Project:
    """Something the table wants to create."""

    title: str
    seat: str
    card: str  # idea card, or empty for their own
    cost_pence: int
    yearly: bool
    slots: Mapping[str, int]
    needs: tuple[str, ...]
    duties: tuple[str, ...] = ()
    text: str = ""
    pledges: Mapping[str, int] = field(default_factory=dict)
    leads: tuple[str, ...] = ()
    signed: tuple[str, ...] = ()
    safeguards: tuple[str, ...] = ()
    state: str = "open"  # open, dropped, merged, ready, unready (the last two after Create has ended)
    merged_into: str = ""

    @property
    def cash_pence(self) -> int:
        """What is pledged to it."""
        return sum(self.pledges.values())


@dataclass(frozen=True, slots=True)
class Offer:
    """Units of an asset that a seat gives to a project."""

    seat: str
    asset: str
    kind: str
    units: int
    project: str


@dataclass(frozen=True, slots=True)
class OwnAsset:
    """An asset that somebody brought who is really there."""

    seat: str
    title: str
    kind: str
    units: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """An event that happened, and what the table answered."""

    event: str
    pence: int
    choice: str = ""


@dataclass(frozen=True, slots=True)
class Voice:
    """What one person said at the end: as themselves, not as their role. ``confidence`` (1 to 5) stays private."""

    seat: str
    reaction: str
    regret: str = ""
    missing: str = ""
    confidence: int = 0


@dataclass(slots=True)
class State:
    """A table. Numbers of money are pence; the accounts in ``money`` are those of 'Money' in the rules."""

    pack: str  # hash
    order: str = "cut-first"
    rule: str = "consent"
    target_pence: int = 0
    phase: str = "lobby"
    moves: int = 0
    money: dict[str, int] = field(default_factory=dict)
    seats: dict[str, Seat] = field(default_factory=dict)
    dots: dict[str, tuple[str, ...]] = field(default_factory=dict)
    values: tuple[str, ...] = ()
    levels: dict[str, int] = field(default_factory=dict)
    pooled: tuple[str, ...] = ()
    proposal: Proposal | None = None
    proposed: int = 0
    decisions: tuple[Decision, ...] = ()
    projects: dict[str, Project] = field(default_factory=dict)
    offers: dict[str, Offer] = field(default_factory=dict)
    offered: int = 0
    own_assets: dict[str, OwnAsset] = field(default_factory=dict)
    # What was saved beyond the target each time that Pool ended, and has left `saved`: see `Policy.gain_of`.
    settled: tuple[int, ...] = ()
    # Units that events added to the pack's assets, or took.
    more_units: dict[str, int] = field(default_factory=dict)
    events: tuple[Drawn, ...] = ()
    revealed: tuple[str, ...] = ()
    asks: tuple[tuple[str, str, str], ...] = ()  # seat, kind, text
    stories: dict[str, tuple[str, str, str]] = field(default_factory=dict)  # persona: day, who loses, what we did
    voices: dict[str, Voice] = field(default_factory=dict)  # by person
    carried: tuple[str, ...] = ()
    ended: str = ""  # complete, gap, no-agreement, abandoned

    def copy(self) -> State:
        """Return one of its own: what is inside is never changed, only replaced."""
        other = copy.copy(self)
        for name in _DICTS:
            setattr(other, name, dict(getattr(self, name)))
        return other

    @property
    def taken(self) -> list[str]:
        """The seats that somebody sits in, by name: a state that was kept and read again has forgotten other orders."""
        return sorted(name for name, seat in self.seats.items() if seat.state == "taken")

    @property
    def alone(self) -> bool:
        """Whether this is a table of one chair: somebody plays by themselves at home."""
        return len(self.seats) == 1

    def consents_of(self, pack: Pack, card: str) -> tuple[str, ...]:
        """The seats whose yes a pool card needs. Alone nobody can be asked: the plan says whose yes is still needed."""
        return () if self.alone else pack.pool_card[card].consents

    @property
    def settled_pence(self) -> int:
        """What was saved beyond the target and is freed or returned."""
        return sum(self.settled)

    @property
    def found_pence(self) -> int:
        """All that was saved so far, wherever it went after."""
        return self.money["saved"] + self.settled_pence

    @property
    def gap_pence(self) -> int:
        """What is missing to the target."""
        return max(0, self.target_pence - self.money["saved"])

    def used_units(self, asset: str) -> int:
        """Units of an asset that offers use."""
        return sum(offer.units for offer in self.offers.values() if offer.asset == asset)

    def filled(self, project: str) -> dict[str, int]:
        """Units offered to a project by kind."""
        filled: dict[str, int] = {}
        for offer in self.offers.values():
            if offer.project == project:
                filled[offer.kind] = filled.get(offer.kind, 0) + offer.units
        return filled

    def is_ready(self, name: str) -> bool:
        """Whether a project has its money, its things, someone to lead it, and every sign-off it needs by law."""
        project = self.projects[name]
        filled = self.filled(name)
        return (
            project.state in ("open", "ready")
            and project.cash_pence == project.cost_pence
            and all(filled.get(kind, 0) >= units for kind, units in project.slots.items())
            and bool(project.leads)
            and set(project.duties) <= set(project.signed)
        )

    def units_of(self, pack: Pack, asset: str) -> int:
        """Units of an asset that there are in all."""
        if asset in self.own_assets:
            return self.own_assets[asset].units
        return max(0, pack.asset[asset].units + self.more_units.get(asset, 0))


_DICTS = (*("money", "seats", "dots", "levels", "projects", "offers", "own_assets", "more_units", "stories", "voices"),)


def begin(
    pack: Pack,
    *,
    order: str = "cut-first",
    rule: str = "",
    target_pence: int | None = None,
    seats: list[str] | None = None,
) -> State:
    """Return a new table in the lobby, with all the money where it is before anyone plays.

    Parameters
    ----------
    order
        ``cut-first`` or ``create-first``; it is logged, because it changes what people do.
    rule
        ``consent``, ``unanimity`` or ``two-thirds``; the pack's own if empty.
    target_pence
        The savings to reach; the pack's own if None.
    seats
        Roles that have a chair; all of the pack's if None.
    """
    if order not in ORDERS or (rule or pack.policy.rule) not in RULES:
        raise ValueError("unknown order or rule")
    money = {f"line:{line.id}": line.baseline_pence for line in pack.lines}
    money |= {"pot": pack.policy.pot_pence, "slice": 0, "elsewhere": 0}
    money |= {"saved": 0, "freed": 0, "returned": 0, "reserve": 0, "external": 0}
    chairs = [role.id for role in pack.roles if seats is None or role.id in seats]
    return State(
        pack=pack.hash,
        order=order,
        rule=rule or pack.policy.rule,
        target_pence=pack.policy.target_pence if target_pence is None else target_pence,
        money=money | {f"share:{name}": 0 for name in chairs},
        seats={name: Seat() for name in chairs},
    )


def dumped(state: State) -> bytes:
    """Return a state as canonical JSON: equal states give equal bytes."""
    return canonical(state)


def loaded(text: bytes | str) -> State:
    """Read a state that `dumped` wrote."""
    given = json.loads(text)
    made: dict[str, Any] = {**given}
    made["seats"] = {name: Seat(**seat) for name, seat in given["seats"].items()}
    made["proposal"] = _proposal(given["proposal"]) if given["proposal"] else None
    made["decisions"] = tuple(
        Decision(**{**one, "proposal": _proposal(one["proposal"]), "dissent": tuple(one["dissent"])})
        for one in given["decisions"]
    )
    made["projects"] = {name: _project(one) for name, one in given["projects"].items()}
    made["offers"] = {name: Offer(**one) for name, one in given["offers"].items()}
    made["own_assets"] = {name: OwnAsset(**one) for name, one in given["own_assets"].items()}
    made["voices"] = {name: Voice(**one) for name, one in given["voices"].items()}
    made["events"] = tuple(Drawn(**one) for one in given["events"])
    made["asks"] = tuple(tuple(one) for one in given["asks"])
    made["stories"] = {name: tuple(one) for name, one in given["stories"].items()}
    made["dots"] = {name: tuple(one) for name, one in given["dots"].items()}
    for name in ("values", "pooled", "revealed", "carried", "settled"):
        made[name] = tuple(given[name])
    return State(**{one.name: made[one.name] for one in fields(State)})


def _proposal(given: Mapping[str, Any]) -> Proposal:
    reactions = {part: {seat: Reaction(**one) for seat, one in given[part].items()} for part in ("reactions", "before")}
    return Proposal(**{**given, **reactions, "safeguards": tuple(given["safeguards"])})


def _project(given: Mapping[str, Any]) -> Project:
    lists = {part: tuple(given[part]) for part in ("needs", "duties", "leads", "signed", "safeguards")}
    return Project(**{**given, **lists})
