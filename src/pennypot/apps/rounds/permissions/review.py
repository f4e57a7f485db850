"""Who may look at a proposal, decide it, appeal, and decide an appeal. Everybody may read."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from pennypot.apps.people.models import Person
from pennypot.apps.people.roles import Role
from pennypot.apps.places.models import Agency, Place
from pennypot.apps.places.permissions import Someone, holds, roles_in
from pennypot.apps.rounds import clock
from pennypot.apps.rounds.models import Decision, Proposal, Review, Round
from pennypot.apps.rounds.permissions import proposals
from pennypot.apps.rounds.permissions.rounds import open_for
from pennypot.apps.rounds.stages import Kind
from pennypot.house.answers import Answer, No, Yes


def due_at(round: Round, review: Review | None) -> datetime | None:
    """Return the moment by which a proposal is to be decided: the review's own, else when its stage closes."""
    if review is not None and review.due_at is not None:
        return review.due_at
    return next((stage.closes_at for stage in round.stage_list if stage.kind == Kind.REVIEW), None)


def review_of(proposal: Proposal) -> Review | None:
    """Return the review, if the proposal has one. No SQL query where it was read with the proposal."""
    return getattr(proposal, "review", None)


def decision_of(proposal: Proposal, level: str) -> Decision | None:
    """Return the decision of a level. No SQL query where decisions were prefetched."""
    return next((one for one in proposal.decisions.all() if one.level == level), None)


def is_author(person: Someone, proposal: Proposal) -> bool:
    """Whether the person owns the proposal or stands behind it."""
    return isinstance(person, Person) and (proposal.owner_id == person.pk or proposals.is_author(person, proposal))


def may_use_desk(person: Someone, place: Place) -> Answer:
    """Officers of the place's agencies, its team and its accountable officer see what is to be reviewed."""
    return holds(person, place, Role.AGENCY_OFFICER, Role.PLACE_TEAM, Role.ACCOUNTABLE_OFFICER)


def may_assign(person: Someone, proposal: Proposal, now: datetime | None = None) -> Answer:
    """The place team says which agency looks at a proposal, until it is decided."""
    answer = holds(person, proposal.round.place, Role.PLACE_TEAM, Role.ACCOUNTABLE_OFFICER)
    return answer and _undecided(proposal) and open_for(proposal.round, "check", now)


def may_take(person: Someone, proposal: Proposal, agency: Agency, now: datetime | None = None) -> Answer:
    """An officer takes a proposal that nobody looks at yet for their agency."""
    answer = holds(person, proposal.round.place, Role.AGENCY_OFFICER, agency=agency)
    if not answer:
        return answer
    if review_of(proposal) is not None:
        return No(_("An agency is looking at it already. The place team can give it to another one."))
    return _not_own(person, proposal) and _undecided(proposal) and open_for(proposal.round, "check", now)


def may_review(person: Someone, proposal: Proposal, now: datetime | None = None) -> Answer:
    """An officer of the agency that looks at the proposal notes checks and changes its cost, until it is decided."""
    return _officer_of_it(person, proposal) and _undecided(proposal) and open_for(proposal.round, "check", now)


def may_decide(person: Someone, proposal: Proposal, now: datetime | None = None) -> Answer:
    """An officer of that agency decides, once."""
    return _officer_of_it(person, proposal) and _undecided(proposal) and open_for(proposal.round, "decide", now)


def may_write(person: Someone, proposal: Proposal, now: datetime | None = None) -> Answer:
    """Authors and officers of the agency write to each other until the decision."""
    review = review_of(proposal)
    if review is None:
        return No(_("No agency is looking at it yet, so there is nobody to write to."))
    answer = Yes() if is_author(person, proposal) else holds(person, proposal.round.place, Role.AGENCY_OFFICER,
                                                             agency=review.agency)  # fmt: skip
    return answer and _undecided(proposal) and open_for(proposal.round, "check", now)


def may_read_messages(person: Someone, proposal: Proposal) -> Answer:
    """Until the decision only those who write; with it everybody."""
    review = review_of(proposal)
    if review is None or review.state == Review.ReviewState.DECIDED or is_author(person, proposal):
        return Yes()
    place = proposal.round.place
    if holds(person, place, Role.AGENCY_OFFICER, agency=review.agency):
        return Yes()
    if holds(person, place, Role.PLACE_TEAM, Role.ACCOUNTABLE_OFFICER):
        return Yes()
    return No(_("What authors and officers write to each other becomes public with the decision."))


def may_declare_rivals(person: Someone, round: Round, now: datetime | None = None) -> Answer:
    """Officers and the place team say that of some proposals only one can happen, before the ballot is fixed."""
    answer = may_use_desk(person, round.place)
    if not answer:
        return answer
    if round.rules_frozen_at is not None:
        return No(_("The ballot is fixed, and with it which projects exclude each other."))
    return open_for(round, "check", now)


def may_appeal(person: Someone, proposal: Proposal, now: datetime | None = None) -> Answer:
    """An author appeals once: against a refusal, or because nobody decided in time."""
    if not isinstance(person, Person):
        return holds(person, proposal.round.place)
    if not is_author(person, proposal):
        return No(_("Only its authors can appeal."))
    if not proposal.is_standing:
        return No(_("This proposal was withdrawn or joined with another."))
    if getattr(proposal, "appeal", None) is not None:
        return No(_("There was an appeal already. It is possible once."))
    first = decision_of(proposal, Decision.Level.FIRST)
    if first is not None and first.outcome == Decision.Outcome.ACCEPTED:
        return No(_("It was accepted, so there is nothing to appeal against."))
    moment = now or clock.database_now()
    due = due_at(proposal.round, review_of(proposal))
    if first is None and due is not None and moment < due:
        return No(_("It has not been decided yet. You can appeal if it is refused, or not decided in time."))
    return open_for(proposal.round, "appeal", moment)


def may_assign_appeal(person: Someone, proposal: Proposal, now: datetime | None = None) -> Answer:
    """The place team may name the agency that decides an appeal."""
    answer = holds(person, proposal.round.place, Role.PLACE_TEAM, Role.ACCOUNTABLE_OFFICER)
    return answer and _open_appeal(proposal) and open_for(proposal.round, "decide_appeal", now)


def may_decide_appeal(person: Someone, proposal: Proposal, now: datetime | None = None) -> Answer:
    """Somebody else than the first time decides an appeal: an officer of another agency, or the accountable officer.

    Where the place team named an agency, its officers only; the accountable officer always may, because a place may
    have one agency.
    """
    place = proposal.round.place
    answer = holds(person, place, Role.AGENCY_OFFICER, Role.ACCOUNTABLE_OFFICER)
    if not answer:
        return answer
    open_one = _open_appeal(proposal)
    if not open_one:
        return open_one
    first = decision_of(proposal, Decision.Level.FIRST)
    if first is not None and first.by_id == getattr(person, "pk", None):
        return No(_("You made the first decision, so somebody else has to decide the appeal."))
    if not holds(person, place, Role.ACCOUNTABLE_OFFICER):
        agencies = agencies_of(person, place) - _agencies_before(proposal, first)
        if not agencies:
            return No(_("An appeal is decided by another agency than the one that looked at the proposal first."))
        named = proposal.appeal.agency_id
        if named is not None and named not in agencies:
            return No(_("The place team gave this appeal to another agency."))
    return (
        _not_own(person, proposal) and _looked_not(person, proposal) and open_for(proposal.round, "decide_appeal", now)
    )


def agencies_of(person: Someone, place: Place) -> set[int]:
    """Return the keys of the agencies whose officer the person is."""
    return {agency for role, agency in roles_in(person, place) if role == Role.AGENCY_OFFICER and agency is not None}


def _agencies_before(proposal: Proposal, first: Decision | None) -> set[int | None]:
    review = review_of(proposal)
    return {first.agency_id if first else None, review.agency_id if review else None}


def _looked_not(person: Someone, proposal: Proposal) -> Answer:
    """Whoever answered one of the questions the first time decides no appeal, whatever else they are."""
    review = review_of(proposal)
    if review is not None and any(check.by_id == getattr(person, "pk", None) for check in review.checks.all()):
        return No(_("You looked at it the first time, so somebody else has to decide the appeal."))
    return Yes()


def _open_appeal(proposal: Proposal) -> Answer:
    if getattr(proposal, "appeal", None) is None:
        return No(_("There is no appeal."))
    if decision_of(proposal, Decision.Level.APPEAL) is not None:
        return No(_("This appeal was decided already. There is no further one."))
    if not proposal.is_standing:
        return No(_("This proposal was withdrawn or joined with another."))
    return Yes()


def _officer_of_it(person: Someone, proposal: Proposal) -> Answer:
    review = review_of(proposal)
    place = proposal.round.place
    if review is None:
        return holds(person, place, Role.AGENCY_OFFICER) and No(_("First an agency has to take it."))
    return holds(person, place, Role.AGENCY_OFFICER, agency=review.agency) and _not_own(person, proposal)


def _not_own(person: Someone, proposal: Proposal) -> Answer:
    if is_author(person, proposal):
        return No(_("You are an author of this proposal, so somebody else has to look at it."))
    if getattr(person, "pk", None) in proposals.ever_author_ids(proposal):
        return No(_("You were an author of this proposal, so somebody else has to look at it."))
    return Yes()


def _undecided(proposal: Proposal) -> Answer:
    if not proposal.is_standing:
        return No(_("Only a proposal that was sent in and still stands is reviewed."))
    if decision_of(proposal, Decision.Level.FIRST) is not None:
        return No(_("It was decided already."))
    if getattr(proposal, "appeal", None) is not None:
        return No(_("The authors have appealed, so another agency decides now."))
    return Yes()
