"""The forms of what comes after an evening."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from pennypot.apps.game.actions.advice import LONGEST, USUAL
from pennypot.apps.game.models import Reply
from pennypot.apps.game.queries.after import Suggestion
from pennypot.apps.rounds.models import Round


class AdviseForm(forms.Form):
    """Which pieces of advice to send, in which words, and by when they are answered."""

    due_on = forms.DateField(label=_("Reply by"), widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *given: Any, found: list[Suggestion], today: date, **more: Any) -> None:
        super().__init__(*given, **more)
        self.initial.setdefault("due_on", (today + USUAL).isoformat())
        self.found = [one for one in found if not one.sent]
        for one in self.found:
            self.fields[f"send-{one.card}"] = forms.BooleanField(required=False, initial=True)
            self.fields[f"text-{one.card}"] = forms.CharField(
                max_length=LONGEST, required=False, initial=one.text, widget=forms.Textarea(attrs={"rows": 3})
            )

    @property
    def rows(self) -> list[tuple[Suggestion, forms.BoundField, forms.BoundField]]:
        """Suggestions with their two fields."""
        return [(one, self[f"send-{one.card}"], self[f"text-{one.card}"]) for one in self.found]

    @property
    def texts(self) -> dict[str, str]:
        """Words of what was chosen, by card."""
        return {
            one.card: self.cleaned_data[f"text-{one.card}"]
            for one in self.found
            if self.cleaned_data[f"send-{one.card}"]
        }


class ReplyForm(forms.Form):
    """The officer's answer."""

    kind = forms.ChoiceField(label=_("What becomes of it"), choices=Reply.Kind.choices, widget=forms.RadioSelect)
    why = forms.CharField(
        label=_("Why"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Everybody can read this. It stays as you give it."),
    )


class RoundForm(forms.Form):
    """Which round a project goes to."""

    round = forms.TypedChoiceField(label=_("Into this round"), coerce=int)

    def __init__(self, *given: Any, rounds: list[Round], **more: Any) -> None:
        super().__init__(*given, **more)
        self.rounds = {round.pk: round for round in rounds}
        self.fields["round"].choices = [(round.pk, round.title) for round in rounds]  # type: ignore[attr-defined]
        if rounds:
            self.initial.setdefault("round", rounds[0].pk)

    @property
    def chosen(self) -> Round | None:
        """The round that was chosen."""
        return self.rounds.get(self.cleaned_data.get("round", 0))
