"""The front door: count an election by a rule card."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

from .card import RuleCard, stated_card
from .completion import count_equal_shares
from .election import Election
from .greedy import count_greedy, fill
from .overspending import count_overspending
from .phragmen import count_phragmen
from .pots import split
from .ranked import count_ranked
from .result import Result
from .ties import Tie, TieOrder
from .welfare import count_max_welfare


def count(
    election: Election,
    card: RuleCard | None = None,
    *,
    alternatives: bool = True,
    trail: bool = True,
    progress: Callable[[int, Fraction], None] | None = None,
) -> Result:
    """Count an election.

    Parameters
    ----------
    election : Election
    card : RuleCard, optional
        The rule; what the election's file states if left out, else Equal Shares with cost utility and Add1.
    alternatives : bool
        Also find out, for every tie that was met, who would have won otherwise; and find the ties that decided only
        earlier steps of Add1 or ADD-OPT, and list those on which the result hinges.
    trail : bool
        Also write down every round with its exact prices, and the ties; without, a count is quicker (Equal Shares).
    progress : callable, optional
        Called with the Add1 steps taken and the endowment reached.

    Raises
    ------
    ValueError
        If the card names projects that are not there, or pots that do not fit the election.

    Returns
    -------
    Result
        The same on every machine for the same election, card and seed.
    """
    if card is None:
        card = stated_card(election) or RuleCard()
    _check_names(election, card)
    result = _count(election, card, progress, trail, alternatives)
    if not alternatives:
        return result
    otherwise: dict[str, tuple[str, ...]] = {}
    ties = [_with_alternatives(result, tie, otherwise) for tie in result.ties]
    passed = [_with_alternatives(result, tie, otherwise) for tie in result.passed]
    return replace(result, ties=(*ties, *(tie for tie in passed if tie.matters)), passed=())


def _check_names(election: Election, card: RuleCard) -> None:
    named = [*card.prefer, *card.withdrawn, *(name for group in card.exclusive for name in group)]
    for name in named:
        if name not in election.index:
            raise ValueError(f"the rule card names {name!r}, which is no project of this election")


def as_counted(election: Election, card: RuleCard) -> Election:
    """The election as the card's rule sees it: with `RuleCard.last_place` 0, rankings become points."""
    if election.vote_type == "ordinal" and card.last_place == 0 and card.rule != "ranked":
        return election.without_last_place()
    return election


def _count(election: Election, card: RuleCard, progress=None, trail: bool = True, passing: bool = False) -> Result:
    if card.pots:
        return _count_pots(election, card, passing)
    counted = as_counted(election, card)
    if counted is not election:
        return replace(_count(counted, card, progress, trail, passing), election=election)
    order = TieOrder(election, card)
    if card.rule == "greedy":
        return count_greedy(election, card, order)
    if card.rule == "phragmen":
        return count_phragmen(election, card, order)
    if card.rule == "max-welfare":
        return count_max_welfare(election, card, order)
    if card.rule == "bounded-overspending":
        return count_overspending(election, card, order)
    if card.rule == "ranked":
        return count_ranked(election, card, order)
    return count_equal_shares(election, card, order, progress, trail, passing)


def _count_pots(election: Election, card: RuleCard, passing: bool) -> Result:
    """Count each pot, then spend what they leave as the card says; the trail says which pot a round belongs to."""
    plain = card.but(pots=(), leftover="keep")
    winners: list[str] = []
    trail: list[dict] = []
    ties: list[Tie] = []
    parts: dict[str, int] = {}
    passed: list[Tie] = []
    welfare: list[int | None] = []
    cost = 0
    potted = split(election, card.pots)
    for group in card.exclusive:
        if not any(all(name in inside.index for name in group) for _, inside in potted):
            raise ValueError(f"rivals must belong to the same pot: {', '.join(group)}")
    for pot, inside in potted:
        result = _count(inside, plain, passing=passing)
        for entry in result.trail:
            trail.append(entry | {"round": len(trail) + 1, "pot": pot.name})
        ties += [replace(tie, round=len(winners) + tie.round) for tie in result.ties]
        passed += result.passed
        winners += result.winners
        parts |= result.parts
        cost += result.cost
        welfare.append(result.objective)
    if card.leftover == "greedy":
        funded = [election.index[name] for name in winners]
        whole, free = as_counted(election, card), plain.but(rule="greedy", caps=(), part_funding="")
        order, left = TieOrder(whole, plain), election.budget - cost
        more, _, left = fill(whole, free, order, left, funded, trail, ties)
        winners += [election.projects[at].id for at in more]
        cost = election.budget - left
    reached = None if None in welfare else sum(found for found in welfare if found is not None)
    return Result(
        election, card, tuple(winners), cost, tuple(ties), tuple(trail), parts, passed=tuple(passed), objective=reached
    )


def _with_alternatives(result: Result, tie: Tie, otherwise: dict[str, tuple[str, ...]]) -> Tie:
    """Count again with each of the other level projects put first; `otherwise` keeps winners for further ties."""
    found = []
    for other in tie.among[1:]:
        if other not in otherwise:
            card = result.card.but(prefer=(other, *result.card.prefer))
            otherwise[other] = _count(result.election, card, trail=False).winners
        changes = set(otherwise[other]) != set(result.winners)
        found.append({"first": other, "winners": list(otherwise[other]), "changes": changes})
    return replace(tie, otherwise=tuple(found))
