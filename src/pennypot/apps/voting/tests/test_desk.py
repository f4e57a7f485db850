"""The desk: one person, one roll entry, however often and at whichever desk they come."""

from __future__ import annotations

import pytest

from pennypot.apps.voting import codes
from pennypot.apps.voting.actions.desk import check_in
from pennypot.apps.voting.actions.envelopes import open_envelopes, send_back
from pennypot.apps.voting.eligibility import posted
from pennypot.apps.voting.models import DeskVisit, PaperEnvelope, RollEntry
from pennypot.house.answers import Invalid, Refused
from pennypot.house.models import Deed
from pennypot.testing.cast import cast  # noqa: F401 - a fixture
from pennypot.testing.elections import an_election, voters  # noqa: F401 - a fixture
from pennypot.testing.rounds import put_in_stage


def come(story, *, shown="passport", number="GB 123-456", gave="paper", by=None, **more):
    return check_in(by or story.cast.tariq, story.election, shown=shown, number=number, gave=gave, **more)


def letter(story):
    """Put somebody on the roll who has a letter; return the entry and the code."""
    (entry,) = voters(story.round, 1)
    code = codes.new_code()
    RollEntry.objects.filter(pk=entry.pk).update(code_hash=codes.hash_of(story.round.pk, code))
    return entry, codes.said(code)


def test_a_document_puts_a_person_on_the_roll_once(an_election):  # noqa: F811
    come(an_election, gave="code")
    come(an_election, number="gb123456")
    with pytest.raises(Invalid, match="here already"):
        come(an_election, number="GB-12-34-56", by=an_election.cast.aled)
    assert RollEntry.objects.filter(how="desk").count() == 1
    assert PaperEnvelope.objects.count() == 1


def test_a_ballot_paper_from_the_desk_is_opened_by_another_officer_like_an_envelope(an_election):  # noqa: F811
    come(an_election)
    envelope = PaperEnvelope.objects.get()
    assert (envelope.via, envelope.state) == ("desk", "checked")
    batch = open_envelopes(an_election.cast.aled, an_election.election, 1, few=True)
    assert batch.envelopes == 1
    with pytest.raises(Invalid, match="opened already"):
        come(an_election)


def test_a_code_from_the_desk_opens_the_ballot_and_ends_an_earlier_one(an_election):  # noqa: F811
    first, second = come(an_election, gave="code").code, come(an_election, gave="code").code
    assert first != second
    assert posted.lookup(an_election.round.pk, first) is None
    assert posted.lookup(an_election.round.pk, second) == RollEntry.objects.get(how="desk").pk


def test_who_has_a_ballot_paper_gets_a_code_only_when_it_is_handed_back(an_election):  # noqa: F811
    come(an_election)
    with pytest.raises(Invalid, match="Take it back first"):
        come(an_election, gave="code")
    envelope = PaperEnvelope.objects.select_related("election__round__place").get()
    send_back(an_election.cast.tariq, envelope, "Handed the ballot paper back.")
    assert come(an_election, gave="code").code


def test_a_letter_at_the_desk_is_the_same_vote_as_the_letter_at_home(an_election):  # noqa: F811
    entry, code = letter(an_election)
    assert come(an_election, shown="letter", number=code.lower(), gave="code").code == code
    come(an_election, shown="letter", number=code)
    assert PaperEnvelope.objects.get().entry_id == entry.pk
    with pytest.raises(Invalid, match="not known"):
        come(an_election, shown="letter", number="2346-789C-DFHJ-KMNP")


def test_s17_the_number_of_a_document_is_kept_as_a_keyed_hash_only(an_election):  # noqa: F811
    code = come(an_election, number="AB1234567", gave="code").code
    entry = RollEntry.objects.get(how="desk")
    assert bytes(entry.document_hash) == codes.keyed(an_election.round.pk, "document passport", "AB1234567")
    deed = Deed.objects.get(kind="voting.desk.checked-in")
    assert deed.about_kind == "voting.election" and deed.after == {"shown": "passport", "gave": "code"}
    everything = str([vars(one) for one in (*RollEntry.objects.all(), *DeskVisit.objects.all(), deed)])
    assert "1234567" not in everything and code not in everything and codes.plain(code) not in everything


def test_a_round_without_the_desk_takes_letters_only(an_election):  # noqa: F811
    an_election.election.round.eligibility = ["posted_code"]
    with pytest.raises(Invalid, match="code from their letter"):
        come(an_election)
    _entry, code = letter(an_election)
    come(an_election, shown="letter", number=code)


def test_a_number_too_short_to_tell_people_apart_is_refused(an_election):  # noqa: F811
    for number in ("", "12", "- - - -", "ÄÖÜ"):
        with pytest.raises(Invalid, match="at least five"):
            come(an_election, number=number)


def test_the_desk_is_open_while_voting_is(an_election):  # noqa: F811
    an_election.election.round = put_in_stage(an_election.round, "count")
    with pytest.raises(Refused, match="closed on"):
        come(an_election)


def test_only_clerks_serve_at_a_desk(an_election):  # noqa: F811
    for name, person in an_election.cast.everyone().items():
        if name not in ("aled", "tariq"):
            with pytest.raises(Refused):
                come(an_election, by=person)
