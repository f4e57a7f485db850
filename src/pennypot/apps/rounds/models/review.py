"""Review: what an agency's officers found out about a proposal, what was decided and why, and the appeal.

Nothing here is rewritten: checks, messages, changed costs and decisions only ever get rows after them. One decision a
level is a UNIQUE constraint, so two officers who decide at once make one decision.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from pennypot.apps.places.models import Agency
from pennypot.apps.rounds.models.proposal import Proposal
from pennypot.apps.rounds.models.round import Round


class Review(models.Model):
    """Which agency looks at a proposal, and until when."""

    class ReviewState(models.TextChoices):
        OPEN = "open", _("being looked at")
        DECIDED = "decided", _("decided")

    proposal = models.OneToOneField(Proposal, models.PROTECT, related_name="review")
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="reviews")
    # Who took it on; nobody while any officer of the agency may.
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    # Earlier than the end of the review stage, where the place team said so.
    due_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=7, choices=ReviewState, default=ReviewState.OPEN)
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["proposal"]

    def __str__(self) -> str:
        return f"{self.proposal}: {self.agency}"


class Check(models.Model):
    """One thing that was looked at, with what came out and why. Append-only; the newest of a kind counts."""

    class CheckKind(models.TextChoices):
        LEGAL = "legal", _("Is it lawful?")
        COMPETENCE = "competence", _("Is it ours to do?")
        FEASIBLE = "feasible", _("Can it be done?")
        COSTED = "costed", _("Is the cost right?")
        RUNNING = "running", _("Who pays for it afterwards?")

    class Verdict(models.TextChoices):
        YES = "yes", _("yes")
        NO = "no", _("no")
        UNCLEAR = "unclear", _("not clear yet")

    review = models.ForeignKey(Review, models.PROTECT, related_name="checks")
    kind = models.CharField(max_length=10, choices=CheckKind)
    verdict = models.CharField(max_length=7, choices=Verdict)
    reason = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["review", "pk"]
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="a_check_has_a_reason")]

    def __str__(self) -> str:
        return f"{self.kind}: {self.verdict}"


class ReviewMessage(models.Model):
    """What authors and officers wrote to each other. Between them until the decision; public with it. Append-only."""

    review = models.ForeignKey(Review, models.PROTECT, related_name="messages")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    # Whether the writer spoke for the agency.
    for_agency = models.BooleanField()
    text = models.TextField()
    # The form's own key: the same form sent twice says the thing once.
    key = models.CharField(max_length=32, unique=True)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["review", "pk"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="a_message_says_something")]

    def __str__(self) -> str:
        return self.text[:60]


class CostChange(models.Model):
    """Another cost than was asked for, with the reason; both figures stay. Append-only."""

    proposal = models.ForeignKey(Proposal, models.PROTECT, related_name="cost_changes")
    from_pence = models.BigIntegerField()
    to_pence = models.BigIntegerField()
    reason = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["proposal", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="a_changed_cost_has_a_reason"),
            models.CheckConstraint(condition=Q(to_pence__gt=0), name="a_changed_cost_is_above_nought"),
            models.CheckConstraint(condition=~Q(to_pence=models.F("from_pence")), name="a_changed_cost_is_another"),
        ]

    def __str__(self) -> str:
        return f"{self.from_pence} to {self.to_pence}"


class Decision(models.Model):
    """Whether a proposal goes on the ballot, and why: once by the agency, and once more if there is an appeal."""

    class Level(models.TextChoices):
        FIRST = "first", _("review")
        APPEAL = "appeal", _("appeal")

    class Outcome(models.TextChoices):
        ACCEPTED = "accepted", _("accepted: it goes on the ballot")
        REFUSED = "refused", _("refused: it does not go on the ballot")

    proposal = models.ForeignKey(Proposal, models.PROTECT, related_name="decisions", db_index=False)
    level = models.CharField(max_length=6, choices=Level, default=Level.FIRST)
    outcome = models.CharField(max_length=8, choices=Outcome)
    reason = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    # Nobody's where the accountable officer decided an appeal.
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, related_name="+")
    # Whether it came after the deadline.
    late = models.BooleanField(default=False)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["proposal", "level"], name="one_decision_a_level"),
            models.CheckConstraint(condition=~Q(reason=""), name="a_decision_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.proposal}: {self.outcome} ({self.level})"


class Appeal(models.Model):
    """An author's word that a refusal, or a silence, was wrong. Once. Append-only but for who is to decide it."""

    proposal = models.OneToOneField(Proposal, models.PROTECT, related_name="appeal")
    text = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, blank=True, related_name="appeals")

    class Meta:
        ordering = ["-pk"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="an_appeal_says_why")]

    def __str__(self) -> str:
        return f"Appeal about {self.proposal}"


class ExclusiveGroup(models.Model):
    """Proposals of which only one can win (two uses of the same hall), declared in review with the reason."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="exclusive_groups")
    reason = models.TextField()
    proposals = models.ManyToManyField(Proposal, through="ExclusiveMember", related_name="exclusive_groups")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(db_default=Now())
    # Taken back before the ballot was fixed, with the reason.
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="rivals_have_a_reason"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_reason="") | (Q(ended_at__isnull=False) & ~Q(ended_reason="")),
                name="rivals_no_more_have_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.reason


class ExclusiveMember(models.Model):
    """A proposal in a group of rivals. Append-only."""

    group = models.ForeignKey(ExclusiveGroup, models.PROTECT, related_name="members", db_index=False)
    proposal = models.ForeignKey(Proposal, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group", "proposal"], name="a_rival_once")]

    def __str__(self) -> str:
        return f"{self.proposal} in {self.group}"
