"""Fairness checks of a result, in polynomial time, with a counter-example wherever one fails.

After Brill and Peters, "Robust and Verifiable Proportionality Axioms for Multiwinner Voting" (EC 2023), carried over to
budgets as docs/count/fairness.md states and proves. A group of voters that all support an unfunded project deserves
its share of the budget, voters in the group / voters * budget. The check "up to any" fails where every member would
still have no more than that share if the project were added; "up to one" allows each member any one more project.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from .completion import run_order
from .counting import as_counted
from .election import Election
from .greedy import eligible, rivals
from .pots import members
from .result import Result
from .shares import Setting
from .shares_exact import ExactRun
from .ties import TieOrder


def check(election: Election, result: Result) -> dict[str, Any]:
    """Check a result.

    Returns
    -------
    dict
        Name of check to ``{"holds": bool, ...}``; where it fails, ``counterexample`` says who could complain and why.
        ``priceable`` is there for Equal Shares only (but for ADD-OPT, whose payments follow another rule).
    """
    election = as_counted(election, result.card)
    found = {
        "budget": _budget(election, result),
        "limits": _limits(election, result),
        "exhaustive": _exhaustive(election, result),
        "ejr_plus_up_to_any_cost": deserving_group(election, result, "cost", any_project=True),
        "ejr_plus_up_to_one_cost": deserving_group(election, result, "cost", any_project=False),
        "ejr_plus_up_to_any_count": deserving_group(election, result, "count", any_project=True),
    }
    if result.endowment is not None and result.card.rule == "equal-shares" and result.card.completion != "add-opt":
        found["priceable"] = _priceable(election, result)
    return found


def _budget(election: Election, result: Result) -> dict[str, Any]:
    cost = sum(result.parts.get(name, election.costs[election.index[name]]) for name in result.winners)
    return {"holds": cost <= election.budget and cost == result.cost}


def _limits(election: Election, result: Result) -> dict[str, Any]:
    card, won = result.card, {election.index[name] for name in result.winners}
    conflict = rivals(election, card)
    for at in won:
        for rival in conflict.get(at, set()) & won:
            pair = [election.projects[at].id, election.projects[rival].id]
            return {"holds": False, "counterexample": {"rivals": pair}}
    for pot in (*card.pots, *card.caps) if card.leftover == "keep" else ():
        spent = sum(election.costs[at] for at in members(election, pot) if at in won)
        if spent > pot.budget:
            return {"holds": False, "counterexample": {"limit": pot.name, "spent": election.money(spent)}}
    return {"holds": True}


def _exhaustive(election: Election, result: Result) -> dict[str, Any]:
    won = {election.index[name] for name in result.winners}
    conflict, can_win = rivals(election, result.card), eligible(election, result.card)
    for at, project in enumerate(election.projects):
        fits = project.cost <= result.left and not conflict.get(at, set()) & won
        if can_win[at] and at not in won and fits:
            left = election.money(result.left)
            return {"holds": False, "counterexample": {"project": project.id, "left": left}}
    return {"holds": True}


def deserving_group(election: Election, result: Result, utility: str, *, any_project: bool) -> dict[str, Any]:
    """Look for a group that deserves more than each of its members has: the largest such group, if there is one.

    Parameters
    ----------
    utility : str
        "cost": members have the money spent on what they support. "count": they have the number of projects, and
        deserve as many as the group's share would pay for at the cost of the project they all support.
    any_project : bool
        What each member may be given on top before they still count as short of it: the project itself ("up to
        any"), or the project best for them among all unfunded ones they support ("up to one").
    """
    ballots, columns, costs = election.ballots, election.columns, election.costs
    won = {election.index[name] for name in result.winners}
    can_win = eligible(election, result.card)
    worth = costs if utility == "cost" else [1] * len(costs)
    kind = np.int64 if 4 * (election.budget + max(costs, default=0) + 1) * max(election.voters, 1) < 2**62 else object
    has, extra = np.zeros(ballots.groups, kind), np.zeros(ballots.groups, kind)
    for at in range(len(costs)):
        rows = columns.group[columns.start[at] : columns.start[at + 1]]
        if at in won:
            has[rows] += worth[at]
        elif can_win[at]:
            extra[rows] = np.maximum(extra[rows], worth[at])
    worst: dict[str, Any] | None = None
    for at in range(len(costs)):
        if at in won or not can_win[at] or costs[at] > election.budget:
            continue
        rows = columns.group[columns.start[at] : columns.start[at + 1]]
        with_more = has[rows] + (worth[at] if any_project else extra[rows])
        order = np.argsort(with_more, kind="stable")
        size = np.cumsum(ballots.weight[rows][order])
        # members have <= share  <=>  with_more * voters * (1 or cost) <= size * budget
        scale = election.voters * (1 if utility == "cost" else costs[at])
        if kind is np.int64 and scale * int(with_more.max(initial=0)) >= 2**62:
            with_more = with_more.astype(object)
        left = with_more[order] * scale
        right = size.astype(left.dtype) * election.budget
        short = np.flatnonzero(left <= right)
        if len(short) and (worst is None or int(size[short[-1]]) > worst["voters"]):
            last = short[-1]
            group = int(size[last])
            share = Fraction(group * election.budget, election.voters)
            worst = {
                "project": election.projects[at].id,
                "voters": group,
                "share_of_voters": round(group / election.voters, 4),
                "deserve": election.money(share),
                "at_most": _plain(election, with_more[order][last], utility),
            }
    return {"holds": worst is None} | ({"counterexample": worst} if worst else {})


def _plain(election: Election, amount: Any, utility: str) -> str:
    return election.money(int(amount)) if utility == "cost" else str(int(amount))


def _priceable(election: Election, result: Result) -> dict[str, Any]:
    """Prices and payments in exact fractions: all funded can be paid, and nothing unfunded could be paid besides."""
    assert result.endowment is not None
    setting = Setting(election, result.card, TieOrder(election, result.card))
    exact = ExactRun(setting, result.endowment, setting.shift(result.endowment))
    order = run_order(result)
    for c in order:
        found = exact.price(c)
        if found is None:
            return {"holds": False, "counterexample": {"project": election.projects[c].id, "why": "cannot be paid"}}
        exact.fund(c, found)
    funded = set(order)
    conflict = rivals(election, result.card)
    for c in range(setting.projects):
        if c in funded or not setting.can_win[c] or conflict.get(c, set()) & funded:
            continue
        if exact.price(c) is not None:
            return {"holds": False, "counterexample": {"project": election.projects[c].id, "why": "could be paid"}}
    return {"holds": True, "endowment": str(result.endowment / 10**election.decimals)}


def coverage(election: Election, result: Result) -> dict[str, Any]:
    """How many of each voter's choices were funded, over all voters and by area; no voter can be told apart.

    Returns
    -------
    dict
        ``voters`` by the number of their choices that were funded, ``none`` (voters without any), and ``areas``:
        money spent on projects of each area with the number of votes cast for projects there.
    """
    ballots, won = election.ballots, {election.index[name] for name in result.winners}
    is_won = np.array([at in won for at in range(len(election.projects))], bool)
    funded = np.bincount(ballots.row[is_won[ballots.project]], minlength=ballots.groups)
    by_number = np.bincount(funded, weights=ballots.weight).astype(int)
    areas: dict[str, dict[str, Any]] = {}
    for at, project in enumerate(election.projects):
        for area in project.areas or project.categories:
            row = areas.setdefault(area, {"votes": 0, "spent": 0, "funded": 0})
            row["votes"] += election.votes[at]
            row["spent"] += result.parts.get(project.id, project.cost) if at in won else 0
            row["funded"] += at in won
    for row in areas.values():
        row["spent"] = election.money(row["spent"])
    voters = {str(number): int(many) for number, many in enumerate(by_number) if many}
    return {"voters": voters, "none": voters.get("0", 0), "areas": areas}
