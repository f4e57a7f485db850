"""Reading the log: leaves, proofs, and whether everything in it holds."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection

from pennypot.apps.voting.log import merkle
from pennypot.apps.voting.models import Election, Head, LogEvent

AT_ONCE = 10_000


@dataclass(frozen=True)
class Proof:
    """That a leaf is in the log: its hash path up to a root.

    Attributes
    ----------
    index, size
        The leaf, and the leaves that the log had.
    leaf
        Canonical JSON.
    path
        Hashes from the leaf upwards, 32 bytes each.
    root
        What they lead to.
    """

    index: int
    size: int
    leaf: bytes
    path: list[bytes]
    root: bytes

    def holds(self) -> bool:
        """Whether the path leads to the root."""
        return merkle.is_included(self.leaf, self.index, self.size, self.path, self.root)


def inclusion_proof(election: Election, index: int, size: int | None = None) -> Proof | None:
    """Return the proof that a leaf is in the log. Three SQL queries, however long the log is.

    Parameters
    ----------
    size
        Of the tree to prove it against; the whole log if left out.

    Returns
    -------
    Proof or None
        None when there is no such leaf in a tree of this size.
    """
    head = Head.objects.get(election=election)
    size = head.size if size is None else size
    if not 0 <= index < size <= head.size:
        return None
    parts = merkle.inclusion_parts(index, size)
    known = _known(election, [*parts, (0, size)])
    leaf = bytes(LogEvent.objects.values_list("leaf", flat=True).get(election=election, index=index))
    return Proof(index, size, leaf, merkle.proof(parts, known), merkle.hash_of((0, size), known))


def consistency_proof(election: Election, old: int, new: int) -> list[bytes] | None:
    """Return the proof that the log of the new size begins with the one of the old size. Two SQL queries."""
    head = Head.objects.get(election=election)
    if not 0 < old <= new <= head.size:
        return None
    parts = merkle.consistency_parts(old, new)
    return merkle.proof(parts, _known(election, parts))


def leaf_at(election: Election, index: int) -> LogEvent | None:
    """Return one leaf. One SQL query."""
    return LogEvent.objects.filter(election=election, index=index).first()


def leaf_of(election: Election, commitment: bytes) -> int | None:
    """Return the index of the ballot with this commitment. One SQL query."""
    found: int | None = election.ballots.filter(commitment=commitment).values_list("index", flat=True).first()
    return found


def problems_of_log(election: Election) -> list[str]:
    """Recompute the whole log and say what does not hold; nothing, if all is well.

    Checked apart from the database's own functions: each leaf's hash and place, the subtrees kept for proofs, the head,
    every checkpoint's root, and that each sealed ballot is the one its leaf names.
    """
    found: list[str] = []
    tree = merkle.Tree()
    signed = {size: bytes(root) for size, root in election.checkpoints.values_list("size", "root")}
    for index, kind, leaf, hashed, nodes, refers in _rows(election):
        told: dict[str, Any] = json.loads(bytes(leaf))
        before = len(tree.edge)
        tree.add(merkle.leaf_hash(bytes(leaf)))
        if index != tree.size - 1 or told["i"] != index or told["type"] != kind:
            found.append(f"leaf {index} is out of place")
        if bytes(hashed) != merkle.leaf_hash(bytes(leaf)) or bytes(nodes)[-32:] != (tree.edge[-1] if nodes else b""):
            found.append(f"leaf {index} has another hash")
        if len(bytes(nodes)) != 32 * (before + 1 - len(tree.edge)):
            found.append(f"leaf {index} has other subtrees")
        if refers != (told.get("replaces") if kind == "cast" else told.get("voids")):
            found.append(f"leaf {index} refers to another leaf")
        if tree.size in signed and signed[tree.size] != tree.root:
            found.append(f"the checkpoint at {tree.size} leaves has another root")
    head = Head.objects.get(election=election)
    if (head.size, bytes(head.root)) != (tree.size, tree.root):
        found.append("the head is another log's")
    return found + _unlike_their_leaves(election)


def _rows(election: Election) -> Iterable[tuple[Any, ...]]:
    events = LogEvent.objects.filter(election=election).order_by("index")
    return events.values_list("index", "kind", "leaf", "leaf_hash", "nodes", "refers").iterator(AT_ONCE)


def _unlike_their_leaves(election: Election) -> list[str]:
    """Sealed ballots and leaves that do not belong together."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT coalesce(event.index, ballot.index)
            FROM (SELECT * FROM voting_sealedballot WHERE election_id = %s) ballot
            FULL JOIN (SELECT * FROM voting_logevent WHERE election_id = %s AND kind IN ('cast', 'paper')) event
              USING (index)
            WHERE encode(ballot.commitment, 'hex')
              IS DISTINCT FROM convert_from(event.leaf, 'UTF8')::json ->> 'commitment'
            """,
            [election.pk, election.pk],
        )
        return [f"the ballot at leaf {index} is not the one that was cast" for (index,) in cursor.fetchall()]


def _known(election: Election, parts: Iterable[merkle.Range]) -> Callable[[int, int], bytes]:
    """Fetch the roots of the perfect subtrees that these ranges are made of: each is kept with its last leaf."""
    wanted = {node for part in parts for node in merkle.perfect_parts(part)}
    last = {start + (1 << height) - 1 for start, height in wanted}
    rows = LogEvent.objects.filter(election=election, index__in=last).values_list("index", "leaf_hash", "nodes")
    kept = {index: [bytes(hashed), *_split(bytes(nodes))] for index, hashed, nodes in rows}
    return lambda start, height: kept[start + (1 << height) - 1][height]


def _split(nodes: bytes) -> list[bytes]:
    return [nodes[at : at + 32] for at in range(0, len(nodes), 32)]
