"""The long comparison with the slow count in `audit`: run by hand, its figures stand in docs/evidence/count.md.

    python -m pennypot.count.tests.sweep random 100000
    python -m pennypot.count.tests.sweep archive [SECONDS FOR EACH COUNT [WORD IN THE NAMES OF RULES, "-WORD" FOR NOT]]

"random" draws small elections full of ties and extremes with random rule cards. "archive" counts every election of
the archive with up to 2,000 voters and 40 projects by every rule, both ways; a slow count that would take longer than
the given processor time is left out and said to be.
"""

from __future__ import annotations

import random
import signal
import sys
import tempfile
from collections import Counter
from pathlib import Path

from pennypot.count import Election, RuleCard, audit, count, read_pabulib
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
    "Equal Shares, points, Add1-utilitarian": RuleCard(utility="points", completion="add1-utilitarian"),
    "Equal Shares, cost, Add1 without the exhaustive stop": RuleCard(stop="never"),
}


def random_case(number: int) -> tuple[Election, dict, RuleCard]:
    """The same small election as objects and as the plain data that `audit` takes, with a rule card."""
    draw = random.Random(number)
    ids, costs, budget = _random_projects(draw)
    kind = draw.choice(["approval", "approval", "approval", "cumulative", "ordinal", "choose-1"])
    ballots = _random_ballots(draw, ids, kind)
    plain = [ballot if isinstance(ballot, dict) else {c: at for at, c in enumerate(ballot)} for ballot in ballots]
    data = {"budget": budget, "costs": dict(zip(ids, costs, strict=True)), "kind": kind, "ballots": plain}
    election = Election.build(list(zip(ids, costs, strict=True)), budget, ballots, vote_type=kind)
    return election, data, _random_card(draw, ids, max([*costs, budget]))


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
    rule = draw.choice(["equal-shares"] * 5 + ["greedy", "phragmen", "max-welfare", "ranked"])
    groups = [tuple(draw.sample(ids, min(len(ids), draw.randint(1, 3)))) for _ in range(draw.choice([0, 0, 0, 1, 2]))]
    step = draw.choice(["1", "1", "2", "1/2", "7/3"]) if top <= 500 else str(top // draw.choice([1, 2, 3]))
    return RuleCard(
        rule=rule,
        utility=draw.choice(["cost", "count", "points"]),
        completion=draw.choice(["none", "greedy", "add1", "add1", "add1", "add1-utilitarian"]),
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


def slow_outcome(data: dict, card: RuleCard) -> list[str] | int:
    """The same by the slow count."""
    if card.rule == "max-welfare":
        return audit.best_welfare(data, card.as_data())
    return audit.count(data, card.as_data())


def agree(election: Election, data: dict, card: RuleCard) -> bool:
    """Whether both counts say the same."""
    return outcome(election, card) == slow_outcome(data, card)


def sweep_random(cases: int) -> int:
    """Compare on random elections; gives the number of mismatches."""
    wrong = 0
    for number in range(cases):
        if not agree(*random_case(number)):
            wrong += 1
            print(f"case {number} differs")
    print(f"{cases} random elections, {wrong} mismatches")
    return wrong


class _TooSlow(Exception):
    pass


def _alarm(*_):
    raise _TooSlow


def _compare(name: str, path: Path, cards: dict, seconds: float, agreed: Counter, left_out: Counter) -> int:
    """Count one election by every card, both ways; gives the number of mismatches."""
    election, data, wrong = read_pabulib(path), audit.read(path), 0
    for title, card in cards.items():
        ours = outcome(election, card)
        signal.setitimer(signal.ITIMER_PROF, seconds)
        try:
            theirs = slow_outcome(data, card)
        except _TooSlow:
            left_out[title] += 1
            continue
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
        agreed[title] += ours == theirs
        if ours != theirs:
            wrong += 1
            print(f"{name}: {title} differs", flush=True)
    return wrong


def sweep_archive(seconds: float, word: str = "") -> int:
    """Compare on the archive's elections with up to 2,000 voters and 40 projects; gives the number of mismatches."""
    signal.signal(signal.SIGPROF, _alarm)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # `timeout 600 ...` gets its totals too
    cards = {
        title: card for title, card in ARCHIVE_CARDS.items() if (word.lstrip("-") in title) != word.startswith("-")
    }
    agreed, left_out, wrong = Counter(), Counter(), 0
    chosen = []
    with tempfile.TemporaryDirectory() as folder:
        for name, data in elections():
            election = read_pabulib(data)
            if election.voters <= 2000 and len(election.projects) <= 40:
                path = Path(folder) / name
                path.write_bytes(data)
                chosen.append((election.voters * len(election.projects), name, path))
        done = 0
        try:
            for _, name, path in sorted(chosen):
                wrong += _compare(name, path, cards, seconds, agreed, left_out)
                done += 1
        except KeyboardInterrupt:
            print("stopped by hand")
    print(f"{done} of {len(chosen)} elections, smallest first, {wrong} mismatches")
    for title in cards:
        print(f"{title}: {agreed[title]} agree, {left_out[title]} left out as too slow")
    return wrong


if __name__ == "__main__":
    if sys.argv[1:2] == ["random"]:
        sys.exit(bool(sweep_random(int(sys.argv[2]))))
    sys.exit(bool(sweep_archive(float(sys.argv[2]) if len(sys.argv) > 2 else 20, *sys.argv[3:4])))
