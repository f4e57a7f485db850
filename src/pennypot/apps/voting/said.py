"""Words for what is wrong with a ballot, and for what the rules of choosing are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pennypot.apps.rounds.models import BallotItem, Round
from pennypot.apps.voting.choices import KNAPSACK, POINTS, RANK, Problem
from pennypot.house.money import pounds


@dataclass(frozen=True)
class Said:
    """One thing that is wrong, in words; and the number of the project it is about, for a link to it."""

    words: str
    number: int | None = None


def problems_said(problems: list[Problem], lines: Mapping[int, BallotItem]) -> list[Said]:
    """Put problems into words, each said once."""
    found = []
    for problem in problems:
        said = Said(_problem(problem, lines), problem.number if problem.number in lines else None)
        if said not in found:
            found.append(said)
    return found


def _problem(problem: Problem, lines: Mapping[int, BallotItem]) -> str:
    item = lines.get(problem.number or 0)
    given = {**problem.params, "number": problem.number, "title": item.title if item else ""}
    if problem.code == "over_budget":
        money = {key: pounds(problem.params[key]) for key in ("cost", "budget", "over")}
        return _("Your projects cost %(cost)s. There is %(budget)s. Take out %(over)s or more.") % money
    if problem.code == "too_many":
        return (
            ngettext(
                "You chose %(chosen)s projects. Choose %(most)s project at most.",
                "You chose %(chosen)s projects. Choose %(most)s projects at most.",
                problem.params["most"],
            )
            % given
        )
    if problem.code == "withdrawn" and item is not None:
        why = item.withdrawn_reason
        return _("“%(title)s” was taken off the ballot: %(why)s") % {**given, "why": why}
    words = {
        "none": _("You have not chosen a project yet."),
        "unknown": _("There is no project with number %(number)s on your ballot. It was left out."),
        "twice": _("“%(title)s” came in twice."),
        "not_a_number": _("Write a whole number beside “%(title)s”, in figures."),
        "same_place": _("“%(title)s” has the same place as another project. Give each its own place."),
        "too_many_points": _("You gave %(given)s points. You have %(most)s."),
        "too_long": _("That was more than a ballot holds. Please choose again."),
    }
    return words.get(problem.code, _("We could not read a part of your ballot. It was left out.")) % given


def how_to_choose(round: Round) -> str:
    """Say the rule of choosing in one or two short sentences."""
    if round.ballot_form == KNAPSACK:
        said = _("Choose projects until the money is spent. You have %(budget)s to share out.")
        return said % {"budget": pounds(round.budget_pence)}
    if round.ballot_form == POINTS:
        said = _("You have %(points)s points. Give more points to what you want more.")
        return said % {"points": round.points}
    if round.ballot_form == RANK:
        if round.max_choices:
            said = _("Write 1 beside the project you want most, then 2, then 3. You can rank up to %(most)s.")
            return said % {"most": round.max_choices}
        return _("Write 1 beside the project you want most, then 2, then 3, as far as you like.")
    if round.max_choices:
        return ngettext(
            "Choose up to %(most)s project that you want.",
            "Choose up to %(most)s projects that you want.",
            round.max_choices,
        ) % {"most": round.max_choices}
    return _("Choose every project that you want.")
