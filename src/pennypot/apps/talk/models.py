"""Conversation: threads, what people said in them, and what readers reported.

What was said stays: the database refuses to change or delete a comment. It can be hidden, with a reason, and then
everybody sees that something was hidden, why and by whom.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Now
from django.utils.translation import gettext_lazy as _

from pennypot.apps.places.models import Place


class Thread(models.Model):
    """A conversation under one page of a place. The room of that page says who may speak; this one keeps the words."""

    place = models.ForeignKey(Place, models.PROTECT, related_name="threads")
    # Path of the page it stands on, without the site's address, and what that page is about.
    address = models.CharField(max_length=300)
    subject = models.CharField(max_length=200)
    closed_at = models.DateTimeField(null=True, blank=True)
    # Comments that can be read; and a number that grows with every change, for pages that are kept.
    comments_shown = models.PositiveIntegerField(default=0)
    changes = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["place", "-id"], name="threads_of_a_place")]

    def __str__(self) -> str:
        return self.subject


class Comment(models.Model):
    """One thing that somebody said; an answer has the comment it answers as its parent, and no answers of its own."""

    thread = models.ForeignKey(Thread, models.PROTECT, related_name="comments")
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="answers")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="comments")
    text = models.TextField()
    at = models.DateTimeField(db_default=Now())
    # The form's own key: the same form sent twice says the thing once.
    key = models.UUIDField(unique=True)
    hidden_at = models.DateTimeField(null=True, blank=True)
    hidden_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    hidden_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [
            # Comments with their answers after them, as a page shows them.
            models.Index(F("thread"), Coalesce("parent", "id"), F("id"), name="comments_as_shown"),
            models.Index(fields=["person", "-id"], name="comments_of_a_person"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(parent=F("id")), name="comment_answers_another"),
            models.CheckConstraint(
                condition=Q(hidden_at__isnull=True, hidden_by__isnull=True, hidden_reason="")
                | (Q(hidden_at__isnull=False, hidden_by__isnull=False) & ~Q(hidden_reason="")),
                name="hidden_with_who_and_why",
            ),
        ]

    def __str__(self) -> str:
        return self.text[:60]

    @property
    def taken_back(self) -> bool:
        """Whether it was hidden by the person who wrote it."""
        return self.hidden_by_id is not None and self.hidden_by_id == self.person_id


class Report(models.Model):
    """A reader's word that a comment should not stand; the place team looks at it and decides."""

    class Answer(models.TextChoices):
        OPEN = "", _("waiting")
        HIDDEN = "hidden", _("the comment was hidden")
        STAYS = "stays", _("the comment stays")

    comment = models.ForeignKey(Comment, models.PROTECT, related_name="reports")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500)
    at = models.DateTimeField(db_default=Now())
    answer = models.CharField(max_length=8, choices=Answer, blank=True, default=Answer.OPEN)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["comment", "person"], name="one_report_a_reader")]
        indexes = [models.Index(fields=["id"], condition=Q(answer=""), name="reports_waiting")]

    def __str__(self) -> str:
        return self.reason[:60]
