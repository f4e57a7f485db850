"""Cut and create at home: a table with one seat, in one browser."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from pennypot.apps.game.models.pack import Pack
from pennypot.apps.places.models import Place


class Solo(models.Model):
    """One person's game. It is found by its cookie only, and shown to nobody else until it is submitted."""

    place = models.ForeignKey(Place, models.PROTECT, related_name="solos")
    pack = models.ForeignKey(Pack, models.PROTECT, related_name="solos")
    token_hash = models.BinaryField(unique=True)
    # Decides the order in which lines and cards are shown: random, and stored.
    seed = models.CharField(max_length=32)
    state = models.TextField()
    moves = models.JSONField(default=list)
    turn = models.PositiveIntegerField(
        default=0
    )  # of the last form that was taken: the same form again changes nothing
    started_at = models.DateTimeField(db_default=Now())
    submitted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["place", "submitted_at"], name="solos_of_a_place")]

    def __str__(self) -> str:
        return str(self.pk)
