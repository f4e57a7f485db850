"""Review: who may do what when, one decision a level, costs that keep both figures, an appeal by somebody else."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connections

from pennypot.apps.people.roles import Role
from pennypot.apps.places.models import Membership
from pennypot.apps.rounds.actions.appeal import appeal, assign_appeal, decide_appeal
from pennypot.apps.rounds.actions.review import (
    assign,
    change_cost,
    decide,
    declare_rivals,
    end_rivals,
    note_check,
    take,
    write,
)
from pennypot.apps.rounds.clock import database_now
from pennypot.apps.rounds.models import Author, Check, Decision, ExclusiveGroup, Proposal, ReviewMessage
from pennypot.apps.rounds.permissions import review as may
from pennypot.apps.rounds.stages import VERBS, Kind
from pennypot.apps.rounds.tests.reviewing import *  # noqa: F403 - fixtures
from pennypot.apps.rounds.tests.reviewing import answer_all, fresh, make_proposal
from pennypot.house.answers import Invalid, Refused
from pennypot.house.models import Deed

pytestmark = pytest.mark.django_db

# Who may do each thing, and in which stages.
BOTH = {Kind.REVIEW, Kind.APPEAL}
VERB_TABLE = {
    "may_assign": ({"tariq", "aled"}, BOTH),
    "may_review": ({"ben", "col"}, BOTH),
    "may_decide": ({"ben", "col"}, BOTH),
    "may_write": ({"asha", "ben", "col"}, BOTH),
    "may_decide_appeal": ({"pia", "aled"}, {Kind.APPEAL}),
    "may_assign_appeal": ({"tariq", "aled"}, {Kind.APPEAL}),
    "may_appeal": ({"asha"}, {Kind.APPEAL}),
}
APPEALED = {"may_decide_appeal", "may_assign_appeal"}


@pytest.mark.parametrize("verb", VERB_TABLE)
def test_every_person_in_every_stage(verb, with_council, people, in_stage):
    allowed, stages = VERB_TABLE[verb]
    if verb in APPEALED:
        in_stage("appeal")
        appeal(people.asha, with_council, "Nobody answered in time.")
    for kind in VERBS:
        round = in_stage(kind)
        proposal = fresh(with_council)
        proposal.round = round
        for name in ("asha", "carys", "fay", "sam", "aled", "tariq", "ben", "col", "pia", "dev", "oona"):
            answer = getattr(may, verb)(getattr(people, name), proposal)
            assert bool(answer) == (name in allowed and kind in stages), (
                verb,
                name,
                kind,
                getattr(answer, "reason", ""),
            )
            assert answer or answer.reason


def test_an_officer_needs_a_second_step(with_council, people):
    people.ben.second_factor = False
    with pytest.raises(Refused):
        note_check(people.ben, with_council, kind="legal", verdict="yes", reason="Fine.")


def test_an_officer_does_not_review_what_they_propose(in_review, people):
    own = make_proposal(in_review, people.ben, "My own shed")
    with pytest.raises(Refused):
        take(people.ben, own, people.council)
    assign(people.tariq, own, people.council)
    with pytest.raises(Refused):
        note_check(people.ben, own, kind="legal", verdict="yes", reason="Fine.")
    note_check(people.col, own, kind="legal", verdict="yes", reason="Fine.")


def test_a_co_author_does_not_review_it_either(with_council, people):
    Author.objects.create(proposal=with_council, person=people.ben, state="consented")
    with pytest.raises(Refused):
        answer_all(people.ben, with_council)


def test_an_officer_takes_what_nobody_looks_at_and_nobody_takes_it_away(bench, people):
    take(people.ben, bench, people.council)
    assert fresh(bench).review.officer == people.ben
    with pytest.raises(Refused):
        take(people.pia, bench, people.police)
    with pytest.raises(Refused):
        take(people.dev, bench, people.council)


def test_the_place_team_gives_it_to_another_agency(with_council, people, cast):
    assign(people.tariq, with_council, people.police)
    assert fresh(with_council).review.agency == people.police
    with pytest.raises(Refused):
        note_check(people.ben, with_council, kind="legal", verdict="yes", reason="Fine.")
    with pytest.raises(Invalid):
        assign(people.tariq, with_council, cast.elsewhere_council)


def test_an_earlier_deadline_lies_before_the_end_of_review(bench, people):
    soon = database_now() + timedelta(hours=1)
    assign(people.tariq, bench, people.council, due=soon)
    proposal = fresh(bench)
    assert may.due_at(proposal.round, proposal.review) == soon
    for wrong in (database_now() - timedelta(hours=1), database_now() + timedelta(days=300)):
        with pytest.raises(Invalid):
            assign(people.tariq, bench, people.council, due=wrong)


def test_a_check_needs_a_reason_and_the_newest_counts(with_council, people):
    with pytest.raises(Invalid):
        note_check(people.ben, with_council, kind="legal", verdict="yes", reason="  ")
    with pytest.raises(Invalid):
        note_check(people.ben, with_council, kind="beautiful", verdict="yes", reason="Fine.")
    answer_all(people.ben, with_council, legal="no")
    note_check(people.ben, with_council, kind="legal", verdict="yes", reason="The rule has changed.")
    decide(people.ben, with_council, outcome="accepted", reason="Everything fits.")
    assert Check.objects.filter(kind="legal").count() == 2
    assert fresh(with_council).decision == "accepted"


def test_a_decision_rests_on_all_five_checks(with_council, people):
    with pytest.raises(Invalid, match="First answer these"):
        decide(people.ben, with_council, outcome="accepted", reason="Looks nice.")
    answer_all(people.ben, with_council)
    with pytest.raises(Invalid, match="rests on a check that says no"):
        decide(people.ben, with_council, outcome="refused", reason="I do not like it.")
    note_check(people.ben, with_council, kind="costed", verdict="no", reason="It costs twice as much.")
    with pytest.raises(Invalid, match="says no"):
        decide(people.ben, with_council, outcome="accepted", reason="Never mind.")
    with pytest.raises(Invalid):
        decide(people.ben, with_council, outcome="refused", reason="")
    decide(people.ben, with_council, outcome="refused", reason="It costs twice as much.")
    with pytest.raises(Refused):
        decide(people.col, with_council, outcome="accepted", reason="On second thoughts.")


def test_after_the_deadline_it_can_be_accepted_but_not_refused(with_council, people, in_stage):
    answer_all(people.ben, with_council, legal="no")
    in_stage("appeal")
    with pytest.raises(Invalid, match="deadline"):
        decide(people.ben, with_council, outcome="refused", reason="Too late for this.")
    note_check(people.ben, with_council, kind="legal", verdict="yes", reason="We asked again.")
    assert decide(people.ben, with_council, outcome="accepted", reason="It fits.").late


def test_a_changed_cost_keeps_both_figures(with_council, people):
    change = change_cost(people.ben, with_council, 1_250_00, reason="Delivery was left out.", seen_pence=1_000_00)
    proposal = fresh(with_council)
    assert (proposal.proposed_cost_pence, proposal.cost_pence) == (1_000_00, 1_250_00)
    assert (change.from_pence, change.to_pence) == (1_000_00, 1_250_00)
    for pence, seen, reason in ((0, 1_250_00, "x"), (1_250_00, 1_250_00, "x"), (900_00, 1_000_00, "x"),
                                (900_00, 1_250_00, ""), (90_000_00, 1_250_00, "x")):  # fmt: skip
        with pytest.raises(Invalid):
            change_cost(people.ben, with_council, pence, reason=reason, seen_pence=seen)


def test_a_message_sent_twice_is_said_once_and_is_theirs_until_the_decision(with_council, people):
    for _ in range(2):
        write(people.asha, with_council, "Do you need a plan?", key="b" * 32)
    write(people.ben, with_council, "Yes, please.", key="c" * 32)
    assert [one.for_agency for one in ReviewMessage.objects.all()] == [False, True]
    readers = {name: bool(may.may_read_messages(getattr(people, name), fresh(with_council)))
               for name in ("asha", "carys", "ben", "pia", "tariq", "sam")}  # fmt: skip
    assert readers == {"asha": True, "carys": False, "ben": True, "pia": False, "tariq": True, "sam": False}
    answer_all(people.ben, with_council)
    decide(people.ben, with_council, outcome="accepted", reason="Fine.")
    assert may.may_read_messages(people.carys, fresh(with_council))


def test_rivals_are_declared_with_a_reason_and_taken_back_with_one(bench, another, people):
    for numbers, reason in (([1], "x"), ([1, 77], "x"), ([1, 2], " ")):
        with pytest.raises(Invalid):
            declare_rivals(people.ben, bench.round, numbers, reason=reason)
    group = declare_rivals(people.ben, bench.round, [1, 2, 2], reason="Both want the same corner.")
    assert set(group.proposals.all()) == {bench, another}
    end_rivals(people.pia, group, reason="There are two corners.")
    assert ExclusiveGroup.objects.get().ended_reason == "There are two corners."
    with pytest.raises(Invalid):
        end_rivals(people.pia, group, reason="Again.")
    with pytest.raises(Refused):
        declare_rivals(people.asha, bench.round, [1, 2], reason="I do not like it.")


class TestAppeal:
    def test_a_refusal_is_appealed_once_by_an_author_and_decided_by_somebody_else(self, reviewed, people, in_stage):
        with pytest.raises(Refused):  # the stage has not opened
            appeal(people.asha, reviewed.proposal, "There is room by the gate.")
        in_stage("appeal")
        with pytest.raises(Refused):
            appeal(people.carys, reviewed.proposal, "I am no author.")
        appeal(people.asha, reviewed.proposal, "There is room by the gate.")
        with pytest.raises(Refused):
            appeal(people.asha, reviewed.proposal, "Once more.")
        for wrong in (people.ben, people.col, people.tariq, people.asha):
            with pytest.raises(Refused):
                decide_appeal(wrong, reviewed.proposal, outcome="accepted", reason="Yes.")
        decision = decide_appeal(people.pia, reviewed.proposal, outcome="accepted", reason="There is room by the gate.")
        assert (decision.level, decision.agency) == ("appeal", people.police)
        assert fresh(reviewed.proposal).decision == "accepted"
        with pytest.raises(Refused):
            decide_appeal(people.aled, reviewed.proposal, outcome="refused", reason="No.")

    def test_silence_can_be_appealed_too(self, with_council, people, in_stage):
        in_stage("appeal")
        appeal(people.asha, with_council, "Nobody answered.")
        with pytest.raises(Refused):  # it is out of the council's hands now
            answer_all(people.ben, with_council)
        decide_appeal(people.aled, with_council, outcome="accepted", reason="There is nothing against it.")
        assert fresh(with_council).review.state == "decided"

    def test_the_accountable_officer_decides_where_there_is_one_agency(self, reviewed, people, in_stage):
        Membership.objects.filter(agency=people.police).delete()
        in_stage("appeal")
        appeal(people.asha, reviewed.proposal, "There is room.")
        decision = decide_appeal(people.aled, reviewed.proposal, outcome="refused", reason="I went there and looked.")
        assert decision.agency is None

    def test_who_decided_first_does_not_decide_the_appeal_in_another_role(self, reviewed, people, in_stage):
        Membership.objects.create(person=people.ben, place=reviewed.round.place, role=Role.ACCOUNTABLE_OFFICER)
        Membership.objects.create(
            person=people.ben, place=reviewed.round.place, role=Role.AGENCY_OFFICER, agency=people.police
        )
        people.ben._known_roles = None
        in_stage("appeal")
        appeal(people.asha, reviewed.proposal, "There is room.")
        with pytest.raises(Refused, match="somebody else"):
            decide_appeal(people.ben, reviewed.proposal, outcome="accepted", reason="Well.")

    def test_the_place_team_names_another_agency_than_the_first(self, reviewed, people, in_stage):
        in_stage("appeal")
        appeal(people.asha, reviewed.proposal, "There is room.")
        with pytest.raises(Invalid):
            assign_appeal(people.tariq, reviewed.proposal, people.council)
        assign_appeal(people.tariq, reviewed.proposal, people.police)
        assert fresh(reviewed.proposal).appeal.agency == people.police

    def test_what_was_accepted_cannot_be_appealed(self, with_council, people, in_stage):
        answer_all(people.ben, with_council)
        decide(people.ben, with_council, outcome="accepted", reason="Fine.")
        in_stage("appeal")
        with pytest.raises(Refused):
            appeal(people.asha, with_council, "More money please.")


def test_every_verb_leaves_a_deed(reviewed):
    kinds = set(Deed.objects.filter(kind__startswith="rounds.").values_list("kind", flat=True))
    assert {"rounds.review.assigned", "rounds.review.written", "rounds.cost.changed", "rounds.check.noted",
            "rounds.proposal.decided"} <= kinds  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_s01_two_officers_who_decide_at_once_make_one_decision(with_council, people):
    answer_all(people.ben, with_council)
    start, said = threading.Barrier(8), []

    def try_it(officer):
        try:
            start.wait()
            decide(officer, with_council, outcome="accepted", reason=f"{officer} says so.")
            said.append("decided")
        except (Invalid, Refused):
            said.append("refused")
        finally:
            connections.close_all()

    officers = [people.ben, people.col] * 4
    threads = [threading.Thread(target=try_it, args=(officer,)) for officer in officers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == ["decided"] + ["refused"] * 7
    assert Decision.objects.count() == 1
    assert Deed.objects.filter(kind="rounds.proposal.decided").count() == 1


def test_a_withdrawn_proposal_is_not_reviewed(with_council, people):
    now = database_now()
    Proposal.objects.filter(pk=with_council.pk).update(state="withdrawn", withdrawn_at=now, withdrawn_reason="Moved.")
    with pytest.raises(Refused):
        answer_all(people.ben, with_council)
