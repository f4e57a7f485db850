"""The pool: each agency's budgets and their lines, the money they pay each other, and the files they come from.

A budget is immutable once published; a correction is a new version. Triggers in the database hold this against
everything, the Django shell included. An amount that nobody knows is NULL, never nought.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from pennypot.apps.budgets.controls import Control
from pennypot.apps.places.models import Agency, Place
from pennypot.house.models import Work


class Budget(models.Model):
    """One agency's money for one year from one source. Drafts can change; a published one never does.

    The current one of an agency and year is the published one with the highest version; an outturn (what was
    spent) comes before a budget (what was planned).
    """

    class Kind(models.TextChoices):
        BUDGET = "budget", _("budget (planned)")
        OUTTURN = "outturn", _("outturn (spent)")

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        PUBLISHED = "published", _("published")

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="budgets")
    # As people write it: "2010-11", or "2024" where the year is the calendar's.
    year = models.CharField(_("year"), max_length=7)
    kind = models.CharField(_("planned or spent"), max_length=7, choices=Kind)
    version = models.PositiveIntegerField(_("version"))
    state = models.CharField(max_length=9, choices=State, default=State.DRAFT)
    replaces = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="replaced_by")
    source_title = models.CharField(_("source"), max_length=300)
    source_url = models.URLField(_("address of the source"), max_length=600, blank=True)
    source_file = models.CharField(_("file name"), max_length=300, blank=True)
    publisher = models.CharField(_("publisher"), max_length=200, blank=True)
    licence = models.CharField(_("licence"), max_length=120, blank=True)
    read_on = models.DateField(_("date read"), null=True, blank=True)
    note = models.TextField(_("what changed, or what to know"), blank=True)
    # Nobody where the system made it: the demo, or `pennypot import`.
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["agency", "-year", "kind", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["agency", "year", "kind", "version"], name="one_budget_a_version"),
            models.UniqueConstraint(
                fields=["agency", "year", "kind"], condition=Q(state="draft"), name="one_draft_at_a_time"
            ),
            models.CheckConstraint(condition=Q(year__regex=r"^[12][0-9]{3}(-[0-9]{2})?$"), name="year_as_written"),
            models.CheckConstraint(condition=Q(kind__in=["budget", "outturn"]), name="budget_kind_known"),
            models.CheckConstraint(condition=Q(version__gte=1), name="versions_from_one"),
            models.CheckConstraint(
                condition=Q(state="draft", published_at__isnull=True)
                | Q(state="published", published_at__isnull=False),
                name="published_has_its_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agency} {self.year} {self.kind} v{self.version}"

    @property
    def is_published(self) -> bool:
        """Whether it can no longer change."""
        return self.state == self.State.PUBLISHED


_SHARE_IS_WHOLE = Q(basis="direct", share__isnull=True) | (
    Q(basis="apportioned", share__gt=0, share__lte=1) & ~Q(key="")
)
_KEY_IS_WHOLE = Q(key_part__isnull=True, key_whole__isnull=True) | Q(key_part__gt=0, key_whole__gte=F("key_part"))


class Line(models.Model):
    """One service's spending by one agency in one year, with its basis, its control and its source."""

    class Kind(models.TextChoices):
        REVENUE = "revenue", _("running costs")
        CAPITAL = "capital", _("building and buying")

    class Basis(models.TextChoices):
        DIRECT = "direct", _("read as it stands")
        APPORTIONED = "apportioned", _("a share of a wider area's figure")

    budget = models.ForeignKey(Budget, models.CASCADE, related_name="lines")
    number = models.PositiveIntegerField()
    service = models.CharField(_("service"), max_length=200)
    official_name = models.CharField(_("name in the source"), max_length=300, blank=True)
    amount_pence = models.BigIntegerField(_("amount in pence"), null=True, blank=True)
    cofog = models.CharField(_("purpose (COFOG)"), max_length=8, blank=True)
    kind = models.CharField(_("kind"), max_length=7, choices=Kind, default=Kind.REVENUE)
    control = models.CharField(_("control"), max_length=11, choices=Control)
    counted = models.BooleanField(_("counted"), default=True)
    why_not = models.CharField(_("why it is left out"), max_length=400, blank=True)
    basis = models.CharField(_("basis"), max_length=11, choices=Basis, default=Basis.DIRECT)
    # The key in words ("residents in mid-2011"). Where its two numbers are known, the share is exactly part / whole.
    key = models.CharField(_("shared out by"), max_length=200, blank=True)
    key_part = models.BigIntegerField(null=True, blank=True)
    key_whole = models.BigIntegerField(null=True, blank=True)
    share = models.DecimalField(_("share"), max_digits=13, decimal_places=12, null=True, blank=True)
    whole_pence = models.BigIntegerField(_("the wider body's amount in pence"), null=True, blank=True)
    source_sheet = models.CharField(_("sheet"), max_length=200, blank=True)
    source_row = models.CharField(_("row"), max_length=80, blank=True)
    source_column = models.CharField(_("column"), max_length=200, blank=True)
    source_text = models.CharField(_("as the source writes it"), max_length=300, blank=True)
    note = models.TextField(_("note"), blank=True)

    class Meta:
        ordering = ["budget", "number"]
        constraints = [
            models.UniqueConstraint(fields=["budget", "number"], name="one_line_a_number"),
            models.CheckConstraint(condition=Q(counted=True) | ~Q(why_not=""), name="left_out_says_why"),
            models.CheckConstraint(condition=_SHARE_IS_WHOLE, name="line_share_is_whole"),
            models.CheckConstraint(condition=_KEY_IS_WHOLE, name="line_key_is_whole"),
            models.CheckConstraint(condition=Q(kind__in=["revenue", "capital"]), name="line_kind_known"),
            models.CheckConstraint(condition=Q(control__in=Control.values), name="line_control_known"),
            models.CheckConstraint(
                condition=Q(cofog__regex=r"^((0[1-9]|10)(\.[0-9](\.[0-9])?)?)?$"), name="line_cofog_known"
            ),
        ]

    def __str__(self) -> str:
        return self.service


class Income(models.Model):
    """Where an agency's money comes from: what taxpayers raise, and by which tax, as far as a source says.

    Incomes are not part of the pool's total: they are the other side of it.
    """

    class RaisedBy(models.TextChoices):
        NATION = "nation", _("National taxes")
        BUSINESS = "business", _("Business rates")
        COUNCIL_TAX = "council-tax", _("Council tax")
        OTHER = "other", _("Other income")

    budget = models.ForeignKey(Budget, models.CASCADE, related_name="incomes")
    number = models.PositiveIntegerField()
    name = models.CharField(_("name"), max_length=200)
    raised_by = models.CharField(_("raised by"), max_length=11, choices=RaisedBy)
    amount_pence = models.BigIntegerField(_("amount in pence"), null=True, blank=True)
    # Set where only a share of a wider body's income is this place's: amount = whole x part / whole of the key.
    key = models.CharField(_("shared out by"), max_length=200, blank=True)
    key_part = models.BigIntegerField(null=True, blank=True)
    key_whole = models.BigIntegerField(null=True, blank=True)
    whole_pence = models.BigIntegerField(_("the wider body's amount in pence"), null=True, blank=True)
    source_sheet = models.CharField(_("sheet"), max_length=200, blank=True)
    source_row = models.CharField(_("row"), max_length=80, blank=True)
    source_column = models.CharField(_("column"), max_length=200, blank=True)
    note = models.TextField(_("note"), blank=True)

    class Meta:
        ordering = ["budget", "number"]
        constraints = [
            models.UniqueConstraint(fields=["budget", "number"], name="one_income_a_number"),
            models.CheckConstraint(condition=_KEY_IS_WHOLE, name="income_key_is_whole"),
            models.CheckConstraint(
                condition=Q(raised_by__in=["nation", "business", "council-tax", "other"]), name="income_raiser_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Transfer(models.Model):
    """Money that one pooled body pays another. It would be counted twice, so one of the two lines is left out."""

    payer = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    payee = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    amount_pence = models.BigIntegerField(_("amount in pence"), null=True, blank=True)
    # It belongs to the line that is left out, and lives and dies with that line's budget.
    left_out = models.OneToOneField(Line, models.CASCADE, related_name="transfer")
    counted_in = models.ForeignKey(Line, models.PROTECT, related_name="transfers_counted")
    why = models.CharField(_("why it would count twice"), max_length=400)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(payer=F("payee")), name="transfer_between_two"),
            models.CheckConstraint(condition=~Q(left_out=F("counted_in")), name="transfer_between_two_lines"),
            models.CheckConstraint(condition=~Q(why=""), name="transfer_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.payer} to {self.payee}: {self.why}"


class Gap(models.Model):
    """Public money of a place and year that the pool does not cover, so that nobody takes the total for all of it."""

    place = models.ForeignKey(Place, models.CASCADE, related_name="gaps")
    year = models.CharField(_("year"), max_length=7)
    number = models.PositiveIntegerField()
    what = models.CharField(_("what is missing"), max_length=200)
    # A rough size where somebody has published one.
    about_pence = models.BigIntegerField(_("about how much, in pence"), null=True, blank=True)
    why = models.CharField(_("why"), max_length=400)
    source = models.CharField(_("source"), max_length=300, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["place", "year", "number"], name="one_gap_a_number")]

    def __str__(self) -> str:
        return self.what


class OtherCount(models.Model):
    """What somebody else counted as this place's public money: a second opinion on the total."""

    place = models.ForeignKey(Place, models.CASCADE, related_name="other_counts")
    year = models.CharField(_("year of the pool it is compared with"), max_length=7)
    number = models.PositiveIntegerField()
    said = models.CharField(_("what they counted"), max_length=400)
    counted_year = models.CharField(_("year that was counted"), max_length=7)
    amount_pence = models.BigIntegerField(_("amount in pence"))
    source_title = models.CharField(_("source"), max_length=300)
    source_url = models.URLField(_("address of the source"), max_length=600, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["place", "year", "number"], name="one_other_count_a_number")]

    def __str__(self) -> str:
        return self.said


class Upload(models.Model):
    """A file that an officer handed over, from the moment it arrives until its rows are kept, undone or given up.

    Nothing of it is public. `understanding` and `mapping` are what `budgets.reading` makes of it and what the
    officer confirmed.
    """

    class Kind(models.TextChoices):
        BUDGET = "budget", _("budget lines")
        SPENDING = "spending", _("payments")

    class State(models.TextChoices):
        RECEIVED = "received", _("received")
        UNDERSTOOD = "understood", _("waiting for your answers")
        READING = "reading", _("being read")
        READY = "ready", _("read, waiting for your yes")
        SAVED = "saved", _("saved")
        UNDONE = "undone", _("undone")
        FAILED = "failed", _("could not be read")

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="uploads")
    kind = models.CharField(max_length=8, choices=Kind, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.RECEIVED)
    # What the officer said about it. A budget needs all of it; payments carry their own dates.
    year = models.CharField(_("year"), max_length=7, blank=True)
    budget_kind = models.CharField(_("planned or spent"), max_length=7, choices=Budget.Kind, blank=True)
    source_title = models.CharField(_("source"), max_length=300, blank=True)
    source_url = models.URLField(_("address of the source"), max_length=600, blank=True)
    licence = models.CharField(_("licence"), max_length=120, blank=True)
    # Whose row or lines to read, in a file that holds those of several bodies.
    authority = models.CharField(max_length=200, blank=True)
    file_name = models.CharField(_("file name"), max_length=300)
    size_bytes = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    # Where the untouched file is kept, under the installation's uploads folder; a random name, never the given one.
    stored_as = models.CharField(max_length=200, blank=True)
    understanding = models.JSONField(default=dict)
    mapping = models.JSONField(default=dict)
    problem = models.TextField(blank=True)
    work = models.ForeignKey(Work, models.SET_NULL, null=True, blank=True, related_name="+")
    # rows = kept + rejected + blank, always; sums likewise. Rows of headings are counted apart.
    rows = models.BigIntegerField(null=True)
    kept = models.BigIntegerField(null=True)
    rejected = models.BigIntegerField(null=True)
    blank = models.BigIntegerField(null=True)
    headings = models.BigIntegerField(null=True)
    sum_before_pence = models.BigIntegerField(null=True)
    sum_kept_pence = models.BigIntegerField(null=True)
    sum_rejected_pence = models.BigIntegerField(null=True)
    # The first rejected rows with their reasons, for the page; all of them are in a file beside the upload.
    rejects = models.JSONField(default=list)
    rejects_stored_as = models.CharField(max_length=200, blank=True)
    budget = models.ForeignKey(Budget, models.SET_NULL, null=True, blank=True, related_name="uploads")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-made_at"]
        indexes = [models.Index(fields=["agency", "sha256"], name="upload_same_file")]
        constraints = [
            models.CheckConstraint(condition=Q(size_bytes__gte=0), name="upload_has_a_size"),
            models.CheckConstraint(
                condition=Q(rows__isnull=True) | Q(rows=F("kept") + F("rejected") + F("blank")),
                name="upload_rows_add_up",
            ),
            models.CheckConstraint(
                condition=Q(sum_before_pence__isnull=True)
                | Q(sum_before_pence=F("sum_kept_pence") + F("sum_rejected_pence")),
                name="upload_sums_add_up",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name


class RememberedMapping(models.Model):
    """How an agency's files with these headings were read last time, so that nobody is asked twice."""

    agency = models.ForeignKey(Agency, models.CASCADE, related_name="mappings")
    kind = models.CharField(max_length=8, choices=Upload.Kind)
    # Names the set of headings (`reading.Mapping.fingerprint`).
    fingerprint = models.CharField(max_length=128)
    mapping = models.JSONField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    used_at = models.DateTimeField(auto_now=True)
    used_times = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agency", "kind", "fingerprint"], name="one_mapping_a_set_of_headings")
        ]

    def __str__(self) -> str:
        return f"{self.agency}: {self.fingerprint}"


class SpendingFile(models.Model):
    """Payments of one file, kept as Parquet for DuckDB; the row is what pages list and what adds up."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        PUBLISHED = "published", _("published")
        UNDONE = "undone", _("taken back")

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="spending_files")
    upload = models.OneToOneField(Upload, models.PROTECT, null=True, blank=True, related_name="spending_file")
    state = models.CharField(max_length=9, choices=State, default=State.DRAFT)
    # Path of the Parquet file under the installation's home folder.
    parquet = models.CharField(max_length=300, unique=True)
    source_title = models.CharField(_("source"), max_length=300)
    source_url = models.URLField(_("address of the source"), max_length=600, blank=True)
    licence = models.CharField(_("licence"), max_length=120, blank=True)
    first_day = models.DateField(null=True)
    last_day = models.DateField(null=True)
    rows = models.BigIntegerField()
    kept = models.BigIntegerField()
    rejected = models.BigIntegerField()
    blank = models.BigIntegerField()
    headings = models.BigIntegerField(default=0)
    sum_before_pence = models.BigIntegerField()
    sum_kept_pence = models.BigIntegerField()
    sum_rejected_pence = models.BigIntegerField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["agency", "first_day", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(rows=F("kept") + F("rejected") + F("blank")), name="spending_rows_add_up"
            ),
            models.CheckConstraint(
                condition=Q(sum_before_pence=F("sum_kept_pence") + F("sum_rejected_pence")),
                name="spending_sums_add_up",
            ),
            models.CheckConstraint(
                condition=Q(first_day__isnull=True) | Q(last_day__gte=F("first_day")), name="spending_days_in_order"
            ),
        ]

    def __str__(self) -> str:
        return self.source_title


class LocalRule(models.Model):
    """Which payees count as local in a place: by their postcode, or by name where the files hold no postcodes."""

    place = models.OneToOneField(Place, models.CASCADE, primary_key=True, related_name="local_rule")
    # Areas of postcodes as people write them, separated by spaces: "M33 WA14 WA15".
    postcodes = models.CharField(_("postcodes that are local"), max_length=400, blank=True)
    # Names as the files write them, one a line.
    payees = models.TextField(_("payees that are local"), blank=True)

    def __str__(self) -> str:
        return f"{self.place}: {self.postcodes}"
