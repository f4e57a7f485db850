"""Voting on paper: outer envelopes against the roll, numbered batches, and two officers who key blind to each other."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from pennypot.apps.voting.models.election import Election
from pennypot.apps.voting.models.roll import RollEntry


class PaperBatch(models.Model):
    """A numbered pile of inner envelopes, keyed twice. It closes when every ballot in it is agreed or spoilt."""

    election = models.ForeignKey(Election, models.PROTECT, related_name="batches", db_index=False)
    number = models.PositiveIntegerField()
    # Inner envelopes opened into this batch.
    envelopes = models.PositiveIntegerField(default=0)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["election", "number"]
        verbose_name_plural = "paper batches"
        constraints = [models.UniqueConstraint(fields=["election", "number"], name="one_batch_a_number")]

    def __str__(self) -> str:
        return f"{self.election}: batch {self.number}"


class PaperEnvelope(models.Model):
    """An outer envelope that came in and was checked against the roll. It does not say which batch it went to."""

    class State(models.TextChoices):
        ACCEPTED = "accepted", _("accepted")
        REFUSED = "refused", _("refused")

    election = models.ForeignKey(Election, models.PROTECT, related_name="envelopes", db_index=False)
    entry = models.ForeignKey(RollEntry, models.PROTECT, related_name="envelopes")
    state = models.CharField(max_length=8, choices=State, default=State.ACCEPTED)
    reason = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    day = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["election", "entry"], name="one_envelope_a_voter")]

    def __str__(self) -> str:
        return f"{self.election}: an envelope, {self.state}"


class PaperKeying(models.Model):
    """What one officer read on one paper ballot. Choices are deleted when the ballot is in the log."""

    batch = models.ForeignKey(PaperBatch, models.PROTECT, related_name="keyings", db_index=False)
    number = models.PositiveIntegerField()
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    choices = models.JSONField(null=True)

    class Meta:
        ordering = ["batch", "number", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "number", "officer"], name="one_keying_a_ballot_and_officer")
        ]

    def __str__(self) -> str:
        return f"{self.batch}, ballot {self.number}"


class SpoiltBallot(models.Model):
    """A paper ballot that cannot be counted, and why."""

    class Reason(models.TextChoices):
        EMPTY = "empty", _("nothing is marked")
        UNCLEAR = "unclear", _("the marks are unclear")
        TOO_MANY = "too-many", _("more is marked than the rules allow")
        NAMED = "named", _("it says who the voter is")
        MISSING = "missing", _("there was no ballot in the envelope")

    batch = models.ForeignKey(PaperBatch, models.PROTECT, related_name="spoilt", db_index=False)
    number = models.PositiveIntegerField()
    reason = models.CharField(max_length=8, choices=Reason)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["batch", "number"]
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="a_ballot_is_spoilt_once")]

    def __str__(self) -> str:
        return f"{self.batch}, ballot {self.number}: {self.reason}"
