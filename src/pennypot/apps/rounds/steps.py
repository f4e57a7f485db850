"""The steps of setting a round up: what each asks, and where it is. Each can be left and taken up again."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

NAMES: dict[str, str | Promise] = {
    "money": _("The money"),
    "dates": _("The dates"),
    "proposals": _("What can be proposed"),
    "voters": _("Who may vote"),
    "ballot": _("The ballot and the count"),
    "check": _("Check and publish"),
}


@dataclass(frozen=True)
class Step:
    """One step as the list beside the form shows it."""

    key: str
    number: int
    name: str
    good: bool
    url: str


def listed(place: str, round: str, lacking: set[str]) -> list[Step]:
    """List the steps in order; one is good when nothing is missing there."""
    return [
        Step(
            key,
            number,
            str(name),
            key != "check" and key not in lacking,
            reverse("round_setup", args=[place, round, key]),
        )
        for number, (key, name) in enumerate(NAMES.items(), start=1)
    ]


def after(key: str) -> str:
    """Return the step that follows; the last one follows itself."""
    keys = list(NAMES)
    return keys[min(keys.index(key) + 1, len(keys) - 1)]
