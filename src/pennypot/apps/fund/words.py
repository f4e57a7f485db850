"""Sentences of this room that more than one page says."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from pennypot.apps.budgets.controls import Control
from pennypot.apps.budgets.said import listed
from pennypot.apps.fund.bases import Base, Policy
from pennypot.apps.fund.shares import CannotShare
from pennypot.house.money import decimal_point

# What is left out, as it stands after "except" or "less"; other languages decline it there.
EXCEPT: dict[str, str | Promise] = {
    Control.ENTITLEMENT.value: gettext_lazy("pensions and benefits"),
    Control.SCHOOLS.value: pgettext_lazy("except", "schools"),
    Control.NHS.value: pgettext_lazy("except", "the NHS"),
    Control.STATUTORY.value: gettext_lazy("duties in law"),
    Control.LEVY.value: gettext_lazy("levies"),
    Control.DEBT.value: pgettext_lazy("except", "loans and interest"),
    Control.GRANT.value: gettext_lazy("grants for one purpose"),
    Control.LOCAL.value: gettext_lazy("what can be decided locally"),
}


def policy_said(policy: Policy) -> str:
    """Say a policy in one phrase: ``one penny in every pound except pensions and benefits``."""
    rate = rate_said(policy.rate)
    if policy.base == Base.NET_OF_COUNCIL_TAX:
        return _("%(rate)s of council spending that council tax does not pay for") % {"rate": rate}
    if policy.base == Base.TRANSFERS:
        return _("%(rate)s that the government above gives the council") % {"rate": rate}
    if policy.base == Base.COUNCIL and policy.excluded >= set(EXCEPT) - {Control.LOCAL.value}:
        return _("%(rate)s that the council is free to decide") % {"rate": rate}
    said = _("%(rate)s that the council spends") % {"rate": rate} if policy.base == Base.COUNCIL else rate
    if not policy.excluded:
        return said
    names = [str(words) for key, words in EXCEPT.items() if key in policy.excluded]
    return _("%(policy)s except %(names)s") % {"policy": said, "names": listed(names)}


def cannot_share_said(problem: CannotShare) -> str:
    """Say why money cannot be shared and what to do about it."""
    return {
        "negative": _("There is less than nothing to share."),
        "nobody": _("There is nobody to share it with."),
        "same-name": _("Two have the same name, so a tie could not be decided. Rename one."),
        "floors": _("The least that each agency gives adds up to more than the fund. Lower it."),
        "caps": _("The most that each agency gives adds up to less than the fund. Raise it, or take it away."),
        "not-known": _(
            "For some areas the number of residents is not known. Write it down first, or choose equal shares."
        ),
    }[problem.why]


def rate_said(rate: int) -> str:
    """Say a rate in basis points as a part of a pound: ``one penny in every pound``."""
    if rate == 100:
        return _("one penny in every pound")
    if rate == 50:
        return _("half a penny in every pound")
    if rate % 100 == 0:
        pennies = rate // 100
        said = ngettext("%(pennies)d penny in every pound", "%(pennies)d pennies in every pound", pennies)
        return said % {"pennies": pennies}
    parts = f"{rate // 100}{decimal_point()}{rate % 100:02d}".rstrip("0")
    return _("%(pennies)s pennies in every pound") % {"pennies": parts}


def rate_percent(rate: int) -> str:
    """Say a rate in basis points as per cent: ``1 %``, ``0.5 %``."""
    whole, rest = divmod(rate, 100)
    point = decimal_point()
    return f"{whole}{point}{rest:02d}".rstrip("0").rstrip(point) + " %"
