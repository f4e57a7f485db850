"""Keying paper ballots: two officers, blind to each other, and only what both read goes into the log.

What an officer read is kept as a keyed mark and nothing else. So nobody can look at what the other read, no table has
choices in it, and there is nothing to count before the close. Where two marks differ, officers take the paper out again
and key it once more; the ballot stays out of the log until two different officers read the same.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass

from django.db import DatabaseError, transaction
from django.db.models import QuerySet, TextChoices
from django.utils.translation import gettext as _

from pennypot.apps.people.models import Person
from pennypot.apps.voting import vault
from pennypot.apps.voting.actions.casting import cast_paper
from pennypot.apps.voting.choices import Choices
from pennypot.apps.voting.models import PaperBallot, PaperBatch, PaperKeying
from pennypot.apps.voting.permissions.paper import may_work_on_paper
from pennypot.house import deeds
from pennypot.house.answers import Invalid, No, Refused, require


@dataclass(frozen=True)
class Read:
    """What an officer read on a paper ballot: a choice that holds, or why it is spoilt."""

    choices: Choices | None = None
    spoilt: str = ""

    def __post_init__(self) -> None:
        if (self.choices is None) == (not self.spoilt):
            raise ValueError("A ballot has a choice or is spoilt.")


class Outcome(TextChoices):
    """What became of a ballot by one keying."""

    WAITS = "waits"  # nobody else keyed it yet
    AGREED = "agreed"  # it is in the log
    SPOILT = "spoilt"  # two officers say so
    DIFFERS = "differs"  # somebody read something else


def key_ballot(person: Person, batch: PaperBatch, number: int, read: Read) -> Outcome:
    """Note what an officer read on a ballot; if another officer read the same, it goes into the log at once.

    Parameters
    ----------
    number
        Number of the ballot in its batch, from 1.
    read
        Already checked against the ballot form.

    Raises
    ------
    Refused
        The person is no clerk, it is not the time, or they keyed this ballot before.
    Invalid
        There is no such ballot in the batch.
    """
    election = batch.election
    require(may_work_on_paper(person, election.round, election))
    key = vault.read(election.pk, vault.ROUND_KEY)
    try:
        with transaction.atomic():
            PaperBatch.objects.select_for_update().get(pk=batch.pk)  # keyers of a batch queue here
            mine = PaperKeying.objects.create(
                batch=batch,
                number=number,
                officer=person,
                look=1 + _keyings(batch, number).filter(officer=person).count(),
                mark=_mark(key, batch, number, read),
            )
            outcome = _settle(mine, read, key)
            deeds.record(
                "voting.paper.keyed",
                actor=person,
                about=batch,
                place=election.round.place,
                after={"batch": batch.number, "ballot": number, "outcome": outcome.value},
            )
    except DatabaseError as problem:
        raise _refusal(problem) from problem
    return outcome


def _settle(mine: PaperKeying, read: Read, key: bytes) -> Outcome:
    others = _keyings(mine.batch, mine.number).exclude(officer_id=mine.officer_id)
    same = others.filter(mark=mine.mark).first()
    if same is None:
        return Outcome.DIFFERS if others.exists() else Outcome.WAITS
    PaperBallot.objects.create(batch=mine.batch, number=mine.number, one=same, other=mine, spoilt=read.spoilt)
    if read.choices is None:
        return Outcome.SPOILT
    cast_paper(mine.batch.election, read.choices.as_json(), _keyed(key, "ballot", mine.batch, mine.number))
    return Outcome.AGREED


def _keyings(batch: PaperBatch, number: int) -> QuerySet[PaperKeying]:
    return PaperKeying.objects.filter(batch=batch, number=number)


def _mark(key: bytes, batch: PaperBatch, number: int, read: Read) -> bytes:
    said = read.choices.canonical().decode() if read.choices is not None else ""
    return _keyed(key, "mark", batch, number, read.spoilt, said)


def _keyed(key: bytes, purpose: str, batch: PaperBatch, number: int, *more: str) -> bytes:
    """HMAC-SHA256 under the round key, over the purpose and what it is about."""
    return hmac.digest(key, json.dumps(["paper", purpose, batch.pk, number, *more]).encode(), hashlib.sha256)


def _refusal(problem: DatabaseError) -> Exception:
    state = getattr(problem.__cause__, "sqlstate", "")
    if state == "PV011":
        return Invalid(_("There is no ballot with this number in the batch."), "number")
    if state == "PV012":
        return Refused(No(_("Two officers agreed on this ballot. It stays as it is.")))
    if state in ("PV013", "23505"):
        return Refused(No(_("You keyed this ballot already. Another officer has to key it now, without your help.")))
    return problem
