"""The reads that the pages of the one per cent need, each with a known number of SQL queries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, Sum
from django.utils import timezone

from pennypot.apps.budgets.queries import stamp as pool_stamp
from pennypot.apps.fund.chain import Record
from pennypot.apps.fund.models import Account, Contribution, Entry, Ledger, Money, Pledge, PolicyVersion, Transfer
from pennypot.apps.places.models import Agency, Place

# Adopted policies, contributions, pledges, entries and accounts are only added to, so a count says whether any came;
# a proposal, the nightly check, areas and agencies change in place.
_STAMP = """
    SELECT
      (SELECT array[count(*)::text, max(drafted_at)::text, max(adopted_at)::text]
        FROM fund_policyversion WHERE place_id = %(place)s),
      (SELECT count(*) FROM fund_contribution contribution
        JOIN fund_policyversion policy ON policy.id = contribution.policy_id WHERE policy.place_id = %(place)s),
      (SELECT count(*) FROM fund_pledge pledge
        JOIN fund_contribution contribution ON contribution.id = pledge.contribution_id
        JOIN fund_policyversion policy ON policy.id = contribution.policy_id WHERE policy.place_id = %(place)s),
      (SELECT max(number) FROM fund_entry WHERE place_id = %(place)s),
      (SELECT array[checked_at::text, problems::text] FROM fund_ledger WHERE place_id = %(place)s),
      (SELECT array[count(*)::text, min(floor_pence)::text] FROM fund_account WHERE place_id = %(place)s),
      (SELECT md5(string_agg(concat_ws('|', id, parent_id, name, population, deprivation_weight, population_source),
        '/' ORDER BY id)) FROM places_area WHERE place_id = %(place)s)
"""


def stamp(place: Place) -> tuple[object, ...]:
    """Return what everything on this room's pages depends on: it differs as soon as any of it may. Two SQL queries.

    The day is part of it, because a contribution becomes short when its day has passed.
    """
    with connection.cursor() as cursor:
        cursor.execute(_STAMP, {"place": place.pk})
        of_the_fund = tuple(tuple(part) if isinstance(part, list) else part for part in cursor.fetchone())
    return (timezone.localdate(), of_the_fund, pool_stamp(place))


def current_policy(place: Place, year: str | None = None) -> PolicyVersion | None:
    """Return the policy in force: the latest adopted one of the year (by default the place's). One SQL query."""
    adopted = PolicyVersion.objects.filter(place=place, state=PolicyVersion.State.ADOPTED)
    wanted = year or place.year
    if wanted:
        adopted = adopted.filter(year=wanted)
    return adopted.select_related("adopted_by", "drafted_by").order_by("-year", "-version").first()


def policies(place: Place) -> QuerySet[PolicyVersion]:
    """Return all versions of the place's policies, the latest first."""
    return PolicyVersion.objects.filter(place=place).select_related("adopted_by", "drafted_by").order_by("-version")


@dataclass
class Standing:
    """One agency's contribution: what is due, promised and paid.

    Attributes
    ----------
    paid
        Pence by label (`Money`), after taking back what was a mistake.
    """

    contribution: Contribution
    agency: Agency
    pledge: Pledge | None
    paid: dict[str, int]
    due_on: date | None = None

    @property
    def due_pence(self) -> int:
        return self.contribution.due_pence

    @property
    def pledged_pence(self) -> int:
        return self.pledge.amount_pence if self.pledge else 0

    @property
    def paid_pence(self) -> int:
        return sum(self.paid.values())

    @property
    def owed_pence(self) -> int:
        """What has not been paid yet."""
        return max(0, self.due_pence - self.paid_pence)

    @property
    def pledged_not_paid_pence(self) -> int:
        """What is promised beyond what is paid."""
        return max(0, min(self.pledged_pence, self.due_pence) - self.paid_pence)

    @property
    def short_pence(self) -> int:
        """What is missing: less was promised than is due, or the day has passed and less was paid."""
        if self.due_on and self.due_on < timezone.localdate():
            return self.owed_pence
        if self.pledge:
            return max(0, self.due_pence - max(self.pledged_pence, self.paid_pence))
        return 0

    @property
    def state(self) -> str:
        """``paid``, ``short``, ``pledged`` or ``due``."""
        if self.paid_pence >= self.due_pence:
            return "paid"
        if self.short_pence:
            return "short"
        return "pledged" if self.pledge else "due"


def standings(policy: PolicyVersion) -> list[Standing]:
    """Return where each agency stands under a policy, the largest contribution first. Four SQL queries."""
    latest = (
        Pledge.objects.order_by("contribution_id", "-version").distinct("contribution_id").select_related("signed_by")
    )
    listed = list(
        policy.contributions.select_related("agency").prefetch_related(Prefetch("pledges", latest, "latest_pledge"))
    )
    paid = paid_by_agency(policy.place, policy.year)
    return [
        Standing(
            contribution,
            contribution.agency,
            next(iter(contribution.latest_pledge), None),
            paid.get(f"agency:{contribution.agency.slug}", {}),
            policy.due_on,
        )
        for contribution in listed
    ]


def standing_of(policy: PolicyVersion, slug: str) -> Standing | None:
    """Return where one agency stands. Four SQL queries."""
    return next((one for one in standings(policy) if one.agency.slug == slug), None)


def paid_by_agency(place: Place, year: str) -> dict[str, dict[str, int]]:
    """Return what each agency paid in a year, by account code and label, less what was taken back. Two SQL queries."""
    found: dict[str, dict[str, int]] = {}
    moved = Transfer.objects.filter(place=place, entry__year=year)
    out = moved.filter(source__code__startswith="agency:").values_list("source__code", "money").annotate(Sum("pence"))
    back = moved.filter(target__code__startswith="agency:").values_list("target__code", "money").annotate(Sum("pence"))
    for sign, rows in ((1, out), (-1, back)):
        for code, money, pence in rows:
            of_agency = found.setdefault(code, {})
            of_agency[money] = of_agency.get(money, 0) + sign * pence
    return found


def money_labels(found: list[Standing]) -> list[tuple[str, int]]:
    """Add up what was paid by label, in the order of `Money`; labels without money are left out."""
    total = {label.value: sum(one.paid.get(label.value, 0) for one in found) for label in Money}
    return [(str(Money(key).label), pence) for key, pence in total.items() if pence]


def accounts(place: Place) -> list[Account]:
    """Return the place's accounts by code. One SQL query."""
    return list(Account.objects.filter(place=place).order_by("code"))


def carried_over(place: Place, year: str) -> int:
    """Return what pots hold from years before this one, in pence. One SQL query."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT coalesce(sum(CASE WHEN target.floor_pence IS NOT NULL AND target.code NOT LIKE 'agency:%%'
                                      AND target.code <> 'returned' THEN pence ELSE 0 END)
                          - sum(CASE WHEN source.floor_pence IS NOT NULL AND source.code NOT LIKE 'agency:%%'
                                      AND source.code <> 'returned' THEN pence ELSE 0 END), 0)
            FROM fund_transfer transfer
            JOIN fund_entry entry ON entry.id = transfer.entry_id
            JOIN fund_account source ON source.id = transfer.source_id
            JOIN fund_account target ON target.id = transfer.target_id
            WHERE transfer.place_id = %s AND entry.year < %s
            """,
            [place.pk, year],
        )
        return int(cursor.fetchone()[0])


def ledger(place: Place) -> Ledger | None:
    """Return the place's ledger if it was opened. One SQL query."""
    return Ledger.objects.filter(place=place).first()


def entries(place: Place, account: Account | None = None, before: int | None = None, many: int = 50) -> list[Entry]:
    """Return entries, the latest first, with transfers and accounts. Two SQL queries.

    Parameters
    ----------
    account
        Only entries that move money into or out of it.
    before
        Only entries with a smaller number: for the next page.
    """
    found = Entry.objects.filter(place=place)
    if account:
        touching = Transfer.objects.filter(entry=OuterRef("pk")).filter(Q(source=account) | Q(target=account))
        found = found.filter(Exists(touching))
    if before:
        found = found.filter(number__lt=before)
    return list(
        found.select_related("made_by", "reverses", "reversed_by")
        .prefetch_related(_TRANSFERS)
        .order_by("-number")[:many]
    )


def entry(place: Place, number: int) -> Entry | None:
    """Return one entry of the place with both sides of each transfer. Two SQL queries."""
    return (
        Entry.objects.filter(place=place, number=number)
        .select_related("made_by", "reverses", "reversed_by", "place")
        .prefetch_related(_TRANSFERS)
        .first()
    )


_TRANSFERS = Prefetch("transfers", Transfer.objects.select_related("source", "target").order_by("position"))


def flows(place: Place) -> list[tuple[str, str, int]]:
    """Return how much went from each account to each other, what was taken back netted off. One SQL query.

    Returns
    -------
    list of (source code, target code, pence)
        By amount, largest first; pairs that net to nothing are left out.
    """
    net: dict[tuple[str, str], int] = {}
    rows = (
        Transfer.objects.filter(place=place)
        .values_list("source__code", "target__code", "entry__kind")
        .annotate(Sum("pence"))
        .order_by()
    )
    for source, target, kind, pence in rows:
        if kind in (Entry.Kind.REVERSAL, Entry.Kind.RELEASE):
            net[target, source] = net.get((target, source), 0) - pence
        else:
            net[source, target] = net.get((source, target), 0) + pence
    found = [(source, target, pence) for (source, target), pence in net.items() if pence]
    return sorted(found, key=lambda flow: (-flow[2], flow[0], flow[1]))


def snapshot(place: Place) -> tuple[int, list[Account]]:
    """Return the number of the last entry and the accounts as they were just after it. Two SQL queries.

    Writers queue at the ledger's row, so while it is locked the two belong together.
    """
    with transaction.atomic():
        Ledger.objects.select_for_update(no_key=True).filter(place=place).first()
        last = Entry.objects.filter(place=place).order_by("-number").values_list("number", flat=True).first()
        return last or 0, accounts(place)


_RECORDS = """
    SELECT entry.place_id, entry.number, entry.key, entry.kind, entry.year, entry.memo, reversed.number,
      entry.made_by_id, entry.at, entry.previous_hash, entry.hash,
      array_agg(source.code ORDER BY position), array_agg(target.code ORDER BY position),
      array_agg(transfer.currency::text ORDER BY position), array_agg(transfer.pence ORDER BY position),
      array_agg(transfer.money::text ORDER BY position)
    FROM fund_entry entry
    LEFT JOIN fund_entry reversed ON reversed.id = entry.reverses_id
    JOIN fund_transfer transfer ON transfer.entry_id = entry.id
    JOIN fund_account source ON source.id = transfer.source_id
    JOIN fund_account target ON target.id = transfer.target_id
    WHERE entry.place_id = %s AND entry.number > %s AND entry.number <= %s
    GROUP BY entry.id, reversed.number ORDER BY entry.number
"""
_AT_ONCE = 5_000


def records(place: Place, up_to: int | None = None, after: int = 0) -> Iterator[Record]:
    """Yield entries as the public log holds them, in order; 5,000 a query, so memory stays small.

    Parameters
    ----------
    up_to, after
        Only entries with these numbers: larger than `after`, not larger than `up_to` (by default the last).
    """
    last = up_to
    if last is None:
        last = Entry.objects.filter(place=place).order_by("-number").values_list("number", flat=True).first() or 0
    for start in range(after, last, _AT_ONCE):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_RECORDS, [place.pk, start, min(last, start + _AT_ONCE)])
            rows = cursor.fetchall()
        for place_id, number, key, kind, year, memo, reverses, by, at, previous, own, *ends in rows:
            yield Record(
                place=place_id,
                number=number,
                key=key,
                kind=kind,
                year=year,
                memo=memo,
                reverses=reverses,
                by=by,
                at=at,
                transfers=tuple(zip(*ends, strict=True)),
                previous_hash=bytes(previous),
                hash=bytes(own),
            )
