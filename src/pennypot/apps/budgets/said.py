"""The pool in words: how amounts, agencies and shares are said on its pages."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pennypot.apps.budgets.models import Budget, Line
from pennypot.apps.budgets.queries import Pool
from pennypot.apps.places.models import Agency
from pennypot.house.money import decimal_point, each, pounds, pounds_said

_MILLION = 100 * 1_000_000
_BILLION = 1000 * _MILLION

# In the order of a sentence: "By the council, the NHS, ... and the welfare system together".
FAMILIES_SAID: dict[str, str | Promise] = {
    Agency.Family.COUNCIL.value: gettext_lazy("the council"),
    Agency.Family.NHS.value: gettext_lazy("the NHS"),
    Agency.Family.POLICE.value: gettext_lazy("the police"),
    Agency.Family.FIRE.value: gettext_lazy("the fire service"),
    Agency.Family.TRANSPORT.value: gettext_lazy("the transport authority"),
    Agency.Family.REGION.value: gettext_lazy("the combined authority"),
    Agency.Family.WELFARE.value: gettext_lazy("the welfare system"),
    Agency.Family.OTHER.value: gettext_lazy("other public bodies"),
}


def listed(names: Sequence[str]) -> str:
    """Join names as in a sentence: ``a``, ``a and b``, ``a, b and c``."""
    if len(names) < 2:
        return "".join(names)
    return _("%(some)s and %(last)s") % {"some": ", ".join(names[:-1]), "last": names[-1]}


def who_spends(pool: Pool) -> str:
    """Name the kinds of agencies whose money is counted and known."""
    known = {line.family for line in pool.lines if line.in_total_pence}
    return listed([str(said) for family, said in FAMILIES_SAID.items() if family in known])


def who_is_missing(pool: Pool) -> str:
    """Name the kinds of agencies that spend here, but of whose money nothing is known."""
    known = {line.family for line in pool.lines if line.counted and line.known}
    unknown = {line.family for line in pool.unknown} - known
    return listed([str(said) for family, said in FAMILIES_SAID.items() if family in unknown])


def rough(pence: int) -> str:
    """Say an amount with about three figures, for pictures: ``£1.20 billion``, ``£875 million``, ``£9.4 million``."""
    size = abs(pence)
    sign = "−" if pence < 0 else ""
    if size >= 999_500_000_00:
        return pounds_said(pence)
    if size >= 10 * _MILLION:
        return sign + _("£%(amount)s million") % {"amount": (size + _MILLION // 2) // _MILLION}
    if size >= _MILLION:
        tenths = (size * 10 + _MILLION // 2) // _MILLION
        return sign + _("£%(amount)s million") % {"amount": number_format(tenths / 10, decimal_pos=1)}
    return pounds_said(pence)


def for_each(pence: int | None, people: int | None) -> str:
    """Say a share per resident: whole pounds from a hundred up, pence below; nothing when it is not known."""
    if pence is None or not people:
        return ""
    share = each(pence, people)
    return pounds_said(share) if abs(share) >= 100_00 else pounds(share, pence_shown=True)


def year_said(year: str) -> str:
    """Write a year with the dash it is read with: ``2010–11``."""
    return year.replace("-", "–")


def kinds_of_year(pool: Pool) -> str:
    """``outturn``, ``budget`` or ``mixed``: whether the pool was spent, is planned, or some of each."""
    kinds = {line.year_kind for line in pool.lines if line.counted and line.known}
    if kinds == {Budget.Kind.BUDGET.value}:
        return "budget"
    return "mixed" if len(kinds) > 1 else "outturn"


def arithmetic(line: Line) -> str:
    """Write the sum that made an apportioned amount, with its own numbers; nothing for a direct one."""
    if line.basis != Line.Basis.APPORTIONED or line.amount_pence is None or line.share is None:
        return ""
    if line.key_part is not None and line.key_whole is not None:
        factor = f"{_number(line.key_part)} ÷ {_number(line.key_whole)}"
    else:
        factor = str(line.share.normalize())
    if line.whole_pence is None:
        return _("(not known) × %(factor)s = %(amount)s") % {"factor": factor, "amount": pounds(line.amount_pence)}
    return f"{pounds(line.whole_pence)} × {factor} = {pounds(line.amount_pence)}"


def share(line: Line) -> str:
    """Say a share in per cent with two decimals: ``39.21 %``; nothing for a direct amount."""
    if line.share is None:
        return ""
    hundredths = int((line.share * 10000).quantize(Decimal(1), ROUND_HALF_UP))
    return f"{hundredths // 100}{decimal_point()}{hundredths % 100:02d} %"


def _number(number: int) -> str:
    return str(number_format(number, use_l10n=True, force_grouping=True))
