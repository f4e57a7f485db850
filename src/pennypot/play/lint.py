"""The linter of packs: what stops a pack from being published, said so that its author can mend it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from statistics import median

from .pack import KINDS, Pack
from .rehearsal import rehearse
from .words import Sentence, marked

REHEARSALS = 20
# Words that point at one home or one person rather than at a service.
_PRIVATE = re.compile(
    r"\b(\d{1,4}[a-z]?\s+[A-Z][a-z]+\s+(Road|Street|Lane|Avenue|Close|Drive|Grove|Court|Way)\b"
    r"|(Mr|Mrs|Ms|Miss|Dr|Cllr)\.?\s+[A-Z][a-z]+|[A-Z]{1,2}\d{1,2}[A-Z]?\s?\d[A-Z]{2}\b)"
)


def lint(pack: Pack, *, play: bool = True) -> list[Sentence]:
    """Return what must be mended before the pack can be published; empty when it is well.

    Parameters
    ----------
    play
        Whether to let bots play it too (a second or so).
    """
    found = [*_sizes(pack), *_money(pack), *_create(pack), *_texts(pack)]
    if play and not found:
        found += _rehearsed(pack)
    return found


# How many cards of each kind, from least to most.
_SIZES = (
    ("needs", 8, 10, marked("Needs: there are {count}, and should be from {least} to {most}.")),
    ("lines", 12, 16, marked("Lines: there are {count}, and should be from {least} to {most}.")),
    ("pool_cards", 4, 8, marked("Pool cards: there are {count}, and should be from {least} to {most}.")),
    ("idea_cards", 20, 40, marked("Ideas: there are {count}, and should be from {least} to {most}.")),
    ("roles", 4, 8, marked("Seats: there are {count}, and should be from {least} to {most}.")),
    ("personas", 2, 12, marked("Days next year: there are {count}, and should be from {least} to {most}.")),
    ("events", 2, 12, marked("Events: there are {count}, and should be from {least} to {most}.")),
)
_SUPPLY = {
    "room": marked("Rooms: there are {supply} for about {demand} wanted; it should be 0.8 to 1.5 times."),
    "hours": marked("Hours: there are {supply} for about {demand} wanted; it should be 0.8 to 1.5 times."),
    "skill": marked("Skills: there are {supply} for about {demand} wanted; it should be 0.8 to 1.5 times."),
    "kit": marked("Equipment: there are {supply} for about {demand} wanted; it should be 0.8 to 1.5 times."),
    "land": marked("Land: there are {supply} for about {demand} wanted; it should be 0.8 to 1.5 times."),
    "match": marked("Matching money: there are {supply} for about {demand} wanted; it should be 0.8 to 1.5 times."),
}


def _sizes(pack: Pack) -> Iterator[Sentence]:
    for name, least, most, words in _SIZES:
        count = len(getattr(pack, name))
        if not least <= count <= most:
            yield Sentence(words, count=count, least=least, most=most)
    kinds = [role.kind for role in pack.roles]
    if sum(kind in ("resident", "young") for kind in kinds) < 2 or "group" not in kinds:
        yield Sentence("It needs at least two residents' roles and one of a community group.")
    for role in pack.roles:
        if len(role.know) != 2 or len(role.care) != 2:
            yield Sentence("{role} needs two things it knows and two that it cares about.", role=role.title)


def _money(pack: Pack) -> Iterator[Sentence]:
    target = pack.policy.target_pence
    deepest = sum(line.cut_pence(len(line.steps)) for line in pack.lines)
    if 10 * target > 6 * deepest:
        yield Sentence("The target needs more than 60 % of the deepest cuts. Lower it, or add lines.")
    for line in pack.lines:
        steps = [step.pence for step in line.steps]
        if len(steps) != 3 or not 0 < steps[0] < steps[1] < steps[2]:
            yield Sentence("{line} needs three steps, each deeper than the one before.", line=line.service)
            continue
        pooled = sum(saving.pence for card in pack.pool_cards for saving in card.savings if saving.line == line.id)
        if line.baseline_pence - steps[2] - pooled < line.floor_pence:
            yield Sentence("{line} falls below its floor with the deepest cut and every pool card.", line=line.service)
        for step in line.steps:
            # A step is what it says, give or take what rounding to whole thousands of pounds does.
            said = Fraction(line.baseline_pence * step.percent, 100)
            if abs(said - step.pence) > max(said / 20, Fraction(100_000)):
                yield Sentence("{line}: {percent} % of it is another sum.", line=line.service, percent=step.percent)
        for before, after in zip((0, *steps), steps, strict=False):
            if 10 * (after - before) > 4 * target:
                yield Sentence("One step of {line} reaches more than 40 % of the target.", line=line.service)
                break
    for card in pack.pool_cards:
        if not 0 <= card.setup_pence < card.saving_pence:
            yield Sentence("{card} costs more to set up than it saves.", card=card.title)
        if not card.consents:
            yield Sentence("{card} needs at least one seat's consent.", card=card.title)


def _create(pack: Pack) -> Iterator[Sentence]:
    prices = [card.cost_pence for card in pack.idea_cards]
    slice_pence = pack.policy.slice_pence
    if not slice_pence:
        yield Sentence("The neighbourhood's slice of the pot is nothing.")
        return
    if not Fraction(17, 10) <= Fraction(sum(prices), slice_pence) <= Fraction(25, 10):
        yield Sentence(
            "All ideas together cost {times} times the slice; it should be 1.7 to 2.5 times.",
            times=round(sum(prices) / slice_pence, 2),
        )
    share = Fraction(slice_pence, len(pack.roles))
    middle = [price for price in prices if 12 * share <= 10 * price <= 30 * share]
    if 2 * len(middle) < len(prices):
        yield Sentence(
            "Most ideas should cost 1.2 to 3 seats' shares, so that nobody can buy alone; {count} of {all} do.",
            count=len(middle),
            all=len(prices),
        )
    # What can be made with the slice is about one part in `times` of all ideas; so is what they need.
    part = Fraction(slice_pence, sum(prices))
    for kind in KINDS:
        demand = sum(card.slots.get(kind, 0) for card in pack.idea_cards) * part
        supply = sum(asset.units for asset in pack.assets if asset.kind == kind)
        if demand and not Fraction(8, 10) <= supply / demand <= Fraction(15, 10):
            yield Sentence(_SUPPLY[kind], supply=supply, demand=round(float(demand), 1))


def _texts(pack: Pack) -> Iterator[Sentence]:
    for line in pack.lines:
        if not (line.for_it.strip() and line.against_it.strip()):
            yield Sentence("{line} needs words for the cut and words against it.", line=line.service)
        if not (line.signed_by.strip() and line.signed_on.strip()):
            yield Sentence("Nobody has signed the texts of {line}.", line=line.service)
        for step in line.steps:
            if not (step.affected.strip() and step.instead.strip()):
                yield Sentence("{line}: say who feels each step, and what could replace it.", line=line.service)
                break
    for text in _all_texts(pack.given):
        private = _PRIVATE.search(text)
        if private:
            yield Sentence("“{text}” looks like one home or one person. Cards never show one.", text=private.group(0))


def _all_texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _all_texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _all_texts(inner)


def _rehearsed(pack: Pack) -> Iterator[Sentence]:
    needed = []
    for seed in range(REHEARSALS):
        game = rehearse(pack, f"lint {seed}")
        found = 0
        for number, decision in enumerate((one for one in game.state.decisions if one.result == "agreed"), start=1):
            found += decision.pence
            if found >= game.state.target_pence:
                needed.append(number)
                break
    if 2 * len(needed) < REHEARSALS:
        yield Sentence(
            "Bots reached the target in {count} of {all} games. Lower it, or make the steps larger.",
            count=len(needed),
            all=REHEARSALS,
        )
    elif not 6 <= median(needed) <= 10:
        yield Sentence(
            "Bots reached the target after {count} agreed decisions; it should take 6 to 10.", count=median(needed)
        )
