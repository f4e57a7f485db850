"""A place over the years, and beside other places of the same installation."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection
from django.db.models import Count, F, Func, IntegerField, Q, Sum
from django.db.models.functions import Coalesce

from pennypot.apps.budgets.models import Budget, Line
from pennypot.apps.budgets.queries.whole import OUTTURN_FIRST
from pennypot.apps.places.models import Agency, Place
from pennypot.house.money import each

# How many other places are shown: those with the most similar number of residents.
MOST_PLACES = 7


_STAMP_OF_ALL = """
SELECT
  (SELECT count(*) || ':' || coalesce(max(id), 0) FROM budgets_budget WHERE state = 'published'),
  (SELECT md5(string_agg(concat_ws('|', id, slug, name, year, population, state), '~' ORDER BY id)) FROM places_place),
  (SELECT md5(string_agg(concat_ws('|', id, family), '~' ORDER BY id)) FROM places_agency)
"""


def stamp_of_all(place: Place) -> tuple[object, ...]:
    """Return what a comparison of places depends on: it differs as soon as anything of it may. One SQL query."""
    with connection.cursor() as cursor:
        cursor.execute(_STAMP_OF_ALL)
        return (place.pk, *cursor.fetchone())


@dataclass(frozen=True)
class YearTotal:
    """What was counted in one year."""

    year: str
    total_pence: int
    unknown: int
    agencies: int


def over_years(place: Place) -> list[YearTotal]:
    """The pool of every published year, the first year first. One SQL query."""
    current = (
        Budget.objects.filter(agency__place=place, state=Budget.State.PUBLISHED)
        .order_by("agency_id", "year", OUTTURN_FIRST, "-version")
        .distinct("agency_id", "year")
    )
    rows = (
        Line.objects.filter(budget__in=current.values("pk"), counted=True)
        .values("budget__year")
        .annotate(
            total=Coalesce(Sum("amount_pence"), 0),
            unknown=Count("pk", filter=Q(amount_pence__isnull=True)),
            agencies=Count("budget__agency_id", distinct=True, filter=Q(amount_pence__isnull=False)),
        )
        .order_by("budget__year")
    )
    return [YearTotal(row["budget__year"], int(row["total"]), row["unknown"], row["agencies"]) for row in rows]


@dataclass(frozen=True)
class PlaceTotals:
    """One place's money by kind of agency. A kind without any known amount is not in `families`."""

    place: Place
    families: dict[str, int]
    unknown: frozenset[str]

    @property
    def total_pence(self) -> int:
        """Counted and known, in pence."""
        return sum(self.families.values())

    @property
    def each_pence(self) -> int | None:
        """For each resident; None when nobody says how many there are."""
        return each(self.total_pence, self.place.population) if self.place.population else None

    def family_each(self, family: str) -> int | None:
        """What a kind of agencies spends for each resident; None when it is not known or not here."""
        pence = self.families.get(family)
        return each(pence, self.place.population) if pence is not None and self.place.population else None


@dataclass(frozen=True)
class Cell:
    """Pence for each resident; without a number it is either not known, or there is no such body."""

    pence: int | None
    unknown: bool


@dataclass(frozen=True)
class FamilyRow:
    """One kind of agencies across the places, place by place."""

    name: str
    colour: str
    cells: tuple[Cell, ...]


def beside_others(place: Place) -> list[PlaceTotals]:
    """This place first, then open places with a similar number of residents, each in its own year. Two SQL queries."""
    others = (
        Place.objects.filter(state=Place.State.OPEN, agencies__budgets__state=Budget.State.PUBLISHED)
        .exclude(pk=place.pk)
        .exclude(population=None)
        .annotate(unlike=Func(F("population") - (place.population or 0), function="ABS", output_field=IntegerField()))
        .order_by("unlike", "name")
        .distinct()[:MOST_PLACES]
    )
    places = [place, *others]
    current = (
        Budget.objects.filter(agency__place__in=places, year=F("agency__place__year"), state=Budget.State.PUBLISHED)
        .order_by("agency_id", OUTTURN_FIRST, "-version")
        .distinct("agency_id")
    )
    rows = (
        Line.objects.filter(budget__in=current.values("pk"), counted=True)
        .values_list("budget__agency__place_id", "budget__agency__family")
        .annotate(total=Sum("amount_pence"), unknown=Count("pk", filter=Q(amount_pence__isnull=True)))
        .order_by()
    )
    families: dict[int, dict[str, int]] = {}
    unknown: dict[int, set[str]] = {}
    for place_id, family, total, unknown_lines in rows:
        if total is not None:
            families.setdefault(place_id, {})[family] = int(total)
        if unknown_lines:
            unknown.setdefault(place_id, set()).add(family)
    return [PlaceTotals(one, families.get(one.pk, {}), frozenset(unknown.get(one.pk, ()))) for one in places]


def by_family(totals: list[PlaceTotals], colours: dict[str, str]) -> list[FamilyRow]:
    """Turn the places' totals into rows, one for each kind of agencies that any of them has."""
    return [
        FamilyRow(
            str(label), colours[family], tuple(Cell(one.family_each(family), family in one.unknown) for one in totals)
        )
        for family, label in Agency.Family.choices
        if any(family in one.families or family in one.unknown for one in totals)
    ]
