"""A place, its areas and agencies, and who has which role in it."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from pennypot.apps.people.roles import Role

# Addresses of the installation itself, which no place may take.
RESERVED_SLUGS = frozenset(
    {"about", "accessibility", "account", "accounts", "api", "demo", "favicon.ico", "healthz", "help", "invitations"}
    | {"language", "live", "me", "new", "places", "privacy", "robots.txt", "security", "static", ".well-known", "work"}
)

# Parts of the pool's addresses (`/<place>/pool/flows/`), which no agency's address may shadow.
RESERVED_AGENCY_SLUGS = frozenset({"budget", "compare", "flows", "for", "history", "kind", "line"})


class Place(models.Model):
    """An area with one pooled budget and one accountable officer (a city, a county, an island)."""

    class Colour(models.TextChoices):
        PENNY = "penny", _("Copper")
        LEAF = "leaf", _("Leaf green")
        RIVER = "river", _("River blue")
        PLUM = "plum", _("Plum")
        PINE = "pine", _("Pine")
        ROSE = "rose", _("Rose")

    class State(models.TextChoices):
        SETTING_UP = "setting-up", _("being set up")
        OPEN = "open", _("open to everyone")

    slug = models.CharField(
        _("address"),
        max_length=60,
        unique=True,
        validators=[RegexValidator(r"^[a-z0-9]+(-[a-z0-9]+)*\Z", _("Use small letters, digits and single hyphens."))],
    )
    name = models.CharField(_("name"), max_length=120)
    state = models.CharField(max_length=12, choices=State, default=State.SETTING_UP)
    # ONS/GSS code of the area (E08000025), if it has one.
    gss_code = models.CharField(_("GSS code"), max_length=9, blank=True)
    population = models.PositiveIntegerField(_("residents"), null=True, blank=True)
    population_source = models.CharField(_("where the number comes from"), max_length=300, blank=True)
    # Shown as a chip on every page: "Historical demonstration, 2010-11 outturn, not current budgets".
    label = models.CharField(_("label"), max_length=200, blank=True)
    about = models.TextField(_("about this place"), blank=True)
    # The current year of the pool, as written: "2010-11".
    year = models.CharField(_("year of the pool"), max_length=7, blank=True)
    accountable_officer = models.CharField(_("accountable officer"), max_length=200, blank=True)
    colour = models.CharField(_("colour"), max_length=12, choices=Colour, default=Colour.PENNY)
    logo = models.FileField(_("logo"), upload_to="places/logos", blank=True)
    # Said under the map: whose outlines they are and under which licence.
    outlines_source = models.CharField(_("where the outlines come from"), max_length=300, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=40, default="Europe/London")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(slug__regex=r"^[a-z0-9]+(-[a-z0-9]+)*$") & ~Q(slug__in=sorted(RESERVED_SLUGS)),
                name="place_address_is_plain_and_free",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        """Whether everyone may see it."""
        return self.state == self.State.OPEN


class Area(models.Model):
    """A part of a place (ward, neighbourhood); areas form a tree."""

    place = models.ForeignKey(Place, models.CASCADE, related_name="areas")
    parent = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="parts")
    name = models.CharField(_("name"), max_length=120)
    code = models.CharField(_("code"), max_length=20, blank=True)
    population = models.PositiveIntegerField(_("residents"), null=True, blank=True)
    population_source = models.CharField(_("where the number comes from"), max_length=300, blank=True)
    # How much harder life is here than on average, in hundredths (100 = average); weighs area pots.
    deprivation_weight = models.PositiveIntegerField(_("deprivation weight"), default=100)
    # Rings of [longitude, latitude], as in a GeoJSON MultiPolygon; empty when there is no outline.
    outline = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["place", "name"], name="one_area_a_name"),
            models.CheckConstraint(condition=~Q(parent=models.F("id")), name="area_is_not_its_own_parent"),
        ]

    def __str__(self) -> str:
        return self.name


class AreaDraft(models.Model):
    """A list of areas that was read and not yet confirmed, so that a preview can be left and nothing typed is lost."""

    place = models.OneToOneField(Place, models.CASCADE, related_name="area_draft", primary_key=True)
    text = models.TextField(blank=True)
    file_name = models.CharField(max_length=200, blank=True)
    population_source = models.CharField(max_length=300, blank=True)
    outlines_source = models.CharField(max_length=300, blank=True)
    # Rows as {name, code, population, part_of, outline}; problems as {row, message}.
    rows = models.JSONField(default=list)
    problems = models.JSONField(default=list)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    made_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{len(self.rows)} areas for {self.place}"


class Agency(models.Model):
    """A public body that spends money in the place."""

    class Family(models.TextChoices):
        COUNCIL = "council", _("Council")
        NHS = "nhs", _("NHS")
        POLICE = "police", _("Police")
        FIRE = "fire", _("Fire and rescue")
        WELFARE = "welfare", _("Welfare")
        TRANSPORT = "transport", _("Transport")
        REGION = "region", _("Combined authority")
        OTHER = "other", _("Other")

    place = models.ForeignKey(Place, models.CASCADE, related_name="agencies")
    slug = models.SlugField(max_length=80)
    name = models.CharField(_("name"), max_length=200)
    short_name = models.CharField(_("short name"), max_length=60, blank=True)
    family = models.CharField(_("kind"), max_length=12, choices=Family, default=Family.OTHER)
    # Identifiers: ONS or GSS code, and org-id (GB-LAE-BIR) for open data.
    gss_code = models.CharField(_("GSS or ONS code"), max_length=20, blank=True)
    org_id = models.CharField(_("org-id"), max_length=60, blank=True)
    website = models.URLField(_("website"), blank=True)
    # A body that serves a wider area says so: its lines are apportioned.
    wider_area = models.CharField(_("wider area it serves"), max_length=200, blank=True)

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "agencies"
        constraints = [
            models.UniqueConstraint(fields=["place", "slug"], name="one_agency_an_address"),
            models.CheckConstraint(condition=~Q(slug__in=sorted(RESERVED_AGENCY_SLUGS)), name="agency_address_is_free"),
            models.UniqueConstraint(fields=["place", "name"], name="one_agency_a_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def said_name(self) -> str:
        """The short name where there is one."""
        return self.short_name or self.name


class Membership(models.Model):
    """A person's role in a place; an agency officer's also names the agency."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    place = models.ForeignKey(Place, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=12, choices=[c for c in Role.choices if c[0] != Role.OPERATOR])
    agency = models.ForeignKey(Agency, models.CASCADE, null=True, blank=True, related_name="memberships")
    since = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "place", "role", "agency"], name="one_role_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=(Q(role=Role.AGENCY_OFFICER) & Q(agency__isnull=False))
                | (~Q(role=Role.AGENCY_OFFICER) & Q(agency__isnull=True)),
                name="officers_have_an_agency_and_others_none",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.role} in {self.place}"


class Invitation(models.Model):
    """A letter that offers a role to an e-mail address; used once, before it expires."""

    place = models.ForeignKey(Place, models.CASCADE, related_name="invitations")
    email = models.EmailField(_("e-mail"))
    role = models.CharField(_("role"), max_length=12, choices=[c for c in Role.choices if c[0] != Role.OPERATOR])
    agency = models.ForeignKey(Agency, models.CASCADE, null=True, blank=True)
    # SHA-256 of the token in the link; the token itself is only in the letter.
    token_hash = models.BinaryField(max_length=32, unique=True)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="invitations_sent")
    made_at = models.DateTimeField(auto_now_add=True)
    # The last letter; the next one waits a minute.
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    used_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-made_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(used_at__isnull=True, used_by__isnull=True)
                | Q(used_at__isnull=False, used_by__isnull=False, withdrawn_at__isnull=True),
                name="a_used_invitation_names_who",
            ),
            # Only one letter at a time for the same offer; sending again changes its token instead.
            models.UniqueConstraint(
                fields=["place", "email", "role", "agency"],
                condition=Q(used_at__isnull=True, withdrawn_at__isnull=True),
                nulls_distinct=False,
                name="one_open_invitation_an_offer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} in {self.place} for {self.email}"
