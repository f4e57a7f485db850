"""What people type about a place. Rules of the place itself are in the actions; here is only the shape."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import RegexValidator, URLValidator
from django.utils.translation import gettext_lazy as _

from pennypot.apps.people.roles import WHAT_IT_IS_FOR, Role
from pennypot.apps.places.models import Agency, Place

IDENTIFIER = RegexValidator(r"^[A-Za-z0-9._/-]*\Z", _("Use letters, digits, dots and hyphens only."))


class OneLine(forms.CharField):
    """Text of one line: runs of spaces, tabs and line ends become one space."""

    def clean(self, value: Any) -> str:
        return super().clean(" ".join(value.split()) if isinstance(value, str) else value)


class WebAddress(forms.URLField):
    """An address that starts with http or https, and nothing else."""

    default_validators = [URLValidator(schemes=["http", "https"])]


class NewPlace(forms.Form):
    name = OneLine(label=_("Name of the place"), max_length=120, help_text=_("As people say it: “Birmingham”."))
    slug = OneLine(
        label=_("Its address here"),
        max_length=60,
        help_text=_("Small letters, digits and hyphens: “birmingham”. It cannot be changed later."),
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
    )
    team_email = forms.EmailField(
        label=_("E-mail of the first team member"),
        max_length=254,
        help_text=_("They get a letter with a link, and do the rest. It can be your own."),
    )


class Facts(forms.Form):
    name = OneLine(label=_("Name of the place"), max_length=120)
    population = forms.IntegerField(
        label=_("How many people live here"), min_value=1, max_value=2_000_000_000, required=False, localize=True
    )
    population_source = OneLine(
        label=_("Where this number comes from"),
        max_length=300,
        required=False,
        help_text=_("For example: Mid-2024 estimate, Office for National Statistics."),
    )
    gss_code = OneLine(
        label=_("GSS code"),
        max_length=9,
        required=False,
        validators=[IDENTIFIER],
        help_text=_("The code of the area at the Office for National Statistics, like E08000025."),
        widget=forms.TextInput(attrs={"class": "short"}),
    )
    accountable_officer = OneLine(
        label=_("Accountable officer"),
        max_length=200,
        required=False,
        help_text=_("Who answers for all the public money of this place: name and office."),
    )
    about = forms.CharField(
        label=_("About this place"),
        max_length=4_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("A few plain sentences for people who live here."),
    )


class Areas(forms.Form):
    text = forms.CharField(
        label=_("One area a line"),
        required=False,
        help_text=_("A name alone is enough. Or: name, code, number of residents. You can paste from a spreadsheet."),
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false"}),
        strip=False,
    )
    file = forms.FileField(
        label=_("Or a file"),
        required=False,
        help_text=_("CSV, GeoJSON or TopoJSON. Outlines make a map; take a generalised version."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.tsv,.json,.geojson,.topojson"}),
    )
    population_source = OneLine(label=_("Where the numbers of residents come from"), max_length=300, required=False)
    outlines_source = OneLine(
        label=_("Where the outlines come from"),
        max_length=300,
        required=False,
        help_text=_("Shown under the map, with the licence."),
    )


class AgencyDetails(forms.Form):
    name = OneLine(label=_("Name"), max_length=200)
    short_name = OneLine(label=_("Short name"), max_length=60, required=False, help_text=_("For charts."))
    family = forms.ChoiceField(label=_("Kind"), choices=Agency.Family.choices)
    wider_area = OneLine(
        label=_("Wider area that it serves"),
        max_length=200,
        required=False,
        help_text=_("If it serves more than this place, like “West Midlands”."),
    )
    website = WebAddress(label=_("Website"), required=False, assume_scheme="https", max_length=200)
    gss_code = OneLine(label=_("GSS or ONS code"), max_length=20, required=False, validators=[IDENTIFIER])
    org_id = OneLine(
        label=_("org-id"),
        max_length=60,
        required=False,
        validators=[IDENTIFIER],
        help_text=_("The identifier at org-id.guide, like GB-LAE-BIR."),
    )


class Suggested(forms.Form):
    """One line of the list of suggested agencies: ticked or not, with a name that can be changed."""

    take = forms.BooleanField(required=False)
    name = OneLine(max_length=200, required=False)
    family = forms.ChoiceField(choices=Agency.Family.choices, widget=forms.HiddenInput)
    org_id = OneLine(max_length=60, required=False, validators=[IDENTIFIER], widget=forms.HiddenInput)

    @property
    def family_said(self) -> str:
        """The kind of agency in words."""
        return str(dict(Agency.Family.choices).get(self["family"].value(), ""))

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("take") and not found.get("name"):
            self.add_error("name", _("Write its name."))
        return found


SuggestedAgencies = forms.formset_factory(Suggested, extra=0, max_num=20, absolute_max=20)


class Look(forms.Form):
    label = OneLine(
        label=_("Label"),
        max_length=200,
        required=False,
        help_text=_("A short remark shown on the first page, like “Figures of 2025-26, budget, not yet final”."),
    )
    colour = forms.ChoiceField(
        label=_("Colour"), choices=Place.Colour.choices, widget=forms.RadioSelect(attrs={"class": "swatch"})
    )
    logo = forms.FileField(
        label=_("Logo"),
        required=False,
        help_text=_(
            "A PNG picture of at most 512 kilobytes. "
            "Only its pixels are kept; notes and places hidden in the file are taken out."
        ),
        widget=forms.FileInput(attrs={"accept": "image/png"}),
    )
    remove_logo = forms.BooleanField(label=_("Take the logo away"), required=False)


INVITED_ROLES = [role for role in Role if role not in (Role.OPERATOR, Role.RESIDENT)]


class Invite(forms.Form):
    email = forms.EmailField(label=_("E-mail"), max_length=254)
    role = forms.ChoiceField(
        label=_("Role"), choices=[(role.value, role.label) for role in INVITED_ROLES], widget=forms.RadioSelect
    )
    agency = forms.ModelChoiceField(
        label=_("Agency, for an agency officer"),
        queryset=Agency.objects.none(),
        required=False,
        empty_label=_("no agency"),
    )

    def __init__(self, *args: Any, place: Place, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["agency"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = place.agencies.all()

    @staticmethod
    def what_for() -> list[tuple[str, str]]:
        """Return each role's name and what it is for, to stand beside the form."""
        return [(str(role.label), str(WHAT_IT_IS_FOR[role])) for role in INVITED_ROLES]


class EndRole(forms.Form):
    reason = OneLine(label=_("Why"), max_length=300, required=False, help_text=_("It is kept with what you did."))
