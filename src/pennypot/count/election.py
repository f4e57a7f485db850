"""Elections as objects: projects with a cost, and ballots grouped by content.

Money is held as integers of the smallest unit that the election uses (`decimals` says how many digits stand behind
the point), so that no sum is ever rounded. Equal ballots are held once, with the number of voters who cast them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property

import numpy as np

from .grouping import group_rows, sort_choices

VOTE_TYPES = ("approval", "choose-1", "ordinal", "cumulative", "scoring")


@dataclass(frozen=True)
class Project:
    """One thing that money could be spent on.

    Attributes
    ----------
    id : str
        What ballots name it by; unique in its election.
    cost : int
        In the smallest unit of the election's money.
    columns : Mapping[str, str]
        Every other column of its row, as written (name, category, latitude ...).
    """

    id: str
    cost: int
    columns: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What people call it; its id where the file gives no name."""
        return self.columns.get("name") or self.id

    @property
    def categories(self) -> tuple[str, ...]:
        """The categories it belongs to, as the file lists them."""
        return _listed(self.columns.get("category", ""))

    @property
    def areas(self) -> tuple[str, ...]:
        """The district or neighbourhood it lies in."""
        columns = self.columns
        return _listed(columns.get("district") or columns.get("neighborhood") or columns.get("subunit") or "")


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


@dataclass(frozen=True)
class Ballots:
    """Grouped ballots, one row for each distinct ballot (compressed sparse rows).

    Attributes
    ----------
    start : numpy.ndarray
        int64, shape (groups + 1,): row g holds entries ``start[g]:start[g + 1]``.
    project : numpy.ndarray
        int32, shape (entries,): index of the project, rising within a row.
    value : numpy.ndarray or None
        int64, shape (entries,): points, or place in the ranking (0 is first); None for approvals.
    weight : numpy.ndarray
        int64, shape (groups,): how many voters cast this ballot.
    """

    start: np.ndarray
    project: np.ndarray
    value: np.ndarray | None
    weight: np.ndarray

    @property
    def groups(self) -> int:
        """Number of distinct ballots."""
        return len(self.weight)

    @cached_property
    def row(self) -> np.ndarray:
        """int32, shape (entries,): the group of each entry."""
        return np.repeat(np.arange(self.groups, dtype=np.int32), np.diff(self.start))


@dataclass(frozen=True)
class Columns:
    """Support project by project (compressed sparse columns).

    ``start`` has one row for each project; ``group`` names the ballots that support it and ``point`` (None for
    approvals) the points they give.
    """

    start: np.ndarray
    group: np.ndarray
    point: np.ndarray | None


@dataclass(frozen=True)
class VoterTable:
    """The rows of the VOTES section as read, kept so that a file can be written back in full."""

    header: tuple[str, ...]
    text: str

    def rows(self) -> list[list[str]]:
        """Every voter's fields, in file order."""
        from .pabulib import split_row

        return [[text for text, _ in split_row(line)] for line in self.text.split("\n") if line]


@dataclass(frozen=True)
class Election:
    """Everything that a count needs, and nothing that it does not.

    Attributes
    ----------
    projects : tuple of Project
    budget : int
        In the smallest unit of money.
    ballots : Ballots
    vote_type : str
        One of `VOTE_TYPES`.
    decimals : int
        Digits behind the point of the money as written: 2 means that the smallest unit is a hundredth.
    meta : Mapping[str, str]
        Every key of the META section, known or not.
    table : VoterTable or None
    source_sha256 : str or None
        SHA-256 of the file it was read from.
    notes : tuple of str
        What the reader repaired or wants a person to know.
    """

    projects: tuple[Project, ...]
    budget: int
    ballots: Ballots
    vote_type: str = "approval"
    decimals: int = 0
    meta: Mapping[str, str] = field(default_factory=dict)
    table: VoterTable | None = None
    source_sha256: str | None = None
    notes: tuple[str, ...] = ()

    @classmethod
    def build(
        cls,
        projects: Iterable[Project | tuple[str, int]],
        budget: int,
        ballots: Iterable[Sequence[str] | Mapping[str, int]],
        *,
        vote_type: str | None = None,
        weights: Iterable[int] | None = None,
        meta: Mapping[str, str] | None = None,
    ) -> Election:
        """Make an election from plain objects.

        Parameters
        ----------
        projects : iterable of Project or (id, cost)
        budget : int
            In the same unit as the costs.
        ballots : iterable
            For approvals and rankings a sequence of project ids (rankings best first), for points a mapping from
            id to points.
        vote_type : str, optional
            "approval" unless ballots are mappings, then "cumulative".
        weights : iterable of int, optional
            Voters behind each ballot; one each if left out.

        Raises
        ------
        ValueError
            For a negative amount, a repeated id, an unknown project or a repeated choice.
        """
        made = tuple(item if isinstance(item, Project) else Project(*item) for item in projects)
        index = {project.id: number for number, project in enumerate(made)}
        if len(index) != len(made):
            raise ValueError("two projects have the same id")
        if budget < 0 or any(project.cost < 0 for project in made):
            raise ValueError("a budget or a cost cannot be below zero")
        listed = list(ballots)
        if vote_type is None:
            vote_type = "cumulative" if any(isinstance(ballot, Mapping) for ballot in listed) else "approval"
        if vote_type not in VOTE_TYPES:
            raise ValueError(f"unknown vote type {vote_type!r}")
        rows, columns, values = [], [], []
        for number, ballot in enumerate(listed):
            pairs = list(ballot.items()) if isinstance(ballot, Mapping) else [(c, at) for at, c in enumerate(ballot)]
            if len({choice for choice, _ in pairs}) != len(pairs):
                raise ValueError(f"ballot {number + 1} names a project twice")
            for choice, value in pairs:
                if choice not in index:
                    raise ValueError(f"ballot {number + 1} names {choice!r}, which is no project here")
                rows.append(number)
                columns.append(index[choice])
                values.append(value)
        counted = np.ones(len(listed), np.int64) if weights is None else np.fromiter(weights, np.int64)
        if len(counted) != len(listed) or (counted < 0).any():
            raise ValueError("weights must be one whole number, not below zero, for each ballot")
        keep = None if vote_type in ("approval", "choose-1") else np.array(values, np.int64)
        grouped = group_ballots(
            np.array(rows, np.int64), np.array(columns, np.int64), keep, len(listed), len(made), counted
        )
        return cls(made, int(budget), grouped, vote_type, meta=dict(meta or {}))

    @cached_property
    def index(self) -> dict[str, int]:
        """Position of each project id."""
        return {project.id: number for number, project in enumerate(self.projects)}

    @cached_property
    def voters(self) -> int:
        """Ballots cast, empty ones included."""
        return int(self.ballots.weight.sum())

    @cached_property
    def costs(self) -> list[int]:
        """Cost of each project, as Python integers."""
        return [project.cost for project in self.projects]

    @cached_property
    def columns(self) -> Columns:
        """Supporters of each project: groups that name it (with points above zero where ballots give points)."""
        ballots = self.ballots
        project, row, point = ballots.project, ballots.row, self.entry_points
        if point is not None and (point <= 0).any():
            keep = point > 0
            project, row, point = project[keep], row[keep], point[keep]
        narrow = project.astype(np.int16) if len(self.projects) < 2**15 else project
        order = np.argsort(narrow, kind="stable")
        start = np.zeros(len(self.projects) + 1, np.int64)
        np.cumsum(np.bincount(project, minlength=len(self.projects)), out=start[1:])
        return Columns(start, row[order], None if point is None else point[order])

    @cached_property
    def entry_points(self) -> np.ndarray | None:
        """int64, one for each entry of `ballots`: points, or Borda points (the best of k choices gets k)."""
        value = self.ballots.value
        if value is None or self.vote_type != "ordinal":
            return value
        return np.repeat(np.diff(self.ballots.start), np.diff(self.ballots.start)) - value

    @cached_property
    def votes(self) -> list[int]:
        """Voters who support each project."""
        columns = self.columns
        return _column_sums(columns.start, self.ballots.weight[columns.group])

    @cached_property
    def points(self) -> list[int]:
        """Points each project gathered: votes for approvals, Borda points for rankings (see docs/count/greedy.md)."""
        columns = self.columns
        if columns.point is None:
            return self.votes
        weight = self.ballots.weight[columns.group]
        if len(weight) and int(weight.sum()) * int(columns.point.max(initial=1)) >= 2**62:
            products = [int(w) * int(v) for w, v in zip(weight, columns.point, strict=True)]
            return [sum(products[a:b]) for a, b in zip(columns.start[:-1], columns.start[1:], strict=True)]
        return _column_sums(columns.start, weight * columns.point)

    def without_last_place(self) -> Election:
        """Rankings as points of which the last place on a ballot gets none: of k choices the best gets k - 1."""
        value = self.entry_points
        assert value is not None
        less = replace(self.ballots, value=value - 1)
        return replace(self, ballots=less, vote_type="cumulative")

    @cached_property
    def canonical_sha256(self) -> str:
        """SHA-256 of what is counted: money, projects and ballots in a fixed order, whatever the file's layout."""
        digest = hashlib.sha256()
        ids = [project.id for project in self.projects]
        digest.update(f"{self.vote_type}\n{self.decimals}\n{self.budget}\n".encode())
        for project in sorted(self.projects, key=lambda item: item.id):
            extra = f"{','.join(project.categories)}\t{','.join(project.areas)}"
            digest.update(f"{project.id}\t{project.cost}\t{extra}\n".encode())
        ballots = self.ballots
        start, entry = ballots.start.tolist(), [ids[at] for at in ballots.project.tolist()]
        if ballots.value is not None:
            entry = [f"{name}={value}" for name, value in zip(entry, ballots.value.tolist(), strict=True)]
        lines = [
            f"{','.join(sorted(entry[start[g] : start[g + 1]]))}\t{weight}\n"
            for g, weight in enumerate(ballots.weight.tolist())
        ]
        digest.update("".join(sorted(lines)).encode())
        return digest.hexdigest()

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the file it came from; of the file that would be written where it came from none."""
        if self.source_sha256 is not None:
            return self.source_sha256
        from .pabulib_write import write_pabulib

        return hashlib.sha256(write_pabulib(self).encode()).hexdigest()

    def money(self, amount: int | Fraction) -> str:
        """Write an amount in the unit of the file, with no more digits than it needs."""
        value = Fraction(amount) / 10**self.decimals
        if value.denominator == 1:
            return str(value.numerator)
        return f"{float(value):.{max(self.decimals, 2)}f}"

    def shown(self, amount: int | Fraction) -> str:
        """Write an amount for people: with its currency and with thousands parted."""
        value = Fraction(amount) / 10**self.decimals
        digits = f"{value.numerator:,}" if value.denominator == 1 else f"{float(value):,.2f}"
        currency = self.meta.get("currency", "").strip()
        sign = {"GBP": "£", "EUR": "€", "USD": "$"}.get(currency)
        return f"{sign}{digits}" if sign else f"{digits} {currency}".rstrip()


def _column_sums(start: np.ndarray, entries: np.ndarray) -> list[int]:
    running = np.zeros(len(entries) + 1, np.int64)
    np.cumsum(entries, out=running[1:])
    return (running[start[1:]] - running[start[:-1]]).tolist()


def group_ballots(
    row: np.ndarray,
    project: np.ndarray,
    value: np.ndarray | None,
    ballots: int,
    projects: int,
    weight: np.ndarray | None = None,
) -> Ballots:
    """Hold equal ballots once.

    Parameters
    ----------
    row, project : numpy.ndarray
        int64, one pair for each choice; rows need not be sorted, a pair occurs at most once.
    value : numpy.ndarray or None
        int64 beside them: points or place.
    ballots, projects : int
        How many there are, empty ballots included.
    weight : numpy.ndarray, optional
        int64, voters behind each ballot; one each if left out.
    """
    row, project, value, _ = sort_choices(row, project, value, projects)
    return Ballots(*group_rows(row, project, value, ballots, projects, weight))
