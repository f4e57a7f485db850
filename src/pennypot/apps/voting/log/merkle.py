"""The Merkle tree of RFC 9162 (section 2.1), with proofs that a leaf is in it and that it only ever grew.

A tree of n leaves is made of perfect subtrees, one for each binary one of n. Whoever keeps the root of every perfect
subtree (as the log's rows do) makes any proof from a few dozen hashes, however large the log is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence

EMPTY = hashlib.sha256(b"").digest()

# A perfect subtree: the index of its first leaf, and its height (0 is a leaf).
Node = tuple[int, int]
# Leaves from a first index up to, and not including, a last one.
Range = tuple[int, int]


def leaf_hash(leaf: bytes) -> bytes:
    """SHA-256 over a zero byte and the leaf."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256 over a one byte and the two hashes below."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """A tree that grows leaf by leaf and keeps only its right edge: the roots of its perfect subtrees."""

    def __init__(self, size: int = 0, edge: Iterable[bytes] = ()) -> None:
        self.size, self.edge = size, list(edge)

    def add(self, hashed: bytes) -> None:
        """Add one leaf, given by its hash."""
        rest = self.size
        while rest & 1:
            hashed = node_hash(self.edge.pop(), hashed)
            rest >>= 1
        self.edge.append(hashed)
        self.size += 1

    @property
    def root(self) -> bytes:
        """The root over all leaves so far."""
        return _folded(self.edge)


def root_of(hashes: Iterable[bytes]) -> bytes:
    """The root over leaves given by their hashes."""
    tree = Tree()
    for hashed in hashes:
        tree.add(hashed)
    return tree.root


def perfect_parts(part: Range) -> Iterator[Node]:
    """Yield the perfect subtrees that a range of leaves is made of, from left to right."""
    start, end = part
    while start < end:
        height = (end - start).bit_length() - 1
        yield start, height
        start += 1 << height


def inclusion_parts(index: int, size: int) -> list[Range]:
    """The ranges whose hashes prove that a leaf is in a tree of this size, from the leaf upwards.

    Raises
    ------
    ValueError
        There is no such leaf.
    """
    if not 0 <= index < size:
        raise ValueError("there is no such leaf")
    found: list[Range] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _left_size(end - start)
        if index < middle:
            found.append((middle, end))
            end = middle
        else:
            found.append((start, middle))
            start = middle
    return found[::-1]


def consistency_parts(old: int, new: int) -> list[Range]:
    """The ranges whose hashes prove that a tree of the new size begins with the one of the old size.

    Raises
    ------
    ValueError
        The old tree is empty or larger than the new one.
    """
    if not 0 < old <= new:
        raise ValueError("the old tree must have a leaf and be no larger than the new one")
    found: list[Range] = []
    start, end, whole = 0, new, True
    while old != end:
        middle = start + _left_size(end - start)
        if old <= middle:
            found.append((middle, end))
            end = middle
        else:
            found.append((start, middle))
            start, whole = middle, False
    if not whole:
        found.append((start, end))
    return found[::-1]


def hash_of(part: Range, known: Callable[[int, int], bytes]) -> bytes:
    """The hash over a range, from the hashes of perfect subtrees (asked for by first leaf and height)."""
    return _folded([known(start, height) for start, height in perfect_parts(part)])


def proof(parts: Sequence[Range], known: Callable[[int, int], bytes]) -> list[bytes]:
    """A proof: the hash of each range, from the hashes of perfect subtrees."""
    return [hash_of(part, known) for part in parts]


def is_included(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether the path proves that the leaf stands at this index of the tree with this root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    place, last, found = index, size - 1, leaf_hash(leaf)
    for step in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = node_hash(step, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, step)
        place, last = place >> 1, last >> 1
    return last == 0 and found == root


def is_consistent(old: int, old_root: bytes, new: int, new_root: bytes, path: Sequence[bytes]) -> bool:
    """Whether the path proves that the new tree begins with the old one (RFC 9162, 2.1.4.2)."""
    if not 0 < old <= new:
        return False
    if old == new:
        return not path and old_root == new_root
    steps = list(path)
    if old & (old - 1) == 0:
        steps.insert(0, old_root)
    if not steps:
        return False
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    before = after = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            before, after = node_hash(step, before), node_hash(step, after)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            after = node_hash(after, step)
        place, last = place >> 1, last >> 1
    return last == 0 and before == old_root and after == new_root


def _left_size(leaves: int) -> int:
    """The largest power of two smaller than the number of leaves."""
    return 1 << ((leaves - 1).bit_length() - 1)


def _folded(edge: Sequence[bytes]) -> bytes:
    if not edge:
        return EMPTY
    found = edge[-1]
    for hashed in reversed(edge[:-1]):
        found = node_hash(hashed, found)
    return found
