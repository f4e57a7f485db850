"""Two invented rounds for the demonstration: one to vote in now, and one whose votes are cast by `voting`'s demo.

Every proposal is invented, and says so. No agency has looked at any of them.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from allauth.account.models import EmailAddress
from django.db import transaction
from django.urls import reverse

from pennypot.apps.fund.models import Account
from pennypot.apps.people.models import Person
from pennypot.apps.places.demo import ADDRESS
from pennypot.apps.places.models import Agency, Area, Place
from pennypot.apps.rounds import clock
from pennypot.apps.rounds.actions.ballot import write_ballot
from pennypot.apps.rounds.actions.proposals.writing import write_version
from pennypot.apps.rounds.actions.publish import write_publication
from pennypot.apps.rounds.models import Author, Category, CostLine, Decision, Need, Proposal, Review, Round, Stage
from pennypot.apps.rounds.pots import usual_draw
from pennypot.apps.rounds.rules import USUAL_RULE
from pennypot.apps.talk.models import Thread
from pennypot.house import deeds

DATA = Path(__file__).parent / "data"
INVENTED = "Invented for demonstration"
ORDER = "Demonstration: the order of {slug}"
REASON = f"{INVENTED}: no agency has looked at this."
DAY = timedelta(days=1)
# Days from now to the opening and closing of each stage: voting has been open for four days, and ends in ten.
VOTING_NOW = {
    "idea": (-88, -74),
    "proposal": (-74, -46),
    "review": (-46, -25),
    "appeal": (-25, -18),
    "ballot": (-18, -4),
    "voting": (-4, 10),
    "count": (10, 17),
    "delivery": (17, 381),
}


def load(place: Place) -> None:
    """Make a demo place's rounds, once; a round whose address is taken is left as it is."""
    path = DATA / f"{place.slug}.json"
    if not path.exists():
        return
    found = json.loads(path.read_text(encoding="utf-8"))
    for given in found["rounds"]:
        with transaction.atomic():
            Place.objects.select_for_update(no_key=True).get(pk=place.pk)
            if not Round.objects.filter(place=place, slug=given["slug"]).exists():
                _make(place, given, found["label"])


def _make(place: Place, given: dict[str, Any], label: str) -> None:
    fund = Account.objects.filter(place=place, code="fund").first()
    budget = given["budget_pounds"] * 100
    if fund is None or fund.balance_pence < budget:
        return
    made = Round.objects.create(
        place=place,
        slug=given["slug"],
        title=given["title"],
        about=given["about"],
        year=place.year,
        label=label,
        budget_pence=budget,
        rule=dict(USUAL_RULE),
        eligibility=["posted_code", "email_postcode", "desk"],
        least_cost_pence=given["least_cost_pounds"] * 100,
        most_cost_pence=given["most_cost_pounds"] * 100,
        area_needed=True,
        tie_seed_source=usual_draw(),
    )
    put_stages(made, VOTING_NOW)
    colours = Category.Colour.values
    kinds = {
        name: Category.objects.create(round=made, name=name, colour=colours[at % len(colours)])
        for at, name in enumerate(given["kinds"])
    }
    for number, words in enumerate(given["proposals"], start=1):
        _propose(made, number, words, kinds)
    Round.objects.filter(pk=made.pk).update(last_number=len(given["proposals"]))
    write_ballot(made, by=None, order_seed=ORDER.format(slug=made.slug))
    if given["stage"] == "voting":
        write_publication(made, by=None)
    deeds.record("rounds.round.loaded", actor=None, about=made, place=place, after={"title": made.title})


def put_stages(round: Round, days: dict[str, tuple[int, int]], *, now: datetime | None = None) -> None:
    """Set the stages of a round that is not published, in days from a moment (by default the hour that began last)."""
    moment = now or clock.database_now().replace(minute=0, second=0, microsecond=0)
    for kind, (opens, closes) in days.items():
        Stage.objects.update_or_create(
            round=round, kind=kind, defaults={"opens_at": moment + opens * DAY, "closes_at": moment + closes * DAY}
        )
    round.__dict__.pop("stage_list", None)


def end_voting(round: Round) -> None:
    """End the voting of the second round and publish it, so that it can be opened and counted.

    The voting demo calls it after its ballots are cast. Until then the round is not published, so its dates may move;
    those of a published one never move back.
    """
    put_stages(round, {kind: (opens - 11, closes - 11) for kind, (opens, closes) in VOTING_NOW.items()})
    write_publication(round, by=None)


def proposer(place: Place) -> Person:
    """Return the invented person whose name stands under every invented proposal."""
    email = f"proposer.{place.slug}@{ADDRESS}"
    person = Person.objects.filter(email=email).first()
    if person is None:
        person = Person.objects.create_user(email, name="Demo: people of the street", is_demo=True)
        EmailAddress.objects.create(user=person, email=email, verified=True, primary=True)
    return person


def _propose(round: Round, number: int, words: dict[str, Any], kinds: dict[str, Category]) -> None:
    place, person = round.place, proposer(round.place)
    area = Area.objects.filter(place=place, name=words["area"]).defer("outline").first()
    cost = sum(pounds for _kind, _what, pounds in words["costs"]) * 100
    yearly = sum(pounds for kind, _what, pounds in words["costs"] if kind == "yearly") * 100
    sent_at = round.stages.get(kind="proposal").opens_at + number * timedelta(hours=21)
    thread = Thread.objects.create(
        place=place, address=reverse("proposal", args=[place.slug, round.slug, number]), subject=words["title"]
    )
    made = Proposal.objects.create(
        round=round,
        number=number,
        title=words["title"],
        plain_summary=words["summary"],
        what=words["what"],
        why=words["why"],
        for_whom=words["for_whom"],
        area=area,
        place_said=words["place_said"],
        category=kinds[words["category"]],
        state=Proposal.State.SUBMITTED,
        decision=Proposal.Decided.ACCEPTED,
        owner=person,
        thread=thread,
        proposed_cost_pence=cost,
        cost_pence=cost,
        yearly_pence=yearly,
        submitted_at=sent_at,
        changed_at=sent_at,
    )
    Author.objects.create(proposal=made, person=person, state=Author.AuthorState.CONSENTED)
    CostLine.objects.bulk_create(
        CostLine(proposal=made, kind=kind, what=what, pence=pounds * 100, position=at)
        for at, (kind, what, pounds) in enumerate(words["costs"], start=1)
    )
    Need.objects.bulk_create(
        Need(proposal=made, kind=kind, what=what, quantity=quantity, when_said=when, position=at)
        for at, (kind, what, quantity, when) in enumerate(words["needs"], start=1)
    )
    write_version(person, made)
    _accept(made, place)


def _accept(made: Proposal, place: Place) -> None:
    agency = Agency.objects.filter(place=place, family=Agency.Family.COUNCIL).order_by("pk").first()
    if agency is None:
        return
    review = Review.objects.create(proposal=made, agency=agency, state=Review.ReviewState.DECIDED)
    Decision.objects.create(
        proposal=made,
        outcome=Decision.Outcome.ACCEPTED,
        reason=REASON,
        agency=agency,
        at=review.proposal.round.stages.get(kind="review").closes_at - DAY,
    )
