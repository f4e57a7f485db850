"""From the ceremony to the evidence, through the real actions."""

from __future__ import annotations

import secrets
import zipfile

import pytest

from pennypot.apps.rounds.models import Result
from pennypot.apps.voting import vault, verifier
from pennypot.apps.voting.actions import opening
from pennypot.apps.voting.actions.casting import cast as cast_ballot
from pennypot.apps.voting.actions.checkpoints import make_checkpoint
from pennypot.apps.voting.actions.closing import close_election, destroy_round_key
from pennypot.apps.voting.actions.count import open_and_count, publish_counted
from pennypot.apps.voting.models import Election, RollEntry
from pennypot.apps.voting.slots import slot_for
from pennypot.testing.cast import cast  # noqa: F401 - a fixture
from pennypot.testing.elections import an_election, voters  # noqa: F401 - a fixture
from pennypot.testing.rounds import put_in_stage


@pytest.fixture
def counted(an_election):  # noqa: F811
    """Sixty voters, ten of whom change their vote, counted and published; with a checkpoint kept outside."""
    election, people = an_election.election, voters(an_election.round, 70)
    for number, entry in enumerate(people[:60]):
        choices = [1, 3] if number % 3 == 0 else [2, 5] if number % 3 == 1 else [4, 5]
        cast_ballot(election, slot_for(election, entry.pk), choices, secrets.token_bytes(16), word=f"word {number}")
    an_election.outside = make_checkpoint(election).note
    for entry in people[:10]:
        cast_ballot(election, slot_for(election, entry.pk), [2, 4], secrets.token_bytes(16), "desk")
    an_election.round = put_in_stage(an_election.round, "count")
    election = Election.objects.select_related("round__place").get(pk=election.pk)
    assert close_election(an_election.cast.aled, election)
    election.refresh_from_db()
    destroy_round_key(an_election.cast.sam, election)
    opening.note_draw(an_election.cast.tariq, election, "3 14 22 31 40 58")
    holders = {holder.which: holder for holder in election.key_holders.select_related("election__round__place")}
    assert opening.give_share(an_election.cast.carys, holders[3], an_election.shares[3]) is None
    assert opening.give_share(an_election.cast.aled, holders[1], an_election.shares[1]) is not None
    done = open_and_count(election.pk, an_election.cast.aled)
    publish_counted(done)
    an_election.election = Election.objects.select_related("round__place").get(pk=election.pk)
    with Result.objects.get(round=an_election.round).evidence.open("rb") as file, zipfile.ZipFile(file) as archive:
        an_election.files = {name: archive.read(name) for name in archive.namelist()}
    return an_election


def test_the_evidence_holds_and_its_recount_is_the_result(counted):
    said = []
    verifier.verify(counted.files, [counted.outside], say=said.append)
    assert "60 ballots are what their voters committed to" in "\n".join(said)
    assert "Counted again: the same" in said[-1]
    assert RollEntry.objects.filter(round=counted.round, state="voted").count() == 60
    assert not vault.exists(counted.election.pk, vault.ROUND_KEY)
