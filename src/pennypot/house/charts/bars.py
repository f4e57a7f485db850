"""Bars that stand in a table: one value beside the largest of its column."""

from __future__ import annotations

from django.utils.safestring import SafeString, mark_safe


def bar(value: int | None, largest: int, colour: str) -> SafeString:
    """Draw one bar. It is decoration: the number stands beside it in words.

    Parameters
    ----------
    value
        In the same unit as `largest`; None (not known) draws an empty, dashed track, and less than nought nothing.
    largest
        The value that fills the whole width; above nought.
    colour
        One of the seven calm colours.
    """
    if value is None:
        inside = '<rect class="unknown" x=".5" y=".5" width="199" height="5" rx="2"/>'
    else:
        width = max(0.0, min(200.0, 200 * value / largest)) if largest > 0 else 0.0
        inside = f'<rect class="track" width="200" height="6"/><rect class="value" width="{width:.2f}" height="6"/>'
    return mark_safe(  # noqa: S308 - made of numbers, and of a colour that our own code names
        f'<svg class="chart bar c-{colour}" viewBox="0 0 200 6" preserveAspectRatio="none" '
        f'aria-hidden="true" focusable="false">{inside}</svg>'
    )
