"""Appealing, and deciding an appeal: once, and by somebody else than the first time."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from pennypot.apps.people.models import Person
from pennypot.apps.people.roles import Role
from pennypot.apps.places.models import Agency
from pennypot.apps.places.permissions import holds
from pennypot.apps.rounds.actions.review import locked, write_decision, written
from pennypot.apps.rounds.models import Appeal, Decision, Proposal, Review
from pennypot.apps.rounds.permissions.review import (
    agencies_of,
    decision_of,
    may_appeal,
    may_assign_appeal,
    may_decide_appeal,
    review_of,
)
from pennypot.house import deeds
from pennypot.house.answers import Invalid, require


def appeal(person: Person, proposal: Proposal, text: str) -> Appeal:
    """An author says why a refusal, or the silence, was wrong."""
    text = written(text, "text", _("Say why the decision was wrong, or what has changed."))
    try:
        with transaction.atomic():
            proposal = locked(proposal)
            require(may_appeal(person, proposal))
            made = Appeal.objects.create(proposal=proposal, text=text, by=person)
            deeds.record("rounds.appeal.made", actor=person, about=proposal, place=proposal.round.place,
                         after={"proposal": proposal.number}, reason=text)  # fmt: skip
    except IntegrityError as problem:
        raise Invalid(_("There was an appeal already. It is possible once.")) from problem
    return made


def assign_appeal(person: Person, proposal: Proposal, agency: Agency) -> None:
    """The place team names the agency that decides the appeal: not the one that looked at it first."""
    with transaction.atomic():
        proposal = locked(proposal)
        require(may_assign_appeal(person, proposal))
        review = review_of(proposal)
        if agency.place_id != proposal.round.place_id or (review is not None and review.agency_id == agency.pk):
            raise Invalid(_("Choose another agency than the one that looked at it first."), "appeal_agency")
        Appeal.objects.filter(proposal=proposal).update(agency=agency)
        deeds.record("rounds.appeal.assigned", actor=person, about=proposal, place=proposal.round.place,
                     after={"agency": agency.slug, "proposal": proposal.number})  # fmt: skip


def decide_appeal(person: Person, proposal: Proposal, *, outcome: str, reason: str) -> Decision:
    """Decide an appeal. It is final."""
    if outcome not in Decision.Outcome.values:
        raise Invalid(_("Choose whether it is accepted or refused."), "outcome")
    reason = written(reason, "decision_reason", _("Say why, so that everybody can follow it."))
    with transaction.atomic():
        proposal = locked(proposal)
        require(may_decide_appeal(person, proposal))
        agency = _speaks_for(person, proposal)
        decision = write_decision(person, proposal, Decision.Level.APPEAL, outcome, reason, agency=agency, late=False)
        Review.objects.filter(proposal=proposal).update(state=Review.ReviewState.DECIDED)
    return decision


def _speaks_for(person: Person, proposal: Proposal) -> Agency | None:
    """The agency in whose name the person decides; none where they decide as the accountable officer."""
    place = proposal.round.place
    first, review = decision_of(proposal, Decision.Level.FIRST), review_of(proposal)
    before = {first.agency_id if first else None, review.agency_id if review else None}
    possible = agencies_of(person, place) - before
    named = proposal.appeal.agency_id
    if named in possible:
        return Agency.objects.get(pk=named)
    if holds(person, place, Role.ACCOUNTABLE_OFFICER) or not possible:
        return None
    return Agency.objects.filter(pk__in=possible).order_by("name").first()
