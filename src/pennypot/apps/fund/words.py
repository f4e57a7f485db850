"""Sentences of this room that more than one page says."""

from __future__ import annotations

from django.utils.translation import gettext as _

from pennypot.apps.fund.shares import CannotShare


def cannot_share_said(problem: CannotShare) -> str:
    """Say why money cannot be shared and what to do about it."""
    return {
        "negative": _("There is less than nothing to share."),
        "nobody": _("There is nobody to share it with."),
        "same-name": _("Two have the same name, so a tie could not be decided. Rename one."),
        "floors": _("The least that each agency gives adds up to more than the fund. Lower it."),
        "caps": _("The most that each agency gives adds up to less than the fund. Raise it, or take it away."),
        "not-known": _("For some areas the number of residents is not known. Write it down first, or choose equal shares."),
    }[problem.why]


def rate_said(rate: int) -> str:
    """Say a rate in basis points as a part of a pound: ``one penny in every pound``."""
    if rate == 100:
        return _("one penny in every pound")
    if rate == 50:
        return _("half a penny in every pound")
    if rate % 100 == 0:
        return _("%(pennies)d pennies in every pound") % {"pennies": rate // 100}
    return _("%(pennies)s pennies in every pound") % {"pennies": f"{rate // 100}.{rate % 100:02d}".rstrip("0")}


def rate_percent(rate: int) -> str:
    """Say a rate in basis points as per cent: ``1 %``, ``0.5 %``."""
    whole, rest = divmod(rate, 100)
    return f"{whole}.{rest:02d}".rstrip("0").rstrip(".") + " %"
