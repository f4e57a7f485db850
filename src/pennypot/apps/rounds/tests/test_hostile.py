"""What somebody with a role, a form or a database prompt might try with a round."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from pennypot.apps.people.models import Person
from pennypot.apps.people.roles import Role
from pennypot.apps.places.models import Area, Membership
from pennypot.apps.rounds import posters, pots
from pennypot.apps.rounds.actions.appeal import appeal, decide_appeal
from pennypot.apps.rounds.actions.ballot import fix_ballot
from pennypot.apps.rounds.actions.proposals.authors import leave
from pennypot.apps.rounds.actions.proposals.writing import Changes, Cost, save
from pennypot.apps.rounds.actions.review import assign, decide, declare_rivals, take
from pennypot.apps.rounds.actions.rounds import save_ballot
from pennypot.apps.rounds.models import Author, Decision, ExclusiveMember, Pot, Proposal
from pennypot.apps.rounds.permissions import review as may
from pennypot.apps.rounds.tests.reviewing import *  # noqa: F403 - fixtures
from pennypot.apps.rounds.tests.reviewing import answer_all, fresh, make_proposal
from pennypot.house.answers import Invalid, Refused
from pennypot.testing.cast import sign_in

pytestmark = pytest.mark.django_db


def consented(proposal, *people):
    for person in people:
        Author.objects.create(proposal=proposal, person=person, state=Author.AuthorState.CONSENTED)


# -- money ---------------------------------------------------------------------------------------------------


def test_pots_for_areas_are_whole_pounds_because_only_those_can_be_counted(a_round):
    Area.objects.create(place=a_round.place, name="East", population=4_321)
    a_round.budget_pence = 20_000_50
    for way in ("equal", "population"):
        made = pots.for_areas(a_round, way)
        assert len(made) == 3 and sum(one.quota_pence for one in made) == 20_000_00
        assert not [one for one in made if one.quota_pence % 100]
        assert pots.way_of(made) == way


def test_pots_that_could_not_be_counted_are_refused_before_the_round_is_published(a_round, people):
    category = a_round.categories.first()
    values = {"ballot_form": "knapsack", "max_choices": None, "points": None, "rule": {"rule": "greedy"},
              "min_votes": 0, "part_funding": False, "tie_seed_source": "The lottery."}  # fmt: skip
    for given in ({"quota_pence": 10_000_50}, {"quota_pence": 0, "cap_pence": 99}):
        pot = Pot(kind="category", name=category.name, category=category, **given)
        with pytest.raises(Invalid, match="whole pounds"):
            save_ballot(people.tariq, a_round, values, pots=[pot], reason="Why not.")
    assert not a_round.pots.exists()


# -- review ---------------------------------------------------------------------------------------------------


def test_s29_who_was_an_author_does_not_review_it_after_leaving(bench, people):
    consented(bench, people.asha, people.ben)
    leave(people.ben, fresh(bench))
    for act in (lambda: take(people.ben, fresh(bench), people.council),):
        with pytest.raises(Refused, match="author"):
            act()
    assign(people.tariq, fresh(bench), people.council)
    assert not may.may_review(people.ben, fresh(bench)) and not may.may_decide(people.ben, fresh(bench))
    assert may.may_review(people.col, fresh(bench))


def test_s29_who_looked_at_it_first_decides_no_appeal_under_another_hat(with_council, people, in_stage):
    answer_all(people.ben, with_council, feasible="no")
    decide(people.col, with_council, outcome="refused", reason="There is no room for it.")
    in_stage("appeal")
    appeal(people.asha, fresh(with_council), "There is room.")
    people.ben = ben = Person.objects.get(pk=people.ben.pk)
    ben.second_factor = True
    Membership.objects.create(person=ben, place=people.police.place, role=Role.AGENCY_OFFICER, agency=people.police)
    with pytest.raises(Refused, match="first time"):
        decide_appeal(people.ben, fresh(with_council), outcome="refused", reason="Still no room.")
    Membership.objects.create(person=ben, place=people.police.place, role=Role.ACCOUNTABLE_OFFICER)
    people.ben = Person.objects.get(pk=ben.pk)
    people.ben.second_factor = True
    with pytest.raises(Refused, match="first time"):
        decide_appeal(people.ben, fresh(with_council), outcome="refused", reason="Still no room.")
    assert may.may_decide_appeal(people.pia, fresh(with_council))


def test_s02_an_officer_decides_on_the_text_that_the_page_showed(client, with_council, people):
    consented(with_council, people.asha)
    Proposal.objects.filter(pk=with_council.pk).update(
        what="A bench of oak.", why="To sit down.", for_whom="Everybody.", plain_summary="A bench."
    )
    asked = fresh(with_council)
    save(people.asha, asked, Changes(costs=[Cost("A bench", "one-off", 1_000_00)]), note="The first word.")
    answer_all(people.ben, fresh(with_council))
    page = f"/brindley/rounds/{asked.round.slug}/proposals/{asked.number}/review/"
    sign_in(client, people.ben)
    seen = client.get(page).context["forms"]["decide"]["seen"].value()
    save(people.asha, fresh(with_council), Changes(fields={"what": "A statue of myself."}), note="A small change.")
    given = {"do": "decide", "outcome": "accepted", "decision_reason": "Fine.", "seen": seen}
    answer = client.post(page, given)
    assert "changed in the meantime" in answer.content.decode()
    assert not Decision.objects.exists()
    client.post(page, given | {"seen": fresh(with_council).version})
    assert Decision.objects.get().outcome == "accepted"


# -- the database's own rules ----------------------------------------------------------------------------------


def test_s28_no_rival_is_added_to_a_group_when_the_ballot_is_fixed(bench, another, people, in_stage):
    third = make_proposal(bench.round, people.asha, "A slide in the park")
    group = declare_rivals(people.ben, bench.round, [bench.number, another.number], reason="One park.")
    Proposal.objects.filter(round=bench.round).update(decision="accepted")
    fix_ballot(people.tariq, in_stage("ballot"))
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        ExclusiveMember.objects.create(group=group, proposal=third)


@pytest.mark.parametrize("table", ["stage", "pot", "round_areas"])
def test_s28_no_rule_of_a_round_is_emptied_away(a_round, table):
    with pytest.raises(DatabaseError, match="history"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"TRUNCATE rounds_{table} CASCADE")


# -- letters, papers and texts ----------------------------------------------------------------------------------


def test_s19_the_site_sends_no_letters_without_end_for_one_person(client, cast, in_stage, mailoutbox):
    in_stage("proposal")
    sign_in(client, cast.asha)
    answers = []
    for number in range(4):
        proposal = Proposal.objects.create(round=in_stage("proposal"), owner=cast.asha, title=f"Idea {number}")
        consented(proposal, cast.asha)
        for other in range(12):
            sent = {"email": f"stranger-{number}-{other}@example.org"}
            answers.append(
                client.post(reverse("my_draft_step", args=["brindley", proposal.pk, "people"]), sent).status_code
            )
    assert answers[0] == 302 and answers[-1] == 429
    assert len(mailoutbox) == answers.count(302) <= 40


def test_a_poster_is_set_once_however_often_it_is_asked_for(client, bench, monkeypatch):
    set_ones = []
    compile_ = posters.typst.compile
    monkeypatch.setattr(posters.typst, "compile", lambda *given, **more: set_ones.append(1) or compile_(*given, **more))
    address = f"/brindley/rounds/{bench.round.slug}/proposals/{bench.number}/poster.pdf"
    answers = [client.get(address).content for _ in range(5)]
    assert answers[0].startswith(b"%PDF") and len(set(answers)) == len(set_ones) == 1
    Proposal.objects.filter(pk=bench.pk).update(title="A longer bench")
    assert client.get(address).content not in answers


def test_s39_a_title_and_a_name_stay_on_their_line_of_a_letter(client, cast, in_stage, mailoutbox):
    type(cast.asha).objects.filter(pk=cast.asha.pk).update(name="Asha\r\nBcc: all@example.org")
    proposal = Proposal.objects.create(
        round=in_stage("proposal"), owner=cast.asha, title="A bench\r\nBcc: everybody@example.org"
    )
    consented(proposal, cast.asha)
    sign_in(client, cast.asha)
    client.post(reverse("my_draft_step", args=["brindley", proposal.pk, "people"]), {"email": "friend@example.org"})
    letter = mailoutbox[0]
    assert letter.recipients() == ["friend@example.org"]
    assert [name.lower() for name, _said in letter.message().items()].count("bcc") == 0
    assert "\n" not in letter.subject


def test_s41_what_looks_like_a_template_is_only_text(client, bench, people):
    typed = "{{ 7|add:42 }} {% now 'Y' %} #{7*7} ${7*7} {{ settings.SECRET_KEY }}"
    Proposal.objects.filter(pk=bench.pk).update(title=typed, plain_summary=typed, what=typed, why=typed)
    sign_in(client, people.asha)
    home = f"/brindley/rounds/{bench.round.slug}/proposals/"
    for address in (home, f"{home}{bench.number}/", f"{home}{bench.number}/print/", f"{home}{bench.number}/review/"):
        page = client.get(address)
        assert page.status_code == 200
        assert "{{ 7|add:42 }} {% now" in page.content.decode(), address
