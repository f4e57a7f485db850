"""Equal Shares with bounded overspending once more, as simple as can be, for comparison only."""

from fractions import Fraction

from pennypot.count import audit


def winners(election: dict, card: dict) -> list[str]:
    """Winners in order; `election` and `card` as `audit` takes them."""
    case = audit._Count(election, card)
    if not case.points:
        return []
    weighed, by_cost = card["utility"] == "points", card["utility"] == "cost"
    money = [Fraction(case.budget, len(case.points))] * len(case.points)
    won: list[str] = []
    left = case.budget
    while True:
        offers = {}
        for c in case.can - set(won):
            cost = case.costs[c]
            if cost > left or case.rivals[c] & set(won):
                continue
            if cost == 0:
                offers[c] = (Fraction(0), Fraction(-1), Fraction(0))
                continue
            times = {i: case.points[i][c] if weighed else 1 for i in case.fans[c] if money[i] > 0}
            levels = {money[i] / times[i] for i in times}
            if sum(money[i] for i in times) >= cost:
                levels.add(case._price(c, money, times))
            tried = []
            for level in levels:
                share = sum(min(money[i], level * times[i]) for i in times) / cost
                if share <= 1:
                    tried.append((level / share**2 / (cost if by_cost else 1), -share, level / share))
            if tried:
                offers[c] = min(tried)
        if not offers:
            break
        c = min(offers, key=lambda c: (offers[c][0], case.rank[c]))
        for i in case.fans[c]:
            money[i] -= min(money[i], offers[c][2] * (case.points[i][c] if weighed else 1))
        won.append(c)
        left -= case.costs[c]
    if card["completion"] == "greedy":
        by = {"cost": "votes", "count": "votes-per-cost", "points": "points-per-cost"}[card["utility"]]
        won = case._greedy(won, by, "skip", "")
    return won
