"""Versions: what changed between two of them, one line through all of them, and an agency's history."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Q, Sum
from django.db.models.functions import Coalesce
from django.http import Http404

from pennypot.apps.budgets.models import Budget, Line, Transfer
from pennypot.apps.budgets.permissions import may_see_budget
from pennypot.apps.places.models import Agency, Place
from pennypot.apps.places.permissions import Someone


@dataclass(frozen=True)
class Change:
    """What became of one service between two versions. A missing side means that the line is new or gone."""

    service: str
    old: Line | None
    new: Line | None

    @property
    def what(self) -> str:
        """``new``, ``gone``, ``changed`` or ``same``."""
        if self.old is None:
            return "new"
        if self.new is None:
            return "gone"
        return "changed" if _compared(self.old) != _compared(self.new) else "same"

    @property
    def more_pence(self) -> int | None:
        """How much the service adds to the total more than before; None when one side is not known."""
        before = _in_total(self.old)
        after = _in_total(self.new)
        return None if before is None or after is None else after - before


@dataclass(frozen=True)
class Difference:
    """What changed between two versions of a budget, service by service."""

    old: Budget
    new: Budget
    changes: tuple[Change, ...]

    @property
    def changed(self) -> tuple[Change, ...]:
        """Only what is not the same."""
        return tuple(change for change in self.changes if change.what != "same")

    @property
    def more_pence(self) -> int:
        """How much larger the counted, known total became."""
        return sum(_in_total(change.new) or 0 for change in self.changes) - sum(
            _in_total(change.old) or 0 for change in self.changes
        )


def difference(old: Budget, new: Budget) -> Difference:
    """Compare two versions of a budget, service by service. Two SQL queries.

    A service that appears several times is compared in the order in which it appears.
    """
    before, after = _by_service(old.lines.all()), _by_service(new.lines.all())
    names = [*after, *(name for name in before if name not in after)]
    return Difference(old, new, tuple(Change(name[0], before.get(name), after.get(name)) for name in names))


def _by_service(lines: Iterable[Line]) -> dict[tuple[str, int], Line]:
    found: dict[tuple[str, int], Line] = {}
    for line in lines:
        place_in_row = 0
        while (line.service, place_in_row) in found:
            place_in_row += 1
        found[(line.service, place_in_row)] = line
    return found


def _compared(line: Line) -> tuple[object, ...]:
    return (line.amount_pence, line.counted, line.control, line.cofog, line.kind, line.basis, line.share, line.key)


def _in_total(line: Line | None) -> int | None:
    if line is None or not line.counted:
        return 0
    return line.amount_pence


@dataclass(frozen=True)
class LineFound:
    """A line with everything its page says."""

    line: Line
    transfer: Transfer | None
    counts_for: tuple[Transfer, ...]
    versions: tuple[Line, ...]

    @property
    def newest(self) -> Line | None:
        """The same service in the current version, when this line is of an older one."""
        newest = self.versions[0] if self.versions else None
        return newest if newest and newest.pk != self.line.pk and self.line.budget.is_published else None


def line_in(place: Place, number: int, person: Someone) -> LineFound:
    """Return a line of this place that the person may see. Four SQL queries for a published one.

    Raises
    ------
    Http404
        There is no such line in this place, or it is of a draft that the person may not see: the two look the same.
    """
    line = (
        Line.objects.filter(pk=number, budget__agency__place=place)
        .select_related("budget__agency__place", "budget__replaces")
        .first()
    )
    if line is None or not may_see_budget(person, line.budget):
        raise Http404
    transfers = list(
        Transfer.objects.filter(Q(left_out=line) | Q(counted_in=line))
        .filter(Q(left_out__budget__state=Budget.State.PUBLISHED) | Q(left_out__budget=line.budget))
        .select_related("payer", "payee", "left_out__budget__agency", "counted_in__budget__agency")
    )
    versions = (
        Line.objects.filter(
            budget__agency=line.budget.agency_id,
            budget__year=line.budget.year,
            budget__kind=line.budget.kind,
            budget__state=Budget.State.PUBLISHED,
            service=line.service,
        )
        .select_related("budget")
        .order_by("-budget__version", "number")
    )
    return LineFound(
        line,
        next((transfer for transfer in transfers if transfer.left_out_id == line.pk), None),
        tuple(transfer for transfer in transfers if transfer.counted_in_id == line.pk),
        tuple(versions),
    )


def budget_in(place: Place, number: int, person: Someone) -> Budget:
    """Return a budget of this place that the person may see. One SQL query for a published one.

    Raises
    ------
    Http404
        There is no such budget in this place, or it is a draft that the person may not see.
    """
    budget = (
        Budget.objects.filter(pk=number, agency__place=place)
        .select_related("agency__place", "replaces", "made_by", "published_by")
        .first()
    )
    if budget is None or not may_see_budget(person, budget):
        raise Http404
    return budget


@dataclass(frozen=True)
class Version:
    """One version in an agency's history."""

    budget: Budget
    lines: int
    counted_pence: int
    unknown: int


def history(agency: Agency, person: Someone) -> list[Version]:
    """List an agency's budgets that the person may see, the latest year and version first. One SQL query."""
    counted = Q(lines__counted=True)
    budgets = (
        Budget.objects.filter(agency=agency)
        .select_related("agency__place", "replaces")
        .annotate(
            how_many=Count("lines"),
            counted_pence=Coalesce(Sum("lines__amount_pence", filter=counted), 0),
            unknown=Count("lines", filter=counted & Q(lines__amount_pence__isnull=True)),
        )
        .order_by("-year", "kind", "-version")
    )
    return [
        Version(budget, budget.how_many, int(budget.counted_pence), budget.unknown)
        for budget in budgets
        if may_see_budget(person, budget)
    ]
