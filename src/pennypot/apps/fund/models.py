"""The one per cent: policies, what each agency owes and promised, and the ledger.

The rules of the ledger live in the database (``migrations/ledger_rules.sql``), so that no program, not even ours,
can break them: balances follow transfers, nothing is rewritten, no pot goes below its floor, the chain has no gap.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from pennypot.apps.budgets.controls import Control
from pennypot.apps.fund.bases import Base, CarryOver, Counts, Policy, Rounding, YearKind
from pennypot.apps.places.models import Agency, Place


class Money(models.TextChoices):
    """Where a contributed pound comes from; people ask, so every one is labelled."""

    NEW = "new", _("new money")
    REDIRECTED = "redirected", _("redirected from another budget")
    CAPITAL = "capital", _("money for building and buying")


class PolicyVersion(models.Model):
    """A place's policy for a year. A draft can be changed; once adopted it never can (a trigger holds this)."""

    class State(models.TextChoices):
        DRAFT = "draft", _("proposed")
        ADOPTED = "adopted", _("adopted")

    place = models.ForeignKey(Place, models.PROTECT, related_name="policies")
    version = models.PositiveIntegerField()
    year = models.CharField(_("year"), max_length=7)
    # Key of the preset it began as; empty for one of the place's own.
    preset = models.CharField(max_length=20, blank=True)
    rate = models.PositiveIntegerField(_("rate in hundredths of a per cent"), default=100)
    base = models.CharField(_("taken of"), max_length=10, choices=Base, default=Base.PLACE)
    year_kind = models.CharField(_("figures"), max_length=8, choices=YearKind, default=YearKind.EITHER)
    excluded = models.JSONField(_("left out"), default=list, blank=True)
    counts = models.CharField(_("kind of spending"), max_length=8, choices=Counts, default=Counts.BOTH)
    floor_pence = models.BigIntegerField(_("least that one agency gives"), null=True, blank=True)
    cap_pence = models.BigIntegerField(_("most that one agency gives"), null=True, blank=True)
    rounding = models.CharField(_("rounding"), max_length=8, choices=Rounding, default=Rounding.NEAREST)
    unit_pence = models.PositiveIntegerField(_("rounded to"), default=1)
    carry_over = models.CharField(_("money not given out"), max_length=8, choices=CarryOver, default=CarryOver.KEPT)
    binding = models.BooleanField(_("the residents' decision binds"), default=False)
    source = models.TextField(_("where the policy comes from"), blank=True)
    due_on = models.DateField(_("agencies pay by"), null=True, blank=True)
    # Shown as a chip wherever the policy is: "Invented for demonstration".
    label = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=7, choices=State, default=State.DRAFT)
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    # When it was last changed; who adopts it names the moment they looked at.
    drafted_at = models.DateTimeField()
    adopted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    adopted_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(_("why"), blank=True)

    class Meta:
        ordering = ["place", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["place", "version"], name="one_policy_a_version"),
            models.UniqueConstraint(
                fields=["place", "year"], condition=Q(state="draft"), name="one_proposed_policy_a_year"
            ),
            models.CheckConstraint(condition=Q(rate__gte=1, rate__lte=10_000), name="policy_rate_is_a_part"),
            models.CheckConstraint(condition=Q(unit_pence__in=[1, 100, 100_000]), name="policy_unit_is_known"),
            models.CheckConstraint(
                condition=(Q(floor_pence__isnull=True) | Q(floor_pence__gte=0))
                & (Q(cap_pence__isnull=True) | Q(cap_pence__gte=0))
                & (Q(floor_pence__isnull=True) | Q(cap_pence__isnull=True) | Q(floor_pence__lte=F("cap_pence"))),
                name="policy_limits_are_in_order",
            ),
            models.CheckConstraint(
                condition=Q(state="draft", adopted_at__isnull=True) | Q(state="adopted", adopted_at__isnull=False),
                name="an_adopted_policy_says_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.place} {self.year}, version {self.version}"

    @property
    def is_adopted(self) -> bool:
        """Whether it is in force (or was) and can no longer be changed."""
        return self.state == self.State.ADOPTED

    def as_policy(self) -> Policy:
        """Return the pure policy that `bases` works with."""
        return Policy(
            rate=self.rate,
            base=self.base,
            year_kind=self.year_kind,
            excluded=frozenset(self.excluded),
            counts=self.counts,
            floor_pence=self.floor_pence,
            cap_pence=self.cap_pence,
            rounding=self.rounding,
            unit_pence=self.unit_pence,
            carry_over=self.carry_over,
            binding=self.binding,
        )

    @property
    def excluded_said(self) -> list[str]:
        """The controls left out, in words."""
        return [str(Control(key).label) for key in self.excluded if key in Control.values]


class Contribution(models.Model):
    """What one agency owes under an adopted policy. Written once; another policy version makes others."""

    policy = models.ForeignKey(PolicyVersion, models.PROTECT, related_name="contributions")
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="contributions")
    # What the agency brought to the base on the day the contributions were set.
    base_pence = models.BigIntegerField()
    due_pence = models.BigIntegerField()
    # ``floor`` or ``cap`` where the policy's limit decided.
    limit = models.CharField(max_length=5, blank=True)
    # Whether it got one of the pennies left over by rounding down.
    extra_penny = models.BooleanField(default=False)

    class Meta:
        ordering = ["policy", "-due_pence", "agency__name"]
        constraints = [
            models.UniqueConstraint(fields=["policy", "agency"], name="one_contribution_an_agency"),
            models.CheckConstraint(condition=Q(due_pence__gte=0), name="contribution_is_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.agency}: {self.due_pence}"


class Pledge(models.Model):
    """An officer's signature under a contribution. Changing it is a new row; the highest version counts."""

    contribution = models.ForeignKey(Contribution, models.PROTECT, related_name="pledges")
    version = models.PositiveIntegerField()
    new_pence = models.BigIntegerField(default=0)
    redirected_pence = models.BigIntegerField(default=0)
    capital_pence = models.BigIntegerField(default=0)
    reason = models.TextField(blank=True)
    label = models.CharField(max_length=200, blank=True)
    # Nobody where the demo made it.
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    signed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["contribution", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["contribution", "version"], name="one_pledge_a_version"),
            models.CheckConstraint(
                condition=Q(new_pence__gte=0, redirected_pence__gte=0, capital_pence__gte=0),
                name="pledge_is_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contribution} v{self.version}: {self.amount_pence}"

    @property
    def amount_pence(self) -> int:
        """All that is promised."""
        return self.new_pence + self.redirected_pence + self.capital_pence


class Ledger(models.Model):
    """A place's ledger: the row that writers queue at, and what the nightly check found."""

    place = models.OneToOneField(Place, models.PROTECT, related_name="ledger")
    opened_at = models.DateTimeField(auto_now_add=True)
    checked_at = models.DateTimeField(null=True)
    checked_entries = models.BigIntegerField(default=0)
    # What the check found wrong, as sentences with their numbers; empty when all agrees.
    problems = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"Ledger of {self.place}"


class Account(models.Model):
    """Where money is. Its balance is moved by a trigger only, and never falls below its floor."""

    place = models.ForeignKey(Place, models.PROTECT, related_name="accounts", db_index=False)
    # agency:<slug>, fund, area:<id>, round:<id>, project:<id>, match:<id>, returned, outside
    code = models.CharField(max_length=100)
    name = models.CharField(max_length=200)
    currency = models.CharField(max_length=3, default="GBP")
    # Least balance in pence; null for no floor. An agency's is minus what it owes.
    floor_pence = models.BigIntegerField(null=True, blank=True)
    balance_pence = models.BigIntegerField(default=0)

    class Meta:
        ordering = ["place", "code"]
        constraints = [
            models.UniqueConstraint(fields=["place", "code"], name="one_account_a_code"),
            # Looks idle; transfers point at it, so that both ends have one currency and one place.
            models.UniqueConstraint(fields=["id", "place", "currency"], name="account_with_its_currency"),
            models.CheckConstraint(
                condition=Q(floor_pence__isnull=True) | Q(balance_pence__gte=F("floor_pence")),
                name="no_pot_below_its_floor",
            ),
            models.CheckConstraint(
                condition=Q(code__regex=r"^(fund|returned|outside|(agency|area|round|project|match):[a-z0-9-]+)$"),
                name="account_code_is_known",
            ),
            models.CheckConstraint(condition=Q(currency__regex=r"^[A-Z]{3}$"), name="currency_has_three_letters"),
            models.CheckConstraint(
                condition=Q(code="outside")
                | Q(code__startswith="agency:")
                | Q(floor_pence__isnull=False, floor_pence__gte=0),
                name="a_pot_has_a_floor",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Entry(models.Model):
    """One event in the ledger. Chained: its hash is over the hash before it and its own canonical text."""

    class Kind(models.TextChoices):
        CONTRIBUTION = "contribution", _("an agency paid its share")
        SPLIT = "split", _("split among areas")
        RESERVE = "reserve", _("kept for a round")
        RELEASE = "release", _("no longer kept for a round")
        AWARD = "award", _("awarded")
        PAYMENT = "payment", _("paid out")
        MATCH = "match", _("match money")
        RETURN = "return", _("given back")
        REVERSAL = "reversal", _("taken back: it was a mistake")

    # No index of its own here and below where a unique constraint begins with the column.
    place = models.ForeignKey(Place, models.PROTECT, related_name="entries", db_index=False)
    number = models.BigIntegerField()
    # What makes a second try harmless: the form's own random text.
    key = models.CharField(max_length=80)
    kind = models.CharField(max_length=12, choices=Kind)
    year = models.CharField(max_length=7)
    memo = models.CharField(max_length=300, blank=True)
    reverses = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="reversed_by")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField()
    transfer_count = models.PositiveIntegerField()
    previous_hash = models.BinaryField(max_length=32)
    hash = models.BinaryField(max_length=32)

    class Meta:
        ordering = ["place", "number"]
        constraints = [
            models.UniqueConstraint(fields=["place", "number"], name="one_entry_a_number"),
            models.UniqueConstraint(fields=["place", "key"], name="one_entry_a_key"),
            models.UniqueConstraint(fields=["id", "place"], name="entry_with_its_place"),
            models.CheckConstraint(
                condition=Q(kind="reversal", reverses__isnull=False) | (~Q(kind="reversal") & Q(reverses__isnull=True)),
                name="a_reversal_reverses_something",
            ),
            models.CheckConstraint(condition=Q(transfer_count__gte=1), name="an_entry_moves_something"),
            models.CheckConstraint(condition=~Q(key=""), name="an_entry_has_a_key"),
        ]

    def __str__(self) -> str:
        return f"{self.place} entry {self.number}"

    @property
    def hash_said(self) -> str:
        """The hash as 64 hexadecimal digits."""
        return bytes(self.hash).hex()

    @property
    def previous_hash_said(self) -> str:
        """The hash before it as 64 hexadecimal digits."""
        return bytes(self.previous_hash).hex()

    @property
    def total_pence(self) -> int:
        """All that the entry moves."""
        return sum(transfer.pence for transfer in self.transfers.all())


class Transfer(models.Model):
    """Money that goes from one account to another: what leaves one arrives in the other, so it always balances."""

    place = models.ForeignKey(Place, models.PROTECT, related_name="+")
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="transfers", db_index=False)
    position = models.PositiveIntegerField()
    source = models.ForeignKey(Account, models.PROTECT, related_name="transfers_out")
    target = models.ForeignKey(Account, models.PROTECT, related_name="transfers_in")
    currency = models.CharField(max_length=3)
    pence = models.BigIntegerField()
    money = models.CharField(max_length=10, choices=Money, blank=True)

    class Meta:
        ordering = ["entry", "position"]
        constraints = [
            models.UniqueConstraint(fields=["entry", "position"], name="one_transfer_a_position"),
            models.CheckConstraint(condition=Q(pence__gt=0), name="a_transfer_moves_something"),
            models.CheckConstraint(condition=~Q(source=F("target")), name="a_transfer_has_two_ends"),
            models.CheckConstraint(condition=Q(money__in=["", *Money.values]), name="money_is_labelled_as_known"),
        ]

    def __str__(self) -> str:
        return f"{self.source} to {self.target}: {self.pence}"
