"""Packs: the cards of a game. A published one never changes (trigger); a new version is a new row."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from pennypot.apps.places.models import Place


class Pack(models.Model):
    """All cards of one game. ``given`` is what `pennypot.play.read_pack` reads; every screen and sheet has its hash."""

    class State(models.TextChoices):
        DRAFT = "draft", _("being written")
        PUBLISHED = "published", pgettext_lazy("a pack", "published")

    # Empty: it ships with Pennypot and any place may play it.
    place = models.ForeignKey(Place, models.PROTECT, null=True, blank=True, related_name="packs")
    slug = models.SlugField(max_length=60)
    version = models.PositiveIntegerField(default=1)
    title = models.CharField(max_length=120)
    given = models.JSONField()
    # SHA-256 of the canonical form, 64 hexadecimal figures; empty while it is being written.
    hash = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=9, choices=State, default=State.DRAFT)
    # How bots fared, when it was last tried: see `pennypot.play.rehearsal`.
    rehearsal = models.JSONField(default=dict, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    made_at = models.DateTimeField(db_default=Now())
    changed_at = models.DateTimeField(auto_now=True)
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["place", "slug", "version"], name="pack_version_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | (Q(published_at__isnull=False) & ~Q(hash="")),
                name="published_pack_has_hash",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.version})"
