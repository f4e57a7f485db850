"""What officers and authors type in review. The rules are in the actions; here is only the shape."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from pennypot.apps.fund.forms import Key, PoundsField
from pennypot.apps.places.models import Agency
from pennypot.apps.rounds.forms.rounds import Day
from pennypot.apps.rounds.models import Check, Decision

_PUBLIC = _("Everyone can read it, so name no private person.")
MOST_RIVALS = 20


def _text(label: Any, help_text: Any = "", rows: int = 4) -> forms.CharField:
    return forms.CharField(label=label, help_text=help_text, widget=forms.Textarea(attrs={"rows": rows}))


class AssignForm(forms.Form):
    """Which agency looks at a proposal, and until when."""

    agency = forms.ChoiceField(label=_("Which agency looks at it"))
    due = Day(
        label=_("Decide by the end of"), required=False,
        help_text=_("Leave it empty for the end of the review stage."),
    )  # fmt: skip

    def __init__(self, *arguments: Any, agencies: Iterable[Agency], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["agency"].choices = [(str(one.pk), one.name) for one in agencies]  # type: ignore[attr-defined]


class TakeForm(forms.Form):
    """For which of an officer's agencies a proposal is taken."""

    agency = forms.ChoiceField(label=_("For which agency"))

    def __init__(self, *arguments: Any, agencies: Iterable[Agency], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["agency"].choices = [(str(one.pk), one.name) for one in agencies]  # type: ignore[attr-defined]


# What each check asks, so that two officers answer the same question.
ASKS = {
    Check.CheckKind.LEGAL: _("Does a law forbid it, or is a permission needed that nobody would give?"),
    Check.CheckKind.COMPETENCE: _("May an agency of this place do it, or somebody in its name?"),
    Check.CheckKind.FEASIBLE: _("Is there the land, the room, the time and somebody to do it?"),
    Check.CheckKind.COSTED: _("Would it cost about what it says? If not, change the cost below and say why."),
    Check.CheckKind.RUNNING: _("Who pays for it in later years, and did they say so?"),
}


class ChecksForm(forms.Form):
    """The five checks at once; only what was changed is noted."""

    def __init__(self, *arguments: Any, newest: dict[str, Check], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.newest = newest
        for kind in Check.CheckKind:
            known = newest.get(kind.value)
            self.fields[f"verdict_{kind.value}"] = forms.ChoiceField(
                label=kind.label, choices=Check.Verdict, required=False, widget=forms.RadioSelect,
                help_text=ASKS[kind], initial=known.verdict if known else None,
            )  # fmt: skip
            self.fields[f"reason_{kind.value}"] = forms.CharField(
                label=_("Why"), required=False, widget=forms.Textarea(attrs={"rows": 2}),
                initial=known.reason if known else "",
            )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Say where a reason or an answer is missing."""
        said: dict[str, Any] = super().clean() or {}
        for kind in Check.CheckKind.values:
            verdict, reason = said.get(f"verdict_{kind}"), (said.get(f"reason_{kind}") or "").strip()
            if verdict and not reason:
                self.add_error(f"reason_{kind}", _("Say why, so that everybody can follow it."))
            if reason and not verdict:
                self.add_error(f"verdict_{kind}", _("Choose what came out."))
        return said

    def pairs(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """Each question with its reason, as the page shows them together."""
        return [(self[f"verdict_{kind}"], self[f"reason_{kind}"]) for kind in Check.CheckKind.values]

    def changed(self) -> list[tuple[str, str, str]]:
        """Return the checks that say something new: kind, verdict and reason."""
        found = []
        for kind in Check.CheckKind.values:
            verdict, reason = self.cleaned_data[f"verdict_{kind}"], self.cleaned_data[f"reason_{kind}"].strip()
            known = self.newest.get(kind)
            if verdict and (known is None or (known.verdict, known.reason) != (verdict, reason)):
                found.append((kind, verdict, reason))
        return found


class MessageForm(forms.Form):
    """A word to the authors, or to the agency."""

    text = _text(_("Your message"), _("Only authors and officers read it until the decision; then everyone can."), 3)
    key = Key()


class CostForm(forms.Form):
    """Another cost, with the reason."""

    cost = PoundsField(label=_("It would cost, in pounds"))
    cost_reason = _text(_("Why"), _PUBLIC, 2)
    seen = forms.IntegerField(widget=forms.HiddenInput)


class DecisionForm(forms.Form):
    """Accepted or refused, and why."""

    outcome = forms.ChoiceField(label=_("Your decision"), choices=Decision.Outcome, widget=forms.RadioSelect)
    decision_reason = _text(_("Why"), _PUBLIC)
    # The version that the page showed.
    seen = forms.IntegerField(required=False, min_value=0, max_value=2**31, localize=False, widget=forms.HiddenInput)


class AppealForm(forms.Form):
    """Why a decision was wrong."""

    text = _text(_("Why it should be looked at again"), _("Everyone can read it. You can appeal once."))


class AppealAgencyForm(forms.Form):
    """Which agency decides an appeal."""

    appeal_agency = forms.ChoiceField(label=_("Which agency decides the appeal"))

    def __init__(self, *arguments: Any, agencies: Iterable[Agency], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["appeal_agency"].choices = [(str(one.pk), one.name) for one in agencies]  # type: ignore[attr-defined]


class RivalsForm(forms.Form):
    """Proposals of which only one can happen."""

    rivals = forms.CharField(
        label=_("Numbers of the proposals"), max_length=200, help_text=_("With commas between: 12, 40"),
        widget=forms.TextInput(attrs={"class": "short", "autocomplete": "off"}),
    )  # fmt: skip
    rivals_reason = _text(_("Why only one of them can happen"), _PUBLIC, 3)

    def clean_rivals(self) -> list[int]:
        """Return the numbers that were typed."""
        text = self.cleaned_data["rivals"]
        parts = [part for part in re.split(r"[,;\s]+", text) if part]
        if not all(re.fullmatch(r"[0-9]{1,6}", part, re.ASCII) for part in parts):
            raise forms.ValidationError(_("Write numbers with commas between, like 12, 40."))
        if len(parts) > MOST_RIVALS:
            raise forms.ValidationError(_("That is too many at once."))
        return [int(part) for part in parts]


class EndRivalsForm(forms.Form):
    """Why proposals do not exclude each other after all."""

    group = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(label=_("Why it is taken back"), max_length=500)
