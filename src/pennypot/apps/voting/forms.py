"""What people type at the entrance. Choices on a ballot are no Django form: see `choices`."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from pennypot.apps.places.forms import OneLine
from pennypot.apps.places.models import Area
from pennypot.apps.rounds.models import Round
from pennypot.apps.voting.models import RollEntry
from pennypot.apps.voting.sealing import WORD_LETTERS

_PLAIN = {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}


class CodeForm(forms.Form):
    """A code from a letter or from the desk."""

    code = OneLine(
        label=_("Your code"), max_length=80, help_text=_("16 signs, in four groups. Small or big letters, both work."),
        widget=forms.TextInput(attrs={**_PLAIN, "class": "code"}),
    )  # fmt: skip


class _AsksAge(forms.Form):
    """Has the voter say that they are old enough, where no roll knows it."""

    def __init__(self, *args: Any, min_age: int = 0, **options: Any) -> None:
        super().__init__(*args, **options)
        if min_age:
            label = _("I live here and I am %(age)s or older.") % {"age": min_age}
            self.fields["old_enough"] = forms.BooleanField(
                label=label, error_messages={"required": _("Tick this box if it is true. If not, you cannot vote.")}
            )


class LinkForm(_AsksAge):
    """Where to send a link, and for some rounds the postcode."""

    address = OneLine(
        label=_("Your e-mail address"), max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )  # fmt: skip
    postcode = OneLine(
        label=_("Your postcode"), max_length=12,
        widget=forms.TextInput(attrs={"autocomplete": "postal-code", "class": "short"}),
    )  # fmt: skip
    field_order = ["address", "postcode", "old_enough"]

    def __init__(self, *args: Any, postcode: bool = False, **options: Any) -> None:
        super().__init__(*args, auto_id=f"id_{'postcode' if postcode else 'roll'}_%s", **options)
        if not postcode:
            del self.fields["postcode"]


class PhoneForm(_AsksAge):
    """Where to send a code."""

    phone = OneLine(
        label=_("Your mobile number"), max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel", "class": "short"}),
    )  # fmt: skip


class TextCodeForm(forms.Form):
    """The code that came to a phone."""

    phone = forms.CharField(max_length=20, widget=forms.HiddenInput)
    code = OneLine(
        label=_("The code"), max_length=12, help_text=_("Six figures."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "class": "short"}),
    )  # fmt: skip

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        people = settings.OPTIONS.sms_voters_a_phone
        if people > 1:
            self.fields["which"] = forms.TypedChoiceField(
                label=_("Do several people vote with this phone?"),
                choices=[(which, _("I am number %(which)s") % {"which": which}) for which in range(1, people + 1)],
                coerce=int,
                initial=1,
            )


class AreasForm(forms.Form):
    """The voter's own area where the roll does not know it, and the other one where the round has them choose it."""

    def __init__(self, round: Round, entry: RollEntry, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        areas = Area.objects.filter(place_id=round.place_id).order_by("name")
        if entry.area_id is None:
            self.fields["own"] = forms.ModelChoiceField(areas, label=_("Where do you live?"))
        if round.scope == Round.Scope.OWN_AND_ONE:
            self.fields["other"] = forms.ModelChoiceField(
                areas.exclude(pk=entry.area_id or 0), required=False,
                label=_("Which other area do you want to vote in?"),
                help_text=_("Where you work, learn or have family, for example."),
            )  # fmt: skip


class WordForm(forms.Form):
    """The voter's own word."""

    word = OneLine(
        label=_("A word of your own"), required=False, max_length=WORD_LETTERS,
        help_text=_("Any word you will know again, like “heron”. Not your name. It is sealed with your vote."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "short"}),
    )  # fmt: skip


class FindForm(forms.Form):
    """What a receipt says, to find its ballot in the log."""

    index = forms.IntegerField(
        label=_("Number in the log"), required=False, min_value=0, max_value=10**12,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "short", "autocomplete": "off"}),
    )  # fmt: skip
    fingerprint = OneLine(
        label=_("Fingerprint"), required=False, max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip

    def clean_fingerprint(self) -> bytes:
        """Return the fingerprint as 32 bytes; empty when nothing was typed."""
        typed = "".join(self.cleaned_data["fingerprint"].split()).lower()
        try:
            found = bytes.fromhex(typed)
        except ValueError:
            found = b"?"
        if typed and len(found) != 32:
            raise forms.ValidationError(_("A fingerprint has 64 signs: figures, and letters from a to f."))
        return found

    def clean(self) -> dict[str, Any]:
        """One of the two is needed."""
        found = super().clean() or {}
        if not self.errors and found.get("index") is None and not found.get("fingerprint"):
            raise forms.ValidationError(_("Write the number or the fingerprint from your receipt."))
        return found


class RollForm(forms.Form):
    """A file of people, and how they get in."""

    how = forms.ChoiceField(
        label=_("What does each person get?"), widget=forms.RadioSelect, initial=RollEntry.How.ROLL_EMAIL,
        choices=[
            (RollEntry.How.ROLL_EMAIL, _("A link by e-mail. We send it now.")),
            (RollEntry.How.ROLL_CODE, _("A code. You get your list back with a code in each row, and hand it out.")),
        ],
    )  # fmt: skip
    file = forms.FileField(
        label=_("The list"), max_length=300,
        help_text=_("CSV, XLSX, XLS or ODS. The first row names the columns: “email”, “area”, “postcode”."),
        allow_empty_file=True,
    )  # fmt: skip
    leave_out = forms.BooleanField(label=_("Leave out rows that have a problem"), required=False)


class PostcodesForm(forms.Form):
    """The postcodes that vote."""

    text = forms.CharField(
        label=_("Postcodes"), max_length=400_000,
        help_text=_(
            "One a line: B29, or B29 6, or B29 6BD, or B29 6AA - B29 6ZZ. "
            "An area can follow after a comma. You can paste a CSV file."
        ),
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false"}),
    )  # fmt: skip
