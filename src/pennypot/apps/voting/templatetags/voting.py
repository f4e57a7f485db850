"""Tags and filters of the voting pages."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from pennypot.apps.rounds.models import Round, Stage
from pennypot.apps.rounds.stages import end_said, said
from pennypot.apps.voting import said as words
from pennypot.apps.voting.models import RollEntry
from pennypot.apps.voting.queries.ballots import Ballot

register = template.Library()
How = RollEntry.How

WAYS = {
    How.POSTED_CODE: _("with the code from your letter"),
    How.ROLL_CODE: _("with the code you were given"),
    How.ROLL_EMAIL: _("with a link by e-mail"),
    How.EMAIL_POSTCODE: _("with your e-mail and postcode"),
    How.SMS: _("with a code by text message"),
    How.OIDC: _("with a sign-in you have"),
    How.DESK: _("in person at a desk"),
}


@register.filter
def how_to_choose(round: Round) -> str:
    """Say the rule of choosing."""
    return words.how_to_choose(round)


@register.filter
def way_said(how: str) -> str:
    """Say a way to vote."""
    return str(WAYS.get(How(how), how)) if how in How.values else ""


@register.filter
def opens(stage: Stage) -> str:
    """Say when a stage opens, in the place's time."""
    return said(stage.opens_at, stage.round.zone)


@register.filter
def closes(stage: Stage) -> str:
    """Say when a stage closes, in the place's time."""
    return end_said(stage.closes_at, stage.round.zone)


@register.filter
def cost_in(number: int, ballot: Ballot) -> SafeString:
    """Return what a project costs, in pence, as a script reads it."""
    return SafeString(ballot.form.cost_of([number]))


@register.filter
def unlocalised(value: int | None) -> SafeString:
    """Write a number as a script reads it, without separators."""
    return SafeString("" if value is None else int(value))


@register.filter
def less(value: int) -> int:
    """Turn the sign round."""
    return -value


@register.filter
def grouped(fingerprint: bytes) -> str:
    """Write a fingerprint in groups of four."""
    figures = fingerprint.hex()
    return " ".join(figures[start : start + 4] for start in range(0, len(figures), 4))
