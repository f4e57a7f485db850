"""An evening of tables, and what its facilitator keeps: notes, calls for an expert, incidents."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from pennypot.apps.game.models.pack import Pack
from pennypot.apps.places.models import Place
from pennypot.apps.rounds.models import Round


class Session(models.Model):
    """Some tables that play one pack together. ``code`` is what people type or scan to come in."""

    class State(models.TextChoices):
        LOBBY = "lobby", _("people are arriving")
        RUNNING = "running", _("being played")
        OVER = "over", _("over")

    class Order(models.TextChoices):
        CUT_FIRST = "cut-first", _("cut, then create")
        CREATE_FIRST = "create-first", _("create, then cut")

    class Rule(models.TextChoices):
        CONSENT = "consent", _("consent + 1")
        UNANIMITY = "unanimity", _("everybody")
        TWO_THIRDS = "two-thirds", _("two thirds")

    class Timer(models.TextChoices):
        RUNNING = "running", _("running")
        PAUSED = "paused", _("paused")
        OFF = "off", _("no timer")

    place = models.ForeignKey(Place, models.PROTECT, related_name="game_sessions")
    pack = models.ForeignKey(Pack, models.PROTECT, related_name="sessions")
    code = models.CharField(max_length=8, unique=True)  # letters that are not taken for one another
    title = models.CharField(max_length=120)
    starts_at = models.DateTimeField(null=True, blank=True)
    order = models.CharField(max_length=12, choices=Order, default=Order.CUT_FIRST)
    rule = models.CharField(max_length=10, choices=Rule, default=Rule.CONSENT)
    target_pence = models.BigIntegerField(validators=[MinValueValidator(0)])
    minutes = models.PositiveSmallIntegerField(default=120, validators=[MinValueValidator(30), MaxValueValidator(480)])
    state = models.CharField(max_length=7, choices=State, default=State.LOBBY)
    # The clock of the phase advises and never does anything: since when, how many seconds were added, and, while it
    # is paused, how many were left.
    timer = models.CharField(max_length=7, choices=Timer, default=Timer.RUNNING)
    phase_since = models.DateTimeField(null=True, blank=True)
    added_seconds = models.IntegerField(default=0)
    paused_left = models.IntegerField(null=True, blank=True)
    # What the big screen shows: welcome, money, table:<number>, compare, story ...; or nothing at all.
    screen = models.CharField(max_length=40, default="welcome")
    blank = models.BooleanField(default=False)
    # Words that people typed are shown on the big screen only after somebody has read them.
    approve_words = models.BooleanField(default=True)
    # A number that grows with every change of this row, for streams: the board's own changes are its tables' moves.
    turn = models.BigIntegerField(default=0)
    # Where ready projects go, if the place has a round that takes proposals.
    round = models.ForeignKey(Round, models.PROTECT, null=True, blank=True, related_name="game_sessions")
    facilitator = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    # Said on every page of a session that only shows how it goes.
    demonstration = models.BooleanField(default=False)
    made_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["place", "-id"], name="sessions_of_a_place")]
        constraints = [
            models.CheckConstraint(condition=Q(target_pence__gte=0), name="session_target_not_below_nought"),
        ]

    def __str__(self) -> str:
        return self.title


class Note(models.Model):
    """What an observer or the facilitator wrote down; for the place team only."""

    session = models.ForeignKey(Session, models.PROTECT, related_name="notes")
    table = models.ForeignKey("game.Table", models.PROTECT, null=True, blank=True, related_name="notes")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    text = models.TextField()
    incident = models.BooleanField(default=False)  # something that needs handling afterwards
    handled = models.TextField(blank=True)
    key = models.UUIDField(unique=True)
    at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.text[:60]


class HelpAsk(models.Model):
    """A table that wants the facilitator or an expert: one place in the queue."""

    table = models.ForeignKey("game.Table", models.PROTECT, related_name="help_asks")
    seat = models.CharField(max_length=40)
    wanted = models.CharField(max_length=20)  # facilitator, expert, access, incident
    text = models.CharField(max_length=300, blank=True)
    key = models.UUIDField(unique=True)
    asked_at = models.DateTimeField(db_default=Now())
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["table", "wanted"], condition=Q(done_at__isnull=True), name="table_asks_once_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.table}: {self.wanted}"
