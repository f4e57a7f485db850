"""The reads of the pages of results."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import Http404

from pennypot.apps.places.models import Place
from pennypot.apps.places.permissions import Someone
from pennypot.apps.rounds.models import Outcome, Result, Round
from pennypot.apps.rounds.queries.rounds import round_for

# The ballots and the certificate are large, and only their own addresses need them.
_SHOWN = Result.objects.defer("pb", "certificate")


def result_for(person: Someone, place: str, slug: str) -> tuple[Round, Result | None]:
    """Return a round that the person may see, with its result if it has one. Four SQL queries."""
    found = round_for(person, place, slug)
    return found, _SHOWN.filter(round=found).first()


def whole_result_for(person: Someone, place: str, slug: str) -> tuple[Round, Result]:
    """Return a round with its result, the ballots and the certificate too. Four SQL queries.

    Raises
    ------
    Http404
        It has no result yet.
    """
    found = round_for(person, place, slug)
    result = Result.objects.filter(round=found).first()
    if result is None:
        raise Http404
    return found, result


def results_of(place: Place) -> QuerySet[Result]:
    """Return the results of a place, the newest first. One SQL query."""
    return _SHOWN.filter(round__place=place).select_related("round").order_by("-published_at", "-pk")


def outcomes_of(result: Result) -> list[Outcome]:
    """Return what happened to each project: winners in their order, then the others, the nearest first. One query."""
    found = result.outcomes.select_related("proposal__area", "proposal__category").only(
        "funded", "awarded_pence", "order_won", "explanation", "result",
        "proposal__number", "proposal__title", "proposal__area__name", "proposal__category__name",
    )  # fmt: skip
    return sorted(found, key=_as_shown)


def _as_shown(one: Outcome) -> tuple[int, int, int]:
    return (one.order_won or 10**9, -one.explanation.get("near", 0), one.proposal.number or 0)
