"""Equal Shares over whole-number bounds with numpy alone: no compilation to wait for, right for small elections.

Step for step the same as `shares_numba`, which explains the state and has the same answers to the last digit. Both
work on what `Setting` lays out, three arrays whose rows have the names below and a column for each project (few arrays,
because compiled code takes each of them apart on its own).
"""

from __future__ import annotations

import numpy as np

INFINITE = 2**62
DONE, STUCK = 0, 1

# whole numbers: what is known of projects; room to work in; what was decided, in order; the same kept by Add1
START, RIVAL_START, COST, RANK, TWIN, COST_LOW, COST_HIGH, FIRST = range(8)
PRICE, TOP, FRESH, RICH = range(8, 12)
ORDER, LOW, HIGH, LEVEL = range(12, 16)
KEPT, KEPT_LEVEL, ROWS = range(16, 19)
TIMES, TIMES_LEAST, KEY_LOW, KEY_HIGH = range(4)
MAY_WIN, ACTIVE, CONTENDER = range(3)


def _lowest_price(part, group, point, state, cost, price):
    upper, weight = state[group[part], 1], state[group[part], 2]
    times = point[part] if len(point) else 1
    heavy = weight * times
    while True:
        is_poor = upper < price * times
        poor, rich = int((weight * upper)[is_poor].sum()), int(heavy[~is_poor].sum())
        if rich == 0:
            return price if poor >= cost else INFINITE
        better = (cost - poor) // rich
        if better <= price:
            return price
        price = better


def _highest_price(part, group, point, state, cost, price):
    rows = state[group[part]]
    lower, upper, weight = rows[:, 0], rows[:, 1], rows[:, 2]
    times = point[part] if len(point) else 1
    heavy = weight * times
    while True:
        is_poor = lower < price * times
        poor, rich = int((weight * lower)[is_poor].sum()), int(heavy[~is_poor].sum())
        if poor + price * rich >= cost:
            return price, 0 if (upper[is_poor] > 0).any() else rich
        if rich == 0:
            return INFINITE, 0
        price = -((poor - cost) // rich)


def pay(begin, end, group, point, state, low, high):
    """Take a price between `low` and `high` from every supporter who has it, and all they have from the others."""
    rows = group[begin:end]
    times = point[begin:end] if len(point) else 1
    state[rows, 0] = np.maximum(0, state[rows, 0] - high * times)
    state[rows, 1] = np.maximum(0, state[rows, 1] - low * times)


def run(table, keys, flags, state, group, point, rival, by_cost, exact):
    """Choose project after project until none can be paid (DONE) or bounds no longer decide (STUCK)."""
    start, cost, times, least = table[START], table[COST], keys[TIMES], keys[TIMES_LEAST]
    price_low, active, contenders = table[PRICE], flags[ACTIVE], flags[CONTENDER]
    projects, chosen = len(active), 0
    parts = [slice(a, b) for a, b in zip(start[:-1].tolist(), start[1:].tolist(), strict=True)]
    below, above = 1.0 - 2.0**-50, 1.0 + 2.0**-50
    key_low = price_low[:projects] / times * below
    low_cost, high_cost = table[COST_LOW].tolist(), table[COST_HIGH].tolist()
    while True:
        waiting = np.where(active, key_low, np.inf)
        found: dict[int, tuple[int, int, int]] = {}
        best_high = np.inf
        while projects:
            c = int(waiting.argmin())
            if not waiting[c] <= best_high or waiting[c] == np.inf:
                break
            waiting[c] = np.inf
            bottom = _lowest_price(parts[c], group, point, state, low_cost[c], int(price_low[c]))
            if bottom == INFINITE:
                active[c] = False
                continue
            price_low[c] = bottom
            key_low[c] = bottom / times[c] * below
            found[c] = (bottom, INFINITE, 0)
            if key_low[c] <= best_high:
                top, rich = _highest_price(parts[c], group, point, state, high_cost[c], bottom)
                found[c] = (bottom, top, rich)
                if top < INFINITE:
                    best_high = min(best_high, top / least[c] * above)
        level = sorted((c for c in found if key_low[c] <= best_high), key=table[RANK].__getitem__)
        contenders[:] = False
        contenders[level] = True
        if not level:
            return DONE, chosen
        if best_high == np.inf:
            return STUCK, chosen
        if len(level) > 1 and len({int(table[TWIN, c]) for c in level}) > 1:
            if not exact or any(found[c][1] == INFINITE or found[c][2] == 0 for c in level):
                return STUCK, chosen
            level = _dearest_by_integers(level, found, cost, by_cost)
        best = level[0]
        table[ORDER : LEVEL + 1, chosen] = best, *found[best][:2], len(level)
        chosen += 1
        active[best] = False
        active[rival[table[RIVAL_START, best] : table[RIVAL_START, best + 1]]] = False
        pay(start[best], start[best + 1], group, point, state, *found[best][:2])


def _dearest_by_integers(level, found, cost, by_cost):
    """Of projects whose supporters can all pay in full or have nothing, those with the best value: integers only."""
    best: list[int] = []
    for c in level:
        rich = found[c][2]
        if best:
            other = found[best[0]][2]
            ahead, behind = (other, rich) if by_cost else (int(cost[c]) * other, int(cost[best[0]]) * rich)
            if ahead > behind:
                continue
            if ahead < behind:
                best = []
        best.append(c)
    return best
