"""A round: one pot, one ballot, dated stages. Its rules freeze when voting opens; the database's triggers hold that."""

from __future__ import annotations

from functools import cached_property
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from pennypot.apps.fund.models import Account
from pennypot.apps.places.models import Area, Place
from pennypot.apps.rounds.stages import ORDER, Kind

# Parts of the addresses of rounds, which no round may take.
RESERVED_SLUGS = frozenset({"how", "new", "proposals"})


class Round(models.Model):
    """One participatory budget of a place: what it gives out, when, and by which rules."""

    class BallotForm(models.TextChoices):
        KNAPSACK = "knapsack", _("Choose projects until the money is spent")
        APPROVE = "approve", _("Choose a number of projects")
        RANK = "rank", _("Put projects in order")
        POINTS = "points", _("Share out points")

    class Scope(models.TextChoices):
        PLACE = "place", _("Every project of the whole place")
        OWN_AREA = "own_area", _("Only projects in the voter's own area")
        OWN_AND_ONE = "own_and_one", _("Projects in the voter's own area and in one other")

    place = models.ForeignKey(Place, models.PROTECT, related_name="rounds")
    slug = models.CharField(
        _("address"),
        max_length=60,
        validators=[RegexValidator(r"^[a-z0-9]+(-[a-z0-9]+)*\Z", _("Use small letters, digits and single hyphens."))],
    )
    title = models.CharField(_("name of the round"), max_length=120)
    about = models.TextField(_("what it is for"), blank=True)
    # The year of the ledger that its money belongs to: "2026-27".
    year = models.CharField(_("year"), max_length=7)
    # Shown as a chip wherever the round is: "Invented for demonstration".
    label = models.CharField(max_length=200, blank=True)
    # The pot in the ledger (round:<id>); none until the round is published and its money is reserved.
    account = models.OneToOneField(Account, models.PROTECT, null=True, blank=True, related_name="round")
    budget_pence = models.BigIntegerField(_("money to give out"))
    # Where the money comes from: "fund" or "area:<id>".
    source_account = models.CharField(_("from"), max_length=40, default="fund")
    copied_from = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="copies")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    published_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_reason = models.TextField(blank=True)

    # What may be proposed. No area means any area of the place.
    areas = models.ManyToManyField(Area, related_name="rounds", blank=True)
    area_needed = models.BooleanField(_("each proposal names an area"), default=False)
    least_cost_pence = models.BigIntegerField(_("least that a proposal may cost"), null=True, blank=True)
    most_cost_pence = models.BigIntegerField(_("most that a proposal may cost"), null=True, blank=True)
    word_limit = models.PositiveIntegerField(_("words in a proposal"), default=600)
    summary_letters = models.PositiveIntegerField(_("letters in its summary"), default=280)

    # Who may vote.
    min_age = models.PositiveSmallIntegerField(_("youngest age"), default=16)
    eligibility = models.JSONField(_("how people show that they may vote"), default=list)
    scope = models.CharField(_("what people vote on"), max_length=12, choices=Scope, default=Scope.PLACE)

    # The ballot and the count.
    ballot_form = models.CharField(_("ballot"), max_length=8, choices=BallotForm, default=BallotForm.KNAPSACK)
    max_choices = models.PositiveIntegerField(_("most choices"), null=True, blank=True)
    points = models.PositiveIntegerField(_("points to share out"), null=True, blank=True)
    # A rule card of `pennypot.count` as data, without pots, rivals and seed, which `rounds.rules` adds.
    rule = models.JSONField(_("how votes are counted"), default=dict)
    min_votes = models.PositiveIntegerField(_("least votes to win"), default=0)
    part_funding = models.BooleanField(_("a project may be funded in part"), default=False)
    tie_seed_source = models.CharField(_("public draw that decides ties"), max_length=300, blank=True)
    # Written after voting closes, once.
    tie_seed = models.CharField(_("result of the public draw"), max_length=300, blank=True)
    rules_frozen_at = models.DateTimeField(null=True, blank=True)

    # The last number given to a proposal; numbers are given when a proposal is sent in.
    last_number = models.PositiveIntegerField(default=0)
    # Public text from which the order on the ballot was drawn.
    order_seed = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["place", "slug"], name="one_round_an_address"),
            models.CheckConstraint(
                condition=Q(slug__regex=r"^[a-z0-9]+(-[a-z0-9]+)*$") & ~Q(slug__in=sorted(RESERVED_SLUGS)),
                name="round_address_is_plain_and_free",
            ),
            models.CheckConstraint(condition=Q(budget_pence__gt=0), name="a_round_gives_something_out"),
            models.CheckConstraint(
                condition=Q(source_account__regex=r"^(fund|area:[0-9]+)$"), name="round_money_comes_from_a_pot"
            ),
            models.CheckConstraint(
                condition=(Q(least_cost_pence__isnull=True) | Q(least_cost_pence__gte=0))
                & (Q(most_cost_pence__isnull=True) | Q(most_cost_pence__gt=0))
                & (
                    Q(least_cost_pence__isnull=True)
                    | Q(most_cost_pence__isnull=True)
                    | Q(least_cost_pence__lte=F("most_cost_pence"))
                ),
                name="round_cost_limits_are_in_order",
            ),
            models.CheckConstraint(
                condition=Q(published_at__isnull=True) | Q(account__isnull=False),
                name="a_published_round_has_its_pot",
            ),
            models.CheckConstraint(
                condition=Q(cancelled_at__isnull=True) | ~Q(cancelled_reason=""),
                name="a_cancelled_round_says_why",
            ),
            models.CheckConstraint(condition=~Q(max_choices=0) & ~Q(points=0), name="a_ballot_has_choices"),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.place})"

    @cached_property
    def stage_list(self) -> tuple[Stage, ...]:
        """The stages in their order. One SQL query the first time, none where they were prefetched."""
        return tuple(sorted(self.stages.all(), key=lambda stage: ORDER.index(Kind(stage.kind))))

    @property
    def zone(self) -> ZoneInfo:
        """The place's time zone, in which dates are set and shown."""
        return ZoneInfo(self.place.time_zone)

    @property
    def is_published(self) -> bool:
        """Whether everybody sees it."""
        return self.published_at is not None

    @property
    def is_cancelled(self) -> bool:
        """Whether it was called off."""
        return self.cancelled_at is not None

    @property
    def account_code(self) -> str:
        """Code of its pot in the ledger."""
        return f"round:{self.pk}"


class Stage(models.Model):
    """One stage of a round, open from `opens_at` until just before `closes_at`, by the database's clock."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="stages", db_index=False)
    kind = models.CharField(max_length=8, choices=Kind)
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    # When people were told that it opened; the stage itself needs no job to open.
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["round", "opens_at"]
        constraints = [
            models.UniqueConstraint(fields=["round", "kind"], name="one_stage_a_kind"),
            models.CheckConstraint(condition=Q(closes_at__gt=F("opens_at")), name="a_stage_closes_after_it_opens"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.opens_at:%Y-%m-%d %H:%M} to {self.closes_at:%Y-%m-%d %H:%M} UTC"


class Category(models.Model):
    """A kind of proposal in a round (green spaces, young people): for finding, and for pots."""

    class Colour(models.TextChoices):
        PENNY = "penny", _("Copper")
        LEAF = "leaf", _("Leaf green")
        RIVER = "river", _("River blue")
        PLUM = "plum", _("Plum")
        PINE = "pine", _("Pine")
        ROSE = "rose", _("Rose")

    round = models.ForeignKey(Round, models.CASCADE, related_name="categories", db_index=False)
    name = models.CharField(_("name"), max_length=60)
    colour = models.CharField(_("colour"), max_length=8, choices=Colour, default=Colour.RIVER)

    class Meta:
        ordering = ["round", "name"]
        verbose_name_plural = "categories"
        constraints = [models.UniqueConstraint(fields=["round", "name"], name="one_category_a_name")]

    def __str__(self) -> str:
        return self.name


class Pot(models.Model):
    """A part of a round's money for one area or category: a quota set aside for it, a cap on what it gets, or both.

    A round without pots is one pot: all of it.
    """

    class PotKind(models.TextChoices):
        AREA = "area", _("for an area")
        CATEGORY = "category", _("for a kind of project")

    round = models.ForeignKey(Round, models.CASCADE, related_name="pots")
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=8, choices=PotKind)
    area = models.ForeignKey(Area, models.PROTECT, null=True, blank=True, related_name="+")
    category = models.ForeignKey(Category, models.CASCADE, null=True, blank=True, related_name="pots")
    # Set aside for these projects and counted apart; 0 where there is only a cap.
    quota_pence = models.BigIntegerField(default=0)
    # The most that these projects can get together.
    cap_pence = models.BigIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["round", "kind", "name"]
        constraints = [
            models.UniqueConstraint(fields=["round", "area"], condition=Q(kind="area"), name="one_pot_an_area"),
            models.UniqueConstraint(
                fields=["round", "category"], condition=Q(kind="category"), name="one_pot_a_category"
            ),
            models.CheckConstraint(
                condition=Q(kind="area", area__isnull=False, category__isnull=True)
                | Q(kind="category", area__isnull=True, category__isnull=False),
                name="a_pot_is_for_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(quota_pence__gte=0) & (Q(cap_pence__isnull=True) | Q(cap_pence__gte=F("quota_pence"))),
                name="pot_limits_are_in_order",
            ),
        ]

    def __str__(self) -> str:
        return self.name
