"""Dividing a round's money into pots for areas, in whole pounds: that is what ballots are counted in."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from pennypot.apps.fund.areas import Method, split
from pennypot.apps.fund.shares import CannotShare
from pennypot.apps.fund.words import cannot_share_said
from pennypot.apps.places.models import Area
from pennypot.apps.rounds.models import Pot, Round
from pennypot.house.answers import Invalid

POUND = 100


def for_areas(round: Round, way: str) -> list[Pot]:
    """Make a pot for each area of a round, not saved yet; none for other ways. Pence that are left belong to no pot.

    Parameters
    ----------
    way
        ``population`` or ``equal``; anything else makes none.

    Raises
    ------
    Invalid
        The residents of an area are needed and not known.
    """
    if way not in (Method.POPULATION, Method.EQUAL):
        return []
    try:
        shares = split(round.budget_pence // POUND, _areas(round), way)
    except CannotShare as problem:
        raise Invalid(cannot_share_said(problem), "pots") from problem
    return [
        Pot(round=round, kind=Pot.PotKind.AREA, name=one.area.name, area_id=one.area.pk, quota_pence=one.pence * POUND)
        for one in shares
        if one.pence
    ]


def _areas(round: Round) -> Sequence[Area]:
    """The areas that take part: those that were chosen, or all of the place that have no parts of their own."""
    chosen = list(round.areas.defer("outline"))
    return chosen or list(round.place.areas.filter(parts__isnull=True).defer("outline"))


def way_of(pots: Sequence[Pot]) -> str:
    """Say which way of the wizard these pots came from."""
    areas = [pot for pot in pots if pot.area_id]
    if not pots:
        return "none"
    if not areas:
        return "kinds"
    amounts = [pot.quota_pence for pot in areas]
    return str(Method.EQUAL if max(amounts) - min(amounts) <= POUND else Method.POPULATION)


def usual_draw() -> str:
    """Return the public draw that the wizard proposes for ties."""
    return _("The six main numbers of the first National Lottery Lotto draw after voting closes, smallest first.")
