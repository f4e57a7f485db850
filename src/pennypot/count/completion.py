"""Equal Shares with its completions: what happens to the money that the first run leaves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from .addopt import EqualPayments, Outcome, trail_of
from .card import RuleCard
from .election import Election
from .greedy import fill
from .result import Result
from .shares import PATIENCE, Decision, Setting
from .shares_exact import ExactRun
from .ties import Tie, TieOrder

DONE, STUCK, FINISHED, OVER, LIMIT = range(5)  # as in shares_numba
RUNS = 64  # compiled runs between two signs of life

Progress = Callable[[int, Fraction], None]


@dataclass(frozen=True)
class Settled:
    """The run that decided: its endowment, its order of selection and the Add1 steps before it."""

    endowment: Fraction
    decision: Decision
    steps: int


def count_equal_shares(
    election: Election,
    card: RuleCard,
    order: TieOrder,
    progress: Progress | None = None,
    with_trail: bool = True,
    passing: bool = False,
) -> Result:
    """Count by Equal Shares and the completion that the card names.

    Each trail entry of the run that decided: ``project``, ``price`` (exact, for each supporter or point),
    ``payers`` (voters who pay it in full) and ``giving_all`` (voters who have less and give all of it). With `passing`
    the ties of the runs before it are found as well (`Result.passed`).
    """
    if not election.voters or not election.projects:
        return Result(election, card, (), 0)
    setting = Setting(election, card, order)
    if card.completion == "add-opt":
        return _count_add_opt(setting, progress)
    seen: list[tuple[int, Decision]] | None = [] if passing else None
    settled = settle(setting, progress, seen)
    trail, ties = receipts(setting, settled) if with_trail else ([], [])
    passed = _passed(setting, seen, ties) if seen else ()
    winners = settled.decision.order
    left = election.budget - sum(election.costs[c] for c in winners)
    if card.completion in ("greedy", "add1-utilitarian"):
        by = {"cost": "votes", "count": "votes-per-cost", "points": "points-per-cost"}[card.utility]
        plain = card.but(too_dear="skip", part_funding="")
        more, _, left = fill(election, plain, order, left, winners, trail, ties, by)
        winners = winners + more
    ids = tuple(election.projects[c].id for c in winners)
    return Result(
        election, card, ids, election.budget - left, tuple(ties), tuple(trail),
        endowment=settled.endowment, steps=settled.steps, passed=passed,
    )  # fmt: skip


def settle(
    setting: Setting, progress: Progress | None = None, seen: list[tuple[int, Decision]] | None = None
) -> Settled:
    """Find the endowment at which the rule stops, and what is funded there; `seen` gets every run with its step."""
    card, start = setting.card, start_of(setting)
    first = setting.decide(start, start)
    if card.completion not in ("add1", "add1-utilitarian"):
        return Settled(start, first, 0)
    return _AddOne(setting, start, step_of(setting), first, progress, seen).settled()


def resume(setting: Setting, steps: int, endowment: Fraction) -> Settled:
    """Go on with Add1 behind so many steps, none of which ends it."""
    run = _AddOne(setting, start_of(setting), step_of(setting), setting.decide(endowment, endowment), None)
    run.steps = steps
    return run.settled()


def step_of(setting: Setting) -> Fraction:
    """What one Add1 step gives to every voter."""
    return Fraction(setting.card.step) * 10**setting.election.decimals


def start_of(setting: Setting) -> Fraction:
    """What every voter begins with."""
    exact, unit = Fraction(setting.election.budget, setting.voters), 10**setting.election.decimals
    return Fraction(exact // unit * unit) if setting.card.start == "whole" else exact


def _count_add_opt(setting: Setting, progress: Progress | None) -> Result:
    """Go from one endowment at which anything changes to the next, until the next would break the budget."""
    election, rule = setting.election, EqualPayments(setting)
    now, steps = rule.run(start_of(setting)), 0
    met = _level_sets(setting, now, 0)
    while not _finished(setting, now.order):
        endowment = rule.next_endowment(now)
        if endowment is None:
            break
        after = rule.run(endowment)
        met = _level_sets(setting, after, steps + 1) | met
        if _cost(setting, after.order) > election.budget:
            break
        now, steps = after, steps + 1
        if progress:
            progress(steps, endowment)
    known = _level_sets(setting, now, None)
    passed = tuple(tie for level, tie in met.items() if level not in known)
    ids = tuple(election.projects[c].id for c in now.order)
    return Result(
        election, setting.card, ids, _cost(setting, now.order), tuple(known.values()), tuple(trail_of(setting, now)),
        endowment=now.endowment, steps=steps, passed=passed,
    )  # fmt: skip


def _level_sets(setting: Setting, outcome: Outcome, step: int | None) -> dict[frozenset[int], Tie]:
    """The ties that one endowment met, by the projects that were level."""
    return {
        frozenset(choice.level): setting.tie_order.tie(at, choice.level, step)
        for at, choice in enumerate(outcome.choices, 1)
        if len(choice.level) > 1
    }


def _cost(setting: Setting, funded: list[int]) -> int:
    return sum(setting.cost[c] for c in funded)


def _finished(setting: Setting, order: list[int]) -> bool:
    """Whether nothing more can come: all is funded, or (with the exhaustive stop) nothing more fits."""
    funded = set(order)
    blocked = {r for c in funded for r in setting.rival[setting.rival_start[c] : setting.rival_start[c + 1]].tolist()}
    waiting = [c for c in range(setting.projects) if setting.can_win[c] and c not in funded and c not in blocked]
    if not waiting:
        return True
    left = setting.election.budget - _cost(setting, order)
    return setting.card.stop == "exhaustive" and min(setting.cost[c] for c in waiting) > left


class _AddOne:
    """Add1: give every voter one step more until the next step would break the budget.

    Steps are taken many at a time: one run over a range of endowments shows that all of them fund the same projects.
    Where every run is asked for (`seen`), compiled code does not take steps on its own.
    """

    def __init__(self, setting: Setting, start: Fraction, step: Fraction, first: Decision, progress, seen=None) -> None:
        self.setting, self.start, self.step, self.progress, self.seen = setting, start, step, progress, seen
        self.before, self.steps = first, 0

    def settled(self) -> Settled:
        """Take steps until the rule says stop."""
        leap, patience, waiting, exactly = 1, 0, 0, False
        plain = self.seen is None
        if self.seen is not None:
            self.seen.append((0, self.before))
        while not _finished(self.setting, self.before.order):
            if plain and self._in_compiled_code():
                break
            first = self.steps + 1
            decision = self._over(first, first + leap - 1, exactly)
            if not decision.settled:
                patience = min(2 * patience + 1, PATIENCE) if leap == 2 else patience
                waiting, exactly, leap = patience, False, leap // 2
                continue
            if self.seen is not None:
                self.seen.append((first, decision))
            if _cost(self.setting, decision.order) > self.setting.election.budget:
                break
            self.before, self.steps = decision, first if _finished(self.setting, decision.order) else first + leap - 1
            if self.progress:
                self.progress(self.steps, self.start + self.steps * self.step)
            exactly = decision.exactly > 0
            plain = not exactly and self.seen is None
            if leap > 1 or exactly or not waiting:
                leap, patience = 2 * leap, patience if leap == 1 else 0
            else:
                waiting -= 1
        return Settled(self.start + self.steps * self.step, self.before, self.steps)

    def _in_compiled_code(self) -> bool:
        """Let compiled code take the steps that bounds decide; True where it came to the end."""
        while True:
            leapt = self.setting.leap(self.start, self.step, self.steps, RUNS)
            if leapt is None:
                return False
            why, steps, decision = leapt
            if steps > self.steps:
                self.before, self.steps = decision, steps
                if self.progress:
                    self.progress(self.steps, self.start + self.steps * self.step)
            elif why == LIMIT:
                return False
            if why in (OVER, FINISHED):
                return True
            if why == STUCK:
                return False

    def _over(self, first: int, last: int, exactly: bool) -> Decision:
        low, high = self.start + first * self.step, self.start + last * self.step
        return self.setting.decide(low, high, exactly or first == last)


def _passed(setting: Setting, seen: list[tuple[int, Decision]], ties: list[Tie]) -> tuple[Tie, ...]:
    """Every set of projects that was level in some run but not in the one that decided, where it was met first."""
    known = {frozenset(tie.among) for tie in ties}
    ids, looked_at, found = [project.id for project in setting.election.projects], set(), []
    for step, decision in seen:
        for at, level in decision.tied:
            before = tuple(decision.order[: at + 1])
            if (before, decision.sizes.get(at)) in looked_at:
                continue
            looked_at.add((before, decision.sizes.get(at)))
            if not level:
                endowment = start_of(setting) + step * step_of(setting)
                exact = ExactRun(setting, endowment, setting.shift(endowment))
                exact.advance(decision.order[:at])
                level = _level(setting, exact, before[-1], set(before[:-1]))
            names = frozenset(ids[c] for c in level)
            if len(names) > 1 and names not in known:
                known.add(names)
                found.append(setting.tie_order.tie(at + 1, level, step))
    return tuple(found)


def run_order(result: Result) -> list[int]:
    """Positions of what the deciding Equal Shares run funded, in order, without what a completion added."""
    return [result.election.index[entry["project"]] for entry in result.trail if "price" in entry]


def receipts(setting: Setting, settled: Settled) -> tuple[list[dict[str, Any]], list[Tie]]:
    """Go through the run that decided once more in exact fractions: prices, payers and the ties that were met."""
    election, order = setting.election, settled.decision.order
    exact = ExactRun(setting, settled.endowment, setting.shift(settled.endowment))
    flagged = dict(settled.decision.tied)
    trail: list[dict[str, Any]] = []
    ties: list[Tie] = []
    for at, c in enumerate(order):
        if at in flagged:
            level = flagged[at] or _level(setting, exact, c, set(order[:at]))
            if len(level) > 1:
                ties.append(setting.tie_order.tie(at + 1, level))
        found = exact.price(c)
        assert found is not None, "the run that decided funded what cannot be paid"
        exact.fund(c, found)
        unit = 10**election.decimals
        entry = {
            "round": at + 1,
            "project": election.projects[c].id,
            "price": str(found.value / unit),
            "shown": float(found.value / unit),
            "payers": int(setting.weight[found.rows[~found.poor]].sum()),
            "giving_all": found.poor_weight,
        }
        trail.append(entry)
    return trail, ties


def _level(setting: Setting, exact: ExactRun, chosen: int, funded: set[int]) -> list[int]:
    """Every project exactly as good as the chosen one at this moment."""

    def key(c: int) -> Fraction | None:
        found = exact.price(c)
        return None if found is None else found.value / (setting.cost[c] if setting.by_cost else 1)

    blocked = {int(r) for c in funded for r in setting.rival[setting.rival_start[c] : setting.rival_start[c + 1]]}
    best = key(chosen)
    out = funded | blocked
    return [c for c in range(setting.projects) if setting.can_win[c] and c not in out and key(c) == best]
