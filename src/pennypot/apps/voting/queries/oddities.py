"""What looks odd at the entrance: many from one address, one phone, one street, one minute.

Each line is a reason to look, never a proof: a library, a hall or a block of flats looks like this too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, Min, QuerySet
from django.utils.translation import gettext as _

from pennypot.apps.rounds.models import Round
from pennypot.apps.voting.models import Attempt, RollEntry

MOST_SHOWN = 25
# From how many on a line is shown.
FROM_ONE_ADDRESS, FROM_ONE_STREET, IN_ONE_MINUTE, IN_A_BURST, REFUSED = 10, 8, 20, 5, 20


@dataclass(frozen=True)
class Oddity:
    """One table of the report."""

    key: str
    title: str
    explained: str
    heading: str
    rows: list[tuple[str, int, Any, Any]]


def oddities(round: Round) -> list[Oddity]:
    """Return the report. Six SQL queries."""
    tried = Attempt.objects.filter(round=round)
    let_in = tried.filter(let_in=True)
    return [
        Oddity(
            "bursts", _("Bursts"), _("Several people let in from one address of the network within one minute."),
            _("address and minute"), _burst_rows(let_in),
        ),
        Oddity(
            "addresses", _("One address of the network"), _("Many people let in from the same connection."),
            _("address"), _rows(let_in, "ip", FROM_ONE_ADDRESS),
        ),
        Oddity(
            "phones", _("One phone or mailbox"), _("The same phone or mailbox used several times."),
            _("fingerprint"), _rows(let_in.exclude(subject_hash=None), "subject_hash", 2),
        ),
        Oddity(
            "streets", _("One street"), _("Many people let in with the same postcode."),
            _("postcode"), _rows(let_in.exclude(street=""), "street", FROM_ONE_STREET),
        ),
        Oddity(
            "minutes", _("One minute"), _("Many people let in within the same minute."),
            _("minute"), _rows(let_in, "minute", IN_ONE_MINUTE),
        ),
        Oddity(
            "refused", _("Refused"), _("Many tries that were refused: somebody may be guessing."),
            _("address"), _rows(tried.filter(let_in=False), "ip", REFUSED),
        ),
    ]  # fmt: skip


def _rows(tries: QuerySet[Attempt], by: str, at_least: int) -> list[tuple[str, int, Any, Any]]:
    counted = (
        tries.order_by()
        .values(by)
        .annotate(many=Count("pk"), first=Min("minute"), last=Max("minute"))
        .filter(many__gte=at_least)
        .order_by("-many", by)[:MOST_SHOWN]
    )
    return [(_said(row[by]), row["many"], row["first"], row["last"]) for row in counted]


def _burst_rows(let_in: QuerySet[Attempt]) -> list[tuple[str, int, Any, Any]]:
    counted = (
        let_in.order_by()
        .values("ip", "minute")
        .annotate(many=Count("pk"))
        .filter(many__gte=IN_A_BURST)
        .order_by("-many", "minute")[:MOST_SHOWN]
    )
    return [(row["ip"], row["many"], row["minute"], row["minute"]) for row in counted]


def _said(value: Any) -> str:
    if isinstance(value, (bytes, memoryview)):
        return bytes(value).hex()[:12]
    return f"{value:%Y-%m-%d %H:%M}" if hasattr(value, "strftime") else str(value)


def roll_so_far(round: Round) -> list[tuple[str, str, int]]:
    """Return how many people are on the roll, by how they show it and by state. One SQL query.

    Nothing here says how many have voted: that is counted when the vote is closed.
    """
    counted = RollEntry.objects.filter(round=round).order_by().values("how", "state").annotate(many=Count("pk"))
    return [
        (str(RollEntry.How(row["how"]).label), str(RollEntry.State(row["state"]).label), row["many"])
        for row in sorted(counted, key=lambda row: (row["how"], row["state"]))
    ]
