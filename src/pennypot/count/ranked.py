"""Rankings: the expanding approvals rule, with equal shares as the way to pay. An answer to "can we use STV?".

Aziz and Lee, "Proportionally Representative Participatory Budgeting with Ordinal Preferences" (AAAI 2021). Every voter
holds an equal part of the budget. First only first preferences count as support; every project that its supporters
can pay is funded, the one with the lowest price for each supporter's pound first. When nothing more can be paid,
second preferences count as well, then third, and so on. Money that is spent is spent: it does not vote twice, as a
surplus does not in STV. The trail is the published log, round by round.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from .card import RuleCard
from .election import Election
from .result import Result
from .shares import Setting
from .shares_exact import ExactRun, Price
from .ties import Tie, TieOrder


class _Expanding(Setting):
    """A setting in which only the first few preferences of each ballot are support."""

    def __init__(self, election: Election, card: RuleCard, order: TieOrder) -> None:
        super().__init__(election, card, order)
        self.point = np.empty(0, np.int64)
        self.top_point = 1
        ballots = election.ballots
        self.place_of_entry: np.ndarray = np.zeros(len(ballots.project), np.int64)
        if election.vote_type == "ordinal" and ballots.value is not None:
            self.place_of_entry = ballots.value
        points = election.entry_points
        support = slice(None) if points is None else np.flatnonzero(points > 0)
        row, place, project = ballots.row[support], self.place_of_entry[support], ballots.project[support]
        by_project = np.lexsort((row, place, project))
        self.group, places = row[by_project], place[by_project]
        self.places = [places[a:b] for a, b in zip(self.start[:-1], self.start[1:], strict=True)]
        self.level = 0
        self.levels = int(places.max(initial=0)) + 1
        self.funded_at = np.zeros(self.projects, np.int64)

    def supporters_of(self, c: int) -> np.ndarray:
        within = int(np.searchsorted(self.places[c], self.level, side="right"))
        return self.group[self.start[c] : self.start[c] + within]

    def paying_entries(self, entry: np.ndarray) -> np.ndarray:
        within = self.place_of_entry[entry] <= self.funded_at[self.election.ballots.project[entry]]
        return within & super().paying_entries(entry)


def count_ranked(election: Election, card: RuleCard, order: TieOrder) -> Result:
    """Count rankings by expanding approvals; approvals are taken as one shared first place.

    Each trail entry: ``preferences`` (how many of each ballot count by then), and either ``project`` with ``price``,
    ``payers`` and ``giving_all``, or ``outcome`` "next preferences" where nothing more could be paid.
    """
    if not election.voters or not election.projects:
        return Result(election, card, (), 0)
    setting = _Expanding(election, card.but(utility="cost"), order)
    endowment = Fraction(election.budget, election.voters)
    exact = ExactRun(setting, endowment, setting.shift(endowment))
    trail: list[dict[str, Any]] = []
    ties: list[Tie] = []
    active = {c for c in range(setting.projects) if setting.can_win[c]}
    for level in range(setting.levels):
        setting.level = level
        while (level_set := _best(setting, exact, active)) is not None:
            chosen, price = level_set[0]
            if len(level_set) > 1:
                ties.append(order.tie(len(trail) + 1, [c for c, _ in level_set]))
            setting.funded_at[chosen] = level
            exact.fund(chosen, price)
            active -= {chosen, *setting.rival[setting.rival_start[chosen] : setting.rival_start[chosen + 1]].tolist()}
            trail.append(_entry(election, setting, len(trail) + 1, chosen, price))
        trail.append({"round": len(trail) + 1, "preferences": level + 1, "outcome": "next preferences"})
    ids = tuple(election.projects[c].id for c in exact.order)
    cost = sum(election.costs[c] for c in exact.order)
    return Result(election, card, ids, cost, tuple(ties), tuple(trail), endowment=endowment)


def _entry(election: Election, setting: _Expanding, number: int, chosen: int, price: Price) -> dict[str, Any]:
    value = price.value / 10**election.decimals
    return {
        "round": number,
        "preferences": setting.level + 1,
        "project": election.projects[chosen].id,
        "price": str(value),
        "shown": float(value),
        "payers": int(setting.weight[price.rows[~price.poor]].sum()),
        "giving_all": price.poor_weight,
    }


def _best(setting: _Expanding, exact: ExactRun, active: set[int]) -> list[tuple[int, Price]] | None:
    """The projects with the most cost covered for each pound a supporter pays, in tie order."""
    prices = {}
    for c in active:
        if len(setting.supporters_of(c)):
            found = exact.price(c)
            if found is not None:
                prices[c] = found
    if not prices:
        return None
    keys = {c: Fraction(found.value, setting.cost[c] or 1) for c, found in prices.items()}
    least = min(keys.values())
    level = sorted((c for c in keys if keys[c] == least), key=setting.tie_order.rank.__getitem__)
    return [(c, prices[c]) for c in level]
