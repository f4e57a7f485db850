"""Who voted, as it is published: by area and by way of voting, with small numbers hidden."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pennypot.apps.rounds.small_cells import Published, Table, publishable

# The one column of a table that says only how many.
VOTERS = "voters"


def published(turnout: Mapping[str, Any]) -> dict[str, Any]:
    """Make what is published from what was counted.

    Parameters
    ----------
    turnout
        ``voters`` (how many ballots count); ``eligible`` (how many might have voted; None where nobody knows); and
        either ``by_area_channel`` {area: {channel: people}} or one or both of ``by_area`` {area: people} and
        ``by_channel`` {channel: people}. The two small tables say nothing of each other, so they may stand together;
        a table of both ways at once replaces them.

    Returns
    -------
    dict
        ``voters``, ``eligible``, and ``both`` or ``areas`` and ``channels``: tables as `small_cells` publishes them.
    """
    made: dict[str, Any] = {"voters": turnout["voters"], "eligible": turnout.get("eligible")}
    both: Table = turnout.get("by_area_channel") or {}
    if both:
        channels = list(dict.fromkeys(channel for row in both.values() for channel in row))
        made["both"] = _data(publishable(both, channels, totals_are_public=True))
        return made
    for key, name in (("by_area", "areas"), ("by_channel", "channels")):
        numbers: Mapping[str, int] = turnout.get(key) or {}
        if numbers:
            made[name] = _data(publishable({row: {VOTERS: people} for row, people in numbers.items()}, [VOTERS]))
    return made


def _data(table: Published | None) -> dict[str, Any] | None:
    return table.as_data() if table else None
