"""Checkpoints: signed notes on the log, every quarter of an hour and at each turn, kept also outside our reach."""

from __future__ import annotations

from django.db import transaction
from procrastinate.contrib.django import app

from pennypot.apps.rounds.clock import database_now
from pennypot.apps.voting import vault
from pennypot.apps.voting.actions.casting import log_key
from pennypot.apps.voting.log.notes import CheckpointText, sign
from pennypot.apps.voting.models import Checkpoint, Election, Head

MAIL = "voting.mail_checkpoint"


def make_checkpoint(election: Election, *, mail: bool = True) -> Checkpoint | None:
    """Sign what the log is now, unless this size was signed before.

    Parameters
    ----------
    mail
        Whether scrutineers get it by mail.

    Returns
    -------
    Checkpoint or None
        None when nothing is new.
    """
    with transaction.atomic():
        head = Head.objects.get(election_id=election.pk)
        if head.size == 0 or election.checkpoints.filter(size=head.size).exists():
            return None
        root = bytes(head.root)
        note = sign(election.origin, CheckpointText(election.origin, head.size, root).text, log_key(election))
        kept, made = Checkpoint.objects.get_or_create(
            election=election, size=head.size, defaults={"root": root, "note": note, "at": database_now()}
        )
        if not made:
            return None  # somebody else signed this size between the two lines
        transaction.on_commit(lambda: vault.append(election.pk, vault.CHECKPOINTS, note + "\n"))
        if mail and MAIL in app.tasks:
            app.tasks[MAIL].defer(checkpoint=kept.pk)
    return kept
