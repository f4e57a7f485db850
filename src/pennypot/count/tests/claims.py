"""Every claim of every loser, counted again, on fifty real elections: run by hand, its figures stand in the evidence.

python -m pennypot.count.tests.claims [ELECTIONS]
"""

from __future__ import annotations

import sys

from pennypot.count import RuleCard, count, read_pabulib
from pennypot.count.counting import as_counted
from pennypot.count.explain import explain
from pennypot.count.tests.archive import elections
from pennypot.count.whatif import with_cost, with_more_votes

CARDS = {"greedy": RuleCard(rule="greedy"), "Equal Shares": RuleCard(completion="none"), "Add1": RuleCard()}


def false_claims(election, result, told) -> list[str]:
    """Claims that do not hold when counted again; the count used here is the public one."""
    card, election = result.card, as_counted(election, result.card)
    wrong = []

    def wins(changed, at, by=card) -> bool:
        return changed.projects[at].id in count(changed, by, alternatives=False, trail=False).winners

    for one in told:
        at = election.index[one["project"]]
        cost, votes = one.get("cost_to_win"), one.get("votes_more")
        if cost is not None:
            units = round(float(cost) * 10**election.decimals)
            if not wins(with_cost(election, at, units), at) or wins(with_cost(election, at, units + 1), at):
                wrong.append(f"{one['project']}: cost {cost}")
        if votes is not None:
            fewer = votes > 1 and wins(with_more_votes(election, at, votes - 1), at)
            if fewer or not wins(with_more_votes(election, at, votes), at):
                wrong.append(f"{one['project']}: {votes} more votes")
        for name in one.get("without", ()):
            if not wins(election, at, card.but(withdrawn=(*card.withdrawn, name))):
                wrong.append(f"{one['project']}: without {name}")
    return wrong


def main(wanted: int) -> int:
    """Check the claims of the first elections of the archive that are not too large; gives how many are false."""
    done = losers = claims = 0
    wrong: list[str] = []
    for name, data in elections():
        election = read_pabulib(data)
        if election.voters > 3000 or len(election.projects) > 30:
            continue
        for title, card in CARDS.items():
            result = count(election, card, alternatives=False)
            told = explain(election, result)
            lost = [one for one in told if not one["won"]]
            losers += len(lost)
            claims += sum(
                (one.get("cost_to_win") is not None) + (one.get("votes_more") is not None) + len(one.get("without", ()))
                for one in lost
            )
            wrong += [f"{name}, {title}: {claim}" for claim in false_claims(election, result, lost)]
        done += 1
        if done == wanted:
            break
    print(f"{done} elections by three rules: {losers} losers, {claims} claims counted again, {len(wrong)} false")
    print("\n".join(wrong))
    return len(wrong)


if __name__ == "__main__":
    sys.exit(bool(main(int(sys.argv[1]) if len(sys.argv) > 1 else 50)))
