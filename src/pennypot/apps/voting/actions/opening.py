"""Opening: two holders give their shares, then a long work opens the ballots, counts them and publishes the result.

The first share waits in the private folder for the second, which may come hours later through another server; one
share alone says nothing. The key they make exists only in the memory of the work, never in the database or a file.
"""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from pennypot.apps.people.models import Person
from pennypot.apps.rounds.clock import database_now
from pennypot.apps.rounds.models import Round
from pennypot.apps.rounds.permissions.rounds import open_for
from pennypot.apps.voting import vault
from pennypot.apps.voting.actions.ceremony import checked_share
from pennypot.apps.voting.keys import Share, combine, public_half, read_share
from pennypot.apps.voting.models import Election, KeyHolder
from pennypot.apps.voting.permissions.core import may_hold, may_run_election
from pennypot.house import deeds
from pennypot.house.answers import Answer, Invalid, No, require
from pennypot.house.models import Work
from pennypot.house.work import start

COUNTING = "voting.counting"


def may_open(election: Election) -> Answer:
    """Say whether the ballots can be opened now, whoever asks."""
    if election.counted_at is not None:
        return No(_("The ballots are counted."))
    if election.closed_at is None:
        return No(_("The election has not closed yet."))
    if election.round_key_destroyed_at is None:
        return No(_("First a scrutineer has to watch the round key being destroyed."))
    answer = open_for(election.round, "open_ballots")
    if answer and election.round.tie_seed_source and not election.round.tie_seed:
        return No(_("First write down the result of the public draw that decides ties."))
    return answer


def give_share(person: Person, holder: KeyHolder, text: str) -> Work | None:
    """Type a share in to open the ballots. With the second share the count begins.

    Returns
    -------
    Work or None
        The count to follow; None while a second share is needed.

    Raises
    ------
    Invalid
        What was typed is not this holder's share.
    """
    require(may_hold(person, holder))
    with transaction.atomic():
        election = _locked(holder.election)
        require(may_open(election))
        share = checked_share(holder, text)
        if not vault.exists(election.pk, _given(share.which)):
            vault.write_new(election.pk, _given(share.which), share.text.encode())
        KeyHolder.objects.filter(pk=holder.pk).update(opened_at=database_now())
        deeds.record(
            "voting.share.opened",
            actor=person,
            about=election,
            place=election.round.place,
            after={"which": holder.which},
        )
        return _count(election, person) if len(given_shares(election)) > 1 else None


def note_draw(person: Person, election: Election, said: str) -> None:
    """Write down what the public draw that decides ties came to, once, after voting is over.

    Raises
    ------
    Invalid
        It is empty or was written before.
    """
    require(may_run_election(person, election))
    if not said.strip():
        raise Invalid(_("Write the numbers of the draw, as they were published."), "draw")
    with transaction.atomic():
        election = _locked(election)
        if election.closed_at is None:
            raise Invalid(_("Close the election first. The draw must come after voting."), "draw")
        if not Round.objects.filter(pk=election.round_id, tie_seed="").update(tie_seed=said.strip()[:300]):
            raise Invalid(_("The draw was written down before."), "draw")
        deeds.record(
            "voting.draw.noted", actor=person, about=election, place=election.round.place, after={"draw": said.strip()}
        )


def count_again(person: Person, election: Election) -> Work:
    """Begin the count once more after it was stopped in the middle; both shares are still here.

    Raises
    ------
    Invalid
        Shares are missing.
    """
    require(may_run_election(person, election))
    with transaction.atomic():
        election = _locked(election)
        require(may_open(election))
        if len(given_shares(election)) < 2:
            raise Invalid(_("Two key holders have to type their shares in first."))
        return _count(election, person)


def given_shares(election: Election) -> list[int]:
    """Which shares wait in the private folder."""
    return [which for which in KeyHolder.Which.values if vault.exists(election.pk, _given(which))]


def private_key(election: Election) -> bytes:
    """Make the election's key of two shares that wait.

    Raises
    ------
    Invalid
        There are not two, or they make another key.
    """
    shares: list[Share] = []
    for which in given_shares(election)[:2]:
        shares.append(read_share(vault.read(election.pk, _given(which)).decode()))
    if len(shares) < 2:
        raise Invalid(_("Two key holders have to type their shares in first."))
    key = combine(*shares)
    if public_half(key) != bytes(election.box_public_key or b""):
        raise Invalid(_("These two shares do not make the key of this election."))
    return key


def forget_shares(election: Election) -> None:
    """Destroy the shares that wait: the ballots are opened."""
    for which in KeyHolder.Which.values:
        vault.destroy(election.pk, _given(which))


def _count(election: Election, person: Person) -> Work:
    return start(
        COUNTING, owner=person, place=election.round.place, said=_("The ballots are being opened"), election=election.pk
    )


def _given(which: int) -> str:
    return f"share-{which}.opening"


def _locked(election: Election) -> Election:
    return Election.objects.select_for_update(of=("self",)).select_related("round__place").get(pk=election.pk)
