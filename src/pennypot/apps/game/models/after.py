"""What becomes of it: advice that must be answered, projects carried forward, offers confirmed for real."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from pennypot.apps.game.models.session import Session
from pennypot.apps.game.models.table import Table
from pennypot.apps.places.models import Agency, Place
from pennypot.apps.rounds.models import Proposal


class Advice(models.Model):
    """What the tables of a session say about one line or pool card, to the officer who answers for it. Public."""

    class Kind(models.TextChoices):
        CUT = "cut", _("could be cut")
        KEEP = "keep", _("should not be cut")
        POOL = "pool", _("could be shared")
        SPLIT = "split", _("tables did not agree")

    place = models.ForeignKey(Place, models.PROTECT, related_name="advice")
    session = models.ForeignKey(Session, models.PROTECT, related_name="advice")
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, blank=True, related_name="+")
    card = models.CharField(max_length=60)  # the pack's line or pool card
    kind = models.CharField(max_length=5, choices=Kind)
    title = models.CharField(max_length=200)
    text = models.TextField()
    # Counts, never only percentages: so many tables of so many.
    tables_for = models.PositiveSmallIntegerField()
    tables_all = models.PositiveSmallIntegerField()
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(db_default=Now())
    due_on = models.DateField()

    class Meta:
        ordering = ["due_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["session", "card"], name="advice_once_a_card"),
            models.CheckConstraint(condition=Q(tables_for__lte=models.F("tables_all")), name="advice_counts_tables"),
        ]

    def __str__(self) -> str:
        return self.title


class Reply(models.Model):
    """The officer's answer to a piece of advice. One, and it stays (trigger)."""

    class Kind(models.TextChoices):
        ADOPTED = "adopted", _("adopted")
        PARTLY = "partly", _("adopted in part")
        NO = "no", _("not adopted")

    advice = models.OneToOneField(Advice, models.PROTECT, related_name="reply")
    kind = models.CharField(max_length=7, choices=Kind)
    why = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.get_kind_display()


class Forward(models.Model):
    """A table's project that somebody takes into a round. It becomes a proposal when they confirm who they are."""

    table = models.ForeignKey(Table, models.PROTECT, related_name="forwards")
    project = models.CharField(max_length=40)  # the project's id in the table's state
    proposal = models.OneToOneField(Proposal, models.PROTECT, null=True, blank=True, related_name="from_game")
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["table", "project"], name="project_forward_once")]

    def __str__(self) -> str:
        return f"{self.table_id}/{self.project}"


class Confirmation(models.Model):
    """One person's yes, from their own account or e-mail: I lead this, or: this offer of mine is real."""

    class Kind(models.TextChoices):
        LEAD = "lead", _("I take this project forward")
        OFFER = "offer", _("my offer is real")

    forward = models.ForeignKey(Forward, models.PROTECT, related_name="confirmations")
    kind = models.CharField(max_length=5, choices=Kind)
    offer = models.CharField(max_length=40, blank=True)  # the offer's id in the table's state
    # Where the letter went; forgotten once it is confirmed by an account.
    address = models.EmailField(blank=True)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    asked_at = models.DateTimeField(db_default=Now())
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["forward", "kind", "offer"], condition=Q(confirmed_at__isnull=False), name="confirmed_once"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True) | Q(person__isnull=False), name="confirmed_by_somebody"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.forward_id}: {self.kind}"
