"""Filters and tags for templates about the pool."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString

from pennypot.apps.budgets import said
from pennypot.house.charts import bars

register = template.Library()

register.filter("year_said", said.year_said)
register.filter("for_each", said.for_each)


@register.filter
def rough(pence: int | None) -> str:
    """Say an amount with about three figures."""
    return "" if pence is None else said.rough(pence)


@register.simple_tag
def bar(value: int | None, largest: int, colour: str) -> SafeString:
    """Draw one bar beside the largest of its table."""
    return bars.bar(value, largest, colour)
