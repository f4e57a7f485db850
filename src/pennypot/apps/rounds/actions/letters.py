"""Letters about a round that are written once: what was decided about a proposal, another cost, an appeal's answer.

An action hands its letter to the worker in its own transaction; the worker writes `Letter` first and sends then. If the
mail server does not take it the row goes again, and the worker tries once more.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.urls import reverse
from procrastinate.contrib.django import app

from pennypot.apps.people.models import Person
from pennypot.apps.rounds import clock, stages
from pennypot.apps.rounds.models import Author, CostChange, Decision, Letter, Proposal, Round
from pennypot.apps.rounds.permissions.review import may_appeal
from pennypot.apps.rounds.stages import Kind
from pennypot.house import letters

TELL_DECISION, TELL_COST = "rounds.tell_decision", "rounds.tell_cost"


class NotSent(Exception):
    """The mail server did not take a letter."""


def write_once(round: Round, person: Person, about: str, template: str, context: dict[str, Any]) -> bool:
    """Write to a person about something, unless that was done before; say whether a letter went out.

    Raises
    ------
    NotSent
        The mail server did not take it. It may be tried again.
    """
    if not person.is_active:
        return False
    row, is_new = Letter.objects.get_or_create(round=round, person=person, about=about)
    if not is_new:
        return False
    if not letters.send(template, {"round": round, **context}, to=person.email, language=person.language):
        row.delete()
        raise NotSent
    return True


def hand_over(task: str, **given: int) -> None:
    """Give a letter to the worker, inside the caller's transaction."""
    app.tasks[task].defer(**given)


def tell_decision(decision: Decision) -> int:
    """Tell the authors what was decided about their proposal, and why; returns how many letters went out."""
    proposal = decision.proposal
    context = {
        "decision": decision,
        "is_appeal": decision.level == Decision.Level.APPEAL,
        "is_refused": decision.outcome == Decision.Outcome.REFUSED,
        "appeal_until": _appeal_until(proposal),
    }
    return _tell_authors(proposal, f"decision {decision.pk}", "rounds/letters/decided.txt", context)


def tell_cost(change: CostChange) -> int:
    """Tell the authors that the review set another cost, and why; returns how many letters went out."""
    return _tell_authors(change.proposal, f"cost {change.pk}", "rounds/letters/cost_changed.txt", {"change": change})


def _tell_authors(proposal: Proposal, about: str, template: str, context: dict[str, Any]) -> int:
    round = proposal.round
    path = reverse("review", args=[round.place.slug, round.slug, proposal.number])
    context = {"proposal": proposal, "link": settings.SITE_ADDRESS + path, **context}
    authors = proposal.authors.filter(state=Author.AuthorState.CONSENTED).select_related("person")
    people = {one.person for one in authors if one.person} | ({proposal.owner} if proposal.owner else set())
    return sum(write_once(round, person, about, template, context) for person in sorted(people, key=lambda one: one.pk))


def _appeal_until(proposal: Proposal) -> str:
    """Say until when the authors can appeal; nothing where they cannot."""
    stage = next((one for one in proposal.round.stage_list if one.kind == Kind.APPEAL), None)
    now = clock.database_now()
    if stage is None or stage.closes_at <= now or proposal.owner is None:
        return ""
    # Before the stage has opened an appeal is not possible yet, but it will be.
    if stage.opens_at <= now and not may_appeal(proposal.owner, proposal, now):
        return ""
    return stages.end_said(stage.closes_at, proposal.round.zone)
