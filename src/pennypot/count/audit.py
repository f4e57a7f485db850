"""A second count, as simple as can be: slow exact fractions, nothing shared with the rest of this library.

Rules are written down as their pages describe them, with no thought for speed. An election is a dictionary with
``budget``, ``costs`` {id: cost}, ``kind`` and ``ballots``, a list of {id: points or place}; a rule card is that of a
certificate. `count` gives winners in order of selection; for maximum welfare compare `best_welfare`."""

import csv
import hashlib
from fractions import Fraction
from itertools import count as numbers
from pathlib import Path


def read(path):
    """Read a Pabulib file; believes whatever it says."""
    with Path(path).open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.reader(file, delimiter=";") if row]
    cuts = [next(i for i, row in enumerate(rows) if row == [name]) for name in ("META", "PROJECTS", "VOTES")]
    meta = {row[0]: row[1] for row in rows[cuts[0] + 2 : cuts[1]]}
    projects = [dict(zip(rows[cuts[1] + 1], row, strict=False)) for row in rows[cuts[1] + 2 : cuts[2]]]
    votes = [dict(zip(rows[cuts[2] + 1], row, strict=False)) for row in rows[cuts[2] + 2 :]]
    amounts = [Fraction(meta["budget"]), *(Fraction(p["cost"]) for p in projects)]
    unit = 10 ** next(d for d in numbers() if all((a * 10**d).denominator == 1 for a in amounts))
    ballots = []
    for vote in votes:
        chosen = list(dict.fromkeys(vote["vote"].split(","))) if vote["vote"] else []
        pointed = meta["vote_type"] in ("cumulative", "scoring")
        given = [int(v) for v in vote["points"].split(",")] if pointed else list(range(len(chosen)))
        ballots.append(dict(zip(chosen, given, strict=True)))
    costs = {p["project_id"]: int(Fraction(p["cost"]) * unit) for p in projects}
    return {
        "budget": int(amounts[0] * unit), "costs": costs, "kind": meta["vote_type"], "ballots": ballots, "unit": unit
    }  # fmt: skip


def count(election, card):
    """Winners in order of selection."""
    if card["rule"] == "bounded-overspending" or card["completion"] == "add-opt" or card["pots"] or card["caps"]:
        raise ValueError("bounded overspending, ADD-OPT, pots and caps are in audit_more")
    return _Count(election, card).winners()


def best_welfare(election, card):
    """The greatest welfare that fits."""
    case = _Count(election, card)
    base = case.worth if card["utility"] == "points" else case.votes
    gain = {c: base[c] * (case.costs[c] if card["utility"] == "cost" else 1) for c in case.can}
    queue = sorted(case.can, key=lambda c: Fraction(case.costs[c], gain[c]) if gain[c] else 0)
    best = 0

    def hope(at, left):
        """What the rest could add at most, were projects divisible."""
        total = 0
        for c in queue[at:]:
            if case.costs[c] > left:
                return total + Fraction(gain[c] * left, case.costs[c])
            left, total = left - case.costs[c], total + gain[c]
        return total

    def search(at, left, held, total):
        nonlocal best
        best = max(best, total)
        if at == len(queue) or total + hope(at, left) <= best:
            return
        c = queue[at]
        if case.costs[c] <= left and not case.rivals[c] & held:
            search(at + 1, left - case.costs[c], held | {c}, total + gain[c])
        search(at + 1, left, held, total)

    search(0, case.budget, set(), 0)
    return best


class _Count:
    def __init__(self, election, card):
        self.card, self.costs, self.budget = card, election["costs"], election["budget"]
        self.unit, ballots = election.get("unit", 1), election["ballots"]
        if election["kind"] == "ordinal":
            self.place = ballots
            less = 0 if card["rule"] == "ranked" else 1 - card["last_place"]
            ballots = [{c: len(ballot) - at - less for c, at in ballot.items()} for ballot in ballots]
        else:
            self.place = [dict.fromkeys(ballot, 0) for ballot in ballots]
        pointed = election["kind"] not in ("approval", "choose-1")
        self.points = [{c: v for c, v in b.items() if v > 0} if pointed else dict.fromkeys(b, 1) for b in ballots]
        self.place = [{c: at for c, at in b.items() if c in p} for b, p in zip(self.place, self.points, strict=True)]
        self.fans = {c: [i for i, ballot in enumerate(self.points) if c in ballot] for c in self.costs}
        self.votes = {c: len(fans) for c, fans in self.fans.items()}
        self.worth = {c: sum(self.points[i][c] for i in fans) for c, fans in self.fans.items()}
        self.can = {c for c in self.costs if self.votes[c] and self.worth[c] >= card["threshold"]}
        self.can -= set(card["withdrawn"])
        groups = [set(group) for group in card["exclusive"]]
        self.rivals = {c: {r for group in groups if c in group for r in group} - {c} for c in self.costs}
        keys = ["prefer", *card["ties"]] + ([] if {"lot", "id"} & set(card["ties"]) else ["lot"])
        self.rank = {c: (*(self._tie_key(key, c) for key in keys), c) for c in self.costs}

    def _tie_key(self, key, c):
        if key == "prefer":
            return self.card["prefer"].index(c) if c in self.card["prefer"] else len(self.card["prefer"])
        if key == "lot":
            return hashlib.sha256(f"{self.card['seed']}\n{c}".encode()).hexdigest()
        return {"votes": -self.votes[c], "points": -self.worth[c], "cost": self.costs[c], "id": c}[key]

    def winners(self):
        card = self.card
        if card["rule"] == "greedy":
            usual = {"cost": "votes", "count": "votes-per-cost", "points": "points"}
            return self._greedy([], card["measure"] or usual[card["utility"]], card["too_dear"], card["part_funding"])
        if card["rule"] == "phragmen":
            return self._phragmen()
        if not self.points:
            return []
        start = Fraction(self.budget, len(self.points))
        if card["rule"] == "ranked":
            return self._shares(start, ranked=True)
        if card["start"] == "whole":
            start = Fraction(start // self.unit * self.unit)
        won = self._shares(start)
        if card["completion"].startswith("add"):
            won = self._add_one(start, won)
        if card["completion"] in ("greedy", "add1-utilitarian"):
            by = {"cost": "votes", "count": "votes-per-cost", "points": "points-per-cost"}[card["utility"]]
            won = self._greedy(won, by, "skip", "")
        return won

    def _over_a_cap(self, c, won):
        return False

    def _greedy(self, won, by, too_dear, part, left=None):
        base = self.votes if by.startswith("votes") else self.worth
        free = Fraction(10**100)
        per = {c: Fraction(base[c], cost or 1) if cost else free for c, cost in self.costs.items()}
        value = per if by.endswith("per-cost") else base
        won, left = list(won), self.budget - sum(self.costs[c] for c in won) if left is None else left
        for c in sorted(self.can - set(won), key=lambda c: (-value[c], self.rank[c])):
            if self.rivals[c] & set(won) or self._over_a_cap(c, won):
                continue
            if self.costs[c] <= left:
                won.append(c)
                left -= self.costs[c]
            elif part and left > 0 and left >= Fraction(part) * self.costs[c]:
                return [*won, c]
            elif too_dear == "stop":
                return won
        return won

    def _add_one(self, endowment, won):
        while True:
            open_ = {c for c in self.can - set(won) if not self.rivals[c] & set(won)}
            left = self.budget - sum(self.costs[c] for c in won)
            if not open_ or (self.card["stop"] == "exhaustive" and min(self.costs[c] for c in open_) > left):
                return won
            endowment += Fraction(self.card["step"]) * self.unit
            more = self._shares(endowment)
            if sum(self.costs[c] for c in more) > self.budget:
                return won
            won = more

    def _shares(self, endowment, ranked=False):
        money, won = [endowment] * len(self.points), []
        weighed, by_cost = self.card["utility"] == "points" and not ranked, self.card["utility"] == "cost" or ranked
        levels = range(1 + max((at for b in self.place for at in b.values()), default=0)) if ranked else [10**9]
        for level in levels:
            while True:
                offers = {}
                for c in self.can - set(won):
                    fans = [i for i in self.fans[c] if self.place[i][c] <= level]
                    if self.rivals[c] & set(won) or not fans or sum(money[i] for i in fans) < self.costs[c]:
                        continue
                    price = self._price(c, money, {i: self.points[i][c] if weighed else 1 for i in fans})
                    offers[c] = price / (self.costs[c] or 1) if by_cost else price, price, fans
                if not offers:
                    break
                c = min(offers, key=lambda c: (offers[c][0], self.rank[c]))
                for i in offers[c][2]:
                    money[i] -= min(money[i], offers[c][1] * (self.points[i][c] if weighed else 1))
                won.append(c)
        return won

    def _price(self, c, money, times):
        """The least price at which supporters, each paying price times points or all they have, pay the cost."""
        missing, share = Fraction(self.costs[c]), sum(times.values())
        for i in sorted(times, key=lambda i: money[i] / times[i]):
            if money[i] * share >= missing * times[i]:
                return missing / share
            missing, share = missing - money[i], share - times[i]
        raise AssertionError("supporters cannot pay what they were found to hold")

    def _phragmen(self):
        load, left, won = [Fraction(0)] * len(self.points), self.budget, []
        while True:
            open_ = [c for c in self.can - set(won) if not self.rivals[c] & set(won)]
            new = {c: (self.costs[c] + sum(load[i] for i in self.fans[c])) / self.votes[c] for c in open_}
            level = sorted((c for c in open_ if new[c] == min(new.values())), key=self.rank.__getitem__)
            if not level or any(self.costs[c] > left for c in level):
                return won
            won.append(level[0])
            left -= self.costs[level[0]]
            for i in self.fans[level[0]]:
                load[i] = new[level[0]]
