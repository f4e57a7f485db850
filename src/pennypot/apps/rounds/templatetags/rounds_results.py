"""Filters and tags of the pages of results."""

from __future__ import annotations

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from pennypot.apps.rounds import result_words
from pennypot.apps.rounds.models import Check
from pennypot.house.charts import bars

register = template.Library()

register.filter("whole", result_words.whole)


@register.simple_tag
def outcome_bar(value: int, largest: int, colour: str) -> SafeString:
    """Draw how near a project came, or how many voters there were, beside the largest."""
    return bars.bar(value, largest, colour)


_SIGNS = {"yes": "✓", "no": "✕", "unclear": "?", "": "·"}


@register.simple_tag
def five_marks(marks: list[tuple[str, str]]) -> SafeString:
    """Draw the answers to the five questions as signs, with words for those who listen."""
    words = {**{value: str(label) for value, label in Check.Verdict.choices}, "": _("not yet")}
    return format_html_join(
        "",
        '<li class="{}"><span class="hidden-words">{} {}</span><span aria-hidden="true">{}</span></li>',
        ((verdict or "none", name, words[verdict], _SIGNS[verdict]) for name, verdict in marks),
    )


@register.simple_tag
def tick() -> SafeString:
    """Draw a tick; the words stand beside it."""
    return mark_safe('<svg class="tick" viewBox="0 0 12 12" aria-hidden="true"><path d="M2 6.5 5 9.5 10.5 2.5"/></svg>')


@register.simple_tag
def cross() -> SafeString:
    """Draw a small exclamation mark; the words stand beside it."""
    return mark_safe('<svg class="tick" viewBox="0 0 12 12" aria-hidden="true"><path d="M6 1.5V7.5M6 9.6V10.6"/></svg>')
