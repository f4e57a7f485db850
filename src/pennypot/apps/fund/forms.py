"""What people type about the one per cent. The rules are in the actions; here is only the shape."""

from __future__ import annotations

import re
import uuid
from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from pennypot.apps.budgets.controls import Control
from pennypot.apps.fund.areas import Method
from pennypot.apps.fund.bases import UNITS, Base, CarryOver, Counts, Policy, Rounding, YearKind
from pennypot.apps.fund.models import Money
from pennypot.apps.places.forms import OneLine
from pennypot.house.money import decimal_point

# Far above any public budget, and far below what the database's whole numbers hold.
MOST_PENCE = 10**15


class PoundsField(forms.CharField):
    """An amount as people write it (``£1,234.56``), as whole pence."""

    default_error_messages = {
        "pounds": _("Write an amount in pounds, like 1,234.56."),
        "large": _("This is more money than there is. Check the amount."),
    }

    def __init__(self, **options: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal", "class": "short", "autocomplete": "off"})
        super().__init__(widget=widget, max_length=40, **options)

    def clean(self, value: Any) -> int | None:
        text = re.sub(r"[\s£]", "", super().clean(value))
        # A comma before the last one or two figures marks the pence, as Poles write them; any other parts thousands.
        text = re.sub(r",(?=[0-9]{1,2}$)", ".", text).replace(",", "")
        if not text:
            return None
        if not re.fullmatch(r"[0-9]{1,16}(\.[0-9]{1,2})?", text, re.ASCII):
            raise forms.ValidationError(self.error_messages["pounds"], code="pounds")
        pence = int(Decimal(text) * 100)
        if pence > MOST_PENCE:
            raise forms.ValidationError(self.error_messages["large"], code="large")
        return pence

    def prepare_value(self, value: Any) -> Any:
        """Show pence as pounds when the form is drawn from figures; what was typed stays as it was typed."""
        if isinstance(value, int):
            whole = number_format(value // 100, use_l10n=True, force_grouping=True)
            return f"{whole}{decimal_point()}{value % 100:02d}"
        return value


class Key(forms.CharField):
    """The form's own key, made when the page is drawn: sending the form twice does the thing once."""

    def __init__(self) -> None:
        super().__init__(
            widget=forms.HiddenInput, validators=[RegexValidator(r"^[0-9a-f]{32}\Z")], initial=lambda: uuid.uuid4().hex
        )


class PolicyForm(forms.Form):
    """A policy to try out. Everybody may; nothing is saved by it."""

    rate = forms.DecimalField(
        label=_("How much, in per cent"), min_value=Decimal("0.01"), max_value=100, decimal_places=2, max_digits=5,
        initial=Decimal(1), help_text=_("1 is one penny in every pound."),
        widget=forms.NumberInput(attrs={"class": "short", "step": "0.01"}),
    )  # fmt: skip
    base = forms.ChoiceField(label=_("Of whose money"), choices=Base, widget=forms.RadioSelect, initial=Base.PLACE)
    excluded = forms.MultipleChoiceField(
        label=_("Leave out"), choices=Control, required=False, widget=forms.CheckboxSelectMultiple
    )
    counts = forms.ChoiceField(label=_("Kind of spending"), choices=Counts, initial=Counts.BOTH)
    year_kind = forms.ChoiceField(label=_("Which figures"), choices=YearKind, initial=YearKind.EITHER)
    floor = PoundsField(label=_("Least that one agency gives, in pounds"), required=False)
    cap = PoundsField(label=_("Most that one agency gives, in pounds"), required=False)
    rounding = forms.ChoiceField(label=_("Round the fund"), choices=Rounding, initial=Rounding.NEAREST)
    unit = forms.TypedChoiceField(label=_("Round it to"), choices=list(UNITS.items()), coerce=int, initial=1)
    carry_over = forms.ChoiceField(
        label=_("Money not given out in the year"), choices=CarryOver, initial=CarryOver.KEPT
    )
    binding = forms.BooleanField(label=_("What the residents decide binds the agencies"), required=False)

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        floor, cap = found.get("floor"), found.get("cap")
        if floor is not None and cap is not None and floor > cap:
            self.add_error("cap", _("The most has to be more than the least."))
        return found

    def policy(self) -> Policy:
        """The policy that was typed; the form must be valid."""
        found = self.cleaned_data
        return Policy(
            rate=int(found["rate"] * 100),
            base=found["base"],
            year_kind=found["year_kind"],
            excluded=frozenset(found["excluded"]),
            counts=found["counts"],
            floor_pence=found["floor"],
            cap_pence=found["cap"],
            rounding=found["rounding"],
            unit_pence=found["unit"],
            carry_over=found["carry_over"],
            binding=found["binding"],
        )

    @staticmethod
    def typed(policy: Policy) -> dict[str, Any]:
        """What the form would hold for a policy."""
        return {
            "rate": Decimal(policy.rate) / 100,
            "base": str(policy.base),
            "year_kind": str(policy.year_kind),
            "excluded": sorted(policy.excluded),
            "counts": str(policy.counts),
            "floor": policy.floor_pence,
            "cap": policy.cap_pence,
            "rounding": str(policy.rounding),
            "unit": policy.unit_pence,
            "carry_over": str(policy.carry_over),
            "binding": policy.binding,
        }


def hidden_fields(policy: Policy) -> list[tuple[str, str]]:
    """The policy as hidden fields of another form, which `PolicyForm` reads again."""
    form, listed = PolicyForm(), []
    for name, value in PolicyForm.typed(policy).items():
        for one in value if isinstance(value, list) else [value]:
            if one is not None and one is not False:
                shown = form.fields[name].prepare_value(one) if name in ("floor", "cap") else one
                listed.append((name, "on" if one is True else str(shown)))
    return listed


class ProposalWords(forms.Form):
    """What is said beside the policy when it is proposed."""

    year = OneLine(
        label=_("For the year"), max_length=7, widget=forms.TextInput(attrs={"class": "short"}),
        help_text=_("As people write it: 2026-27."),
        validators=[RegexValidator(r"^[12][0-9]{3}(-[0-9]{2})?\Z", _("Write a year like 2026-27 or 2026."))],
    )  # fmt: skip
    due_on = forms.DateField(
        label=_("Agencies pay by"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    source = OneLine(
        label=_("Where the policy comes from"), max_length=300, required=False,
        help_text=_("A decision, a law, an agreement: so that people can look it up."),
    )  # fmt: skip
    reason = forms.CharField(label=_("Why this policy"), max_length=2_000, widget=forms.Textarea(attrs={"rows": 3}))


class PledgeForm(forms.Form):
    """What an officer promises, by where it comes from."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    new = PoundsField(label=_("New money, in pounds"), required=False, help_text=_("Not in any budget until now."))
    redirected = PoundsField(
        label=_("Redirected money, in pounds"), required=False, help_text=_("Taken from another budget of the agency.")
    )
    capital = PoundsField(
        label=_("Money for building and buying, in pounds"), required=False, help_text=_("It cannot pay wages or rent.")
    )
    reason = forms.CharField(
        label=_("Why"), max_length=2_000, required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Needed when you change a pledge, or promise less than is due. Everyone can read it."),
    )  # fmt: skip


_PUBLIC = _("Everyone can read it, so name no private person.")


class PaymentForm(forms.Form):
    """A payment that arrived."""

    key = Key()
    amount = PoundsField(label=_("Amount in pounds"))
    money = forms.ChoiceField(label=_("Where it comes from"), choices=Money, widget=forms.RadioSelect)
    memo = OneLine(label=_("Note"), max_length=300, required=False, help_text=_PUBLIC)


class SplitForm(forms.Form):
    """How the fund is split among areas."""

    key = Key()
    amount = PoundsField(label=_("Amount in pounds"))
    method = forms.ChoiceField(label=_("How to split it"), choices=Method, widget=forms.RadioSelect)
    memo = OneLine(label=_("Note"), max_length=300, required=False, help_text=_PUBLIC)


class ReverseForm(forms.Form):
    """Why an entry is taken back."""

    key = Key()
    reason = OneLine(label=_("What was wrong"), max_length=300, help_text=_PUBLIC)
