"""Voting on paper: who works on it, the desk, letters, outer envelopes, batches and what two officers read.

What a paper ballot says is in no table here. A keying holds a keyed mark of what one officer read: two marks are equal
or they are not, and that is all that can be seen. When two officers' marks are equal the ballot goes into the log,
sealed like any other. An envelope knows its voter and no batch; a batch knows how many envelopes and no voter.
The rules stand in ``migrations/paper_rules.sql`` too, so that no program can break them.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from pennypot.apps.rounds.models import Round
from pennypot.apps.voting.models.election import Election
from pennypot.apps.voting.models.roll import RollEntry


class PaperClerk(models.Model):
    """An agency officer who was named to work at the desk and on paper ballots of one round."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="paper_clerks", db_index=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    named_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "person"], name="a_clerk_is_named_once"),
            models.CheckConstraint(condition=~Q(person=F("named_by")), name="nobody_names_themselves_clerk"),
        ]

    def __str__(self) -> str:
        return f"{self.round}: clerk {self.person_id}"


class DeskVisit(models.Model):
    """Somebody was checked in at a desk. It knows the day, not the moment, and not what was done with the ballot."""

    class Shown(models.TextChoices):
        LETTER = "letter", _("a letter with a voting code")
        PASSPORT = "passport", _("a passport")
        LICENCE = "licence", _("a driving licence")
        CARD = "card", _("another card with a photo")

    class Gave(models.TextChoices):
        PAPER = "paper", _("a ballot paper")
        CODE = "code", _("a code for the tablet or at home")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    round = models.ForeignKey(Round, models.PROTECT, related_name="desk_visits")
    entry = models.ForeignKey(RollEntry, models.CASCADE, related_name="desk_visits")
    shown = models.CharField(max_length=8, choices=Shown)
    gave = models.CharField(max_length=5, choices=Gave)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    day = models.DateField()

    def __str__(self) -> str:
        return f"{self.round}: a visit on {self.day}"


class LetterRun(models.Model):
    """A pile of letters with codes. The letters lie sealed in the home folder; only one browser has the key."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    round = models.ForeignKey(Round, models.PROTECT, related_name="letter_runs")
    letters = models.PositiveIntegerField()
    parts = models.PositiveIntegerField(default=0)
    language = models.CharField(max_length=10)
    large = models.BooleanField(default=False)
    # X25519, 32 bytes. The private half is a cookie of the officer who asked.
    public_key = models.BinaryField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    # When the sealed files were thrown away.
    gone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-made_at"]
        constraints = [models.CheckConstraint(condition=Q(letters__gt=0), name="a_run_has_letters")]

    def __str__(self) -> str:
        return f"{self.round}: {self.letters} letters"


class PaperEnvelope(models.Model):
    """A voter's paper vote: an outer envelope, or a ballot paper given at a desk. Two officers stand behind it.

    The first checks it against the roll; the second opens it, and from that moment the voter's web slot is locked. It
    does not say which batch its ballot went to, and nothing else does.
    """

    class Via(models.TextChoices):
        POST = "post", _("an envelope")
        DESK = "desk", _("given at a desk")

    class State(models.TextChoices):
        CHECKED = "checked", _("checked, not opened yet")
        OPENED = "opened", _("opened")
        REFUSED = "refused", _("sent back")

    election = models.ForeignKey(Election, models.PROTECT, related_name="envelopes", db_index=False)
    entry = models.ForeignKey(RollEntry, models.PROTECT, related_name="envelopes")
    via = models.CharField(max_length=4, choices=Via, default=Via.POST)
    state = models.CharField(max_length=7, choices=State, default=State.CHECKED)
    reason = models.CharField(max_length=300, blank=True)
    checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    # Who opened it, or sent it back.
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    day = models.DateField()

    class Meta:
        ordering = ["election", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["election", "entry"], condition=~Q(state="refused"), name="one_envelope_a_voter"
            ),
            models.CheckConstraint(
                condition=~Q(state="opened") | (Q(ended_by__isnull=False) & ~Q(ended_by=F("checked_by"))),
                name="two_officers_open_an_envelope",
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | (Q(ended_by__isnull=False) & ~Q(reason="")),
                name="an_envelope_sent_back_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.election}: an envelope, {self.state}"


class PaperBatch(models.Model):
    """A numbered pile of inner envelopes. It holds exactly as many ballots as outer envelopes were opened for it."""

    election = models.ForeignKey(Election, models.PROTECT, related_name="batches", db_index=False)
    number = models.PositiveIntegerField()
    envelopes = models.PositiveIntegerField()
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    day = models.DateField()

    class Meta:
        ordering = ["election", "number"]
        verbose_name_plural = "paper batches"
        constraints = [
            models.UniqueConstraint(fields=["election", "number"], name="one_batch_a_number"),
            models.CheckConstraint(condition=Q(envelopes__gt=0), name="a_batch_holds_ballots"),
        ]

    def __str__(self) -> str:
        return f"{self.election}: batch {self.number}"


class PaperKeying(models.Model):
    """That one officer read one paper ballot, and a keyed mark of what they read. Append-only."""

    batch = models.ForeignKey(PaperBatch, models.PROTECT, related_name="keyings", db_index=False)
    number = models.PositiveIntegerField()
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    # 1 at first; an officer looks again only where two officers read something different.
    look = models.PositiveSmallIntegerField(default=1)
    # HMAC-SHA256 under the round key, which is a file and is destroyed after the close.
    mark = models.BinaryField()

    class Meta:
        ordering = ["batch", "number", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "number", "officer", "look"], name="an_officer_keys_a_ballot_once")
        ]

    def __str__(self) -> str:
        return f"{self.batch}, ballot {self.number}"


class PaperBallot(models.Model):
    """A paper ballot that two officers read alike: it is in the log, or it is spoilt and says why. Append-only."""

    class Spoilt(models.TextChoices):
        EMPTY = "empty", _("nothing is marked")
        UNCLEAR = "unclear", _("the marks are unclear")
        TOO_MANY = "too-many", _("more is marked than the rules allow")
        NAMED = "named", _("it says who the voter is")
        FOREIGN = "foreign", _("it is not a ballot of this round")
        SEVERAL = "several", _("there was more than one ballot in the envelope")
        MISSING = "missing", _("there was no ballot in the envelope")

    batch = models.ForeignKey(PaperBatch, models.PROTECT, related_name="ballots", db_index=False)
    number = models.PositiveIntegerField()
    one = models.OneToOneField(PaperKeying, models.PROTECT, related_name="+")
    other = models.OneToOneField(PaperKeying, models.PROTECT, related_name="+")
    spoilt = models.CharField(max_length=8, choices=Spoilt, blank=True)

    class Meta:
        ordering = ["batch", "number"]
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="a_paper_ballot_is_settled_once")]

    def __str__(self) -> str:
        return f"{self.batch}, ballot {self.number}: {self.spoilt or 'agreed'}"
