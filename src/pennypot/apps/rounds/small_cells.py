"""Tables of people that tell nobody apart: small cells are hidden, and enough others that totals do not give them away.

A cell with fewer than so many people is hidden. From the totals it could then often be worked out, so more cells (and
totals) are hidden until, from all that is published, every hidden number could still be any of a range at least as wide
as the limit. The grand total stays: everybody knows from the log how many voted. Where even that is not enough there
is no table at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

# Fewest people that a published number stands for. Nought is published: it tells of nobody.
LEAST = 5

Table = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True)
class Published:
    """A table with None where a number is hidden.

    Attributes
    ----------
    rows, columns
        Names in order.
    cells
        One list a row, one number a column, then the row's total.
    totals
        Totals of the columns, then of everything.
    """

    rows: list[str]
    columns: list[str]
    cells: list[list[int | None]]
    totals: list[int | None]

    def as_data(self) -> dict[str, object]:
        """The table as JSON data."""
        return {"rows": self.rows, "columns": self.columns, "cells": self.cells, "totals": self.totals}

    @property
    def hidden(self) -> int:
        """How many numbers are hidden."""
        return sum(number is None for row in [*self.cells, self.totals] for number in row)


def publishable(
    table: Table, columns: Sequence[str], least: int = LEAST, *, totals_are_public: bool = False
) -> Published | None:
    """Hide what could tell people apart.

    Parameters
    ----------
    table
        People by row and column; a missing column is nought.
    columns
        Every column, in the order of the page.
    least
        Fewest people that a published number stands for.
    totals_are_public
        Whether everybody can count the totals of the columns elsewhere (the log names the channel of each ballot):
        they are shown then, and what they give away is reckoned with.

    Returns
    -------
    The table with totals, or None when no table can be shown (all but the grand total would have to be hidden).
    """
    rows = list(table)
    if not rows or not columns:
        return None
    inside = np.array([[table[row].get(column, 0) for column in columns] for row in rows], np.int64)
    numbers = np.zeros((len(rows) + 1, len(columns) + 1), np.int64)
    numbers[:-1, :-1] = inside
    numbers[:-1, -1] = inside.sum(axis=1)
    numbers[-1, :-1] = inside.sum(axis=0)
    numbers[-1, -1] = inside.sum()
    hidden = (numbers > 0) & (numbers < least)
    public = np.zeros_like(hidden)
    public[-1, :] = totals_are_public
    public[-1, -1] = True
    hidden &= ~public
    wide = np.full(numbers.shape, least)
    if totals_are_public:
        # Among three people nobody can hide better than as one of three.
        wide = np.minimum(wide, numbers[-1, :])
    lines = _lines(numbers.shape)
    while (weak := _alone(hidden, lines) or _given_away(numbers, hidden, lines, wide)) is not None:
        another = _next_to_hide(numbers, hidden, public, lines, weak)
        if another is None:
            return None
        hidden[another] = True
    shown = [
        [None if hidden[r, c] else int(numbers[r, c]) for c in range(len(columns) + 1)] for r in range(len(rows) + 1)
    ]
    return Published(rows, list(columns), shown[:-1], shown[-1])


Place = tuple[int, int]
# A sum in the table: the places that are added up, and the place of their total.
Line = list[Place]


def _lines(shape: tuple[int, ...]) -> list[Line]:
    """Every sum in the table; the last place of each is the total of those before it."""
    tall, wide = shape[0] - 1, shape[1] - 1
    across = [[(r, c) for c in range(wide + 1)] for r in range(tall + 1)]
    return across + [[(r, c) for r in range(tall + 1)] for c in range(wide + 1)]


def _alone(hidden: np.ndarray, lines: list[Line]) -> Place | None:
    """Find a number that is the only hidden one of a sum: everybody can work it out."""
    for line in lines:
        inside = [place for place in line if hidden[place]]
        if len(inside) == 1:
            return inside[0]
    return None


def _given_away(numbers: np.ndarray, hidden: np.ndarray, lines: list[Line], wide: np.ndarray) -> Place | None:
    """Find a hidden number that all sums together pin down too closely; None when there is none."""
    # Half a second of every start for what a result needs once.
    from scipy.optimize import linprog

    places: list[Place] = [(int(r), int(c)) for r, c in np.argwhere(hidden)]
    if not places:
        return None
    number_of = {place: number for number, place in enumerate(places)}
    sums, right = [], []
    for line in lines:
        row, known = np.zeros(len(places)), 0
        for place in line:
            sign = -1 if place == line[-1] else 1
            if place in number_of:
                row[number_of[place]] = sign
            else:
                known += sign * int(numbers[place])
        if row.any():
            sums.append(row)
            right.append(-known)
    for place, number in number_of.items():
        aim = np.zeros(len(places))
        aim[number] = 1
        low = linprog(aim, A_eq=np.array(sums), b_eq=np.array(right), method="highs").fun
        found = linprog(-aim, A_eq=np.array(sums), b_eq=np.array(right), method="highs")
        # Nothing holds it from above (status 3): that is wide enough.
        if found.status != 3 and -found.fun - low < wide[place] - 1e-6:
            return place
    return None


def _next_to_hide(
    numbers: np.ndarray, hidden: np.ndarray, public: np.ndarray, lines: list[Line], weak: Place
) -> Place | None:
    """The least number in a sum where the weak one stands alone, then in any sum with it, then anywhere."""
    taken = hidden | public
    with_it = sorted(
        (line for line in lines if weak in line), key=lambda line: sum(bool(hidden[place]) for place in line)
    )
    last = (numbers.shape[0] - 1, numbers.shape[1] - 1)
    for choice in (with_it[:1], with_it, lines):
        free = {place for line in choice for place in line if not taken[place]}
        if free:
            return min(free, key=lambda place: (_cost_of_hiding(numbers, place, last), place))
    return None


def _cost_of_hiding(numbers: np.ndarray, place: Place, last: Place) -> tuple[bool, bool, int]:
    """What the table loses: a nought widens nothing and says much, totals are what people look for first."""
    return (numbers[place] == 0, place[0] == last[0] or place[1] == last[1], int(numbers[place]))
