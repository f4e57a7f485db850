"""Casting a ballot: one statement, which is one transaction, decides, and only then is there a receipt.

There is no deed here on purpose: a deed has a person and a time. The log is the record of what was cast.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.utils.translation import gettext as _
from nacl.signing import SigningKey

from pennypot.apps.voting import vault
from pennypot.apps.voting.log.leaves import leaf_parts
from pennypot.apps.voting.log.notes import receipt_text, sign, signature
from pennypot.apps.voting.models import Election
from pennypot.apps.voting.sealing import seal
from pennypot.house.answers import Invalid, No, Refused

WEB, DESK, PAPER = "web", "desk", "paper"


@dataclass(frozen=True)
class Receipt:
    """What a voter keeps. It proves that a ballot is in the log and says nothing of the choice.

    Parameters
    ----------
    origin
        Which election.
    index
        The leaf of the log.
    commitment
        SHA-256 of what is sealed, 32 bytes.
    word
        The voter's own word; only they and the sealed ballot know it.
    signature
        By the log's key over origin, index and commitment, in base64.
    first
        Whether this call cast the ballot; False where the same form had cast it before.
    """

    origin: str
    index: int
    commitment: bytes
    word: str
    signature: str
    first: bool = True


def cast(
    election: Election, slot: bytes, choices: Sequence[Any], token: bytes, channel: str = WEB, word: str = ""
) -> Receipt:
    """Cast a checked ballot for a slot, or change the one that is there, as long as voting is open.

    Parameters
    ----------
    slot
        From `slots.slot_for`.
    choices
        As `choices.Choices.as_json` writes them, already checked.
    token
        The random token of the voter's form (16 bytes or more): the same form sent twice is one ballot.
    channel
        ``web`` or ``desk``.
    word
        The voter's own word.

    Returns
    -------
    Receipt
        The ballot is on the disk when this returns.

    Raises
    ------
    Refused
        Voting is not open by the database's clock, the round was called off, or this voter votes on paper.
    """
    _alone()
    return _cast(election, slot, choices, token, "cast", channel, word)


def cast_paper(election: Election, choices: Sequence[Any], token: bytes) -> Receipt:
    """Put an agreed paper ballot into the log. It has no slot: its envelope was checked apart from it.

    Parameters
    ----------
    token
        Names the ballot in its batch: the same paper ballot is in the log once.

    It may be called inside a transaction, because nobody is shown a receipt.

    Raises
    ------
    Refused
        Voting has not begun, or the election is closed.
    """
    return _cast(election, None, choices, token, "paper", PAPER, "")


def lock_slot(election: Election, slot: bytes) -> int | None:
    """Note that a voter votes on paper: nothing more can be cast on the web, and a ballot that was is made void.

    Call it inside the transaction that accepts the envelope.

    Returns
    -------
    int or None
        The void leaf, if there was a ballot.

    Raises
    ------
    Invalid
        The voter's envelope was accepted before.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT voting_lock_slot(%s, %s)", [election.pk, slot])
            found: int | None = cursor.fetchone()[0]
            return found
    except DatabaseError as problem:
        if _constraint(problem) == "a_slot_is_locked_once":
            raise Invalid(_("An envelope of this voter was accepted before.")) from problem
        raise refusal(problem) from problem


def receipt_note(election: Election, index: int, commitment: bytes) -> str:
    """Return the receipt as a signed note, for whoever wants to check it with other tools."""
    return sign(election.origin, receipt_text(election.origin, index, commitment), log_key(election))


def receipt_for(election: Election, index: int, commitment: bytes, word: str = "", *, first: bool = True) -> Receipt:
    """Make the receipt of a ballot that is in the log. The same ballot always gets the same receipt."""
    said = signature(election.origin, receipt_text(election.origin, index, commitment), log_key(election))
    return Receipt(election.origin, index, commitment, word, said, first)


def log_key(election: Election) -> SigningKey:
    """Return the key that signs this election's checkpoints and receipts."""
    return SigningKey(vault.read(election.pk, vault.LOG_KEY))


def refusal(problem: DatabaseError) -> Exception:
    """Turn what the database refused into the answer that people see; anything unforeseen stays as it is."""
    state = getattr(problem.__cause__, "sqlstate", "")
    said = {
        "PV001": _("Voting has not opened yet."),
        "PV002": _("Voting is over. Ballots that come in later cannot be counted, whenever they were begun."),
        "PV003": _("This round was called off."),
        "PV004": _("An envelope with your paper ballot was accepted, so you cannot vote here as well."),
        "PV005": _("There is no ballot at that place of the log."),
    }.get(state)
    return Refused(No(said)) if said else problem


def _cast(
    election: Election, slot: bytes | None, choices: Sequence[Any], token: bytes, kind: str, channel: str, word: str
) -> Receipt:
    if election.opened_at is None:
        raise Refused(No(_("Voting has not opened yet.")))
    ballot = seal(choices, word, bytes(election.box_public_key or b""), election.sealed_bytes)
    before, after = leaf_parts(kind, channel=channel, commitment=ballot.commitment.hex())
    given = [election.pk, slot, ballot.commitment, ballot.sealed, hashlib.sha256(token).digest(), kind, before, after]
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT at, made, kept_commitment FROM voting_cast(%s, %s, %s, %s, %s, %s, %s, %s)", given)
            index, made, commitment = cursor.fetchone()
    except DatabaseError as problem:
        raise refusal(problem) from problem
    return receipt_for(election, index, bytes(commitment), word, first=made)


def _alone() -> None:
    """Refuse to cast inside a larger transaction: it could be rolled back after a receipt was shown.

    A test that wraps each case in a transaction is let through, as Django's own `durable` does.
    """
    if connection.in_atomic_block and not all(
        getattr(one, "_from_testcase", False) for one in connection.atomic_blocks
    ):
        raise RuntimeError("A ballot is cast in a transaction of its own.")


def _constraint(problem: DatabaseError) -> str:
    return str(getattr(getattr(problem.__cause__, "diag", None), "constraint_name", "") or "")
