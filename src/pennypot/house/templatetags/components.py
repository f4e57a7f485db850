"""Tags and filters that every page uses: money, coins, the flow, icons."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from pennypot.house import layout, money

register = template.Library()

register.filter("pounds", lambda pence: "" if pence is None else money.pounds(int(pence)))
register.filter("pounds_said", lambda pence: "" if pence is None else money.pounds_said(int(pence)))


@register.filter
def each(pence: int, people: int | None) -> int | None:
    """Share pence among people: ``{{ total|each:place.population|pounds }}``."""
    return money.each(int(pence), people) if people else None


@register.filter
def percent(part: int, whole: int) -> str:
    """Write a part of a whole as ``39.2 %``; nothing when the whole is nought."""
    if not whole:
        return ""
    tenths = (2000 * part + whole) // (2 * whole)
    return f"{tenths // 10}{money.decimal_point()}{tenths % 10} %"


@register.inclusion_tag("house/components/flow.html")
def flow_nav(place: Any, current: str = "") -> dict[str, Any]:
    """Draw the flow of a place; the current stage is marked by a copper dot and by `aria-current`."""
    return {"stages": layout.flow(place.slug), "current": current}


@register.simple_tag
def coins(filled: int = 1, label: str = "") -> SafeString:
    """Draw one hundred pennies, the last ones filled: the picture of so many per cent."""
    inside = _pennies(100, 10, filled, 5.5, "4.4")
    return format_html('<svg class="coins" viewBox="0 0 110 110" role="img" aria-label="{}">{}</svg>', label, inside)


@register.simple_tag
def mark() -> SafeString:
    """Draw the logo: nine pennies, one filled."""
    inside = _pennies(9, 3, 1, 6, "4.2")
    return format_html(
        '<svg class="mark" viewBox="0 0 34 34" width="30" height="30" aria-hidden="true">{}</svg>', inside
    )


@lru_cache(maxsize=128)
def _pennies(count: int, across: int, filled: int, start: float, radius: str) -> SafeString:
    """Draw pennies eleven apart in rows, the last ones filled."""
    circles = []
    for number in range(count):
        x, y = start + 11 * (number % across), start + 11 * (number // across)
        kind = "one" if number >= count - filled else "p"
        circles.append(format_html('<circle cx="{}" cy="{}" r="{}" class="{}"/>', x, y, radius, kind))
    return mark_safe("".join(circles))  # noqa: S308 - made of numbers above
