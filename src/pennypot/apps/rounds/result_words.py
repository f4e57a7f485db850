"""A result in words, in the reader's language: why each project won or lost, whether it was fair, what a tie decided.

It reads the data that `explaining` wrote when the result was published, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from pennypot.apps.budgets.said import listed
from pennypot.house.money import pounds

# How a name of a project is written in a sentence; by default as it is.
Name = Callable[[str], str]
# More winners in a project's way than this are not named one by one.
MOST_NAMED = 3


def whole(number: int) -> str:
    """Write a whole number with its thousands parted, as the reader's language does."""
    return number_format(number, use_l10n=True, force_grouping=True)


def headline(summary: Mapping[str, Any]) -> str:
    """Say the result in two short sentences, large."""
    voters = ngettext("%(people)s person chose", "%(people)s people chose", summary["voters"])
    said = _("%(who)s %(funded)s of %(projects)s projects.") % {
        "who": voters % {"people": whole(summary["voters"])},
        "funded": whole(summary["funded"]),
        "projects": whole(summary["projects"]),
    }
    return f"{said} {with_something(summary)}".strip()


def with_something(summary: Mapping[str, Any]) -> str:
    """Say how many voters got something that they voted for."""
    if not summary["voters"] or not summary["funded"]:
        return ""
    if summary["with_something"] == summary["voters"]:
        return _("Every voter got something that they voted for.")
    return _("%(share)d in every 100 voters got something that they voted for.") % {"share": share_of(summary)}


def share_of(summary: Mapping[str, Any]) -> int:
    """How many of a hundred voters got something that they voted for, rounded down."""
    return 100 * summary["with_something"] // summary["voters"] if summary["voters"] else 0


def paragraph(summary: Mapping[str, Any]) -> list[str]:
    """Say in a few sentences what was funded and why."""
    left = summary["budget_pence"] - summary["spent_pence"]
    said = [
        _("%(spent)s of %(budget)s goes to the winners.")
        % {"spent": pounds(summary["spent_pence"]), "budget": pounds(summary["budget_pence"])}
    ]
    said += _how(summary)
    if left > 0:
        said.append(_("%(left)s is left, and stays in the pot of this round.") % {"left": pounds(left)})
    return said


def _how(summary: Mapping[str, Any]) -> list[str]:
    rule = summary["rule"]["rule"]
    if rule == "equal-shares" and "each_pence" in summary and summary["voters"]:
        return [
            _share(summary),
            _("A project was funded when the people who chose it could pay for it together from their shares."),
        ]
    return {
        "equal-shares": [
            _("Every voter held an equal share of the money."),
            _("A project was funded when the people who chose it could pay for it together from their shares."),
        ],
        "greedy": [
            _("The project with the most support was funded first, then the next, as long as the money lasted.")
        ],
        "phragmen": [
            _(
                "Every voter earned money at the same pace, and a project was funded as soon as the people who chose "
                "it had earned what it costs."
            )
        ],
        "max-welfare": [_("Of all the ways to spend the money, this one counts the most choices of voters.")],
        "ranked": [_("First choices counted first; then second choices, then third, until the money was spent.")],
    }.get(rule, [])


def _share(summary: Mapping[str, Any]) -> str:
    """Say what each voter held: their part of the money, and what it was raised to so that less was left over."""
    begun, raised = summary["budget_pence"] // summary["voters"], summary["each_pence"]
    if raised <= begun + 1:
        return _("Every voter held an equal share of the money: %(each)s.") % {"each": pounds(begun)}
    return _(
        "Every voter held an equal share of the money: %(each)s, raised for everybody alike to %(raised)s in the end, "
        "because many voters could not use all of theirs."
    ) % {"each": pounds(begun), "raised": pounds(raised)}


def why(outcome: Mapping[str, Any], name: Name, *, pointed: bool = False) -> list[str]:
    """Say why a project won or lost, and what would have changed that: one to three sentences.

    Parameters
    ----------
    outcome
        As `explaining` wrote it.
    name
        Gives the title that belongs to a project's id.
    pointed
        Whether support was counted in points.
    """
    return [_reason(outcome, name, pointed), *otherwise(outcome, name)]


def _reason(outcome: Mapping[str, Any], name: Name, pointed: bool) -> str:
    known = outcome["why"]
    if outcome["funded"]:
        return _won(outcome)
    if known == "below_threshold":
        said = (
            _("It got %(score)s points and needed %(threshold)s to be considered.")
            if pointed
            else _("It got %(score)s votes and needed %(threshold)s to be considered.")
        )
        return said % {"score": whole(outcome["score"]), "threshold": whole(outcome["threshold"])}
    if known == "rival":
        rivals = listed([_quoted(name(one)) for one in outcome["rivals"]])
        return _("%(rival)s was funded, and only one of the two can happen.") % {"rival": rivals}
    if known == "too_dear":
        return _("When its turn came %(left)s was left, and it costs %(cost)s.") % {
            "left": pounds(outcome["left_pence"]),
            "cost": pounds(outcome["cost_pence"]),
        }
    if known == "supporters":
        return _("In the end the people who chose it had %(held)s left of the %(cost)s that it costs.") % {
            "held": pounds(outcome["held_pence"]),
            "cost": pounds(outcome["cost_pence"]),
        }
    return str(_PLAIN.get(known, _PLAIN["passed_by"]))


_PLAIN = {
    "withdrawn": gettext_lazy("It was withdrawn."),
    "no_votes": gettext_lazy("Nobody voted for it."),
    "too_dear_alone": gettext_lazy("It costs more than all the money there was."),
    "after_stop": gettext_lazy("The count stopped at a project that was too dear, before its turn came."),
    "over_cap": gettext_lazy("With it, its area or its kind of project would have got more than its limit."),
    "passed_by": gettext_lazy("Other projects were chosen before it, and used up the money."),
}


def _won(outcome: Mapping[str, Any]) -> str:
    order = _("Funded as number %(order)s.") % {"order": whole(outcome["order"])}
    if outcome["why"] == "won_part":
        return f"{order} " + _("It gets %(amount)s, which was what was left.") % {
            "amount": pounds(outcome["awarded_pence"])
        }
    if "payers" not in outcome:
        return order
    paid = []
    if outcome["payers"]:
        said = ngettext("%(number)s voter paid %(price)s.", "%(number)s voters paid %(price)s each.", outcome["payers"])
        price = pounds(outcome["price_pence"], pence_shown=True)
        paid.append(said % {"number": whole(outcome["payers"]), "price": price})
    if outcome.get("giving_all"):
        said = ngettext(
            "%(number)s voter had less, and gave all that was left.",
            "%(number)s voters had less, and gave all that was left.",
            outcome["giving_all"],
        )
        paid.append(said % {"number": whole(outcome["giving_all"])})
    return " ".join([order, *paid])


def otherwise(outcome: Mapping[str, Any], name: Name) -> list[str]:
    """Say what would have changed a project's fate; nothing for winners."""
    said = []
    if "cost_less_pence" in outcome:
        said.append(_lacked(outcome.get("votes_more"), outcome["cost_less_pence"]))
    without = outcome.get("without")
    if without:
        named = [_quoted(name(one)) for one in without[:MOST_NAMED]]
        if len(without) > MOST_NAMED:
            rest = len(without) - MOST_NAMED
            also = ngettext("%(number)d other", "%(number)d others", rest) % {"number": rest}
            said.append(
                _("It would also have been funded if one of these had not been there: %(names)s and %(also)s.")
                % {"names": ", ".join(named), "also": also}
            )
        elif len(named) == 1:
            said.append(_("It would also have been funded if %(name)s had not been there.") % {"name": named[0]})
        else:
            said.append(
                _("It would also have been funded if one of these had not been there: %(names)s.")
                % {"names": listed(named)}
            )
    return said


def _lacked(more: int | None, less: int | None) -> str:
    votes = ngettext("%(number)s more vote", "%(number)s more votes", more) % {"number": whole(more)} if more else ""
    if more and less:
        return _("With %(votes)s, or if it had cost %(less)s less, this would have been funded.") % {
            "votes": votes,
            "less": pounds(less),
        }
    if more:
        return _("With %(votes)s this would have been funded. A lower cost would not have helped.") % {"votes": votes}
    if less:
        return _(
            "If it had cost %(less)s less, this would have been funded. More votes alone would not have helped."
        ) % {"less": pounds(less)}
    return _("Neither more votes nor a lower cost would have been enough.")


def adds_said(outcome: Mapping[str, Any]) -> str:
    """Say how many of those who voted, but not for it, would have been enough; nothing where it was not looked for."""
    adds = outcome.get("adds")
    if not adds:
        return ""
    right = ngettext("%(number)s person", "%(number)s people", adds["right"]) % {"number": whole(adds["right"])}
    if adds["any"] == adds["right"]:
        return _("%(right)s who voted, but not for it, could have won it by choosing it too.") % {"right": right}
    if adds["any"] is None:
        said = _(
            "%(right)s who voted, but not for it, could have won it by choosing it too. It depends on who they are."
        )
        return said % {"right": right}
    said = (
        _(
            "Of those who voted, but not for it, %(right)s could have won it by choosing it too, if they are those who "
            "had the most money left. Of those who had the least left it takes %(any)s."
        )
        if adds["tried"]
        else _(
            "Of those who voted, but not for it, %(right)s could have won it by choosing it too, if they are the right "
            "ones. Any %(any)s would have been enough."
        )
    )
    return said % {"right": right, "any": whole(adds["any"])}


def _quoted(text: str) -> str:
    return _("“%(text)s”") % {"text": text}


@dataclass(frozen=True)
class CheckSaid:
    """One fairness check in words: a sentence, what it means, and who could complain where it does not hold."""

    key: str
    holds: bool
    said: str
    means: str
    complaint: str = ""


# What each check says where it holds, where it does not, and what it means.
_CHECKS = {
    "budget": (
        gettext_lazy("No more was given out than there was."),
        gettext_lazy("More was given out than there was."),
        gettext_lazy("The costs of the winners were added up again."),
    ),
    "limits": (
        gettext_lazy("Every limit was kept."),
        gettext_lazy("A limit was broken."),
        gettext_lazy("Pots for areas and kinds of project, and projects of which only one can happen."),
    ),
    "ejr_plus_up_to_any_cost": (
        gettext_lazy("No group of voters was left out that deserved a project."),
        gettext_lazy("A group of voters deserved more than it got."),
        gettext_lazy(
            "A group that agrees on a project deserves its part of the money: a tenth of the voters, a tenth of the "
            "money. We looked for the largest group in which nobody got as much as that."
        ),
    ),
    "priceable": (
        gettext_lazy("Every pound can be traced to voters who wanted it."),
        gettext_lazy("Not every pound can be traced to voters who wanted it."),
        gettext_lazy(
            "All voters had the same to spend, paid only for what they chose, and nothing unfunded could still be paid."
        ),
    ),
    "exhaustive": (
        gettext_lazy("What is left is not enough for any other project."),
        gettext_lazy("What is left would be enough for another project."),
        gettext_lazy(
            "Some rules leave money when the people who still have some do not agree on a project. This is no mistake."
        ),
    ),
}


def checks_said(fairness: Mapping[str, Mapping[str, Any]], name: Name) -> list[CheckSaid]:
    """Say the fairness checks that people can follow; the certificate holds all of them."""
    said = []
    for key, (good, bad, means) in _CHECKS.items():
        if key in fairness:
            found = fairness[key]
            complaint = "" if found["holds"] else _complaint(key, found.get("counterexample", {}), name)
            said.append(CheckSaid(key, found["holds"], str(good if found["holds"] else bad), str(means), complaint))
    return said


def _complaint(key: str, who: Mapping[str, Any], name: Name) -> str:
    if key == "exhaustive" and "project" in who:
        return _("%(left)s is left, and %(project)s would fit.") % {
            "left": pounds(who["left_pence"]),
            "project": _quoted(name(who["project"])),
        }
    if key == "ejr_plus_up_to_any_cost" and "project" in who:
        return _(
            "%(voters)s voters chose %(project)s. Their part of the money is %(deserve)s. Even with this project none "
            "of them would have got projects for more than %(most)s."
        ) % {
            "voters": whole(who["voters"]),
            "project": _quoted(name(who["project"])),
            "deserve": pounds(who["deserve_pence"]),
            "most": pounds(who["at_most_pence"]),
        }
    return ""


def tie_said(tie: Mapping[str, Any], name: Name) -> str:
    """Say one tie: who was level, what decided it, and what would have been otherwise."""
    among = [_quoted(name(one)) for one in tie["among"]]
    said = _("%(names)s were level. %(first)s came first, because %(reason)s.") % {
        "names": listed(among),
        "first": among[0],
        "reason": _TIE_KEYS.get(tie["decided_by"], _TIE_KEYS["lot"]),
    }
    if "step" in tie:
        said += " " + _("That was before the shares had been raised as far as in the end.")
    if not tie["matters"]:
        return said + " " + _("The other way round the same projects would have been funded.")
    changed = next(one for one in tie["otherwise"] if one["added"] or one["lost"])
    return (
        said
        + " "
        + _("The other way round, %(added)s would have been funded instead of %(lost)s.")
        % {
            "added": listed([_quoted(name(one)) for one in changed["added"]]) or _("nothing"),
            "lost": listed([_quoted(name(one)) for one in changed["lost"]]) or _("nothing"),
        }
    )


_TIE_KEYS = {
    "votes": gettext_lazy("it has more votes"),
    "points": gettext_lazy("it has more points"),
    "cost": gettext_lazy("it costs less"),
    "lot": gettext_lazy("the lot fell on it, drawn from the public draw"),
    "id": gettext_lazy("its number is lower"),
    "prefer": gettext_lazy("the rule names it first"),
}


def rule_said(card: Mapping[str, Any]) -> str:
    """Name the rule of a card as a column's heading."""
    rule, measure = card["rule"], card["measure"]
    if rule == "greedy" and measure.endswith("-per-cost"):
        return _("Most votes for each pound first")
    if rule == "equal-shares" and card["utility"] == "count":
        return _("Equal Shares, every project counting the same")
    return {
        "greedy": _("Most votes first"),
        "equal-shares": _("Equal Shares"),
        "phragmen": _("Phragmén's rule"),
        "max-welfare": _("Most chosen pounds"),
        "ranked": _("First choices first"),
        "bounded-overspending": _("Equal Shares with a little more"),
    }[rule]


def support_said(outcome: Mapping[str, Any]) -> str:
    """Say how much support a project had: ``1,204 votes``, or with points ``312 points from 90 voters``."""
    if "points" in outcome:
        points = ngettext("%(number)s point", "%(number)s points", outcome["points"])
        voters = ngettext("%(number)s voter", "%(number)s voters", outcome["votes"])
        return _("%(points)s from %(voters)s") % {
            "points": points % {"number": whole(outcome["points"])},
            "voters": voters % {"number": whole(outcome["votes"])},
        }
    return ngettext("%(number)s vote", "%(number)s votes", outcome["votes"]) % {"number": whole(outcome["votes"])}


def shared_text(summary: Mapping[str, Any], title: str, place: str, first: list[str]) -> str:
    """Say the result in a few lines to pass on: what people paste into a message or a newsletter."""
    said = [_("%(place)s: %(title)s is decided.") % {"place": place, "title": title}, headline(summary)]
    if first:
        said.append(_("Funded, among others: %(names)s.") % {"names": listed(first)})
    return "\n".join(said)
