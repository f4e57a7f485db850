"""What people and files give to the actions: plain values, before anything is kept."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from pennypot.apps.budgets.models import Line


@dataclass(frozen=True)
class Source:
    """Where a budget's figures were read."""

    title: str
    url: str = ""
    file: str = ""
    publisher: str = ""
    licence: str = ""
    read_on: dt.date | None = None


@dataclass(frozen=True)
class LineGiven:
    """One line as somebody gives it; the same columns as `models.Line`, amounts in pence or None when not known."""

    service: str
    amount_pence: int | None
    control: str
    official_name: str = ""
    cofog: str = ""
    kind: str = Line.Kind.REVENUE
    counted: bool = True
    why_not: str = ""
    basis: str = Line.Basis.DIRECT
    key: str = ""
    key_part: int | None = None
    key_whole: int | None = None
    share: Decimal | None = None
    whole_pence: int | None = None
    source_sheet: str = ""
    source_row: str = ""
    source_column: str = ""
    source_text: str = ""
    note: str = ""


@dataclass(frozen=True)
class IncomeGiven:
    """One income as somebody gives it; the same columns as `models.Income`."""

    name: str
    raised_by: str
    amount_pence: int | None
    key: str = ""
    key_part: int | None = None
    key_whole: int | None = None
    whole_pence: int | None = None
    source_sheet: str = ""
    source_row: str = ""
    source_column: str = ""
    note: str = ""


@dataclass(frozen=True)
class GapGiven:
    """Public money that the pool does not cover."""

    what: str
    why: str
    about_pence: int | None = None
    source: str = ""


@dataclass(frozen=True)
class OtherCountGiven:
    """Somebody else's count of the place's public money."""

    said: str
    counted_year: str
    amount_pence: int
    source_title: str
    source_url: str = ""
