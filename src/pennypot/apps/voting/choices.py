"""What a voter may choose on a ballot, and the one way in which a choice is written down.

Nothing here knows the web, the database or paper: the page of the ballot, the keying of paper and the opening of sealed
ballots all ask `check`, so a choice means the same everywhere.

=========  ==========================================  =====================================
form       what may come in                            how it is written
=========  ==========================================  =====================================
approve    a list of project numbers                   the numbers, the smallest first
knapsack   a list of project numbers                   the numbers, the smallest first
rank       a list of project numbers, the best first   the numbers, the best first
points     {number: points}, or [number, points] pairs [number, points], the smallest number first
=========  ==========================================  =====================================
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

APPROVE, KNAPSACK, RANK, POINTS = "approve", "knapsack", "rank", "points"
KINDS = (APPROVE, KNAPSACK, RANK, POINTS)
# Far more than any ballot holds: a longer list is not looked at.
MOST_ENTRIES = 5_000
# Numbers of projects, places and points are short; a longer text is not even turned into a number.
_NUMBER = re.compile(r"[0-9]{1,9}", re.ASCII)
_FIELD = re.compile(r"(rank|points)-([0-9]{1,9})", re.ASCII)


@dataclass(frozen=True)
class Item:
    """One project as the ballot has it; the cost is in pence."""

    number: int
    cost_pence: int = 0
    withdrawn: bool = False


@dataclass(frozen=True)
class BallotForm:
    """The rules of one voter's ballot.

    Parameters
    ----------
    kind
        One of `KINDS`.
    items
        The projects on this voter's ballot, by number.
    max_choices
        At most so many projects; None for any number.
    budget_pence
        What the chosen projects may cost together (``knapsack`` only).
    points
        How many points there are to give (``points`` only).
    """

    kind: str
    items: Mapping[int, Item]
    max_choices: int | None = None
    budget_pence: int | None = None
    points: int | None = None

    def cost_of(self, numbers: Sequence[int]) -> int:
        """Return what these projects cost together, in pence; those that are not on the ballot cost nothing."""
        return sum(self.items[number].cost_pence for number in numbers if number in self.items)


@dataclass(frozen=True)
class Problem:
    """Why a ballot cannot be sent: a code that the page puts into words, and what it is about."""

    code: str
    number: int | None = None
    params: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Choices:
    """A choice that holds against its ballot form, written in the one way."""

    kind: str
    value: tuple[Any, ...]

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers of the chosen projects."""
        return tuple(one[0] for one in self.value) if self.kind == POINTS else self.value

    def as_json(self) -> list[Any]:
        """Return the choice as lists of whole numbers."""
        return [list(one) for one in self.value] if self.kind == POINTS else list(self.value)

    def canonical(self) -> bytes:
        """Return the choice as the bytes that are sealed: JSON without spaces."""
        return json.dumps(self.as_json(), separators=(",", ":")).encode()


@dataclass(frozen=True)
class Typed:
    """What came in from a page: what can be shown again as it was, and what the check is given.

    Parameters
    ----------
    ticked
        Numbers of projects, as they were ticked (``approve``, ``knapsack``).
    filled
        What was typed beside a project: its place, or its points.
    """

    kind: str
    ticked: tuple[str, ...] = ()
    filled: Mapping[int, str] = field(default_factory=dict)

    def raw(self) -> Any:
        """Return it in the shape that `check` takes."""
        return dict(self.filled) if self._is_filled else list(self.ticked)

    @property
    def _is_filled(self) -> bool:
        return self.kind in (RANK, POINTS)

    def shown(self, form: BallotForm) -> dict[int, str]:
        """Return what is shown again: the ticked or filled projects that are on the ballot."""
        if self._is_filled:
            return {number: said for number, said in self.filled.items() if number in form.items}
        found = (_whole(one) for one in self.ticked)
        return {number: "on" for number in found if number is not None and number in form.items}


def typed_in(form: BallotForm, fields: Mapping[str, Sequence[str]]) -> Typed:
    """Read the fields of the ballot's page: ``choice=12``, ``rank-12=1``, ``points-12=3``.

    Parameters
    ----------
    fields
        Every value of every field, as the browser sent them.
    """
    if form.kind in (APPROVE, KNAPSACK):
        return Typed(form.kind, tuple(fields.get("choice", ()))[: MOST_ENTRIES + 1])
    filled = {}
    for name, values in fields.items():
        found = _FIELD.fullmatch(name)
        said = values[-1].strip() if values else ""
        if found and found[1] == form.kind and said:
            filled[int(found[2])] = said[:20]
    return Typed(form.kind, filled=filled)


def check(form: BallotForm, raw: Any) -> Choices | list[Problem]:
    """Return the choice if it holds, else every reason why not.

    Parameters
    ----------
    form
        The rules of the ballot.
    raw
        What came in, of any type: see the table above. ``rank`` also takes {number: place}, where gaps between places
        do no harm and the same place twice does.
    """
    if form.kind not in KINDS:
        raise ValueError(f"There is no ballot form {form.kind!r}.")
    if form.kind == RANK and isinstance(raw, Mapping):
        return _check_places(form, raw)
    if form.kind == POINTS:
        return _check_points(form, raw)
    numbers, problems = _numbers(form, raw)
    problems += _check_together(form, numbers, problems)
    if problems:
        return problems
    return Choices(form.kind, tuple(numbers) if form.kind == RANK else tuple(sorted(numbers)))


def _numbers(form: BallotForm, raw: Any) -> tuple[list[int], list[Problem]]:
    """Read a list of numbers of projects, each on the ballot and there once."""
    if not isinstance(raw, (list, tuple)):
        return [], [Problem("shape")]
    if len(raw) > MOST_ENTRIES:
        return [], [Problem("too_long")]
    problems: list[Problem] = []
    numbers = [number for number in (_whole(one) for one in raw) if number is not None]
    if len(numbers) != len(raw):
        problems.append(Problem("shape"))
    counted = Counter(numbers)
    problems += [Problem("twice", number) for number, times in counted.items() if times > 1]
    problems += [problem for number in counted for problem in _on_ballot(form, number)]
    return list(counted), problems


def _on_ballot(form: BallotForm, number: int) -> Iterator[Problem]:
    item = form.items.get(number)
    if item is None:
        yield Problem("unknown", number)
    elif item.withdrawn:
        yield Problem("withdrawn", number)


def _check_together(form: BallotForm, numbers: Sequence[int], so_far: Sequence[Problem]) -> list[Problem]:
    """Check what the chosen projects are together: not none (if nothing else was wrong), not too many, not too dear."""
    problems = []
    if not numbers and not so_far:
        problems.append(Problem("none"))
    if form.max_choices is not None and len(numbers) > form.max_choices:
        problems.append(Problem("too_many", params={"chosen": len(numbers), "most": form.max_choices}))
    if form.kind == KNAPSACK and form.budget_pence is not None:
        cost = form.cost_of(numbers)
        if cost > form.budget_pence:
            over = {"cost": cost, "budget": form.budget_pence, "over": cost - form.budget_pence}
            problems.append(Problem("over_budget", params=over))
    return problems


def _check_places(form: BallotForm, raw: Mapping[Any, Any]) -> Choices | list[Problem]:
    """Check a ranking given as {number: place}."""
    places, problems = _pairs(form, raw, least=1)
    problems += _check_together(form, list(places), problems)
    taken = Counter(places.values())
    problems += [
        Problem("same_place", number, {"place": place}) for number, place in places.items() if taken[place] > 1
    ]
    if problems:
        return problems
    return Choices(RANK, tuple(sorted(places, key=places.__getitem__)))


def _check_points(form: BallotForm, raw: Any) -> Choices | list[Problem]:
    """Check points given as {number: points} or as pairs."""
    given, problems = _pairs(form, raw, least=0)
    given = {number: points for number, points in given.items() if points}
    problems += _check_together(form, list(given), problems)
    total = sum(given.values())
    if form.points is not None and total > form.points:
        problems.append(Problem("too_many_points", params={"given": total, "most": form.points}))
    if problems:
        return problems
    return Choices(POINTS, tuple(sorted(given.items())))


def _pairs(form: BallotForm, raw: Any, *, least: int) -> tuple[dict[int, int], list[Problem]]:
    """Read numbers of projects with a whole number each, `least` or more."""
    if isinstance(raw, (list, tuple)) and len(raw) <= MOST_ENTRIES:
        if not all(isinstance(one, (list, tuple)) and len(one) == 2 for one in raw):
            return {}, [Problem("shape")]
        pairs = [(one[0], one[1]) for one in raw]
    elif isinstance(raw, Mapping) and len(raw) <= MOST_ENTRIES:
        pairs = list(raw.items())
    else:
        return {}, [Problem("too_long" if isinstance(raw, (list, tuple, Mapping)) else "shape")]
    found: dict[int, int] = {}
    problems: list[Problem] = []
    for key, said in pairs:
        number, value = _whole(key), _whole(said)
        if number is None:
            problems.append(Problem("shape"))
        elif number in found:
            problems.append(Problem("twice", number))
        elif value is None or value < least:
            problems.append(Problem("not_a_number", number))
        else:
            found[number] = value
            problems += _on_ballot(form, number)
    return found, problems


def _whole(said: Any) -> int | None:
    """Return a whole number that is not negative and not huge, from a number or from its figures; else None."""
    if isinstance(said, int) and not isinstance(said, bool):
        return said if 0 <= said < 10**9 else None
    if isinstance(said, str) and _NUMBER.fullmatch(said.strip()):
        return int(said)
    return None
