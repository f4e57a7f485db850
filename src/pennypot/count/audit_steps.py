"""The second count, continued: Add1 where `audit` would take hours, and ADD-OPT. Nothing is shared with the library.

Two things make it short. Voters who hold the same share a purse, and money is whole numbers over one denominator. And
every count is made for the endowment E and a little more: a purse holds (a + b t) / scale where everybody has E + t,
and each comparison that decided notes the t at which it would turn (`_Purses.note`). Below the least of these t
nothing changes: no price falls and nobody's money becomes less as t grows, and what others would pay bends upwards
from the line noted for them. So Add1 leaves out the steps below it, and ADD-OPT goes right to it.

An election may carry ``known``, an empty dictionary that keeps its counts by utility and endowment, where it is counted
by cards that differ in their completion alone."""

from collections import defaultdict
from fractions import Fraction
from math import ceil, gcd, inf, lcm

from . import audit


class Count(audit._Count):
    def __init__(self, election, card):
        super().__init__(election, card)
        self.weighed, self.by_cost, groups = card["utility"] == "points", card["utility"] == "cost", {}
        for ballot in self.points:
            key = frozenset(ballot.items() if self.weighed else ballot)
            groups.setdefault(key, [len(groups), 0, ballot])[1] += 1
        self.groups, self.known = len(groups), election.get("known", {})
        whole = 1 if self.by_cost else lcm(*(cost or 1 for cost in self.costs.values()))
        self.worth_of_paying = {
            c: whole // (1 if self.by_cost else cost) if cost else inf for c, cost in self.costs.items()
        }
        self.few = {c: [(g, b[c] if self.weighed else 1, w) for g, w, b in groups.values() if c in b] for c in self.can}

    def _shares(self, endowment, ranked=False):
        return super()._shares(endowment, True) if ranked else self._equal_shares(endowment)[0]

    def _open(self, won):
        return {c for c in self.can - set(won) if not self.rivals[c] & set(won)}

    def _add_one(self, endowment, won):
        steps_of = Fraction(self.card["step"]) * self.unit
        add_opt = self.card["completion"] == "add-opt"
        count = self._equal_payments if add_opt else self._equal_shares
        known = self.known.setdefault((self.card["utility"], add_opt), {})

        def run(endowment):
            if endowment not in known:
                known[endowment] = count(endowment)
            return known[endowment]

        won, far = run(endowment)
        while open_ := self._open(won):
            left = self.budget - sum(self.costs[c] for c in won)
            if far is None or (self.card["stop"] == "exhaustive" and min(self.costs[c] for c in open_) > left):
                return won
            endowment += far if add_opt else steps_of * max(1, ceil(far / steps_of))
            more, far = run(endowment)
            if sum(self.costs[c] for c in more) > self.budget:
                return won
            won = more
        return won

    def _equal_shares(self, endowment):
        """Equal Shares: winners, and below how much more for everybody they stay the same (None: always)."""
        purses, won = _Purses(self.groups, endowment), []
        price = {c: (Fraction(0), Fraction(0)) for c in self.can}  # never too high: prices only rise during a run
        while True:
            fresh = {}
            while price and (c := min(price, key=lambda c: (price[c][0], self.rank[c]))) not in fresh:
                fresh[c] = purses.price(self.few[c], self.costs[c])
                if fresh[c] is None:
                    del price[c]
                else:
                    (a, b), share, _ = fresh[c]
                    worth = share * purses.scale * (self.costs[c] or 1 if self.by_cost else 1)
                    price[c] = Fraction(a, worth), Fraction(b, worth)
            if not price:
                return won, purses.far()
            value, slope = price.pop(c)
            for other, less in price.values():
                purses.note(other - value, slope - less)
            purses.charge(self.few[c], *fresh[c])
            won.append(c)
            price = {d: price[d] for d in price if d not in self.rivals[c]}

    def _equal_payments(self, endowment):
        """Exact Equal Shares: winners, and at how much more for everybody another choice is made (None: never)."""
        purses, won = _Purses(self.groups, endowment), []
        while True:
            short, best = [], None
            for c in sorted(self._open(won), key=lambda c: self._offer(c, self.votes[c])):
                if best and best <= self._offer(c, self.votes[c]):
                    break  # nor would any of the rest be chosen if all their supporters could pay
                size, payers, whole = 0, 0, self.costs[c] * purses.scale
                for money, weight in purses.richest(self.few[c]):
                    size += weight
                    if money * size >= whole:
                        payers = size
                    else:
                        short.append((whole - money * size, c, size))
                if payers:
                    best = min(best or self._offer(c, payers), self._offer(c, payers))
            for missing, c, size in short:
                if best is None or self._offer(c, size) < best:
                    purses.note(missing, purses.scale * size)
            if best is None:
                return won, purses.far()
            *_, c, payers = best
            purses.pay_equally(self.few[c], self.costs[c], payers)
            won.append(c)

    def _offer(self, c, payers):
        """Sorts projects by what they are worth for what each payer pays, the best first, then by the tie order."""
        return -payers * self.worth_of_paying[c], self.rank[c], c, payers


class _Purses:
    def __init__(self, groups, endowment):
        self.scale, self.held = endowment.denominator, [(endowment.numerator, endowment.denominator)]
        self.purse, self.turn = [0] * groups, None

    def note(self, gap, slope):
        """A comparison that turns when `slope` t reaches `gap`."""
        if slope > 0 and (self.turn is None or gap * self.turn[1] < self.turn[0] * slope):
            self.turn = gap, slope

    def far(self):
        return None if self.turn is None else Fraction(self.turn[0]) / self.turn[1]

    def tally(self, fans):
        found, purse = defaultdict(int), self.purse
        for group, times, weight in fans:
            found[purse[group], times] += weight
        return found

    def richest(self, fans):
        """What they hold and how many hold it, the richest first."""
        found = {}
        for (purse, _), weight in self.tally(fans).items():
            found[self.held[purse][0]] = found.get(self.held[purse][0], 0) + weight
        return sorted(found.items(), reverse=True)

    def price(self, fans, cost):
        """What is missing once the poor gave all they have, how many points share it, who is poor; None: too little."""
        tally, missing, slope, poor = self.tally(fans), cost * self.scale, 0, set()
        all_a, all_b = (sum(self.held[p][i] * w for (p, _), w in tally.items()) for i in (0, 1))
        if all_a < missing:
            return self.note(missing - all_a, all_b)
        share, even = sum(times * w for (_, times), w in tally.items()), lcm(*{times for _, times in tally})
        for purse, times in sorted(tally, key=lambda key: self.held[key[0]][0] * (even // key[1])):
            (a, b), weight = self.held[purse], tally[purse, times]
            if a * share >= missing * times:
                break
            missing, slope, share = missing - a * weight, slope - b * weight, share - times * weight
            poor.add((purse, times))
        return (missing, slope), share, poor

    def charge(self, fans, missing, share, poor):
        """Everybody pays their part of what is missing, for each point; the poor give all they have."""
        for purse, times in poor:
            a, b = self.held[purse]
            self.note(missing[0] * times - a * share, b * share - missing[1] * times)
        self._grow(share // gcd(share, *missing), share, missing)
        new = {}
        for purse, times in self.tally(fans):
            a, b = self.held[purse]
            gone = (purse, times) in poor
            new[purse, times] = (0, 0) if gone else (a - self.part[0] * times, b - self.part[1] * times)
        self._move(fans, new)

    def pay_equally(self, fans, cost, size):
        """Those who hold cost / size pay it."""
        whole = cost * self.scale
        payers = {key for key in self.tally(fans) if self.held[key[0]][0] * size >= whole}
        self._grow(size // gcd(size, whole), size, (whole,))
        self._move(fans, {key: (self.held[key[0]][0] - self.part[0], self.held[key[0]][1]) for key in payers})

    def _grow(self, factor, share, amounts):
        self.part = [amount * factor // share for amount in amounts]
        self.scale, self.held = self.scale * factor, [(a * factor, b * factor) for a, b in self.held]

    def _move(self, fans, new):
        """Put voters into the purses that hold what they have now."""
        places = {}
        for group, times, _ in fans:
            key = self.purse[group], times
            if key in new:
                if new[key] not in places:
                    places[new[key]] = len(self.held)
                    self.held.append(new[key])
                self.purse[group] = places[new[key]]
