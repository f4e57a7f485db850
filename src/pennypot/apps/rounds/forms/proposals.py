"""What people type about a proposal. A draft takes anything, so no field of the steps is required here."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from pennypot.apps.fund.forms import PoundsField
from pennypot.apps.places.models import Area
from pennypot.apps.rounds.actions.proposals.writing import LONGEST_TEXT, MOST_LINES, Cost, Needed
from pennypot.apps.rounds.models import Category, CostLine, Need, Proposal, Round


def _text(label: Any, help_text: Any, rows: int) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


class IdeaForm(forms.Form):
    """The first step: what it is."""

    title = forms.CharField(
        label=_("Title"), max_length=120, required=False, help_text=_("Short and clear, like “A bench on Mill Lane”.")
    )
    what = _text(_("What do you want to do?"), _("As you would tell a neighbour."), 6)
    why = _text(_("Why does it matter?"), _("What gets better, and how would one notice?"), 4)
    for_whom = _text(_("Who is it for?"), _("Everybody, or some people in particular? Can all of them use it?"), 2)
    plain_summary = _text(_("In short"), _("One or two plain sentences. They stand on the list and on the ballot."), 2)

    use_required_attribute = False
    # A draft may lack them, a proposal may not: so they are not called "if you like".
    needed_in_the_end = ("title", "what", "why", "plain_summary")

    @classmethod
    def of(cls, proposal: Proposal) -> IdeaForm:
        """The form as the proposal stands."""
        return cls(initial={name: getattr(proposal, name) for name in cls.base_fields})


class WhereForm(forms.Form):
    """The second step: where it is, and what kind of project."""

    area = forms.ModelChoiceField(
        label=_("Area"), queryset=Area.objects.none(), required=False, empty_label=_("The whole place, or not sure")
    )
    place_said = forms.CharField(
        label=_("Where exactly?"),
        max_length=200,
        required=False,
        help_text=_("A street, a park, a building."),
    )
    category = forms.ModelChoiceField(
        label=_("What kind of project is it?"),
        queryset=Category.objects.none(),
        required=False,
        empty_label=_("Not sure"),
    )

    def __init__(self, *args: Any, round: Round, areas: list[Area], categories: list[Category], **options: Any) -> None:
        super().__init__(*args, **options)
        if round.area_needed:
            # A draft can wait for it; what is sent in cannot.
            self.needed_in_the_end = ("area",)
            self.fields["area"].empty_label = _("Choose an area")  # type: ignore[attr-defined]
        # The lists are known already, so the page asks the database for them once.
        for name, found in (("area", areas), ("category", categories)):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = (
                type(self)
                .base_fields[name]
                .queryset.model.objects.filter(  # type: ignore[attr-defined]
                    pk__in=[one.pk for one in found]
                )
            )
            field.choices = [("", field.empty_label), *((one.pk, str(one)) for one in found)]
            if not found:
                del self.fields[name]


class CostForm(forms.Form):
    """One cost line."""

    what = forms.CharField(
        label=_("What for"), max_length=160, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    kind = forms.ChoiceField(
        label=_("How often"), choices=CostLine.CostKind.choices, initial=CostLine.CostKind.ONE_OFF, required=False
    )
    pounds = PoundsField(label=_("Pounds"), required=False)

    use_required_attribute = False

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        what, pence = found.get("what", ""), found.get("pounds")
        if "pounds" in self.errors:
            return found
        if pence is not None and pence <= 0:
            self.add_error("pounds", _("Write an amount above nothing."))
        elif what and pence is None:
            self.add_error("pounds", _("How much is it? A good guess is enough for now."))
        elif pence is not None and not what:
            self.add_error("what", _("What is it for?"))
        return found


class NeedForm(forms.Form):
    """One thing that is needed besides money."""

    kind = forms.ChoiceField(
        label=_("Kind"), choices=Need.NeedKind.choices, initial=Need.NeedKind.HOURS, required=False
    )
    what = forms.CharField(label=_("What"), max_length=160, required=False)
    quantity = forms.CharField(label=_("How much"), max_length=60, required=False)
    when_said = forms.CharField(label=_("When"), max_length=80, required=False)

    use_required_attribute = False

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if (found.get("quantity") or found.get("when_said")) and not found.get("what"):
            self.add_error("what", _("What is needed?"))
        return found


class CostFormSet(forms.BaseFormSet):
    """All cost lines."""

    def lines(self) -> list[Cost]:
        """The lines that were typed; the formset must be valid."""
        return [
            Cost(one["what"], one["kind"] or CostLine.CostKind.ONE_OFF, one["pounds"])
            for one in (form.cleaned_data for form in self.forms)
            if one.get("what") and one.get("pounds")
        ]


class NeedFormSet(forms.BaseFormSet):
    """All needs."""

    def lines(self) -> list[Needed]:
        """The needs that were typed; the formset must be valid."""
        return [
            Needed(one["kind"] or Need.NeedKind.HOURS, one["what"], one["quantity"], one["when_said"])
            for one in (form.cleaned_data for form in self.forms)
            if one.get("what")
        ]


_OPTIONS: dict[str, Any] = {"extra": 3, "max_num": MOST_LINES, "absolute_max": MOST_LINES + 20, "validate_max": True}
Costs = forms.formset_factory(CostForm, formset=CostFormSet, **_OPTIONS)
Needs = forms.formset_factory(NeedForm, formset=NeedFormSet, **_OPTIONS)


def costs_of(proposal: Proposal) -> list[dict[str, Any]]:
    """What the cost lines start with."""
    return [{"what": one.what, "kind": one.kind, "pounds": one.pence} for one in proposal.cost_lines.all()]


def needs_of(proposal: Proposal) -> list[dict[str, Any]]:
    """What the needs start with."""
    names = ("kind", "what", "quantity", "when_said")
    return [{name: getattr(one, name) for name in names} for one in proposal.needs.all()]


class PictureForm(forms.Form):
    """A picture to add."""

    file = forms.FileField(
        label=_("Picture"),
        help_text=_("A photograph or a drawing: JPEG, PNG, WebP or GIF, up to 15 megabytes."),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp,image/gif"}),
    )
    alt = forms.CharField(
        label=_("What does it show?"), max_length=200, help_text=_("For those who cannot see it, in one sentence.")
    )


class EmailForm(forms.Form):
    """An address to write to."""

    email = forms.EmailField(label=_("E-mail"), widget=forms.EmailInput(attrs={"autocomplete": "off"}))


class ReasonForm(forms.Form):
    """Why something is done."""

    reason = forms.CharField(label=_("Why?"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class MergeForm(forms.Form):
    """Which proposal to join with, and why."""

    target = forms.IntegerField(
        label=_("Number of the other proposal"), min_value=1, max_value=2**31 - 1,
        help_text=_("It stands before its title."),
    )  # fmt: skip
    why = forms.CharField(
        label=_("Why do they belong together?"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
