"""Which letters were written, so that each is written once."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from pennypot.apps.rounds.models.round import Round


class Letter(models.Model):
    """A letter that was written to a person. Whoever writes this row first sends it."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="letters", db_index=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    # What it tells: "decision 17", "cost 4", "share 1 of 3f0c...".
    about = models.CharField(max_length=80)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["round", "person", "about"], name="one_letter_about_a_thing")]

    def __str__(self) -> str:
        return f"{self.about}, to {self.person}"
