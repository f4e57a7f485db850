"""The forms of a game alone. Each reads what was chosen and says how it changes the answers; the pages draw them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from pennypot.apps.game.solo_log import Answers, purse_of, spent_pence
from pennypot.house.money import pounds
from pennypot.play import Pack

VALUES = 3
LONGEST_STORY = 300
DAYS = (
    ("better", _("Better than now")),
    ("same", _("Much as now")),
    ("harder", _("Harder than now")),
)
FEELINGS = (
    ("support", _("Yes, I would")),
    ("live", _("I could live with it")),
    ("concern", _("It worries me")),
)
CERTAIN = tuple((str(number), str(number)) for number in range(1, 6))


class StepForm(forms.Form):
    """One step. ``turn`` says which state of the game it was drawn from."""

    turn = forms.IntegerField(min_value=0, max_value=2_000_000_000, widget=forms.HiddenInput)

    def __init__(self, *given: Any, cards: Pack, answers: Answers, **more: Any) -> None:
        super().__init__(*given, **more)
        self.cards, self.answers = cards, answers

    def change(self, before: Answers) -> Answers:
        """Return the answers after this form."""
        raise NotImplementedError


class ValuesForm(StepForm):
    """Three needs that matter most."""

    needs = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple)

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.fields["needs"].choices = [(need.id, need.name) for need in self.cards.needs]  # type: ignore[attr-defined]
        self.fields["needs"].error_messages["required"] = _("Choose three.")
        self.initial.setdefault("needs", list(dict.fromkeys(self.answers.values)))

    def clean_needs(self) -> list[str]:
        """Exactly three."""
        needs: list[str] = self.cleaned_data["needs"]
        if len(set(needs)) != VALUES:
            raise forms.ValidationError(_("Choose three, no more and no fewer."))
        return needs

    def change(self, before: Answers) -> Answers:
        return replace(before, values=tuple(self.cleaned_data["needs"]))


class CutForm(StepForm):
    """How deep to cut each line; a line that is left out stays as it is."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        for line in self.cards.lines:
            self.fields[f"line-{line.id}"] = forms.TypedChoiceField(
                choices=[(level, str(level)) for level in range(len(line.steps) + 1)],
                coerce=int,
                empty_value=0,  # type: ignore[arg-type]  # the stubs know text alone
                required=False,
                initial=self.answers.levels.get(line.id, 0),
            )

    def change(self, before: Answers) -> Answers:
        levels = {line.id: self.cleaned_data[f"line-{line.id}"] for line in self.cards.lines}
        return replace(before, levels={line: level for line, level in levels.items() if level})


class PoolForm(StepForm):
    """Which things to share."""

    pooled = forms.MultipleChoiceField(required=False)

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.fields["pooled"].choices = [(card.id, card.title) for card in self.cards.pool_cards]  # type: ignore[attr-defined]
        self.initial.setdefault("pooled", list(self.answers.pooled))

    def change(self, before: Answers) -> Answers:
        return replace(before, pooled=tuple(self.cleaned_data["pooled"]))


class CreateForm(StepForm):
    """What to make with the slice: idea cards, and one idea of one's own."""

    ideas = forms.MultipleChoiceField(required=False)
    title = forms.CharField(label=_("Your own idea, in a few words"), max_length=80, required=False)
    price = forms.IntegerField(
        label=_("What it may cost, in whole pounds"), min_value=0, max_value=10_000_000, required=False
    )

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.fields["ideas"].choices = [(card.id, card.title) for card in self.cards.idea_cards]  # type: ignore[attr-defined]
        self.initial.setdefault("ideas", list(self.answers.ideas))
        if self.answers.own:
            self.initial.update(title=self.answers.own[0], price=self.answers.own[1] // 100)

    def clean(self) -> dict[str, Any]:
        """Nothing is bought with money that is not there."""
        found: dict[str, Any] = super().clean() or {}
        if found.get("title") and found.get("price") is None:
            self.add_error("price", _("Say what it may cost. Nought is an answer too."))
        if self.errors:
            return found
        purse, spent = purse_of(self.cards, self.answers), spent_pence(self.cards, self.change(self.answers))
        if spent > purse:
            over = _("This comes to %(over)s more than there is. Take something out.") % {"over": pounds(spent - purse)}
            raise forms.ValidationError(over)
        return found

    def change(self, before: Answers) -> Answers:
        found = self.cleaned_data
        own = (found["title"], found["price"] * 100) if found.get("title") else None
        return replace(before, ideas=tuple(found.get("ideas", ())), own=own)


class StoryForm(StepForm):
    """A day next year: how it goes, who loses, and what was done about it."""

    day = forms.ChoiceField(label=_("How does this day go, with your plan?"), choices=DAYS, widget=forms.RadioSelect)
    loses = forms.CharField(
        label=_("Who loses by your plan?"),
        max_length=LONGEST_STORY,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("A few words. Groups of people, no names."),
    )
    did = forms.CharField(
        label=_("What did you do about it?"),
        max_length=LONGEST_STORY,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("“Nothing yet” is an honest answer."),
    )

    def __init__(self, *given: Any, persona: str, **more: Any) -> None:
        super().__init__(*given, **more)
        self.persona = persona
        if self.answers.story:
            _persona, day, loses, did = self.answers.story
            self.initial.update(day=day, loses=loses, did=did)

    def change(self, before: Answers) -> Answers:
        found = self.cleaned_data
        return replace(before, story=(self.persona, found["day"], found["loses"], found["did"]))


class SendForm(StepForm):
    """What somebody thinks of their own plan, and sending it in."""

    reaction = forms.ChoiceField(
        label=_("Would you stand up for this plan?"), choices=FEELINGS, widget=forms.RadioSelect
    )
    confidence = forms.ChoiceField(
        label=_("How sure are you? 1 is a guess, 5 is certain."), choices=CERTAIN, initial="3", widget=forms.RadioSelect
    )
    regret = forms.CharField(label=_("What do you regret most?"), max_length=LONGEST_STORY, required=False)
    missing = forms.CharField(label=_("What was missing?"), max_length=LONGEST_STORY, required=False)

    def change(self, before: Answers) -> Answers:
        found = self.cleaned_data
        return replace(before, voice=(found["reaction"], found["regret"], found["missing"], int(found["confidence"])))
