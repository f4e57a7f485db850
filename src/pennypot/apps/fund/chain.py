"""The ledger's chain: each entry's hash is over the hash before it and the entry's canonical text.

Pure, and written apart from the database's own functions, so that the nightly check and anybody with the public log
have a second opinion. How to check the log by hand: docs/algorithms/ledger.md.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

BEGINNING = bytes(32)

# Source code, target code, currency, pence, label.
TransferText = tuple[str, str, str, int, str]


@dataclass(frozen=True)
class Record:
    """One entry as the log holds it."""

    place: int
    number: int
    key: str
    kind: str
    year: str
    memo: str
    reverses: int | None
    by: int | None
    at: datetime
    transfers: tuple[TransferText, ...]
    previous_hash: bytes = BEGINNING
    hash: bytes = b""

    @property
    def text(self) -> str:
        """The canonical text: JSON with sorted keys and no spaces; time in UTC to the microsecond."""
        said = {
            "at": self.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "by": self.by,
            "key": self.key,
            "kind": self.kind,
            "memo": self.memo,
            "number": self.number,
            "place": self.place,
            "reverses": self.reverses,
            "transfers": [list(transfer) for transfer in self.transfers],
            "year": self.year,
        }
        return json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    @property
    def right_hash(self) -> bytes:
        """SHA-256 over the hash before it and its text in UTF-8."""
        return hashlib.sha256(self.previous_hash + self.text.encode()).digest()


def problems(records: Iterable[Record]) -> Iterator[tuple[int, str]]:
    """Find what is wrong with a chain, as (entry number, what): a gap, a broken link, a hash that is not its own.

    Parameters
    ----------
    records
        One place's entries by number.
    """
    last, expected = BEGINNING, 1
    for record in records:
        if record.number != expected:
            yield record.number, "gap"
        if bytes(record.previous_hash) != last:
            yield record.number, "link"
        if bytes(record.hash) != record.right_hash:
            yield record.number, "hash"
        last, expected = bytes(record.hash), record.number + 1


def log_line(record: Record) -> str:
    """One line of the public log: the hash in hexadecimal, a space, the canonical text."""
    return f"{bytes(record.hash).hex()} {record.text}"
