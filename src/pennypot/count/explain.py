"""Why each project won or lost, as data and as sentences; every "would have been" is checked by counting again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Any

from .card import RuleCard
from .closeness import Adds
from .counting import as_counted, count
from .election import Election
from .greedy import eligible, rivals
from .result import Result
from .sentences import SENTENCES
from .shares import compiled
from .shares_hints import SEVERAL, SharesHints
from .ties import TieOrder
from .whatif import with_cost, with_more_votes


def explain(
    election: Election,
    result: Result,
    projects: Iterable[str] | None = None,
    *,
    votes: bool = True,
    withdrawn: bool = True,
    adds: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> list[dict[str, Any]]:
    """Explain what happened to projects.

    Parameters
    ----------
    election, result : Election, Result
        What was counted and what came out.
    projects : iterable of str, optional
        Ids to explain; all if left out.
    votes, withdrawn : bool
        Also find the votes missing, and the winners without which a project would have won. Each takes some recounts
        for each loser.
    adds : bool
        Also find how many of those who voted, but not for it, would have been enough (`Adds`).
    progress : callable, optional
        Called with projects done and projects in all.

    Returns
    -------
    list of dict
        One for each project: ``project``, ``won``, ``why`` (a key of `SENTENCES`), what its sentence needs, and for
        losers ``cost_to_win`` (the greatest cost found at which it wins, one unit more loses), ``cost_less``,
        ``votes_more`` (the least number of added ballots for it alone with which it wins, one fewer loses) and
        ``without`` (winners each of whose withdrawal would let it win); ``sentences`` says it in words. With `adds`
        also ``optimist_add`` and ``pessimist_add``. docs/count/explanations.md lists every key.
    """
    wanted = [election.index[name] for name in projects] if projects is not None else range(len(election.projects))
    if result.card.completion.startswith("add1") and result.card.rule == "equal-shares" and len(wanted) > 3:
        compiled()
    case = _Case(election, result)
    if case.shares is not None and result.card.completion == "add1" and len(wanted) > SEVERAL:
        case.shares.look_back([at for at in wanted if case.may_ask(at)])
    told = []
    for done, at in enumerate(wanted, 1):
        if election.projects[at].id in result.winners:
            told.append(case.won(at))
        else:
            told.append(case.lost(at, votes, withdrawn))
            if adds:
                case.add_adds(at, told[-1])
        if progress:
            progress(done, len(wanted))
    return told


class _Case:
    def __init__(self, election: Election, result: Result) -> None:
        election = as_counted(election, result.card)
        self.election, self.result, self.card = election, result, result.card
        self.order = TieOrder(election, result.card)
        self.can_win = eligible(election, result.card)
        self.rivals = rivals(election, result.card)
        self.rounds = {entry["project"]: entry for entry in result.trail if "project" in entry}
        self.shares = None
        self.adds: Adds | None = None
        self.winners_without: dict[str, frozenset[str]] = {}
        apart = self.card.completion == "add-opt"  # its payments follow another rule
        told = bool(result.trail or not result.winners)
        if self.card.rule == "equal-shares" and result.endowment is not None and told and not apart:
            self.shares = SharesHints(election, result, self.order)

    def may_ask(self, at: int) -> bool:
        """Whether a lower cost could have let a project win that did not."""
        lost = self.election.projects[at].id not in self.result.winners
        return lost and self._why(at)["why"] not in ("withdrawn", "no_votes", "rival")

    def won(self, at: int) -> dict[str, Any]:
        """A winner: when, and paid by whom."""
        project, money = self.election.projects[at], self.election.shown
        entry = self.rounds.get(project.id, {})
        told: dict[str, Any] = {
            "project": project.id,
            "name": project.name,
            "won": True,
            "round": self._number(project.id),
        }
        if project.id in self.result.parts:
            told |= {"why": "won_part", "amount": money(self.result.parts[project.id])}
        elif "payers" in entry:
            price = money(Fraction(entry["price"]) * 10**self.election.decimals)
            why = "won_paid_all" if entry["giving_all"] else "won_paid"
            told |= {"why": why, "payers": entry["payers"], "price": price, "giving_all": entry["giving_all"]}
        else:
            told["why"] = "won"
        return _said(told, [told["why"]])

    def _number(self, name: str) -> int:
        return self.result.winners.index(name) + 1

    def lost(self, at: int, votes: bool, withdrawn: bool) -> dict[str, Any]:
        """A loser: why, and what would have changed it."""
        project, money = self.election.projects[at], self.election.shown
        told: dict[str, Any] = {"project": project.id, "name": project.name, "won": False}
        told |= self._why(at)
        says = [told["why"]]
        if told["why"] not in ("withdrawn", "no_votes", "rival"):
            cost = self.cost_to_win(at)
            told["cost_to_win"] = None if cost is None else self.election.money(cost)
            told["cost_less"] = None if cost is None else self.election.money(project.cost - cost)
            told["less"] = None if cost is None else money(project.cost - cost)
            if votes:
                told["votes_more"] = more = self.votes_to_win(at)
                told["more"] = None if more is None else "1 more vote" if more == 1 else f"{more:,} more votes"
                key = {(True, True): "both", (True, False): "votes", (False, True): "less"}.get(
                    (more is not None, cost is not None), "neither"
                )
                says.append(key)
        if withdrawn and told["why"] not in ("withdrawn", "no_votes"):
            told["without"] = self.without(at)
            if told["without"]:
                names = [self.election.projects[self.election.index[name]].name for name in told["without"]]
                told["names"] = " or without ".join(names[:3])
                says.append("withdrawn_rivals")
        return _said(told, says)

    def add_adds(self, at: int, told: dict[str, Any]) -> None:
        """How many of those who voted, but not for it, would have been enough."""
        if told["why"] in ("withdrawn", "no_votes", "rival"):
            return
        if self.adds is None:
            self.adds = Adds(self.election, self.result, self.shares)
        right, any_ = self.adds.optimist(at), self.adds.pessimist(at)
        for key, found in (("optimist_add", right), ("pessimist_add", any_)):
            told[key] = None if found is None else {"voters": found.voters, "proven": found.proven}
        if right is None:
            return
        told |= {"optimist": f"{right.voters:,}", "pessimist": f"{any_.voters:,}" if any_ else ""}
        tried = "adds" if self.adds.plain or self.card.rule == "greedy" else "adds_tried"
        _said(told, [*told["says"], tried if any_ else "adds_right"])

    def _why(self, at: int) -> dict[str, Any]:
        project, money = self.election.projects[at], self.election.shown
        if project.id in self.card.withdrawn:
            return {"why": "withdrawn"}
        if not self.election.votes[at]:
            return {"why": "no_votes"}
        if not self.can_win[at]:
            pointed = self.election.vote_type not in ("approval", "choose-1")
            score = self.election.points[at] if pointed else self.election.votes[at]
            return {"why": "below_threshold", "score": score, "threshold": self.card.threshold}
        funded = [self.election.projects[r] for r in self.rivals.get(at, ())]
        for rival in funded:
            if rival.id in self.result.winners:
                return {"why": "rival", "rival": rival.name}
        if project.cost > self.election.budget:
            return {"why": "too_dear_alone"}
        outcome = self.rounds.get(project.id, {}).get("outcome")
        if self.shares is not None:
            held = self.shares.held(at)
            if held < project.cost:
                return {"why": "supporters", "held": money(held), "cost": money(project.cost)}
        if outcome == "too dear":
            return {"why": "too_dear", "left": money(self._left(project.id)), "cost": money(project.cost)}
        return {"why": {"after the stop": "after_stop", "over the cap": "over_cap"}.get(outcome or "", "passed_by")}

    def _wins(self, election: Election, at: int, card: RuleCard | None = None) -> bool:
        again = count(election, card or self.card, alternatives=False, trail=False)
        return self.election.projects[at].id in again.winners

    def cost_to_win(self, at: int) -> int | None:
        """The greatest cost below its own at which a project wins while one unit more loses, if there is one."""

        def wins(cost: int) -> bool:
            return self._wins(with_cost(self.election, at, cost), at)

        if self.shares is not None and self.shares.before:
            return self.shares.greatest_cost(at)
        cost = self.election.costs[at]
        low, high = 0, cost
        hints, proven = self._cost_hints(at)
        if proven:
            return hints[0] or None
        for hint in hints:
            if low < hint < high:
                if wins(hint):
                    low = hint
                    if hint + 1 >= high or not wins(hint + 1):
                        return hint
                    low = hint + 1
                else:
                    high = hint
                    if hint - 1 > low and wins(hint - 1):
                        return hint - 1
        if not low:
            if high <= 1 or not wins(1):
                return None
            low = 1
        return _last(low, high, wins)

    def _cost_hints(self, at: int) -> tuple[list[int], bool]:
        """Costs near the one sought, and whether the first of them is known to be the one."""
        if self.shares is not None and self.card.completion != "greedy":
            found, proven = self.shares.cost_to_win(at)
            return [found], proven and self.card.completion == "none"
        entry = self.rounds.get(self.election.projects[at].id, {})
        if self.card.rule == "greedy" and entry.get("outcome") == "too dear":
            return [min(self._left(entry["project"]), self.election.costs[at] - 1)], False
        return [], False

    def _left(self, name: str) -> int:
        return int(Fraction(self.rounds[name]["left"]) * 10**self.election.decimals)

    def votes_to_win(self, at: int) -> int | None:
        """The least number of added ballots for a project alone with which it wins, one fewer losing."""

        def loses(more: int) -> bool:
            return not more or not self._wins(with_more_votes(self.election, at, more), at)

        limit = 4 * self.election.voters + 16
        low = high = 0  # known to lose, known to win
        step = 1
        if self.shares is not None and self.can_win[at]:
            guess = min(self.shares.votes_to_win(at), limit)
            low, high = (guess, 0) if loses(guess) else (0, guess)
            while high > 1 and not low:
                trial = max(high - step, 0)
                low, high = (trial, high) if loses(trial) else (low, trial)
                if not trial:
                    break
                step *= 2
        while not high:
            trial = low + step
            if trial > max(limit, low + 1):
                return None
            low, high = (trial, 0) if loses(trial) else (low, trial)
            step *= 2
        return _last(low, high, loses) + 1

    def without(self, at: int) -> list[str]:
        """Winners each of whose withdrawal alone would let this project win."""
        found = []
        for name in self.result.winners:
            if name not in self.winners_without:
                card = self.card.but(withdrawn=(*self.card.withdrawn, name))
                again = count(self.election, card, alternatives=False, trail=False)
                self.winners_without[name] = frozenset(again.winners)
            if self.election.projects[at].id in self.winners_without[name]:
                found.append(name)
        return found


def _said(told: dict[str, Any], says: list[str]) -> dict[str, Any]:
    """The same with the keys of its sentences, and the sentences in English."""
    told["says"] = says
    told["sentences"] = [SENTENCES[key].format(**told) for key in says]
    return told


def _last(low: int, high: int, holds: Callable[[int], bool]) -> int:
    """A whole number for which something holds while it does not for the next; it holds at `low`, not at `high`."""
    while high - low > 1:
        middle = (low + high) // 2
        if holds(middle):
            low = middle
        else:
            high = middle
    return low
