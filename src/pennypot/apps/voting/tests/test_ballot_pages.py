"""The ballot in a browser: choosing, checking, sending, changing, and what must never be written anywhere."""

from __future__ import annotations

import gzip
import logging
import re

import pytest
from django.db.models import F
from django.test import Client

from pennypot.apps.voting import codes, passes
from pennypot.apps.voting.models import FormToken, LogEvent, RollEntry, SealedBallot, Slot
from pennypot.apps.voting.tests.at_the_entrance import address, go_in, new_voter, receipt_of, send
from pennypot.apps.voting.tests.test_entrance import everything_written
from pennypot.testing.cast import sign_in
from pennypot.testing.elections import an_election, fix_ballot, make_election  # noqa: F401 - a fixture
from pennypot.testing.rounds import put_in_stage, write_past_triggers


@pytest.fixture
def voter(an_election, client):  # noqa: F811
    """A browser with a pass for the election."""
    go_in(client, an_election.round, new_voter(an_election.round))
    return client


def page(response) -> str:
    return response.content.decode()


def ballots(story) -> int:
    return SealedBallot.objects.filter(election=story.election).count()


def test_a_vote_without_scripts_from_the_code_to_the_receipt(an_election, voter):  # noqa: F811
    checked = voter.post(address(an_election.round, "ballot_check"), {"choice": ["1", "3"]})
    assert checked.status_code == 200 and "Project 1" in page(checked) and "£20,000" in page(checked)
    assert ballots(an_election) == 0
    receipt = send(voter, an_election.round, [1, 3], "heron")
    assert receipt.status_code == 200 and "Your vote is in" in page(receipt) and "heron" in page(receipt)
    event = LogEvent.objects.get(election=an_election.election, kind="cast")
    assert receipt_of(receipt).index == event.index
    assert receipt_of(receipt).fingerprint.encode() in bytes(event.leaf)
    assert b'"channel":"web"' in bytes(event.leaf)


def test_the_receipt_says_nothing_of_the_choice(an_election, voter):  # noqa: F811
    receipt = send(voter, an_election.round, [1, 3])
    assert "Project" not in page(receipt).split("<main")[1] and "<svg" in page(receipt)
    assert receipt.headers["Cache-Control"] == "no-store"


def test_the_pass_ends_with_the_vote(an_election, voter):  # noqa: F811
    receipt = send(voter, an_election.round, [1])
    assert receipt.cookies[passes.cookie_name()].value == ""
    assert voter.get(address(an_election.round, "ballot")).status_code == 302


def test_s02_the_same_form_sent_again_gets_the_same_receipt(an_election, voter):  # noqa: F811
    checked = voter.post(address(an_election.round, "ballot_check"), {"choice": [1]})
    form = {"choice": [1], "token": checked.context["token"], "word": "heron"}
    held = voter.cookies[passes.cookie_name()].value
    first = voter.post(address(an_election.round, "ballot_cast"), form)
    again = voter.post(address(an_election.round, "ballot_cast"), form)  # the pass is gone, the form is not
    stranger = Client().post(address(an_election.round, "ballot_cast"), form)  # after a crash, in a new browser
    voter.cookies[passes.cookie_name()] = held
    other = voter.post(address(an_election.round, "ballot_cast"), {**form, "choice": [2]})
    assert len({receipt_of(answer) for answer in (first, again, stranger, other)}) == 1
    assert receipt_of(first).word == "heron"
    assert ["We had this vote already" in page(one) for one in (first, again, stranger)] == [False, True, True]
    assert ballots(an_election) == 1 and FormToken.objects.filter(election=an_election.election).count() == 1


def test_s02_a_form_without_its_token_is_still_one_ballot_for_one_pass(an_election, voter):  # noqa: F811
    held = voter.cookies[passes.cookie_name()].value
    for _ in range(3):
        voter.cookies[passes.cookie_name()] = held
        assert voter.post(address(an_election.round, "ballot_cast"), {"choice": [1]}).status_code == 200
    assert ballots(an_election) == 1


def test_a_vote_is_changed_by_coming_in_again(an_election, client):  # noqa: F811
    code = new_voter(an_election.round)
    go_in(client, an_election.round, code)
    assert "You have voted before" not in page(client.get(address(an_election.round, "ballot")))
    first = send(client, an_election.round, [1])
    go_in(client, an_election.round, code)
    assert "takes the place" in page(client.get(address(an_election.round, "ballot")))
    second = send(client, an_election.round, [2])
    assert receipt_of(second).index > receipt_of(first).index
    leaf = LogEvent.objects.get(election=an_election.election, index=receipt_of(second).index)
    assert leaf.refers == receipt_of(first).index
    assert Slot.objects.filter(election=an_election.election).values("slot").distinct().count() == 1


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"choice": [1, 2, 3, 4]}, "Take out £4,000 or more"),
        ({"choice": [1, 77]}, "no project with number 77"),
        ({"choice": [1, 1]}, "came in twice"),
        ({"choice": [1, "-3"]}, "could not read a part"),
        ({"choice": [1, "1000000000"]}, "could not read a part"),
        ({"choice": [1, "[2]"]}, "could not read a part"),
        ({"choice": [1, "2.0"]}, "could not read a part"),
        ({"choice": []}, "have not chosen a project yet"),
    ],
)
@pytest.mark.parametrize("step", ["ballot_check", "ballot_cast"])
def test_s16_a_ballot_that_does_not_hold_says_why_and_keeps_what_was_chosen(an_election, voter, sent, said, step):  # noqa: F811
    answer = voter.post(address(an_election.round, step), sent)
    assert answer.status_code == 422 and said in page(answer)
    ticked = re.findall(r'name="choice" value="([0-9]+)"[^>]* checked', page(answer))
    assert set(ticked) == {str(one) for one in sent["choice"] if one in range(1, 7)}
    assert ballots(an_election) == 0
    assert voter.post(address(an_election.round, "ballot_check"), {"choice": [1]}).status_code == 200


def test_s16_a_project_that_was_withdrawn_cannot_be_chosen_and_the_page_says_why(an_election, voter):  # noqa: F811
    from django.db.models.functions import Now

    write_past_triggers(
        lambda: an_election.round.ballot.filter(number=2).update(
            withdrawn_at=Now(), withdrawn_reason="The hall was sold."
        )
    )
    answer = voter.post(address(an_election.round, "ballot_cast"), {"choice": [2, 4]})
    assert answer.status_code == 422 and "The hall was sold." in page(answer)
    assert re.findall(r'name="choice" value="([0-9]+)"[^>]* checked', page(answer)) == ["4"]


def test_s16_more_fields_than_a_ballot_has_are_refused_with_a_page(an_election, voter):  # noqa: F811
    answer = voter.post(address(an_election.round, "ballot_check"), {"choice": [1] * 6_000})
    assert answer.status_code == 400 and "We could not use what was sent." in page(answer)


@pytest.mark.parametrize(
    ("kind", "rules", "fields", "said"),
    [
        ("rank", {"max_choices": 2}, {"rank-1": "1", "rank-2": "2", "rank-3": "3"}, "Choose 2 projects at most"),
        ("rank", {}, {"rank-1": "1", "rank-2": "1"}, "same place as another"),
        ("rank", {}, {"rank-1": "first"}, "whole number beside"),
        ("points", {"points": 10}, {"points-1": "7", "points-2": "5"}, "You gave 12 points. You have 10."),
        ("points", {"points": 10}, {"points-1": "-5"}, "whole number beside"),
        ("points", {"points": 10}, {"points-1": "9" * 400}, "whole number beside"),
        ("approve", {"max_choices": 1}, {"choice": [1, 2]}, "Choose 1 project at most"),
    ],
)
def test_s16_every_form_of_ballot_says_why_and_keeps_what_was_typed(cast, client, kind, rules, fields, said):
    story = make_election(cast, ballot_form=kind, **rules)
    go_in(client, story.round, new_voter(story.round))
    answer = client.post(address(story.round, "ballot_check"), fields)
    assert answer.status_code == 422 and said in page(answer)
    for name, value in fields.items():
        if name != "choice":
            assert f'name="{name}" value="{value[:20]}"' in page(answer)
    assert ballots(story) == 0


@pytest.mark.parametrize(
    ("kind", "rules", "fields"),
    [
        ("rank", {"max_choices": 3}, {"rank-5": "1", "rank-2": "2"}),
        ("points", {"points": 10}, {"points-5": "7", "points-2": "3"}),
        ("approve", {"max_choices": 3}, {"choice": ["5", "2"]}),
    ],
)
def test_every_form_of_ballot_is_sent_as_it_was_chosen(cast, client, kind, rules, fields):
    story = make_election(cast, ballot_form=kind, **rules)
    go_in(client, story.round, new_voter(story.round))
    checked = client.post(address(story.round, "ballot_check"), fields)
    assert checked.status_code == 200
    hidden = dict(re.findall(rf'type="hidden" name="({kind}-[0-9]+)" value="([0-9]+)"', page(checked)))
    assert kind == "approve" or hidden == fields
    receipt = client.post(address(story.round, "ballot_cast"), {**fields, "token": checked.context["token"]})
    assert receipt.status_code == 200 and ballots(story) == 1


def test_filters_keep_what_was_chosen_in_the_form_and_nowhere_else(an_election, voter):  # noqa: F811
    write_past_triggers(lambda: an_election.round.ballot.filter(number__in=[1, 2]).update(area_name="North"))
    answer = voter.post(
        address(an_election.round, "ballot"), {"choice": [3, 1], "area": "North", "words": "project", "view": "large"}
    )
    shown = re.findall(r'id="p([0-9]+)"', page(answer))
    assert shown == ["1", "2"]
    assert re.findall(r'<input type="hidden" name="choice" value="([0-9]+)"', page(answer)) == ["3"]
    assert re.findall(r'type="checkbox"[^>]*value="([0-9]+)"[^>]* checked', page(answer)) == ["1"]
    assert 'class="ballot large"' in page(answer)
    only = voter.post(address(an_election.round, "ballot"), {"choice": [3, 1], "chosen_only": "on"})
    assert re.findall(r'id="p([0-9]+)"', page(only)) == ["1", "3"]
    assert "£20,000" in page(only)  # the sum without scripts


def test_s40_a_filter_that_is_not_on_the_ballot_counts_as_none(an_election, voter):  # noqa: F811
    answer = voter.post(address(an_election.round, "ballot"), {"area": "' OR 1=1", "view": "../x", "category": "<b>"})
    assert len(re.findall(r'id="p([0-9]+)"', page(answer))) == 6 and 'class="ballot all"' in page(answer)


def test_s05_a_ballot_begun_before_the_close_and_sent_after_is_refused_with_a_page(an_election, voter):  # noqa: F811
    checked = voter.post(address(an_election.round, "ballot_check"), {"choice": [1]})
    put_in_stage(an_election.round, "count")
    form = {"choice": [1], "token": checked.context["token"]}
    for name in ("ballot", "ballot_check", "ballot_cast"):
        answer = voter.post(address(an_election.round, name), form)
        assert answer.status_code == 403 and "Your vote was not sent" in page(answer)
    assert ballots(an_election) == 0


def test_s05_a_receipt_can_be_had_again_after_the_close(an_election, voter):  # noqa: F811
    checked = voter.post(address(an_election.round, "ballot_check"), {"choice": [1]})
    form = {"choice": [1], "token": checked.context["token"]}
    first = voter.post(address(an_election.round, "ballot_cast"), form)
    put_in_stage(an_election.round, "count")
    again = voter.post(address(an_election.round, "ballot_cast"), form)
    assert receipt_of(again).index == receipt_of(first).index and ballots(an_election) == 1


def test_s21_somebody_taken_off_the_roll_meanwhile_cannot_send(an_election, voter):  # noqa: F811
    RollEntry.objects.filter(round=an_election.round).update(state="removed")
    assert voter.post(address(an_election.round, "ballot_cast"), {"choice": [1]}).status_code == 403
    assert ballots(an_election) == 0


def test_s10_no_choice_is_written_anywhere_but_sealed(an_election, client, caplog):  # noqa: F811
    """A whole vote with choices that can be known again; then every table, cookie, address and log line is searched."""
    caplog.set_level(logging.DEBUG)
    round = an_election.round
    add_projects(an_election, {7341: 1_000_00, 8527: 2_000_00})
    code = new_voter(round)
    entry = RollEntry.objects.get(round=round, code_hash=codes.hash_of(round.pk, codes.plain(code)))
    seen = [go_in(client, round, code), client.get(address(round, "ballot"))]
    seen.append(client.post(address(round, "ballot"), {"choice": [7341, 8527], "words": "kestrel"}))
    seen.append(client.post(address(round, "ballot_check"), {"choice": [7341, 7341]}))
    before = everything_written()
    receipt = send(client, round, [7341, 8527], "kestrel")
    after = everything_written()
    assert receipt.status_code == 200
    slot = Slot.objects.get(election=an_election.election)
    for row in set(after.splitlines()) - set(before.splitlines()):
        assert not ("7341" in row and "8527" in row) and "kestrel" not in row
    for text in (caplog.text, str(client.cookies), str(dict(client.session)), *(str(one.headers) for one in seen)):
        assert "7341" not in text and "8527" not in text and "kestrel" not in text
        assert bytes(slot.slot).hex() not in text
    assert str(entry.pk) not in str(receipt.headers)


def test_s10_no_address_of_a_page_holds_a_choice(an_election, voter):  # noqa: F811
    """Every form of the ballot is sent by POST, so no choice is in an address, a history or a Referer."""
    checked = voter.post(address(an_election.round, "ballot_check"), {"choice": [1]})
    for answer in (voter.get(address(an_election.round, "ballot")), checked):
        forms = re.findall(r"<form[^>]*>", page(answer).split("<main")[1].split("</main")[0])
        assert forms and all('method="post"' in form for form in forms)
    assert voter.get(address(an_election.round, "ballot_check") + "?choice=1").status_code == 302
    assert "checked" not in page(voter.get(address(an_election.round, "ballot") + "?choice=1"))


def test_s11_no_page_tells_how_many_have_voted_or_for_what(an_election, cast, client):  # noqa: F811
    """Every voting page, as each role sees it, is the same before and after ballots come in."""
    round = an_election.round
    names = ["vote_round", "ballot_print", "find_receipt"]
    readers = {name: sign_in(Client(), person) for name, person in cast.everyone().items()} | {"visitor": Client()}

    def looks() -> dict[tuple[str, str], str]:
        paths = ["/brindley/vote/", *(address(round, name) for name in names)]
        return {
            (who, path): re.sub(r'value="[A-Za-z0-9]{64}"', "", page(reader.get(path)))
            for who, reader in readers.items()
            for path in paths
        }

    codes_of = [new_voter(round) for _ in range(3)]
    before = looks()
    for code in codes_of:
        other = Client()
        go_in(other, round, code)
        assert send(other, round, [5]).status_code == 200
    assert looks() == before


def test_a_shared_tablet_forgets_each_voter(an_election, cast, client):  # noqa: F811
    round = an_election.round
    assert client.get(address(round, "vote_tablet")).status_code == 403
    sign_in(client, cast.fay)
    started = client.post(address(round, "vote_tablet"))
    assert started.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert "_auth_user_id" not in client.session
    assert "shared tablet" in page(client.get(address(round, "vote_round")))
    go_in(client, round, new_voter(round))
    opened = client.get(address(round, "ballot"))
    assert opened.headers["Refresh"].startswith("600;")
    checked = client.post(address(round, "ballot_check"), {"choice": [1]})
    form = {"choice": [1], "token": checked.context["token"]}
    receipt = client.post(address(round, "ballot_cast"), form)
    assert b'"channel":"desk"' in bytes(LogEvent.objects.get(election=an_election.election, kind="cast").leaf)
    assert receipt.headers["Refresh"].startswith("90;") and "next voter" in page(receipt)
    # Whoever presses "back" and sends again is shown nothing of the one before.
    again = client.post(address(round, "ballot_cast"), form)
    assert again.status_code == 302 and again["Location"] == address(round, "vote_round")
    cleared = client.post(address(round, "vote_next"))
    assert cleared.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert "shared tablet" in page(client.get(address(round, "vote_round")))
    client.post(address(round, "vote_tablet"), {"do": "end"})
    assert "This is a shared tablet" not in page(client.get(address(round, "vote_round")))


def test_a_tablet_that_is_left_goes_back_to_the_start_without_its_pass(an_election, cast, client):  # noqa: F811
    round = an_election.round
    sign_in(client, cast.fay)
    client.post(address(round, "vote_tablet"))
    go_in(client, round, new_voter(round))
    client.get(address(round, "vote_round"))
    assert client.get(address(round, "ballot")).status_code == 302


def test_a_receipt_finds_its_ballot_by_number_and_by_fingerprint(an_election, voter):  # noqa: F811
    receipt = send(voter, an_election.round, [1])
    index, fingerprint = receipt_of(receipt).index, receipt_of(receipt).fingerprint
    find = address(an_election.round, "find_receipt")
    anyone = Client()
    groups = " ".join(fingerprint[start : start + 4] for start in range(0, 64, 4)).upper()
    for asked in ({"index": index}, {"fingerprint": groups}, {"index": index, "fingerprint": fingerprint}):
        assert "is in the log" in page(anyone.post(find, asked))
    for asked in (
        {"index": index + 50},
        {"fingerprint": "0" * 64},
        {"index": 0, "fingerprint": fingerprint},
        {"index": 0},
    ):
        assert "We did not find it" in page(anyone.post(find, asked))
    for asked in ({}, {"fingerprint": "xyz"}, {"index": "-1"}, {"index": "one"}):
        assert anyone.post(find, asked).status_code == 422


def test_a_vote_that_was_replaced_says_so_when_it_is_looked_up(an_election, client):  # noqa: F811
    code = new_voter(an_election.round)
    indices = []
    for choice in ([1], [2]):
        go_in(client, an_election.round, code)
        indices.append(receipt_of(send(client, an_election.round, choice)).index)
    answer = client.post(address(an_election.round, "find_receipt"), {"index": indices[0]})
    assert f"number {indices[1]}" in page(answer) and "Only the later one counts" in page(answer)


def test_the_ballot_with_220_projects_is_small(an_election, voter):  # noqa: F811
    words = "A warm room with tea, tools and people who help each other, open three days a week. " * 3
    costs = {number: 1_000_00 + number * 37_00 for number in range(100, 314)}
    add_projects(an_election, costs)
    write_past_triggers(lambda: fill(an_election, words))
    answer = voter.get(address(an_election.round, "ballot"))
    assert len(re.findall(r'id="p([0-9]+)"', page(answer))) == 220
    assert len(gzip.compress(answer.content)) <= 100_000


def fill(story, words) -> None:
    """Write summaries as long as people write them, each a little different."""
    for item in story.round.ballot.filter(number__gte=100):
        item.summary = f"{words[item.number % 40 :]} In street {item.number * 7919 % 997}."[:280]
        item.area_name, item.category_name = f"Ward {item.number % 23}", f"Kind {item.number % 7}"
        item.save()


def add_projects(story, costs) -> None:
    """Put more projects on the ballot, before those that are there."""
    write_past_triggers(lambda: story.round.ballot.update(position=F("position") + 10_000))
    fix_ballot(story.round, story.cast, costs)


def test_the_ballot_costs_few_queries(an_election, voter, django_assert_max_num_queries):  # noqa: F811
    voter.get(address(an_election.round, "ballot"))  # what all voters share is kept from here on
    with django_assert_max_num_queries(2):
        voter.get(address(an_election.round, "ballot"))
    with django_assert_max_num_queries(2):
        voter.post(address(an_election.round, "ballot_check"), {"choice": [1]})


def test_s05_the_projects_page_is_for_reading_only(an_election, client):  # noqa: F811
    answer = client.get(address(an_election.round, "ballot_print"))
    assert answer.status_code == 200 and "Project 6" in page(answer) and 'name="choice"' not in page(answer)


def test_nothing_to_vote_on_is_said_plainly(cast, client):
    assert "Nothing to vote on today" in page(client.get("/brindley/vote/"))
