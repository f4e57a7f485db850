"""From opened ballots through the Pabulib file to winners: the same as counted straight from the ballots, in pence.

The single-file verifier, which shares no code with the count, is asked as well wherever it knows the rule.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from random import Random
from types import SimpleNamespace

import pytest

from pennypot.apps.rounds.rules import VOTE_TYPES, base_card
from pennypot.apps.voting import verifier
from pennypot.apps.voting.counting import Opened, count_ballots
from pennypot.count import Election, Pot, Project, RuleCard, count, read_pabulib
from pennypot.count.certificate import recount

RULES = {
    "knapsack": ("equal-shares", "greedy", "phragmen", "max-welfare"),
    "approve": ("equal-shares", "greedy", "phragmen", "max-welfare"),
    "rank": ("equal-shares", "greedy", "ranked"),
    "points": ("equal-shares", "greedy", "max-welfare"),
}
AREAS, KINDS = ("North", "South", ""), ("Parks", "Young people", "")


def a_card(chance, form, rule, pence, numbers):
    """A rule card as a round may make it: amounts in pence, pots in whole pounds."""
    card = RuleCard.from_data(base_card(rule, form, leftover=chance.choice(["greedy", "keep"])))
    plain = rule in ("equal-shares", "greedy")
    by, names = chance.choice([("area", AREAS[:2]), ("category", KINDS[:2])])
    pounds = pence // 100
    pots = tuple(Pot(by, name, chance.randint(1, pounds // 2) * 100) for name in names) if chance.random() < 0.5 else ()
    caps = (Pot(by, names[0], chance.randint(1, pounds) * 100),) if rule == "greedy" and not pots else ()
    return card.but(
        threshold=chance.choice([0, 0, 2, 5]),
        part_funding="0.8" if rule == "greedy" and not pots and chance.random() < 0.4 else "",
        pots=pots if plain else (),
        caps=caps,
        exclusive=((str(numbers[0]), str(numbers[1])),) if plain and not pots and chance.random() < 0.4 else (),
    )


def some_ballots(chance, form, numbers):
    ballots: Counter = Counter()
    for _ in range(chance.randint(1, 25)):
        chosen = chance.sample(numbers, chance.randint(1, min(5, len(numbers))))
        if form == "points":
            chosen = [(number, chance.randint(1, 4)) for number in sorted(chosen)]
        ballots[tuple(chosen if form == "rank" else sorted(chosen))] += chance.randint(1, 4)
    return ballots


@pytest.mark.parametrize("form", RULES)
@pytest.mark.parametrize("seed", range(40))
def test_s09_the_file_the_ballots_and_the_verifier_have_the_same_winners(form, seed):
    chance = Random(f"{form} {seed}")
    rule = chance.choice(RULES[form])
    numbers = sorted(chance.sample(range(1, 400), chance.randint(2, 9)))
    # Some elections are in whole pounds, and their file then says nothing of pence; in some the odd penny matters.
    odd = chance.choice([0, 0, 1])
    pence = chance.randint(50, 400) * 100 + odd * chance.randint(0, 99)
    costs = {number: max(100, chance.randint(5, 200) * 100 + odd * chance.randint(-99, 99)) for number in numbers}
    where = {number: {"name": f"No. {number}", "category": chance.choice(KINDS), "neighborhood": chance.choice(AREAS)}
             for number in numbers}  # fmt: skip
    card, ballots = a_card(chance, form, rule, pence, numbers), some_ballots(chance, form, numbers)
    config = {
        "form": form, "vote_type": VOTE_TYPES[form], "max_choices": None, "points": None, "budget_pence": pence,
        "projects": [{"id": n, "title": "", "cost_pence": costs[n], "columns": where[n]} for n in numbers],
        "rule": card.as_data(), "meta": {"budget": f"{pence / 100:.2f}"},
    }  # fmt: skip
    withdrawn = chance.sample(numbers, chance.choice([0, 0, 1]))
    draw = {"seed": "3 14 22", "withdrawn": withdrawn}
    found = count_ballots(SimpleNamespace(config=config), Opened([], ballots, [], []), **draw)

    listed = [dict(one) if form == "points" else one for one in ballots]
    direct = Election.build(
        [Project(str(n), costs[n], where[n]) for n in numbers], pence,
        [{str(n): p for n, p in one.items()} if form == "points" else [str(n) for n in one] for one in listed],
        vote_type=VOTE_TYPES[form], weights=list(ballots.values()),
    )  # fmt: skip
    told = card.but(seed=draw["seed"], withdrawn=tuple(map(str, withdrawn)))
    straight = count(replace(direct, decimals=2), told)
    assert found.result["winners"] == [int(one) for one in straight.winners]
    assert found.result["cost_pence"] == straight.cost <= pence
    assert found.result["parts_pence"] == dict(straight.parts or {})
    assert not set(found.result["winners"]) & set(withdrawn)
    by_verifier = verifier.recount(config, draw, ballots)
    if by_verifier is not None:
        assert [int(one) for one in by_verifier] == found.result["winners"]
    assert recount(found.certificate, read_pabulib(found.pb.encode())) == []
