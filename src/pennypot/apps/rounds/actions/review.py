"""The verbs of review: give a proposal to an agency, note checks, write, change the cost, name rivals, decide."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from pennypot.apps.people.models import Person
from pennypot.apps.places.models import Agency
from pennypot.apps.rounds import clock
from pennypot.apps.rounds.actions.letters import TELL_COST, TELL_DECISION, hand_over
from pennypot.apps.rounds.models import (
    Check,
    CostChange,
    Decision,
    ExclusiveGroup,
    ExclusiveMember,
    Proposal,
    Review,
    ReviewMessage,
    Round,
)
from pennypot.apps.rounds.permissions.review import (
    due_at,
    may_assign,
    may_decide,
    may_declare_rivals,
    may_review,
    may_take,
    may_write,
)
from pennypot.house import deeds
from pennypot.house.answers import Invalid, require

LONGEST_TEXT = 4_000


def assign(person: Person, proposal: Proposal, agency: Agency, *, due: datetime | None = None) -> Review:
    """The place team gives a proposal to an agency, or to another one.

    Parameters
    ----------
    due
        An earlier deadline than the end of the review stage.
    """
    with transaction.atomic():
        proposal = locked(proposal)
        require(may_assign(person, proposal))
        return _given_to(person, proposal, agency, due)


def take(person: Person, proposal: Proposal, agency: Agency) -> Review:
    """An officer takes a proposal that nobody looks at for their agency, and is named beside it."""
    with transaction.atomic():
        proposal = locked(proposal)
        require(may_take(person, proposal, agency))
        return _given_to(person, proposal, agency, None, officer=person)


def _given_to(
    person: Person, proposal: Proposal, agency: Agency, due: datetime | None, officer: Person | None = None
) -> Review:
    round = proposal.round
    if agency.place_id != round.place_id:
        raise Invalid(_("That agency belongs to another place."), "agency")
    last = due_at(round, None)
    if due is not None and last is not None and not clock.database_now() < due <= last:
        raise Invalid(_("The deadline has to lie between now and the end of the review stage."), "due")
    before = Review.objects.filter(proposal=proposal).select_related("agency").first()
    review, _made = Review.objects.update_or_create(
        proposal=proposal, defaults={"agency": agency, "officer": officer, "due_at": due}
    )
    deeds.record(
        "rounds.review.assigned" if officer is None else "rounds.review.taken",
        actor=person,
        about=proposal,
        place=round.place,
        before={"agency": before.agency.slug} if before else {},
        after={"agency": agency.slug, "proposal": proposal.number},
    )
    return review


def note_check(person: Person, proposal: Proposal, *, kind: str, verdict: str, reason: str) -> Check:
    """Note what came out of one check, with a public reason. A later one of the same kind takes its place."""
    if kind not in Check.CheckKind.values or verdict not in Check.Verdict.values:
        raise Invalid(_("Choose what you looked at and what came out."), "verdict")
    reason = written(reason, "reason", _("Say why, so that everybody can follow it."))
    with transaction.atomic():
        proposal = locked(proposal)
        require(may_review(person, proposal))
        check = Check.objects.create(review=proposal.review, kind=kind, verdict=verdict, reason=reason, by=person)
        after = {"proposal": proposal.number, "check": kind, "verdict": verdict}
        deeds.record("rounds.check.noted", actor=person, about=proposal, place=proposal.round.place,
                     after=after, reason=reason)  # fmt: skip
    return check


def write(person: Person, proposal: Proposal, text: str, *, key: str) -> ReviewMessage:
    """Write to the authors, or to the agency. The same form sent twice says it once."""
    text = written(text, "text", _("Write what you want to say or ask."))
    with transaction.atomic():
        proposal = locked(proposal)
        require(may_write(person, proposal))
        said = ReviewMessage.objects.filter(key=key, review=proposal.review, person=person).first()
        if said is not None:
            return said
        said = ReviewMessage.objects.create(
            review=proposal.review, person=person, for_agency=bool(may_review(person, proposal)), text=text, key=key
        )
        deeds.record("rounds.review.written", actor=person, about=proposal, place=proposal.round.place)
    return said


def change_cost(person: Person, proposal: Proposal, pence: int, *, reason: str, seen_pence: int) -> CostChange:
    """Set another cost, with the reason. What the authors asked for stays beside it.

    Parameters
    ----------
    seen_pence
        The cost that the page showed: if it has changed since, nothing is done.
    """
    reason = written(reason, "cost_reason", _("Say why the cost is another one."))
    if pence <= 0:
        raise Invalid(_("Write an amount above nought."), "cost")
    with transaction.atomic():
        proposal = locked(proposal)
        require(may_review(person, proposal))
        if proposal.cost_pence != seen_pence:
            raise Invalid(_("The cost was changed in the meantime. Look at it again."), "cost")
        if pence == proposal.cost_pence:
            raise Invalid(_("That is what it costs already."), "cost")
        if pence > proposal.round.budget_pence:
            raise Invalid(_("That is more than the whole round has to give."), "cost")
        change = CostChange.objects.create(
            proposal=proposal, from_pence=proposal.cost_pence, to_pence=pence, reason=reason, by=person
        )
        Proposal.objects.filter(pk=proposal.pk).update(cost_pence=pence, changed_at=Now())
        deeds.record(
            "rounds.cost.changed", actor=person, about=proposal, place=proposal.round.place,
            before={"pence": change.from_pence}, after={"pence": pence, "proposal": proposal.number}, reason=reason,
        )  # fmt: skip
        hand_over(TELL_COST, change=change.pk)
    return change


def declare_rivals(person: Person, round: Round, numbers: Sequence[int], *, reason: str) -> ExclusiveGroup:
    """Say that of these proposals at most one can happen, and why."""
    reason = written(reason, "rivals_reason", _("Say why only one of them can happen."))
    wanted = sorted(set(numbers))
    with transaction.atomic():
        Round.objects.select_for_update(no_key=True).get(pk=round.pk)
        require(may_declare_rivals(person, round))
        found = list(Proposal.objects.filter(round=round, number__in=wanted, state=Proposal.State.SUBMITTED))
        missing = sorted(set(wanted) - {one.number for one in found})
        if missing:
            numbers_said = ", ".join(map(str, missing))
            raise Invalid(
                _("There is no standing proposal with this number: %(numbers)s.") % {"numbers": numbers_said}, "rivals"
            )
        if len(found) < 2:
            raise Invalid(_("Write the numbers of at least two proposals."), "rivals")
        group = ExclusiveGroup.objects.create(round=round, reason=reason, by=person)
        ExclusiveMember.objects.bulk_create([ExclusiveMember(group=group, proposal=one) for one in found])
        deeds.record("rounds.rivals.declared", actor=person, about=round, place=round.place,
                     after={"proposals": wanted}, reason=reason)  # fmt: skip
    return group


def end_rivals(person: Person, group: ExclusiveGroup, *, reason: str) -> None:
    """Take back that some proposals exclude each other. The old word stays to be read."""
    reason = written(reason, "reason", _("Say why they do not exclude each other after all."))
    require(may_declare_rivals(person, group.round))
    with transaction.atomic():
        ended = ExclusiveGroup.objects.filter(pk=group.pk, ended_at__isnull=True).update(
            ended_at=Now(), ended_reason=reason
        )
        if not ended:
            raise Invalid(_("This was taken back already."))
        deeds.record("rounds.rivals.ended", actor=person, about=group.round, place=group.round.place,
                     before={"rivals": group.pk}, reason=reason)  # fmt: skip


def decide(
    person: Person, proposal: Proposal, *, outcome: str, reason: str, seen_version: int | None = None
) -> Decision:
    """Decide whether a proposal goes on the ballot. Once: two officers at the same moment make one decision.

    All five checks have to be noted first; a refusal rests on one that says no, and an acceptance on none. After the
    deadline a proposal can only be accepted: a late refusal would take the appeal's time from its authors.

    Parameters
    ----------
    seen_version
        The version that the page showed: nobody decides on words that were changed since they read them.
    """
    if outcome not in Decision.Outcome.values:
        raise Invalid(_("Choose whether it is accepted or refused."), "outcome")
    reason = written(reason, "decision_reason", _("Say why, so that everybody can follow it."))
    with transaction.atomic():
        proposal = locked(proposal)
        require(may_decide(person, proposal))
        if seen_version is not None and seen_version != proposal.version:
            raise Invalid(_("The proposal was changed in the meantime. Read it again, then decide."))
        late = _is_late(proposal)
        _rests_on_checks(proposal, outcome, late=late)
        decision = write_decision(
            person, proposal, Decision.Level.FIRST, outcome, reason, agency=proposal.review.agency, late=late
        )
        Review.objects.filter(proposal=proposal).update(state=Review.ReviewState.DECIDED)
    return decision


def _is_late(proposal: Proposal) -> bool:
    due = due_at(proposal.round, proposal.review)
    return due is not None and clock.database_now() >= due


def _rests_on_checks(proposal: Proposal, outcome: str, *, late: bool) -> None:
    newest = {check.kind: check.verdict for check in proposal.review.checks.all()}
    missing = [str(kind.label) for kind in Check.CheckKind if kind not in newest]
    if missing:
        raise Invalid(_("First answer these: %(checks)s") % {"checks": " ".join(missing)}, "outcome")
    has_no = Check.Verdict.NO in newest.values()
    if outcome == Decision.Outcome.ACCEPTED and has_no:
        raise Invalid(_("One of the checks says no. Change it first, or refuse the proposal."), "outcome")
    if outcome == Decision.Outcome.REFUSED and not has_no:
        raise Invalid(_("A refusal rests on a check that says no. None of them does."), "outcome")
    if outcome == Decision.Outcome.REFUSED and late:
        raise Invalid(
            _("The deadline has passed. It can still be accepted; a refusal now would leave no time to appeal."),
            "outcome",
        )


def write_decision(
    person: Person, proposal: Proposal, level: str, outcome: str, reason: str, *, agency: Agency | None, late: bool
) -> Decision:
    """Write the decision of a level and keep the proposal in step. The caller asked its permission."""
    try:
        with transaction.atomic():
            decision = Decision.objects.create(
                proposal=proposal, level=level, outcome=outcome, reason=reason, by=person, agency=agency, late=late
            )
    except IntegrityError as problem:
        raise Invalid(_("Somebody else decided it in the meantime. Look at it again.")) from problem
    Proposal.objects.filter(pk=proposal.pk).update(decision=outcome, changed_at=Now())
    deeds.record(
        f"rounds.{'proposal' if level == Decision.Level.FIRST else 'appeal'}.decided",
        actor=person,
        about=proposal,
        place=proposal.round.place,
        after={"proposal": proposal.number, "outcome": outcome, "agency": agency.slug if agency else ""},
        reason=reason,
    )
    hand_over(TELL_DECISION, decision=decision.pk)
    return decision


def locked(proposal: Proposal) -> Proposal:
    """Return the proposal as it is now, with what permissions ask of it; those who write to it wait for each other."""
    return (
        Proposal.objects.select_for_update(of=("self",), no_key=True)
        .select_related("round__place", "round__account", "review__agency", "appeal")
        .get(pk=proposal.pk)
    )


def written(text: str, field: str, missing: str) -> str:
    """Return a text that was typed, without blanks around it."""
    text = text.replace("\r\n", "\n").replace("\x00", "").strip()
    if not text:
        raise Invalid(missing, field)
    if len(text) > LONGEST_TEXT:
        raise Invalid(_("This is too long: at most %(most)d characters.") % {"most": LONGEST_TEXT}, field)
    return text
