"""What stands on a card, in the reader's language: the same for a page and for paper."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from pennypot.apps.game.names import THINGS
from pennypot.house.money import pounds, pounds_said
from pennypot.play import Pack
from pennypot.play.pack import CARDS, Asset, Effect, EventCard, IdeaCard, Line, Need, Persona, PoolCard, Role

KINDS = {
    "need": gettext_lazy("Need"),
    "line": gettext_lazy("Line"),
    "pool": gettext_lazy("Pool card"),
    "idea": gettext_lazy("Idea"),
    "asset": gettext_lazy("What we have"),
    "event": gettext_lazy("Event"),
    "role": gettext_lazy("Seat"),
    "persona": gettext_lazy("A day next year"),
}
# Cards that a table sees only when they come up, and what a seat keeps to itself.
HIDDEN = ("event",)


@dataclass(frozen=True)
class StepFace:
    """One depth of a cut as it stands on the card."""

    number: int
    percent: str
    amount: str
    affected: str
    people: str
    instead: str
    can_be_undone: bool


@dataclass(frozen=True)
class Face:
    """One card. Parts that a kind of card has not are empty."""

    kind: str
    id: str
    code: str
    kind_word: str
    title: str
    over: str = ""
    amount: str = ""
    amount_words: str = ""
    text: str = ""
    steps: tuple[StepFace, ...] = ()
    sides: tuple[tuple[str, str], ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    things: tuple[tuple[str, str, int], ...] = ()  # kind, its name, how many
    lists: tuple[tuple[str, tuple[str, ...]], ...] = ()
    foot: str = ""


def faces_of(pack: Pack, kind: str) -> list[Face]:
    """Return all cards of a kind, in the pack's order."""
    cards = next(cards for cards, name in CARDS.items() if name == kind)
    return [_DRAW[kind](pack, card) for card in getattr(pack, cards)]


def face_of(pack: Pack, kind: str, card: str) -> Face:
    """Return one card."""
    return next(face for face in faces_of(pack, kind) if face.id == card)


def _people(count: int) -> str:
    words = ngettext("%(count)s person", "%(count)s people", count)
    return words % {"count": number_format(count, use_l10n=True, force_grouping=True)}


def _need(pack: Pack, card: Need) -> Face:
    return Face(
        "need", card.id, card.code, str(KINDS["need"]), card.name, amount=_people(card.people), foot=card.source
    )


def _line(pack: Pack, card: Line) -> Face:
    return Face(
        "line",
        card.id,
        card.code,
        str(KINDS["line"]),
        card.service,
        over=card.agency,
        amount=pounds_said(card.baseline_pence),
        amount_words=_("a year"),
        steps=tuple(
            StepFace(
                number,
                _("%(percent)s %% less") % {"percent": step.percent},
                pounds_said(step.pence),
                step.affected,
                _people(step.people),
                step.instead,
                step.reversible,
            )
            for number, step in enumerate(card.steps, start=1)
        ),
        sides=((_("For it"), card.for_it), (_("Against it"), card.against_it)),
        facts=(
            (_("Not below"), pounds_said(card.floor_pence)),
            (_("Looked after by"), _seat(pack, card.custody)),
            (_("Serves"), _needs(pack, card.needs)),
        ),
        foot=_("%(who)s, %(day)s") % {"who": card.signed_by, "day": card.signed_on} if card.signed_by else "",
    )


def _pool(pack: Pack, card: PoolCard) -> Face:
    return Face(
        "pool",
        card.id,
        card.code,
        str(KINDS["pool"]),
        card.title,
        amount=pounds_said(card.saving_pence),
        amount_words=_("saved a year"),
        text=card.text,
        facts=(
            *(
                (pack.line[saving.line].service if saving.line in pack.line else saving.line, pounds(saving.pence))
                for saving in card.savings
            ),
            (_("To set up, once"), pounds(card.setup_pence)),
        ),
        lists=((_("Needs the yes of"), tuple(_seat(pack, seat) for seat in card.consents)),),
    )


def _idea(pack: Pack, card: IdeaCard) -> Face:
    return Face(
        "idea",
        card.id,
        card.code,
        str(KINDS["idea"]),
        card.title,
        amount=pounds(card.cost_pence),
        amount_words=_("every year") if card.yearly else _("once"),
        text=card.text,
        facts=tuple(
            (word, said)
            for word, said in (
                (_("Helps"), _needs(pack, card.needs)),
                (_("Needs the sign-off of"), _seat(pack, card.duty) if card.duty else ""),
            )
            if said
        ),
        things=tuple((kind, str(THINGS.get(kind, kind)), count) for kind, count in card.slots.items()),
        foot=card.where,
    )


def _asset(pack: Pack, card: Asset) -> Face:
    return Face(
        "asset",
        card.id,
        card.code,
        str(KINDS["asset"]),
        card.title,
        things=((card.kind, str(THINGS.get(card.kind, card.kind)), card.units),),
        facts=((_("Brought by"), _seat(pack, card.bring)),),
    )


def _event(pack: Pack, card: EventCard) -> Face:
    choices = tuple(
        f"{number}. {choice.text}{_after(pack, choice.effect)}" for number, choice in enumerate(card.choices, start=1)
    )
    return Face(
        "event",
        card.id,
        card.code,
        str(KINDS["event"]),
        card.title,
        amount=_effect(pack, card.effect),
        text=card.text,
        lists=((_("What do you do?"), choices),) if choices else (),
    )


def _effect(pack: Pack, effect: Effect) -> str:
    parts = []
    if effect.pence:
        words = _("%(amount)s comes") if effect.pence > 0 else _("%(amount)s goes")
        parts.append(words % {"amount": pounds_said(abs(effect.pence))})
    if effect.asset and effect.units:
        title = pack.asset[effect.asset].title if effect.asset in pack.asset else effect.asset
        parts.append(f"{effect.units:+d} × {title}".replace("-", "−"))
    return "; ".join(parts)


def _after(pack: Pack, effect: Effect) -> str:
    said = _effect(pack, effect)
    return f" ({said})" if said else ""


def _role(pack: Pack, card: Role) -> Face:
    lines = tuple(line.service for line in pack.lines if line.custody == card.id)
    brings = tuple(f"{asset.title} ({asset.units})" for asset in pack.assets if asset.bring == card.id)
    return Face(
        "role",
        card.id,
        card.code,
        str(KINDS["role"]),
        card.title,
        text=card.text,
        lists=tuple((word, said) for word, said in ((_("Looks after"), lines), (_("Brings"), brings)) if said),
    )


def _persona(pack: Pack, card: Persona) -> Face:
    return Face("persona", card.id, card.code, str(KINDS["persona"]), card.who, text=card.text)


def _seat(pack: Pack, role: str) -> str:
    return pack.role[role].title if role in pack.role else role


def _needs(pack: Pack, needs: tuple[str, ...]) -> str:
    return ", ".join(pack.need[need].name for need in needs if need in pack.need)


_DRAW: dict[str, Callable[[Pack, Any], Face]] = {
    "need": _need,
    "line": _line,
    "pool": _pool,
    "idea": _idea,
    "asset": _asset,
    "event": _event,
    "role": _role,
    "persona": _persona,
}
