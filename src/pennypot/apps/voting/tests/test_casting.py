"""Casting: one person one ballot, one form one receipt, and the database's clock decides."""

from __future__ import annotations

import secrets

from pennypot.apps.voting.actions.casting import cast as cast_ballot
from pennypot.apps.voting.log import merkle
from pennypot.apps.voting.models import Head, LogEvent, SealedBallot, Slot
from pennypot.apps.voting.slots import slot_for
from pennypot.testing.cast import cast  # noqa: F401 - a fixture
from pennypot.testing.elections import an_election, voters  # noqa: F401 - a fixture


def test_a_ballot_is_in_the_log_and_the_receipt_says_where(an_election):  # noqa: F811
    election = an_election.election
    (entry,) = voters(an_election.round, 1)
    receipt = cast_ballot(election, slot_for(election, entry.pk), [1, 2], secrets.token_bytes(16), word="heron")
    event = LogEvent.objects.get(election=election, index=receipt.index)
    assert receipt.index == 2
    assert bytes(event.leaf) == (
        b'{"channel":"web","commitment":"%s","i":2,"type":"cast"}' % receipt.commitment.hex().encode()
    )
    assert bytes(event.leaf_hash) == merkle.leaf_hash(bytes(event.leaf))
    head = Head.objects.get(election=election)
    hashes = [bytes(one.leaf_hash) for one in election.events.order_by("index")]
    assert (head.size, bytes(head.root)) == (3, merkle.root_of(hashes))
    assert SealedBallot.objects.filter(election=election).count() == Slot.objects.filter(election=election).count() == 1
