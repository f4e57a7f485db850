"""Who is paid, for what, when, and how much stays local: asked of Parquet files with DuckDB."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .store import MASK, connect

Days = tuple[dt.date, dt.date]

NOT_KNOWN = ""
_TOP = 20
# For charts the purpose is what was bought, or the description where nothing else is said. "NA" says nothing.
_VIEW = """
CREATE TEMP MACRO says(words) AS upper(words) NOT IN ('', 'NA', 'N/A', 'NONE', 'NULL', '-', '.');
CREATE TEMP VIEW payments AS
SELECT *, CASE WHEN says(category) THEN category WHEN says(description) THEN description ELSE '' END AS purpose
FROM read_parquet($files) WHERE $days
"""
# The area is M, M33 or a whole postcode; M3 is not the beginning of M33.
_IN_AREA = """
CREATE TEMP MACRO postcode_is_in(postcode, area) AS
    regexp_matches(replace(upper(postcode), ' ', ''), '^' || area || '$')
    OR regexp_matches(replace(upper(postcode), ' ', ''), '^' || area || '[0-9][A-Z]{2}$')
    OR regexp_matches(upper(postcode), '^' || area || '([^A-Z0-9]|$)')
    OR (regexp_matches(area, '^[A-Z]+$') AND regexp_matches(upper(postcode), '^' || area || '[0-9]'))
"""


@dataclass(frozen=True)
class NamedSum:
    """One name with what was paid, in pence, and in how many payments. An empty name means not known."""

    name: str
    pence: int
    payments: int


@dataclass(frozen=True)
class LocalRule:
    """What counts as local: payees whose postcode begins so, or who are listed by name (in any case)."""

    postcodes: tuple[str, ...] = ()
    payees: frozenset[str] = frozenset()


@dataclass(frozen=True)
class LocalShare:
    """How much stays local, in pence. What is not known is its own part, never counted as elsewhere."""

    local_pence: int = 0
    elsewhere_pence: int = 0
    not_known_pence: int = 0
    local_payments: int = 0
    elsewhere_payments: int = 0
    not_known_payments: int = 0


@dataclass(frozen=True)
class SpendingProfile:
    """A summary of payments; all amounts in pence.

    Payees that look like private people stand together under one name (`store.MASK`).
    """

    payments: int
    total_pence: int
    paid_pence: int
    returned_pence: int
    payees: int
    first: dt.date | None
    last: dt.date | None
    top_payees: list[NamedSum] = field(default_factory=list)
    by_service: list[NamedSum] = field(default_factory=list)
    by_purpose: list[NamedSum] = field(default_factory=list)
    by_month: list[NamedSum] = field(default_factory=list)
    private: NamedSum = field(default_factory=lambda: NamedSum(MASK, 0, 0))
    redacted: NamedSum = field(default_factory=lambda: NamedSum("redacted", 0, 0))
    not_given: NamedSum = field(default_factory=lambda: NamedSum("", 0, 0))
    local: LocalShare = field(default_factory=LocalShare)


def profile(
    files: Sequence[str | Path],
    local: LocalRule | None = None,
    *,
    top: int = _TOP,
    publisher: str = "",
    days: Days | None = None,
) -> SpendingProfile:
    """Summarise one or several Parquet files of payments.

    Parameters
    ----------
    files : sequence of paths
        Written by `store.PaymentsWriter`.
    local : LocalRule, optional
        Without one, all of it is not known to be local or elsewhere.
    top : int
        How many payees, services and purposes to name.
    publisher : str
        Only this publisher's payments.
    days : (date, date), optional
        Only payments from the first of these days to the last.
    """
    with connect() as connection:
        _open(connection, files, publisher, days)
        count, total, paid, returned, payees, first, last = connection.execute(
            "SELECT count(*), coalesce(sum(amount_pence), 0), coalesce(sum(amount_pence) FILTER (amount_pence > 0), 0),"
            " coalesce(sum(amount_pence) FILTER (amount_pence < 0), 0),"
            " count(DISTINCT payee_published) FILTER (payee_kind = 'organisation'), min(paid_on), max(paid_on)"
            " FROM payments"
        ).fetchone() or (0, 0, 0, 0, 0, None, None)
        kinds = {named.name: named for named in _sums(connection, "payee_kind", "TRUE", 10)}
        return SpendingProfile(
            payments=count,
            total_pence=int(total),
            paid_pence=int(paid),
            returned_pence=int(returned),
            payees=payees,
            first=first,
            last=last,
            top_payees=_sums(connection, "payee_published", "payee_kind = 'organisation'", top),
            by_service=_sums(connection, "service", "TRUE", top),
            by_purpose=_sums(connection, "purpose", "TRUE", top),
            by_month=_months(connection),
            private=_renamed(kinds.get("private"), MASK),
            redacted=_renamed(kinds.get("redacted"), "redacted"),
            not_given=_renamed(kinds.get("not given"), ""),
            local=_local(connection, local),
        )


def find_payees(
    files: Sequence[str | Path], words: str, *, days: Days | None = None, limit: int = 50
) -> list[NamedSum]:
    """Organisations with these words in their name, the most paid first. Private people cannot be searched for.

    Parameters
    ----------
    files : sequence of paths
    words : str
        Part of a name; capitals do not matter.
    days : (date, date), optional
        Only payments from the first of these days to the last.
    limit : int
        How many at most.
    """
    with connect() as connection:
        _open(connection, files, days=days)
        found = connection.execute(
            "SELECT payee_published, sum(amount_pence), count(*) FROM payments"
            " WHERE payee_kind = 'organisation' AND contains(lower(payee_published), lower($words))"
            " GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT $limit",
            {"words": words, "limit": limit},
        ).fetchall()
    return [NamedSum(name, int(pence), number) for name, pence, number in found]


def _open(connection: Any, files: Sequence[str | Path], publisher: str = "", days: Days | None = None) -> None:
    within = f"paid_on BETWEEN DATE '{days[0].isoformat()}' AND DATE '{days[1].isoformat()}'" if days else "TRUE"
    names = ", ".join("'" + str(file).replace("'", "''") + "'" for file in files)
    connection.execute(_VIEW.replace("$files", f"[{names}]").replace("$days", within))
    if publisher:
        connection.execute("CREATE TEMP VIEW all_payments AS SELECT * FROM payments")
        connection.execute(
            "CREATE TEMP TABLE chosen AS SELECT * FROM all_payments WHERE publisher = $publisher",
            {"publisher": publisher},
        )
        connection.execute("DROP VIEW all_payments")
        connection.execute("DROP VIEW payments")
        connection.execute("ALTER TABLE chosen RENAME TO payments")


def _sums(connection: Any, column: str, where: str, top: int) -> list[NamedSum]:
    """The largest sums by one of our own columns; never a name from outside."""
    found = connection.execute(
        f"SELECT {column}, sum(amount_pence), count(*) FROM payments WHERE {where}"  # noqa: S608
        f" GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {int(top)}"
    ).fetchall()
    return [NamedSum(name, int(pence), number) for name, pence, number in found]


def _months(connection: Any) -> list[NamedSum]:
    found = connection.execute(
        "SELECT coalesce(strftime(paid_on, '%Y-%m'), ''), sum(amount_pence), count(*)"
        " FROM payments GROUP BY 1 ORDER BY 1"
    ).fetchall()
    return [NamedSum(month, int(pence), number) for month, pence, number in found]


def _renamed(named: NamedSum | None, name: str) -> NamedSum:
    return NamedSum(name, named.pence, named.payments) if named else NamedSum(name, 0, 0)


def _local(connection: Any, rule: LocalRule | None) -> LocalShare:
    """Sort payments into local, elsewhere and not known: the list of payees decides first, then the postcode."""
    rule = rule or LocalRule()
    connection.execute(_IN_AREA)
    found = connection.execute(
        """
        SELECT CASE
                 WHEN list_contains(CAST($payees AS VARCHAR[]), lower(payee)) THEN 'local'
                 WHEN postcode = '' OR payee_kind IN ('redacted', 'not given') THEN 'not known'
                 WHEN len(CAST($areas AS VARCHAR[])) = 0 THEN 'not known'
                 WHEN list_bool_or(
                      list_transform(CAST($areas AS VARCHAR[]), lambda area: postcode_is_in(postcode, area))
                 ) THEN 'local'
                 ELSE 'elsewhere'
               END AS place, sum(amount_pence), count(*)
        FROM payments GROUP BY 1
        """,
        {
            "payees": [name.lower() for name in sorted(rule.payees)],
            "areas": [area.upper().replace(" ", "") for area in rule.postcodes if area.replace(" ", "").isalnum()],
        },
    ).fetchall()
    sums = {place: (int(pence), number) for place, pence, number in found}
    local, elsewhere, unknown = (sums.get(place, (0, 0)) for place in ("local", "elsewhere", "not known"))
    return LocalShare(local[0], elsewhere[0], unknown[0], local[1], elsewhere[1], unknown[1])


def payments(
    files: Sequence[str | Path],
    *,
    payee: str = "",
    service: str = "",
    month: str = "",
    days: Days | None = None,
    limit: int = 100,
    offset: int = 0,
) -> Iterator[dict[str, Any]]:
    """Single payments for a list that people page through, the largest first; only what may be published.

    Parameters
    ----------
    files : sequence of paths
    payee, service, month : str
        Only these; the payee as published, the month as ``2024-04``.
    limit, offset : int
        At most 1,000 at a time.
    """
    shown = ("publisher", "paid_on", "payee_published", "service", "purpose", "amount_pence", "file", "sheet", "row")
    with connect() as connection:
        _open(connection, files, days=days)
        found = connection.execute(
            f"SELECT {', '.join(chr(34) + name + chr(34) for name in shown)} FROM payments"  # noqa: S608
            " WHERE ($payee = '' OR payee_published = $payee) AND ($service = '' OR service = $service)"
            " AND ($month = '' OR strftime(paid_on, '%Y-%m') = $month)"
            ' ORDER BY amount_pence DESC, file, sheet, "row" LIMIT $limit OFFSET $offset',
            {
                "payee": payee,
                "service": service,
                "month": month,
                "limit": min(max(limit, 0), 1000),
                "offset": max(offset, 0),
            },
        ).fetchall()
    for values in found:
        yield dict(zip(shown, values, strict=True))
