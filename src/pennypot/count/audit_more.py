"""The second count, continued: pots, caps and bounded overspending. Nothing is shared with the library here either.

An election as `audit` takes it, and with ``kinds``, {id: ["category:x", "area:y", ...]}. Voters with equal ballots are
grouped. Add1 and ADD-OPT are counted by `audit_steps`, which gets through elections on which `audit` takes hours."""

import csv
from fractions import Fraction
from pathlib import Path

from . import audit, audit_steps


def read(path):
    """As `audit.read`, with the categories and areas of projects."""
    with Path(path).open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.reader(file, delimiter=";") if row]
    begin, end = rows.index(["PROJECTS"]), rows.index(["VOTES"])
    kinds = {}
    for row in rows[begin + 2 : end]:
        project = dict(zip(rows[begin + 1], row, strict=False))
        area = project.get("district") or project.get("neighborhood") or project.get("subunit") or ""
        both = ("category", project.get("category") or ""), ("area", area)
        kinds[project["project_id"]] = [
            f"{by}:{n.strip()}" for by, names in both for n in names.split(",") if n.strip()
        ]
    return audit.read(path) | {"kinds": kinds}


def count(election, card):
    """Winners in order of selection."""
    if not card["pots"]:
        return _More(election, card).winners()
    plain, won, spent = card | {"pots": [], "leftover": "keep"}, [], 0
    for part in _parts(election, card):
        more = count(part, plain)
        won, spent = won + more, spent + min(sum(part["costs"][c] for c in more), part["budget"])
    if card["leftover"] == "greedy":
        case = _More(election, plain | {"caps": []})
        usual = {"cost": "votes", "count": "votes-per-cost", "points": "points"}[card["utility"]]
        won = case._greedy(won, card["measure"] or usual, card["too_dear"], "", election["budget"] - spent)
    return won


def best_welfare(election, card):
    """The greatest welfare that fits; that of all pots together."""
    if not card["pots"]:
        return audit.best_welfare(election, card)
    return sum(audit.best_welfare(part, card | {"pots": []}) for part in _parts(election, card))


def _parts(election, card):
    """An election for each pot, and one for what belongs to none; by the voters who named one of their projects."""
    found, rest, left = [], set(election["costs"]), election["budget"]
    for pot in card["pots"]:
        inside = {c for c in rest if f"{pot['by']}:{pot['name']}" in election["kinds"][c]}
        found.append((inside, pot["budget"]))
        rest, left = rest - inside, left - pot["budget"]
    for inside, budget in [*found, (rest, left if rest else 0)]:
        ballots = [{c: at for c, at in ballot.items() if c in inside} for ballot in election["ballots"]]
        if election["kind"] == "ordinal":
            ballots = [{c: at for at, c in enumerate(sorted(ballot, key=ballot.get))} for ballot in ballots]
        costs = {c: cost for c, cost in election["costs"].items() if c in inside}
        if inside and (budget or inside is not rest):
            yield election | {"costs": costs, "budget": budget, "ballots": [ballot for ballot in ballots if ballot]}


class _More(audit_steps.Count):
    def __init__(self, election, card):
        super().__init__(election, card)
        self.caps = {f"{cap['by']}:{cap['name']}": cap["budget"] for cap in card["caps"]}
        self.kinds = election.get("kinds", {})

    def winners(self):
        card = self.card
        if card["rule"] == "bounded-overspending":
            won = self._overspending() if self.points else []
            by = {"cost": "votes", "count": "votes-per-cost", "points": "points-per-cost"}[card["utility"]]
            return self._greedy(won, by, "skip", "") if card["completion"] == "greedy" and self.points else won
        if card["rule"] != "greedy":
            return super().winners()
        usual = {"cost": "votes", "count": "votes-per-cost", "points": "points"}
        by = card["measure"] or usual[card["utility"]]
        won = self._greedy([], by, card["too_dear"], card["part_funding"])
        if self.caps and card["leftover"] == "greedy":
            self.caps = {}
            left = self.budget - sum(self.costs[c] for c in won)
            won = self._greedy(won, by, card["too_dear"], "", max(0, left))  # a part takes all that is left
        return won

    def _over_a_cap(self, c, won):
        spent = {kind: sum(self.costs[w] for w in won if kind in self.kinds[w]) for kind in self.caps}
        return any(spent[kind] + self.costs[c] > self.caps[kind] for kind in self.caps if kind in self.kinds[c])

    def _overspending(self):
        money, left, won = [Fraction(self.budget, len(self.points))] * self.groups, self.budget, []
        while True:
            offers = {}
            for c in self._open(won):
                cost, tally = self.costs[c], {}
                for g, times, weight in self.few[c]:
                    tally[money[g] / times] = tally.get(money[g] / times, 0) + weight * times
                if cost == 0:
                    offers[c] = Fraction(0), Fraction(-1), Fraction(0)
                if not 0 < cost <= left:
                    continue
                poor, rich, tried = Fraction(0), sum(tally.values()), []
                for level in sorted(tally):
                    paid = poor + rich * level
                    if paid >= cost:  # all is paid, at this level or below it
                        tried.append(((cost - poor) / rich, Fraction(1)))
                        break
                    tried.append((level, paid / cost))
                    poor, rich = poor + level * tally[level], rich - tally[level]
                worth = cost if self.by_cost else 1
                tried = [(level / share**2 / worth, -share, level / share) for level, share in tried if share]
                if tried:
                    offers[c] = min(tried)
            if not offers:
                return won
            c = min(offers, key=lambda c: (offers[c][0], self.rank[c]))
            for g, times, _ in self.few[c]:
                money[g] = max(Fraction(0), money[g] - offers[c][2] * times)
            won, left = [*won, c], left - self.costs[c]
