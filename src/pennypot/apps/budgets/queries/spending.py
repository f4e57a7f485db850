"""Payments that are public: what their page says, asked of Parquet files once and kept until the files change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.http import Http404

from pennypot.apps.budgets import files
from pennypot.apps.budgets.models import LocalRule, SpendingFile
from pennypot.apps.budgets.permissions import may_see_spending
from pennypot.apps.places.models import Agency, Place
from pennypot.apps.places.permissions import Someone
from pennypot.house.answers import require
from pennypot.house.kept import Kept

if TYPE_CHECKING:
    from pennypot.apps.budgets.spending import NamedSum, SpendingProfile

# The public year of money in Britain begins on this day.
_YEAR_BEGINS = (4, 1)
_TOP = 20
_profiles: Kept[SpendingProfile] = Kept(most=64)
_searches: Kept[list[NamedSum]] = Kept(most=64)


@dataclass(frozen=True)
class Spending:
    """The payments of one agency and one year, with what is missing.

    Attributes
    ----------
    agencies
        All that have public payments.
    years
        Years in which there are payments, the newest first, as written: ``2024-25``.
    missing
        Months of the year, up to the last month with payments anywhere, in which there are none.
    """

    place: Place
    agency: Agency
    year: str
    agencies: list[Agency]
    years: list[str]
    files: list[SpendingFile]
    profile: SpendingProfile
    missing: list[str] = field(default_factory=list)
    rule: LocalRule | None = None

    @property
    def days(self) -> tuple[dt.date, dt.date] | None:
        """The first and last day of the year; None where all payments are shown."""
        return days_of(self.year)


def days_of(year: str) -> tuple[dt.date, dt.date] | None:
    """Return the first and last day of a financial year written ``2024-25``."""
    if not year:
        return None
    first = dt.date(int(year[:4]), *_YEAR_BEGINS)
    return first, dt.date(first.year + 1, *_YEAR_BEGINS) - dt.timedelta(days=1)


def year_of(day: dt.date) -> str:
    """Return the financial year of a day as written: ``2024-25``."""
    first = day.year if (day.month, day.day) >= _YEAR_BEGINS else day.year - 1
    return f"{first}-{(first + 1) % 100:02d}"


def spending(place: Place, agency: str = "", year: str = "") -> Spending | None:
    """Return what the page of payments says; None where there are none yet. Two SQL queries.

    Parameters
    ----------
    agency, year
        As in the address; by default the first agency that has payments, and its newest year.

    Raises
    ------
    Http404
        The agency or the year has no public payments here.
    """
    public = list(
        SpendingFile.objects.filter(agency__place=place, state=SpendingFile.State.PUBLISHED)
        .select_related("agency")
        .order_by("agency__name", "first_day", "pk")
    )
    if not public:
        if agency or year:
            raise Http404
        return None
    agencies = list({file.agency_id: file.agency for file in public}.values())
    chosen = next((one for one in agencies if one.slug == agency), None) if agency else agencies[0]
    if chosen is None:
        raise Http404
    mine = [file for file in public if file.agency_id == chosen.pk]
    years = _years(mine)
    if year and year not in years:
        raise Http404
    year = year or (years[0] if years else "")
    days = days_of(year)
    here = [file for file in mine if not days or _touches(file, days)]
    rule = LocalRule.objects.filter(place=place).first()
    profile = _profile(here, rule, days)
    return Spending(place, chosen, year, agencies, years, here, profile, _missing(profile, days), rule)


def spending_file_in(place: Place, number: int, person: Someone) -> SpendingFile:
    """Return one file of payments. One SQL query besides the person's roles.

    Raises
    ------
    Http404
        There is none in this place, or it was taken back.
    Refused
        It is not public yet, and the person is no officer of the agency.
    """
    files_here = SpendingFile.objects.filter(agency__place=place).exclude(state=SpendingFile.State.UNDONE)
    file = files_here.select_related("agency", "upload").filter(pk=number).first() if number < 2**63 else None
    if file is None:
        raise Http404
    file.agency.place = place
    require(may_see_spending(person, file))
    return file


def profile_of(file: SpendingFile) -> SpendingProfile:
    """Return a summary of one file's payments. One SQL query the first time."""
    return _profile([file], LocalRule.objects.filter(place=file.agency.place).first(), None)


def payees(found: Spending, words: str) -> list[NamedSum]:
    """Return the organisations with these words in their name."""
    from pennypot.apps.budgets.spending import find_payees

    paths = _paths(found.files)
    key = (tuple(paths), found.days, words.lower())
    return _searches.get(key, lambda: find_payees(paths, words, days=found.days))


def _profile(
    chosen: Sequence[SpendingFile], rule: LocalRule | None, days: tuple[dt.date, dt.date] | None
) -> SpendingProfile:
    # DuckDB and numpy are loaded by the first page that needs them, not by the server.
    from pennypot.apps.budgets import spending as money

    paths = _paths(chosen)
    local = money.LocalRule(
        tuple((rule.postcodes if rule else "").split()),
        frozenset(name for line in (rule.payees if rule else "").splitlines() if (name := line.strip())),
    )
    # A Parquet file never changes under its name, so names are as good as contents.
    return _profiles.get((tuple(paths), local, days), lambda: money.profile(paths, local, top=_TOP, days=days))


def _paths(chosen: Sequence[SpendingFile]) -> list[str]:
    return [str(files.path_of(file.parquet.removeprefix("uploads/"))) for file in chosen]


def _years(mine: Sequence[SpendingFile]) -> list[str]:
    years: set[str] = set()
    for file in mine:
        if file.first_day and file.last_day:
            first, last = int(year_of(file.first_day)[:4]), int(year_of(file.last_day)[:4])
            years |= {f"{year}-{(year + 1) % 100:02d}" for year in range(first, last + 1)}
    return sorted(years, reverse=True)


def _touches(file: SpendingFile, days: tuple[dt.date, dt.date]) -> bool:
    return bool(file.first_day and file.last_day and file.first_day <= days[1] and file.last_day >= days[0])


def _missing(profile: SpendingProfile, days: tuple[dt.date, dt.date] | None) -> list[str]:
    """The months of a year that is over, or up to the last month with payments, in which nothing was paid."""
    if not days or not profile.last:
        return []
    last = days[1] if days[1] < dt.date.today() else max(profile.last, days[0])
    have = {month.name for month in profile.by_month}
    months, month = [], days[0]
    while month <= last:
        if f"{month:%Y-%m}" not in have:
            months.append(f"{month:%Y-%m}")
        month = (month + dt.timedelta(days=32)).replace(day=1)
    return months
