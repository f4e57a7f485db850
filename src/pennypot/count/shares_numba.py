"""Equal Shares over whole-number bounds, compiled: the same steps as `shares_numpy`, for large elections.

The state has one row for each group of equal ballots: lower bound of what a voter has left, upper bound, voters in the
group. Every figure is a whole number of a small fraction of the money's unit, lower bounds rounded down and upper
bounds up (docs/count/exactness.md proves that this decides correctly whatever it decides).
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from .shares_numpy import (
    ACTIVE,
    CONTENDER,
    COST,
    COST_HIGH,
    COST_LOW,
    DONE,
    FIRST,
    FRESH,
    HIGH,
    KEPT,
    KEPT_LEVEL,
    KEY_HIGH,
    KEY_LOW,
    LEVEL,
    LOW,
    MAY_WIN,
    ORDER,
    PRICE,
    RANK,
    RICH,
    RIVAL_START,
    START,
    STUCK,
    TIMES,
    TIMES_LEAST,
    TOP,
    TWIN,
)

INFINITE = np.int64(2**62)
NEARLY, SLACK = 24, 8

# What is left out here (ways in from Python and from C, checks of divisors that are never 0) need not be compiled.
_LESS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "no_cfunc_wrapper": True}
_outer = numba.njit(cache=True, **_LESS)
_inner = numba.njit(cache=True, **_LESS | {"no_cpython_wrapper": True})


@_inner
def _raise(begin, end, group, point, state, cost, price):
    """One Newton step: from a price that is surely not too high to a better one; INFINITE if nobody can pay it.

    What supporters give rises with the price, ever more slowly, so that a step never goes too far.
    """
    poor = np.int64(0)
    rich = np.int64(0)
    if len(point):
        for entry in range(begin, end):
            upper = state[group[entry], 1]
            weight = state[group[entry], 2]
            if upper < price * point[entry]:
                poor += weight * upper
            else:
                rich += weight * point[entry]
    else:
        for entry in range(begin, end):
            upper = state[group[entry], 1]
            weight = state[group[entry], 2]
            if upper < price:
                poor += weight * upper
            else:
                rich += weight
    if rich == 0:
        return price if poor >= cost else INFINITE
    better = (cost - poor) // rich
    return better if better > price else price


@_inner
def _highest_price(begin, end, group, point, state, cost, price):
    """A whole number that is surely no less than the price, and the rich weight if nobody is in between (else 0)."""
    while True:
        poor = np.int64(0)
        rich = np.int64(0)
        clean = True
        if len(point):
            for entry in range(begin, end):
                lower = state[group[entry], 0]
                weight = state[group[entry], 2]
                if lower < price * point[entry]:
                    poor += weight * lower
                    if state[group[entry], 1] > 0:
                        clean = False
                else:
                    rich += weight * point[entry]
        else:
            for entry in range(begin, end):
                lower = state[group[entry], 0]
                weight = state[group[entry], 2]
                if lower < price:
                    poor += weight * lower
                    if state[group[entry], 1] > 0:
                        clean = False
                else:
                    rich += weight
        if poor + price * rich >= cost:
            return price, rich if clean else np.int64(0)
        if rich == 0:
            return INFINITE, np.int64(0)
        price = -((poor - cost) // rich)


@_inner
def pay(begin, end, group, point, state, low, high):
    """Take a price between `low` and `high` from every supporter who has it, and all they have from the others."""
    for entry in range(begin, end):
        row = group[entry]
        times = point[entry] if len(point) else np.int64(1)
        least, most = state[row, 0] - high * times, state[row, 1] - low * times
        state[row, 0] = least if least > 0 else np.int64(0)
        state[row, 1] = most if most > 0 else np.int64(0)


@_outer
def run(table, keys, flags, state, group, point, rival, by_cost, exact):
    """Choose project after project until none can be paid (DONE) or bounds no longer decide (STUCK).

    Rows ORDER, LOW, HIGH and LEVEL of the table get what was decided, at what least and greatest price and between how
    many that were level; when stuck, row CONTENDER of the flags marks the projects between which exact arithmetic must
    decide. (Loops stand where numpy would need slices: they are quicker to compile.)
    """
    projects = flags.shape[1]
    below, above = 1.0 - 2.0**-50, 1.0 + 2.0**-50
    for c in range(projects):
        keys[KEY_LOW, c] = table[PRICE, c] / keys[TIMES, c] * below
    chosen = 0
    while True:
        for d in range(projects):
            table[FRESH, d] = 0
        best_high = np.inf
        while True:
            c = -1
            for d in range(projects):
                if flags[ACTIVE, d] and table[FRESH, d] == 0 and (c < 0 or keys[KEY_LOW, d] < keys[KEY_LOW, c]):
                    c = d
            if c < 0 or keys[KEY_LOW, c] > best_high:
                break
            begin, end, before = table[START, c], table[START, c + 1], table[PRICE, c]
            found = _raise(begin, end, group, point, state, table[COST_LOW, c], before)
            if found == INFINITE:
                flags[ACTIVE, c] = False
                continue
            table[FRESH, c] = 1 if found - before <= before >> NEARLY else 0
            table[PRICE, c] = found
            keys[KEY_LOW, c] = found / keys[TIMES, c] * below
            if table[FRESH, c] == 1:
                keys[KEY_HIGH, c] = np.inf
                top, rich = _highest_price(begin, end, group, point, state, table[COST_HIGH, c], found + SLACK)
                table[TOP, c], table[RICH, c] = top, rich
                if top < INFINITE:
                    keys[KEY_HIGH, c] = top / keys[TIMES_LEAST, c] * above
                    if keys[KEY_HIGH, c] < best_high:
                        best_high = keys[KEY_HIGH, c]
        best, count, all_clean, all_twins = -1, 0, True, True
        for d in range(projects):
            flags[CONTENDER, d] = flags[ACTIVE, d] and table[FRESH, d] == 1 and keys[KEY_LOW, d] <= best_high
            if flags[CONTENDER, d]:
                count += 1
                if table[TOP, d] == INFINITE or table[RICH, d] == 0:
                    all_clean = False
                if best >= 0 and table[TWIN, d] != table[TWIN, best]:
                    all_twins = False
                if best < 0 or table[RANK, d] < table[RANK, best]:
                    best = d
        if count == 0:
            return DONE, chosen
        level = 1
        if best_high == np.inf:
            return STUCK, chosen
        if count > 1:
            if all_twins:
                level = count
            elif all_clean and exact:
                best = -1
                for d in range(projects):
                    if not flags[CONTENDER, d]:
                        continue
                    if best < 0:
                        best, level = d, 1
                        continue
                    ahead, behind = table[RICH, best], table[RICH, d]
                    if not by_cost:
                        ahead, behind = table[COST, d] * ahead, table[COST, best] * behind
                    if ahead < behind:
                        best, level = d, 1
                    elif ahead == behind:
                        level += 1
                        if table[RANK, d] < table[RANK, best]:
                            best = d
            else:
                return STUCK, chosen
        begin, end = table[START, best], table[START, best + 1]
        while True:
            found = _raise(begin, end, group, point, state, table[COST_LOW, best], table[PRICE, best])
            if found == table[PRICE, best]:
                break
            table[PRICE, best] = found
        low, high = table[PRICE, best], table[TOP, best]
        table[ORDER, chosen], table[LOW, chosen], table[HIGH, chosen], table[LEVEL, chosen] = best, low, high, level
        chosen += 1
        flags[ACTIVE, best] = False
        for entry in range(table[RIVAL_START, best], table[RIVAL_START, best + 1]):
            flags[ACTIVE, rival[entry]] = False
        pay(begin, end, group, point, state, low, high)


FINISHED, OVER, LIMIT = 2, 3, 4


@_outer
def add_one(
    table, keys, flags, state, group, point, rival, by_cost, exact,
    budget, exhaustive, above, rise, below, digits, steps, most, patience_cap, runs,
):  # fmt: skip
    """Take Add1 steps while bounds decide them; see `completion._AddOne`, which does the same and the rest.

    After j steps a voter has ``(above + j * rise) / below``, and bounds carry `digits` binary digits, with room for
    `most` steps. Rows KEPT and KEPT_LEVEL get the decision at the last step taken; a -1 ends it. Gives why it ended and
    the steps taken by then.
    """
    projects = flags.shape[1]
    leap, patience, waiting = 1, 0, 0
    for _ in range(runs):
        first, last = steps + 1, steps + leap
        if last > most:
            return LIMIT, steps
        for c in range(projects):
            flags[ACTIVE, c] = flags[MAY_WIN, c]
            table[PRICE, c] = table[FIRST, c]
        least = ((above + first * rise) << digits) // below
        greatest = -((-((above + last * rise) << digits)) // below)
        for row in range(len(state)):
            state[row, 0] = least
            state[row, 1] = greatest
        ended, chosen = run(table, keys, flags, state, group, point, rival, by_cost, exact)
        if ended == STUCK:
            if leap == 1:
                return STUCK, steps
            if leap == 2:
                patience = 2 * patience + 1
                if patience > patience_cap:
                    patience = patience_cap
            waiting, leap = patience, leap // 2
            continue
        spent = np.int64(0)
        for c in range(projects):
            flags[ACTIVE, c] = flags[MAY_WIN, c]
        for at in range(chosen):
            c = table[ORDER, at]
            spent += table[COST, c]
            flags[ACTIVE, c] = False
            for entry in range(table[RIVAL_START, c], table[RIVAL_START, c + 1]):
                flags[ACTIVE, rival[entry]] = False
        if spent > budget:
            return OVER, steps
        for at in range(chosen):
            table[KEPT, at], table[KEPT_LEVEL, at] = table[ORDER, at], table[LEVEL, at]
        table[KEPT, chosen] = -1
        finished = True
        for c in range(projects):
            if flags[ACTIVE, c] and (not exhaustive or table[COST, c] <= budget - spent):
                finished = False
        if finished:
            return FINISHED, first
        steps = last
        if leap > 1 or not waiting:
            patience = patience if leap == 1 else 0
            leap *= 2
        else:
            waiting -= 1
    return DONE, steps
