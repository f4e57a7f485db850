"""Splitting the fund into area pots: by residents, by residents and need, or in equal shares."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from pennypot.apps.fund.shares import CannotShare, Party, Share, share


class Method(TextChoices):
    """How the fund is split among areas."""

    POPULATION = "population", _("By residents")
    DEPRIVATION = "deprivation", _("By residents and need")
    EQUAL = "equal", _("The same for each area")


class SomeArea(Protocol):
    """What is needed of an area."""

    pk: int
    name: str
    population: int | None
    deprivation_weight: int


@dataclass(frozen=True)
class AreaShare:
    """One area's part of the fund."""

    area: SomeArea
    share: Share

    @property
    def pence(self) -> int:
        return self.share.pence


def split(total: int, areas: Iterable[SomeArea], method: str) -> list[AreaShare]:
    """Divide pence among areas, exact to the penny.

    Parameters
    ----------
    total
        Pence to divide.
    areas
        Those that get a pot; names are unique in a place.
    method
        One of `Method`: weights are residents, residents x deprivation weight, or 1 each.

    Raises
    ------
    CannotShare
        ``not-known`` when an area's residents are needed and not known: an unknown number is never taken as nought.
    """
    listed = list(areas)
    if method != Method.EQUAL:
        unknown = [area.name for area in listed if area.population is None]
        if unknown:
            raise CannotShare("not-known", "Residents are not known for: " + ", ".join(unknown))
    parts = share(total, [Party(area.name, _weight(area, method)) for area in listed])
    return [AreaShare(area, part) for area, part in zip(listed, parts, strict=True)]


def _weight(area: SomeArea, method: str) -> int:
    if method == Method.EQUAL:
        return 1
    residents = area.population or 0
    return residents * area.deprivation_weight if method == Method.DEPRIVATION else residents
