"""Filters and tags for templates about the one per cent."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString

from pennypot.apps.budgets.said import year_said
from pennypot.apps.fund import pictures, words
from pennypot.apps.fund.bases import UNITS
from pennypot.apps.fund.models import Account
from pennypot.apps.fund.queries import Standing
from pennypot.house.charts import bars

register = template.Library()

register.filter("year_said", year_said)
register.filter("rate_percent", words.rate_percent)
register.filter("unit_said", lambda pence: UNITS[pence])
register.filter("colour_of", pictures.colour_of)


@register.filter
def account_name(account: Account) -> str:
    """The account as pages say it."""
    return pictures.account_name(account)


@register.simple_tag
def bar(value: int | None, largest: int, colour: str) -> SafeString:
    """Draw one bar beside the largest of its table."""
    return bars.bar(value, largest, colour)


@register.simple_tag
def standing_bar(one: Standing, largest: int) -> SafeString:
    """Draw where an agency stands."""
    return pictures.standing_bar(one, largest)
