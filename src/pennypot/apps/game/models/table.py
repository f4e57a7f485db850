"""Tables, their logs of moves, chairs and the phones behind them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from pennypot.apps.game.models.session import Session


class Table(models.Model):
    """One table. ``state`` is what its moves made, as `pennypot.play.dumped` writes it: the moves are the truth."""

    class Source(models.TextChoices):
        PHONES = "phones", _("on phones")
        PAPER = "paper", _("on paper")
        BOTS = "bots", _("by bots")

    session = models.ForeignKey(Session, models.PROTECT, related_name="tables")
    number = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=60, blank=True)
    source = models.CharField(max_length=6, choices=Source, default=Source.PHONES)
    state = models.TextField()
    # How many moves are in its log; a move is written only on top of the one before it.
    moves = models.PositiveIntegerField(default=0)
    # The table that its people went on at, when it was merged.
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["session", "number"], name="table_number_once"),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")), name="table_merged_into_another"
            ),
        ]

    def __str__(self) -> str:
        return self.name or str(self.number)


class TableMove(models.Model):
    """One move in a table's log. Append-only: a trigger refuses to change or delete it."""

    class Source(models.TextChoices):
        PHONE = "phone", _("from a phone")
        PAPER = "paper", _("from paper")
        FACILITATOR = "facilitator", _("by the facilitator")
        BOT = "bot", _("by a bot")

    table = models.ForeignKey(Table, models.PROTECT, related_name="log")
    number = models.PositiveIntegerField()  # 1, 2, 3 ...
    move = models.JSONField()
    source = models.CharField(max_length=11, choices=Source, default=Source.PHONE)
    # The form's own key: the same form sent twice moves once.
    key = models.UUIDField()
    at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["table", "number"]
        constraints = [
            models.UniqueConstraint(fields=["table", "number"], name="move_number_once"),
            models.UniqueConstraint(fields=["table", "key"], name="move_key_once"),
        ]

    def __str__(self) -> str:
        return f"{self.table_id}/{self.number}"


class Chair(models.Model):
    """A place at the table with its role. People and phones come and go; the chair stays.

    The re-entry code on the seat card is worked out from the chair, the server's key and ``card``, so that it can be
    printed again and is kept nowhere; a new ``card`` makes the old code worthless.
    """

    table = models.ForeignKey(Table, models.PROTECT, related_name="chairs")
    seat = models.CharField(max_length=40)  # the pack's role
    card = models.PositiveSmallIntegerField(default=1)
    # Whose habits play it while nobody sits there; empty for nobody.
    bot = models.CharField(max_length=20, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["table", "seat"], name="chair_once")]

    def __str__(self) -> str:
        return f"{self.table_id}/{self.seat}"


class Phone(models.Model):
    """A browser that sits behind a chair, or paper that is keyed for it. No account; a first name at most."""

    chair = models.ForeignKey(Chair, models.PROTECT, related_name="phones")
    token_hash = models.BinaryField(unique=True)  # SHA-256 of what its cookie holds
    name = models.CharField(max_length=40, blank=True)
    # Plays as the role, or as themselves; everyone ratifies as themselves.
    as_themselves = models.BooleanField(default=False)
    seen_at = models.DateTimeField(db_default=Now())
    left_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["chair", "seen_at"], name="phones_of_a_chair")]

    def __str__(self) -> str:
        return self.name or str(self.pk)


class Words(models.Model):
    """Words that a player typed, for the big screen: shown only when somebody said so."""

    class State(models.TextChoices):
        WAITING = "waiting", _("not read yet")
        SHOWN = "shown", _("may be shown")
        HIDDEN = "hidden", _("not to be shown")

    table = models.ForeignKey(Table, models.PROTECT, related_name="words")
    number = models.PositiveIntegerField()  # of the move
    field = models.CharField(max_length=30)
    text = models.TextField()
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["table", "number", "field"], name="words_once")]

    def __str__(self) -> str:
        return self.text[:60]


class Try(models.Model):
    """Tries at codes in one stretch of time, for the limits on guessing."""

    bucket = models.BinaryField()
    window = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bucket", "window"], name="game_tries_once")]

    def __str__(self) -> str:
        return f"{self.count}"
