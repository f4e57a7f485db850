"""Forms of the key ceremony, the close, the opening and voids."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pennypot.apps.people.models import Person
from pennypot.apps.voting.models import KeyHolder, VoidRequest


class HoldersForm(forms.Form):
    """Who gets which share, by the e-mail address of each person's account."""

    accountable = forms.EmailField(label=gettext_lazy("Accountable officer"))
    scrutineer = forms.EmailField(
        label=gettext_lazy("Community scrutineer"),
        help_text=gettext_lazy("Somebody whom people trust and who does not work for an agency."),
    )
    auditor = forms.EmailField(
        label=gettext_lazy("Auditor"), help_text=gettext_lazy("Internal audit, a solicitor, another council.")
    )

    def clean(self) -> None:
        """Find each person's account."""
        for name in self.fields:
            address = self.cleaned_data.get(name)
            if address and not Person.objects.filter(email__iexact=address, is_active=True).exists():
                self.add_error(
                    name, _("Nobody with this address has an account here. They sign in once, then try again.")
                )

    @property
    def holders(self) -> dict[int, Person]:
        """The people by share."""
        which = {
            "accountable": KeyHolder.Which.ACCOUNTABLE,
            "scrutineer": KeyHolder.Which.SCRUTINEER,
            "auditor": KeyHolder.Which.AUDITOR,
        }
        found = {name: Person.objects.get(email__iexact=self.cleaned_data[name]) for name in which}
        return {int(share): found[name] for name, share in which.items()}


class ShareForm(forms.Form):
    """A share, as typed from its sheet or scanned."""

    share = forms.CharField(
        label=gettext_lazy("Your share"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
        help_text=gettext_lazy("Type it from your sheet. Small letters and missing hyphens do no harm."),
    )


class DrawForm(forms.Form):
    """What the public draw came to."""

    draw = forms.CharField(
        label=gettext_lazy("Result of the draw"),
        max_length=300,
        help_text=gettext_lazy("As it was published: 3 14 22 31 40 58. It is written down once and cannot be changed."),
    )


class VoidForm(forms.Form):
    """A ballot to make void, and why."""

    index = forms.IntegerField(
        label=gettext_lazy("Number of the ballot in the log"), min_value=0, max_value=10**9, localize=False
    )
    reason = forms.ChoiceField(label=gettext_lazy("Why"), choices=VoidRequest.Reason.choices)
