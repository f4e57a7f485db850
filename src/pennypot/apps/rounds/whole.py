"""What a proposal has to have before it is sent in."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pennypot.apps.rounds.models import Proposal
from pennypot.house.money import pounds


@dataclass(frozen=True)
class Missing:
    """Something that a proposal must have before it is sent in, and the step where it is written."""

    step: str
    field: str
    said: str


def missing(proposal: Proposal) -> list[Missing]:
    """Return what still has to be done before the proposal can be sent in, in the order of the steps."""
    round, found = proposal.round, []
    for name, said in (
        ("title", _("Give it a title.")),
        ("plain_summary", _("Say it in short: one or two sentences that everybody understands.")),
        ("what", _("Say what you want to do.")),
        ("why", _("Say why it matters.")),
    ):
        if not getattr(proposal, name):
            found.append(Missing("idea", name, said))
    letters = len(proposal.plain_summary)
    if letters > round.summary_letters:
        found.append(
            Missing(
                "idea",
                "plain_summary",
                _("“In short” has %(letters)d letters; at most %(most)d fit on the ballot. Make it shorter.")
                % {"letters": letters, "most": round.summary_letters},
            )
        )
    words = words_in(proposal)
    if words > round.word_limit:
        found.append(
            Missing(
                "idea",
                "what",
                ngettext(
                    "What, why and for whom have %(words)d words together; at most %(most)d word is allowed.",
                    "What, why and for whom have %(words)d words together; at most %(most)d words are allowed.",
                    round.word_limit,
                )
                % {"words": words, "most": round.word_limit},
            )
        )
    if round.area_needed and proposal.area_id is None:
        found.append(Missing("where", "area", _("Choose the area it is for.")))
    return found + _missing_money(proposal)


def words_in(proposal: Proposal) -> int:
    """Return how many words what, why and for whom have together."""
    return len(f"{proposal.what} {proposal.why} {proposal.for_whom}".split())


def _missing_money(proposal: Proposal) -> list[Missing]:
    round, cost = proposal.round, proposal.proposed_cost_pence
    if cost <= 0:
        return [Missing("costs", "costs", _("Write down what it costs, line by line."))]
    most = min(round.budget_pence, round.most_cost_pence or round.budget_pence)
    if cost > most:
        said = _("It costs %(cost)s; a proposal of this round may cost %(most)s at most.")
        return [Missing("costs", "costs", said % {"cost": pounds(cost), "most": pounds(most)})]
    if round.least_cost_pence and cost < round.least_cost_pence:
        said = _("It costs %(cost)s; a proposal of this round has to cost %(least)s at least.")
        return [Missing("costs", "costs", said % {"cost": pounds(cost), "least": pounds(round.least_cost_pence)})]
    return []
