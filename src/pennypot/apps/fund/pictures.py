"""The one per cent as pictures: the base and what is left out of it, where each agency stands, where the money went."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pennypot.apps.budgets.queries import FAMILY_COLOURS
from pennypot.apps.fund.models import Account
from pennypot.apps.fund.queries import Standing
from pennypot.apps.places.models import Place
from pennypot.house.charts import flows as chart
from pennypot.house.money import pounds, pounds_said

# Columns of the flow, from left to right.
_COLUMNS = {"agency": 0, "match": 0, "fund": 1, "area": 2, "round": 2, "project": 3, "returned": 4, "outside": 4}
_COLOURS = {
    "fund": "penny",
    "area": "leaf",
    "round": "plum",
    "project": "pine",
    "returned": "slate",
    "outside": "slate",
}
# More pots of one kind than this become one node; the table lists each.
_MOST_POTS = 8


def stacked(parts: Sequence[tuple[int, str]], whole: int, tall: int = 12) -> SafeString:
    """Draw one bar made of parts. It is decoration: the table beside it says each part in words.

    Parameters
    ----------
    parts
        Values and the class of each; those of nought are passed over.
    whole
        The value that fills the whole width; above nought.
    tall
        Height in the picture's own units; it is 1,000 wide.
    """
    drawn, x = "", 0.0
    for value, name in parts:
        if value > 0 and whole > 0:
            width = 1000 * value / whole
            drawn += f'<rect class="{name}" x="{x:.2f}" width="{width:.2f}" height="{tall}"/>'
            x += width
    return mark_safe(  # noqa: S308 - numbers, and names of classes that our own code gives
        f'<svg class="stacked" viewBox="0 0 1000 {tall}" preserveAspectRatio="none" aria-hidden="true" '
        f'focusable="false"><rect class="track" width="1000" height="{tall}"/>{drawn}</svg>'
    )


def base_picture(fund: int, base: int, left_out: Sequence[tuple[str, int]]) -> SafeString:
    """Draw the pool as one bar: the fund, the rest of the base, then what is left out."""
    outside = [(pence, f"out out-{number}") for number, (_name, pence) in enumerate(left_out)]
    whole = base + sum(pence for _name, pence in left_out)
    return stacked([(fund, "fund"), (base - fund, "base"), *outside], whole, 40)


def standing_bar(one: Standing, largest: int) -> SafeString:
    """Draw where an agency stands: paid, promised, short, due; as wide as its share beside the largest."""
    paid, promised, short = one.paid_pence, one.pledged_not_paid_pence, one.short_pence
    rest = max(0, one.due_pence - paid - promised - short)
    return stacked([(paid, "paid"), (promised, "pledged"), (short, "short"), (rest, "due")], largest)


def money_flow(place: Place, accounts: Sequence[Account], flows: Sequence[tuple[str, str, int]]) -> SafeString | None:
    """Draw where the money came from and went; None while nothing has moved.

    Money that went back the way it came is netted off before; what flows against the picture is in the table only.
    """
    by_code = {account.code: account for account in accounts}
    many = {kind for kind in ("area", "round", "project") if _count(flows, kind) > _MOST_POTS}

    def node_of(code: str, side: str) -> str:
        kind = code.partition(":")[0]
        if kind == "outside":
            return f"outside-{side}"
        return f"{kind}:*" if kind in many else code

    def column(key: str) -> int:
        return 0 if key == "outside-in" else _COLUMNS[key.partition(":")[0].partition("-")[0]]

    sums: dict[tuple[str, str], int] = {}
    for source, target, pence in flows:
        ends = node_of(source, "in"), node_of(target, "out")
        if pence > 0 and column(ends[1]) > column(ends[0]):
            sums[ends] = sums.get(ends, 0) + pence
    if not sums:
        return None
    ribbons = [_ribbon(place, by_code, ends, pence, flows) for ends, pence in sums.items()]
    size: dict[str, int] = {}
    for key in dict.fromkeys(key for ends in sums for key in ends):
        size[key] = max(
            sum(p for (source, _t), p in sums.items() if source == key),
            sum(p for (_s, target), p in sums.items() if target == key),
        )
    columns: dict[int, list[chart.Node]] = {}
    for key in sorted(size, key=lambda key: (column(key), -size[key], key)):
        columns.setdefault(column(key), []).append(_node(place, by_code, key, size[key], flows))
    rows = max(len(column) for column in columns.values())
    return chart.draw(
        [columns[number] for number in sorted(columns)],
        ribbons,
        label=_("Where the money came from and where it went"),
        height=max(260, 62 * rows),
    )


def _count(flows: Sequence[tuple[str, str, int]], kind: str) -> int:
    return len({code for source, target, _p in flows for code in (source, target) if code.startswith(f"{kind}:")})


def _name(by_code: dict[str, Account], key: str, flows: Sequence[tuple[str, str, int]]) -> str:
    if key.startswith("outside"):
        return _("From outside") if key.endswith("in") else _("Paid out")
    if key.endswith(":*"):
        kind = key[:-2]
        number = _count(flows, kind)
        return {
            "area": ngettext("%(number)d area pot", "%(number)d area pots", number),
            "round": ngettext("%(number)d round", "%(number)d rounds", number),
            "project": ngettext("%(number)d project", "%(number)d projects", number),
        }[kind] % {"number": number}
    return account_name(by_code[key])


def account_name(account: Account) -> str:
    """The account as pages say it: standing ones in the reader's language."""
    standing = {"fund": _("The one per cent"), "returned": _("Given back"), "outside": _("Outside the ledger")}
    return standing.get(account.code) or account.name or account.code


def _link(place: Place, key: str) -> str:
    code = "outside" if key.startswith("outside") else key
    about = "" if code.endswith(":*") else f"?account={code}"
    return f"{reverse('fund_money', args=[place.slug])}{about}#entries"


def _node(
    place: Place, by_code: dict[str, Account], key: str, pence: int, flows: Sequence[tuple[str, str, int]]
) -> chart.Node:
    name = _name(by_code, key, flows)
    colour = _COLOURS.get(key.partition(":")[0].partition("-")[0], "river")
    return chart.Node(key, name, pounds_said(pence), _link(place, key), f"{name}: {pounds(pence)}", colour)


def _ribbon(
    place: Place,
    by_code: dict[str, Account],
    ends: tuple[str, str],
    pence: int,
    flows: Sequence[tuple[str, str, int]],
) -> chart.Ribbon:
    title = _("%(source)s to %(target)s: %(amount)s") % {
        "source": _name(by_code, ends[0], flows),
        "target": _name(by_code, ends[1], flows),
        "amount": pounds(pence),
    }
    return chart.Ribbon(ends[0], ends[1], pence, _link(place, ends[0]), title)


def colour_of(family: str) -> str:
    """The calm colour of a kind of agency."""
    return FAMILY_COLOURS.get(family, "slate")
