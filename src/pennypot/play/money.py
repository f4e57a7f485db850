"""A table's books: every change is one transfer between two accounts, in whole pence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .words import Illegal


@dataclass(frozen=True, slots=True)
class Entry:
    """Money that went from one account to another."""

    source: str
    target: str
    pence: int


class Books:
    """Writes transfers into a table's accounts.

    Parameters
    ----------
    money
        The accounts, in pence; changed in place. Only ``external`` may be below zero.
    """

    def __init__(self, money: dict[str, int]) -> None:
        self.money = money
        self.entries: list[Entry] = []

    def move(self, source: str, target: str, pence: int, floor_pence: int = 0) -> None:
        """Move pence (not below zero; nothing happens at zero), unless the source would fall below its floor."""
        if pence < 0:
            raise ValueError("a transfer is not negative")
        if pence == 0:
            return
        if source != "external" and self.money[source] - pence < floor_pence:
            raise Illegal("There is not enough money for this.")
        self.money[source] -= pence
        self.money[target] = self.money.get(target, 0) + pence
        self.entries.append(Entry(source, target, pence))


def equal_parts(pence: int, names: Sequence[str]) -> dict[str, int]:
    """Divide equally; the pennies left over go one each to the first names, so that the parts sum to the whole."""
    each, over = divmod(pence, len(names))
    return {name: each + (number < over) for number, name in enumerate(names)}
