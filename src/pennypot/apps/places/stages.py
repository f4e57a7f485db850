"""The nine stages of the flow as a place's home tells them: what each is, and what can be done there now."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from pennypot.house import layout

WHAT_IT_IS = {
    "pool": _("All the public money of this place together: who spends it, and what on."),
    "fund": _("One penny in every pound, set aside for the people who live here."),
    "ideas": _("Projects that worked somewhere else, with what they cost and what came of them."),
    "game": _("Sit at one table and try out what to cut and what to create."),
    "proposals": _("What people here ask the one per cent to pay for."),
    "vote": _("Choose the projects you want, on a phone or on paper."),
    "results": _("Who won, why, and what the others were short of."),
    "projects": _("Winning projects being built, with every payment."),
    "answers": _("One officer answers each year for all the money, and replies to your questions."),
}
WHAT_YOU_CAN_DO = {
    "pool": _("Walk through the money"),
    "fund": _("See what one per cent is"),
    "game": _("Cut and create, together"),
    "proposals": _("Read what people propose"),
    "vote": _("See whether you can vote now"),
    "results": _("See what was decided"),
}


@dataclass(frozen=True)
class Told:
    """One stage with its words; ``do`` and ``url`` are empty while it is not open."""

    number: int
    name: str
    what: str
    do: str
    url: str


def told(place_slug: str) -> list[Told]:
    """Tell the nine stages of a place in order."""
    return [
        Told(number, stage.name, str(WHAT_IT_IS[stage.key]), str(WHAT_YOU_CAN_DO.get(stage.key, _("Look"))), stage.url)
        for number, stage in enumerate(layout.flow(place_slug), start=1)
    ]
