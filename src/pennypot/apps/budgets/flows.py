"""Who raises the money, who spends it, and what it is for: the pool as flows, and the tables that say the same.

What comes in is read from the same returns as what goes out. A body may take in more than its counted lines: the
rest pays for what is counted elsewhere, for loans, or goes to savings, and is shown as outside the pool. Where no
source says who raises the money, the picture says "not known".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from pennypot.apps.budgets.models import Income
from pennypot.apps.budgets.pictures import family_url
from pennypot.apps.budgets.queries import FAMILY_COLOURS, Pool
from pennypot.apps.budgets.said import rough
from pennypot.apps.places.models import Agency
from pennypot.house.charts import flows as chart
from pennypot.house.money import pounds_said

NOT_KNOWN = "not-known"
OUTSIDE = "outside"
ELSEWHERE = "elsewhere"
RAISER_COLOURS = {
    Income.RaisedBy.NATION.value: "plum",
    Income.RaisedBy.BUSINESS.value: "ochre",
    Income.RaisedBy.COUNCIL_TAX.value: "rose",
    Income.RaisedBy.OTHER.value: "slate",
    NOT_KNOWN: "slate",
}


@dataclass(frozen=True)
class Stop:
    """One row of a table: who raises, who spends, or what for."""

    key: str
    name: str
    pence: int
    colour: str
    url: str
    unsure: bool = False
    about: str = ""


@dataclass(frozen=True)
class Flow:
    """Money between two stops; `url` opens its outer end: who raises it, or what it is for."""

    source: Stop
    target: Stop
    pence: int
    url: str


@dataclass
class Amounts:
    """Money between the stops, in pence: raised by -> kind of agency -> purpose. All above nought."""

    raised: dict[tuple[str, str], int]
    spent: dict[tuple[str, str], int]


def amounts(pool: Pool, incomes: Iterable[Income]) -> Amounts:
    """Work out who pays whom for what.

    For every kind of agency with counted money, what comes in equals what goes out: a lack is "not known", an
    excess is counted elsewhere as far as lines say so, and outside the pool for the rest.
    """
    raised: dict[tuple[str, str], int] = defaultdict(int)
    spent: dict[tuple[str, str], int] = defaultdict(int)
    for line in pool.lines:
        if line.in_total_pence:
            spent[line.family, line.theme.slug] += line.in_total_pence
    spent = {pair: pence for pair, pence in spent.items() if pence > 0}
    out = {family: sum(p for (f, _), p in spent.items() if f == family) for family, _ in spent}
    for income in incomes:
        family = income.budget.agency.family
        if income.amount_pence and income.amount_pence > 0 and family in out:
            raised[income.raised_by, family] += income.amount_pence
    for family, going in out.items():
        coming = sum(p for (_, f), p in raised.items() if f == family)
        if coming < going:
            raised[NOT_KNOWN, family] += going - coming
            continue
        elsewhere = sum(line.amount_pence or 0 for line in pool.left_out if line.family == family)
        shown = min(max(elsewhere, 0), coming - going)
        if shown:
            spent[family, ELSEWHERE] = shown
        if coming - going - shown:
            spent[family, OUTSIDE] = coming - going - shown
    return Amounts(dict(raised), spent)


def flows(pool: Pool, incomes: list[Income], in_year: str) -> dict[str, Any]:
    """Return what the page of flows shows: the picture, its three tables, and what the sources say comes in."""
    found = amounts(pool, incomes)
    raisers, spenders, purposes = _raisers(found), _spenders(pool, found, in_year), _purposes(pool, found, in_year)
    named = {stop.key: stop for stop in (*raisers, *spenders, *purposes)}
    between = [
        Flow(named[f"from-{who}"], named[family], pence, f"#from-{who}")
        for (who, family), pence in found.raised.items()
    ] + [
        Flow(named[family], named[f"for-{what}"], pence, named[f"for-{what}"].url)
        for (family, what), pence in found.spent.items()
    ]
    between.sort(key=lambda flow: (flow.source in spenders, -flow.pence, flow.source.name, flow.target.name))
    picture = chart.draw(
        [[_node(stop) for stop in column] for column in (raisers, spenders, _untangled(purposes, spenders, found))],
        [_ribbon(flow) for flow in between],
        label=_("Money from who raises it, through who spends it, to what it is for"),
    )
    return {
        "picture": picture if between else "",
        "ribbons": between,
        "raisers": raisers,
        "spenders": spenders,
        "purposes": purposes,
        "largest": max((stop.pence for stop in named.values()), default=0),
        "incomes": incomes,
        "raised_known_pence": sum(pence for (who, _), pence in found.raised.items() if who != NOT_KNOWN),
        "elsewhere_pence": sum(pence for (_, what), pence in found.spent.items() if what == ELSEWHERE),
        "outside_pence": sum(pence for (_, what), pence in found.spent.items() if what == OUTSIDE),
    }


def _sums(pairs: dict[tuple[str, str], int], side: int) -> dict[str, int]:
    sums: dict[str, int] = defaultdict(int)
    for pair, pence in pairs.items():
        sums[pair[side]] += pence
    return sums


def _raisers(found: Amounts) -> list[Stop]:
    about = {
        Income.RaisedBy.NATION.value: _(
            "Income tax, VAT, National Insurance and other taxes, shared out by the government."
        ),
        Income.RaisedBy.BUSINESS.value: _("Paid by businesses for the buildings they use."),
        Income.RaisedBy.COUNCIL_TAX.value: _("Paid by households here."),
        NOT_KNOWN: _("No source in hand says who raises this money."),
    }
    labels = {**dict(Income.RaisedBy.choices), NOT_KNOWN: _("Not known")}
    stops = [
        Stop(
            f"from-{who}",
            str(labels[who]),
            pence,
            RAISER_COLOURS[who],
            f"#from-{who}",
            who == NOT_KNOWN,
            about.get(who, ""),
        )
        for who, pence in _sums(found.raised, 0).items()
    ]
    return sorted(stops, key=lambda stop: (stop.unsure, -stop.pence, stop.name))


def _spenders(pool: Pool, found: Amounts, in_year: str) -> list[Stop]:
    stops = [
        Stop(
            family,
            str(Agency.Family(family).label),
            pence,
            FAMILY_COLOURS[family],
            family_url(pool, family) + in_year,
        )
        for family, pence in _sums(found.spent, 0).items()
    ]
    return sorted(stops, key=lambda stop: (-stop.pence, stop.name))


def _purposes(pool: Pool, found: Amounts, in_year: str) -> list[Stop]:
    themes = {line.theme.slug: line.theme for line in pool.lines}
    stops = []
    for key, pence in _sums(found.spent, 1).items():
        if key in themes:
            url = reverse("pool_theme", args=[pool.place.slug, key]) + in_year
            stops.append(Stop(f"for-{key}", str(themes[key].name), pence, themes[key].colour, url))
    stops.sort(key=lambda stop: (-stop.pence, stop.name))
    outside = {
        ELSEWHERE: (_("Counted elsewhere"), _("Paid out here, but counted at the body that pays for it.")),
        OUTSIDE: (
            _("Loans, savings, other"),
            _("Loan repayments, interest, savings and what the returns do not show as a service."),
        ),
    }
    sums = _sums(found.spent, 1)
    for key, (name, about) in outside.items():
        if key in sums:
            stops.append(Stop(f"for-{key}", name, sums[key], "slate", "#outside", True, about))
    return stops


def _untangled(purposes: list[Stop], spenders: list[Stop], found: Amounts) -> list[Stop]:
    """Order the purposes for the picture: each near those who spend on it, so that few ribbons cross."""
    height = {stop.key: number for number, stop in enumerate(spenders)}

    def middle(stop: Stop) -> float:
        parts = [(height[family], pence) for (family, what), pence in found.spent.items() if f"for-{what}" == stop.key]
        return sum(number * pence for number, pence in parts) / stop.pence

    return sorted(purposes, key=lambda stop: (stop.unsure, middle(stop), -stop.pence))


def _node(stop: Stop) -> chart.Node:
    return chart.Node(
        stop.key,
        stop.name,
        rough(stop.pence),
        stop.url,
        f"{stop.name}: {pounds_said(stop.pence)}",
        stop.colour,
        stop.unsure,
    )


def _ribbon(flow: Flow) -> chart.Ribbon:
    words = {"source": flow.source.name, "target": flow.target.name, "amount": pounds_said(flow.pence)}
    title = _("%(source)s to %(target)s: %(amount)s") % words
    return chart.Ribbon(flow.source.key, flow.target.key, flow.pence, flow.url, title)
