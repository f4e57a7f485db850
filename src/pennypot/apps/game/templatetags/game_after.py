"""What the pages after an evening call things."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext_lazy as _

from pennypot.apps.game.models import Advice

register = template.Library()

_VERDICTS = {
    "consensus": _("Lines that most would cut"),
    "red": _("Lines that tables would not touch"),
    "split": _("Lines on which tables differ"),
    "untouched": _("Lines that nobody spoke of"),
}


@register.simple_tag
def verdict_name(verdict: str) -> str:
    """Say what a verdict over several tables means."""
    return str(_VERDICTS[verdict])


@register.simple_tag
def advice_kind(kind: str) -> str:
    """Say what a piece of advice is."""
    return str(Advice.Kind(kind).label)
