"""The key ceremony: a key is made, three people take a share each, two of them open a test ballot, the log begins."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _
from nacl.signing import SigningKey

from pennypot.apps.people.models import Person
from pennypot.apps.rounds.actions.letters import hand_over
from pennypot.apps.rounds.clock import database_now
from pennypot.apps.rounds.models import Round
from pennypot.apps.voting import vault
from pennypot.apps.voting.actions.checkpoints import make_checkpoint
from pennypot.apps.voting.actions.share_letters import TELL_HOLDERS
from pennypot.apps.voting.configuration import configuration_of, sha256_of
from pennypot.apps.voting.keys import BadShare, Share, combine, new_key, public_half, read_share, split
from pennypot.apps.voting.log.leaves import leaf_parts
from pennypot.apps.voting.log.merkle import EMPTY
from pennypot.apps.voting.models import Election, Head, KeyHolder
from pennypot.apps.voting.permissions.core import may_begin_ceremony, may_hold, may_run_election
from pennypot.apps.voting.sealing import CannotOpen, Opener, seal
from pennypot.apps.voting.slots import make_round_key
from pennypot.house import deeds
from pennypot.house.answers import Invalid, require

TEST_BYTES = 512


def prepare_election(person: Person, round: Round) -> Election:
    """Make a round's election, with its log and the keys that stay on the server; harmless when it is there."""
    host = urlsplit(settings.SITE_ADDRESS).netloc.replace("+", "-")
    origin = f"{host}/{round.place.slug}/{round.slug}"
    known = Election.objects.filter(round=round).first()
    if known is None:
        require(may_run_election(person, Election(round=round, origin=origin)))
        with transaction.atomic():
            Election.objects.bulk_create([Election(round=round, origin=origin)], ignore_conflicts=True)
            known = Election.objects.select_for_update().get(round=round)
            Head.objects.bulk_create([Head(election=known, root=EMPTY)], ignore_conflicts=True)
    make_round_key(known)
    return known


def begin(person: Person, election: Election, holders: Mapping[int, Person]) -> None:
    """Make a fresh key and its three shares, each of which waits for its holder. Earlier shares are worth nothing then.

    Parameters
    ----------
    holders
        Who gets which share, by `KeyHolder.Which`.

    Raises
    ------
    Invalid
        Not three different people, or the ballot is not fixed.
    """
    if set(holders) != set(KeyHolder.Which.values) or len({one.pk for one in holders.values()}) != len(holders):
        raise Invalid(_("Name three different people: each holds one share."))
    with transaction.atomic():
        election = _locked(election)
        require(may_begin_ceremony(person, election))
        configuration_of(election)  # says what is missing before anybody holds a share
        private, public = new_key()
        shares = split(private)
        test = seal([], "a test ballot", public, TEST_BYTES)
        election.key_holders.all().delete()
        for share in shares:
            for name in (_waiting(share.which), _rehearsed(share.which)):
                vault.destroy(election.pk, name)
            vault.write_new(election.pk, _waiting(share.which), share.text.encode())
            KeyHolder.objects.create(
                election=election, which=share.which, person=holders[share.which], share_sha256=share.sha256
            )
        signer = _log_signer(election)
        Election.objects.filter(pk=election.pk).update(
            box_public_key=public,
            sign_public_key=bytes(signer.verify_key),
            test_ballot=test.sealed,
            test_commitment=test.commitment,
            rehearsed_at=None,
        )
        deeds.record(
            "voting.keys.made",
            actor=person,
            about=election,
            place=election.round.place,
            after={"box_key": public.hex(), "holders": [holders[which].pk for which in sorted(holders)]},
        )
        hand_over(TELL_HOLDERS, election=election.pk)


def take_share(person: Person, holder: KeyHolder) -> Share:
    """Give a holder their share, once. It is destroyed here before they see it.

    Raises
    ------
    Invalid
        It was taken before.
    """
    require(may_hold(person, holder))
    try:
        text = vault.take(holder.election_id, _waiting(holder.which)).decode()
    except vault.Lost as problem:
        raise Invalid(
            _("This share was taken before. If nobody has it, the returning officer has to make new keys.")
        ) from problem
    with transaction.atomic():
        KeyHolder.objects.filter(pk=holder.pk).update(given_at=database_now())
        _deed("voting.share.given", person, holder)
    return read_share(text)


def rehearse(person: Person, holder: KeyHolder, text: str) -> bool:
    """Type a share in at the rehearsal. With the second, a test ballot is opened, and the log begins.

    Returns
    -------
    bool
        Whether the election is ready now.

    Raises
    ------
    Invalid
        What was typed is not this holder's share, or the keys do not open the test ballot.
    """
    require(may_hold(person, holder))
    share = checked_share(holder, text)
    with transaction.atomic():
        election = _locked(holder.election)
        KeyHolder.objects.filter(pk=holder.pk).update(rehearsed_at=database_now())
        _deed("voting.share.rehearsed", person, holder)
        if election.opened_at is not None:
            return True
        other = next((which for which in (1, 2, 3) if which != share.which and _has(election, which)), None)
        if other is None:
            if not _has(election, share.which):
                vault.write_new(election.pk, _rehearsed(share.which), share.text.encode())
            return False
        partner = read_share(vault.read(election.pk, _rehearsed(other)).decode())
        _open_test_ballot(election, share, partner)
        _begin_log(person, election)
    for which in KeyHolder.Which.values:
        vault.destroy(election.pk, _rehearsed(which))
    return True


def checked_share(holder: KeyHolder, text: str) -> Share:
    """Read what a holder typed and compare it with what they were given.

    Raises
    ------
    Invalid
        It has a slip, or is another share.
    """
    try:
        share = read_share(text)
    except BadShare as problem:
        raise Invalid(
            _("A letter or digit is missing or wrong. Compare it with your sheet, group by group."), "share"
        ) from problem
    if share.which != holder.which or share.sha256 != bytes(holder.share_sha256):
        raise Invalid(_("This is a share, but not the one you were given for this election."), "share")
    return share


def _open_test_ballot(election: Election, one: Share, other: Share) -> None:
    private = combine(one, other)
    try:
        if public_half(private) != bytes(election.box_public_key or b""):
            raise CannotOpen
        Opener(private).open(bytes(election.test_ballot or b""), bytes(election.test_commitment or b""))
    except CannotOpen as problem:
        raise Invalid(_("These two shares do not open the test ballot. Make new keys.")) from problem


def _begin_log(person: Person, election: Election) -> None:
    """Freeze the configuration and write the first two leaves."""
    config = configuration_of(election)
    election.config, election.config_sha256 = config, sha256_of(config)
    election.rehearsed_at = election.opened_at = database_now()
    election.save()
    with connection.cursor() as cursor:
        for kind, values in (
            ("open", {"config": election.config_sha256, "origin": election.origin}),
            ("keys", {"box": config["box_key"], "log": config["log_key"]}),
        ):
            cursor.execute(
                "SELECT voting_append(%s, %s, %s, %s, NULL)", [election.pk, kind, *leaf_parts(kind, **values)]
            )
    deeds.record(
        "voting.election.ready",
        actor=person,
        about=election,
        place=election.round.place,
        after={"config_sha256": election.config_sha256},
    )
    make_checkpoint(election)


def _log_signer(election: Election) -> SigningKey:
    if not vault.exists(election.pk, vault.LOG_KEY):
        vault.write_new(election.pk, vault.LOG_KEY, bytes(SigningKey.generate()))
    return SigningKey(vault.read(election.pk, vault.LOG_KEY))


def _locked(election: Election) -> Election:
    return Election.objects.select_for_update(of=("self",)).select_related("round__place").get(pk=election.pk)


def _has(election: Election, which: int) -> bool:
    return vault.exists(election.pk, _rehearsed(which))


def _waiting(which: int) -> str:
    return f"share-{which}.waiting"


def _rehearsed(which: int) -> str:
    return f"share-{which}.rehearsal"


def _deed(kind: str, person: Person, holder: KeyHolder) -> None:
    deeds.record(
        kind, actor=person, about=holder.election, place=holder.election.round.place, after={"which": holder.which}
    )
