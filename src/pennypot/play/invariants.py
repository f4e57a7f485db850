"""What must be true of every table after every move. The numbers are those of the rules.

Nothing here asks the engine's own helpers (`State.is_ready`, `State.used_units` ...) about itself: a check that used
the sum that it checks would agree with any mistake in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from math import floor

from .moves.deciding import KINDS
from .pack import Pack
from .state import HOLDS, State
from .views import view_of


def broken(pack: Pack, state: State) -> list[str]:
    """Return the invariants that do not hold, as sentences that begin with their number; empty when all is well.

    Those of one table are here; those of a move (8, 9, 12, 13) are for whoever applies it, and 10 is `leaks`.
    """
    return [sentence for check in _CHECKS for sentence in check(pack, state)]


def _money_sums(pack: Pack, state: State) -> Iterator[str]:
    if sum(state.money.values()) != pack.baseline_pence:
        yield f"1: the accounts sum to {sum(state.money.values())}, the baselines to {pack.baseline_pence}"


def _nothing_below(pack: Pack, state: State) -> Iterator[str]:
    for account, pence in state.money.items():
        if pence < 0 and account != "external":
            yield f"2: {account} is at {pence}"
    for line in pack.lines:
        if state.money[f"line:{line.id}"] < line.floor_pence:
            yield f"2: {line.id} is below its floor"


def _pot_sums(pack: Pack, state: State) -> Iterator[str]:
    """The pot, its slices, and all that came of them and of what was freed: the neighbourhood's part is exact."""
    money, policy = state.money, pack.policy
    part = Fraction(policy.slice_people, policy.place_people)
    gains = [Fraction(over * policy.gain_share, 100) for over in state.settled]
    freed = sum(floor(gain * part) for gain in gains)
    if money["returned"] != state.settled_pence - sum(map(floor, gains)):
        yield f"3: {money['returned']} went back to the agencies, the gain share says otherwise"
    here = money["slice"] + money["freed"]
    here += sum(pence for account, pence in money.items() if account.startswith(("share:", "project:")))
    slices = floor(policy.pot_pence * part) if state.phase != "lobby" else 0
    if here != slices + freed:
        yield f"3: the neighbourhood has {here}, its slice and what was freed for it come to {slices + freed}"
    if money["pot"] + money["elsewhere"] != policy.pot_pence - slices + sum(map(floor, gains)) - freed:
        yield "3: the pot and what sits elsewhere are not what the slice and what was freed leave over"


def _pledges(pack: Pack, state: State) -> Iterator[str]:
    for name, project in state.projects.items():
        pledged = sum(project.pledges.values())
        if state.money[f"project:{name}"] != pledged:
            yield f"4: {name} holds {state.money[f'project:{name}']}, its pledges are {pledged}"
        if pledged > project.cost_pence:
            yield f"4: {name} has more money than it costs"
        if any(pence <= 0 for pence in project.pledges.values()):
            yield f"4: {name} has a pledge of nothing"


def _assets(pack: Pack, state: State) -> Iterator[str]:
    there = {asset.id: asset.units + state.more_units.get(asset.id, 0) for asset in pack.assets}
    there |= {name: own.units for name, own in state.own_assets.items()}
    used = dict.fromkeys(there, 0)
    given: dict[tuple[str, str], int] = {}
    for name, offer in state.offers.items():
        used[offer.asset] += offer.units
        key = offer.project, offer.kind
        given[key] = given.get(key, 0) + offer.units
        owner = state.own_assets[offer.asset].seat if offer.asset in state.own_assets else pack.asset[offer.asset].bring
        if owner != offer.seat or offer.units < 1:
            yield f"5: {name} is of {offer.seat}, who has none to give"
        if state.projects[offer.project].state in ("dropped", "merged"):
            yield f"5: {name} is for a project that is gone"
    for asset, units in used.items():
        if units > max(0, there[asset]):
            yield f"5: {asset} is used {units} times, there are {there[asset]}"
    for (project, kind), units in given.items():
        if units > state.projects[project].slots.get(kind, 0):
            yield f"5: {project} is given more {kind} than it needs"


def _ready(pack: Pack, state: State) -> Iterator[str]:
    for name, project in state.projects.items():
        if project.state == "unready" and project.pledges:
            yield f"6: {name} is not ready and keeps money"
        if (project.state == "ready" or state.is_ready(name)) and (lacks := _lacks(pack, state, name)):
            yield f"6: {name} counts as ready and lacks {lacks}"
    for name in state.carried:
        if state.projects[name].state == "open" and state.phase in ("carry", "over"):
            yield f"6: {name} went forward and was never ready"


def _lacks(pack: Pack, state: State, name: str) -> str:
    """Return what stands between a project and being ready, by the words of the rules."""
    project = state.projects[name]
    offers = [offer for offer in state.offers.values() if offer.project == name]
    for kind, units in project.slots.items():
        if sum(offer.units for offer in offers if offer.kind == kind) != units:
            return kind
    if sum(project.pledges.values()) != project.cost_pence:
        return "money"
    if not project.leads:
        return "a lead"
    duty = pack.idea_card[project.card].duty if project.card else ""
    return "a sign-off" if {*project.duties, *([duty] if duty else [])} - set(project.signed) else ""


def _reactions(pack: Pack, state: State) -> Iterator[str]:
    proposals = [decision.proposal for decision in state.decisions]
    spent = dict.fromkeys(state.seats, 0)
    for proposal in [*proposals, *([state.proposal] if state.proposal else [])]:
        for reactions in (proposal.reactions, proposal.before):
            for seat, reaction in reactions.items():
                if seat not in state.seats or reaction.kind not in KINDS:
                    yield f"7: proposal {proposal.number} has a reaction of nobody"
                if reaction.kind == "hold":
                    spent[seat] += 1
                    if not reaction.reason:
                        yield f"11: {seat} holds proposal {proposal.number} without a reason"
        if proposal.version == 1 and proposal.before:
            yield f"7: proposal {proposal.number} was never amended and has reactions from before"
    for seat, holds in spent.items():
        if state.seats[seat].tokens + holds != HOLDS:
            yield f"7: {seat} has {state.seats[seat].tokens} tokens after {holds} holds"


def _levels(pack: Pack, state: State) -> Iterator[str]:
    """The lines are what the agreed cuts and pool cards say (11: an undo is a move of its own; 14: plan and books)."""
    pooled = dict.fromkeys(pack.line, 0)
    for card in state.pooled:
        for saving in pack.pool_card[card].savings:
            pooled[saving.line] += saving.pence
    for line in pack.lines:
        level = state.levels.get(line.id, 0)
        expected = line.baseline_pence - (line.steps[level - 1].pence if level else 0) - pooled[line.id]
        if state.money[f"line:{line.id}"] != expected:
            yield f"14: {line.id} is at {state.money[f'line:{line.id}']}, the plan says {expected}"
    agreed = [decision for decision in state.decisions if decision.result == "agreed"]
    for line_id, level in state.levels.items():
        said = [one.proposal.level for one in agreed if one.proposal.kind == "cut" and one.proposal.card == line_id]
        if not said or said[-1] != level:
            yield f"11: {line_id} is cut to {level} without a decision"
    found = sum(decision.pence for decision in agreed if decision.proposal.kind != "respond")
    found += sum(drawn.pence for drawn in state.events)
    if found != state.found_pence:
        yield f"14: the decisions found {found}, the books {state.found_pence}"


def leaks(pack: Pack, state: State) -> Iterator[str]:
    """Invariant 10, apart from the others because it draws every view.

    No view holds another seat's secrets, another's reaction before all are open, or anybody's confidence.
    """
    for who in ("board", *state.seats):
        view = view_of(pack, state, who)
        seen = repr(view)
        for role in pack.roles:
            for fact in (*role.know, *role.care):
                if role.id != who and f"{role.id}/{fact.id}" not in state.revealed and fact.text in seen:
                    yield f"10: {who} sees what {role.id} keeps to itself"
        if state.proposal and state.proposal.state == "open":
            # The same words may stand in an older answer, which everybody may read: what is not open yet counts here.
            asked = repr(view.proposal and replace(view.proposal, before={}, mine=None))
            own = state.proposal.reactions.get(who)
            if view.proposal and view.proposal.mine != ((own.kind, own.reason) if own else None):
                yield f"10: {who} sees an answer as its own that is another's"
            for seat, reaction in state.proposal.reactions.items():
                if seat != who and (reaction.reason and reaction.reason in asked):
                    yield f"10: {who} sees the reaction of {seat}"
                if seat != who and view.proposal and seat in view.proposal.answers:
                    yield f"10: {who} sees the answer of {seat}"


_CHECKS = (_money_sums, _nothing_below, _pot_sums, _pledges, _assets, _ready, _reactions, _levels)
