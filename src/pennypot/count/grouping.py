"""Hold equal ballots once: by a 64-bit mark for each ballot, and a comparison that no collision can slip through."""

from __future__ import annotations

import numpy as np

_SPREAD, _SPREAD_VALUE = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F)
_STIR, _THIRTY, _TWENTY_SEVEN = np.uint64(0xBF58476D1CE4E5B9), np.uint64(30), np.uint64(27)

Rows = tuple[np.ndarray, np.ndarray, np.ndarray | None, np.ndarray]


def sort_choices(
    row: np.ndarray, project: np.ndarray, value: np.ndarray | None, projects: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None, int]:
    """Order choices by ballot and project.

    Returns
    -------
    (row, project, value, repeats) : sorted, with the number of choices that stand twice on one ballot
    """
    bits = max(projects, 1).bit_length()
    key = (row << bits) | project
    step = key[1:] - key[:-1]
    if len(step) and step.min() < 0:
        if value is None:
            key.sort()
        else:
            order = np.argsort(key, kind="stable")
            key, value = key[order], value[order]
        step = key[1:] - key[:-1]
    return key >> bits, key & ((1 << bits) - 1), value, len(step) - int(np.count_nonzero(step))


def group_rows(
    row: np.ndarray, project: np.ndarray, value: np.ndarray | None, ballots: int, projects: int, weight=None
) -> Rows:
    """Group ballots, given choices as `sort_choices` orders them.

    Returns
    -------
    (start, project, value, weight) : as `pennypot.count.Ballots` holds them, in the order of first appearance
    """
    length = np.bincount(row, minlength=ballots)
    start = _running(length)
    mark = _stir(np.arange(1, projects + 1, dtype=np.uint64) * _SPREAD).take(project)
    project = project.astype(np.int32)
    if value is not None:
        mark = _stir(mark + value.astype(np.uint64) * _SPREAD_VALUE)
    ends = _running(mark).take(start)
    leader = _leaders(ends[1:] - ends[:-1])
    itself = np.arange(ballots)
    if not _same_as_leader(leader, itself, start, length, project, value):
        leader = _leaders_plainly(start, project, value)
    leads = leader == itself
    place = _running(leads)
    group = place.take(leader)
    if weight is None:
        total = np.bincount(group)
    else:
        total = np.zeros(int(place[-1]), np.int64)
        np.add.at(total, group, weight)
    entries = leads.repeat(length)
    return _running(length[leads]), project[entries], None if value is None else value[entries], total


def _running(amount: np.ndarray) -> np.ndarray:
    """Sums of all before each place, and of all."""
    total = np.zeros(len(amount) + 1, np.uint64 if amount.dtype == np.uint64 else np.int64)
    amount.cumsum(out=total[1:])
    return total


def _stir(mark: np.ndarray) -> np.ndarray:
    mark = (mark ^ (mark >> _THIRTY)) * _STIR
    return mark ^ (mark >> _TWENTY_SEVEN)


def _leaders(mark: np.ndarray) -> np.ndarray:
    """For each ballot the first one with the same mark."""
    if not len(mark):
        return np.empty(0, np.int64)
    order = mark.argsort()
    ranked = mark.take(order)
    fresh = np.ones(len(mark), bool)
    np.not_equal(ranked[1:], ranked[:-1], out=fresh[1:])
    begin = fresh.nonzero()[0]
    first = np.minimum.reduceat(order, begin)
    leader = np.empty(len(mark), np.int64)
    leader[order] = first.take(fresh.cumsum() - 1)
    return leader


def _same_as_leader(leader, itself, start, length, project, value) -> bool:
    """Tell whether ballots with equal marks really are equal, so that a collision can never merge two ballots."""
    follows = (leader != itself).nonzero()[0]
    if not len(follows):
        return True
    size, twin = length.take(follows), leader.take(follows)
    if (length.take(twin) != size).any():
        return False
    ends = size.cumsum()
    begin = start.take(follows)
    here = np.arange(int(ends[-1])) + (begin - ends + size).repeat(size)
    there = here + (start.take(twin) - begin).repeat(size)
    if (project.take(here) != project.take(there)).any():
        return False
    return value is None or bool((value.take(here) == value.take(there)).all())


def _leaders_plainly(start, project, value) -> np.ndarray:
    """Group by comparing whole ballots; only ever needed when two different ballots share a 64-bit mark."""
    seen: dict[tuple, int] = {}
    leader = np.empty(len(start) - 1, np.int64)
    for number in range(len(start) - 1):
        part = slice(start[number], start[number + 1])
        key = (project[part].tobytes(), None if value is None else value[part].tobytes())
        leader[number] = seen.setdefault(key, number)
    return leader
