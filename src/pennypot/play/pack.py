"""A pack: the immutable set of cards that a table plays with."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib import resources
from typing import Any

from .codes import MOST_CARDS, Card, give_codes
from .words import Sentence

FORMAT = "pennypot-pack/1"

# The lists of cards in a pack's file, and what one of them is called in moves and codes.
CARDS = {
    "needs": "need",
    "lines": "line",
    "pool_cards": "pool",
    "idea_cards": "idea",
    "assets": "asset",
    "events": "event",
    "roles": "role",
    "personas": "persona",
}

# What a project may need besides money, and an asset may be.
KINDS = ("room", "hours", "skill", "kit", "land", "match")


class BadPack(ValueError):
    """A file that is no pack. Its sentence says where in the file, and what was expected."""

    def __init__(self, words: str, **values: Any) -> None:
        self.sentence = Sentence(words, **values)
        super().__init__(self.sentence.said)


@dataclass(frozen=True, slots=True)
class Need:
    """Something the place has to do for people, and how many of them there are."""

    id: str
    name: str
    people: int
    source: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One depth of a cut: what it saves in all (pence, not on top of the step before), and who feels it."""

    percent: int
    pence: int
    affected: str
    people: int
    reversible: bool
    instead: str


@dataclass(frozen=True, slots=True)
class Line:
    """What one agency spends on one service in a year, with three steps of cutting it and both sides' words."""

    id: str
    agency: str
    service: str
    baseline_pence: int
    floor_pence: int
    custody: str
    needs: tuple[str, ...]
    steps: tuple[Step, ...]
    for_it: str
    against_it: str
    signed_by: str
    signed_on: str
    source: str
    code: str = ""

    def cut_pence(self, level: int) -> int:
        """Return what is taken off at a level; 0 is no cut."""
        return self.steps[level - 1].pence if level else 0


@dataclass(frozen=True, slots=True)
class Saving:
    """What a pool card takes from one line."""

    line: str
    pence: int


@dataclass(frozen=True, slots=True)
class PoolCard:
    """Agencies share a building, a team or a system: what it saves, what it costs to set up, whose yes it needs."""

    id: str
    title: str
    text: str
    savings: tuple[Saving, ...]
    setup_pence: int
    consents: tuple[str, ...]
    code: str = ""

    @property
    def saving_pence(self) -> int:
        """All that it saves in a year."""
        return sum(saving.pence for saving in self.savings)


@dataclass(frozen=True, slots=True)
class IdeaCard:
    """A project that works elsewhere, at the price of this place."""

    id: str
    title: str
    text: str
    where: str
    cost_pence: int
    yearly: bool
    slots: Mapping[str, int]
    needs: tuple[str, ...]
    duty: str
    link: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class Asset:
    """A room, hours, a skill or a thing that one role can bring, and how many units of it."""

    id: str
    title: str
    kind: str
    units: int
    bring: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class Effect:
    """What an event does: pence that come (or go, below zero), or units of an asset."""

    pence: int = 0
    asset: str = ""
    units: int = 0


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to an event."""

    id: str
    text: str
    effect: Effect


@dataclass(frozen=True, slots=True)
class EventCard:
    """Something that happens to every table alike."""

    id: str
    title: str
    text: str
    effect: Effect
    choices: tuple[Choice, ...]
    code: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that one role knows or cares about, until it says so."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Role:
    """A seat's card. ``kind`` is resident, young, group, agency or business."""

    id: str
    title: str
    kind: str
    text: str
    know: tuple[Fact, ...]
    care: tuple[Fact, ...]
    code: str = ""


@dataclass(frozen=True, slots=True)
class Persona:
    """Somebody of no name, whose day next year the table tells."""

    id: str
    who: str
    text: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class Gain:
    """Where pence saved beyond the target go: to the neighbourhood, to the rest of the place, back to the agencies."""

    freed: int
    elsewhere: int
    returned: int


@dataclass(frozen=True, slots=True)
class Policy:
    """The money and the rules: pence, people, per cent.

    ``slice_people`` of ``place_people`` live in the neighbourhood that creates; its slice of the pot is their part.
    ``gain_share`` is the part, in per cent, of what is saved beyond the target that people may create with.
    """

    pot_pence: int
    place_people: int
    slice_people: int
    slice_name: str
    target_pence: int
    gain_share: int
    rule: str

    @property
    def slice_pence(self) -> int:
        """The neighbourhood's part of the pot; what a fraction of a penny is left over stays with the rest."""
        return self.pot_pence * self.slice_people // self.place_people

    def gain_of(self, over_pence: int) -> Gain:
        """Divide what was saved beyond the target, to the penny.

        Cuts are place-wide, so of the gain each neighbourhood has its part of the people, as it has of the pot. What a
        fraction of a penny is left over stays with the rest of the place.
        """
        gain = over_pence * self.gain_share // 100
        freed = over_pence * self.gain_share * self.slice_people // (100 * self.place_people)
        return Gain(freed, gain - freed, over_pence - gain)


@dataclass(frozen=True)
class Pack:
    """All cards of one game, as read; nothing of it changes after it is published."""

    id: str
    title: str
    place: str
    year: str
    label: str
    about: str
    language: str
    needs: tuple[Need, ...]
    lines: tuple[Line, ...]
    pool_cards: tuple[PoolCard, ...]
    idea_cards: tuple[IdeaCard, ...]
    assets: tuple[Asset, ...]
    events: tuple[EventCard, ...]
    roles: tuple[Role, ...]
    personas: tuple[Persona, ...]
    policy: Policy
    # SHA-256 of the whole file in canonical form: on every screen and sheet.
    hash: str
    # The file as it was given, for writing it out again and for translations.
    given: Mapping[str, Any] = field(repr=False, compare=False, default_factory=dict)

    @cached_property
    def line(self) -> dict[str, Line]:
        return {line.id: line for line in self.lines}

    @cached_property
    def pool_card(self) -> dict[str, PoolCard]:
        return {card.id: card for card in self.pool_cards}

    @cached_property
    def idea_card(self) -> dict[str, IdeaCard]:
        return {card.id: card for card in self.idea_cards}

    @cached_property
    def asset(self) -> dict[str, Asset]:
        return {asset.id: asset for asset in self.assets}

    @cached_property
    def event(self) -> dict[str, EventCard]:
        return {event.id: event for event in self.events}

    @cached_property
    def role(self) -> dict[str, Role]:
        return {role.id: role for role in self.roles}

    @cached_property
    def need(self) -> dict[str, Need]:
        return {need.id: need for need in self.needs}

    @cached_property
    def persona(self) -> dict[str, Persona]:
        return {persona.id: persona for persona in self.personas}

    @cached_property
    def codes(self) -> Mapping[Card, str]:
        """The three letters of each card by its kind and id; see `codes`."""
        return _codes(self.given)

    @cached_property
    def by_code(self) -> dict[str, Card]:
        """Kind and id of each card by the three letters that a scribe types."""
        return {code: card for card, code in self.codes.items()}

    @property
    def baseline_pence(self) -> int:
        """All the money on the table before anything is done: every line, and the pot."""
        return sum(line.baseline_pence for line in self.lines) + self.policy.pot_pence

    def custodian_of(self, line: str) -> str:
        """Return the role that looks after a line."""
        return self.line[line].custody

    def in_language(self, language: str) -> Pack:
        """Return the pack with the texts of a translation that it carries; its hash stays that of the whole file."""
        texts = self.given.get("translations", {}).get(language)
        if not texts:
            return self
        given = json.loads(json.dumps({**self.given, "language": language}))
        for address, text in texts.items():
            *way, last = (int(part) if part.isdigit() else part for part in address.split("/"))
            holder = given
            for part in way:
                holder = holder[part]
            holder[last] = text
        return _build(given, self.hash)


def canonical(value: Any) -> bytes:
    """Return JSON that is the same for the same value, whoever writes it; a dataclass is written as its fields."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_fields).encode()


def _fields(value: Any) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__dataclass_fields__}


def hash_of(given: Mapping[str, Any]) -> str:
    """Return the hash of a pack's file: 64 hexadecimal digits."""
    return hashlib.sha256(canonical(given)).hexdigest()


def read_pack(text: str | bytes) -> Pack:
    """Read a pack from its JSON.

    Raises
    ------
    BadPack
        It is no JSON, or not what the schema (``data/pack.schema.json``) asks for, or names a card that is not there.
    """
    try:
        given = json.loads(text)
    except (ValueError, RecursionError) as problem:
        raise BadPack("This file is no JSON: {problem}.", problem=str(problem)) from None
    _check_shape(given)
    if sum(len(given[cards]) for cards in CARDS) > MOST_CARDS:
        raise BadPack("It has more than {most} cards in all.", most=MOST_CARDS)
    pack = _build(given, hash_of(given))
    _check_names(pack)
    return pack


def shipped(name: str) -> Pack:
    """Return one of the packs that come with Pennypot: ``tilbrook`` or ``birmingham``."""
    return read_pack(resources.files(__package__).joinpath("data", f"{name}.json").read_bytes())


def shape_problems(given: Any) -> Iterator[tuple[tuple[str | int, ...], str, Any]]:
    """Yield where a file is not what the schema asks for: the way to it, the rule of JSON Schema, and what it wants."""
    from jsonschema import Draft202012Validator

    schema = json.loads(resources.files(__package__).joinpath("data", "pack.schema.json").read_bytes())
    for problem in Draft202012Validator(schema).iter_errors(given):
        wanted = problem.validator_value
        if problem.validator == "required":
            wanted = ", ".join(name for name in wanted if name not in problem.instance)
        if problem.validator == "additionalProperties":
            wanted = ", ".join(sorted(set(problem.instance) - set(problem.schema.get("properties", ()))))
        yield tuple(problem.absolute_path), str(problem.validator), wanted


def _check_shape(given: Any) -> None:
    for where, rule, wanted in shape_problems(given):
        place = "/".join(str(part) for part in where) or "the file"
        raise BadPack("At {where}: {rule} should be {wanted}.", where=place, rule=rule, wanted=str(wanted)[:200])


def _codes(given: Mapping[str, Any]) -> Mapping[Card, str]:
    return give_codes((kind, card["id"]) for cards, kind in CARDS.items() for card in given[cards])


def _build(given: Mapping[str, Any], hashed: str) -> Pack:
    codes = _codes(given)

    def effect(of: Mapping[str, Any] | None) -> Effect:
        return Effect(**(of or {}))

    def each(cards: str) -> Iterator[dict[str, Any]]:
        return ({**card, "code": codes[CARDS[cards], card["id"]]} for card in given[cards])

    return Pack(
        **{key: given[key] for key in ("id", "title", "place", "year", "label", "about", "language")},
        needs=tuple(Need(**need) for need in each("needs")),
        lines=tuple(
            Line(**{**line, "needs": tuple(line["needs"]), "steps": tuple(Step(**step) for step in line["steps"])})
            for line in each("lines")
        ),
        pool_cards=tuple(
            PoolCard(
                **{
                    **card,
                    "savings": tuple(Saving(**saving) for saving in card["savings"]),
                    "consents": tuple(card["consents"]),
                }
            )
            for card in each("pool_cards")
        ),
        idea_cards=tuple(IdeaCard(**{**card, "needs": tuple(card["needs"])}) for card in each("idea_cards")),
        assets=tuple(Asset(**asset) for asset in each("assets")),
        events=tuple(
            EventCard(
                **{
                    **event,
                    "effect": effect(event.get("effect")),
                    "choices": tuple(
                        Choice(choice["id"], choice["text"], effect(choice.get("effect")))
                        for choice in event["choices"]
                    ),
                }
            )
            for event in each("events")
        ),
        roles=tuple(
            Role(**{**role, **{part: tuple(Fact(**fact) for fact in role[part]) for part in ("know", "care")}})
            for role in each("roles")
        ),
        personas=tuple(Persona(**persona) for persona in each("personas")),
        policy=Policy(**given["policy"]),
        hash=hashed,
        given=given,
    )


def _check_names(pack: Pack) -> None:
    """Refuse a pack in which two cards share a name, or one names another that is not there."""

    def known(what: str, wanted: Any, there: Mapping[str, Any]) -> None:
        for name in wanted:
            if name not in there:
                raise BadPack("{what} names “{name}”, which is not in the pack.", what=what, name=name)

    for kind in CARDS:
        _no_twins(kind, [card.id for card in getattr(pack, kind)])
    for line in pack.lines:
        known(line.id, [line.custody], pack.role)
        known(line.id, line.needs, pack.need)
    for card in pack.pool_cards:
        known(card.id, card.consents, pack.role)
        known(card.id, [saving.line for saving in card.savings], pack.line)
    for idea in pack.idea_cards:
        known(idea.id, idea.needs, pack.need)
        known(idea.id, [idea.duty] if idea.duty else [], pack.role)
    for asset in pack.assets:
        known(asset.id, [asset.bring], pack.role)
    for event in pack.events:
        effects = (event.effect, *(choice.effect for choice in event.choices))
        known(event.id, [effect.asset for effect in effects if effect.asset], pack.asset)


def _no_twins(kind: str, names: list[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise BadPack("There are two {kind} called “{name}”.", kind=kind, name=name)
        seen.add(name)
