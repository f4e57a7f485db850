"""The quick lane for the votes of a large Pabulib file: whole columns of bytes at once, no Python object for any cell.

Ids are compared as 64-bit words. Projects are looked up in a table without collisions and then compared in full, so
that an unknown id can never pass; voters' ids are hashed, and two equal hashes send the file to the next lane.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

WORD, LONGEST = 8, 64  # bytes of one word, and of the longest id that this lane reads
_AT_A_TIME = 1 << 22
_MASK = np.array([(1 << 8 * size) - 1 for size in range(WORD + 1)], np.uint64)
_ODD = np.array([(0x9E3779B97F4A7C15 * (2 * at + 1)) % 2**64 | 1 for at in range(64)], np.uint64)


class Cells(NamedTuple):
    """Rows of votes taken apart: where each voter's id and each choice begins and how long it is, and more columns."""

    text: bytes
    voter: tuple[np.ndarray, np.ndarray]
    choice: tuple[np.ndarray, np.ndarray]
    choices: np.ndarray
    points: list[bytes] | None


def chunks(body: bytes) -> Iterator[bytes]:
    """Whole rows of a few megabytes at a time, each with a line end and room for one word behind it."""
    at = 0
    while at < len(body):
        end = body.find(b"\n", at + _AT_A_TIME)
        end = len(body) if end < 0 else end
        yield b"".join((body[at:end], b"\n", bytes(LONGEST)))
        at = end + 1


def cells(text: bytes, header: list[str]) -> Cells | None:
    """Take rows apart; None unless each has as many fields as the header."""
    width, raw = len(header), np.frombuffer(text, np.uint8)[: len(text) - LONGEST]
    mark = ((raw == 59) | (raw == 10) | (raw == 44)).nonzero()[0]
    kind = raw.take(mark)
    end = (kind != 44).nonzero()[0]
    count, rest = divmod(len(end), width)
    if rest or np.count_nonzero(kind == 10) != count:
        return None
    end = end.reshape(count, width)
    if (kind.take(end[:, -1]) != 10).any():
        return None

    def before(column: int) -> np.ndarray:
        """The mark before each cell of a column; -1 before the first of all."""
        return end[:, column - 1] if column else np.concatenate((np.array([-1]), end[:-1, -1]))

    after = np.empty(len(mark) + 1, np.int64)  # where text goes on behind each mark, and (last, at -1) at the start
    np.add(mark, 1, out=after[:-1])
    after[-1] = 0
    voter, vote = header.index("voter_id"), header.index("vote")
    first = after.take(before(voter))
    begin = before(vote)
    choices = end[:, vote] - begin
    last = choices.cumsum()
    at = np.arange(int(last[-1])) + (begin - last + choices).repeat(choices)
    start = after.take(at)
    points = None
    if "points" in header:
        column = header.index("points")
        spans = zip(after.take(before(column)).tolist(), mark.take(end[:, column]).tolist(), strict=True)
        points = [text[a:b] for a, b in spans]
    voters = (first, mark.take(end[:, voter]) - first)
    return Cells(text, voters, (start, mark.take(at + 1) - start), choices, points)


def _words(text: bytes, start: np.ndarray, length: np.ndarray) -> Iterator[np.ndarray]:
    """Ids as 64-bit words, filled up with zero bytes (which no text holds)."""
    longest = int(length.max(initial=0))
    for begin in range(0, max(longest, 1), WORD):
        words = np.ndarray((len(text) - WORD + 1 - begin,), "<u8", text, begin, (1,))
        yield words[start] & _MASK.take(np.clip(length - begin, 0, WORD))


def hashed(text: bytes, start: np.ndarray, length: np.ndarray) -> np.ndarray | None:
    """64 bits for each id, equal for equal ids; None where one is empty or too long."""
    if len(length) and not 0 < int(length.min()) <= int(length.max()) <= LONGEST:
        return None
    total = np.zeros(len(start), np.uint64)
    for word, odd in zip(_words(text, start, length), _ODD, strict=False):
        total += (word ^ (word >> np.uint64(29))) * odd
    return total


class Lookup:
    """From ids to positions of projects."""

    def __init__(self, ids: list[bytes]) -> None:
        self.longest = max(map(len, ids), default=0)
        self.table: np.ndarray | None = None
        if not 0 < self.longest <= LONGEST or len(ids) > 2000:
            return
        joined = b"".join(name.ljust(LONGEST, b"\0") for name in ids) + bytes(LONGEST)
        start, length = np.arange(len(ids)) * LONGEST, np.array([len(name) for name in ids])
        self.words = list(_words(joined, start, length))
        bits = 2 * len(ids).bit_length() + 1
        for at in range(len(_ODD) - len(self.words)):
            self.factors, self.shift = _ODD[at : at + len(self.words)], np.uint64(64 - bits)
            slot = self._slots(self.words)
            if len(np.unique(slot)) == len(ids):
                self.table = np.zeros(1 << bits, np.int64)
                self.table[slot] = np.arange(len(ids))
                return

    def _slots(self, words: list[np.ndarray]) -> np.ndarray:
        total = words[0] * self.factors[0]
        for word, factor in zip(words[1:], self.factors[1:], strict=True):
            total += word * factor
        return (total >> self.shift).astype(np.int64)

    def find(self, text: bytes, start: np.ndarray, length: np.ndarray) -> np.ndarray | None:
        """Positions of ids; None where one is unknown."""
        if not len(length):
            return length
        if self.table is None or int(length.max()) > self.longest:
            return None
        words = [*_words(text, start, length)]
        words += [np.zeros(len(start), np.uint64)] * (len(self.words) - len(words))
        found = self.table.take(self._slots(words))
        for ours, theirs in zip(self.words, words, strict=True):
            if (ours.take(found) != theirs).any():
                return None
        return found
