"""What the one per cent is taken of: a policy as data, the presets, and what each gives for a place's own lines.

Nothing here is a constant of Pennypot's: rate, base, exclusions, limits and rounding are all fields of `Policy`.
In words, with the worked example that a test repeats: docs/algorithms/policy.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Protocol

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from pennypot.apps.fund.shares import Party, Share, share


class Base(TextChoices):
    """Whose money the one per cent is taken of, before exclusions."""

    PLACE = "place", _("everything that is counted in the place")
    COUNCIL = "council", _("the council only")
    NET_OF_COUNCIL_TAX = "net", _("the council's spending that council tax does not pay for")
    TRANSFERS = "transfers", _("the money the council gets from the government above it")


class YearKind(TextChoices):
    """Which figures of the year are meant."""

    EITHER = "either", _("what was spent; where that is not known yet, what was planned")
    BUDGET = "budget", _("what was planned (budget)")
    OUTTURN = "outturn", _("what was spent (outturn)")


class Counts(TextChoices):
    """Running costs, building and buying, or both."""

    BOTH = "both", _("running costs, and building and buying")
    REVENUE = "revenue", _("running costs only")
    CAPITAL = "capital", _("building and buying only")


class Rounding(TextChoices):
    """How the fund is rounded when the rate gives a part of the unit."""

    NEAREST = "nearest", _("to the nearest (a half goes up)")
    DOWN = "down", _("down")
    UP = "up", _("up")


class CarryOver(TextChoices):
    """What happens to money that is not given out by the end of the year."""

    KEPT = "kept", _("It stays in the fund and is shown apart from next year's money.")
    RETURNED = "returned", _("It goes back to those who paid it.")


UNITS = {1: _("the penny"), 100: _("the pound"), 100_000: _("a thousand pounds")}


@dataclass(frozen=True)
class Policy:
    """A policy of the one per cent.

    Parameters
    ----------
    rate
        Part of the base, in basis points: 100 is one per cent, 50 half a per cent. Exact, no floats.
    base, year_kind, counts
        What the rate is applied to.
    excluded
        Controls (`budgets.controls.Control`) whose lines do not count.
    floor_pence, cap_pence
        Least and most that one agency contributes; None for no limit.
    rounding, unit_pence
        How the fund is rounded, and to what.
    carry_over
        What happens to money not given out.
    binding
        Whether the result of the residents' decision binds.
    """

    rate: int = 100
    base: str = Base.PLACE
    year_kind: str = YearKind.EITHER
    excluded: frozenset[str] = frozenset()
    counts: str = Counts.BOTH
    floor_pence: int | None = None
    cap_pence: int | None = None
    rounding: str = Rounding.NEAREST
    unit_pence: int = 1
    carry_over: str = CarryOver.KEPT
    binding: bool = False

    def fund(self, base_pence: int) -> int:
        """Return the fund that a base gives, in pence, rounded as the policy says. A base below nought gives 0."""
        units = Fraction(max(0, base_pence) * self.rate, 10_000 * self.unit_pence)
        down = units.numerator // units.denominator
        if self.rounding == Rounding.UP:
            down = -(-units.numerator // units.denominator)
        elif self.rounding == Rounding.NEAREST:
            down = (2 * units.numerator + units.denominator) // (2 * units.denominator)
        return down * self.unit_pence


@dataclass(frozen=True)
class Preset:
    """A policy that people use or ask for, with where it comes from."""

    key: str
    name: str | Promise
    said: str | Promise
    source: str | Promise
    policy: Policy


_PLACE = Policy()
_NO_PEOPLE = frozenset({"entitlement"})
_DISCRETIONARY = frozenset({"entitlement", "schools", "nhs", "statutory", "levy", "debt", "grant"})
_POST = _("David Wilcox with Tony Bovaird, May 2010: one per cent of public budgets for communities.")

PRESETS: tuple[Preset, ...] = (
    Preset("whole", _("The whole place"), _("everything"), _POST, _PLACE),
    Preset(
        "people",
        _("Without pensions and benefits"),
        _("everything except pensions and benefits"),
        _("Pensions and benefits belong to named people by right, so nobody here can spend them otherwise."),
        replace(_PLACE, excluded=_NO_PEOPLE),
    ),
    Preset(
        "schools",
        _("Also without schools"),
        _("everything except pensions, benefits and schools"),
        _("Most of it goes straight to schools by a national formula."),
        replace(_PLACE, excluded=_NO_PEOPLE | {"schools"}),
    ),
    Preset(
        "nhs",
        _("Also without the NHS"),
        _("everything except pensions, benefits, schools and the NHS"),
        _("Health care is set by the government for the area."),
        replace(_PLACE, excluded=_NO_PEOPLE | {"schools", "nhs"}),
    ),
    Preset(
        "discretionary",
        _("What the council is free to decide"),
        _("council services that no law fixes: no social care, police, fire or levies"),
        _("Only what the council can decide within its budget."),
        replace(_PLACE, base=Base.COUNCIL, excluded=_DISCRETIONARY),
    ),
    Preset(
        "scotland",
        _("As in Scotland"),
        _("council spending that council tax does not pay for, building included"),
        _("COSLA and the Scottish Government, framework of 2017: at least one per cent of each council's budget."),
        replace(_PLACE, base=Base.NET_OF_COUNCIL_TAX),
    ),
    Preset(
        "poland",
        _("As in Poland"),
        _("half a penny in every pound that the council spent; the result binds"),
        _("Poland, Act of 8 March 1990 on municipal self-government, article 5a: at least 0.5 % of spending in the "
          "last report, in cities with county rights."),
        replace(_PLACE, rate=50, base=Base.COUNCIL, year_kind=YearKind.OUTTURN, rounding=Rounding.UP, binding=True),
    ),
    Preset(
        "sicily",
        _("As in Sicily"),
        _("two pennies in every pound that the government above gives; what is not spent goes back"),
        _("Sicily, Regional Law 5 of 2014, article 6: at least 2 % of the region's transfers for running costs."),
        replace(
            _PLACE, rate=200, base=Base.TRANSFERS, counts=Counts.REVENUE, rounding=Rounding.UP,
            carry_over=CarryOver.RETURNED,
        ),
    ),
)  # fmt: skip
DEFAULT = "people"


def preset(key: str) -> Preset | None:
    """Return the preset with this key, or None."""
    return next((one for one in PRESETS if one.key == key), None)


class PoolLine(Protocol):
    """What is needed of a line of the pool (`budgets.queries.PoolLine`)."""

    @property
    def agency_id(self) -> int: ...
    @property
    def agency_slug(self) -> str: ...
    @property
    def agency_name(self) -> str: ...
    @property
    def family(self) -> str: ...
    @property
    def service(self) -> str: ...
    @property
    def amount_pence(self) -> int | None: ...
    @property
    def kind(self) -> str: ...
    @property
    def control(self) -> str: ...
    @property
    def counted(self) -> bool: ...
    @property
    def year_kind(self) -> str: ...


@dataclass
class AgencyBase:
    """One agency's part of the base."""

    id: int
    slug: str
    name: str
    family: str
    pence: int = 0
    lines: int = 0


@dataclass(frozen=True)
class Found:
    """What a policy gives for a place.

    Attributes
    ----------
    base_pence, fund_pence
        The known part of the base and the fund it gives; None when the base cannot be worked out at all.
    agencies
        What each agency brings to the base, largest first.
    unknown
        Names of lines that belong to the base and have no known amount: then the figures are "at least".
    missing
        What would have to be known to work the base out at all.
    """

    policy: Policy
    base_pence: int | None
    fund_pence: int | None
    agencies: tuple[AgencyBase, ...] = ()
    unknown: tuple[str, ...] = ()
    missing: tuple[str | Promise, ...] = ()
    left_out: dict[str, int] = field(default_factory=dict)

    @property
    def is_known(self) -> bool:
        return self.base_pence is not None

    @property
    def is_at_least(self) -> bool:
        """Whether something that belongs to the base is not known, so that the true figure is higher."""
        return bool(self.unknown)


# What a pool of spending lines cannot say. A figure that is not known is never taken as nought.
_NOT_IN_A_POOL: dict[str, tuple[str | Promise, ...]] = {
    Base.NET_OF_COUNCIL_TAX: (
        _("how much of the council's spending council tax pays for"),
        _("what the council builds and buys"),
    ),
    Base.TRANSFERS: (_("how much of the council's money comes from the government above it"),),
}


def work_out(policy: Policy, lines: Iterable[PoolLine]) -> Found:
    """Work out the base and the fund that a policy gives.

    Parameters
    ----------
    policy
        What to take the rate of.
    lines
        The pool's lines; those not counted are passed over. Those without an amount, and plans where the policy asks
        for what was spent (or the other way round), are named in `Found.unknown`.
    """
    missing = _NOT_IN_A_POOL.get(policy.base, ())
    if missing:
        return Found(policy, None, None, missing=missing)
    agencies: dict[int, AgencyBase] = {}
    unknown: list[str] = []
    left_out: dict[str, int] = {}
    met = False
    for line in lines:
        if not line.counted or not _belongs(policy, line):
            continue
        met = True
        if line.control in policy.excluded:
            left_out[line.control] = left_out.get(line.control, 0) + (line.amount_pence or 0)
        elif line.amount_pence is None or policy.year_kind not in (YearKind.EITHER, line.year_kind):
            unknown.append(f"{line.agency_name}: {line.service}")
        else:
            agency = agencies.setdefault(
                line.agency_id, AgencyBase(line.agency_id, line.agency_slug, line.agency_name, line.family)
            )
            agency.pence += line.amount_pence
            agency.lines += 1
    if not met or (unknown and not agencies):
        return Found(policy, None, None, unknown=tuple(unknown), missing=_nothing_known(policy, met))
    base = sum(agency.pence for agency in agencies.values())
    in_order = tuple(sorted(agencies.values(), key=lambda agency: (-agency.pence, agency.name)))
    return Found(policy, base, policy.fund(base), in_order, tuple(unknown), (), left_out)


def _belongs(policy: Policy, line: PoolLine) -> bool:
    if policy.base == Base.COUNCIL and line.family != "council":
        return False
    return policy.counts == Counts.BOTH or line.kind == policy.counts


def _nothing_known(policy: Policy, met: bool) -> tuple[str | Promise, ...]:
    if met and policy.year_kind == YearKind.OUTTURN:
        return (_("what was spent in the year; here are plans at most"),)
    if met and policy.year_kind == YearKind.BUDGET:
        return (_("what was planned for the year; here is only what was spent"),)
    if met:
        return (_("every amount that belongs to it"),)
    if policy.counts == Counts.CAPITAL:
        return (_("what is built and bought here"),)
    return (_("the council's budget"),) if policy.base == Base.COUNCIL else (_("any agency's budget"),)


@dataclass(frozen=True)
class Due:
    """What one agency contributes."""

    agency: AgencyBase
    share: Share

    @property
    def pence(self) -> int:
        return self.share.pence


def contributions(found: Found) -> list[Due]:
    """Share the fund among the agencies in proportion to what each brings to the base, exact to the penny.

    An agency whose lines add up to nought or less contributes nothing, and its floor does not apply.

    Raises
    ------
    CannotShare
        The floors or caps of the policy cannot be met, or the base is not known.
    """
    policy = found.policy
    parties = [
        Party(agency.name, max(0, agency.pence), policy.floor_pence, policy.cap_pence) for agency in found.agencies
    ]
    parts = share(found.fund_pence or 0, parties)
    return [Due(agency, part) for agency, part in zip(found.agencies, parts, strict=True)]
