"""What the pages of a game alone show: cards in the order drawn by lot, the money, the plan, and others' choices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pennypot.apps.game.queries.solo import Counted, Others
from pennypot.apps.game.solo_log import (
    Answers,
    against_first,
    drawn_by_lot,
    found_pence,
    purse_of,
    spent_pence,
)
from pennypot.play import Pack
from pennypot.play.pack import IdeaCard, Line, Step

# Ideas that are open on the page; the others are one tap away.
FIRST_IDEAS = 6
KINDS = {
    "room": gettext_lazy("a room"),
    "hours": gettext_lazy("hours of help"),
    "skill": gettext_lazy("somebody who can do it"),
    "kit": gettext_lazy("tools"),
    "land": gettext_lazy("land"),
    "match": gettext_lazy("money from others"),
}


@dataclass(frozen=True)
class Money:
    """The running balance, in pence."""

    target: int
    found: int
    purse: int
    spent: int

    @property
    def gap(self) -> int:
        """What is missing to the target."""
        return max(0, self.target - self.found)

    @property
    def over(self) -> int:
        """What is found beyond the target."""
        return max(0, self.found - self.target)

    @property
    def left(self) -> int:
        """What there is left to create with; below nought where ideas cost more than there is."""
        return self.purse - self.spent

    @property
    def too_much(self) -> int:
        """What the ideas cost beyond what there is."""
        return max(0, -self.left)


@dataclass(frozen=True)
class ShownLine:
    """A line with its steps, both sides in an order drawn by lot, and how deep it is cut."""

    line: Line
    level: int
    steps: list[tuple[int, Step]]
    sides: list[tuple[str, str]]

    @property
    def step(self) -> Step | None:
        """The step that is chosen."""
        return self.line.steps[self.level - 1] if self.level else None


@dataclass(frozen=True)
class ShownIdea:
    """An idea with what it needs besides money, in words."""

    card: IdeaCard
    chosen: bool
    needs: list[str]
    values: list[str]


def money_of(cards: Pack, answers: Answers) -> Money:
    """Return the running balance."""
    found = found_pence(cards, answers)
    return Money(cards.policy.target_pence, found, purse_of(cards, answers), spent_pence(cards, answers))


def persona_of(cards: Pack, seed: str, answers: Answers) -> str:
    """Return whose day is told: the one told already, or one drawn by lot."""
    return answers.story[0] if answers.story else drawn_by_lot(seed, "persona", cards.personas)[0].id


def shown(cards: Pack, step: str, seed: str, answers: Answers) -> dict[str, Any]:
    """Return the cards of a step."""
    if step == "values":
        return {"needs": drawn_by_lot(seed, "needs", cards.needs)}
    if step == "cut":
        return {"lines": _lines(cards, seed, answers)}
    if step == "share":
        roles = {role.id: role.title for role in cards.roles}
        pool = drawn_by_lot(seed, "pool", cards.pool_cards)
        return {"pool": [(card, card.id in answers.pooled, [roles[name] for name in card.consents]) for card in pool]}
    if step == "create":
        ideas = _ideas(cards, seed, answers)
        first = max(FIRST_IDEAS, sum(idea.chosen for idea in ideas))
        return {"first_ideas": ideas[:first], "more_ideas": ideas[first:]}
    if step == "next-year":
        persona = cards.persona[persona_of(cards, seed, answers)]
        return {"persona": persona, "hurt": [(line.service, step) for line, step in _cuts(cards, answers)]}
    return {"plan": plan_of(cards, answers)}


def _lines(cards: Pack, seed: str, answers: Answers) -> list[ShownLine]:
    return [
        ShownLine(
            line,
            answers.levels.get(line.id, 0),
            list(enumerate(line.steps, start=1)),
            _sides(line, against_first(seed, line.id)),
        )
        for line in drawn_by_lot(seed, "lines", cards.lines)
    ]


def _sides(line: Line, turned: bool) -> list[tuple[str, str]]:
    sides = [(_("For a cut:"), line.for_it), (_("Against:"), line.against_it)]
    return sides[::-1] if turned else sides


def _ideas(cards: Pack, seed: str, answers: Answers) -> list[ShownIdea]:
    """Ideas that are chosen, then those that help one of the three values; among equals by lot."""
    names = {need.id: need.name for need in cards.needs}
    ideas = [
        ShownIdea(
            card,
            card.id in answers.ideas,
            [str(KINDS[kind]) for kind in card.slots],
            [names[need] for need in card.needs if need in answers.values],
        )
        for card in drawn_by_lot(seed, "ideas", cards.idea_cards)
    ]
    return sorted(ideas, key=lambda idea: (not idea.chosen, not idea.values))


def _cuts(cards: Pack, answers: Answers) -> list[tuple[Line, Step]]:
    cuts = [(line, answers.levels.get(line.id, 0)) for line in cards.lines]
    return [(line, line.steps[level - 1]) for line, level in cuts if level]


def plan_of(cards: Pack, answers: Answers) -> dict[str, Any]:
    """Return the plan for reading: cuts, what is shared, what is created and what that still needs, the story."""
    roles = {role.id: role.title for role in cards.roles}
    story = answers.story
    return {
        "values": [cards.need[need].name for need in dict.fromkeys(answers.values)],
        "cuts": _cuts(cards, answers),
        "pooled": [
            (cards.pool_card[card], [roles[name] for name in cards.pool_card[card].consents]) for card in answers.pooled
        ],
        "ideas": [
            (cards.idea_card[card], [str(KINDS[kind]) for kind in cards.idea_card[card].slots])
            for card in answers.ideas
        ],
        "own": answers.own,
        "persona": cards.persona[story[0]] if story else None,
        "story": story,
    }


def needs_of(cards: Pack, answers: Answers) -> list[tuple[str, int, int, int, bool]]:
    """Return, need by need: its name, its people, lines cut that serve it, ideas that help it, and if it is a value.

    Needs that the plan does not touch are left out.
    """
    found = []
    for need in cards.needs:
        cuts = sum(need.id in line.needs for line, _step in _cuts(cards, answers))
        ideas = sum(need.id in cards.idea_card[card].needs for card in answers.ideas)
        valued = need.id in answers.values
        if cuts or ideas or valued:
            found.append((need.name, need.people, cuts, ideas, valued))
    return found


def as_typed(cards: Pack, step: str, given: Mapping[str, Any], answers: Answers) -> Answers:
    """Return the answers with what a form holds that is not right yet, so that nothing of it is lost on the page."""

    def listed(name: str, known: Mapping[str, Any]) -> tuple[str, ...]:
        values = given.getlist(name) if hasattr(given, "getlist") else []
        return tuple(dict.fromkeys(value for value in values if value in known))

    held = Answers(**vars(answers))
    if step == "values":
        held.values = listed("needs", cards.need)
    elif step == "cut":
        held.levels = {
            line.id: level
            for line in cards.lines
            for level in range(1, len(line.steps) + 1)
            if given.get(f"line-{line.id}") == str(level)
        }
    elif step == "share":
        held.pooled = listed("pooled", cards.pool_card)
    elif step == "create":
        held.ideas = listed("ideas", cards.idea_card)
    return held


def said_of_others(cards: Pack, found: Others) -> dict[str, Any]:
    """Return what others did, in words, line by line and need by need."""
    lines = {line.id: line.service for line in cards.lines}
    needs = {need.id: need.name for need in cards.needs}
    return {
        "people": found.people,
        "lines": [(lines[one.card], one.mine, _in_words(one, found.people)) for one in found.lines],
        "needs": [(needs[one.card], one.mine, _in_words(one, found.people)) for one in found.needs],
        "reached": _in_words(found.reached, found.people) if found.reached else "",
    }


def _in_words(one: Counted, all_people: int) -> str:
    if one.nearly_all:
        return _("all but a few")
    if one.people is None:
        return _("fewer than 5")
    if not one.people:
        return _("nobody")
    return _("%(people)d of %(all)d") % {"people": one.people, "all": all_people}
