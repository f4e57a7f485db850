"""What the page of a review shows: where it stands in one sentence, and the forms of whoever may act."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from pennypot.apps.people.roles import Role
from pennypot.apps.places.permissions import Someone, holds
from pennypot.apps.rounds import stages
from pennypot.apps.rounds.models import Check, Decision, Proposal, Round
from pennypot.apps.rounds.permissions import review as may
from pennypot.apps.rounds.queries.review import DeskRow, newest_checks
from pennypot.house.answers import Answer
from pennypot.house.kept import Kept

MakeForm = Callable[[str], forms.Form]


@dataclass(frozen=True)
class Standing:
    """Where a review stands: one sentence, and the tone of it (``open``, ``late``, ``accepted``, ``refused``)."""

    said: str
    tone: str


def moment(when: datetime | None, round: Round) -> str:
    """Say by when something is to be done, in the place’s time; nothing for None."""
    return stages.end_said(when, round.zone) if when else ""


def standing(proposal: Proposal, now: datetime) -> Standing:
    """Say where the review of a proposal stands."""
    first = may.decision_of(proposal, Decision.Level.FIRST)
    second = may.decision_of(proposal, Decision.Level.APPEAL)
    if not proposal.is_standing:
        return Standing(_("This proposal was withdrawn or joined with another."), "open")
    if second is not None:
        if second.outcome == Decision.Outcome.ACCEPTED:
            return Standing(_("Accepted after an appeal: it goes on the ballot."), "accepted")
        return Standing(_("Refused, also after an appeal."), "refused")
    if getattr(proposal, "appeal", None) is not None:
        return Standing(_("Its authors have appealed. Somebody else decides now."), "open")
    if first is not None:
        if first.outcome == Decision.Outcome.ACCEPTED:
            return Standing(_("Accepted: it goes on the ballot."), "accepted")
        return Standing(_("Refused: it does not go on the ballot."), "refused")
    return _undecided(proposal, now)


def _undecided(proposal: Proposal, now: datetime) -> Standing:
    review = may.review_of(proposal)
    due = may.due_at(proposal.round, review)
    agency = review.agency.name if review else ""
    if due is not None and due <= now:
        when = moment(due, proposal.round)
        if not agency:
            return Standing(_("Overdue: no agency took it by %(when)s.") % {"when": when}, "late")
        return Standing(_("Overdue: %(agency)s was to decide by %(when)s.") % {"agency": agency, "when": when}, "late")
    if not agency:
        return Standing(_("No agency is looking at it yet."), "open")
    if due is None:
        return Standing(_("%(agency)s is looking at it.") % {"agency": agency}, "open")
    return Standing(
        _("%(agency)s is looking at it, and decides by %(when)s.")
        % {"agency": agency, "when": moment(due, proposal.round)},
        "open",
    )


@dataclass(frozen=True)
class CheckShown:
    """One check as the page shows it; `check` is None where nobody looked yet, `before` are older answers."""

    name: str
    check: Check | None
    before: list[Check]


def checks_shown(proposal: Proposal) -> list[CheckShown]:
    """Return the five checks in their order."""
    review = may.review_of(proposal)
    newest = newest_checks(review)
    shown = []
    for kind in Check.CheckKind:
        mine = [check for check in review.checks.all() if check.kind == kind.value] if review else []
        shown.append(CheckShown(str(kind.label), newest.get(kind.value), mine[:-1]))
    return shown


# Rows are the same for all who read them, and change only with what they are made of.
_kept: Kept[SafeString] = Kept(most=4_000)


def desk_row(row: DeskRow, round: Round, *, decided: bool) -> SafeString:
    """Draw a row of the desk, or take the one that was drawn."""
    one = row.proposal
    context = {
        "number": one.number,
        "title": one.title,
        "agency": row.review.agency.said_name if row.review else "",
        "has_appeal": getattr(one, "appeal", None) is not None,
        "marks": row.marks,
        "decision": one.get_decision_display() if one.decision else "",
        "is_late": row.is_late,
        "due": row.due,
        "cost_pence": one.cost_pence,
        "decided": decided,
    }
    return _row("_desk_row", round, context)


def decision_row(one: Decision, round: Round) -> SafeString:
    """Draw a decision in the public log, or take the one that was drawn. A decision itself never changes."""
    about = {
        "number": one.proposal.number,
        "title": one.proposal.title,
        "agency": one.agency.name if one.agency else "",
    }
    own = {"outcome": one.outcome, "level": one.level, "at": one.at, "late": one.late, "reason": one.reason}
    return _row("_decision_row", round, about | own)


def _row(template: str, round: Round, context: dict[str, Any]) -> SafeString:
    place = round.place.slug, round.slug
    about = [(name, tuple(value) if isinstance(value, list) else value) for name, value in context.items()]
    key = (template, get_language(), get_current_timezone_name(), *place, *about)
    names = {"place_slug": place[0], "round_slug": place[1]}
    return _kept.get(key, lambda: render_to_string(f"rounds/{template}.html", context | names))


def context(person: Someone, proposal: Proposal, now: datetime, form: MakeForm) -> dict[str, Any]:
    """Everything on the page of a review. Forms are there only for those who may send them."""
    review = may.review_of(proposal)
    reads = may.may_read_messages(person, proposal)
    powers = answers(person, proposal, now)
    return {
        "round": proposal.round,
        "proposal": proposal,
        "review": review,
        "standing": standing(proposal, now),
        "first": may.decision_of(proposal, Decision.Level.FIRST),
        "second": may.decision_of(proposal, Decision.Level.APPEAL),
        "appeal": getattr(proposal, "appeal", None),
        "checks": checks_shown(proposal),
        "looked_at": bool(review and review.checks.all()),
        "cost_changes": list(proposal.cost_changes.all()),
        "groups": list(proposal.exclusive_groups.all()),
        "messages_said": list(review.messages.select_related("person")) if review and reads else [],
        "may_read": reads,
        "is_author": may.is_author(person, proposal),
        "why_no_appeal": powers["appeal"],
        "forms": {key: form(key) for key, answer in powers.items() if answer},
        "on_desk": may.may_use_desk(person, proposal.round.place),
    }


def answers(person: Someone, proposal: Proposal, now: datetime) -> dict[str, Answer]:
    """Say for each verb of the page whether the person may do it, or why not."""
    return {
        "assign": may.may_assign(person, proposal, now),
        "take": _may_take(person, proposal, now),
        "checks": may.may_review(person, proposal, now),
        "cost": may.may_review(person, proposal, now),
        "write": may.may_write(person, proposal, now),
        "decide": may.may_decide(person, proposal, now),
        "appeal": may.may_appeal(person, proposal, now),
        "appeal_agency": may.may_assign_appeal(person, proposal, now),
        "decide_appeal": may.may_decide_appeal(person, proposal, now),
    }


def _may_take(person: Someone, proposal: Proposal, now: datetime) -> Answer:
    """Whether an officer may take it for one of their agencies."""
    place = proposal.round.place
    answer = holds(person, place, Role.AGENCY_OFFICER)
    if answer:
        mine = place.agencies.filter(pk__in=may.agencies_of(person, place))
        tried = [may.may_take(person, proposal, agency, now) for agency in mine]
        return next((one for one in tried if one), tried[0] if tried else answer)
    return answer
