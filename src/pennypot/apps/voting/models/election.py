"""An election: the voting of one round, with its keys, their holders, its checkpoints and what was made void."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from pennypot.apps.rounds.models import Round


class Election(models.Model):
    """The voting of a round. Its keys and its configuration freeze when two key holders have opened a test ballot.

    The moments below are written by the database's clock, each once (a trigger holds this).
    """

    round = models.OneToOneField(Round, models.PROTECT, related_name="election")
    # What signed texts and outside copies name it by: "localhost/brindley/2027". Made once.
    origin = models.CharField(max_length=200, unique=True)
    # X25519: ballots are sealed to it. Nobody holds the private half; two of three shares make it.
    box_public_key = models.BinaryField(null=True)
    # Ed25519: checkpoints and receipts are signed by the private half, which lies in the home folder.
    sign_public_key = models.BinaryField(null=True)
    # A test ballot sealed to the public key, for the rehearsal; and SHA-256 of what it holds.
    test_ballot = models.BinaryField(null=True)
    test_commitment = models.BinaryField(null=True)
    # Everything that decides how ballots look and are counted, frozen at the rehearsal; its hash is in leaf 0.
    config = models.JSONField(default=dict)
    config_sha256 = models.CharField(max_length=64, blank=True)
    # Whether people can vote on paper too; then the returning officer closes when every paper ballot is in the log.
    by_paper = models.BooleanField(_("people can vote on paper too"), default=False)
    made_at = models.DateTimeField(auto_now_add=True)
    rehearsed_at = models.DateTimeField(null=True, blank=True)
    # Leaf 0 is written: ballots can be cast once the voting stage is open.
    opened_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    # The key that ties a voter to a slot is gone, before a witness.
    round_key_destroyed_at = models.DateTimeField(null=True, blank=True)
    witness = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    ballots_opened_at = models.DateTimeField(null=True, blank=True)
    counted_at = models.DateTimeField(null=True, blank=True)
    # Voters by channel and by day, counted when the election closed: {"channel": {...}, "day": {...}}.
    roll_counts = models.JSONField(default=dict, blank=True)
    # Voters by area and channel, and people on the roll by area; published only after small numbers are hidden.
    turnout = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(opened_at__isnull=True)
                | Q(
                    rehearsed_at__isnull=False,
                    box_public_key__isnull=False,
                    sign_public_key__isnull=False,
                    config_sha256__regex=r"^[0-9a-f]{64}$",
                ),
                name="an_election_opens_after_its_rehearsal",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(opened_at__isnull=False), name="only_what_opened_closes"
            ),
            models.CheckConstraint(
                condition=Q(round_key_destroyed_at__isnull=True) | Q(closed_at__isnull=False, witness__isnull=False),
                name="the_round_key_goes_before_a_witness",
            ),
            models.CheckConstraint(
                condition=Q(ballots_opened_at__isnull=True) | Q(round_key_destroyed_at__isnull=False),
                name="ballots_are_opened_when_no_slot_leads_to_a_voter",
            ),
            models.CheckConstraint(
                condition=Q(counted_at__isnull=True) | Q(ballots_opened_at__isnull=False),
                name="only_opened_ballots_are_counted",
            ),
        ]

    def __str__(self) -> str:
        return self.origin

    @property
    def is_ready(self) -> bool:
        """Whether ballots can be cast as soon as the voting stage is open."""
        return self.opened_at is not None and self.closed_at is None

    @property
    def sealed_bytes(self) -> int:
        """Length to which every ballot is padded before it is sealed, so that its size says nothing."""
        return int(self.config["padded_bytes"])


class KeyHolder(models.Model):
    """One of the three people who each hold a share of the key. Two of them together open the ballots."""

    class Which(models.IntegerChoices):
        ACCOUNTABLE = 1, _("accountable officer")
        SCRUTINEER = 2, _("community scrutineer")
        AUDITOR = 3, _("auditor")

    election = models.ForeignKey(Election, models.CASCADE, related_name="key_holders", db_index=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    which = models.PositiveSmallIntegerField(choices=Which)
    # SHA-256 of the share, to tell a typing slip from the right sheet. It says nothing of the share.
    share_sha256 = models.BinaryField()
    # When the holder took the share; it was deleted here at that moment.
    given_at = models.DateTimeField(null=True, blank=True)
    # When the holder typed it in at the rehearsal, and at the opening.
    rehearsed_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["election", "which"]
        constraints = [
            models.UniqueConstraint(fields=["election", "which"], name="three_shares"),
            models.UniqueConstraint(fields=["election", "person"], name="one_share_a_person"),
            models.CheckConstraint(condition=Q(which__in=[1, 2, 3]), name="shares_are_one_to_three"),
        ]

    def __str__(self) -> str:
        return f"{self.election}: share {self.which}"


class Checkpoint(models.Model):
    """A signed note on the log's size and root at a moment. Append-only."""

    election = models.ForeignKey(Election, models.PROTECT, related_name="checkpoints", db_index=False)
    size = models.PositiveBigIntegerField()
    root = models.BinaryField()
    note = models.TextField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["election", "size"]
        constraints = [models.UniqueConstraint(fields=["election", "size"], name="one_checkpoint_a_size")]

    def __str__(self) -> str:
        return f"{self.election}: {self.size}"


class VoidRequest(models.Model):
    """A leaf that one officer asks to make void; a second officer agrees, and then a void leaf is written."""

    class Reason(models.TextChoices):
        COURT = "court", _("a court or an ombudsman decided so")
        TWICE = "twice", _("one person voted twice")
        OTHER_PERSON = "other-person", _("somebody voted in another person's name")
        NOT_ELIGIBLE = "not-eligible", _("the voter was not allowed to vote")
        TEST = "test", _("it was a test")

    election = models.ForeignKey(Election, models.PROTECT, related_name="void_requests", db_index=False)
    index = models.PositiveBigIntegerField()
    reason = models.CharField(_("why"), max_length=12, choices=Reason)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    agreed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    agreed_at = models.DateTimeField(null=True, blank=True)
    # The void leaf that came of it.
    leaf = models.PositiveBigIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["election", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["election", "index"], name="one_void_request_a_leaf"),
            models.CheckConstraint(
                condition=Q(agreed_by__isnull=True) | ~Q(agreed_by=F("by")), name="two_officers_make_a_ballot_void"
            ),
            models.CheckConstraint(
                condition=Q(leaf__isnull=True, agreed_by__isnull=True) | Q(leaf__isnull=False, agreed_by__isnull=False),
                name="a_void_leaf_has_two_officers",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.election}: leaf {self.index}, {self.reason}"

    def as_data(self) -> dict[str, Any]:
        """What a deed says of it."""
        return {"leaf": self.index, "reason": self.reason}
