"""The steps of setting a place up: what each is, whether it is done, where it is. Each can be left and resumed."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

NAMES = {
    "facts": _("Name and residents"),
    "areas": _("Areas"),
    "agencies": _("Agencies"),
    "budgets": _("Budgets"),
    "policy": _("The one per cent"),
    "look": pgettext_lazy("appearance", "Look"),
    "open": _("Open the place"),
}
# Steps that belong to later rooms: the address there, and the deed that shows that it was done.
ELSEWHERE = {
    "budgets": ("budgets_add", "budgets.budget.published"),
    "policy": ("policy", "fund.policy.adopted"),
}


@dataclass(frozen=True)
class Step:
    """One step as the list beside the form shows it."""

    key: str
    number: int
    name: str
    done: bool
    url: str


def elsewhere(key: str, place_slug: str) -> str:
    """Return the page of a later room where the step is done; empty while there is none."""
    try:
        return reverse(ELSEWHERE[key][0], args=[place_slug])
    except NoReverseMatch:
        return ""


def listed(place_slug: str, done: set[str]) -> list[Step]:
    """List the steps in order, with those that are done."""
    return [
        Step(key, number, str(name), key in done, reverse("place_setup_step", args=[place_slug, key]))
        for number, (key, name) in enumerate(NAMES.items(), start=1)
    ]
