"""The published turnout in words and tables, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pennypot.apps.rounds.result_words import whole
from pennypot.house.money import decimal_point

# The ways to vote, as the log's entries name them.
CHANNELS = {
    "web": gettext_lazy("on the web"),
    "paper": gettext_lazy("on paper"),
    "desk": gettext_lazy("at a desk"),
    "tablet": gettext_lazy("on a shared tablet"),
}


def turnout_said(turnout: Mapping[str, Any]) -> dict[str, Any]:
    """Put the published turnout into words: a sentence, and tables whose names are in the reader's language."""
    said: dict[str, Any] = {"voters": whole(turnout.get("voters", 0)), "tables": []}
    if turnout.get("eligible"):
        tenths = 1000 * turnout["voters"] // turnout["eligible"]
        said["eligible"] = whole(turnout["eligible"])
        said["share"] = f"{tenths // 10}{decimal_point()}{tenths % 10}\u00a0%"
    for key, title in (("both", _("By area and by way of voting")), ("areas", _("By area")),
                       ("channels", _("By way of voting"))):  # fmt: skip
        if turnout.get(key):
            said["tables"].append(_table(key, title, turnout[key]))
    said["hidden"] = any(table["hidden"] for table in said["tables"])
    said["too_few"] = any(key in turnout and turnout[key] is None for key in ("both", "areas", "channels"))
    return said


def _table(key: str, title: str, table: Mapping[str, Any]) -> dict[str, Any]:
    one_way = len(table["columns"]) == 1
    names = [_("Voters")] if one_way else [*(str(CHANNELS.get(one, one)) for one in table["columns"]), _("Together")]
    rows = [
        {
            "name": (str(CHANNELS.get(row, row)) if key == "channels" else row) or _("area not known"),
            "cells": [_cell(number) for number in (cells[:1] if one_way else cells)],
        }
        for row, cells in zip(table["rows"], table["cells"], strict=True)
    ]
    totals = [_cell(number) for number in (table["totals"][:1] if one_way else table["totals"])]
    hidden = any(None in row for row in [*table["cells"], table["totals"]])
    return {"key": key, "title": title, "columns": names, "rows": rows, "totals": totals, "hidden": hidden}


def _cell(number: int | None) -> str:
    return _("not shown") if number is None else whole(number)
