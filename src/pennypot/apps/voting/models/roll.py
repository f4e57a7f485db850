"""The roll: who may vote in a round and how they showed it. Nothing here leads to a ballot, nor back."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from pennypot.apps.places.models import Area
from pennypot.apps.rounds.models import Round


class RollEntry(models.Model):
    """One person who may vote in a round. It holds a day, never a time."""

    class How(models.TextChoices):
        POSTED_CODE = "posted_code", _("a code by post")
        ROLL_CODE = "roll_code", _("a code from an uploaded roll")
        ROLL_EMAIL = "roll_email", _("a link by e-mail, from an uploaded roll")
        EMAIL_POSTCODE = "email_postcode", _("a link by e-mail, and a postcode")
        SMS = "sms", _("a code by text message")
        OIDC = "oidc", _("a sign-in with a provider")
        DESK = "desk", _("in person at a desk")

    class State(models.TextChoices):
        INVITED = "invited", _("has a code or a link, not used yet")
        ELIGIBLE = "eligible", _("has shown that they may vote")
        # Marked when the election closes, never while it runs.
        VOTED = "voted", _("voted")
        PAPER = "paper", _("votes on paper")
        REMOVED = "removed", _("taken off the roll")

    round = models.ForeignKey(Round, models.PROTECT, related_name="roll", db_index=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    how = models.CharField(max_length=14, choices=How)
    # Keyed hashes: the codes and addresses themselves are not kept.
    code_hash = models.BinaryField(null=True, blank=True)
    email_hash = models.BinaryField(null=True, blank=True)
    # Of the number of the document shown at a desk, so that two desks know the same person.
    document_hash = models.BinaryField(null=True, blank=True)
    area = models.ForeignKey(Area, models.PROTECT, null=True, blank=True, related_name="+")
    age_band = models.CharField(max_length=10, blank=True)
    # The postcode, where the roll or the method has one: about one street, for the report on oddities.
    street = models.CharField(max_length=10, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.INVITED)
    day = models.DateField()

    class Meta:
        verbose_name_plural = "roll entries"
        constraints = [
            models.UniqueConstraint(fields=["round", "code_hash"], name="one_roll_entry_a_code"),
            models.UniqueConstraint(fields=["round", "email_hash"], name="one_roll_entry_an_address"),
            models.UniqueConstraint(fields=["round", "document_hash"], name="one_roll_entry_a_document"),
            models.UniqueConstraint(
                fields=["round", "person"], condition=Q(person__isnull=False), name="one_roll_entry_a_person"
            ),
        ]
        indexes = [models.Index(fields=["round", "state"], name="roll_by_state")]

    def __str__(self) -> str:
        return f"{self.round}: roll entry {self.pk}"
