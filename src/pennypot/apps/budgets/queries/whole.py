"""The pool itself: every current line of a place and year, and the ways to group them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import TypeVar

from django.db import connection
from django.db.models import Case, F, IntegerField, QuerySet, Value, When

from pennypot.apps.budgets.controls import Control
from pennypot.apps.budgets.models import Budget, Gap, Income, Line, OtherCount, Transfer
from pennypot.apps.budgets.themes import Theme, theme_of
from pennypot.apps.places.models import Agency, Place
from pennypot.house.money import each


@dataclass(frozen=True)
class PoolLine:
    """One line of the pool, flat, so that pages and other rooms need no further query. Amounts are in pence."""

    id: int
    budget_id: int
    agency_id: int
    agency_slug: str
    agency_name: str
    agency_short: str
    family: str
    service: str
    official_name: str
    amount_pence: int | None
    cofog: str
    kind: str
    control: str
    counted: bool
    why_not: str
    basis: str
    key: str
    share: Decimal | None
    year_kind: str
    version: int
    source_title: str
    source_sheet: str
    source_row: str
    source_column: str
    note: str

    @property
    def known(self) -> bool:
        """Whether anybody knows the amount."""
        return self.amount_pence is not None

    @property
    def in_total_pence(self) -> int:
        """What the line adds to the pool's total: nothing when it is left out or not known."""
        return self.amount_pence if self.counted and self.amount_pence is not None else 0

    @property
    def theme(self) -> Theme:
        """The purpose that people recognise."""
        return theme_of(self.cofog)

    @property
    def agency_said(self) -> str:
        """The agency's short name where there is one."""
        return self.agency_short or self.agency_name

    @property
    def control_name(self) -> str:
        """What binds the line, in words."""
        return str(Control(self.control).label)

    @property
    def family_name(self) -> str:
        """Council, NHS, Police ..."""
        return str(Agency.Family(self.family).label)


@dataclass(frozen=True)
class PoolTransfer:
    """Money that one pooled body pays another, and the two lines that would count it twice."""

    payer: str
    payee: str
    amount_pence: int | None
    left_out_id: int
    counted_in_id: int
    counted_in_service: str
    why: str


@dataclass(frozen=True)
class Group:
    """Lines that belong together: an agency's, a family's or a purpose's."""

    key: str
    name: str
    colour: str
    lines: tuple[PoolLine, ...]
    about: str = ""

    @cached_property
    def total_pence(self) -> int:
        """Counted and known, in pence."""
        return sum(line.in_total_pence for line in self.lines)

    @cached_property
    def has_known(self) -> bool:
        """Whether any counted amount is known: else the total is not nought but not known."""
        return any(line.counted and line.known for line in self.lines)

    @cached_property
    def unknown(self) -> tuple[PoolLine, ...]:
        """Counted lines whose amount nobody knows."""
        return tuple(line for line in self.lines if line.counted and not line.known)

    @cached_property
    def counted(self) -> tuple[PoolLine, ...]:
        """Counted lines, largest first, the unknown ones last."""
        return largest_first(line for line in self.lines if line.counted)


@dataclass(frozen=True)
class Pool:
    """All public money of a place in a year, as far as it is published."""

    place: Place
    year: str
    lines: tuple[PoolLine, ...]
    transfers: tuple[PoolTransfer, ...] = field(default=())

    @cached_property
    def total_pence(self) -> int:
        """Counted and known."""
        return sum(line.in_total_pence for line in self.lines)

    @cached_property
    def left_out(self) -> tuple[PoolLine, ...]:
        """Lines that would be counted twice, or are left out for another reason that they say."""
        return largest_first(line for line in self.lines if not line.counted)

    @cached_property
    def left_out_pence(self) -> int:
        """Known amounts of the lines left out."""
        return sum(line.amount_pence or 0 for line in self.left_out)

    @cached_property
    def counted(self) -> tuple[PoolLine, ...]:
        """Counted lines, largest first, the unknown ones last."""
        return largest_first(line for line in self.lines if line.counted)

    @cached_property
    def unknown(self) -> tuple[PoolLine, ...]:
        """Counted lines whose amount nobody knows."""
        return tuple(line for line in self.lines if line.counted and not line.known)

    @property
    def each_pence(self) -> int | None:
        """The total shared among the residents, to the penny; None when nobody says how many there are."""
        return each(self.total_pence, self.place.population) if self.place.population else None

    @property
    def is_whole(self) -> bool:
        """Whether every counted amount is known."""
        return not self.unknown

    def line(self, number: int) -> PoolLine | None:
        """The line with this id."""
        return next((line for line in self.lines if line.id == number), None)

    def transfer_of(self, line: PoolLine) -> PoolTransfer | None:
        """Why a left-out line would be counted twice."""
        return next((transfer for transfer in self.transfers if transfer.left_out_id == line.id), None)

    def by_family(self) -> tuple[Group, ...]:
        """Groups by kind of agency, largest first."""
        groups = _grouped(self.lines, lambda line: line.family)
        return _largest_groups(
            Group(key, str(Agency.Family(key).label), FAMILY_COLOURS[key], tuple(lines))
            for key, lines in groups.items()
        )

    def by_agency(self) -> tuple[Group, ...]:
        """Groups by agency, largest first."""
        groups = _grouped(self.lines, lambda line: line.agency_slug)
        return _largest_groups(
            Group(key, lines[0].agency_name, FAMILY_COLOURS[lines[0].family], tuple(lines))
            for key, lines in groups.items()
        )

    def by_theme(self) -> tuple[Group, ...]:
        """Groups by purpose, largest first."""
        groups = _grouped(self.lines, lambda line: line.theme)
        return _largest_groups(
            Group(theme.slug, str(theme.name), theme.colour, tuple(lines), str(theme.about))
            for theme, lines in groups.items()
        )


# The seven calm colours of the look; agencies of one kind share one. A picture also says the name in words.
FAMILY_COLOURS = {
    Agency.Family.COUNCIL.value: "leaf",
    Agency.Family.NHS.value: "pine",
    Agency.Family.POLICE.value: "river",
    Agency.Family.FIRE.value: "rose",
    Agency.Family.WELFARE.value: "slate",
    Agency.Family.TRANSPORT.value: "ochre",
    Agency.Family.REGION.value: "plum",
    Agency.Family.OTHER.value: "slate",
}

OUTTURN_FIRST = Case(When(kind=Budget.Kind.OUTTURN, then=Value(0)), default=Value(1), output_field=IntegerField())


def pool(place: Place, year: str | None = None) -> Pool:
    """Return the pool of a place: its agencies' current published budgets for the year, line by line.

    Two SQL queries; three when neither the caller nor the place names a year, where the latest published one is taken.

    Parameters
    ----------
    place
        Whose money.
    year
        As written (``2010-11``); by default the place's own year.
    """
    wanted = year or place.year or next(iter(years(place)), "")
    current = current_budgets(place, wanted)
    lines = tuple(
        PoolLine(**row)
        for row in Line.objects.filter(budget__in=current.values("pk"))
        .order_by("budget__agency__name", "number")
        .values(
            "id",
            "budget_id",
            "service",
            "official_name",
            "amount_pence",
            "cofog",
            "kind",
            "control",
            "counted",
            "why_not",
            "basis",
            "key",
            "share",
            "source_sheet",
            "source_row",
            "source_column",
            "note",
            agency_id=F("budget__agency_id"),
            agency_slug=F("budget__agency__slug"),
            agency_name=F("budget__agency__name"),
            agency_short=F("budget__agency__short_name"),
            family=F("budget__agency__family"),
            year_kind=F("budget__kind"),
            version=F("budget__version"),
            source_title=F("budget__source_title"),
        )
    )
    return Pool(place, wanted, lines, _transfers(lines, current))


def current_budgets(place: Place, year: str) -> QuerySet[Budget]:
    """Each agency's current budget of a year: published, outturn before budget, the highest version."""
    return (
        Budget.objects.filter(agency__place=place, year=year, state=Budget.State.PUBLISHED)
        .order_by("agency_id", OUTTURN_FIRST, "-version")
        .distinct("agency_id")
    )


def _transfers(lines: tuple[PoolLine, ...], current: QuerySet[Budget]) -> tuple[PoolTransfer, ...]:
    """The transfers of left-out lines; the line that counts is found again when its budget has a newer version."""
    rows = (
        Transfer.objects.filter(left_out__budget__in=current.values("pk"))
        .order_by("left_out__budget__agency__name", "left_out__number")
        .values_list(
            "payer__name",
            "payee__name",
            "amount_pence",
            "left_out_id",
            "counted_in_id",
            "counted_in__service",
            "counted_in__budget__agency_id",
            "why",
        )
    )
    ids = {line.id for line in lines}
    newer = {(line.agency_id, line.service): line.id for line in lines}
    return tuple(
        PoolTransfer(
            payer,
            payee,
            amount,
            left_out_id,
            counted_id if counted_id in ids else newer.get((agency_id, service), counted_id),
            service,
            why,
        )
        for payer, payee, amount, left_out_id, counted_id, service, agency_id, why in rows
    )


def years(place: Place) -> list[str]:
    """Years with anything published, the latest first. One SQL query."""
    return list(
        Budget.objects.filter(agency__place=place, state=Budget.State.PUBLISHED)
        .order_by("-year")
        .values_list("year", flat=True)
        .distinct()
    )


# Published budgets never change and are never deleted, so how many there are and the last one say which they are.
_STAMP = """
SELECT
  (SELECT count(*) || ':' || coalesce(max(budget.id), 0) FROM budgets_budget budget
   JOIN places_agency agency ON agency.id = budget.agency_id
   WHERE agency.place_id = %(place)s AND budget.state = 'published'),
  (SELECT coalesce(max(id), 0) FROM budgets_gap WHERE place_id = %(place)s),
  (SELECT coalesce(max(id), 0) FROM budgets_othercount WHERE place_id = %(place)s),
  (SELECT md5(string_agg(concat_ws('|', id, slug, name, short_name, family, website, wider_area), '~' ORDER BY id))
   FROM places_agency WHERE place_id = %(place)s)
"""


def stamp(place: Place) -> tuple[object, ...]:
    """Return what every figure on the pool's pages depends on: it differs as soon as one of them may. One SQL query."""
    with connection.cursor() as cursor:
        cursor.execute(_STAMP, {"place": place.pk})
        of_the_rest = cursor.fetchone()
    shown = (place.pk, place.slug, place.name, place.year, place.label, place.population, place.population_source)
    return (*shown, *of_the_rest)


def incomes(place: Place, year: str) -> list[Income]:
    """Where the agencies' money comes from, as far as their current budgets say. One SQL query."""
    return list(
        Income.objects.filter(budget__in=current_budgets(place, year).values("pk")).select_related("budget__agency")
    )


def gaps(place: Place, year: str) -> list[Gap]:
    """What the pool of a year does not cover. One SQL query."""
    return list(Gap.objects.filter(place=place, year=year))


def other_counts(place: Place, year: str) -> list[OtherCount]:
    """What others counted as this place's public money. One SQL query."""
    return list(OtherCount.objects.filter(place=place, year=year))


def largest_first(lines: Iterable[PoolLine]) -> tuple[PoolLine, ...]:
    """Sort lines by amount, the unknown ones last, then by name, so that the order never depends on the database."""
    return tuple(
        sorted(
            lines,
            key=lambda line: (
                line.amount_pence is None,
                -(line.amount_pence or 0),
                line.service,
                line.agency_slug,
                line.id,
            ),
        )
    )


Key = TypeVar("Key", bound=Hashable)


def _grouped(lines: Iterable[PoolLine], key: Callable[[PoolLine], Key]) -> dict[Key, list[PoolLine]]:
    groups: dict[Key, list[PoolLine]] = {}
    for line in lines:
        groups.setdefault(key(line), []).append(line)
    return groups


def _largest_groups(groups: Iterable[Group]) -> tuple[Group, ...]:
    return tuple(sorted(groups, key=lambda group: (-group.total_pence, group.name)))
