"""What each may see of a table. Secrets are taken out here, on the server, and nowhere else."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from .pack import Pack
from .state import Decision, Proposal, State


@dataclass(frozen=True)
class SeenProposal:
    """The open question: ``answers`` is empty until it is open to all; ``mine`` is one's own."""

    number: int
    seat: str
    kind: str
    card: str
    level: int
    choice: str
    version: int
    state: str
    safeguards: tuple[str, ...]
    answered: tuple[str, ...]
    waiting_for: tuple[str, ...]
    consents_wanted: tuple[str, ...]
    consents_given: dict[str, bool]
    answers: dict[str, tuple[str, str]]
    before: dict[str, tuple[str, str]]
    mine: tuple[str, str] | None


@dataclass(frozen=True)
class SeenSeat:
    """A chair as everyone sees it."""

    id: str
    state: str
    tokens: int
    share_pence: int
    revealed: tuple[str, ...]


@dataclass(frozen=True)
class SeenProject:
    """A project with what it has and what it lacks."""

    id: str
    title: str
    text: str
    seat: str
    card: str
    state: str
    yearly: bool
    cost_pence: int
    cash_pence: int
    pledges: dict[str, int]
    slots: dict[str, tuple[int, int]]  # kind: filled, wanted
    leads: tuple[str, ...]
    duties: dict[str, bool]
    safeguards: tuple[str, ...]
    needs: tuple[str, ...]
    ready: bool

    @property
    def lacking_pence(self) -> int:
        """Money that it still needs."""
        return self.cost_pence - self.cash_pence


@dataclass(frozen=True)
class SeenLine:
    """A line as it is now."""

    id: str
    now_pence: int
    level: int
    cut_pence: int


@dataclass(frozen=True)
class View:
    """A table through somebody's eyes: a seat's, the board's, the facilitator's."""

    who: str
    phase: str
    order: str
    rule: str
    moves: int
    target_pence: int
    found_pence: int
    gap_pence: int
    slice_pence: int
    freed_pence: int
    elsewhere_pence: int
    returned_pence: int
    reserve_pence: int
    share_pence: int
    seats: tuple[SeenSeat, ...]
    lines: tuple[SeenLine, ...]
    pooled: tuple[str, ...]
    values: tuple[str, ...]
    dots: dict[str, int]
    my_dots: tuple[str, ...]
    proposal: SeenProposal | None
    decisions: tuple[Decision, ...]
    projects: tuple[SeenProject, ...]
    offers: dict[str, dict[str, Any]]
    assets: dict[str, tuple[int, int]]  # used, there are
    events: tuple[tuple[str, int, str], ...]
    asks: tuple[tuple[str, str, str], ...]
    stories: dict[str, tuple[str, str, str]]
    voices: tuple[tuple[str, str, str], ...]  # reaction, regret, missing: of no one in particular
    carried: tuple[str, ...]
    ended: str
    # One's own card; empty for the board.
    know: dict[str, str] = field(default_factory=dict)
    care: dict[str, str] = field(default_factory=dict)


def view_of(pack: Pack, state: State, who: str) -> View:
    """Return what a seat, the ``board`` or the ``facilitator`` may see.

    The facilitator sees who has not answered yet, and no more of people's cards and answers than the table does.
    """
    role = pack.role.get(who) if who in state.seats else None
    money = state.money
    return View(
        who=who,
        phase=state.phase,
        order=state.order,
        rule=state.rule,
        moves=state.moves,
        target_pence=state.target_pence,
        found_pence=state.found_pence,
        gap_pence=state.gap_pence,
        slice_pence=money["slice"],
        freed_pence=sum(pack.policy.gain_of(over).freed for over in state.settled),
        elsewhere_pence=money["elsewhere"],
        returned_pence=money["returned"],
        reserve_pence=money["reserve"],
        share_pence=money[f"share:{who}"] if role else 0,
        seats=tuple(_seat(pack, state, name, who) for name in state.seats),
        lines=tuple(_line(pack, state, line.id) for line in pack.lines),
        pooled=state.pooled,
        values=state.values,
        dots=_dots(pack, state),
        my_dots=state.dots.get(who, ()),
        proposal=_proposal(pack, state, who),
        decisions=state.decisions,
        projects=tuple(_project(state, name) for name in state.projects),
        offers={name: asdict(offer) for name, offer in state.offers.items()},
        assets={
            asset: (state.used_units(asset), state.units_of(pack, asset)) for asset in (*pack.asset, *state.own_assets)
        },
        events=tuple((drawn.event, drawn.pence, drawn.choice) for drawn in state.events),
        asks=state.asks,
        stories=dict(state.stories),
        voices=tuple(sorted((voice.reaction, voice.regret, voice.missing) for voice in state.voices.values())),
        carried=state.carried,
        ended=state.ended,
        know={fact.id: fact.text for fact in role.know} if role else {},
        care={fact.id: fact.text for fact in role.care} if role else {},
    )


def _seat(pack: Pack, state: State, name: str, who: str) -> SeenSeat:
    role = pack.role[name]
    told = tuple(fact.text for fact in (*role.know, *role.care) if f"{name}/{fact.id}" in state.revealed)
    seat = state.seats[name]
    tokens = seat.tokens
    if name != who and state.proposal and state.proposal.state == "open":
        # A token that has gone would tell of a hold before the answers are open.
        reaction = state.proposal.reactions.get(name)
        tokens += reaction is not None and reaction.kind == "hold"
    return SeenSeat(name, seat.state, tokens, state.money[f"share:{name}"], told)


def _line(pack: Pack, state: State, name: str) -> SeenLine:
    level = state.levels.get(name, 0)
    return SeenLine(name, state.money[f"line:{name}"], level, pack.line[name].cut_pence(level))


def _dots(pack: Pack, state: State) -> dict[str, int]:
    """Dots are counted for all once the phase is over; before that everybody sees only their own."""
    if not state.values:
        return {}
    count = dict.fromkeys(pack.need, 0)
    for chosen in state.dots.values():
        for need in chosen:
            count[need] += 1
    return count


def _proposal(pack: Pack, state: State, who: str) -> SeenProposal | None:
    proposal = state.proposal
    if proposal is None:
        return None
    mine = proposal.reactions.get(who)
    return SeenProposal(
        number=proposal.number,
        seat=proposal.seat,
        kind=proposal.kind,
        card=proposal.card,
        level=proposal.level,
        choice=proposal.choice,
        version=proposal.version,
        state=proposal.state,
        safeguards=proposal.safeguards,
        answered=tuple(seat for seat in state.seats if seat in proposal.reactions),
        waiting_for=tuple(seat for seat in state.taken if seat not in proposal.reactions),
        consents_wanted=state.consents_of(pack, proposal.card) if proposal.kind == "pool" else (),
        consents_given=dict(proposal.consents),
        answers=_opened(proposal) if proposal.state == "held" else {},
        before={seat: (one.kind, one.reason) for seat, one in sorted(proposal.before.items())},
        mine=(mine.kind, mine.reason) if mine else None,
    )


def _opened(proposal: Proposal) -> dict[str, tuple[str, str]]:
    return {seat: (one.kind, one.reason) for seat, one in sorted(proposal.reactions.items())}


def _project(state: State, name: str) -> SeenProject:
    project, filled = state.projects[name], state.filled(name)
    return SeenProject(
        id=name,
        title=project.title,
        text=project.text,
        seat=project.seat,
        card=project.card,
        state=project.state,
        yearly=project.yearly,
        cost_pence=project.cost_pence,
        cash_pence=project.cash_pence,
        pledges=dict(project.pledges),
        slots={kind: (filled.get(kind, 0), wanted) for kind, wanted in project.slots.items()},
        leads=project.leads,
        duties={duty: duty in project.signed for duty in project.duties},
        safeguards=project.safeguards,
        needs=project.needs,
        ready=state.is_ready(name),
    )
