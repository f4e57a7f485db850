"""Saying money: integer pence in, words out. Pages say pounds, never a bare k or m."""

from __future__ import annotations

from django.utils.formats import get_format, number_format
from django.utils.translation import gettext as _

_MILLION = 100 * 1_000_000
_BILLION = 100 * 1_000_000_000


def pounds(pence: int, *, pence_shown: bool | None = None) -> str:
    """Write an amount exactly: ``£7,095,774,987`` or ``£12.05``.

    Parameters
    ----------
    pence
        Amount in pence; may be negative.
    pence_shown
        Whether to write the pence; by default only when they are not nought.
    """
    whole, rest = divmod(abs(pence), 100)
    if pence_shown is None:
        pence_shown = rest != 0
    sign = "−" if pence < 0 else ""
    text = number_format(whole, use_l10n=True, force_grouping=True)
    return sign + _("£%(amount)s") % {"amount": f"{text}{decimal_point()}{rest:02d}" if pence_shown else text}


def pounds_said(pence: int) -> str:
    """Write an amount as it is said: ``£7.10 billion``, ``£45.06 million``, ``£12,300``.

    Two decimals from a million up, rounded half up; below that, whole pounds.
    """
    size = abs(pence)
    sign = "−" if pence < 0 else ""
    if size >= _BILLION - 500_000:  # £999.995 million would be written as 1,000.00 million
        return sign + _("£%(amount)s billion") % {"amount": _two_decimals(size, _BILLION)}
    if size >= _MILLION:
        return sign + _("£%(amount)s million") % {"amount": _two_decimals(size, _MILLION)}
    return sign + pounds((size + 50) // 100 * 100)


def _two_decimals(pence: int, unit: int) -> str:
    hundredths = (pence * 100 + unit // 2) // unit
    whole = number_format(hundredths // 100, use_l10n=True, force_grouping=True)
    return f"{whole}{decimal_point()}{hundredths % 100:02d}"


def decimal_point() -> str:
    """Return what stands between whole and parts in the reader's language: a point, or a comma in Polish."""
    return str(get_format("DECIMAL_SEPARATOR"))


def each(pence: int, people: int) -> int:
    """Share an amount per person, in pence, rounded half up to the penny; 0 people give 0."""
    return (2 * pence + people) // (2 * people) if people > 0 else 0
