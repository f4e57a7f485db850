"""What officers say about a file, its columns and its lines: the shape only. Rules of the pool are in the actions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from pennypot.apps.budgets.models import Budget, Upload
from pennypot.apps.places.forms import OneLine, WebAddress
from pennypot.apps.places.models import Agency

YEAR = RegexValidator(r"^[12][0-9]{3}(-[0-9]{2})?\Z", _("Write the year as 2023-24, or as 2024."))
YEAR_BOX = forms.TextInput(attrs={"class": "short", "autocomplete": "off"})


class HandOver(forms.Form):
    """A file and what is known about it."""

    agency = forms.ModelChoiceField(
        Agency.objects.none(), label=_("Whose figures are they?"), empty_label=None, to_field_name="slug"
    )
    file = forms.FileField(
        label=_("The file"),
        max_length=300,
        help_text=_("CSV, XLSX, XLS or ODS, or a ZIP of them, as it came out of your system. Nothing is public yet."),
        allow_empty_file=True,
    )
    kind = forms.ChoiceField(
        label=_("What does it hold?"),
        choices=[
            ("", _("Find out from the file")),
            (Upload.Kind.BUDGET, _("A budget, or what was spent: a line for each service")),
            (Upload.Kind.SPENDING, _("Payments, one by one")),
        ],
        widget=forms.RadioSelect,
        required=False,
        initial="",
    )
    year = OneLine(
        label=_("Year, for a budget"),
        max_length=7,
        required=False,
        validators=[YEAR],
        help_text=_("Like 2023-24. Payments carry their own dates."),
        widget=YEAR_BOX,
    )
    budget_kind = forms.ChoiceField(
        label=_("Planned or spent, for a budget"),
        choices=[("", _("I will say later")), *Budget.Kind.choices],
        required=False,
    )
    source_title = OneLine(
        label=_("Where it comes from"),
        max_length=300,
        required=False,
        help_text=_(
            "Shown beside every figure, like “Revenue outturn 2023-24”. Otherwise the name of the file is shown."
        ),
    )
    source_url = WebAddress(label=_("Its address on the web"), max_length=600, required=False, assume_scheme="https")
    licence = OneLine(
        label=_("Licence"), max_length=120, required=False, help_text=_("Like “Open Government Licence v3.0”.")
    )

    def __init__(self, *arguments: Any, agencies: Iterable[Agency], **named: Any) -> None:
        super().__init__(*arguments, **named)
        keys = [agency.pk for agency in agencies]
        self.fields["agency"].queryset = Agency.objects.filter(pk__in=keys).order_by("name")  # type: ignore[attr-defined]

    def about(self) -> list[forms.BoundField]:
        """The fields that can wait, which the page folds away."""
        return [self[name] for name in ("year", "budget_kind", "source_title", "source_url", "licence")]

    def main(self) -> list[forms.BoundField]:
        """The fields that everybody fills in."""
        return [self[name] for name in ("agency", "file", "kind")]


class KeepBudget(forms.Form):
    """Which year a budget is of, asked when its rows are kept."""

    year = OneLine(
        label=_("Which year?"), max_length=7, validators=[YEAR], help_text=_("Like 2023-24."), widget=YEAR_BOX
    )
    budget_kind = forms.ChoiceField(label=_("Planned or spent?"), choices=Budget.Kind.choices, widget=forms.RadioSelect)


class Local(forms.Form):
    """What counts as local."""

    postcodes = OneLine(
        label=_("Postcodes that are local"),
        max_length=400,
        required=False,
        validators=[
            RegexValidator(r"^[A-Za-z0-9 ,]*\Z", _("Write postcodes with spaces between them: M33 WA14 WA15."))
        ],
        help_text=_("The first half is enough: M33 WA14 WA15."),
    )
    payees = forms.CharField(
        label=_("Payees that are local"),
        max_length=20_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("One a line, written as in the files. Use it where the files hold no postcodes."),
    )

    def clean_postcodes(self) -> str:
        """One space between postcodes, in capitals."""
        return " ".join(self.cleaned_data["postcodes"].replace(",", " ").upper().split())
