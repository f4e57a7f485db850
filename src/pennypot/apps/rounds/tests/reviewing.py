"""What the tests of review start from: a proposal of Asha's, the council's officers, and the police's."""

from __future__ import annotations

import itertools
from types import SimpleNamespace

import pytest

from pennypot.apps.people.models import Person
from pennypot.apps.people.roles import Role
from pennypot.apps.places.models import Membership
from pennypot.apps.rounds.actions.review import assign, change_cost, decide, note_check, write
from pennypot.apps.rounds.models import Check, Proposal
from pennypot.apps.talk.actions import open_thread
from pennypot.testing.rounds import make_round, put_in_stage

_count = itertools.count(1)
ALL_CHECKS = dict.fromkeys(Check.CheckKind.values, "yes")


def make_officer(name, place, agency):
    person = Person.objects.create_user(f"{name}-{next(_count)}@example.org", name=name.title())
    Membership.objects.create(person=person, place=place, role=Role.AGENCY_OFFICER, agency=agency)
    person.second_factor = True
    return person


def make_proposal(round, owner, title, pence=1_000_00, **values):
    """A proposal that was sent in, as short as can be."""
    number = (round.proposals.order_by("-number").values_list("number", flat=True).first() or 0) + 1
    thread = open_thread(round.place, f"/brindley/rounds/{round.slug}/proposals/{number}/", title)
    proposal = Proposal.objects.create(
        round=round, number=number, title=title, owner=owner, state="submitted", thread=thread,
        cost_pence=pence, proposed_cost_pence=pence, submitted_at=round.published_at, **values,
    )  # fmt: skip
    type(round).objects.filter(pk=round.pk).update(last_number=number)
    return fresh(proposal)


def fresh(proposal):
    """The proposal as the database has it now."""
    return Proposal.objects.select_related("round__place", "review__agency", "appeal").get(pk=proposal.pk)


def answer_all(officer, proposal, **verdicts):
    """Note every check: yes, but for those that are given."""
    for kind, verdict in (ALL_CHECKS | verdicts).items():
        note_check(officer, proposal, kind=kind, verdict=verdict, reason=f"We looked at {kind}.")


@pytest.fixture
def people(cast):
    """Everybody with their second step, and two more officers: Col of the council and Pia of the police."""
    for person in cast.everyone().values():
        person.second_factor = True
    return SimpleNamespace(
        **cast.everyone(),
        col=make_officer("col", cast.brindley, cast.council),
        pia=make_officer("pia", cast.brindley, cast.police),
        council=cast.council,
        police=cast.police,
    )


@pytest.fixture
def in_review(a_round):
    return put_in_stage(a_round, "review")


@pytest.fixture
def in_stage(in_review):
    """Move the round to another stage."""
    return lambda kind, **how: put_in_stage(in_review, kind, **how)


@pytest.fixture
def bench(in_review, people):
    """Asha's proposal: a bench for £1,000."""
    return make_proposal(in_review, people.asha, "A bench in the park")


@pytest.fixture
def another(in_review, people):
    return make_proposal(in_review, people.carys, "A swing in the park", 2_000_00)


@pytest.fixture
def another_round(cast, people):
    return make_round(cast, slug="autumn-2027", stage="review")


@pytest.fixture
def with_council(bench, people):
    """The bench, with the council."""
    assign(people.tariq, bench, people.council)
    return fresh(bench)


@pytest.fixture
def reviewed(with_council, people, in_review):
    """The bench, refused by Ben after every step was taken once."""
    write(people.asha, with_council, "Is there anything else you need?", key="a" * 32)
    change_cost(people.ben, with_council, 1_200_00, reason="Delivery was left out.", seen_pence=1_000_00)
    answer_all(people.ben, with_council, feasible="no")
    decide(people.ben, with_council, outcome="refused", reason="There is no room for it.")
    proposal = fresh(with_council)
    return SimpleNamespace(proposal=proposal, review=proposal.review, round=in_review)
