"""A proposal: what somebody asks a round to fund, from the first draft to its last version."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from pennypot.apps.places.models import Area
from pennypot.apps.rounds.models.round import Category, Round
from pennypot.apps.talk.models import Thread

# English stems; words of other languages are found as they are written.
SEARCHED = (
    SearchVector("title", weight="A", config="english")
    + SearchVector("plain_summary", weight="B", config="english")
    + SearchVector("what", "why", "for_whom", "place_said", weight="C", config="english")
)


class Proposal(models.Model):
    """What somebody asks a round to fund.

    A draft belongs to its owner, or to whoever holds its link (`draft_key_hash`) while it has none. When it is sent in
    it gets its number and everybody sees it; from then on each change is a version of its own.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        SUBMITTED = "submitted", _("sent in")
        WITHDRAWN = "withdrawn", _("withdrawn")
        MERGED = "merged", _("joined with another")

    class Decided(models.TextChoices):
        NOT_YET = "", _("not decided yet")
        ACCEPTED = "accepted", _("accepted")
        REFUSED = "refused", _("refused")

    round = models.ForeignKey(Round, models.PROTECT, related_name="proposals")
    number = models.PositiveIntegerField(null=True, blank=True)
    title = models.CharField(_("title"), max_length=120, blank=True)
    plain_summary = models.TextField(_("in short"), blank=True)
    what = models.TextField(_("what you want to do"), blank=True)
    why = models.TextField(_("why it matters"), blank=True)
    for_whom = models.TextField(_("who it is for"), blank=True)
    area = models.ForeignKey(Area, models.PROTECT, null=True, blank=True, related_name="proposals")
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    place_said = models.CharField(_("where exactly"), max_length=200, blank=True)
    category = models.ForeignKey(Category, models.SET_NULL, null=True, blank=True, related_name="proposals")

    state = models.CharField(max_length=9, choices=State, default=State.DRAFT)
    # Kept in step by the review's actions.
    decision = models.CharField(max_length=8, choices=Decided, blank=True, default=Decided.NOT_YET)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="proposals")
    # SHA-256 of the key in a draft's link; the key itself is only in the link.
    draft_key_hash = models.BinaryField(max_length=32, null=True, unique=True)
    # Letters with that link that were sent; few are, so that the form is no way to write to strangers.
    links_mailed = models.PositiveSmallIntegerField(default=0)
    thread = models.OneToOneField(Thread, models.PROTECT, null=True, blank=True, related_name="proposal")
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged_from")
    withdrawn_reason = models.CharField(max_length=500, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    # Public versions, and every save: a form that was opened before somebody else's save is not taken.
    version = models.PositiveIntegerField(default=0)
    revision = models.PositiveIntegerField(default=0)

    # What the authors ask for: the sum of the cost lines, a yearly line counting once.
    proposed_cost_pence = models.BigIntegerField(default=0)
    # What stands: the same, until the review changes it.
    cost_pence = models.BigIntegerField(default=0)
    # What it would cost in each later year.
    yearly_pence = models.BigIntegerField(default=0)
    ballot_position = models.PositiveIntegerField(null=True, blank=True)
    endorsement_count = models.PositiveIntegerField(default=0)

    made_at = models.DateTimeField(db_default=Now())
    changed_at = models.DateTimeField(db_default=Now())
    submitted_at = models.DateTimeField(null=True, blank=True)
    # When the authors were last told that somebody wrote a comment.
    told_at = models.DateTimeField(null=True, blank=True)

    search = models.GeneratedField(expression=SEARCHED, output_field=SearchVectorField(), db_persist=True)

    class Meta:
        ordering = ["round", "number", "pk"]
        indexes = [
            GinIndex(fields=["search"], name="proposal_words"),
            GinIndex(OpClass(F("title"), name="gin_trgm_ops"), name="proposal_title_likeness"),
            models.Index(fields=["round", "state", "-submitted_at"], name="proposals_newest"),
            models.Index(fields=["changed_at"], condition=Q(state="draft"), name="drafts_by_age"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["round", "number"], name="one_proposal_a_number"),
            models.CheckConstraint(
                condition=Q(state="draft", number__isnull=True, submitted_at__isnull=True)
                | (
                    ~Q(state="draft")
                    & ~Q(title="")
                    & Q(
                        number__isnull=False,
                        submitted_at__isnull=False,
                        owner__isnull=False,
                        thread__isnull=False,
                        draft_key_hash__isnull=True,
                    )
                ),
                name="proposal_sent_in_has_number_owner_and_thread",
            ),
            models.CheckConstraint(
                condition=Q(owner__isnull=False) | Q(draft_key_hash__isnull=False), name="proposal_belongs_to_somebody"
            ),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="proposal_point_is_on_earth",
            ),
            models.CheckConstraint(
                condition=Q(cost_pence__gte=0, proposed_cost_pence__gte=0, yearly_pence__gte=0),
                name="proposal_costs_are_not_negative",
            ),
            models.CheckConstraint(
                condition=(Q(state="merged", merged_into__isnull=False) & ~Q(merged_into=F("id")))
                | (~Q(state="merged") & Q(merged_into__isnull=True)),
                name="a_merged_proposal_says_into_which",
            ),
            models.CheckConstraint(
                condition=(Q(state="withdrawn", withdrawn_at__isnull=False) & ~Q(withdrawn_reason=""))
                | (~Q(state="withdrawn") & Q(withdrawn_at__isnull=True, withdrawn_reason="")),
                name="a_withdrawn_proposal_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.title}" if self.number else self.title or str(_("a draft without a title"))

    @property
    def is_draft(self) -> bool:
        """Whether only its authors see it."""
        return self.state == self.State.DRAFT

    @property
    def is_standing(self) -> bool:
        """Whether it was sent in and neither withdrawn nor joined with another."""
        return self.state == self.State.SUBMITTED

    @property
    def has_point(self) -> bool:
        """Whether a point on the map was chosen."""
        return self.latitude is not None


class ProposalVersion(models.Model):
    """What everybody could read of a proposal from one moment on. Append-only."""

    proposal = models.ForeignKey(Proposal, models.PROTECT, related_name="versions", db_index=False)
    number = models.PositiveIntegerField()
    # Texts, names of area and category, cost lines, needs and words of pictures: see `rounds.versions`.
    content = models.JSONField()
    note = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["proposal", "-number"]
        constraints = [models.UniqueConstraint(fields=["proposal", "number"], name="one_version_a_number")]

    def __str__(self) -> str:
        return f"{self.proposal} ({self.number})"


class CostLine(models.Model):
    """One thing that costs money."""

    class CostKind(models.TextChoices):
        ONE_OFF = "one-off", _("once")
        YEARLY = "yearly", _("every year")

    proposal = models.ForeignKey(Proposal, models.CASCADE, related_name="cost_lines")
    kind = models.CharField(_("how often"), max_length=7, choices=CostKind, default=CostKind.ONE_OFF)
    what = models.CharField(_("what for"), max_length=160)
    pence = models.BigIntegerField(_("how much, in pounds"))
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["proposal", "position", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(pence__gt=0), name="a_cost_line_costs_something"),
            models.UniqueConstraint(fields=["proposal", "position"], name="one_cost_line_a_position"),
        ]

    def __str__(self) -> str:
        return self.what


class Need(models.Model):
    """Something other than money that a proposal requires."""

    class NeedKind(models.TextChoices):
        ROOM = "room", _("a room or a place")
        SKILL = "skill", _("somebody who can do something")
        HOURS = "hours", _("hours of help")
        KIT = "kit", _("tools or things")
        LAND = "land", _("land")
        MATCH = "match", _("money from others")
        OTHER = "other", _("something else")

    proposal = models.ForeignKey(Proposal, models.CASCADE, related_name="needs")
    kind = models.CharField(_("what kind"), max_length=5, choices=NeedKind, default=NeedKind.HOURS)
    what = models.CharField(_("what"), max_length=160)
    quantity = models.CharField(_("how much"), max_length=60, blank=True)
    when_said = models.CharField(_("when"), max_length=80, blank=True)
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["proposal", "position", "pk"]
        constraints = [models.UniqueConstraint(fields=["proposal", "position"], name="one_need_a_position")]

    def __str__(self) -> str:
        return self.what


class Picture(models.Model):
    """A picture of a proposal, drawn again from its pixels. It belongs to one proposal for ever."""

    proposal = models.ForeignKey(Proposal, models.CASCADE, related_name="pictures")
    # The random name in its address; the two files are named by it too.
    name = models.CharField(max_length=40, unique=True)
    file = models.FileField(upload_to="proposals/large")
    small = models.FileField(upload_to="proposals/small")
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    alt = models.CharField(_("what it shows"), max_length=200)
    position = models.PositiveSmallIntegerField()
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["proposal", "position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["proposal", "position"], name="one_picture_a_position"),
            models.CheckConstraint(condition=~Q(alt=""), name="a_picture_says_what_it_shows"),
        ]

    def __str__(self) -> str:
        return self.alt


class Author(models.Model):
    """Somebody who stands behind a proposal, or was asked to."""

    class AuthorState(models.TextChoices):
        INVITED = "invited", _("asked")
        CONSENTED = "consented", _("author")
        DECLINED = "declined", _("said no, or left")

    proposal = models.ForeignKey(Proposal, models.CASCADE, related_name="authors")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="authorships"
    )
    # Until the letter is answered: where it went, and the SHA-256 of the token in its link.
    email = models.EmailField(blank=True)
    token_hash = models.BinaryField(max_length=32, null=True, unique=True)
    state = models.CharField(max_length=9, choices=AuthorState)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["proposal", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["proposal", "person"], name="one_authorship_a_person"),
            models.UniqueConstraint(
                fields=["proposal", "email"], condition=~Q(email=""), name="one_letter_an_address_a_proposal"
            ),
            models.CheckConstraint(
                condition=Q(state="invited", token_hash__isnull=False, person__isnull=True)
                | Q(state="consented", person__isnull=False, token_hash__isnull=True, email="")
                | Q(state="declined", token_hash__isnull=True, email=""),
                name="an_author_is_asked_or_has_answered",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person or self.email}: {self.state}"


class Endorsement(models.Model):
    """A reader's word that this is a good idea. It is no vote."""

    proposal = models.ForeignKey(Proposal, models.CASCADE, related_name="endorsements", db_index=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="endorsements")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["proposal", "person"], name="endorsed_once")]

    def __str__(self) -> str:
        return f"{self.person} endorses {self.proposal}"


class Merge(models.Model):
    """The wish to join one proposal with another; it happens when every author of both has said yes."""

    class MergeState(models.TextChoices):
        ASKED = "asked", _("waiting for all authors")
        DONE = "done", _("joined")
        STOPPED = "stopped", _("not joined")

    source = models.ForeignKey(Proposal, models.PROTECT, related_name="merges")
    target = models.ForeignKey(Proposal, models.PROTECT, related_name="merges_in")
    why = models.CharField(_("why they belong together"), max_length=500)
    state = models.CharField(max_length=7, choices=MergeState, default=MergeState.ASKED)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(source=F("target")), name="a_merge_joins_two"),
            models.UniqueConstraint(fields=["source"], condition=Q(state="asked"), name="one_merge_at_a_time"),
            models.CheckConstraint(
                condition=Q(state="asked", ended_at__isnull=True) | (~Q(state="asked") & Q(ended_at__isnull=False)),
                name="an_ended_merge_has_its_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} into {self.target}: {self.state}"


class MergeConsent(models.Model):
    """One author's answer to a merge. Append-only."""

    merge = models.ForeignKey(Merge, models.PROTECT, related_name="consents", db_index=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    agrees = models.BooleanField()
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merge", "person"], name="one_answer_an_author")]

    def __str__(self) -> str:
        return f"{self.person}: {'yes' if self.agrees else 'no'}"
