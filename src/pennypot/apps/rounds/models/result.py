"""The result of a round, and what happened to each of its projects. Written once, when it is published."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from pennypot.apps.fund.models import Entry
from pennypot.apps.rounds.models.proposal import Proposal
from pennypot.apps.rounds.models.round import Round


class Result(models.Model):
    """What came out of a round, with all that is needed to count it again. Append-only.

    Everything that the pages say was worked out when it was published (`rounds.explaining`), in whole pence.
    """

    round = models.OneToOneField(Round, models.PROTECT, related_name="result")
    # The ballots as a Pabulib file; project ids are numbers of proposals.
    pb = models.TextField()
    pb_sha256 = models.CharField(max_length=64)
    certificate = models.JSONField()
    evidence = models.FileField(upload_to="evidence", max_length=200, blank=True)
    # Who voted by area and by way of voting, without small numbers (`rounds.small_cells`).
    turnout = models.JSONField(default=dict)
    summary = models.JSONField()
    compared = models.JSONField(default=list)
    fairness = models.JSONField(default=dict)
    ties = models.JSONField(default=list)
    # The ledger's entry that moved the money; none where nothing was funded.
    entry = models.OneToOneField(Entry, models.PROTECT, null=True, related_name="+")
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    counted_at = models.DateTimeField(db_default=Now())
    published_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"Result of {self.round}"


class Outcome(models.Model):
    """What happened to one project: funded or not, and why. Append-only."""

    result = models.ForeignKey(Result, models.PROTECT, related_name="outcomes")
    proposal = models.OneToOneField(Proposal, models.PROTECT, related_name="outcome")
    funded = models.BooleanField()
    awarded_pence = models.BigIntegerField(default=0)
    # From 1: as which one it was funded.
    order_won = models.PositiveIntegerField(null=True)
    # Data for sentences in any language: see `rounds.result_words`.
    explanation = models.JSONField()

    class Meta:
        ordering = ["result", models.F("order_won").asc(nulls_last=True), "proposal"]
        constraints = [
            models.CheckConstraint(
                condition=Q(funded=True, order_won__isnull=False, awarded_pence__gte=0)
                | Q(funded=False, order_won__isnull=True, awarded_pence=0),
                name="an_outcome_is_funded_or_not",
            ),
            models.UniqueConstraint(fields=["result", "order_won"], name="one_winner_a_turn"),
        ]

    def __str__(self) -> str:
        return f"{self.proposal}: {'funded' if self.funded else 'not funded'}"
