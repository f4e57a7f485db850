"""Three invented rounds for the demonstration: to propose in, to vote in, and one that is over.

In the first, proposing, review and appeal are open at once, so that a visitor can try each step as one of the demo's
people. The votes of the last are cast by `voting`'s demo. Every proposal, and every word of an agency about one, is
invented and says so.
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
from pennypot.apps.rounds.models import (
    Appeal,
    Author,
    Category,
    Check,
    CostChange,
    CostLine,
    Decision,
    Need,
    Proposal,
    Review,
    ReviewMessage,
    Round,
    Stage,
)
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
# Proposing has been open for three weeks, review for one, and appeals for three days; all three stay open for two.
PROPOSING_NOW = {
    "idea": (-35, -21),
    "proposal": (-21, 14),
    "review": (-7, 21),
    "appeal": (-3, 24),
    "ballot": (24, 28),
    "voting": (28, 42),
    "count": (42, 49),
    "delivery": (49, 413),
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
    proposing = given["stage"] == "proposing"
    put_stages(made, PROPOSING_NOW if proposing else VOTING_NOW)
    colours = Category.Colour.values
    kinds = {
        name: Category.objects.create(round=made, name=name, colour=colours[at % len(colours)])
        for at, name in enumerate(given["kinds"])
    }
    for number, words in enumerate(given["proposals"], start=1):
        proposal = _propose(made, number, words, kinds)
        if proposing:
            _review(proposal, words.get("review"))
        else:
            _accept(proposal)
    Round.objects.filter(pk=made.pk).update(last_number=len(given["proposals"]))
    if not proposing:
        write_ballot(made, by=None, order_seed=ORDER.format(slug=made.slug))
    if given["stage"] != "finished":
        write_publication(made, by=None)
    deeds.record("rounds.round.loaded", actor=None, about=made, place=place, after={"title": made.title})


def put_stages(round: Round, days: dict[str, tuple[int, int]], *, now: datetime | None = None) -> None:
    """Set the stages of a round that is not published, in days from a moment (by default the noon that was last)."""
    moment = now or _last_noon(round)
    for kind, (opens, closes) in days.items():
        Stage.objects.update_or_create(
            round=round, kind=kind, defaults={"opens_at": moment + opens * DAY, "closes_at": moment + closes * DAY}
        )
    round.__dict__.pop("stage_list", None)


def _last_noon(round: Round) -> datetime:
    """Noon in the place, today or yesterday: stages of real rounds change then, when there is somebody to help."""
    here = clock.database_now().astimezone(round.zone)
    noon = here.replace(hour=12, minute=0, second=0, microsecond=0)
    return noon if noon <= here else noon - DAY


def end_voting(round: Round) -> None:
    """End the voting of the second round and publish it, so that it can be opened and counted.

    The voting demo calls it after its ballots are cast. Until then the round is not published, so its dates may move;
    those of a published one never move back.
    """
    put_stages(round, {kind: (opens - 11, closes - 11) for kind, (opens, closes) in VOTING_NOW.items()})
    write_publication(round, by=None)


def proposer(place: Place) -> Person:
    """Return the invented person whose name stands under every proposal that was voted on."""
    email = f"proposer.{place.slug}@{ADDRESS}"
    person = Person.objects.filter(email=email).first()
    if person is None:
        person = Person.objects.create_user(email, name="Demo: people of the street", is_demo=True)
        EmailAddress.objects.create(user=person, email=email, verified=True, primary=True)
    return person


def _entered(place: Place, name: str) -> Person | None:
    """Return a demo person whom a visitor can be: ``resident``, ``officer.<agency>``; None outside demo mode."""
    return Person.objects.filter(email=f"{name}.{place.slug}@{ADDRESS}", is_demo=True).first()


def _propose(round: Round, number: int, words: dict[str, Any], kinds: dict[str, Category]) -> Proposal:
    place = round.place
    person = _entered(place, words["by"]) if "by" in words else None
    person = person or proposer(place)
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
    write_version(person, made, at=sent_at)
    return made


def _accept(made: Proposal) -> None:
    agency = Agency.objects.filter(place=made.round.place, family=Agency.Family.COUNCIL).order_by("pk").first()
    if agency is None:
        return
    review = Review.objects.create(proposal=made, agency=agency, state=Review.ReviewState.DECIDED)
    closes = made.round.stages.get(kind="review").closes_at
    Check.objects.bulk_create(
        Check(review=review, kind=kind, verdict=Check.Verdict.YES, reason=REASON, at=closes - 2 * DAY)
        for kind in Check.CheckKind.values
    )
    _decide(made, agency, Decision.Outcome.ACCEPTED, REASON, closes - DAY, by=None)


def _decide(made: Proposal, agency: Agency, outcome: str, reason: str, at: datetime, by: Person | None) -> None:
    Decision.objects.create(proposal=made, outcome=outcome, reason=reason, agency=agency, at=at, by=by)
    Proposal.objects.filter(pk=made.pk).update(decision=outcome)


def _review(made: Proposal, given: dict[str, Any] | None) -> None:
    """Write what an agency found out about a proposal of the open round, as far as the story has come."""
    place = made.round.place
    agency = Agency.objects.filter(place=place, slug=given["agency"]).first() if given else None
    if given is None or agency is None:
        return
    officer = _entered(place, f"officer.{agency.slug}")
    state = Review.ReviewState.DECIDED if "decision" in given else Review.ReviewState.OPEN
    review = Review.objects.create(proposal=made, agency=agency, officer=officer, state=state)
    opened = made.round.stages.get(kind="review").opens_at
    Check.objects.bulk_create(
        Check(review=review, kind=kind, verdict=verdict, reason=_invented(reason), by=officer, at=opened + DAY)
        for kind, verdict, reason in given["checks"]
    )
    for at, (side, text) in enumerate(given.get("messages", ())):
        person = officer if side == "agency" else made.owner
        if person is not None:
            ReviewMessage.objects.create(
                review=review, person=person, for_agency=side == "agency", text=_invented(text),
                key=f"demo-{made.pk}-{at}", at=opened + 2 * DAY,
            )  # fmt: skip
    if "cost" in given:
        pounds, reason = given["cost"]
        CostChange.objects.create(
            proposal=made, from_pence=made.cost_pence, to_pence=pounds * 100, reason=_invented(reason), by=officer,
            at=opened + 2 * DAY,
        )  # fmt: skip
        Proposal.objects.filter(pk=made.pk).update(cost_pence=pounds * 100)
    if "decision" in given:
        outcome, reason = given["decision"]
        _decide(made, agency, outcome, _invented(reason), opened + 3 * DAY, by=officer)
    if "appeal" in given and made.owner is not None:
        Appeal.objects.create(proposal=made, text=_invented(given["appeal"]), by=made.owner, at=opened + 5 * DAY)


def _invented(text: str) -> str:
    """Mark words that are put into somebody's mouth."""
    return f"{INVENTED}: {text}"
