"""The entrance: tries to get in, limits on them, links and codes on their way. All of it is deleted before the roll.

Nothing here leads to a ballot. Rows have random keys and know the minute, not the moment, so that neither their order
nor their time can be laid beside the log.
"""

from __future__ import annotations

import uuid

from django.db import models

from pennypot.apps.places.models import Area
from pennypot.apps.rounds.models import Round
from pennypot.apps.voting.models.roll import RollEntry


class Attempt(models.Model):
    """One try to get in, for the report on oddities that the returning officer reads before the close."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    round = models.ForeignKey(Round, models.CASCADE, related_name="attempts", db_index=False)
    how = models.CharField(max_length=14, choices=RollEntry.How)
    let_in = models.BooleanField()
    ip = models.GenericIPAddressField()
    minute = models.DateTimeField()
    # Keyed hash of a phone number or an address, so that many uses of one are seen without knowing it.
    subject_hash = models.BinaryField(null=True)
    # The postcode that was given, where the method asks for one: about one street.
    street = models.CharField(max_length=10, blank=True)

    class Meta:
        indexes = [models.Index(fields=["round", "minute"], name="attempts_by_minute")]

    def __str__(self) -> str:
        return f"{self.round}: {self.how} at {self.minute:%Y-%m-%d %H:%M}"


class Tries(models.Model):
    """How often something was tried in one stretch of time. One row is counted up by one statement, so none is lost."""

    # SHA-256 of what is counted, keyed: an address of the network or a code is not kept here.
    bucket = models.BinaryField()
    window = models.DateTimeField()
    count = models.PositiveIntegerField()

    class Meta:
        verbose_name_plural = "tries"
        constraints = [models.UniqueConstraint(fields=["bucket", "window"], name="one_count_a_stretch_of_time")]
        indexes = [models.Index(fields=["window"], name="tries_by_age")]

    def __str__(self) -> str:
        return f"{self.count} since {self.window:%Y-%m-%d %H:%M}"


class EntryLink(models.Model):
    """A link that went out by e-mail. It lets one person in once, for one round."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    round = models.ForeignKey(Round, models.CASCADE, related_name="entry_links")
    how = models.CharField(max_length=14, choices=RollEntry.How)
    # SHA-256 of the token, bound to the round; the token itself is only in the letter.
    token_hash = models.BinaryField(unique=True)
    email_hash = models.BinaryField()
    area = models.ForeignKey(Area, models.CASCADE, null=True, related_name="+")
    street = models.CharField(max_length=10, blank=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["round", "email_hash"], name="links_by_address")]

    def __str__(self) -> str:
        return f"{self.round}: a link"


class PhoneCode(models.Model):
    """A code that went out by text message: good for ten minutes, five tries and one use."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    round = models.ForeignKey(Round, models.CASCADE, related_name="phone_codes")
    phone_hash = models.BinaryField()
    code_hash = models.BinaryField()
    tries = models.PositiveSmallIntegerField(default=0)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["round", "phone_hash"], name="phone_codes_by_phone")]

    def __str__(self) -> str:
        return f"{self.round}: a code by text"


class TextSpending(models.Model):
    """What text messages cost on a day, over all rounds; a message is paid for here before it is sent."""

    day = models.DateField(primary_key=True)
    texts = models.PositiveIntegerField(default=0)
    pence = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.day}: {self.texts} texts"


class PostcodeList(models.Model):
    """The postcodes whose people may vote in a round, as typed or uploaded; rows are [first, last, area id or null]."""

    round = models.OneToOneField(Round, models.CASCADE, primary_key=True, related_name="postcode_list")
    text = models.TextField()
    rows = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"{self.round}: {len(self.rows)} lines of postcodes"
