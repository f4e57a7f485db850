"""Drawing cards on pages."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from pennypot.apps.game import marks

register = template.Library()


@register.simple_tag
def card_mark(kind: str) -> SafeString:
    """Draw the mark of a kind of card."""
    return _drawn(marks.CARDS.get(kind, ""))


@register.simple_tag
def thing_mark(kind: str) -> SafeString:
    """Draw the mark of a kind of thing that projects need."""
    return _drawn(marks.THINGS.get(kind, ""))


def _drawn(inside: str) -> SafeString:
    body = mark_safe(inside)  # noqa: S308 - our own drawings
    return format_html('<svg class="game-mark" viewBox="0 0 24 24" aria-hidden="true">{}</svg>', body)
