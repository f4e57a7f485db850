"""Contributions and the ledger as files: CSV for a spreadsheet, beancount for a second opinion, the log to check."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, timedelta

from pennypot.apps.fund.bases import Policy
from pennypot.apps.fund.chain import Record, log_line
from pennypot.apps.fund.models import Account
from pennypot.apps.fund.queries import Standing
from pennypot.house.csv_out import Cell, pounds_cell

CONTRIBUTIONS_HEADER = (
    "place", "year", "policy_version", "agency", "agency_name", "base_pounds", "due_pounds", "pledged_pounds",
    "paid_pounds", "paid_new_pounds", "paid_redirected_pounds", "paid_capital_pounds", "short_pounds", "state",
    "limit", "label",
)  # fmt: skip
LEDGER_HEADER = (
    "place", "entry", "at", "kind", "year", "memo", "reverses", "made_by", "source", "target", "currency", "amount",
    "money", "hash",
)  # fmt: skip


def contribution_rows(slug: str, year: str, version: int, standings: Iterable[Standing]) -> Iterator[list[Cell]]:
    """Yield one row an agency, amounts in pounds with two decimals."""
    for one in standings:
        yield [
            slug,
            year,
            version,
            one.agency.slug,
            one.agency.name,
            *map(
                pounds_cell,
                (
                    one.contribution.base_pence, one.due_pence, one.pledged_pence, one.paid_pence,
                    one.paid.get("new", 0), one.paid.get("redirected", 0), one.paid.get("capital", 0), one.short_pence,
                ),
            ),
            one.state,
            one.contribution.limit,
            one.pledge.label if one.pledge else "",
        ]  # fmt: skip


def ledger_rows(slug: str, records: Iterable[Record]) -> Iterator[list[Cell]]:
    """Yield one row a transfer."""
    for record in records:
        for source, target, currency, pence, money in record.transfers:
            yield [
                slug, record.number, record.at.astimezone(UTC).isoformat(timespec="microseconds"), record.kind,
                record.year, record.memo, record.reverses, record.by, source, target, currency, pounds_cell(pence),
                money, record.hash.hex(),
            ]  # fmt: skip


def log(records: Iterable[Record]) -> Iterator[str]:
    """Yield the public log: a line an entry, its hash and its canonical text."""
    for record in records:
        yield log_line(record) + "\n"


_BEANCOUNT_ROOTS = {
    "fund": "Assets:Fund",
    "returned": "Equity:Returned",
    "outside": "Equity:Outside",
    "area": "Assets:Area",
    "round": "Assets:Round",
    "project": "Assets:Project",
    "match": "Assets:Match",
    "agency": "Equity:Agency",
}


def beancount_account(code: str) -> str:
    """Turn an account's code into a name that beancount accepts: ``agency:fire`` becomes ``Equity:Agency:Fire``."""
    kind, _colon, rest = code.partition(":")
    root = _BEANCOUNT_ROOTS[kind]
    return f"{root}:{rest[0].upper()}{rest[1:]}" if rest else root


def beancount(name: str, records: Iterable[Record], accounts: Iterable[Account]) -> Iterator[str]:
    """Yield the ledger as a beancount file, with a balance assertion for each account at the end.

    Beancount adds everything up again by its own rules: ``bean-check`` is a second opinion on the whole ledger. Days
    are those of UTC. Source of the format: the Beancount Language Syntax, version 3.
    """
    listed = sorted(accounts, key=lambda account: account.code)
    yield f'option "title" "{_quoted(name)}"\n'
    for currency in sorted({account.currency for account in listed}):
        yield f'option "operating_currency" "{currency}"\n'
    last: date | None = None
    for record in records:
        day = record.at.astimezone(UTC).date()
        if last is None:
            for account in listed:
                yield f"{day} open {beancount_account(account.code)} {account.currency}\n"
        last = day
        yield f'\n{day} * "{_quoted(record.kind)}" "{_quoted(record.memo)}"\n'
        yield f'  entry: {record.number}\n  hash: "{record.hash.hex()}"\n'
        if record.reverses:
            yield f"  reverses: {record.reverses}\n"
        for source, target, currency, pence, money in record.transfers:
            yield f"  {beancount_account(source)}  -{_amount(pence)} {currency}\n"
            yield f"  {beancount_account(target)}  {_amount(pence)} {currency}\n"
            if money:
                yield f'    money: "{_quoted(money)}"\n'
    if last is not None:
        yield "\n"
        for account in listed:
            amount = ("-" if account.balance_pence < 0 else "") + _amount(abs(account.balance_pence))
            yield f"{last + timedelta(days=1)} balance {beancount_account(account.code)}  {amount} {account.currency}\n"


def _amount(pence: int) -> str:
    return f"{pence // 100}.{pence % 100:02d}"


def _quoted(text: str) -> str:
    """Text that stands between beancount's quotes: control characters become spaces."""
    return re.sub(r"[\x00-\x1f\x7f]", " ", text).replace("\\", "\\\\").replace('"', '\\"')


def policy_row(policy: Policy) -> dict[str, object]:
    """A policy as plain data, for the public interface."""
    return {
        "rate_basis_points": policy.rate,
        "base": str(policy.base),
        "figures": str(policy.year_kind),
        "left_out": sorted(policy.excluded),
        "kind_of_spending": str(policy.counts),
        "floor_pence": policy.floor_pence,
        "cap_pence": policy.cap_pence,
        "rounding": str(policy.rounding),
        "unit_pence": policy.unit_pence,
        "carry_over": str(policy.carry_over),
        "binding": policy.binding,
    }
