"""From a round's settings to the rule card that decides the count, and to the words that explain it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from pennypot.apps.rounds.methods import METHODS, Method
from pennypot.apps.rounds.models import Pot, Round
from pennypot.count import Pot as CountPot
from pennypot.count import RuleCard
from pennypot.house.money import pounds

Form = Round.BallotForm
# How Pabulib calls each form of ballot.
VOTE_TYPES = {Form.KNAPSACK: "approval", Form.APPROVE: "approval", Form.RANK: "ordinal", Form.POINTS: "cumulative"}
# With part funding, the last project gets what is left if that is at least this share of its cost.
PART_OF_COST = "0.8"


@dataclass(frozen=True)
class Rule:
    """A way to count, as the wizard offers it.

    Attributes
    ----------
    key
        As in a rule card.
    forms
        The ballots that it can count.
    what
        What it does, in one or two plain sentences.
    good, bad
        What speaks for it and against it.
    """

    key: str
    name: str | Promise
    forms: tuple[str, ...]
    what: str | Promise
    good: str | Promise
    bad: str | Promise


RULES = {
    rule.key: rule
    for rule in (
        Rule(
            "equal-shares",
            gettext_lazy("Equal Shares"),
            (Form.KNAPSACK, Form.APPROVE, Form.RANK, Form.POINTS),
            gettext_lazy(
                "Every voter holds an equal share of the money. A project is funded when the people who chose it can "
                "pay for it together. Each of them pays the same, as far as their share goes."
            ),
            gettext_lazy("Fair to small groups and small areas: whoever voted gets about their share."),
            gettext_lazy("A dear project with many votes can lose, because its voters have paid for others."),
        ),
        Rule(
            "greedy",
            gettext_lazy("Most votes first"),
            (Form.KNAPSACK, Form.APPROVE, Form.RANK, Form.POINTS),
            gettext_lazy(
                "The project with the most votes is funded first, then the next, until the money is spent. A project "
                "that costs more than is left is passed over."
            ),
            gettext_lazy("Easy to tell, and what most cities do."),
            gettext_lazy("The largest group can win everything, and dear projects crowd out many cheap ones."),
        ),
        Rule(
            "phragmen",
            gettext_lazy("Phragmén's rule"),
            (Form.KNAPSACK, Form.APPROVE),
            gettext_lazy(
                "Every voter earns money at the same steady pace. As soon as the people who chose a project have "
                "earned what it costs, it is funded, and they begin again at nought."
            ),
            gettext_lazy("Fair to groups. A Swedish mathematician thought of it in 1894."),
            gettext_lazy("Cheap projects tend to come first."),
        ),
        Rule(
            "max-welfare",
            gettext_lazy("Most chosen pounds"),
            (Form.KNAPSACK, Form.APPROVE, Form.POINTS),
            gettext_lazy("Of all the ways to spend the money, the one in which the choices of all voters count most."),
            gettext_lazy("Wastes almost nothing."),
            gettext_lazy("Hard to check by hand, and as hard on small groups as “Most votes first”."),
        ),
        Rule(
            "ranked",
            gettext_lazy("First choices first"),
            (Form.RANK,),
            gettext_lazy(
                "Every voter holds an equal share. First only first choices count; when no more can be paid for, "
                "second choices count as well, then third. It is close to the single transferable vote."
            ),
            gettext_lazy("Takes the order on each ballot seriously, and is fair to groups."),
            gettext_lazy("People have to put projects in order, which takes longer."),
        ),
    )
}
USUAL_RULE = {"rule": "equal-shares", "utility": "cost", "completion": "add1"}


def base_card(rule: str, ballot_form: str, *, leftover: str = "greedy") -> dict[str, Any]:
    """Return the data of `Round.rule` for a rule that was chosen: what the rule's name leaves open is decided here.

    Parameters
    ----------
    rule
        Key of `RULES`.
    ballot_form
        With points and rankings, what a voter gives decides instead of what a project costs.
    leftover
        What happens to money that pots leave: "greedy" (the best of the other projects) or "keep".
    """
    pointed = ballot_form in (Form.RANK, Form.POINTS)
    data: dict[str, Any] = {"rule": rule, "leftover": leftover}
    data["utility"] = "points" if pointed else "cost"
    data["completion"] = "add1" if rule == "equal-shares" else "none"
    if rule == "greedy":
        data["measure"] = "points" if pointed else "votes"
    return data


def card_of(
    round: Round,
    *,
    rivals: Iterable[Iterable[str]] = (),
    withdrawn: Iterable[str] = (),
    pots: Iterable[Pot] | None = None,
) -> RuleCard:
    """Make the rule card of a round: its settings, its pots, and the public draw once that is known.

    Parameters
    ----------
    rivals
        Groups of ballot ids (numbers of proposals, as text) of which at most one can win.
    withdrawn
        Ballot ids that cannot win any more.
    pots
        The round's pots where they were read already; one SQL query otherwise.

    Raises
    ------
    ValueError
        The settings do not go together (caps without the greedy rule).
    """
    listed = list(round.pots.select_related("area", "category")) if pots is None else list(pots)
    card = RuleCard.from_data({**USUAL_RULE, **round.rule})
    return card.but(
        threshold=round.min_votes,
        part_funding=PART_OF_COST if round.part_funding else "",
        pots=tuple(CountPot(pot.kind, pot_key(pot), pot.quota_pence) for pot in listed if pot.quota_pence),
        caps=tuple(CountPot(pot.kind, pot_key(pot), pot.cap_pence) for pot in listed if pot.cap_pence is not None),
        exclusive=tuple(tuple(group) for group in rivals),
        withdrawn=tuple(withdrawn),
        seed=round.tie_seed,
    )


def plain(name: str) -> str:
    """Write the name of an area or category so that a Pabulib column holds it: commas part names there."""
    return " ".join(name.replace(",", " ").replace(";", " ").split())


def pot_key(pot: Pot) -> str:
    """What the projects' column says for those that belong to a pot."""
    what = pot.area or pot.category
    return plain(what.name if what else pot.name)


def pabulib_meta(round: Round) -> dict[str, str]:
    """Return the META section of the round's Pabulib file, without the numbers that the count fills in."""
    meta = {
        "description": f"{round.place.name}: {round.title}",
        "country": "United Kingdom",
        "unit": round.place.name,
        "instance": round.slug,
        "budget": _decimal(round.budget_pence),
        "currency": "GBP",
        "vote_type": VOTE_TYPES[Form(round.ballot_form)],
        "rule": _pabulib_rule(round),
    }
    voting = next((stage for stage in round.stage_list if stage.kind == "voting"), None)
    if voting:
        meta["date_begin"] = voting.opens_at.astimezone(round.zone).strftime("%d.%m.%Y")
        meta["date_end"] = voting.closes_at.astimezone(round.zone).strftime("%d.%m.%Y")
    if round.max_choices:
        meta["max_length"] = str(round.max_choices)
    if round.ballot_form == Form.KNAPSACK:
        meta["max_sum_cost"] = _decimal(round.budget_pence)
    if round.ballot_form == Form.POINTS and round.points:
        meta["max_sum_points"] = str(round.points)
    if round.min_votes:
        meta["min_project_score_threshold"] = str(round.min_votes)
    if round.label:
        meta["comment"] = round.label
    return meta


def pabulib_columns(*, name: str, category: str = "", area: str = "") -> dict[str, str]:
    """Return the columns of a project besides its id and cost; pots find their projects by them."""
    return {
        "name": " ".join(name.split()),
        "category": plain(category),
        "neighborhood": plain(area),
    }


def _pabulib_rule(round: Round) -> str:
    rule = round.rule.get("rule", "equal-shares")
    return {"equal-shares": "equalshares/add1"}.get(rule, rule)


def _decimal(pence: int) -> str:
    whole, rest = divmod(pence, 100)
    return f"{whole}.{rest:02d}" if rest else str(whole)


def rule_of(round: Round) -> Rule:
    """Return the round's rule as the wizard offers it."""
    return RULES[round.rule.get("rule", "equal-shares")]


def ballot_said(round: Round) -> str:
    """Say in one sentence what a voter does."""
    most = round.max_choices
    if round.ballot_form == Form.KNAPSACK:
        text = _("You choose any projects you like, as long as together they cost no more than %(money)s.") % {
            "money": pounds(round.budget_pence)
        }
        if most:
            also = ngettext("At most %(number)d project.", "At most %(number)d projects.", most) % {"number": most}
            return f"{text} {also}"
        return text
    if round.ballot_form == Form.RANK:
        return ngettext(
            "You name the project that you want most.",
            "You put up to %(number)d projects in order, the one you want most first.",
            most or 5,
        ) % {"number": most or 5}
    if round.ballot_form == Form.POINTS:
        return ngettext(
            "You give one point to a project.",
            "You share out %(number)d points among projects, as many to each as you like.",
            round.points or 10,
        ) % {"number": round.points or 10}
    return (
        ngettext("You choose one project.", "You choose up to %(number)d projects.", most) % {"number": most}
        if most
        else _("You choose as many projects as you like.")
    )


def explained(round: Round, pots: Iterable[Pot] | None = None) -> list[str]:
    """Say how the votes of this round are counted: one plain sentence for each thing that decides."""
    listed = list(round.pots.select_related("area", "category")) if pots is None else list(pots)
    rule = rule_of(round)
    said = [str(rule.what)]
    if rule.key == "equal-shares":
        said.append(
            _(
                "What is left in the end is shared out too: every voter’s share is raised, pound by pound, for as long "
                "as the winners still fit into the money."
            )
        )
    if any(pot.quota_pence for pot in listed):
        said.append(
            _("Part of the money is set aside and counted on its own. What it leaves goes to the best of the others.")
            if round.rule.get("leftover") == "greedy"
            else _("Part of the money is set aside and counted on its own. What it leaves stays in the fund.")
        )
    if any(pot.cap_pence is not None for pot in listed):
        said.append(_("Some areas or kinds of project can get so much, and no more."))
    if round.min_votes:
        said.append(_least(round))
    if round.part_funding:
        said.append(
            _("The first project that does not fit gets what is left, if that is at least four fifths of its cost.")
        )
    said.append(_("If two projects are level, the one with more votes wins, then the one that costs less, then a lot."))
    if round.tie_seed_source:
        source = round.tie_seed_source.rstrip(".")
        said.append(
            _("The lot is drawn from a public draw that nobody here can steer: %(source)s.") % {"source": source}
        )
    return said


def _least(round: Round) -> str:
    number = round.min_votes
    if round.ballot_form in (Form.RANK, Form.POINTS):
        text = ngettext(
            "A project needs at least %(number)d point.", "A project needs at least %(number)d points.", number
        )
    else:
        text = ngettext(
            "A project needs at least %(number)d vote.", "A project needs at least %(number)d votes.", number
        )
    return text % {"number": number}


def methods_of(round: Round) -> list[Method]:
    """Return the ways to show that one may vote, as the round chose them."""
    return [METHODS[key] for key in round.eligibility if key in METHODS]


def limits_said(round: Round) -> list[str]:
    """Say what may be proposed, one plain sentence for each limit."""
    least, most = round.least_cost_pence, round.most_cost_pence
    said = []
    if least and most:
        said.append(_("A proposal costs from %(least)s to %(most)s.") % {"least": pounds(least), "most": pounds(most)})
    elif most:
        said.append(_("A proposal costs no more than %(most)s.") % {"most": pounds(most)})
    elif least:
        said.append(_("A proposal costs at least %(least)s.") % {"least": pounds(least)})
    if round.area_needed:
        said.append(_("A proposal says which area it is for."))
    words = round.word_limit
    said.append(
        ngettext("A proposal has up to %(number)d word.", "A proposal has up to %(number)d words.", words)
        % {"number": words}
    )
    return said
