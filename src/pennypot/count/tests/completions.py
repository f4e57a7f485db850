"""How often ADD-OPT and Add1 fund different projects in real elections: run by hand, figures in docs/evidence/count.md.

python -m pennypot.count.tests.completions [VOTERS [PROJECTS]]
"""

from __future__ import annotations

import statistics
import sys
import time

from pennypot.count import RuleCard, count, read_pabulib
from pennypot.count.fairness import deserving_group
from pennypot.count.tests.archive import elections


def compare(voters: int, projects: int) -> None:
    """Compare on the approval elections of the archive that are no larger than this."""
    rows = []
    for _, data in elections():
        election = read_pabulib(data)
        plain = election.vote_type in ("approval", "choose-1")
        if not plain or not election.voters or election.voters > voters or len(election.projects) > projects:
            continue
        began = time.process_time()
        opt = count(election, RuleCard(completion="add-opt"), alternatives=False)
        between = time.process_time()
        one = count(election, RuleCard(completion="add1"), alternatives=False)
        ended = time.process_time()
        fair = [deserving_group(election, found, "cost", any_project=True)["holds"] for found in (opt, one)]
        rows.append((opt, one, between - began, ended - between, *fair))
    total = len(rows)
    print(f"{total} elections with up to {voters} voters and {projects} projects, cost utility, exhaustive stop")
    print(f"other winners: {sum(set(opt.winners) != set(one.winners) for opt, one, *_ in rows)}")
    print(f"ADD-OPT spends more in {sum(opt.cost > one.cost for opt, one, *_ in rows)}, ", end="")
    print(f"Add1 in {sum(opt.cost < one.cost for opt, one, *_ in rows)}")
    for at, name in ((0, "ADD-OPT"), (1, "Add1")):
        spent = statistics.mean(row[at].cost / row[at].election.budget for row in rows if row[at].election.budget)
        steps, fair = [row[at].steps for row in rows], sum(row[4 + at] for row in rows)
        print(f"{name}: {spent:.1%} of the budget spent on average; {statistics.median(steps):.0f} steps in the median")
        seconds = sum(row[2 + at] for row in rows)
        print(f"  and {max(steps)} at most; {seconds:.0f} s; no deserving group left in {fair}")


if __name__ == "__main__":
    compare(*(int(word) for word in sys.argv[1:] or ("2000", "40")))
