"""Finding a ballot in the log from what a receipt says. It is found by number or fingerprint, never by person."""

from __future__ import annotations

from dataclasses import dataclass

from pennypot.apps.voting.models import Election, LogEvent, SealedBallot


@dataclass(frozen=True)
class Found:
    """A ballot in the log, and what became of it.

    Parameters
    ----------
    replaced_by, void_by
        The leaf that took its place or made it void, if any.
    """

    index: int
    commitment: bytes
    channel: str
    replaced_by: int | None
    void_by: int | None


def find_by_index(election: Election, index: int) -> Found | None:
    """Return the ballot at a place of the log. Two SQL queries."""
    return _found(election, SealedBallot.objects.filter(election=election, index=index).first())


def find_by_commitment(election: Election, commitment: bytes) -> Found | None:
    """Return the ballot with this fingerprint. Two SQL queries."""
    return _found(election, SealedBallot.objects.filter(election=election, commitment=commitment).first())


def _found(election: Election, ballot: SealedBallot | None) -> Found | None:
    if ballot is None:
        return None
    about = LogEvent.objects.filter(election=election).filter(refers=ballot.index).values_list("kind", "index")
    later = dict(about)
    own = LogEvent.objects.only("kind").get(election=election, index=ballot.index)
    return Found(
        ballot.index, bytes(ballot.commitment), own.kind, later.get(LogEvent.Kind.CAST), later.get(LogEvent.Kind.VOID)
    )
