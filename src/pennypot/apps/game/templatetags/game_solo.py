"""The running balance of a game alone, said the same way by the page and by its script."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext as _

from pennypot.apps.game.solo_cards import Money
from pennypot.house.money import pounds_said
from pennypot.play.pack import PoolCard

register = template.Library()


@register.filter
def net(card: PoolCard) -> int:
    """Return what a pool card saves in its first year, in pence: its saving without what it costs to set up."""
    return card.saving_pence - card.setup_pence


@register.simple_tag
def million_words() -> str:
    """Return how a sum of millions is written, with a place for the figure, for the script."""
    return _("£%(amount)s million") % {"amount": "{amount}"}


def _sentence(kind: str, **values: str) -> str:
    if kind == "gap":
        return _("%(found)s found of %(target)s. %(gap)s to go.") % values
    if kind == "enough":
        return _("%(found)s found of %(target)s. That is enough.") % values
    if kind == "over":
        return _("%(over)s too much: there is %(purse)s.") % values
    return _("%(left)s left of %(purse)s.") % values


@register.simple_tag
def template_of(kind: str) -> str:
    """Return one of the sentences with places for its sums, for the script."""
    return _sentence(kind, **{name: f"{{{name}}}" for name in ("found", "target", "gap", "over", "purse", "left")})


@register.filter
def found_said(money: Money) -> str:
    """Say how much of the target is found."""
    sums = {"found": money.found, "target": money.target, "gap": money.gap}
    return _sentence("gap" if money.gap else "enough", **{name: pounds_said(pence) for name, pence in sums.items()})


@register.filter
def left_said(money: Money) -> str:
    """Say how much is left to create with."""
    sums = {"over": money.too_much, "purse": money.purse, "left": money.left}
    return _sentence("over" if money.too_much else "left", **{name: pounds_said(pence) for name, pence in sums.items()})
