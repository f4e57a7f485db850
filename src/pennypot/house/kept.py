"""Pieces of pages kept in memory, so that a page that everyone reads is made once and not for every reader.

A piece is kept under everything it is made of: when any of that changes, the key is another one, and the old piece
is never asked for again. Nothing has to be cleared, and no page shows what was.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

Piece = TypeVar("Piece")


class Kept(Generic[Piece]):
    """The pieces that were asked for last, at most so many of them; safe between threads.

    Parameters
    ----------
    most
        How many pieces are kept; the one that nobody asked for longest makes room.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._pieces: OrderedDict[Hashable, Piece] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], Piece]) -> Piece:
        """Return the piece of this key, made now if it is not kept. What `make` raises is passed on, and not kept."""
        with self._lock:
            if key in self._pieces:
                self._pieces.move_to_end(key)
                return self._pieces[key]
        # Made outside the lock: two readers may make the same piece, but none waits for another's.
        piece = make()
        with self._lock:
            self._pieces[key] = piece
            while len(self._pieces) > self._most:
                self._pieces.popitem(last=False)
        return piece

    def peek(self, key: Hashable) -> Piece | None:
        """Return the piece of this key if it is kept."""
        with self._lock:
            return self._pieces.get(key)

    def put(self, key: Hashable, piece: Piece) -> None:
        """Keep a piece that was made elsewhere."""
        self.get(key, lambda: piece)
