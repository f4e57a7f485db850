"""From a certificate and its ballots to what the pages of a result need: data only, no words and no web.

Everything here is counted again from the ballots: a certificate that does not hold is never turned into a page.
Amounts are whole pence. The work is done once, when a result is published; pages only read what was found.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from pennypot.count import Election, Result, RuleCard, count, read_pabulib
from pennypot.count.certificate import recount
from pennypot.count.compare import compare
from pennypot.count.explain import explain

# What a file of ballots may say of a voter. Anything else is about a person, and is not published.
VOTER_COLUMNS = frozenset({"voter_id", "vote", "points"})
# Looking for the winners in the way takes a count for each of them; beyond this many seconds it is left out.
MOST_SECONDS = 60
# Looking for how many of the other voters would have been enough takes about so many counts for each loser, and is
# left out beyond this many seconds. (Measured: 3 to 14 with real elections.)
COUNTS_FOR_ADDS, MOST_SECONDS_FOR_ADDS = 15, 30

Progress = Callable[[int, int, str], None]


class Unfit(ValueError):
    """The ballots or the certificate cannot be published; `problems` says why, one sentence each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Reading:
    """All that is said about a result, as JSON data.

    Attributes
    ----------
    summary
        How many voted, how much was given out, how many of each voter's choices were funded.
    outcomes
        By project id: what happened to it and what would have changed that.
    compared
        What other rules would have funded; the first is the rule of the round.
    fairness
        Each check with whether it holds, and who could complain where it does not.
    ties
        Every tie that was met, what decided it, and what would have been otherwise.
    """

    summary: dict[str, Any]
    outcomes: dict[str, dict[str, Any]]
    compared: list[dict[str, Any]]
    fairness: dict[str, dict[str, Any]]
    ties: list[dict[str, Any]]
    seconds: float = field(default=0.0, compare=False)


def read(pb: bytes, certificate: dict[str, Any], *, progress: Progress | None = None) -> Reading:
    """Recount a result and say everything about it.

    Parameters
    ----------
    pb
        The ballots in Pabulib's format, amounts in pounds.
    certificate
        As made by `pennypot.count.certificate`.
    progress
        Called with parts done, parts in all, and what is being done: ``recounting``, ``explaining``, ``comparing``.

    Raises
    ------
    Unfit
        The certificate does not hold for these ballots, or the file says something about voters.
    """
    begun = time.monotonic()
    tell = progress or (lambda done, all_parts, what: None)
    tell(0, 1, "recounting")
    election = read_pabulib(pb)
    _check_columns(election)
    wrong = recount(certificate, election)
    if wrong:
        raise Unfit(wrong)
    card = RuleCard.from_data(certificate["rule"])
    result = count(election, card)
    pounds = _Pounds(election)
    outcomes = _outcomes(election, result, pounds, tell)
    tell(len(outcomes), len(outcomes) + 1, "comparing")
    compared = [_compared(one, pounds) for one in compare(election, card)]
    reading = Reading(
        summary=_as_json(_summary(election, result, certificate, pounds)),
        outcomes=outcomes,
        compared=_as_json(compared),
        fairness={name: _fairness(name, found, pounds) for name, found in certificate["checks"].items()},
        ties=[_tie(one.as_data(), result) for one in result.ties],
        seconds=time.monotonic() - begun,
    )
    tell(1, 1, "comparing")
    return reading


def _as_json(data: Any) -> Any:
    """The same data as it comes back from the database."""
    return json.loads(json.dumps(data))


def _check_columns(election: Election) -> None:
    told = sorted(set(election.table.header) - VOTER_COLUMNS) if election.table else []
    if told:
        raise Unfit([f"the ballots say something about voters: {', '.join(told)}"])


class _Pounds:
    """Turns the amounts of an election into whole pence."""

    def __init__(self, election: Election) -> None:
        self.unit = Fraction(100, 10**election.decimals)

    def units(self, amount: int) -> int:
        """An amount in the election's smallest unit; a part of a penny is rounded half up."""
        return _rounded(amount * self.unit)

    def text(self, written: Any) -> int:
        """An amount as the count writes it: a number, ``1234.50`` or ``£1,234.50``; rounded half up to the penny."""
        return _rounded(Fraction(re.sub(r"[^0-9./]", "", str(written))) * 100)


def _rounded(pence: Fraction) -> int:
    return (2 * pence.numerator + pence.denominator) // (2 * pence.denominator)


def _summary(election: Election, result: Result, certificate: dict[str, Any], pounds: _Pounds) -> dict[str, Any]:
    coverage = certificate["coverage"]
    summary = {
        "voters": election.voters,
        "projects": len(election.projects),
        "funded": len(result.winners),
        "budget_pence": pounds.units(election.budget),
        "spent_pence": pounds.units(result.cost),
        "with_something": election.voters - coverage["none"],
        "by_number": dict(sorted(coverage["voters"].items(), key=_by_number)),
        "rule": result.card.as_data(),
        "vote_type": election.vote_type,
    }
    if result.endowment is not None and result.card.rule == "equal-shares":
        summary["each_pence"] = _rounded(Fraction(result.endowment) * pounds.unit)
    return summary


def _by_number(item: tuple[str, int]) -> int:
    return int(item[0])


def _outcomes(election: Election, result: Result, pounds: _Pounds, tell: Progress) -> dict[str, dict[str, Any]]:
    one = _seconds_of_a_count(election, result)
    lost = len(election.projects) - len(result.winners)
    told = explain(
        election,
        result,
        # Whom each winner stood in the way of comes out of one count without it, whatever the number of losers.
        withdrawn=one * len(result.winners) < MOST_SECONDS,
        adds=one * lost * COUNTS_FOR_ADDS < MOST_SECONDS_FOR_ADDS,
        progress=lambda done, all_parts: tell(done, all_parts + 1, "explaining"),
    )
    return {one["project"]: _outcome(election, result, one, pounds) for one in told}


def _seconds_of_a_count(election: Election, result: Result) -> float:
    """How long one count takes here: the better of two, because the first may still be warming up."""
    taken = []
    for _try in range(2):
        begun = time.monotonic()
        count(election, result.card, alternatives=False, trail=False)
        taken.append(time.monotonic() - begun)
    return min(taken)


def _outcome(election: Election, result: Result, told: dict[str, Any], pounds: _Pounds) -> dict[str, Any]:
    at = election.index[told["project"]]
    project = election.projects[at]
    made: dict[str, Any] = {
        "project": project.id,
        "funded": told["won"],
        "why": told["why"],
        "votes": election.votes[at],
        "cost_pence": pounds.units(project.cost),
        "awarded_pence": pounds.units(result.parts.get(project.id, project.cost)) if told["won"] else 0,
    }
    if election.vote_type not in ("approval", "choose-1"):
        made["points"] = election.points[at]
    for name in ("payers", "giving_all", "score", "threshold", "votes_more"):
        if name in told:
            made[name] = told[name]
    for name, key in (("price", "price_pence"), ("held", "held_pence"), ("left", "left_pence")):
        if name in told:
            made[key] = pounds.text(told[name])
    if told["won"]:
        return made | {"order": told["round"]}
    if told["why"] == "rival":
        made["rivals"] = _funded_rivals(result, project.id)
    if "cost_less" in told:
        made["cost_less_pence"] = None if told["cost_less"] is None else pounds.text(told["cost_less"])
        made["cost_to_win_pence"] = None if told["cost_to_win"] is None else pounds.text(told["cost_to_win"])
    # None: it was not looked for, because it would have taken too long.
    made["without"] = told.get("without")
    if told.get("optimist_add"):
        made["adds"] = _adds(told)
    return made | {"near": nearness(made)}


def _adds(told: dict[str, Any]) -> dict[str, Any]:
    """How many of those who voted, but not for it, would have been enough.

    ``right``: so many, if they are the right ones; ``any``: so many, whoever they are (None: it is not known). Where
    ``tried`` is true the right ones are those with the most money left, and any are those with the least.
    """
    any_ = told["pessimist_add"]
    return {
        "right": told["optimist_add"]["voters"],
        "any": any_["voters"] if any_ else None,
        "tried": "adds_tried" in told["says"],
    }


def _funded_rivals(result: Result, project: str) -> list[str]:
    rivals = {name for group in result.card.exclusive if project in group for name in group}
    return [name for name in result.winners if name in rivals]


def nearness(outcome: dict[str, Any]) -> int:
    """How near a project came, in thousandths: the cost that would have won of its cost, or its votes of those needed.

    The larger of the two, because either would have been enough; 0 where neither is known.
    """
    parts = [0]
    cost, wins_at = outcome["cost_pence"], outcome.get("cost_to_win_pence")
    if cost and wins_at:
        parts.append(1000 * wins_at // cost)
    more = outcome.get("votes_more")
    if more and outcome["votes"]:
        parts.append(1000 * outcome["votes"] // (outcome["votes"] + more))
    return min(999, max(parts))


def _compared(row: dict[str, Any], pounds: _Pounds) -> dict[str, Any]:
    kept = {key: row[key] for key in ("card", "winners", "added", "lost", "voters_with_nothing", "fair")}
    return kept | {"cost_pence": pounds.text(row["cost"])}


def _fairness(name: str, found: dict[str, Any], pounds: _Pounds) -> dict[str, Any]:
    """One check; what its counter-example says in money becomes pence."""
    if found["holds"] or "counterexample" not in found:
        return {"holds": found["holds"]}
    said = dict(found["counterexample"])
    for key in ("left", "spent", "deserve"):
        if key in said:
            said[f"{key}_pence"] = pounds.text(said.pop(key))
    if "at_most" in said and not name.endswith("_count"):
        said["at_most_pence"] = pounds.text(said.pop("at_most"))
    return {"holds": False, "counterexample": said}


def _tie(tie: dict[str, Any], result: Result) -> dict[str, Any]:
    won = set(result.winners)
    otherwise = [
        {
            "first": other["first"],
            "added": [name for name in other["winners"] if name not in won],
            "lost": [name for name in result.winners if name not in other["winners"]],
        }
        for other in tie["otherwise"]
    ]
    # With Add1 a tie may be met at an earlier step, before the shares were as large as in the run that decided.
    when = {"step": tie["step"]} if "step" in tie else {}
    return when | {key: tie[key] for key in ("round", "among", "decided_by", "matters")} | {"otherwise": otherwise}
