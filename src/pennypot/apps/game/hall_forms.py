"""What people type while they plan and run an evening. The rules are in the actions; here is only the shape."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from pennypot.apps.fund.forms import PoundsField
from pennypot.apps.game.actions.sessions import MOST_TABLES
from pennypot.apps.game.models import Pack, Session
from pennypot.apps.places.forms import OneLine
from pennypot.apps.rounds.dates import in_zone
from pennypot.apps.rounds.forms.rounds import LocalMoment
from pennypot.apps.rounds.models import Round
from pennypot.play import Pack as Cards

MINUTES = ((60, _("1 hour")), (90, _("an hour and a half")), (120, _("2 hours")), (180, _("3 hours")))


class WhenAndWhere(forms.Form):
    """What can be changed at any time."""

    title = OneLine(
        label=_("Name of the evening"), max_length=120, help_text=_("As people will say it: “Tuesday in the chapel”.")
    )
    starts_at = LocalMoment(label=_("When it begins"), required=False)
    minutes = forms.TypedChoiceField(
        label=_("How long you have"),
        choices=MINUTES,
        coerce=int,
        help_text=_("The parts of the game share this time. The clock only advises: nothing happens because of it."),
    )
    round = forms.ModelChoiceField(
        label=_("Round to which projects can go"),
        queryset=Round.objects.none(),
        required=False,
        empty_label=_("none yet"),
        help_text=_("A ready project becomes a draft proposal there, if somebody takes it forward."),
    )
    approve_words = forms.BooleanField(
        label=_("Show typed words on the big screen only after I have read them"), required=False
    )

    def __init__(self, *args: Any, rounds: Any, zone: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self._zone = ZoneInfo(zone)
        field = self.fields["round"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = rounds
        field.label_from_instance = lambda obj: str(obj.title)  # type: ignore[method-assign]

    def clean_starts_at(self) -> datetime | None:
        """Make what a clock in the place shows a moment."""
        local = self.cleaned_data["starts_at"]
        return in_zone(local, self._zone) if local else None


class PlanForm(WhenAndWhere):
    """What is settled before the evening begins. The pack is chosen first, because its cards fill this form."""

    field_order = ("title", "starts_at", "tables", "on_paper", "seats", "target_pence", "rule", "order", "minutes")

    code = forms.CharField(widget=forms.HiddenInput, max_length=200)
    tables = forms.IntegerField(
        label=_("Tables"), min_value=1, max_value=MOST_TABLES, help_text=_("Four to eight people at each.")
    )
    on_paper = forms.IntegerField(
        label=_("How many of them play on paper"),
        min_value=0,
        max_value=MOST_TABLES,
        required=False,
        help_text=_("The last ones. A scribe types what lies on the table."),
    )
    seats = forms.MultipleChoiceField(label=_("Seats at every table"), widget=forms.CheckboxSelectMultiple)
    target_pence = PoundsField(label=_("Savings to look for, in pounds"))
    rule = forms.ChoiceField(label=_("How a table agrees"), choices=Session.Rule.choices, widget=forms.RadioSelect)
    order = forms.ChoiceField(label=_("Order"), choices=Session.Order.choices, widget=forms.RadioSelect)

    def __init__(self, *args: Any, cards: Cards, **options: Any) -> None:
        super().__init__(*args, **options)
        seats = self.fields["seats"]
        assert isinstance(seats, forms.MultipleChoiceField)
        seats.choices = [(role.id, role.title) for role in cards.roles]
        seats.help_text = _("Two for residents and one for a community group are always there.")
        rule = self.fields["rule"]
        rule.help_text = _(
            "Consent + 1: more than half support it or can live with it, and nobody holds. A seat has two holds."
        )

    def clean_on_paper(self) -> int:
        """None is none."""
        return self.cleaned_data["on_paper"] or 0


class PackForm(forms.Form):
    """Which cards."""

    pack = forms.ModelChoiceField(queryset=Pack.objects.none())

    def __init__(self, *args: Any, packs: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["pack"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = packs


def key_of(text: str | None) -> uuid.UUID:
    """Return a form's own key; a new one if there is none, as when somebody writes a form by hand."""
    try:
        return uuid.UUID(text or "")
    except ValueError:
        return uuid.uuid4()
