"""The pages of paper day: ten ballots keyed without scripts, who gets in, what is said and what is never shown."""

from __future__ import annotations

import re

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from pennypot.apps.rounds.models import Picture
from pennypot.apps.voting import codes
from pennypot.apps.voting.actions.clerks import name_clerk
from pennypot.apps.voting.actions.closing import close_election, close_what_is_over
from pennypot.apps.voting.actions.envelopes import check_envelope, open_envelopes
from pennypot.apps.voting.actions.letters import ask_for_letters
from pennypot.apps.voting.models import LogEvent, PaperBallot, PaperKeying, RollEntry
from pennypot.apps.voting.queries import paper as queries
from pennypot.apps.voting.queries.paper import roll_sample
from pennypot.apps.voting.tasks.paper import make_letters
from pennypot.house.models import Work
from pennypot.testing.cast import MEMBERS, cast, sign_in  # noqa: F401 - a fixture
from pennypot.testing.elections import an_election, make_election, voters  # noqa: F401 - a fixture
from pennypot.testing.rounds import put_in_stage

from .papers_given import picture


def text(response):
    words = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"\s+", " ", words.replace("&#x27;", "'"))


def at(story, name, *more):
    return reverse(name, args=[story.round.place.slug, story.round.slug, *more])


def batch_of(story, count):
    for entry in voters(story.round, count):
        check_envelope(story.cast.tariq, story.election, entry)
    return open_envelopes(story.cast.aled, story.election, count, few=True)


@pytest.fixture
def tariq(an_election):  # noqa: F811
    return sign_in(Client(), an_election.cast.tariq)


@pytest.fixture
def aled(an_election):  # noqa: F811
    return sign_in(Client(), an_election.cast.aled)


def test_ten_ballots_are_keyed_by_two_officers_with_one_mismatch(an_election, tariq, aled):  # noqa: F811
    """The whole of paper day, by the pages alone: envelopes, opening, keying, looking again."""
    for _number in range(10):
        code = codes.new_code()
        (entry,) = voters(an_election.round, 1)
        RollEntry.objects.filter(pk=entry.pk).update(code_hash=codes.hash_of(an_election.round.pk, code))
        answer = tariq.post(at(an_election, "envelopes"), {"who": codes.said(code)})
        assert answer.status_code == 302
    assert "Find the difference" in text(aled.post(at(an_election, "envelopes_open"), {"counted": "9"}))
    opened = aled.post(at(an_election, "envelopes_open"), {"counted": "10"})
    assert opened["Location"] == at(an_election, "batch", 1)

    typed = ["1", "2 3", "4 5 1", "3 4 5", "5", "1 4", "2", "2 5 4", "3 5", "1 2"]
    _key_all(an_election, tariq, typed)
    assert not LogEvent.objects.filter(kind="paper").exists()
    _key_all(an_election, aled, [*typed[:6], "3", *typed[7:]])
    assert LogEvent.objects.filter(kind="paper").count() == 9
    page = text(aled.get(at(an_election, "batch", 1)))
    assert "9 of 10 ballots are done" in page and "1 ballot was read differently" in page
    # Both look at ballot 7 again; Aled had misread it.
    answer = aled.post(at(an_election, "ballot_key", 1, 7), {"numbers": "2"}, follow=True)
    assert "both officers agree" in text(answer) and "Every ballot is agreed by two officers" in text(answer)
    assert LogEvent.objects.filter(kind="paper").count() == PaperBallot.objects.count() == 10


def _key_all(story, client, typed):
    """Key a batch as fast as the pages allow: each answer leads to the next ballot."""
    where = at(story, "ballot_key", 1, 1)
    for number, numbers in enumerate(typed, start=1):
        assert where == at(story, "ballot_key", 1, number)
        answer = client.post(where, {"numbers": numbers})
        assert answer.status_code == 302
        where = answer["Location"]
        if where == at(story, "batch", 1):
            break


def test_what_does_not_hold_is_said_and_stays_typed(an_election, tariq):  # noqa: F811
    batch_of(an_election, 1)
    answer = tariq.post(at(an_election, "ballot_key", 1, 1), {"numbers": "1 2 6 99", "choice": ["3", "77"]})
    said = text(answer)
    assert answer.status_code == 422
    assert "There is £30,000" in said and "number 99" in said
    assert 'value="1 2 6 99"' in answer.content.decode()
    assert re.search(r'value="3" checked', answer.content.decode())
    assert not PaperKeying.objects.exists()
    assert tariq.post(at(an_election, "ballot_key", 1, 1), {"spoilt": "too-many"}).status_code == 302
    assert PaperKeying.objects.count() == 1


def test_s11_no_page_of_paper_shows_what_was_keyed(an_election, tariq, aled):  # noqa: F811
    batch_of(an_election, 2)
    tariq.post(at(an_election, "ballot_key", 1, 1), {"numbers": "1 4 5"})
    tariq.post(at(an_election, "ballot_key", 1, 2), {"numbers": "2"})
    for client in (aled, tariq):
        for name, more in _pages():
            page = client.get(at(an_election, name, *more)).content.decode()
            assert "1 4 5" not in page and " checked>" not in page
    assert tariq.post(at(an_election, "ballot_key", 1, 1), {"numbers": "2"}).status_code == 403


def _pages():
    return [("paper", ()), ("batch", (1,)), ("ballot_key", (1, 1)), ("ballot_key", (1, 2))]


def test_an_officer_who_keyed_a_ballot_gets_no_form_for_it(an_election, tariq, aled):  # noqa: F811
    batch_of(an_election, 1)
    tariq.post(at(an_election, "ballot_key", 1, 1), {"numbers": "1"})
    assert "without your help" in text(tariq.get(at(an_election, "ballot_key", 1, 1)))
    assert 'name="numbers"' not in tariq.get(at(an_election, "ballot_key", 1, 1)).content.decode()
    assert 'name="numbers"' in aled.get(at(an_election, "ballot_key", 1, 1)).content.decode()


def test_an_unknown_slip_is_said_and_stays_typed(an_election, tariq):  # noqa: F811
    for who in ("2346-789C", "#999999999", "nobody@example.org", "#١٢", "#" + "9" * 60):
        answer = tariq.post(at(an_election, "envelopes"), {"who": who})
        assert "Nobody on the roll has this" in text(answer)
        assert who in answer.content.decode()


def test_an_envelope_is_found_by_code_address_or_roll_number(an_election, tariq):  # noqa: F811
    one, two, three = voters(an_election.round, 3)
    code = codes.new_code()
    RollEntry.objects.filter(pk=one.pk).update(code_hash=codes.hash_of(an_election.round.pk, code))
    email = codes.keyed(an_election.round.pk, "email", "asha@example.org")
    RollEntry.objects.filter(pk=two.pk).update(email_hash=email)
    for who in (code.lower(), "Asha@Example.org", f"#{three.pk}"):
        assert tariq.post(at(an_election, "envelopes"), {"who": who}).status_code == 302


def test_the_code_from_the_desk_is_on_the_page_and_in_no_session(an_election, tariq):  # noqa: F811
    given = {"shown": "passport", "number": "AB123456", "seen": "on", "gave": "code"}
    answer = tariq.post(at(an_election, "desk"), given)
    code = re.search(r'class="code" dir="ltr">([^<]+)<', answer.content.decode())[1]
    assert codes.holds(codes.plain(code))
    assert answer["Cache-Control"] == "no-store"
    assert code not in str(dict(tariq.session.items())) and code not in str(tariq.cookies)


def test_papers_can_be_had_in_every_language_and_size(an_election, tariq):  # noqa: F811
    for name in ("booklet", "paper_ballot"):
        for query in ("", "?language=cy", "?language=pl&large=yes", "?language=xx", "?style=card", "?style=list"):
            answer = tariq.get(at(an_election, name) + query)
            assert answer["Content-Type"] == "application/pdf" and answer.content.startswith(b"%PDF-")
            assert answer["Content-Disposition"].startswith('attachment; filename="spring-2027-')
    assert Client().get(at(an_election, "booklet")).status_code == 200
    assert Client().get(at(an_election, "paper_ballot")).status_code in (302, 403)


def test_letters_are_asked_for_followed_and_fetched(an_election, aled, tariq):  # noqa: F811
    answer = aled.post(at(an_election, "codes"), {"count": "2", "language": "en"})
    assert answer.status_code == 302 and answer["Location"].startswith("/work/")
    run = an_election.round.letter_runs.get()
    cookie = aled.cookies[f"pennypot-letters-{run.pk.hex}"]
    assert cookie["httponly"] and cookie["samesite"] == "Strict"
    make_letters(Work.objects.latest("made_at"), run=str(run.pk))
    assert "Part 1" in text(aled.get(at(an_election, "letters", run.pk)))
    part = aled.get(at(an_election, "letters_part", run.pk, 1))
    assert part.content.startswith(b"%PDF-") and part["Cache-Control"] == "no-store"
    del aled.cookies[f"pennypot-letters-{run.pk.hex}"]
    assert "does not have the key" in text(aled.get(at(an_election, "letters", run.pk)))
    assert aled.get(at(an_election, "letters_part", run.pk, 1)).status_code == 400
    assert tariq.get(at(an_election, "letters", run.pk)).status_code == 403
    assert aled.post(at(an_election, "letters_away", run.pk)).status_code == 302
    assert "thrown away" in text(aled.get(at(an_election, "codes")))


def test_a_list_with_a_mistake_is_named_by_row_and_nothing_is_made(an_election, aled):  # noqa: F811
    file = SimpleUploadedFile("a.csv", b"name,area\nAsha,North\nBen,Nowhere\n")
    answer = aled.post(at(an_election, "codes"), {"addresses": file, "language": "en"})
    assert "Row 3: There is no area" in text(answer)
    assert not an_election.round.letter_runs.exists()
    for wrong in ({}, {"count": "0"}, {"count": "999999999"}):
        assert aled.post(at(an_election, "codes"), {**wrong, "language": "en"}).status_code == 200


def test_the_roll_audit_draws_the_same_people_from_the_same_text(an_election, aled):  # noqa: F811
    assert aled.get(at(an_election, "roll_audit")).status_code == 403
    entries = voters(an_election.round, 30)
    RollEntry.objects.filter(pk__in=[one.pk for one in entries[:20]]).update(state="voted")
    put_in_stage(an_election.round, "count")
    assert close_election(an_election.cast.aled, an_election.election)
    RollEntry.objects.filter(pk__in=[one.pk for one in entries[:20]]).update(state="voted")
    drawn = [one.pk for one in roll_sample(an_election.election, "7 12 31 40 44 49", 5)]
    assert drawn == [one.pk for one in roll_sample(an_election.election, "7 12 31 40 44 49", 5)] and len(drawn) == 5
    assert drawn != [one.pk for one in roll_sample(an_election.election, "1 2 3", 5)]
    given = {"seed": "7 12 31", "count": "5", "answer_to": "audit@example.org", "language": "en"}
    answer = aled.post(at(an_election, "roll_audit"), given)
    assert answer.content.startswith(b"%PDF-")


def test_clerks_are_named_and_ended_on_the_page(an_election, aled):  # noqa: F811
    ben = an_election.cast.ben
    aled.post(at(an_election, "paper_clerks"), {"clerk": ben.pk})
    assert "Ben" in text(aled.get(at(an_election, "paper")))
    assert sign_in(Client(), ben).get(at(an_election, "envelopes")).status_code == 200
    aled.post(at(an_election, "paper_clerks"), {"end": ben.pk})
    assert sign_in(Client(), ben).get(at(an_election, "envelopes")).status_code == 403
    for bad in ({"clerk": an_election.cast.asha.pk}, {"clerk": "x"}, {"end": "x"}, {"end": "9" * 40}, {}):
        assert aled.post(at(an_election, "paper_clerks"), bad).status_code in (200, 302)


def test_who_may_open_which_page(an_election):  # noqa: F811
    name_clerk(an_election.cast.aled, an_election.round, an_election.cast.ben)
    batch_of(an_election, 1)
    seen = {}
    numbers = {"batch": (1,), "batch_cover": (1,), "ballot_key": (1, 1)}
    for page in ("paper", "envelopes", "envelopes_open", "batch", "ballot_key", "batch_cover", "desk", "codes",
                 "paper_ballot"):  # fmt: skip
        more = numbers.get(page, ())
        seen[page] = {
            name for name in MEMBERS
            if sign_in(Client(), getattr(an_election.cast, name)).get(at(an_election, page, *more)).status_code == 200
        }  # fmt: skip
    clerks = {"aled", "tariq", "ben"}
    assert seen == {
        "paper": clerks | {"sam"}, "envelopes": clerks, "envelopes_open": clerks, "batch": clerks, "ballot_key": clerks,
        "batch_cover": clerks, "desk": clerks, "codes": {"aled", "tariq"}, "paper_ballot": clerks,
    }  # fmt: skip


def test_s24_a_batch_of_another_round_is_not_found(an_election, tariq, cast):  # noqa: F811
    batch_of(an_election, 1)
    other = make_election(cast, slug="autumn-2027")
    assert tariq.get(at(other, "batch", 1)).status_code == 404
    assert tariq.get(at(other, "ballot_key", 1, 1)).status_code == 404
    assert tariq.get(at(an_election, "ballot_key", 1, 2)).status_code == 404
    envelope = an_election.election.envelopes.get()
    assert tariq.get(at(other, "envelope_back", envelope.pk)).status_code == 404
    run = ask_for_letters(an_election.cast.tariq, an_election.round, count=1).run
    assert tariq.get(at(other, "letters", run.pk)).status_code == 404


def test_the_keying_page_asks_the_database_little(an_election, tariq, django_assert_max_num_queries):  # noqa: F811
    batch_of(an_election, 3)
    tariq.get(at(an_election, "ballot_key", 1, 1))
    with django_assert_max_num_queries(16):
        tariq.get(at(an_election, "ballot_key", 1, 1))


def test_a_vote_that_waits_for_envelopes_does_not_close_by_itself(an_election, tariq, aled):  # noqa: F811
    assert aled.post(at(an_election, "paper_wait"), {"wait": "yes"}).status_code == 302
    put_in_stage(an_election.round, "count")
    assert close_what_is_over() == []
    assert "The close waits for paper" in text(tariq.get(at(an_election, "paper")))
    aled.post(at(an_election, "paper_wait"), {"wait": "no"})
    assert close_what_is_over() == [an_election.election.origin]
    assert aled.post(at(an_election, "paper_wait"), {"wait": "yes"}).status_code == 400


def test_the_booklet_has_the_first_picture_of_each_project_where_asked(an_election, tariq, settings, tmp_path):  # noqa: F811
    settings.STORAGES["default"]["OPTIONS"]["location"] = tmp_path
    (item, other) = an_election.round.ballot.all()[:2]
    for proposal, position, colour in ((item.proposal, 1, "red"), (item.proposal, 0, "blue"), (other.proposal, 0, "")):
        Picture.objects.create(
            proposal=proposal, name=f"p{proposal.pk}-{position}", width=320, height=240, alt=f"A {colour} hall",
            position=position, added_by=an_election.cast.asha,
            small=ContentFile(picture(kind="WEBP"), f"{proposal.pk}-{position}.webp") if colour else "gone.webp",
        )  # fmt: skip
    with_them = {one.number: one for one in queries.paper_round(an_election.round, pictures=True).projects}
    assert with_them[item.number].picture_alt == "A blue hall" and with_them[item.number].picture
    assert with_them[other.number].picture is None
    answer = tariq.get(at(an_election, "booklet") + "?pictures=yes")
    assert len(answer.content) > len(tariq.get(at(an_election, "booklet")).content)
