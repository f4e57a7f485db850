"""The reads of the pages of review."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.core.paginator import Page, Paginator
from django.db.models import Count, Prefetch, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.http import Http404

from pennypot.apps.places.permissions import Someone
from pennypot.apps.rounds.models import Appeal, Author, Check, Decision, ExclusiveGroup, Proposal, Review, Round
from pennypot.apps.rounds.permissions.review import due_at
from pennypot.apps.rounds.queries.rounds import round_for

A_PAGE = 25
# What lists of proposals tell of a review.
_OF_REVIEW = ("review__proposal", "review__due_at", "review__agency__name", "review__agency__short_name")
# The lists of the desk, in their order.
LISTS = ("open", "late", "unassigned", "appeals", "decided")


def proposal_for_review(person: Someone, place: str, slug: str, number: int) -> Proposal:
    """Return a proposal with everything on its page of review. Ten SQL queries.

    Raises
    ------
    Http404
        There is no such proposal.
    """
    found = round_for(person, place, slug)
    proposal = (
        Proposal.objects.filter(round=found, number=number)
        .select_related("review__agency", "appeal__agency", "area", "owner")
        .prefetch_related(
            Prefetch("decisions", Decision.objects.select_related("agency")),
            Prefetch("authors", Author.objects.select_related("person")),
            Prefetch("review__checks", Check.objects.order_by("pk")),
            "cost_changes",
            Prefetch("exclusive_groups", standing_rivals().prefetch_related("proposals")),
        )
        .first()
    )
    if proposal is None:
        raise Http404
    proposal.round = found
    return proposal


def standing_rivals() -> QuerySet[ExclusiveGroup]:
    """Groups of proposals that exclude each other and were not taken back."""
    return ExclusiveGroup.objects.filter(ended_at__isnull=True)


def rivals_in(round: Round) -> list[ExclusiveGroup]:
    """Return all groups of a round with their proposals, those taken back last. Two SQL queries."""
    found = ExclusiveGroup.objects.filter(round=round).prefetch_related("proposals")
    return sorted(found, key=lambda group: (group.ended_at is not None, group.pk))


def newest_checks(review: Review | None) -> dict[str, Check]:
    """Return the check that counts of each kind, in the order of the kinds."""
    newest = {check.kind: check for check in review.checks.all()} if review else {}
    return {kind: newest[kind] for kind in Check.CheckKind.values if kind in newest}


@dataclass(frozen=True)
class DeskRow:
    """One proposal on the desk."""

    proposal: Proposal
    review: Review | None
    due: datetime | None
    is_late: bool
    marks: list[tuple[str, str]]


@dataclass(frozen=True)
class Desk:
    """What is to be reviewed in a round: one list of it, and how many stand on each."""

    rows: list[DeskRow]
    page: Page[Proposal]
    numbers: dict[str, int]


def desk(round: Round, agencies: Iterable[int] | None, which: str, page: str, now: datetime) -> Desk:
    """Return one list of the desk. Three SQL queries.

    Parameters
    ----------
    agencies
        Only what these agencies look at (and what nobody does); None for all.
    which
        One of `LISTS`.
    page
        Number of the page as written in the address.
    """
    conditions = _conditions(round, agencies, now)
    standing = round.proposals.filter(state=Proposal.State.SUBMITTED)
    numbers = standing.aggregate(**{key: Count("pk", filter=condition) for key, condition in conditions.items()})
    found = (
        standing.filter(conditions[which])
        .select_related("review__agency", "appeal")
        .only("round", "number", "title", "cost_pence", "decision", "appeal__proposal", *_OF_REVIEW)
        .order_by(Coalesce("review__due_at", "submitted_at") if which == "late" else "number", "number")
    )
    pages = Paginator(found, A_PAGE)
    pages.count = numbers[which]
    shown = pages.get_page(page)
    rows, verdicts = [], _newest_verdicts(shown.object_list)
    for proposal in shown:
        proposal.round = round
        review = getattr(proposal, "review", None)
        due = due_at(round, review)
        late = not proposal.decision and due is not None and due <= now
        known = verdicts.get(proposal.pk, {})
        marks = [(str(kind.label), known.get(kind.value, "")) for kind in Check.CheckKind]
        rows.append(DeskRow(proposal, review, due, late, marks))
    return Desk(rows, shown, numbers)


def _newest_verdicts(proposals: Iterable[Proposal]) -> dict[int, dict[str, str]]:
    """The verdict that counts of each kind of check, by proposal. One SQL query."""
    found: dict[int, dict[str, str]] = {}
    checks = Check.objects.filter(review__proposal__in=[one.pk for one in proposals]).order_by("pk")
    for proposal, kind, verdict in checks.values_list("review__proposal", "kind", "verdict"):
        found.setdefault(proposal, {})[kind] = verdict
    return found


def _conditions(round: Round, agencies: Iterable[int] | None, now: datetime) -> dict[str, Q]:
    undecided = Q(decision="")
    mine = Q() if agencies is None else Q(review__agency__in=list(agencies))
    appealed = Q(appeal__isnull=False)
    decided_appeal = Q(pk__in=Decision.objects.filter(level="appeal", proposal__round=round).values("proposal"))
    return {
        "open": undecided & mine & Q(review__isnull=False) & ~appealed,
        "late": undecided & (mine | Q(review__isnull=True)) & late_condition(round, now),
        "unassigned": undecided & Q(review__isnull=True) & ~appealed,
        # An appeal is somebody else's than the first agency's.
        "appeals": appealed & ~decided_appeal & (Q() if agencies is None else ~mine),
        "decided": ~undecided & mine,
    }


def late_condition(round: Round, now: datetime) -> Q:
    """What was to be decided by now, by its own deadline or the end of the stage."""
    closes = due_at(round, None)
    own = Q(review__due_at__isnull=False, review__due_at__lte=Value(now))
    if closes is not None and closes <= now:
        return own | Q(review__due_at__isnull=True)
    return own


def late_ones(round: Round, now: datetime) -> QuerySet[Proposal]:
    """Return the standing proposals that nobody decided in time. One SQL query."""
    return (
        round.proposals.filter(late_condition(round, now), state=Proposal.State.SUBMITTED, decision="")
        .select_related("review__agency")
        .only("round", "number", "title", *_OF_REVIEW)
        .order_by("number")
    )


def decisions_of(round: Round) -> QuerySet[Decision]:
    """Return the decisions of a round, the newest first. One SQL query."""
    own = ("level", "outcome", "late", "at", "reason")
    return (
        Decision.objects.filter(proposal__round=round)
        .select_related("proposal", "agency")
        .only(*own, "proposal__number", "proposal__title", "agency__name")
        .order_by("-pk")
    )


def open_appeals(round: Round) -> QuerySet[Appeal]:
    """Return the appeals that are not decided yet. One SQL query."""
    decided = Decision.objects.filter(level=Decision.Level.APPEAL, proposal__round=round).values("proposal")
    return (
        Appeal.objects.filter(proposal__round=round, proposal__state=Proposal.State.SUBMITTED)
        .exclude(proposal__in=decided)
        .select_related("proposal", "agency")
        .only("at", "proposal__number", "proposal__title", "agency__name")
        .order_by("pk")
    )
