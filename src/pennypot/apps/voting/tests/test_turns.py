"""The pages and the clockwork around the log: ceremony, close, opening, checkpoints by mail, the evidence."""

from __future__ import annotations

import io
import re
import zipfile

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from pennypot.apps.voting import vault, verifier
from pennypot.apps.voting.actions.checkpoints import make_checkpoint
from pennypot.apps.voting.actions.closing import close_what_is_over
from pennypot.apps.voting.log import merkle
from pennypot.apps.voting.log.notes import read_checkpoint, verify
from pennypot.apps.voting.models import Checkpoint, Election
from pennypot.apps.voting.queries.log import consistency_proof, inclusion_proof, problems_of_log
from pennypot.apps.voting.tasks import core
from pennypot.house.models import Work
from pennypot.testing.cast import cast, sign_in  # noqa: F401 - cast is a fixture
from pennypot.testing.elections import an_election, fill_pot, fix_ballot, voters  # noqa: F401 - a fixture
from pennypot.testing.rounds import make_round, put_in_stage

from .elected import again, vote

pytestmark = pytest.mark.django_db


def page(story_or_round, name, *more):
    round = getattr(story_or_round, "round", story_or_round)
    return reverse(name, args=[round.place.slug, round.slug, *more])


def signed_in(person):
    client = Client()
    sign_in(client, person)
    return client


def test_the_ceremony_goes_through_its_pages(cast):  # noqa: F811
    round = make_round(cast, stage="ballot")
    fill_pot(round)
    fix_ballot(round, cast)
    aled, sam = signed_in(cast.aled), signed_in(cast.sam)
    wrong = {"accountable": "aled@example.org", "scrutineer": "nobody@example.org", "auditor": "carys@example.org"}
    assert b"Nobody with this address" in aled.post(page(round, "keys"), wrong).content
    right = wrong | {"scrutineer": "sam@example.org"}
    assert aled.post(page(round, "keys"), right).status_code == 302
    sheets = {}
    for name, client in (("aled", aled), ("sam", sam)):
        shown = client.post(page(round, "keys_share"))
        assert shown.headers["Cache-Control"] == "no-store"
        sheets[name] = "".join(re.findall(r"<span>([0-9A-Z-]+)</span>", shown.content.decode()))
        assert client.post(page(round, "keys_share")).status_code == 302
    assert aled.post(page(round, "keys_rehearse"), {"share": sheets["sam"]}).status_code == 422
    assert aled.post(page(round, "keys_rehearse"), {"share": sheets["aled"]}).status_code == 302
    assert Election.objects.get().opened_at is None
    assert sam.post(page(round, "keys_rehearse"), {"share": sheets["sam"].lower()}).status_code == 302
    assert Election.objects.get().opened_at is not None
    assert Client().post(page(round, "keys_share")).status_code == 404


def test_the_close_and_the_opening_go_through_their_pages(an_election, django_capture_on_commit_callbacks):  # noqa: F811
    for entry in voters(an_election.round, 6):
        vote(an_election, entry)
    aled, sam, carys = (signed_in(an_election.holders[which]) for which in (1, 2, 3))
    assert b"still open" in aled.post(page(an_election, "close"), follow=True).content
    an_election.round = put_in_stage(an_election.round, "count")
    assert b"6 ballots are in" in aled.post(page(an_election, "close"), follow=True).content
    assert carys.post(page(an_election, "round_key")).status_code == 403
    assert aled.post(page(an_election, "open"), {"share": an_election.shares[1]}).status_code == 403
    assert b"is destroyed" in sam.post(page(an_election, "round_key"), follow=True).content
    assert b"public draw" in carys.get(page(an_election, "open")).content
    assert aled.post(page(an_election, "open_draw"), {"draw": "3 14 22"}).status_code == 302
    assert carys.post(page(an_election, "open"), {"share": an_election.shares[2]}).status_code == 422
    assert carys.post(page(an_election, "open"), {"share": an_election.shares[3]}).status_code == 302
    begun = aled.post(page(an_election, "open"), {"share": an_election.shares[1]})
    work = Work.objects.get(kind="voting.counting")
    assert begun["Location"] == reverse("work", args=[work.pk])
    with django_capture_on_commit_callbacks(execute=True):
        assert core.counting(work, election=an_election.election.pk) == page(an_election, "result")
    assert core.counting(work, election=an_election.election.pk) == page(an_election, "result")
    assert not any("share" in path.name for path in vault.folder(an_election.election.pk).iterdir())
    with zipfile.ZipFile(io.BytesIO(Client().get(page(an_election, "evidence")).getvalue())) as archive:
        verifier.verify({name: archive.read(name) for name in archive.namelist()})


def test_checkpoints_are_signed_when_something_is_new_and_mailed_and_kept(
    an_election,  # noqa: F811
    django_capture_on_commit_callbacks,
):
    election = an_election.election
    assert make_checkpoint(election) is None
    vote(an_election, voters(an_election.round, 1)[0])
    with django_capture_on_commit_callbacks(execute=True):
        core.checkpoints(timestamp=900)
    made = Checkpoint.objects.get(election=election, size=3)
    core.mail_checkpoint(made.pk)
    assert {letter.to[0] for letter in mail.outbox} == {"aled@example.org", "sam@example.org", "carys@example.org"}
    assert made.note in mail.outbox[0].body
    assert made.note in (vault.folder(election.pk) / vault.CHECKPOINTS).read_text()
    said = read_checkpoint(verify(made.note, election.origin, bytes(election.sign_public_key)))
    assert (said.size, said.root) == (3, bytes(made.root))
    assert made.note in Client().get(page(an_election, "checkpoints")).content.decode()


def test_the_clock_closes_what_is_over_and_waits_for_paper(an_election):  # noqa: F811
    assert close_what_is_over() == []
    an_election.round = put_in_stage(an_election.round, "count")
    Election.objects.update(by_paper=True)
    assert close_what_is_over() == []
    Election.objects.update(by_paper=False)
    assert close_what_is_over() == [an_election.election.origin]
    assert close_what_is_over() == []


def test_s07_proofs_from_the_database_hold_for_every_leaf_and_size(an_election, django_assert_num_queries):  # noqa: F811
    for entry in voters(an_election.round, 21):
        vote(an_election, entry)
    election = again(an_election)
    size, roots = election.head.size, {}
    for count in range(1, size + 1):
        for index in range(count):
            proof = inclusion_proof(election, index, count)
            assert proof.holds()
            roots[count] = proof.root
    assert roots[size] == bytes(election.head.root)
    for old in range(1, size + 1):
        path = consistency_proof(election, old, size)
        assert merkle.is_consistent(old, roots[old], size, roots[size], path)
    with django_assert_num_queries(3):
        inclusion_proof(election, 5)
    assert inclusion_proof(election, size) is None
    assert problems_of_log(election) == []


def test_the_log_has_pages_for_everybody(an_election):  # noqa: F811
    receipt = vote(an_election, voters(an_election.round, 1)[0])
    client = Client()
    shown = client.get(page(an_election, "log")).content.decode()
    assert receipt.commitment.hex() in shown
    assert client.get(page(an_election, "log_entry", receipt.index)).status_code == 200
    assert client.get(page(an_election, "log_entry", 99)).status_code == 404
    assert client.get(page(an_election, "log") + "?before=2").status_code == 200
    lines = client.get(page(an_election, "log_leaves")).getvalue().splitlines()
    assert merkle.root_of(merkle.leaf_hash(line) for line in lines) == bytes(an_election.election.head.root)
