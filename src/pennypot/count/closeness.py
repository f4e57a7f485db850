"""How near a losing project came, measured by people who voted but not for it: optimist add and pessimist add.

Boehmer, Faliszewski, Janeczko, Peters, Pierczyński, Schierreich, Skowron and Szufa, "Evaluation of Project Performance
in Participatory Budgeting" (IJCAI 2024, arXiv:2312.14723). The optimist add is the least number of voters such that
some so many of them, had they approved the project as well, would have made it win; the pessimist add the least number
such that any so many would have. docs/count/explanations.md says what is proven about each, and by what.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial

import numpy as np

from .counting import count
from .election import Ballots, Election
from .result import Result
from .shares_hints import SharesHints

NEAR = 1e-9
MARGIN = 2e-6  # the solver keeps its constraints to within 1e-6
FEW = 200  # kinds of voters up to which whole numbers are looked for; beyond, the programme is solved in fractions
SECONDS = 0.2  # for one search of the worst voters; what is found by then is a safe number all the same


@dataclass(frozen=True)
class Add:
    """So many voters; `proven` where no fewer can be enough (optimist) or so many always are, no fewer (pessimist)."""

    voters: int
    proven: bool


def with_approvals(election: Election, project: int, voters: np.ndarray) -> Election:
    """The same approvals with one project added to some ballots: `voters` of each group, int64, shape (groups,)."""
    ballots = election.ballots
    start, parts, weight = [0], [], []
    for group in np.flatnonzero(voters).tolist():
        old = ballots.project[ballots.start[group] : ballots.start[group + 1]]
        parts.append(np.insert(old, np.searchsorted(old, project), project).astype(old.dtype))
        start.append(start[-1] + len(old) + 1)
        weight.append(int(voters[group]))
    changed = Ballots(
        np.concatenate([ballots.start, ballots.start[-1] + np.array(start[1:], np.int64)]),
        np.concatenate([ballots.project, *parts]),
        None,
        np.concatenate([ballots.weight - voters, np.array(weight, np.int64)]),
    )
    return replace(election, ballots=changed, table=None, source_sha256=None)


class Adds:
    """Optimist and pessimist adds of one result, for approvals under the greedy rule and Equal Shares."""

    def __init__(self, election: Election, result: Result, hints: SharesHints | None) -> None:
        self.election, self.card, self.ballots = election, result.card, election.ballots
        self.searched: dict[int, list[int]] = {}
        self.known = election.vote_type == "approval" and not result.card.pots
        self.plain = result.card.rule == "equal-shares" and result.card.completion == "none"
        self.known &= result.card.rule == "greedy" or hints is not None
        if hints is not None and self.known:
            setting, self.order = hints.setting, hints.order
            self.money = hints.last.money / 2.0**hints.shift
            trail = {entry["project"]: entry for entry in result.trail}
            unit = 10**election.decimals
            prices = [float(Fraction(trail[election.projects[c].id]["price"]) * unit) for c in self.order]
            self.keys = [
                p / (setting.cost[c] or 1 if setting.by_cost else 1) for p, c in zip(prices, self.order, strict=True)
            ]
            self.by_cost = setting.by_cost

    def optimist(self, at: int) -> Add | None:
        """The least number of voters of whom it could have been enough; None if there is none, or it is not known."""
        if not self.known:
            return None
        others, short = self._others(at), self._short(at)
        limit = int(others.sum())
        if self.card.rule == "greedy":
            found = least(lambda k: self._wins(at, self._first(np.arange(len(others)), others, k)), short, limit)
            return Add(found, True) if found else None
        if not self.plain:
            tried = self._tried(at, others, short, limit)
            return Add(min(tried), False) if tried else None
        orders = [np.argsort(-money, kind="stable") for money in self.money]
        guesses = [max(self._enough(at, r, others, order), short) for r, order in enumerate(orders)]
        best = min(guesses)
        if best > limit:
            return None
        rounds = [r for r, guess in enumerate(guesses) if guess <= best + 1][:3]
        found = least(lambda k: any(self._wins(at, self._first(orders[r], others, k)) for r in rounds), best, limit)
        return Add(found, True) if found else None

    def pessimist(self, at: int) -> Add | None:
        """The least number of voters of whom any would have been enough; None if not even all, or it is not known."""
        if self.card.rule == "greedy" or not self.known:
            return self.optimist(at)
        others, short = self._others(at), self._short(at)
        limit = int(others.sum())
        if self.plain:
            return self._pessimist_proven(at, others, short, limit)
        tried = self._tried(at, others, short, limit)
        return Add(max(tried), False) if len(tried) == 2 else None

    def _tried(self, at: int, others: np.ndarray, short: int, limit: int) -> list[int]:
        """How many are enough if the richest at the end of the deciding run come first, and if the poorest do."""
        if at not in self.searched:
            self.searched[at] = []
            last, guess = self.money[-1], short
            for order in (np.argsort(-last, kind="stable"), np.argsort(last, kind="stable")):
                guess = max(self._enough(at, len(self.keys), others, order), short, guess)
                found = least(partial(self._wins_with, at, others, order), guess, limit)
                self.searched[at] += [found] if found else []
        return self.searched[at]

    def _others(self, at: int) -> np.ndarray:
        """Voters of each group that did not approve a project."""
        columns, others = self.election.columns, self.ballots.weight.copy()
        others[columns.group[columns.start[at] : columns.start[at + 1]]] = 0
        return others

    def _short(self, at: int) -> int:
        """Votes missing to the threshold, at least one."""
        return max(1, self.card.threshold - self.election.votes[at])

    @staticmethod
    def _first(order: np.ndarray, others: np.ndarray, voters: int) -> np.ndarray:
        """So many of the others, in an order of groups."""
        before = np.cumsum(others[order]) - others[order]
        chosen = np.zeros_like(others)
        chosen[order] = np.clip(voters - before, 0, others[order])
        return chosen

    def _wins(self, at: int, voters: np.ndarray) -> bool:
        again = count(with_approvals(self.election, at, voters), self.card, alternatives=False, trail=False)
        return self.election.projects[at].id in again.winners

    def _wins_with(self, at: int, others: np.ndarray, order: np.ndarray, voters: int) -> bool:
        return self._wins(at, self._first(order, others, voters))

    def _bar(self, at: int, r: int) -> float:
        """The price at which a project would be level with the one funded in a round; without bounds after the last."""
        if r == len(self.keys):
            return np.inf
        return self.keys[r] * (self.election.costs[at] if self.by_cost else 1)

    def _lack(self, at: int, r: int) -> tuple[float, np.ndarray]:
        """What is missing in a round when supporters pay up to the bar, and what one of each group would add."""
        gives = np.minimum(self.money[r], self._bar(at, r))
        columns = self.election.columns
        rows = columns.group[columns.start[at] : columns.start[at + 1]]
        return self.election.costs[at] - float(self.ballots.weight[rows] @ gives[rows]), gives

    def _enough(self, at: int, r: int, others: np.ndarray, order: np.ndarray) -> int:
        """About how many of the others, the richest first, bring a project to the bar in a round."""
        lack, gives = self._lack(at, r)
        given = np.cumsum((others * gives)[order])
        place = int(np.searchsorted(given, lack - NEAR * abs(lack)))
        if place == len(order):
            return int(others.sum()) + 1
        before = float(given[place - 1]) if place else 0.0
        one = float(gives[order[place]])
        return int(others[order[:place]].sum()) + int(np.ceil((lack - before) / one - NEAR)) if one else 1

    def _pessimist_proven(self, at: int, others: np.ndarray, short: int, limit: int) -> Add | None:
        """One more than the most voters that leave a project short in every round.

        An integer programme finds these voters twice: where being level is enough to fall short, and where it is not
        (by a margin wider than the solver's). Where there are very many kinds of voters it is solved in fractions and
        rounded. What the first finds is an upper bound. A count shows that the project loses with the voters found;
        where that is with one fewer than the bound, the number is proven.
        """
        if not limit or not self._wins(at, others):
            return None
        bound, level = self._most_useless(at, others, 1.0)
        enough = min(max(bound + 1, short), limit)
        for voters in (level, self._most_useless(at, others, 1 - MARGIN)[1]):
            if int(voters.sum()) == enough - 1 and not self._wins(at, voters):
                return Add(enough, True)
        return Add(enough, False)

    def _most_useless(self, at: int, others: np.ndarray, part: float) -> tuple[int, np.ndarray]:
        """An upper bound on voters who bring no more than a part of what is missing in each round, and such voters."""
        from scipy.optimize import Bounds, LinearConstraint, milp

        some = np.flatnonzero(others)
        rows = [self._lack(at, r) for r in range(len(self.keys) + 1)]
        if any(lack <= 0 for lack, _ in rows):
            return 0, np.zeros_like(others)
        table = np.array([gives[some] / lack for lack, gives in rows])
        kinds, kind = np.unique(table, axis=1, return_inverse=True)
        kind = kind.reshape(-1)
        most = np.bincount(kind, weights=others[some])
        whole = kinds.shape[1] <= FEW
        found = milp(
            -np.ones(kinds.shape[1]),
            constraints=LinearConstraint(kinds, ub=np.full(len(rows), part * (1 + NEAR))),
            integrality=np.full(kinds.shape[1], int(whole)),
            bounds=Bounds(0, most),
            options={"mip_rel_gap": 0, "time_limit": SECONDS} if whole else {},
        )
        voters = np.zeros_like(others)
        left = np.zeros(kinds.shape[1], np.int64) if found.x is None else np.floor(found.x + NEAR).astype(np.int64)
        if not whole:
            _fill(left, kinds, most, part)
        best = found.mip_dual_bound if whole else found.fun
        for place, group in zip(kind.tolist(), some.tolist(), strict=True):
            voters[group] = min(int(left[place]), int(others[group]))
            left[place] -= voters[group]
        bound = others.sum() if best is None else min(float(others.sum()), np.floor(1e-6 - best))
        return int(bound), voters


def _fill(chosen: np.ndarray, kinds: np.ndarray, most: np.ndarray, part: float) -> None:
    """Round up a rounded-down choice where there is room, those who bring least first."""
    room = part - kinds @ chosen
    for at in np.argsort(kinds.max(axis=0), kind="stable").tolist():
        bring = kinds[:, at]
        fits = min((room[bring > 0] / bring[bring > 0]).min(initial=np.inf), most[at] - chosen[at])
        more = max(0, int(fits + NEAR))
        chosen[at] += more
        room -= more * bring


def least(wins: Callable[[int], bool], guess: int, limit: int) -> int | None:
    """The least number from 1 to `limit` that wins while one fewer loses, looked for from a guess; 0 surely loses."""
    if limit < 1:
        return None
    high = min(max(guess, 1), limit)
    step = 1
    if wins(high):
        low = high - 1
        while low > 0 and wins(low):
            high, low, step = low, max(0, low - step), 2 * step
    else:
        low = high
        while True:
            if low == limit:
                return None
            high = min(limit, low + step)
            if wins(high):
                break
            low, step = high, 2 * step
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if wins(middle) else (middle, high)
    return high
