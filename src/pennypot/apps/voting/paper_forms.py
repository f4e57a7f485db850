"""What clerks type: at the desk, with envelopes, with paper ballots, for letters."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from pennypot.apps.people.models import Person
from pennypot.apps.places.forms import OneLine
from pennypot.apps.places.models import Area
from pennypot.apps.rounds.models import Round
from pennypot.apps.voting.actions.envelopes import FEW
from pennypot.apps.voting.actions.letters import MOST_LETTERS
from pennypot.apps.voting.models import DeskVisit, PaperBallot

_PLAIN = {"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}


class ClerkForm(forms.Form):
    """Which officer is named."""

    clerk = forms.ModelChoiceField(label=_("Officer"), queryset=Person.objects.none(), empty_label=_("Choose"))

    def __init__(self, *args: Any, possible: Any = None, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["clerk"]
        if possible is not None:
            field.queryset = possible  # type: ignore[attr-defined]
        field.label_from_instance = lambda person: person.said_name  # type: ignore[attr-defined]


class PrintForm(forms.Form):
    """Which paper is printed, in a round where each area has its own."""

    area = forms.ModelChoiceField(label=_("For whom"), queryset=Area.objects.none(), empty_label=_("Choose an area"))
    other = forms.ModelChoiceField(
        label=_("The other area that they chose"), queryset=Area.objects.none(), required=False, empty_label=_("None")
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES, required=False)
    large = forms.ChoiceField(
        label=pgettext_lazy("size of print", "Letters"),
        choices=[("", _("as usual")), ("yes", _("large print"))],
        required=False,
    )

    def __init__(self, *args: Any, round: Round, **options: Any) -> None:
        super().__init__(*args, **options)
        areas = Area.objects.filter(place_id=round.place_id).defer("outline").order_by("name")
        for name in ("area", "other"):
            self.fields[name].queryset = areas  # type: ignore[attr-defined]
        if round.scope != Round.Scope.OWN_AND_ONE:
            del self.fields["other"]


class EnvelopeForm(forms.Form):
    """Whose outer envelope this is."""

    who = OneLine(
        label=_("What the slip says"), max_length=254,
        help_text=_("The code on the slip, an e-mail address of the roll, or a number of the roll like #123."),
        widget=forms.TextInput(attrs={**_PLAIN, "autofocus": True}),
    )  # fmt: skip


class BackForm(forms.Form):
    """Why an envelope is sent back."""

    reason = OneLine(label=_("Why"), max_length=300, help_text=_("Name no person here."))


class OpenForm(forms.Form):
    """How many envelopes lie on the table."""

    counted = forms.IntegerField(
        label=_("How many envelopes did you count?"), min_value=0, max_value=100_000,
        widget=forms.NumberInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    few = forms.BooleanField(
        label=_("No more envelopes will come, so this small batch is meant"), required=False,
        help_text=_("Only needed for fewer than %(few)s envelopes.") % {"few": FEW},
    )  # fmt: skip


class KeyForm(forms.Form):
    """One paper ballot. What holds is checked by `keyed.read`, not here."""

    numbers = forms.CharField(
        label=_("Numbers on the ballot"), max_length=4_000, required=False,
        widget=forms.TextInput(attrs={**_PLAIN, "autofocus": True, "inputmode": "text", "class": "keyed"}),
    )  # fmt: skip
    spoilt = forms.ChoiceField(
        label=_("Or it cannot be counted, because"), required=False,
        choices=[("", _("It can be counted")), *PaperBallot.Spoilt.choices],
    )  # fmt: skip

    def __init__(self, *args: Any, how: str = "", **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["numbers"].help_text = how


class DeskForm(forms.Form):
    """Who stands at the desk, and what they get."""

    shown = forms.ChoiceField(label=_("They showed"), choices=DeskVisit.Shown, widget=forms.RadioSelect)
    number = OneLine(
        label=_("The letter's code, or the number of the document"), max_length=80,
        help_text=_("It is kept only in a form that nobody can read back."), widget=forms.TextInput(attrs=_PLAIN),
    )  # fmt: skip
    area = forms.ModelChoiceField(label=_("Area they live in"), queryset=Area.objects.none(), required=False)
    seen = forms.BooleanField(label="")
    gave = forms.ChoiceField(label=_("You give them"), choices=DeskVisit.Gave, widget=forms.RadioSelect)

    def __init__(self, *args: Any, round: Round, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["seen"].label = _("I have seen that they live here and are %(age)s or older") % {
            "age": round.min_age
        }
        if "desk" not in round.eligibility:
            letter = [one for one in DeskVisit.Shown.choices if one[0] == DeskVisit.Shown.LETTER]
            self.fields["shown"].choices = letter  # type: ignore[attr-defined]
            self.initial.setdefault("shown", DeskVisit.Shown.LETTER)
        if round.scope == Round.Scope.PLACE:
            del self.fields["area"]
        else:
            self.fields["area"].queryset = Area.objects.filter(place_id=round.place_id)  # type: ignore[attr-defined]


class LettersForm(forms.Form):
    """How many letters, or to whom, and in which language."""

    count = forms.IntegerField(
        label=_("Letters without an address"), min_value=1, max_value=MOST_LETTERS, required=False,
        help_text=_("For example one for each household, which the post delivers to every door."),
    )  # fmt: skip
    addresses = forms.FileField(
        label=_("Or a list of addresses"), required=False,
        help_text=_(
            "A CSV file with headings. Each column is a line of the address; a column named “area” says where the "
            "person lives. We delete the list when the letters are made."
        ),
    )  # fmt: skip
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    large = forms.BooleanField(label=_("Large print"), required=False)

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if not self.errors and bool(found.get("count")) == bool(found.get("addresses")):
            self.add_error("count", _("Write a number of letters, or send a list of addresses: one of the two."))
        return found


class AuditForm(forms.Form):
    """How the people who get a letter of the roll audit are drawn."""

    seed = OneLine(
        label=_("Public draw"), max_length=200,
        help_text=_("The result of a draw that everybody can look up, so that nobody can choose who is asked."),
    )  # fmt: skip
    count = forms.IntegerField(
        label=_("How many people"), min_value=1, max_value=5_000, initial=299,
        help_text=_("299 letters meet a forgery of one vote in a hundred with 95 chances in 100."),
    )  # fmt: skip
    answer_to = OneLine(
        label=_("Where people answer"), max_length=200, help_text=_("An e-mail address, a telephone number, or both.")
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
