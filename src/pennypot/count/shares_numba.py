"""Equal Shares over whole-number bounds, compiled: the same steps as `shares_numpy`, for large elections.

The state has one row for each group of equal ballots: lower bound of what a voter has left, upper bound, voters in the
group. Every figure is a whole number of a small fraction of the money's unit, lower bounds rounded down and upper
bounds up (docs/count/exactness.md proves that this decides correctly whatever it decides).
"""

from __future__ import annotations

import numba
import numpy as np

INFINITE = np.int64(2**62)
DONE, STUCK = 0, 1
NEARLY, SLACK = 24, 8


@numba.njit(cache=True, nogil=True)
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
    return max(price, (cost - poor) // rich)


@numba.njit(cache=True, nogil=True)
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


@numba.njit(cache=True, nogil=True)
def pay(begin, end, group, point, state, low, high):
    """Take a price between `low` and `high` from every supporter who has it, and all they have from the others."""
    for entry in range(begin, end):
        row = group[entry]
        times = point[entry] if len(point) else np.int64(1)
        state[row, 0] = max(np.int64(0), state[row, 0] - high * times)
        state[row, 1] = max(np.int64(0), state[row, 1] - low * times)


@numba.njit(cache=True, nogil=True)
def run(layout, state, active, price_low, order, low, high, tied, contenders):
    """Choose project after project until none can be paid (DONE) or bounds no longer decide (STUCK).

    ``order[:chosen]`` with ``low`` and ``high`` prices is what was decided; when stuck, ``contenders`` marks the
    projects between which exact arithmetic must decide. ``tied`` collects, for each decision, how many were level.
    ``layout`` is what `Setting.laid_out` gives; it holds room for all that is needed on the way (and loops stand where
    numpy would need slices), which halves the time of compilation.
    """
    start, group, point, cost_low, cost_high, cost, times, by_cost, exact, rank, twin, rival_start, rival = layout[:13]
    whole, keys = layout[13], layout[14]
    projects = len(cost)
    fresh, rich, price_high = whole[0], whole[1], whole[2]
    key_low, key_high = keys[0], keys[1]
    below, above = 1.0 - 2.0**-50, 1.0 + 2.0**-50
    for c in range(projects):
        key_low[c] = price_low[c] / times[c] * below
    chosen = 0
    while True:
        for d in range(projects):
            fresh[d] = 0
        best_high = np.inf
        while True:
            c = -1
            for d in range(projects):
                if active[d] and fresh[d] == 0 and (c < 0 or key_low[d] < key_low[c]):
                    c = d
            if c < 0 or key_low[c] > best_high:
                break
            found = _raise(start[c], start[c + 1], group, point, state, cost_low[c], price_low[c])
            if found == INFINITE:
                active[c] = False
                continue
            fresh[c] = 1 if found - price_low[c] <= price_low[c] >> NEARLY else 0
            price_low[c] = found
            key_low[c] = found / times[c] * below
            if fresh[c] == 1:
                key_high[c] = np.inf
                price_high[c] = INFINITE
                most = found + SLACK
                top, rich[c] = _highest_price(start[c], start[c + 1], group, point, state, cost_high[c], most)
                price_high[c] = top
                if top < INFINITE:
                    key_high[c] = top / times[c] * above
                    best_high = min(best_high, key_high[c])
        best, count, all_clean, all_twins = -1, 0, True, True
        for d in range(projects):
            contenders[d] = active[d] and fresh[d] == 1 and key_low[d] <= best_high
            if contenders[d]:
                count += 1
                if price_high[d] == INFINITE or rich[d] == 0:
                    all_clean = False
                if best >= 0 and twin[d] != twin[best]:
                    all_twins = False
                if best < 0 or rank[d] < rank[best]:
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
                    if not contenders[d]:
                        continue
                    if best < 0:
                        best, level = d, 1
                        continue
                    if by_cost:
                        ahead, behind = rich[best], rich[d]
                    else:
                        ahead, behind = cost[d] * rich[best], cost[best] * rich[d]
                    if ahead < behind:
                        best, level = d, 1
                    elif ahead == behind:
                        level += 1
                        if rank[d] < rank[best]:
                            best = d
            else:
                return STUCK, chosen
        while True:
            found = _raise(start[best], start[best + 1], group, point, state, cost_low[best], price_low[best])
            if found == price_low[best]:
                break
            price_low[best] = found
        order[chosen], low[chosen], high[chosen], tied[chosen] = best, price_low[best], price_high[best], level
        chosen += 1
        active[best] = False
        for entry in range(rival_start[best], rival_start[best + 1]):
            active[rival[entry]] = False
        pay(start[best], start[best + 1], group, point, state, price_low[best], price_high[best])


FINISHED, OVER, LIMIT = 2, 3, 4


@numba.njit(cache=True, nogil=True)
def add_one(layout, state, may_win, price_first, goal, endowment, steps, most, patience_cap, runs, order, tied):
    """Take Add1 steps while bounds decide them; see `completion._AddOne`, which does the same and the rest.

    ``goal`` is the budget and whether the exhaustive stop holds. ``endowment`` is (above, rise, below, digits): after
    j steps a voter has ``(above + j * rise) / below``, and bounds carry so many binary digits, with room for `most`
    steps. ``order`` and ``tied`` get the decision at the last step taken; a -1 ends ``order``. Gives why it ended and
    the steps taken by then.
    """
    cost, rival_start, rival, whole, flags = layout[5], layout[11], layout[12], layout[13], layout[15]
    budget, exhaustive = goal
    above, rise, below, digits = endowment
    projects = len(cost)
    active, contenders = flags[0], flags[1]
    price, now, level, low, high = whole[3], whole[4], whole[5], whole[6], whole[7]
    leap, patience, waiting = 1, 0, 0
    for _ in range(runs):
        first, last = steps + 1, steps + leap
        if last > most:
            return LIMIT, steps
        for c in range(projects):
            active[c] = may_win[c]
            price[c] = price_first[c]
        least = ((above + first * rise) << digits) // below
        greatest = -((-((above + last * rise) << digits)) // below)
        for row in range(len(state)):
            state[row, 0] = least
            state[row, 1] = greatest
        ended, chosen = run(layout, state, active, price, now, low, high, level, contenders)
        if ended == STUCK:
            if leap == 1:
                return STUCK, steps
            if leap == 2:
                patience = min(2 * patience + 1, patience_cap)
            waiting, leap = patience, leap // 2
            continue
        spent = np.int64(0)
        for c in range(projects):
            active[c] = may_win[c]
        for at in range(chosen):
            spent += cost[now[at]]
            active[now[at]] = False
            for entry in range(rival_start[now[at]], rival_start[now[at] + 1]):
                active[rival[entry]] = False
        if spent > budget:
            return OVER, steps
        for at in range(chosen):
            order[at], tied[at] = now[at], level[at]
        if chosen < projects:
            order[chosen] = -1
        finished = True
        for c in range(projects):
            if active[c] and (not exhaustive or cost[c] <= budget - spent):
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
