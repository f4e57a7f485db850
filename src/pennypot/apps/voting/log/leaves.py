"""Leaves of the log: canonical JSON, so that everybody who hashes a leaf hashes the same bytes.

Canonical means: keys sorted, no spaces, UTF-8 as it is, whole numbers and texts only. A leaf holds its index ``i`` and
its ``type``; no time, no slot, no name.
"""

from __future__ import annotations

import json
from typing import Any


def canonical(data: Any) -> bytes:
    """Write JSON in the one way: keys sorted, no spaces, UTF-8."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def leaf_parts(kind: str, **values: str | int) -> tuple[str, str]:
    """Return the canonical text of a leaf before and after its index, which only the database knows.

    Parameters
    ----------
    kind
        The leaf's type: open, keys, cast, paper, void, close or tally.
    values
        What else it says. For a cast the database adds ``replaces`` right after the index; so a cast may hold nothing
        that sorts between the two.

    Examples
    --------
    >>> leaf_parts("cast", channel="web")
    ('{"channel":"web","i":', ',"type":"cast"}')
    """
    said = {"type": kind, **values}
    earlier = {key: value for key, value in said.items() if key < "i"}
    later = {key: value for key, value in said.items() if key > "i"}
    opening = canonical(earlier).decode()[:-1]
    return f'{opening}{"," if earlier else ""}"i":', "," + canonical(later).decode()[1:]


def leaf(index: int, kind: str, **values: str | int) -> bytes:
    """Return a whole leaf as bytes."""
    return canonical({"i": index, "type": kind, **values})
