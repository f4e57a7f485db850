"""What is read off a table, and off several. Never one score, and no league: counts, with people's numbers beside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import median_low

from .moves.deciding import YES
from .pack import Pack
from .state import State


@dataclass(frozen=True)
class Borne:
    """What a group of lines (those of one agency) bears: its part of all cuts over its part of all money."""

    agency: str
    cut_pence: int
    baseline_pence: int
    times: float  # 1.0: as much as its size; 2.0: twice as much


@dataclass(frozen=True)
class NeedTouched:
    """A need, how many people have it, how many lines that serve it were cut, and projects that help."""

    need: str
    people: int
    cut_pence: int
    lines_cut: int
    projects_ready: int
    bound: bool  # one of the table's values


@dataclass(frozen=True)
class Reading:
    """What one table made."""

    ended: str
    target_pence: int
    found_pence: int
    gap_pence: int
    pooled_pence: int
    needs: tuple[NeedTouched, ...]
    borne: tuple[Borne, ...]
    ready: int
    unready: int
    spent_pence: int
    in_kind: dict[str, int]
    two_leads: int
    without_money: int
    cliffs: int  # yearly projects on one-off money
    agreed: int
    not_agreed: int
    holds: int
    dissents: int
    yes_share: float
    regrets: tuple[str, ...]
    missing: tuple[str, ...]
    confidence: tuple[int, ...]
    empty_seats: tuple[str, ...]

    @property
    def worst_need(self) -> NeedTouched | None:
        """The need that lost most lines and got least."""
        return max(self.needs, key=lambda one: (one.lines_cut - one.projects_ready, one.people), default=None)


def reading_of(pack: Pack, state: State) -> Reading:
    """Read a table."""
    ready = [project for project in state.projects.values() if project.state == "ready"]
    decided = [one for one in state.decisions if one.result in ("agreed", "not-agreed")]
    answers = [reaction.kind for one in decided for reaction in one.proposal.reactions.values()]
    holds = sum(
        reaction.kind == "hold"
        for one in state.decisions
        for reactions in (one.proposal.reactions, one.proposal.before)
        for reaction in reactions.values()
    )
    kinds: dict[str, int] = {}
    for offer in state.offers.values():
        if state.projects[offer.project].state == "ready":
            kinds[offer.kind] = kinds.get(offer.kind, 0) + offer.units
    voices = list(state.voices.values())
    return Reading(
        ended=state.ended,
        target_pence=state.target_pence,
        found_pence=state.found_pence,
        gap_pence=state.gap_pence,
        pooled_pence=sum(pack.pool_card[card].saving_pence - pack.pool_card[card].setup_pence for card in state.pooled),
        needs=tuple(_need(pack, state, need.id) for need in pack.needs),
        borne=_borne(pack, state),
        ready=len(ready),
        unready=sum(project.state == "unready" for project in state.projects.values()),
        spent_pence=sum(project.cost_pence for project in ready),
        in_kind=dict(sorted(kinds.items())),
        two_leads=sum(len(project.leads) >= 2 for project in ready),
        without_money=sum(project.cost_pence == 0 for project in ready),
        cliffs=sum(project.yearly for project in ready),
        agreed=sum(one.result == "agreed" for one in decided),
        not_agreed=sum(one.result == "not-agreed" for one in decided),
        holds=holds,
        dissents=sum(len(one.dissent) for one in decided if one.result == "agreed"),
        yes_share=sum(kind in YES for kind in answers) / len(answers) if answers else 0.0,
        regrets=tuple(sorted(voice.regret for voice in voices if voice.regret)),
        missing=tuple(sorted(voice.missing for voice in voices if voice.missing)),
        confidence=tuple(sorted(voice.confidence for voice in voices)),
        empty_seats=tuple(name for name, seat in state.seats.items() if seat.state == "vacant"),
    )


def _need(pack: Pack, state: State, name: str) -> NeedTouched:
    lines = [line for line in pack.lines if name in line.needs]
    cuts = {line.id: line.cut_pence(state.levels.get(line.id, 0)) for line in lines}
    return NeedTouched(
        need=name,
        people=pack.need[name].people,
        cut_pence=sum(cuts.values()),
        lines_cut=sum(pence > 0 for pence in cuts.values()),
        projects_ready=sum(name in one.needs for one in state.projects.values() if one.state == "ready"),
        bound=name in state.values,
    )


def _borne(pack: Pack, state: State) -> tuple[Borne, ...]:
    cut: dict[str, int] = {}
    base: dict[str, int] = {}
    for line in pack.lines:
        cut[line.agency] = cut.get(line.agency, 0) + line.cut_pence(state.levels.get(line.id, 0))
        base[line.agency] = base.get(line.agency, 0) + line.baseline_pence
    all_cut, all_base = sum(cut.values()), sum(base.values())
    return tuple(
        Borne(
            agency,
            cut[agency],
            base[agency],
            float(Fraction(cut[agency], all_cut) / Fraction(base[agency], all_base)) if all_cut else 0.0,
        )
        for agency in base
    )


@dataclass(frozen=True)
class LineAcross:
    """A line over several tables: ``verdict`` is consensus, red, split or untouched."""

    line: str
    tables: int
    cut: int
    median_level: int
    held: int
    reasons: tuple[str, ...]
    verdict: str


def across(pack: Pack, states: Sequence[State]) -> tuple[LineAcross, ...]:
    """Compare tables line by line.

    Consensus: at least two thirds cut it, and dissent at no more than a third of the tables. Red: nobody cut it though
    it was proposed, or it was held at half of the tables or more. Split: anything else that was talked about.
    """
    return tuple(_across(pack, states, line.id) for line in pack.lines)


def _across(pack: Pack, states: Sequence[State], name: str) -> LineAcross:
    levels = [state.levels.get(name, 0) for state in states]
    cut = [level for level in levels if level]
    held = dissent = proposed = 0
    reasons: list[str] = []
    for state in states:
        about = [one for one in state.decisions if one.proposal.kind == "cut" and one.proposal.card == name]
        proposed += bool(about)
        holds = [
            reaction.reason
            for one in about
            for reactions in (one.proposal.before, one.proposal.reactions)
            for reaction in reactions.values()
            if reaction.kind == "hold"
        ]
        held += bool(holds)
        dissent += any(one.dissent for one in about)
        reasons += holds
    count = len(states)
    if not proposed:
        verdict = "untouched"
    elif 2 * held >= count or not cut:
        verdict = "red"
    elif 3 * len(cut) >= 2 * count and 3 * dissent <= count:
        verdict = "consensus"
    else:
        verdict = "split"
    return LineAcross(name, count, len(cut), median_low(cut) if cut else 0, held, tuple(sorted(set(reasons))), verdict)
