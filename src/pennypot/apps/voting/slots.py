"""Slots: which ballot is whose, for a voter nobody can name without the round key.

A slot is HMAC-SHA256(round key, number of the roll entry). The round key is 32 random bytes in a file of the home
folder; it is destroyed before a witness when the election has closed and the roll is marked.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import secrets
from collections.abc import Iterable, Iterator

from pennypot.apps.voting import vault
from pennypot.apps.voting.models import Election


def make_round_key(election: Election) -> None:
    """Make the round key; harmless when it is there."""
    if not vault.exists(election.pk, vault.ROUND_KEY):
        with contextlib.suppress(FileExistsError):  # another process made it between the two lines
            vault.write_new(election.pk, vault.ROUND_KEY, secrets.token_bytes(32))


def slot_for(election: Election, roll_entry_id: int) -> bytes:
    """Return the slot of a voter, 32 bytes.

    Raises
    ------
    pennypot.apps.voting.vault.Lost
        The round key is gone: destroyed after the close, or the home folder is not the one it was made in.
    """
    return _slot(vault.read(election.pk, vault.ROUND_KEY), roll_entry_id)


def slots_for(election: Election, roll_entry_ids: Iterable[int]) -> Iterator[tuple[int, bytes]]:
    """Yield (roll entry, slot) of many voters; the key is read once."""
    key = vault.read(election.pk, vault.ROUND_KEY)
    for entry in roll_entry_ids:
        yield entry, _slot(key, entry)


def _slot(key: bytes, roll_entry_id: int) -> bytes:
    return hmac.digest(key, str(roll_entry_id).encode(), hashlib.sha256)
