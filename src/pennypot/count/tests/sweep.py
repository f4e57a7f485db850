"""The long comparison with the slow counts in `audit` and `audit_more`: run by hand, figures in docs/evidence/count.md.

    python -m pennypot.count.tests.sweep random FROM TO
    python -m pennypot.count.tests.sweep archive [SECONDS FOR EACH COUNT [PART/PARTS [FROM [RULE ...]]]]

"random" draws small elections full of ties and extremes with random rule cards, pots, caps and groups of rivals.
"archive" counts every election of the archive with up to 2,000 voters and 40 projects by every rule, both ways; a slow
count that would take longer than the given processor time is left out and said to be. Parts may run side by side; FROM
leaves out so many of the smallest elections, and with names (keys of ARCHIVE_CARDS) only these rules are compared.
"""

from __future__ import annotations

import random
import signal
import sys
import tempfile
from collections import Counter
from pathlib import Path

from pennypot.count import Election, Pot, Project, RuleCard, audit, audit_more, count, read_pabulib
from pennypot.count.tests.archive import elections

ARCHIVE_CARDS = {
    "greedy by votes": RuleCard(rule="greedy", measure="votes"),
    "greedy by votes per cost": RuleCard(rule="greedy", measure="votes-per-cost"),
    "greedy by points": RuleCard(rule="greedy", measure="points"),
    "greedy, stop at the first that is too dear": RuleCard(rule="greedy", measure="points", too_dear="stop"),
    "Equal Shares, cost": RuleCard(completion="none"),
    "Equal Shares, count": RuleCard(completion="none", utility="count"),
    "Equal Shares, points": RuleCard(completion="none", utility="points"),
    "Equal Shares, cost, whole start": RuleCard(completion="none", start="whole"),
    "Equal Shares, cost, greedy completion": RuleCard(completion="greedy"),
    "Equal Shares, count, greedy completion": RuleCard(completion="greedy", utility="count"),
    "Phragmén": RuleCard(rule="phragmen"),
    "maximum welfare, cost": RuleCard(rule="max-welfare"),
    "maximum welfare, count": RuleCard(rule="max-welfare", utility="count"),
    "ranked": RuleCard(rule="ranked"),
    "Equal Shares, cost, Add1": RuleCard(),
    "Equal Shares, count, Add1": RuleCard(utility="count"),
    "Equal Shares, points, Add1": RuleCard(utility="points"),
    "Equal Shares, cost, Add1-utilitarian": RuleCard(completion="add1-utilitarian"),
    "Equal Shares, count, Add1-utilitarian": RuleCard(utility="count", completion="add1-utilitarian"),
    "Equal Shares, points, Add1-utilitarian": RuleCard(utility="points", completion="add1-utilitarian"),
    "Equal Shares, cost, Add1 without the exhaustive stop": RuleCard(stop="never"),
    "Equal Shares, count, Add1 without the exhaustive stop": RuleCard(utility="count", stop="never"),
    "Equal Shares, cost, Add1 from whole units": RuleCard(start="whole"),
    "ADD-OPT, cost": RuleCard(completion="add-opt"),
    "ADD-OPT, count": RuleCard(completion="add-opt", utility="count"),
    "ADD-OPT, cost, without the exhaustive stop": RuleCard(completion="add-opt", stop="never"),
    "bounded overspending, cost": RuleCard(rule="bounded-overspending", completion="none"),
    "bounded overspending, count": RuleCard(rule="bounded-overspending", completion="none", utility="count"),
    "bounded overspending, points": RuleCard(rule="bounded-overspending", completion="none", utility="points"),
    "bounded overspending, cost, greedy completion": RuleCard(rule="bounded-overspending", completion="greedy"),
}


def random_case(number: int) -> tuple[Election, dict, RuleCard]:
    """The same small election as objects and as the plain data that the slow counts take, with a rule card."""
    draw = random.Random(number)
    ids, costs, budget = _random_projects(draw)
    kind = draw.choice(["approval", "approval", "approval", "cumulative", "ordinal", "choose-1"])
    ballots = _random_ballots(draw, ids, kind)
    plain = [ballot if isinstance(ballot, dict) else {c: at for at, c in enumerate(ballot)} for ballot in ballots]
    card = _random_card(draw, ids, max([*costs, budget]))
    category = {name: draw.sample("xyz", draw.choice([0, 1, 1, 1])) for name in ids}
    area = {name: draw.sample("xy", draw.choice([0, 1, 2])) for name in ids}
    projects = [
        Project(name, cost, {"category": ",".join(category[name]), "district": ",".join(area[name])})
        for name, cost in zip(ids, costs, strict=True)
    ]
    data = {
        "budget": budget,
        "costs": dict(zip(ids, costs, strict=True)),
        "kind": kind,
        "ballots": plain,
        "kinds": {name: [f"category:{n}" for n in category[name]] + [f"area:{n}" for n in area[name]] for name in ids},
    }
    election = Election.build(projects, budget, ballots, vote_type=kind)
    return election, data, _with_limits(draw, card, category, budget)


def _with_limits(draw: random.Random, card: RuleCard, category: dict[str, list[str]], budget: int) -> RuleCard:
    """Some cards get pots, some greedy ones caps; rivals then share a pot, as they must."""
    leftover = draw.choice(["keep", "keep", "greedy"])
    if card.rule == "greedy" and draw.random() < 0.4:
        names = draw.sample([("category", "x"), ("category", "y"), ("area", "x"), ("area", "y")], draw.randint(1, 3))
        card = card.but(caps=tuple(Pot(*name, draw.randrange(budget + 1)) for name in names), leftover=leftover)
    if draw.random() < 0.2:
        names = draw.sample("xyz", draw.randint(1, 3))
        pots = tuple(Pot("category", name, draw.randrange(budget // len(names) + 1)) for name in names)
        rest = budget - sum(pot.budget for pot in pots)
        groups = {name: [c for c in category if category[c] == [name]] for name in names}
        groups[""] = [c for c in category if not set(category[c]) & set(names)] if rest else []
        inside = draw.choice([group for group in groups.values() if group] or [[]])
        exclusive = (tuple(draw.sample(inside, min(2, len(inside)))),) if inside and draw.random() < 0.3 else ()
        leftover = "keep" if card.rule == "max-welfare" else leftover
        card = card.but(pots=pots, exclusive=exclusive, leftover=leftover)
    return card


def _random_projects(draw: random.Random) -> tuple[list[str], list[int], int]:
    many = draw.choice([1, 2, 3, 4, 5, 6, 8])
    scale = draw.choice([1, 1, 1, 1, 10, 1000, 2**53 + 1, 10**17 + 7, 2**61])
    makers = [lambda: draw.choice([0, 1, 2, 3, 4, 6, 12]), lambda: draw.randrange(20), lambda: 5,
              lambda: draw.randrange(1, 100), lambda: draw.choice([1, 2, 4, 8])]  # fmt: skip
    make = draw.choice(makers)
    costs = [make() * scale + (draw.randrange(3) if scale > 100 and draw.random() < 0.3 else 0) for _ in range(many)]
    total = sum(costs)
    budget = draw.choice(
        [0, 1, total // 2, total // 3, total, max(costs), max(min(costs) - 1, 0), draw.randrange(total + 2)]
    )
    return [draw.choice("abAB1") + str(i) for i in range(many)], costs, budget


def _random_ballots(draw: random.Random, ids: list[str], kind: str) -> list:
    pool = [draw.sample(ids, draw.randint(0, len(ids))) for _ in range(draw.choice([1, 2, 3, 6]))]
    ballots: list = []
    for _ in range(draw.choice([0, 1, 1, 2, 3, 4, 5, 8, 12])):
        chosen = draw.choice(pool) if draw.random() < 0.6 else draw.sample(ids, draw.randint(0, len(ids)))
        if kind == "choose-1":
            chosen = chosen[:1]
        if kind == "cumulative":
            ballots.append({c: draw.choice([0, 1, 1, 2, 3, draw.choice([5, 100])]) for c in chosen})
        else:
            ballots.append(chosen)
    return ballots


def _random_card(draw: random.Random, ids: list[str], top: int) -> RuleCard:
    rule = draw.choice(["equal-shares"] * 6 + ["greedy"] * 2 + ["phragmen", "max-welfare", "ranked"])
    rule = draw.choice([rule] * 9 + ["bounded-overspending"])
    utility = draw.choice(["cost", "count", "points"])
    completion = draw.choice(["none", "greedy", "add1", "add1", "add1", "add1-utilitarian", "add-opt"])
    groups = [tuple(draw.sample(ids, min(len(ids), draw.randint(1, 3)))) for _ in range(draw.choice([0, 0, 0, 1, 2]))]
    step = draw.choice(["1", "1", "2", "1/2", "7/3"]) if top <= 500 else str(top // draw.choice([1, 2, 3]))
    return RuleCard(
        rule=rule,
        utility="count" if (utility, completion) == ("points", "add-opt") else utility,
        completion=completion,
        stop=draw.choice(["exhaustive", "exhaustive", "never"]),
        start=draw.choice(["exact", "exact", "whole"]),
        step=step,
        measure=draw.choice(["", "votes", "votes-per-cost", "points", "points-per-cost"]),
        too_dear=draw.choice(["skip", "stop"]),
        threshold=draw.choice([0, 0, 0, 1, 2, 3]),
        exclusive=tuple(groups),
        part_funding=draw.choice(["", "", "0.8", "0"]),
        ties=draw.choice([("votes", "cost", "lot"), ("lot",), ("id",), ("cost", "lot"), ("points",)]),
        seed=draw.choice(["", "draw 7"]),
        last_place=draw.choice([0, 1]),
    )


def outcome(election: Election, card: RuleCard) -> list[str] | int:
    """What the two counts are compared by: winners in order of selection; welfare, for maximum welfare."""
    result = count(election, card, alternatives=False)
    return (result.objective or 0) if card.rule == "max-welfare" else list(result.winners)


def slow_outcomes(data: dict, card: RuleCard, plainly: bool = True) -> list[list[str] | int]:
    """The same by the slow counts that know the card: both of them where both do, unless the plain one takes hours."""
    known = card.as_data()
    if card.rule == "max-welfare":
        return [audit_more.best_welfare(data, known)]
    stepping = card.rule == "equal-shares" and card.completion.startswith("add")
    both = card.rule == "bounded-overspending" or card.completion == "add-opt" or card.pots or card.caps
    if both or (stepping and not plainly):
        return [audit_more.count(data, known)]
    return [audit.count(data, known)] + ([audit_more.count(data, known)] if stepping else [])


def agree(election: Election, data: dict, card: RuleCard) -> bool:
    """Whether all counts say the same."""
    ours = outcome(election, card)
    return all(ours == theirs for theirs in slow_outcomes(data, card))


def sweep_random(begin: int, end: int) -> int:
    """Compare on random elections; gives the number of mismatches."""
    wrong, kinds = 0, Counter()
    for number in range(begin, end):
        election, data, card = random_case(number)
        kinds[f"{card.rule}, {card.completion}" if card.rule == "equal-shares" else card.rule] += 1
        kinds["with pots"] += bool(card.pots)
        kinds["with caps"] += bool(card.caps)
        if not agree(election, data, card):
            wrong += 1
            print(f"case {number} differs", flush=True)
    print(f"{end - begin} random elections, {wrong} mismatches")
    print("; ".join(f"{name}: {many}" for name, many in sorted(kinds.items())))
    return wrong


class _TooSlow(Exception):
    pass


def _alarm(*_):
    raise _TooSlow


def _compare(name: str, path: Path, cards: dict, seconds: float, agreed: Counter, left_out: Counter) -> int:
    """Count one election by every card, both ways; gives the number of mismatches."""
    election, data, wrong = read_pabulib(path), audit_more.read(path) | {"known": {}}, 0
    for title, card in cards.items():
        ours = outcome(election, card)
        signal.setitimer(signal.ITIMER_PROF, seconds)
        try:
            theirs = slow_outcomes(data, card, plainly=False)
        except _TooSlow:
            left_out[title] += 1
            print(f"{name}: {title} left out as too slow", flush=True)
            continue
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
        same = all(ours == one for one in theirs)
        agreed[title] += same
        if not same:
            wrong += 1
            print(f"{name}: {title} differs", flush=True)
    return wrong


def sweep_archive(seconds: float, part: str = "1/1", begin: int = 0, titles: tuple[str, ...] = ()) -> int:
    """Compare on the archive's elections with up to 2,000 voters and 40 projects; gives the number of mismatches."""
    cards = {title: ARCHIVE_CARDS[title] for title in titles or ARCHIVE_CARDS}
    signal.signal(signal.SIGPROF, _alarm)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # `timeout 600 ...` gets its totals too
    mine, parts = map(int, part.split("/"))
    agreed, left_out, wrong, done = Counter(), Counter(), 0, 0
    with tempfile.TemporaryDirectory() as folder:
        chosen = []
        for name, data in elections():
            election = read_pabulib(data)
            if election.voters <= 2000 and len(election.projects) <= 40:
                path = Path(folder) / name
                path.write_bytes(data)
                chosen.append((election.voters * len(election.projects), name, path))
        chosen = sorted(chosen)[begin:][mine - 1 :: parts]
        try:
            for _, name, path in chosen:
                wrong += _compare(name, path, cards, seconds, agreed, left_out)
                done += 1
                print(f"{done} of {len(chosen)}: {name}", flush=True)
        except KeyboardInterrupt:
            print("stopped by hand")
    print(f"{done} of {len(chosen)} elections (part {part}), smallest first, {wrong} mismatches")
    for title in cards:
        print(f"{title}: {agreed[title]} agree, {left_out[title]} left out as too slow")
    return wrong


if __name__ == "__main__":
    if sys.argv[1:2] == ["random"]:
        sys.exit(bool(sweep_random(int(sys.argv[2]), int(sys.argv[3]))))
    given = [float(sys.argv[2]) if len(sys.argv) > 2 else 20.0, *sys.argv[3:4], *map(int, sys.argv[4:5])]
    sys.exit(bool(sweep_archive(*given, *([tuple(sys.argv[5:])] if len(sys.argv) > 5 else []))))
