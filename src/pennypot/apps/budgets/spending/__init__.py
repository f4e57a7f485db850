"""Spending over £500: hundreds of thousands of payments, kept as Parquet and read with DuckDB.

One file for each publisher and import. `write_payments` takes batches straight from `reading.read`; `profile` says
who is paid, for what, month by month and how much stays local, in pence. Neither knows Django.

>>> with PaymentsWriter(path, publisher="Trafford Council") as writer:                       # doctest: +SKIP
...     reading = read(source, understood, sink=writer.add)
>>> profile([path], LocalRule(postcodes=("M33",)))                                            # doctest: +SKIP

Payees that look like private people are masked in `payee_published`; whatever is shown or exported uses that column.
"""

from .private import Judgement, is_redacted, judge_payee, looks_private
from .profile import LocalRule, LocalShare, NamedSum, SpendingProfile, find_payees, payments, profile
from .store import MASK, PaymentsWriter, read_into_store

__all__ = [
    "MASK",
    "Judgement",
    "LocalRule",
    "LocalShare",
    "NamedSum",
    "PaymentsWriter",
    "SpendingProfile",
    "find_payees",
    "is_redacted",
    "judge_payee",
    "looks_private",
    "payments",
    "profile",
    "read_into_store",
]
