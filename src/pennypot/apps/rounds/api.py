"""Rounds as public data: what the pages show, machines may read."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from pennypot.apps.places.queries import place_for
from pennypot.apps.rounds import rules
from pennypot.apps.rounds.models import Proposal, Round
from pennypot.apps.rounds.queries import now_of
from pennypot.apps.rounds.queries.rounds import pots_of, round_for, rounds_of
from pennypot.apps.rounds.stages import is_open

router = Router(tags=["Rounds"])
MOST_PROPOSALS = 500


class StageOut(Schema):
    """One stage of a round."""

    kind: str
    opens_at: datetime
    closes_at: datetime
    open: bool = Field(description="By the database's clock, at the moment of the answer.")


class RoundOut(Schema):
    """One round in short."""

    slug: str
    title: str
    about: str
    label: str = Field(description="Says so where the round is invented.")
    year: str
    budget_pence: int
    cancelled: bool
    stages: list[StageOut]


class PotOut(Schema):
    """Money set aside for an area or a kind of project, or the most that it can get."""

    kind: str
    name: str
    quota_pence: int
    cap_pence: int | None


class RulesOut(RoundOut):
    """One round with its rules."""

    ballot_form: str
    max_choices: int | None
    points: int | None
    min_age: int
    scope: str
    eligibility: list[str]
    frozen: bool = Field(description="Nothing of this can change any more.")
    rule_card: dict[str, Any] = Field(description="Everything that decides the count; see docs/count.")
    explained: list[str]
    pots: list[PotOut]


class ProposalOut(Schema):
    """One proposal that was sent in."""

    number: int
    title: str
    summary: str
    state: str
    decision: str
    area: str
    category: str
    proposed_cost_pence: int
    cost_pence: int
    yearly_pence: int
    submitted_at: datetime
    on_ballot: bool


def _short(round: Round, now: datetime) -> dict[str, Any]:
    return {
        "slug": round.slug,
        "title": round.title,
        "about": round.about,
        "label": round.label,
        "year": round.year,
        "budget_pence": round.budget_pence,
        "cancelled": round.is_cancelled,
        "stages": [
            {"kind": one.kind, "opens_at": one.opens_at, "closes_at": one.closes_at, "open": is_open(one, now)}
            for one in round.stage_list
        ],
    }


@router.get("/places/{slug:place}/rounds", response=list[RoundOut], url_name="api_rounds", summary="Rounds of a place")
def rounds(request: HttpRequest, place: str) -> list[dict[str, Any]]:
    """Return every round that is published, the newest first."""
    here = place_for(request.user, place)
    now = now_of(request)
    return [_short(one, now) for one in rounds_of(request.user, here)]


@router.get(
    "/places/{slug:place}/rounds/{slug:round}", response=RulesOut, url_name="api_round", summary="A round and its rules"
)
def one_round(request: HttpRequest, place: str, round: str) -> dict[str, Any]:
    """Return a round with its stages, its rules as data and in words, and its pots."""
    found = round_for(request.user, place, round)
    pots = pots_of(found)
    return _short(found, now_of(request)) | {
        "ballot_form": found.ballot_form,
        "max_choices": found.max_choices,
        "points": found.points,
        "min_age": found.min_age,
        "scope": found.scope,
        "eligibility": found.eligibility,
        "frozen": found.rules_frozen_at is not None,
        "rule_card": rules.card_of(found, pots=pots).as_data(),
        "explained": rules.explained(found, pots),
        "pots": [
            {"kind": pot.kind, "name": pot.name, "quota_pence": pot.quota_pence, "cap_pence": pot.cap_pence}
            for pot in pots
        ],
    }


@router.get(
    "/places/{slug:place}/rounds/{slug:round}/proposals",
    response=list[ProposalOut],
    url_name="api_proposals",
    summary="Proposals of a round",
)
def proposals(
    request: HttpRequest,
    place: str,
    round: str,
    after: int = Query(0, ge=0, le=2**31 - 1, description="Only larger numbers; 500 come at once."),
) -> list[dict[str, Any]]:
    """Return proposals that were sent in, by number; withdrawn and joined ones too, with their state."""
    found = round_for(request.user, place, round)
    listed = (
        found.proposals.exclude(state=Proposal.State.DRAFT)
        .filter(number__gt=after)
        .select_related("area", "category", "ballot_item")
        .order_by("number")[:MOST_PROPOSALS]
    )
    return [
        {
            "number": one.number,
            "title": one.title,
            "summary": one.plain_summary,
            "state": one.state,
            "decision": one.decision,
            "area": one.area.name if one.area else "",
            "category": one.category.name if one.category else "",
            "proposed_cost_pence": one.proposed_cost_pence,
            "cost_pence": one.cost_pence,
            "yearly_pence": one.yearly_pence,
            "submitted_at": one.submitted_at,
            "on_ballot": hasattr(one, "ballot_item") and one.ballot_item.withdrawn_at is None,
        }
        for one in listed
    ]
