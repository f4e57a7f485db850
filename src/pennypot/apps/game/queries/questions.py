"""What the open question, or the last decision, of a table says: the same on the console and on the big screen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from pennypot.house.money import pounds_said
from pennypot.play import Pack as Cards
from pennypot.play.state import Proposal
from pennypot.play.views import SeenProposal


@dataclass(frozen=True)
class Question:
    """A proposal in words.

    Parameters
    ----------
    title
        What is to be done: “Roads: 8 % less, £560,000”.
    facts
        Pairs of what and how: who feels it, what could replace it.
    safeguards
        Words that people typed.
    """

    title: str
    facts: tuple[tuple[str, str], ...]
    safeguards: tuple[str, ...]


@dataclass(frozen=True)
class Answers:
    """How many seats gave each answer, once answers are open."""

    support: int = 0
    live: int = 0
    concern: int = 0
    hold: int = 0

    @property
    def pairs(self) -> list[tuple[str, int]]:
        """Kind and number, in the order of the paddles."""
        return [(kind, getattr(self, kind)) for kind in ("support", "live", "concern", "hold")]


def question_of(cards: Cards, proposal: Proposal | SeenProposal) -> Question:
    """Say a proposal in words."""
    if proposal.kind == "cut":
        title, facts = _cut(cards, proposal)
    elif proposal.kind == "pool":
        card = cards.pool_card[proposal.card]
        title = _("Share: %(what)s") % {"what": card.title}
        facts = [
            (_("What it is"), card.text),
            (_("It saves"), pounds_said(card.saving_pence)),
            (_("To set up"), pounds_said(card.setup_pence)),
        ]
    else:
        event = cards.event[proposal.card]
        chosen = next((choice.text for choice in event.choices if choice.id == proposal.choice), "")
        title, facts = f"{event.title}: {chosen}", [(_("What happened"), event.text)]
    return Question(title, tuple(facts), proposal.safeguards)


def _cut(cards: Cards, proposal: Proposal | SeenProposal) -> tuple[str, list[tuple[str, str]]]:
    line = cards.line[proposal.card]
    if not proposal.level:
        return _("%(line)s: no cut") % {"line": line.service}, [(_("Agency"), line.agency)]
    step = line.steps[proposal.level - 1]
    title = _("%(line)s: %(percent)s %% less, %(amount)s") % {
        "line": line.service,
        "percent": step.percent,
        "amount": pounds_said(step.pence),
    }
    return title, [
        (_("Who feels it"), step.affected),
        (_("Could replace it"), step.instead),
        (_("Can be undone"), pgettext("can be undone", "yes") if step.reversible else pgettext("can be undone", "no")),
    ]


def counted(reactions: Mapping[str, tuple[str, str]]) -> Answers:
    """Count answers that are open to all."""
    kinds = [kind for kind, _reason in reactions.values()]
    return Answers(**{kind: kinds.count(kind) for kind in ("support", "live", "concern", "hold")})
