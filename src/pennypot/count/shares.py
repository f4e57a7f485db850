"""Equal Shares (the method of equal shares, MES): exact results at the speed of whole-number arithmetic.

Peters, Pierczyński and Skowron, "Proportional Participatory Budgeting with Additive Utilities" (NeurIPS 2021).
Every voter starts with an equal endowment. Again and again the project is funded whose supporters get the most for
what they pay, each paying the same (per point, where ballots give points) or all they have left.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, lcm
from time import thread_time

import numpy as np

from . import shares_numpy
from .card import RuleCard
from .election import Election
from .greedy import eligible, rivals
from .shares_exact import ExactRun
from .ties import TieOrder

ROOM = 60  # binary digits that sums may fill
PATIENCE = 15  # single Add1 steps between two attempts to take several at once
LONG = 0.4  # seconds after which compiled code pays for its start-up
MANY = 100  # runs that Add1 takes at least, almost always


@dataclass
class Decision:
    """What a run over one endowment, or over a range of them, decided.

    ``order`` is complete when ``settled``; when not, the range must be made narrower. ``tied`` holds the choices that
    the tie order made: (position in the order, projects that were level), without names where an engine told only how
    many there were; ``sizes`` has these numbers by position. ``bounds`` are the least and the greatest price that each
    may have been funded at, in units of ``2 ** -shift``.
    """

    order: list[int]
    settled: bool
    exactly: int = 0
    tied: list[tuple[int, list[int]]] = field(default_factory=list)
    sizes: dict[int, int] = field(default_factory=dict)
    bounds: list[tuple[int, int]] = field(default_factory=list)
    shift: int = 0


def compiled():
    """The compiled engine, loaded; None where there is no numba, or nowhere to keep what it compiles."""
    try:
        from . import shares_numba
    except (ImportError, RuntimeError):
        return None
    return shares_numba


class Setting:
    """One election under one rule card, laid out for Equal Shares runs."""

    def __init__(self, election: Election, card: RuleCard, order: TieOrder) -> None:
        self.election, self.card, self.tie_order = election, card, order
        columns, ballots = election.columns, election.ballots
        self.projects, self.groups = len(election.projects), ballots.groups
        self.cost, self.weight = election.costs, ballots.weight
        self.by_cost = card.utility == "cost"
        self.start, self.group = columns.start, columns.group
        self.point: np.ndarray = np.empty(0, np.int64)
        if card.utility == "points" and columns.point is not None:
            self.point = columns.point
        self.can_win = np.array(eligible(election, card), bool)
        self.rank = np.array(order.rank, np.int64)
        self.voters = election.voters
        conflict = rivals(election, card)
        self.rival_start = np.zeros(self.projects + 1, np.int64)
        np.cumsum([len(conflict.get(c, ())) for c in range(self.projects)], out=self.rival_start[1:])
        self.rival = np.array([r for c in range(self.projects) for r in sorted(conflict.get(c, ()))], np.int64)
        self._scaled: dict[int, tuple] = {}
        self.state = np.empty((self.groups, 3), np.int64)
        self.state[:, 2] = self.weight
        self._lay_out_costs()
        self._lay_out_tables()
        self.engine, self.spent = shares_numpy, 0.0
        if f"{__package__}.shares_numba" in sys.modules:
            self._compile()

    def _lay_out_costs(self) -> None:
        self.total_points = _sums(self.start, self.point, self.weight[self.group], self.projects)
        self.top_point = int(self.point.max(initial=1))
        self.free = [c for c in range(self.projects) if self.cost[c] == 0 and self.can_win[c]]
        self.free.sort(key=self.tie_order.rank.__getitem__)
        self.top_cost = max(self.cost, default=0)
        self.exact_integers = self.top_cost * max(max(self.total_points, default=0), 1) < 2**62
        self.cost_array = np.array([c if c < 2**62 else 0 for c in self.cost], np.int64)

    def _lay_out_tables(self) -> None:
        """Lay out what every run of an engine needs to know of the election, and its room to work in."""
        size = self.projects
        self.table = np.zeros((shares_numpy.ROWS, size + 1), np.int64)
        self.layout_shift: int | None = None
        self.keys, self.flags = np.zeros((4, size)), np.zeros((3, size), bool)
        self.in_doubt: int | None = None
        self.table[shares_numpy.START], self.table[shares_numpy.RIVAL_START] = self.start, self.rival_start
        self.table[[shares_numpy.COST, shares_numpy.RANK, shares_numpy.TWIN], :size] = (
            self.cost_array, self.rank, self._twins()
        )  # fmt: skip
        times = [shares_numpy.TIMES, shares_numpy.TIMES_LEAST]
        self.keys[times] = [float(c or 1) for c in self.cost] if self.by_cost else 1.0
        self.flags[shares_numpy.MAY_WIN] = self.can_win
        self.layout = (
            self.table, self.keys, self.flags, self.state, self.group, self.point, self.rival, self.by_cost,
            self.exact_integers,
        )  # fmt: skip

    def _twins(self) -> np.ndarray:
        """Number projects so that two with the same cost and the very same supporters have the same number."""
        seen: dict[tuple, int] = {}
        twin = np.empty(self.projects, np.int64)
        for c in range(self.projects):
            part = slice(self.start[c], self.start[c + 1])
            key: tuple = (self.cost[c], int(part.stop - part.start), self.total_points[c])
            twin[c] = seen.setdefault(key, c)
            if twin[c] != c:
                twin[c] = next((d for d in np.flatnonzero(twin[:c] == twin[c]) if self._same_support(c, int(d))), c)
        return twin

    def _same_support(self, c: int, d: int) -> bool:
        a, b = slice(self.start[c], self.start[c + 1]), slice(self.start[d], self.start[d + 1])
        if not np.array_equal(self.group[a], self.group[b]):
            return False
        return not len(self.point) or np.array_equal(self.point[a], self.point[b])

    def supporters_of(self, c: int) -> np.ndarray:
        """Groups that support a project."""
        return self.group[self.start[c] : self.start[c + 1]]

    def points_of(self, c: int) -> np.ndarray | int:
        """Points beside `supporters_of`; 1 where ballots give none or the rule does not look at them."""
        return self.point[self.start[c] : self.start[c + 1]] if len(self.point) else 1

    def paid_counts(self, rows: np.ndarray, weight: np.ndarray, place: np.ndarray, funded: int) -> list[int]:
        """For each funded project, the weight of these groups that paid for it (times points)."""
        ballots = self.election.ballots
        length = ballots.start[rows + 1] - ballots.start[rows]
        entry = np.repeat(ballots.start[rows] - np.cumsum(length) + length, length) + np.arange(int(length.sum()))
        where = place[ballots.project[entry]]
        times = np.repeat(weight, length)
        if len(self.point):
            assert self.election.entry_points is not None
            times = times * self.election.entry_points[entry]
        keep = (where >= 0) & (times > 0) & self.paying_entries(entry)
        counts = np.zeros(funded, np.int64)
        np.add.at(counts, where[keep], times[keep])
        return counts.tolist()

    def paying_entries(self, entry: np.ndarray) -> np.ndarray | bool:
        """Which choices on ballots are support that pays: all but those with no points."""
        points = self.election.entry_points
        return True if points is None else points[entry] > 0

    def history(self, row: int, place: np.ndarray) -> tuple:
        """What one group paid for so far, as a key: equal keys mean equal money."""
        ballots = self.election.ballots
        entry = np.arange(ballots.start[row], ballots.start[row + 1])
        entry = entry[(place[ballots.project[entry]] >= 0) & self.paying_entries(entry)]
        found = ballots.project[entry].tolist()
        points = self.election.entry_points if len(self.point) else None
        return tuple(found) if points is None else (*found, -1, *points[entry].tolist())

    def shift(self, endowment: Fraction) -> int:
        """Binary digits behind the point (negative: dropped before it) that keep every sum below 2 ** 61."""
        reach = max(self.voters * -(-endowment.numerator // endowment.denominator), self.top_cost, 1) * self.top_point
        return ROOM - reach.bit_length()

    def scaled(self, shift: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Costs in units of 2 ** -shift, rounded down and up, and prices that are surely not too high."""
        if shift not in self._scaled:
            low = np.array([c << shift if shift >= 0 else c >> -shift for c in self.cost], np.int64)
            high = low if shift >= 0 else np.array([-(-c >> -shift) for c in self.cost], np.int64)
            self._scaled[shift] = low, high, low // np.maximum(np.array(self.total_points, np.int64), 1)
        return self._scaled[shift]

    def laid_out(self, shift: int) -> tuple:
        """The layout, with costs in units of 2 ** -shift."""
        if shift != self.layout_shift:
            rows = [shares_numpy.COST_LOW, shares_numpy.COST_HIGH, shares_numpy.FIRST]
            self.table[rows, : self.projects] = self.scaled(shift)
            self.layout_shift = shift
            if self.in_doubt is not None and shift >= 0:
                c, less = self.in_doubt, self.cost[self.in_doubt] - 1 << shift
                self.table[shares_numpy.COST_LOW, c], self.table[shares_numpy.FIRST, c] = (
                    less,
                    less // self.total_points[c],
                )
        return self.layout

    def or_one_less(self, c: int) -> bool:
        """Let `leap` stand for the cost of a project and for one unit less at once; False where it cannot.

        Nothing is then decided but by bounds, and what is spent is bounded by the greater cost.
        """
        twin = self.table[shares_numpy.TWIN, : self.projects]
        if self.cost[c] < 2 or np.count_nonzero(twin == twin[c]) > 1:
            return False
        self.in_doubt, self.layout_shift, self.layout = c, None, (*self.layout[:-1], False)
        if self.by_cost:
            self.keys[shares_numpy.TIMES_LEAST, c] -= 1
        return True

    def leap(self, start: Fraction, step: Fraction, steps: int, runs: int) -> tuple[int, int, Decision] | None:
        """Take Add1 steps in compiled code as far as bounds decide them; None where that cannot be done.

        Returns
        -------
        (why, steps, decision) : why it ended (see `shares_numba`), the steps taken by then, what they decided
        """
        below, most = lcm(start.denominator, step.denominator), 2 * steps + 64
        reach = max(self.voters, below) * ceil(start + most * step)
        shift = ROOM - (max(reach, self.top_cost, 1) * self.top_point).bit_length()
        if not hasattr(self.engine, "add_one") or shift < 0 or not self.exact_integers or self.free:
            return None
        self.table[shares_numpy.KEPT] = -1
        why, taken = self.engine.add_one(
            *self.laid_out(shift), self.election.budget, self.card.stop == "exhaustive", int(start * below),
            int(step * below), below, shift, steps, most, PATIENCE, runs,
        )  # fmt: skip
        kept, level = self.table[shares_numpy.KEPT].tolist(), self.table[shares_numpy.KEPT_LEVEL].tolist()
        chosen = kept[: kept.index(-1)]
        return why, taken, Decision(chosen, True, 0, [(at, []) for at in range(len(chosen)) if level[at] > 1])

    def decide(self, low: Fraction, high: Fraction, exactly: bool = True) -> Decision:
        """Run Equal Shares for every endowment from `low` to `high` at once.

        With `exactly`, what bounds cannot part is decided by exact fractions (at both ends; the price of a project is
        linear in the endowment while the same people are poor, so what holds at both ends holds between).
        """
        if self.engine is not shares_numpy:
            return _Run(self, low, high).go(exactly)
        began = thread_time()
        decision = _Run(self, low, high).go(exactly)
        took = thread_time() - began
        self.spent += took
        if self.spent > LONG or (self.card.completion.startswith("add1") and MANY * took > 2 * LONG):
            self._compile()
        return decision

    def _compile(self) -> None:
        """Go over to the compiled engine: the same answers, worth its start-up time from here on."""
        self.spent = float("-inf")
        self.engine = compiled() or shares_numpy


def _down(amount: Fraction, shift: int) -> int:
    """An amount in units of 2 ** -shift, rounded down."""
    if shift >= 0:
        return (amount.numerator << shift) // amount.denominator
    return amount.numerator // (amount.denominator << -shift)


def _up(amount: Fraction, shift: int) -> int:
    """An amount in units of 2 ** -shift, rounded up."""
    if shift >= 0:
        return -((-amount.numerator << shift) // amount.denominator)
    return -(-amount.numerator // (amount.denominator << -shift))


class _Run:
    """One run over a range of endowments, from the first choice to the last."""

    def __init__(self, setting: Setting, low: Fraction, high: Fraction) -> None:
        self.setting = setting
        self.ends = [low] if low == high else [low, high]
        self.shift = setting.shift(high)
        self.exact: list[ExactRun] = []
        self.order: list[int] = []
        self.bounds: list[tuple[int, int]] = []
        self.tied: list[tuple[int, list[int]]] = []
        self.sizes: dict[int, int] = {}
        self.fractions = 0
        self.layout = setting.laid_out(self.shift)
        setting.table[shares_numpy.PRICE] = setting.table[shares_numpy.FIRST]
        self.active, self.state = setting.flags[shares_numpy.ACTIVE], setting.state
        self.active[:] = setting.can_win
        self.state[:, 0], self.state[:, 1] = _down(low, self.shift), _up(high, self.shift)

    def go(self, exactly: bool) -> Decision:
        setting = self.setting
        self._fund_free()
        while True:
            done, chosen = setting.engine.run(*self.layout)
            order, low, high, tied = setting.table[shares_numpy.ORDER : shares_numpy.LEVEL + 1, :chosen].tolist()
            before = len(self.order)
            for at, level in enumerate(tied):
                if level > 1:
                    self.tied.append((before + at, []))
                    self.sizes[before + at] = level
            self.order += order
            self.bounds += zip(low, high, strict=True)
            if done == 0:
                return Decision(self.order, True, self.fractions, self.tied, self.sizes, self.bounds, self.shift)
            if not exactly or not self._decide_exactly(np.flatnonzero(setting.flags[shares_numpy.CONTENDER]).tolist()):
                return Decision(self.order, False, self.fractions, self.tied)

    def _fund_free(self) -> None:
        """Projects that cost nothing and have support come first, in the tie order."""
        for at, c in enumerate(self.setting.free):
            if self.active[c]:
                if at + 1 < len(self.setting.free):
                    self.tied.append((len(self.order), self.setting.free[at:]))
                self._take(c, (0, 0))

    def _take(self, c: int, bounds: tuple[int, int]) -> None:
        setting = self.setting
        self.order.append(c)
        self.bounds.append(bounds)
        self.active[c] = False
        self.active[setting.rival[setting.rival_start[c] : setting.rival_start[c + 1]]] = False

    def _decide_exactly(self, contenders: list[int]) -> bool:
        """Choose between contenders by exact fractions; False where the two ends of the range disagree."""
        setting = self.setting
        self.fractions += 1
        if not self.exact:
            self.exact = [ExactRun(setting, end, self.shift) for end in self.ends]
        choices, states = [], []
        for exact in self.exact:
            exact.advance(self.order[len(exact.order) :])
            prices = {c: exact.price(c) for c in contenders}
            keys = {
                c: found.value / (setting.cost[c] if setting.by_cost else 1)
                for c, found in prices.items()
                if found is not None
            }
            best = min(keys.values()) if keys else None
            level = sorted((c for c, key in keys.items() if key == best), key=setting.tie_order.rank.__getitem__)
            choices.append((tuple(level[:1]), frozenset(keys)))
            states.append((prices, level))
        if any(choice != choices[0] for choice in choices) or not self._same_people(states):
            return False
        prices, level = states[0]
        for c in contenders:
            if prices[c] is None:
                self.active[c] = False
        if not level:
            return True
        chosen = level[0]
        if len(level) > 1:
            self.tied.append((len(self.order), level))
        paid = []
        for exact, (known, _) in zip(self.exact, states, strict=True):
            price = known[chosen]
            assert price is not None
            exact.fund(chosen, price)
            paid.append(price.value)
        self._take(chosen, (_down(min(paid), self.shift), _up(max(paid), self.shift)))
        self.state[:, 0], self.state[:, 1] = self.exact[0].lower, self.exact[-1].upper
        return True

    def _same_people(self, states: list) -> bool:
        """Whether at both ends of the range the same people were and are poor, so that prices between are linear."""
        if len(self.exact) == 1:
            return True
        first, last = self.exact
        pairs = [*zip(first.receipts, last.receipts, strict=True)]
        pairs += [(found, states[1][0][c]) for c, found in states[0][0].items() if found is not None]
        return all(np.array_equal(a.poor, b.poor) for a, b in pairs)


def _sums(start: np.ndarray, point: np.ndarray, weight: np.ndarray, projects: int) -> list[int]:
    heavy = weight * point if len(point) else weight
    running = np.zeros(len(weight) + 1, np.int64)
    np.cumsum(heavy, out=running[1:])
    return (running[start[1:]] - running[start[:-1]]).tolist() if projects else []
