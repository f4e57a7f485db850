"""Players made of a few habits: they rehearse packs, fill empty seats, and play thousands of games in the tests.

A bot is given a source of chance by its caller; the engine itself knows none. It makes legal moves, or none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from .legal import Option, legal
from .pack import Pack
from .state import State


@dataclass(frozen=True, slots=True)
class Character:
    """Habits, as chances from 0 to 1.

    ``yes`` says yes to what touches others; ``own`` to a cut of what it looks after; ``hold`` turns a no into a hold;
    ``talks`` is how often it does anything when it need not; ``deep`` how deep it dares to cut; ``gives`` the part of
    its share that it gives to one project; ``leaves`` the chance to get up for good in each phase.
    """

    name: str
    yes: float
    own: float
    hold: float
    talks: float
    deep: float
    gives: float
    leaves: float = 0.0


CHARACTERS = {
    one.name: one
    for one in (
        Character("cautious", yes=0.75, own=0.45, hold=0.10, talks=0.5, deep=0.2, gives=0.4),
        Character("custodial", yes=0.85, own=0.20, hold=0.30, talks=0.6, deep=0.4, gives=0.5),
        Character("stubborn", yes=0.45, own=0.15, hold=0.80, talks=0.5, deep=0.3, gives=0.3),
        Character("generous", yes=0.95, own=0.70, hold=0.02, talks=0.8, deep=0.5, gives=0.9),
        Character("silent", yes=0.85, own=0.50, hold=0.0, talks=0.05, deep=0.3, gives=0.5),
        Character("griefing", yes=0.25, own=0.05, hold=0.90, talks=0.9, deep=1.0, gives=0.1),
        Character("dropping-out", yes=0.80, own=0.40, hold=0.10, talks=0.5, deep=0.3, gives=0.6, leaves=0.25),
    )
}

OPEN_AT_ONCE = 5  # projects on the table that are not ready; people finish before they begin anew

_SAID = {
    "hold": "This takes too much from people who cannot do without it.",
    "safeguard": "Nobody loses their place before there is another.",
    "day": "The morning is much as it was; the hall is open later, and two neighbours run it.",
    "loses": "Those who came by bus find one bus fewer.",
    "did": "Neighbours who drive take turns.",
    "regret": "We cut what we did not know well.",
    "missing": "Nobody from the night shift was here.",
}


@dataclass
class Bot:
    """One bot in one seat."""

    seat: str
    character: Character
    chance: Random

    def must(self, pack: Pack, state: State) -> Mapping[str, Any] | None:
        """Return what the table waits for from this seat: a reaction, a consent, a dot; None if nothing."""
        proposal = state.proposal
        if proposal and proposal.state == "open":
            if self.seat not in proposal.reactions:
                return self._react(pack, state)
            wanted = pack.pool_card[proposal.card].consents if proposal.kind == "pool" else ()
            if self.seat in wanted and self.seat not in proposal.consents:
                return {"do": "consent", "seat": self.seat, "yes": self.chance.random() < self.character.own + 0.3}
        if proposal and proposal.state == "held" and proposal.seat == self.seat:
            return self._amend(pack, state)
        if state.phase == "values" and self.seat not in state.dots:
            needs = self.chance.choices(list(pack.need), k=3)
            return {"do": "dots", "seat": self.seat, "needs": needs}
        if state.phase == "ratify" and self.seat not in state.voices:
            return self._ratify(state)
        return None

    def may(self, pack: Pack, state: State) -> Mapping[str, Any] | None:
        """Return what this seat would like to do of its own accord, or None."""
        if self.chance.random() > self.character.talks:
            return None
        if state.phase in ("cut", "mend") and not state.proposal and state.gap_pence:
            return self._propose_cut(pack, state)
        if state.phase == "pool" and not state.proposal:
            return self._one([option for option in legal(pack, state, self.seat) if option.move.get("kind") == "pool"])
        if state.phase == "event" and not state.proposal:
            return self._one(
                [option for option in legal(pack, state, self.seat) if option.move.get("kind") == "respond"]
            )
        if state.phase in ("create", "mend"):
            return self._create(pack, state)
        if state.phase == "story" and len(state.stories) < min(2, len(pack.personas)):
            return self._story(pack, state)
        if state.phase in ("place", "cut"):
            return self._one([option for option in legal(pack, state, self.seat) if option.do == "reveal"])
        if state.phase == "carry":
            return self._one([option for option in legal(pack, state, self.seat) if option.do == "carry"])
        return None

    def _one(self, options: list[Option]) -> Mapping[str, Any] | None:
        return self.chance.choice(options).move if options else None

    def _react(self, pack: Pack, state: State) -> Mapping[str, Any]:
        proposal = state.proposal
        assert proposal is not None
        mine = proposal.kind == "cut" and pack.line[proposal.card].custody == self.seat
        likes = self.character.own if mine else self.character.yes
        if proposal.kind != "cut":
            likes = max(likes, 0.7)
        likes += 0.1 * len(proposal.safeguards) + 0.15 * (proposal.version - 1)
        move: dict[str, Any] = {"do": "react", "seat": self.seat}
        if proposal.seat == self.seat or self.chance.random() < likes:
            return {**move, "reaction": self.chance.choice(("support", "live"))}
        if state.seats[self.seat].tokens and self.chance.random() < self.character.hold:
            return {**move, "reaction": "hold", "reason": _SAID["hold"]}
        return {**move, "reaction": "concern"}

    def _amend(self, pack: Pack, state: State) -> Mapping[str, Any]:
        options = [option for option in legal(pack, state, self.seat) if option.do == "amend"]
        proposal = state.proposal
        assert proposal is not None
        if not options or self.chance.random() < 0.15:
            return {"do": "withdraw", "seat": self.seat}
        # The same depth with a safeguard, or one step less.
        now = state.levels.get(proposal.card, 0)
        depths = [one for one in options if now < one.move.get("level", now + 1) <= max(proposal.level, now + 1)]
        move = self.chance.choice(depths or options).move
        return {**move, "safeguard": _SAID["safeguard"]}

    def _propose_cut(self, pack: Pack, state: State) -> Mapping[str, Any] | None:
        refused = {one.proposal.card for one in state.decisions if one.result != "agreed"}
        options = []
        for option in legal(pack, state, self.seat):
            if option.do != "propose" or option.move["kind"] != "cut":
                continue
            line = pack.line[option.move["card"]]
            level, now = option.move["level"], state.levels.get(line.id, 0)
            if level <= now or (line.id in refused and self.chance.random() < 0.7):
                continue
            if line.custody == self.seat and self.chance.random() > self.character.own:
                continue
            depth = level / len(line.steps)
            if depth <= 0.34 or self.chance.random() < self.character.deep:
                options.append(option)
        # People look for what moves the total, not for crumbs.
        options.sort(key=lambda one: -pack.line[one.move["card"]].cut_pence(one.move["level"]))
        return self._one(options[: max(3, len(options) // 2)])

    def _create(self, pack: Pack, state: State) -> Mapping[str, Any] | None:
        options = legal(pack, state, self.seat)
        useful = [one for one in options if one.do in ("offer", "sign_off")]
        leaderless = [one for one in options if one.do == "lead" and len(state.projects[one.move["project"]].leads) < 2]
        if useful and self.chance.random() < 0.6:
            return self._one(useful)
        if leaderless and self.chance.random() < 0.4:
            return self._one(leaderless)
        pledges = [one for one in options if one.do == "pledge"]
        if pledges and self.chance.random() < 0.7:
            # Money goes where little is lacking.
            pledges.sort(key=lambda one: self._lacking(state, one.move["project"]))
            move = pledges[0 if self.chance.random() < 0.8 else self.chance.randrange(len(pledges))].move
            most = int(move["pence"])
            share = state.money[f"share:{self.seat}"]
            wanted = max(1, int(share * self.character.gives))
            return {**move, "pence": most if most <= wanted else wanted}
        return self._draft(pack, state, options)

    def _lacking(self, state: State, name: str) -> int:
        return state.projects[name].cost_pence - state.projects[name].cash_pence

    def _draft(self, pack: Pack, state: State, options: list[Option]) -> Mapping[str, Any] | None:
        unready = [name for name, one in state.projects.items() if one.state == "open" and not state.is_ready(name)]
        asked = sum(self._lacking(state, name) for name in unready)
        if len(unready) >= OPEN_AT_ONCE:
            return None
        purse = sum(pence for account, pence in state.money.items() if account.startswith("share:"))
        if asked > purse:
            return None
        cards = [one for one in options if one.do == "draft" and "card" in one.move]
        helping = [one for one in cards if set(pack.idea_card[one.move["card"]].needs) & set(state.values)]
        fitting = [one for one in helping or cards if pack.idea_card[one.move["card"]].cost_pence + asked <= purse]
        return self._one(fitting)

    def _story(self, pack: Pack, state: State) -> Mapping[str, Any] | None:
        left = [persona for persona in pack.persona if persona not in state.stories]
        if not left:
            return None
        said = {part: _SAID[part] for part in ("day", "loses", "did")}
        return {"do": "story", "seat": self.seat, "persona": self.chance.choice(left), **said}

    def _ratify(self, state: State) -> Mapping[str, Any]:
        kind = "support" if self.chance.random() < self.character.yes else self.chance.choice(("live", "concern"))
        move = {"do": "ratify", "seat": self.seat, "person": self.seat, "reaction": kind}
        said = {part: _SAID[part] for part in ("regret", "missing") if self.chance.random() < 0.3}
        return {**move, "confidence": self.chance.randint(1, 5), **said}
