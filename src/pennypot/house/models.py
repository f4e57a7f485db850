"""What the house keeps: deeds (who did what) and work (long jobs that show progress)."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _


class Deed(models.Model):
    """One thing that somebody did. Append-only: triggers refuse UPDATE, DELETE and TRUNCATE."""

    at = models.DateTimeField(auto_now_add=True)
    kind = models.CharField(max_length=80)
    # Plain numbers, not foreign keys: history outlives the people and things it speaks of.
    actor_id = models.BigIntegerField(null=True)
    place_id = models.BigIntegerField(null=True)
    about_kind = models.CharField(max_length=80)
    about_id = models.CharField(max_length=64)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["place_id", "-id"], name="deed_by_place"),
            models.Index(fields=["about_kind", "about_id"], name="deed_about"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.kind} {self.about_kind}:{self.about_id}"


class Work(models.Model):
    """A long job: how far it is, in words, so that a person can watch it or leave it.

    The row is the truth; `house.live` announces each change with NOTIFY so that pages follow it without asking.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting to start")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("stopped by a problem")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=80)
    owner_id = models.BigIntegerField(null=True)
    place_id = models.BigIntegerField(null=True)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    said = models.CharField(max_length=300, blank=True)
    done_parts = models.BigIntegerField(default=0)
    all_parts = models.BigIntegerField(default=0)
    # Where the person goes when it is done, and what went wrong when it failed.
    result_url = models.CharField(max_length=300, blank=True)
    problem = models.TextField(blank=True)
    made_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.kind}: {self.state} {self.done_parts}/{self.all_parts}"

    @property
    def percent(self) -> int:
        """How much is done, 0 to 100."""
        return min(100, self.done_parts * 100 // self.all_parts) if self.all_parts else 0
