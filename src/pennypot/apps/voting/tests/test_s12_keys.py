"""Checks 12 and 15: the ceremony, the rehearsal, any two of three, and voids by two officers."""

from __future__ import annotations

from itertools import permutations

import pytest
from django.db import DatabaseError, connection, transaction

from pennypot.apps.rounds.models import Result
from pennypot.apps.voting import vault
from pennypot.apps.voting.actions import ceremony, opening
from pennypot.apps.voting.actions.closing import destroy_round_key
from pennypot.apps.voting.actions.count import open_and_count
from pennypot.apps.voting.actions.voids import agree_to_void, ask_for_void
from pennypot.apps.voting.log.leaves import canonical
from pennypot.apps.voting.models import LogEvent, RollEntry, VoidRequest
from pennypot.house.answers import Invalid, Refused
from pennypot.house.models import Deed
from pennypot.testing.cast import cast  # noqa: F401 - a fixture
from pennypot.testing.elections import an_election, fill_pot, fix_ballot, voters  # noqa: F401 - a fixture
from pennypot.testing.rounds import make_round, put_in_stage

from .elected import again, close, count, holder, vote

pytestmark = pytest.mark.django_db


@pytest.fixture
def begun(cast):  # noqa: F811
    """A round whose ballot is fixed and whose keys are made; nobody has taken a share."""
    for person in cast.everyone().values():
        person.second_factor = True
    round = make_round(cast, stage="ballot")
    fill_pot(round)
    fix_ballot(round, cast)
    cast_round = ceremony.prepare_election(cast.aled, round)
    ceremony.begin(cast.aled, cast_round, {1: cast.aled, 2: cast.sam, 3: cast.carys})
    return cast_round


def holders(election):
    return list(election.key_holders.select_related("election__round__place").order_by("which"))


def test_s12_nobody_votes_before_two_shares_have_opened_a_test_ballot(begun, cast):  # noqa: F811
    from pennypot.apps.voting.actions.casting import cast as cast_ballot

    one, two, _ = holders(begun)
    first = ceremony.take_share(cast.aled, one).text
    second = ceremony.take_share(cast.sam, two).text
    round = put_in_stage(begun.round, "voting")
    for _ in range(2):
        with pytest.raises(Refused, match="not opened"):
            cast_ballot(begun, bytes(32), [1], bytes(16))
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT voting_append(%s, 'cast', '{\"i\":', ',\"type\":\"cast\"}', NULL)", [begun.pk])
        assert not ceremony.rehearse(cast.aled, one, first)
    assert ceremony.rehearse(cast.sam, two, second)
    begun.refresh_from_db()
    (entry,) = voters(round, 1)
    assert cast_ballot(begun, bytes([entry.pk % 256]) * 32, [1], bytes(16)).first


def test_s12_a_share_is_given_once_to_its_holder_and_then_is_nowhere_here(begun, cast):  # noqa: F811
    one = holders(begun)[0]
    with pytest.raises(Refused, match="somebody else"):
        ceremony.take_share(cast.sam, one)
    share = ceremony.take_share(cast.aled, one)
    with pytest.raises(Invalid, match="taken before"):
        ceremony.take_share(cast.aled, one)
    for path in vault.folder(begun.pk).iterdir():
        assert share.text.encode() not in path.read_bytes()
        assert path.stat().st_mode & 0o077 == 0
    assert vault.folder(begun.pk).stat().st_mode & 0o077 == 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(d::text, ' ') FROM house_deed d")
        assert share.text[:12] not in cursor.fetchone()[0]


def test_s12_a_slip_or_anothers_share_is_told_apart(begun, cast):  # noqa: F811
    one, two, _ = holders(begun)
    first, second = ceremony.take_share(cast.aled, one).text, ceremony.take_share(cast.sam, two).text
    with pytest.raises(Invalid, match="missing or wrong"):
        ceremony.rehearse(cast.aled, one, first[:-1])
    with pytest.raises(Invalid, match="not the one"):
        ceremony.rehearse(cast.aled, one, second)


def test_new_keys_make_old_shares_worthless_and_cannot_be_made_once_ready(begun, cast):  # noqa: F811
    old = ceremony.take_share(cast.aled, holders(begun)[0]).text
    ceremony.begin(cast.tariq, begun, {1: cast.aled, 2: cast.sam, 3: cast.carys})
    one, two, _ = holders(begun)
    with pytest.raises(Invalid, match="not the one"):
        ceremony.rehearse(cast.aled, one, old)
    with pytest.raises(Invalid, match="three different"):
        ceremony.begin(cast.tariq, begun, {1: cast.aled, 2: cast.aled, 3: cast.carys})
    with pytest.raises(Refused):
        ceremony.begin(cast.asha, begun, {1: cast.aled, 2: cast.sam, 3: cast.carys})
    ceremony.rehearse(cast.aled, one, ceremony.take_share(cast.aled, one).text)
    ceremony.rehearse(cast.sam, two, ceremony.take_share(cast.sam, two).text)
    with pytest.raises(Refused, match="stay as they are"):
        ceremony.begin(cast.tariq, begun, {1: cast.aled, 2: cast.sam, 3: cast.carys})


@pytest.mark.parametrize("pair", list(permutations((1, 2, 3), 2)))
def test_s12_any_two_of_three_open_the_ballots(an_election, pair, django_capture_on_commit_callbacks):  # noqa: F811
    for entry in voters(an_election.round, 3):
        vote(an_election, entry)
    with django_capture_on_commit_callbacks(execute=True):
        election = count(an_election, *pair)
    assert election.counted_at is not None
    assert Result.objects.filter(round=election.round).exists()
    assert opening.given_shares(election) == []


def test_s12_one_share_opens_nothing(an_election):  # noqa: F811
    close(an_election)
    assert opening.give_share(an_election.cast.sam, holder(an_election, 2), an_election.shares[2]) is None
    assert opening.give_share(an_election.cast.sam, holder(an_election, 2), an_election.shares[2]) is None
    with pytest.raises(Invalid, match="Two key holders"):
        open_and_count(an_election.election.pk, an_election.cast.sam)
    with pytest.raises(Invalid, match="Two key holders"):
        opening.count_again(an_election.cast.aled, an_election.election)
    assert again(an_election).ballots_opened_at is None


def test_s04_counting_again_changes_nothing(an_election):  # noqa: F811
    vote(an_election, voters(an_election.round, 1)[0])
    election = count(an_election)
    leaves = election.events.count()
    assert open_and_count(election.pk, None).counted_at == election.counted_at
    assert election.events.count() == leaves


def test_the_round_key_goes_before_a_witness_and_only_after_the_close(an_election):  # noqa: F811
    with pytest.raises(Refused, match="still open"):
        destroy_round_key(an_election.cast.sam, again(an_election))
    with pytest.raises(Refused):
        destroy_round_key(an_election.cast.ben, again(an_election))
    assert vault.exists(an_election.election.pk, vault.ROUND_KEY)
    close(an_election)
    assert not vault.exists(an_election.election.pk, vault.ROUND_KEY)
    deed = Deed.objects.get(kind="voting.round_key.destroyed")
    assert deed.actor_id == an_election.cast.sam.pk


def test_s15_a_void_needs_two_officers_and_leaves_a_leaf(an_election):  # noqa: F811
    receipt = vote(an_election, voters(an_election.round, 1)[0])
    again(an_election)
    with pytest.raises(Refused):
        ask_for_void(an_election.cast.asha, an_election.election, receipt.index, "twice")
    with pytest.raises(Invalid, match="no ballot"):
        ask_for_void(an_election.cast.aled, an_election.election, 1, "twice")
    wanted = ask_for_void(an_election.cast.aled, an_election.election, receipt.index, "twice")
    with pytest.raises(Refused, match="two people"):
        agree_to_void(an_election.cast.aled, wanted)
    leaf = agree_to_void(an_election.cast.tariq, wanted)
    event = LogEvent.objects.get(election=an_election.election, index=leaf)
    assert bytes(event.leaf) == canonical({"i": leaf, "reason": "twice", "type": "void", "voids": receipt.index})
    with pytest.raises(Refused, match="already"):
        agree_to_void(an_election.cast.tariq, VoidRequest.objects.get(pk=wanted.pk))
    with pytest.raises(DatabaseError), transaction.atomic():
        VoidRequest.objects.create(
            election=an_election.election, index=9, reason="twice", by=an_election.cast.aled,
            agreed_by=an_election.cast.aled, leaf=10,
        )  # fmt: skip


def test_s15_a_void_ballot_is_not_counted_and_none_is_void_once_ballots_are_open(an_election):  # noqa: F811
    people = voters(an_election.round, 3)
    receipts = [vote(an_election, entry) for entry in people]
    agree_to_void(
        an_election.cast.tariq, ask_for_void(an_election.cast.aled, again(an_election), receipts[0].index, "court")
    )
    election = count(an_election)
    assert bytes(election.events.get(kind="tally").leaf).startswith(b'{"ballots":2,')
    assert RollEntry.objects.filter(state="voted").count() == 2
    with pytest.raises(Refused, match="opened"):
        ask_for_void(an_election.cast.aled, election, receipts[1].index, "court")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute('SELECT voting_append(%s, \'void\', \'{"i":\', \',"type":"void","voids":3}\', 3)', [election.pk])
