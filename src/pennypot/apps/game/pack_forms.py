"""One plain form for each kind of card. A form draws from a card of the pack's format and gives one back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pennypot.apps.fund.forms import PoundsField
from pennypot.apps.game.names import RULES, THINGS
from pennypot.apps.places.forms import OneLine
from pennypot.play.pack import KINDS

STEPS, SAVINGS, CHOICES, FACTS = 3, 4, 3, 2
ROLE_KINDS = (
    ("resident", gettext_lazy("a resident")),
    ("young", gettext_lazy("a young person")),
    ("group", gettext_lazy("a community group")),
    ("agency", gettext_lazy("a public body")),
    ("business", gettext_lazy("a business")),
)


class LongText(forms.CharField):
    """Some sentences."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": 3}), **options)


class SignedPounds(PoundsField):
    """An amount that may be taken away: with a minus before it."""

    def clean(self, value: Any) -> int | None:
        text = str(value or "").strip().replace("−", "-")
        away = text.startswith("-")
        pence = super().clean(text.lstrip("-"))
        return -pence if away and pence else pence

    def prepare_value(self, value: Any) -> Any:
        """Show an amount below nought with a minus."""
        if isinstance(value, int) and value < 0:
            return "-" + str(super().prepare_value(-value))
        return super().prepare_value(value)


class CardForm(forms.Form):
    """What forms of cards share.

    Parameters
    ----------
    given
        The whole pack, for choosing among its other cards.
    """

    # Fields whose values go into the card as they are.
    plain: tuple[str, ...] = ()
    # What the card has as its name, for making an id.
    name_field = "title"

    def __init__(self, *args: Any, given: Mapping[str, Any], card: Mapping[str, Any] | None = None, **options: Any):
        self.given = given
        if card is not None:
            options.setdefault("initial", self.initial_of(card))
        super().__init__(*args, **options)
        self.prepare()

    def prepare(self) -> None:
        """Fill choices from the pack."""

    def initial_of(self, card: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the form shows of a card."""
        return {name: card[name] for name in self.plain}

    def card(self) -> dict[str, Any]:
        """Return the card without its id."""
        return {name: self.cleaned_data[name] for name in self.plain}

    def choose(self, name: str, cards: str, title: str) -> None:
        """Let a field choose among cards of the pack."""
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        choices = [(one["id"], one[title]) for one in self.given[cards]]
        field.choices = choices if field.required or isinstance(field, forms.MultipleChoiceField) else [
            ("", "—"),
            *choices,
        ]  # fmt: skip


class NeedForm(CardForm):
    plain = ("name", "people", "source")
    name_field = "name"

    name = OneLine(label=gettext_lazy("What people need"), max_length=80)
    people = forms.IntegerField(label=gettext_lazy("How many people"), min_value=0, max_value=10**9)
    source = OneLine(
        label=gettext_lazy("Who counted them"),
        max_length=300,
        help_text=gettext_lazy("If nobody did, say so: “Rough, for the game: about one resident in nine.”"),
    )


class LineForm(CardForm):
    plain = ("agency", "service", "baseline_pence", "floor_pence", "custody", "needs", "for_it", "against_it")
    signed = ("signed_by", "signed_on", "source")
    # May be left open in a draft; without them the pack is not published.
    needed_in_the_end = (
        *("for_it", "against_it", "signed_by", "signed_on"),
        *(f"{part}{number}" for part in ("affected", "instead") for number in range(1, STEPS + 1)),
    )
    name_field = "service"

    agency = OneLine(label=gettext_lazy("Agency"), max_length=120)
    service = OneLine(label=gettext_lazy("Service"), max_length=120)
    baseline_pence = PoundsField(label=gettext_lazy("Spent in the year"))
    floor_pence = PoundsField(
        label=gettext_lazy("Not below"), help_text=gettext_lazy("What the law or people's safety needs.")
    )
    source = OneLine(label=gettext_lazy("Where the sum was read"), max_length=300)
    custody = forms.ChoiceField(label=gettext_lazy("Seat that looks after it"))
    needs = forms.MultipleChoiceField(label=gettext_lazy("Needs that it serves"), widget=forms.CheckboxSelectMultiple)
    for_it = LongText(
        label=gettext_lazy("For cutting it"),
        max_length=600,
        required=False,
        help_text=gettext_lazy("Both texts are true. Write the side that you like less first."),
    )
    against_it = LongText(label=gettext_lazy("Against cutting it"), max_length=600, required=False)
    signed_by = OneLine(
        label=gettext_lazy("Signed by"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("A body that can be asked about these words."),
    )
    signed_on = forms.DateField(
        label=gettext_lazy("Signed on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def prepare(self) -> None:
        self.choose("custody", "roles", "title")
        self.choose("needs", "needs", "name")
        for number in range(1, STEPS + 1):
            said = {"number": number}
            self.fields[f"percent{number}"] = forms.IntegerField(
                label=_("Per cent less"), min_value=1, max_value=100, widget=forms.NumberInput(attrs={"class": "short"})
            )
            self.fields[f"pence{number}"] = PoundsField(label=_("Saved in all"))
            self.fields[f"affected{number}"] = OneLine(
                label=_("What somebody would notice"), max_length=300, required=False
            )
            self.fields[f"people{number}"] = forms.IntegerField(
                label=_("How many people"),
                min_value=0,
                max_value=10**9,
                widget=forms.NumberInput(attrs={"class": "short"}),
            )
            self.fields[f"instead{number}"] = OneLine(label=_("What could replace it"), max_length=300, required=False)
            self.fields[f"reversible{number}"] = forms.BooleanField(
                label=_("Can be undone the year after (step %(number)s)") % said, required=False
            )

    @property
    def steps(self) -> list[tuple[int, list[forms.BoundField]]]:
        """The fields of each step, for drawing them together."""
        parts = ("percent", "pence", "affected", "people", "instead", "reversible")
        return [(number, [self[f"{part}{number}"] for part in parts]) for number in range(1, STEPS + 1)]

    def initial_of(self, card: Mapping[str, Any]) -> dict[str, Any]:
        found = {name: card[name] for name in (*self.plain, *self.signed)}
        for number, step in enumerate(card["steps"][:STEPS], start=1):
            found |= {f"{part}{number}": value for part, value in step.items()}
        return found

    def card(self) -> dict[str, Any]:
        given = self.cleaned_data
        day: date | None = given["signed_on"]
        parts = ("percent", "pence", "affected", "people", "reversible", "instead")
        return {
            **{name: given[name] for name in self.plain},
            "steps": [{part: given[f"{part}{number}"] for part in parts} for number in range(1, STEPS + 1)],
            "signed_by": given["signed_by"],
            "signed_on": day.isoformat() if day else "",
            "source": given["source"],
        }


class PoolForm(CardForm):
    plain = ("title", "text", "setup_pence", "consents")

    title = OneLine(label=gettext_lazy("What is shared"), max_length=120)
    text = LongText(label=gettext_lazy("How it would be"), max_length=600)
    setup_pence = PoundsField(label=gettext_lazy("What it costs to set up, once"))
    consents = forms.MultipleChoiceField(
        label=gettext_lazy("Seats whose own yes it needs"), widget=forms.CheckboxSelectMultiple
    )

    def prepare(self) -> None:
        self.choose("consents", "roles", "title")
        lines = [("", "—"), *((line["id"], line["service"]) for line in self.given["lines"])]
        for number in range(1, SAVINGS + 1):
            first = number == 1
            self.fields[f"line{number}"] = forms.ChoiceField(
                label=_("Line %(number)s") % {"number": number}, choices=lines, required=first
            )
            self.fields[f"pence{number}"] = PoundsField(
                label=_("Saved in line %(number)s, a year") % {"number": number}, required=first
            )

    def initial_of(self, card: Mapping[str, Any]) -> dict[str, Any]:
        found = super().initial_of(card)
        for number, saving in enumerate(card["savings"][:SAVINGS], start=1):
            found |= {f"line{number}": saving["line"], f"pence{number}": saving["pence"]}
        return found

    def clean(self) -> None:
        for number in range(1, SAVINGS + 1):
            line, pence = self.cleaned_data.get(f"line{number}"), self.cleaned_data.get(f"pence{number}")
            if bool(line) != bool(pence):
                self.add_error(f"pence{number}", _("Choose the line and say what is saved in it, or leave both empty."))

    def card(self) -> dict[str, Any]:
        given = self.cleaned_data
        pairs = [(given[f"line{number}"], given[f"pence{number}"]) for number in range(1, SAVINGS + 1)]
        return super().card() | {"savings": [{"line": line, "pence": pence} for line, pence in pairs if line]}


class IdeaForm(CardForm):
    plain = ("title", "text", "where", "cost_pence", "yearly", "needs", "duty", "link")

    title = OneLine(label=gettext_lazy("Idea"), max_length=120)
    text = LongText(label=gettext_lazy("What it is"), max_length=600)
    where = OneLine(
        label=gettext_lazy("Where it is done"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("No larger than what you know: “Timebanks in many British cities”."),
    )
    cost_pence = PoundsField(label=gettext_lazy("What it costs here"))
    yearly = forms.BooleanField(label=gettext_lazy("It costs that every year"), required=False)
    needs = forms.MultipleChoiceField(label=gettext_lazy("Needs that it helps"), widget=forms.CheckboxSelectMultiple)
    duty = forms.ChoiceField(label=gettext_lazy("Seat that must sign it off by law"), required=False)
    link = OneLine(label=gettext_lazy("A page about it"), max_length=300, required=False)

    def prepare(self) -> None:
        self.choose("needs", "needs", "name")
        self.choose("duty", "roles", "title")
        for kind in KINDS:
            self.fields[f"slot_{kind}"] = forms.IntegerField(
                label=_("It needs %(things)s") % {"things": THINGS[kind]}, min_value=0, max_value=999, required=False
            )

    def initial_of(self, card: Mapping[str, Any]) -> dict[str, Any]:
        return super().initial_of(card) | {f"slot_{kind}": units for kind, units in card["slots"].items()}

    def card(self) -> dict[str, Any]:
        slots = {kind: self.cleaned_data[f"slot_{kind}"] for kind in KINDS if self.cleaned_data[f"slot_{kind}"]}
        return super().card() | {"slots": slots}


class AssetForm(CardForm):
    plain = ("title", "kind", "units", "bring")

    title = OneLine(
        label=gettext_lazy("What there is"),
        max_length=120,
        help_text=gettext_lazy("Say what kind of place or person; never which: “A room at a surgery”."),
    )
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=list(THINGS.items()))
    units = forms.IntegerField(label=gettext_lazy("How many"), min_value=1, max_value=999)
    bring = forms.ChoiceField(label=gettext_lazy("Seat that can bring it"))

    def prepare(self) -> None:
        self.choose("bring", "roles", "title")


class EventForm(CardForm):
    plain = ("title", "text")

    title = OneLine(label=gettext_lazy("What happens"), max_length=120)
    text = LongText(label=gettext_lazy("In a sentence or two"), max_length=600, required=False)
    pence = SignedPounds(
        label=gettext_lazy("Money that comes, or with a minus goes"),
        required=False,
        help_text=gettext_lazy("At once, at every table."),
    )

    def prepare(self) -> None:
        for number in range(1, CHOICES + 1):
            said = {"number": number}
            self.fields[f"choice{number}"] = OneLine(
                label=_("Answer %(number)s") % said, max_length=300, required=False
            )
            self.fields[f"effect{number}"] = SignedPounds(
                label=_("Money that comes with answer %(number)s, or goes") % said, required=False
            )

    def initial_of(self, card: Mapping[str, Any]) -> dict[str, Any]:
        found = super().initial_of(card) | {"pence": card.get("effect", {}).get("pence")}
        for number, choice in enumerate(card["choices"][:CHOICES], start=1):
            pence = choice.get("effect", {}).get("pence")
            found |= {f"choice{number}": choice["text"], f"effect{number}": pence}
        self.before = card
        return found

    def card(self) -> dict[str, Any]:
        """Things that an event changes are kept as they were: this form changes words and money."""
        before: Mapping[str, Any] = getattr(self, "before", {})
        given = self.cleaned_data
        old = list(before.get("choices", ()))
        choices = []
        for number in range(1, CHOICES + 1):
            if not given[f"choice{number}"]:
                continue
            was: Mapping[str, Any] = old[number - 1] if number <= len(old) else {"id": f"answer-{number}"}
            choices.append(
                {"id": was["id"], "text": given[f"choice{number}"]}
                | _effect(was.get("effect"), given[f"effect{number}"])
            )
        return super().card() | _effect(before.get("effect"), given["pence"]) | {"choices": choices}


def _effect(before: Mapping[str, Any] | None, pence: int | None) -> dict[str, Any]:
    made = {name: value for name, value in (before or {}).items() if name != "pence"}
    if pence:
        made["pence"] = pence
    return {"effect": made} if made else {}


class RoleForm(CardForm):
    plain = ("title", "kind", "text")

    title = OneLine(label=gettext_lazy("Who sits there"), max_length=80)
    kind = forms.ChoiceField(label=gettext_lazy("Kind of seat"), choices=ROLE_KINDS)
    text = LongText(label=gettext_lazy("Who you are"), max_length=600)

    def prepare(self) -> None:
        labels = {"know": _("Thing %(number)s that it knows"), "care": _("Thing %(number)s that it cares about")}
        for part, label in labels.items():
            for number in range(1, FACTS + 1):
                self.fields[f"{part}{number}"] = OneLine(label=label % {"number": number}, max_length=300)

    def initial_of(self, card: Mapping[str, Any]) -> dict[str, Any]:
        found = super().initial_of(card)
        for part in ("know", "care"):
            for number, fact in enumerate(card[part][:FACTS], start=1):
                found[f"{part}{number}"] = fact["text"]
        return found

    def card(self) -> dict[str, Any]:
        facts = {
            part: [
                {"id": f"{part}{number}", "text": self.cleaned_data[f"{part}{number}"]}
                for number in range(1, FACTS + 1)
            ]
            for part in ("know", "care")
        }
        return super().card() | facts


class PersonaForm(CardForm):
    plain = ("who", "text")
    name_field = "who"

    who = OneLine(
        label=gettext_lazy("Who"),
        max_length=120,
        help_text=gettext_lazy("A kind of life, never a name: “Somebody who cares for a parent and works nights”."),
    )
    text = LongText(label=gettext_lazy("What their days are like"), max_length=600)


class AboutForm(forms.Form):
    """What the pack says of itself, and its money."""

    title = OneLine(label=gettext_lazy("Name of the pack"), max_length=120)
    label = OneLine(
        label=gettext_lazy("A line under the name"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Where figures are of another year or invented, say so here."),
    )
    about = LongText(
        label=gettext_lazy("What is on the table, and what is not"),
        max_length=2000,
        required=False,
        help_text=gettext_lazy(
            "What people have a right to by law is not on the table. Say so, with whatever else is left out."
        ),
    )
    pot_pence = PoundsField(label=gettext_lazy("The pot: what the fund's policy gives"))
    place_people = forms.IntegerField(label=gettext_lazy("People in the place"), min_value=1, max_value=10**9)
    slice_name = OneLine(label=gettext_lazy("Neighbourhood that creates"), max_length=120)
    slice_people = forms.IntegerField(label=gettext_lazy("People in it"), min_value=1, max_value=10**9)
    target_pence = PoundsField(label=gettext_lazy("What tables look for"))
    gain_share = forms.IntegerField(
        label=gettext_lazy("Of each pound found beyond it, pence to create with"), min_value=0, max_value=100
    )
    rule = forms.ChoiceField(label=gettext_lazy("How tables agree"), choices=list(RULES.items()))

    policy = ("pot_pence", "place_people", "slice_name", "slice_people", "target_pence", "gain_share", "rule")

    def clean(self) -> None:
        given = self.cleaned_data
        if (given.get("slice_people") or 0) > (given.get("place_people") or 0):
            self.add_error("slice_people", _("More people live here than in the whole place."))


FORMS: dict[str, type[CardForm]] = {
    "needs": NeedForm,
    "lines": LineForm,
    "pool_cards": PoolForm,
    "idea_cards": IdeaForm,
    "assets": AssetForm,
    "events": EventForm,
    "roles": RoleForm,
    "personas": PersonaForm,
}
