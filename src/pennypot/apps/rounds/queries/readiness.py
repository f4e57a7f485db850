"""Whether a round can be published: what is missing, step by step, and what is worth a second look."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from pennypot.apps.fund.models import Account
from pennypot.apps.rounds import dates
from pennypot.apps.rounds.models import Pot, Round
from pennypot.apps.rounds.rules import RULES, card_of, pot_key
from pennypot.apps.rounds.stages import Kind
from pennypot.house.money import pounds

SHORT_VOTE = timedelta(days=7)


@dataclass(frozen=True)
class Found:
    """One thing, and the step where it is put right."""

    step: str
    message: str | Promise


@dataclass
class Readiness:
    """What stands between a draft and its publication."""

    missing: list[Found] = field(default_factory=list)
    worth_a_look: list[Found] = field(default_factory=list)


def free_pence(round: Round) -> int:
    """Return what the pot that the round takes its money from holds now. One SQL query."""
    found = Account.objects.filter(place=round.place, code=round.source_account).values_list("balance_pence", flat=True)
    return found.first() or 0


def readiness(round: Round, now: datetime) -> Readiness:
    """Look through a round as its publication will. Five SQL queries."""
    found = Readiness()
    pots = list(round.pots.select_related("area", "category"))
    _money(round, found)
    _dates(round, now, found)
    _proposals(round, found)
    _voters(round, found)
    _ballot(round, pots, found)
    return found


def _money(round: Round, found: Readiness) -> None:
    free = free_pence(round)
    if free < round.budget_pence:
        found.missing.append(
            Found(
                "money",
                _("The pot that it comes from holds %(free)s, and this round gives out %(wanted)s.")
                % {"free": pounds(free), "wanted": pounds(round.budget_pence)},
            )
        )


def _dates(round: Round, now: datetime, found: Readiness) -> None:
    listed = round.stage_list
    for problem in [*dates.problems(listed), *dates.too_late(listed, now)]:
        found.missing.append(
            Found("dates", _("%(stage)s: %(what)s") % {"stage": problem.kind.label, "what": problem.message})
        )
    voting = next((one for one in listed if one.kind == Kind.VOTING), None)
    if voting and voting.closes_at - voting.opens_at < SHORT_VOTE:
        found.worth_a_look.append(Found("dates", _("Voting is open for less than a week. Some people will miss it.")))


def _proposals(round: Round, found: Readiness) -> None:
    if round.most_cost_pence and round.most_cost_pence > round.budget_pence:
        found.worth_a_look.append(Found("proposals", _("One proposal may cost more than the whole round has.")))
    has_areas = round.place.areas.exists()
    if round.area_needed and not has_areas:
        found.missing.append(Found("proposals", _("Each proposal names an area, and this place has no areas yet.")))
    if round.scope != Round.Scope.PLACE and not round.area_needed:
        found.missing.append(
            Found("proposals", _("People vote on their own area, so each proposal has to name an area."))
        )


def _voters(round: Round, found: Readiness) -> None:
    if not round.eligibility:
        found.missing.append(Found("voters", _("Choose how people show that they may vote.")))
    if round.eligibility == ["sms"]:
        found.missing.append(Found("voters", _("A phone is no proof of an address. Choose one more way beside it.")))
    if round.eligibility == ["email_postcode"]:
        found.worth_a_look.append(
            Found("voters", _("Anybody can guess a postcode and have many e-mail addresses. One more way helps."))
        )


def _ballot(round: Round, pots: list[Pot], found: Readiness) -> None:
    rule = RULES.get(round.rule.get("rule", ""))
    if rule is None or round.ballot_form not in rule.forms:
        found.missing.append(Found("ballot", _("This way of counting does not go with this ballot. Choose another.")))
    if round.ballot_form == Round.BallotForm.POINTS and not round.points:
        found.missing.append(Found("ballot", _("Say how many points each voter shares out.")))
    if round.ballot_form == Round.BallotForm.RANK and not round.max_choices:
        found.missing.append(Found("ballot", _("Say how many projects a voter puts in order.")))
    if not round.tie_seed_source:
        found.missing.append(
            Found("ballot", _("Name a public draw that decides ties. It has to be known before anybody votes."))
        )
    if sum(pot.quota_pence for pot in pots) > round.budget_pence:
        found.missing.append(Found("ballot", _("This sets aside more than the round has.")))
    if len({pot.kind for pot in pots if pot.quota_pence}) > 1:
        found.missing.append(
            Found("ballot", _("Set money aside for areas or for kinds, not both: a project can be in one pot only."))
        )
    keys = [(pot.kind, pot_key(pot).casefold()) for pot in pots]
    if len(set(keys)) < len(keys):
        found.missing.append(Found("ballot", _("Two pots have the same name.")))
    if any(pot.kind == "area" for pot in pots) and not round.area_needed:
        found.missing.append(Found("proposals", _("Areas have their own money, so each proposal has to name an area.")))
    try:
        card_of(round, pots=pots)
    except ValueError:
        found.missing.append(Found("ballot", _("A most for one kind of project goes with “Most votes first” only.")))
