"""What an Equal Shares count says about the projects it passed by, so that few of them need counting again."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from fractions import Fraction
from math import ceil, floor
from typing import NamedTuple

from .completion import DONE, FINISHED, LIMIT, RUNS, resume, run_order, settle, start_of, step_of
from .election import Election
from .result import Result
from .shares import Decision, Setting
from .shares_exact import ExactRun
from .thresholds import Thresholds
from .ties import TieOrder
from .whatif import with_cost

SEVERAL = 8  # projects from which on it pays to go through all Add1 steps first
LITTLE = 512  # so small a part of the budget is little money


class Step(NamedTuple):
    """The last of some Add1 steps: its number and endowment, and up to it for each project the greatest cost at which
    Add1 might have ended otherwise (``most``), and the most that was spent."""

    number: int
    endowment: Fraction
    most: dict[int, int]
    spent: int


class SharesHints:
    """The deciding run of a count, and for Add1 all runs before it.

    Parameters
    ----------
    election, result : Election, Result
        What was counted and what came out, with its trail.
    order : TieOrder
    """

    def __init__(self, election: Election, result: Result, order: TieOrder) -> None:
        assert result.endowment is not None
        self.election, self.endowment, self.steps = election, result.endowment, result.steps
        self.setting = Setting(election, result.card, order)
        self.order = run_order(result)
        self.shift = self.setting.shift(result.endowment)
        unit = Fraction(2) ** self.shift * 10**election.decimals
        prices = [Fraction(entry["price"]) * unit for entry in result.trail if "price" in entry]
        bounds = [(floor(price), ceil(price)) for price in prices]
        self.before: list[Step] = []
        self.last = Thresholds(self.setting, self.endowment, self.endowment, self.shift, self.order, bounds)

    def held(self, at: int) -> int:
        """What a project's supporters hold together at the end, in whole units of money rounded down."""
        found = self.last.held(at)
        if found is None:
            exact = ExactRun(self.setting, self.endowment, self.shift)
            exact.advance(self.order)
            rows = self.setting.supporters_of(at)
            living = rows[exact.alive[rows]]
            found = floor(exact._held(living, self.setting.weight[living]))
        return found

    def cost_to_win(self, at: int) -> tuple[int, bool]:
        """The greatest cost at which the deciding run would have funded a project, and whether that is proven."""
        if not self.setting.can_win[at]:
            return 0, True
        return self.last.cost_to_win(at)

    def votes_to_win(self, at: int) -> int:
        """About how many more voters for a project alone would let it win; their shares come out of the same budget."""
        more = self.last.votes_to_win(at)
        if self.setting.card.completion == "add1" or not more:
            return more
        for _ in range(3):
            endowment = Fraction(self.election.budget, self.setting.voters + more)
            found = self.setting.decide(endowment, endowment)
            before, more = more, self._at(endowment, found).votes_to_win(at)
            if more == before:
                break
        return more

    def _at(self, endowment: Fraction, found: Decision) -> Thresholds:
        return Thresholds(self.setting, endowment, endowment, found.shift, found.order, found.bounds)

    def look_back(self, losers: list[int]) -> None:
        """Go through every Add1 step once and note at what cost these projects could have changed where Add1 ends.

        Counting one again at another cost may begin behind the steps in which it surely does not (`Passable`).
        """
        seen: list[tuple[int, Decision]] = []
        settled = settle(self.setting, None, seen)
        assert settled.steps == self.steps, "the same count took other steps"
        start, step = start_of(self.setting), step_of(self.setting)
        known = [entry for entry in seen if entry[0] <= settled.steps]
        ends = [first - 1 for first, _ in known[1:]] + [settled.steps]
        most, spent = dict.fromkeys(losers, 0), 0
        for (first, decision), last in zip(known, ends, strict=True):
            run = Thresholds(
                self.setting, start + first * step, start + last * step, decision.shift, decision.order, decision.bounds
            )
            passable = run.passable()
            most = {at: run.cost_to_win(at, most[at], passable)[0] for at in losers}
            spent = max(spent, sum(self.setting.cost[c] for c in decision.order))
            self.before.append(Step(last, start + last * step, most, spent))

    def greatest_cost(self, at: int) -> int | None:
        """A cost at which a project wins while one unit more loses, if one is found below its own; after `look_back`.

        It is looked for by counts that begin near the end of Add1, where things are decided almost always; and proven,
        or looked for again, by counts that leave out no step but those that surely change nothing.
        """
        found = self._greatest(at, True)
        return found if found and self._is_last(at, found) else self._greatest(at, False)

    def _is_last(self, at: int, cost: int) -> bool:
        """Whether a project wins at a cost and loses at one unit more; both counts go as far as they can at once."""
        behind, own = self._behind(at, cost), self.setting.cost[at]
        begin = self.before[behind - 1].number if behind else None
        if begin is not None and cost + 1 < own:
            begin = self._leap_both(at, cost, begin)
        dearer_wins = cost + 1 < own and self._wins(at, cost + 1, begin)
        return not dearer_wins and self._wins(at, cost, begin)

    def _leap_both(self, at: int, cost: int, steps: int) -> int:
        """How many steps are surely taken at a cost and at one unit more, from a number of which that is known.

        What does not end Add1 at the higher cost does not end it at the lower, which leaves more money.
        """
        setting = self._changed(at, cost + 1)
        if not setting.or_one_less(at):
            return steps
        while leapt := setting.leap(start_of(setting), step_of(setting), steps, RUNS):
            why, taken, _ = leapt
            if why == FINISHED:
                return max(steps, taken - 1)
            if why not in (DONE, LIMIT) or taken == steps:
                return taken
            steps = taken
        return steps

    def _wins(self, at: int, cost: int, steps: int | None) -> bool:
        """Count again at another cost, behind a number of steps that is known not to be the end; or from the start."""
        setting = self._changed(at, cost)
        if steps is None:
            return at in settle(setting).decision.order
        return at in resume(setting, steps, start_of(setting) + steps * step_of(setting)).decision.order

    def _greatest(self, at: int, late: bool) -> int | None:
        """Search for such a cost.

        Tried are the costs at which it could have won in the last steps; then, wherever it wins, the greatest cost
        that the step at which that count ended allows (`_limit`); only then the middle of what is still open.
        """
        low, high, limit = 0, self.setting.cost[at], 0
        for cost in self._worth_trying(at, high):
            if cost < high:
                found = self._limit(at, cost, late)
                if found is not None:
                    low, limit = cost, found
                    break
                high = cost
        likely = True  # that the next cost above `low` loses
        while low and high - low > 1:
            trial = low + 1 if likely else (low + high) // 2
            if low < limit < high:
                trial = limit
            found = self._limit(at, trial, late)
            if found is None:
                likely = likely and trial > low + 1
                high, limit = trial, 0
            else:
                likely = trial == limit
                low, limit = trial, found
        return low or None

    def _worth_trying(self, at: int, cost: int) -> list[int]:
        """From the greatest: the costs below which it could have won in the last steps; then halves down to one."""
        found, back = {self.cost_to_win(at)[0]}, 1
        while back <= len(self.before):
            found.add(self.before[-back].most[at])
            back *= 4
        tried = sorted(found - {0}, reverse=True)
        half = min([cost, *tried]) // 2
        while half:
            tried.append(half)
            half //= 4
        return tried if tried[-1:] == [1] else [*tried, 1]

    def _limit(self, at: int, cost: int, late: bool = False) -> int | None:
        """Count again at another cost, from where the project could first change the end; None if it loses.

        Else the cost up to which it would win the step at which that count ended, and not break the budget there. With
        `late` it begins only where little money would be left: likely the same, not surely.
        """
        setting, behind = self._changed(at, cost), self._behind(at, cost)
        budget = self.election.budget
        if late:
            behind = max(
                behind, bisect_right(self.before, budget - budget // LITTLE - cost, key=lambda step: step.spent)
            )
        settled = resume(setting, *self.before[behind - 1][:2]) if behind else settle(setting)
        funded = settled.decision.order
        if at not in funded:
            return None
        left = budget - sum(setting.cost[c] for c in funded)
        found = self.setting.decide(settled.endowment, settled.endowment)
        return min(cost + left, self._at(settled.endowment, found).cost_to_win(at)[0])

    def _changed(self, at: int, cost: int) -> Setting:
        changed = with_cost(self.election, at, cost)
        return Setting(changed, self.setting.card, TieOrder(changed, self.setting.card))

    def _behind(self, at: int, cost: int) -> int:
        """How many entries of `before` a project at some cost surely leaves as they are."""
        return bisect_left(self.before, cost, key=lambda step: step.most[at])
