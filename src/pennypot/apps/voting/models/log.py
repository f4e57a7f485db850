"""What was cast: the append-only log, sealed ballots, slots and form tokens.

These tables hold no name, no time, no address of the network and no foreign key to anything but the election and each
other. A slot is HMAC-SHA256(round key, roll entry); the round key is a file, and is destroyed when voting has closed.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from pennypot.apps.voting.models.election import Election


class Head(models.Model):
    """Where the log ends. Writers queue at this row; only the trigger on the log moves it."""

    election = models.OneToOneField(Election, models.PROTECT, primary_key=True, related_name="head")
    size = models.PositiveBigIntegerField(default=0)
    # The Merkle tree's root, and the roots of its perfect subtrees from left to right: the next root is made of them.
    root = models.BinaryField()
    edge = ArrayField(models.BinaryField(), default=list)
    closed = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.election}: {self.size} leaves"


class LogEvent(models.Model):
    """One leaf of the log. Written by `voting_append` only, and never changed."""

    class Kind(models.TextChoices):
        OPEN = "open"
        KEYS = "keys"
        CAST = "cast"
        PAPER = "paper"
        VOID = "void"
        CLOSE = "close"
        TALLY = "tally"

    election = models.ForeignKey(Election, models.PROTECT, related_name="events", db_index=False)
    index = models.PositiveBigIntegerField()
    kind = models.CharField(max_length=5, choices=Kind)
    # Canonical JSON, as hashed.
    leaf = models.BinaryField()
    leaf_hash = models.BinaryField()
    # Roots of the perfect subtrees that end with this leaf, from height 1 up, 32 bytes each: proofs are made of them.
    nodes = models.BinaryField(default=b"")
    # The leaf that a cast replaces or a void takes out.
    refers = models.PositiveBigIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["election", "index"]
        constraints = [
            models.UniqueConstraint(fields=["election", "index"], name="one_leaf_an_index"),
            models.UniqueConstraint(
                fields=["election", "refers"], condition=Q(kind="void"), name="a_ballot_is_void_once"
            ),
            models.UniqueConstraint(
                fields=["election", "refers"], condition=Q(kind="cast"), name="a_ballot_is_replaced_once"
            ),
            models.UniqueConstraint(
                fields=["election", "kind"],
                condition=Q(kind__in=["open", "keys", "close", "tally"]),
                name="an_election_opens_and_closes_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.election}: leaf {self.index}, {self.kind}"


class SealedBallot(models.Model):
    """A ballot sealed to the election's public key, and SHA-256 of what is inside."""

    election = models.ForeignKey(Election, models.PROTECT, related_name="ballots", db_index=False)
    index = models.PositiveBigIntegerField()
    commitment = models.BinaryField()
    sealed = models.BinaryField()

    class Meta:
        ordering = ["election", "index"]
        constraints = [
            models.UniqueConstraint(fields=["election", "index"], name="one_sealed_ballot_a_leaf"),
            models.UniqueConstraint(fields=["election", "commitment"], name="one_sealed_ballot_a_commitment"),
        ]

    def __str__(self) -> str:
        return f"{self.election}: ballot at {self.index}"


class Slot(models.Model):
    """Which leaf is a voter's, for a voter nobody can name without the round key. One person, one ballot is this."""

    election = models.ForeignKey(Election, models.PROTECT, related_name="slots", db_index=False)
    slot = models.BinaryField()
    revision = models.PositiveIntegerField()
    index = models.PositiveBigIntegerField()

    class Meta:
        ordering = ["election", "slot", "revision"]
        constraints = [
            models.UniqueConstraint(fields=["election", "slot", "revision"], name="one_person_one_ballot"),
            models.UniqueConstraint(fields=["election", "index"], name="one_slot_a_leaf"),
        ]

    def __str__(self) -> str:
        return f"{self.election}: a slot's revision {self.revision}"


class SlotLock(models.Model):
    """A slot that votes on paper: nothing more can be cast for it on the web."""

    election = models.ForeignKey(Election, models.PROTECT, related_name="slot_locks", db_index=False)
    slot = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["election", "slot"], name="a_slot_is_locked_once")]

    def __str__(self) -> str:
        return f"{self.election}: a slot on paper"


class FormToken(models.Model):
    """SHA-256 of the random token in a voter's form: the same form sent twice is one ballot and one receipt."""

    election = models.ForeignKey(Election, models.PROTECT, related_name="form_tokens", db_index=False)
    token_hash = models.BinaryField()
    index = models.PositiveBigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["election", "token_hash"], name="one_ballot_a_form"),
            models.UniqueConstraint(fields=["election", "index"], name="one_form_a_leaf"),
        ]

    def __str__(self) -> str:
        return f"{self.election}: form of leaf {self.index}"
