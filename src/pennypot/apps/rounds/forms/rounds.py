"""What people type while they set a round up. The rules are in the actions; here is only the shape."""

from __future__ import annotations

from datetime import date, datetime, tzinfo
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from pennypot.apps.fund.forms import Key, PoundsField
from pennypot.apps.places.forms import OneLine
from pennypot.apps.rounds.dates import OPTIONAL, Times, in_zone
from pennypot.apps.rounds.methods import METHODS
from pennypot.apps.rounds.models import Category, Pot, Round
from pennypot.apps.rounds.rules import RULES
from pennypot.apps.rounds.stages import ORDER, Kind, SomeStage

_PUBLIC_REASON = _("Everyone can read it, so name no private person.")


class Day(forms.DateField):
    """A day, picked from a calendar where the browser has one."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            widget=forms.DateInput(attrs={"type": "date", "class": "short"}, format="%Y-%m-%d"),
            input_formats=["%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y"],
            **options,
        )


class LocalMoment(forms.Field):
    """A date and time as a clock in the place shows them; the form, which knows the place, makes it a moment."""

    default_error_messages = {"moment": _("Write a date and a time, like 2027-05-03 12:00.")}

    def __init__(self, **options: Any) -> None:
        super().__init__(
            widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"), **options
        )

    def to_python(self, value: Any) -> datetime | None:
        text = str(value or "").strip()
        if not text:
            return None
        for pattern in ("%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%d/%m/%Y %H:%M"):
            try:
                return datetime.strptime(text, pattern)
            except ValueError:
                continue
        raise forms.ValidationError(self.error_messages["moment"], code="moment")


class Reasoned(forms.Form):
    """A form that asks for a public reason once the round is published."""

    def __init__(self, *args: Any, published: bool = False, **options: Any) -> None:
        super().__init__(*args, **options)
        if published:
            self.fields["reason"] = OneLine(label=_("Why you change it"), max_length=300, help_text=_PUBLIC_REASON)

    @property
    def reason_given(self) -> str:
        """The reason that was given; empty while none is asked for."""
        return str(self.cleaned_data.get("reason", ""))


class MoneyForm(Reasoned):
    """What the round is called and what it gives out."""

    title = OneLine(label=_("Name of the round"), max_length=120, help_text=_("As people will say it: “Spring 2027”."))
    budget_pence = PoundsField(label=_("Money to give out, in pounds"))
    source_account = forms.ChoiceField(label=_("Where it comes from"))
    about = forms.CharField(
        label=_("What it is for"), max_length=600, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One or two sentences for everybody. They stand at the top of the round’s page."),
    )  # fmt: skip

    def __init__(self, *args: Any, sources: list[tuple[str, str]], published: bool = False, **options: Any) -> None:
        super().__init__(*args, published=published, **options)
        self.fields["source_account"].choices = sources  # type: ignore[attr-defined]
        if published:
            for name in ("budget_pence", "source_account"):
                del self.fields[name]


class NewRoundForm(MoneyForm):
    """The first step of a new round, which also asks when it begins."""

    first_day = Day(
        label=_("First day"),
        help_text=_("When people can begin. All other dates follow from it, and you can change each of them next."),
    )
    field_order = ("title", "budget_pence", "source_account", "first_day", "about")


class CopyForm(forms.Form):
    """Make it like last year."""

    from_round = forms.ChoiceField(label=_("Like which round"))
    title = OneLine(label=_("Name of the new round"), max_length=120)
    first_day = Day(label=_("First day"))

    def __init__(self, *args: Any, rounds: list[Round], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["from_round"].choices = [(one.slug, one.title) for one in rounds]  # type: ignore[attr-defined]


class DatesForm(forms.Form):
    """When each stage opens and closes, as clocks in the place show it."""

    def __init__(self, *args: Any, zone: tzinfo, stages: list[SomeStage], **options: Any) -> None:
        initial: dict[str, Any] = {}
        for stage in stages:
            initial[f"opens_{stage.kind}"] = stage.opens_at.astimezone(zone).replace(tzinfo=None)
            initial[f"closes_{stage.kind}"] = stage.closes_at.astimezone(zone).replace(tzinfo=None)
        super().__init__(*args, **options)
        self.initial = initial
        self.zone = zone
        for kind in ORDER:
            needed = kind not in OPTIONAL
            self.fields[f"opens_{kind}"] = LocalMoment(label=_("Opens"), required=needed)
            self.fields[f"closes_{kind}"] = LocalMoment(label=_("Closes"), required=needed)

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        for kind in OPTIONAL:
            opens, closes = found.get(f"opens_{kind}"), found.get(f"closes_{kind}")
            if (opens is None) != (closes is None) and f"opens_{kind}" in found and f"closes_{kind}" in found:
                self.add_error(f"closes_{kind}", _("Give both dates, or leave both empty."))
        return found

    def times(self) -> list[Times]:
        """Return the stages that have dates; the form must be valid."""
        found = []
        for kind in ORDER:
            opens, closes = self.cleaned_data.get(f"opens_{kind}"), self.cleaned_data.get(f"closes_{kind}")
            if opens and closes:
                found.append(Times(kind, in_zone(opens, self.zone), in_zone(closes, self.zone)))
        return found

    def rows(self) -> list[tuple[Kind, Any, Any]]:
        """The stages with their two fields, for drawing."""
        return [(kind, self[f"opens_{kind}"], self[f"closes_{kind}"]) for kind in ORDER]


class FirstDayForm(forms.Form):
    """From which day dates are proposed."""

    first_day = Day(label=_("Propose dates from this day"))

    @staticmethod
    def asked(text: str) -> date | None:
        """Return the day that was typed, if it is one."""
        form = FirstDayForm({"first_day": text})
        return form.cleaned_data["first_day"] if form.is_valid() else None


class ProposalsForm(Reasoned):
    """What may be proposed."""

    categories = forms.CharField(
        label=_("Kinds of project"), required=False, max_length=1_500, widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("One on each line: “Green spaces”, “Young people”. They help people find what they look for."),
    )  # fmt: skip
    areas = forms.MultipleChoiceField(
        label=_("Only for these areas"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("Leave all empty, and every area of the place can take part."),
    )  # fmt: skip
    area_needed = forms.BooleanField(label=_("Every proposal names the area that it is for"), required=False)
    least_cost_pence = PoundsField(label=_("Least that a proposal may cost, in pounds"), required=False)
    most_cost_pence = PoundsField(label=_("Most that a proposal may cost, in pounds"), required=False)
    word_limit = forms.IntegerField(label=_("Most words in a proposal"), min_value=100, max_value=3_000)
    summary_letters = forms.IntegerField(
        label=_("Most letters in its summary"), min_value=100, max_value=600,
        help_text=_("The summary stands on the ballot, so it is short."),
    )  # fmt: skip

    def __init__(self, *args: Any, areas: list[tuple[int, str]], published: bool = False, **options: Any) -> None:
        super().__init__(*args, published=published, **options)
        if areas:
            self.fields["areas"].choices = [(str(key), name) for key, name in areas]  # type: ignore[attr-defined]
        else:
            del self.fields["areas"], self.fields["area_needed"]

    def clean_categories(self) -> list[str]:
        """One name for each line, in the order typed, none twice."""
        names: dict[str, str] = {}
        for line in self.cleaned_data["categories"].splitlines():
            name = " ".join(line.split())
            if len(name) > 60:
                raise forms.ValidationError(
                    _("“%(name)s…” is too long: 60 letters at most."), params={"name": name[:40]}
                )
            if name:
                names.setdefault(name.casefold(), name)
        return list(names.values())

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        least, most = found.get("least_cost_pence"), found.get("most_cost_pence")
        if most == 0:
            self.add_error("most_cost_pence", _("Write an amount above nought."))
        elif least is not None and most is not None and least > most:
            self.add_error("most_cost_pence", _("The most has to be more than the least."))
        return found


class VotersForm(Reasoned):
    """Who may vote, and how they show it."""

    min_age = forms.IntegerField(
        label=_("Youngest age"), min_value=5, max_value=18, widget=forms.NumberInput(attrs={"class": "short"}),
        help_text=_("Many places let people vote from 11 or 16: it is their place too."),
    )  # fmt: skip
    eligibility = forms.MultipleChoiceField(
        label=_("How people show that they may vote"), widget=forms.CheckboxSelectMultiple,
        choices=[(one.key, one.name) for one in METHODS.values()],
        help_text=_("Choose one or more."),
        error_messages={"required": _("Choose at least one way.")},
    )  # fmt: skip
    scope = forms.ChoiceField(label=_("What each person votes on"), choices=Round.Scope, widget=forms.RadioSelect)


class BallotForm(Reasoned):
    """The ballot, the rule that counts it, and what is set aside."""

    # Ways to set money aside.
    WAYS = (
        ("none", _("Nothing: all the money is one pot")),
        ("population", _("For each area, by how many people live there")),
        ("equal", _("For each area, the same")),
        ("kinds", _("For kinds of project, as written below")),
    )

    ballot_form = forms.ChoiceField(
        label=_("What a voter does"), choices=Round.BallotForm, widget=forms.RadioSelect,
        initial=Round.BallotForm.KNAPSACK,
    )  # fmt: skip
    max_choices = forms.IntegerField(
        label=_("Most projects on one ballot"), min_value=1, max_value=220, required=False,
        widget=forms.NumberInput(attrs={"class": "short"}),
        help_text=_("Leave it empty for no limit. When people put projects in order, 5 is plenty."),
    )  # fmt: skip
    points = forms.IntegerField(
        label=_("Points for each voter"), min_value=1, max_value=100, required=False,
        widget=forms.NumberInput(attrs={"class": "short"}), help_text=_("Only when voters share out points."),
    )  # fmt: skip
    rule = forms.ChoiceField(
        label=_("How the votes are counted"), choices=[(one.key, one.name) for one in RULES.values()],
        widget=forms.RadioSelect, initial="equal-shares",
    )  # fmt: skip
    min_votes = forms.IntegerField(
        label=_("Least votes that a project needs"), min_value=0, max_value=1_000_000, initial=0,
        widget=forms.NumberInput(attrs={"class": "short"}),
        help_text=_("0 for no least. With points or an order it is the least points."),
    )  # fmt: skip
    part_funding = forms.BooleanField(
        label=_("The first project that does not fit may be funded in part"), required=False,
        help_text=_("Only with “Most votes first”, and from four fifths of what it costs."),
    )  # fmt: skip
    tie_seed_source = OneLine(
        label=_("Public draw that decides ties"), max_length=300,
        help_text=_("Named now, drawn after voting closes: nobody here can steer it."),
    )  # fmt: skip
    pots = forms.ChoiceField(label=_("Money set aside"), choices=WAYS, widget=forms.RadioSelect, initial="none")
    leftover = forms.BooleanField(
        label=_("What a pot leaves goes to the best of the other projects"), required=False, initial=True
    )

    def __init__(
        self, *args: Any, categories: list[Category], has_areas: bool, published: bool = False, **options: Any
    ) -> None:
        super().__init__(*args, published=published, **options)
        self.categories = categories
        ways = [
            way for way in self.WAYS if (has_areas or way[0] in ("none", "kinds")) and (categories or way[0] != "kinds")
        ]
        self.fields["pots"].choices = ways  # type: ignore[attr-defined]
        for one in categories:
            self.fields[f"quota_{one.pk}"] = PoundsField(label=_("Set aside, in pounds"), required=False)
            self.fields[f"cap_{one.pk}"] = PoundsField(label=_("At most, in pounds"), required=False)

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        form = found.get("ballot_form")
        if form == Round.BallotForm.POINTS and not found.get("points") and "points" not in self.errors:
            self.add_error("points", _("Say how many points each voter shares out."))
        if form == Round.BallotForm.RANK and not found.get("max_choices") and "max_choices" not in self.errors:
            self.add_error("max_choices", _("Say how many projects a voter puts in order."))
        if found.get("part_funding") and found.get("rule") != "greedy":
            self.add_error("part_funding", _("This goes with “Most votes first” only."))
        for one in self.categories:
            quota, cap = found.get(f"quota_{one.pk}"), found.get(f"cap_{one.pk}")
            if quota and cap is not None and cap < quota:
                self.add_error(f"cap_{one.pk}", _("The most has to be more than what is set aside."))
        return found

    def kind_rows(self) -> list[tuple[Category, Any, Any]]:
        """Each kind of project with its two fields, for drawing."""
        return [(one, self[f"quota_{one.pk}"], self[f"cap_{one.pk}"]) for one in self.categories]

    def kind_pots(self, round: Round) -> list[Pot]:
        """The pots for kinds of project that were typed; the form must be valid."""
        found = []
        for one in self.categories:
            quota, cap = self.cleaned_data[f"quota_{one.pk}"] or 0, self.cleaned_data[f"cap_{one.pk}"]
            if quota or cap is not None:
                found.append(
                    Pot(round=round, kind="category", name=one.name, category=one, quota_pence=quota, cap_pence=cap)
                )
        return found


class MoveForm(forms.Form):
    """New dates of one published stage, with the reason."""

    opens_at = LocalMoment(label=_("Opens"))
    closes_at = LocalMoment(label=_("Closes"))
    reason = OneLine(label=_("Why"), max_length=300, help_text=_PUBLIC_REASON)


class ReasonForm(forms.Form):
    """A public reason, for what cannot be undone."""

    reason = OneLine(label=_("Why"), max_length=300, help_text=_PUBLIC_REASON)


class GiveBackForm(forms.Form):
    """Giving back what was not awarded."""

    key = Key()
    memo = OneLine(label=_("Note"), max_length=300, required=False, help_text=_PUBLIC_REASON)


class FixBallotForm(forms.Form):
    """How the ballot is fixed."""

    order_seed = OneLine(
        label=_("Public text that draws the order"), max_length=200, required=False,
        help_text=_("For example the numbers of a lottery. Leave it empty, and a random one is made and published."),
    )  # fmt: skip
    leave_out = forms.BooleanField(
        label=_("Leave out proposals that nobody has decided; everybody can see which"), required=False
    )
