"""A result as pictures: the money filling the pot, and how much of what people chose was funded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pennypot.house.money import pounds

COLOURS = ("penny", "leaf", "river", "plum", "ochre", "pine", "rose", "slate")
# The pot's inside, in the picture's own units.
TOP, BOTTOM, LEFT, RIGHT = 64.0, 372.0, 22.0, 298.0
# A band that is lower than this has no room for its number.
LOWEST_WITH_NUMBER = 13.0
_JAR = "M22 92 Q22 64 52 64 H268 Q298 64 298 92 V344 Q298 372 270 372 H50 Q22 372 22 344 Z"


@dataclass(frozen=True)
class Band:
    """One winner in the pot."""

    order: int
    name: str
    pence: int
    href: str

    @property
    def colour(self) -> str:
        """One of the calm colours; neighbours differ."""
        return COLOURS[(self.order - 1) % len(COLOURS)]


def pot(bands: Sequence[Band], budget_pence: int) -> SafeString:
    """Draw the pot with the winners in it, the first funded at the bottom; what is left stays empty.

    The numbers are those of the list beside it, which says the same in words.
    """
    scale = (BOTTOM - TOP) / budget_pence if budget_pence else 0
    drawn, floor = [], BOTTOM
    for band in bands:
        tall = band.pence * scale
        floor -= tall
        title = _("%(order)d. %(name)s: %(amount)s") % {
            "order": band.order,
            "name": band.name,
            "amount": pounds(band.pence),
        }
        number = ""
        if tall >= LOWEST_WITH_NUMBER:
            number = f'<text x="160" y="{floor + tall / 2 + 4.5:.1f}" text-anchor="middle">{band.order}</text>'
        drawn.append(
            f'<a href="{escape(band.href)}" class="c-{band.colour}" aria-label="{escape(title)}">'
            f"<title>{escape(title)}</title>"
            f'<rect x="{LEFT}" y="{floor:.2f}" width="{RIGHT - LEFT}" height="{max(tall, 0.4):.2f}"/>{number}</a>'
        )
    given = sum(band.pence for band in bands)
    left = budget_pence - given
    words = ""
    if floor - TOP > 26 and left > 0:
        words = f'<text class="left" x="160" y="{(TOP + floor) / 2 + 5:.1f}" text-anchor="middle">{escape(_("%(amount)s left") % {"amount": pounds(left)})}</text>'  # noqa: E501
    label = ngettext(
        "A pot of %(budget)s, filled to %(given)s by %(number)d project.",
        "A pot of %(budget)s, filled to %(given)s by %(number)d projects.",
        len(bands),
    ) % {"budget": pounds(budget_pence), "given": pounds(given), "number": len(bands)}
    return mark_safe(  # noqa: S308 - names are escaped above, the rest is numbers and our own words
        f'<svg class="chart pot" viewBox="0 0 320 384" role="group" aria-label="{escape(label)}">'
        f'<clipPath id="in-the-pot"><path d="{_JAR}"/></clipPath>'
        f'<path class="glass" d="{_JAR}"/><g clip-path="url(#in-the-pot)">{"".join(drawn)}</g>'
        f'<path class="rim" d="{_JAR}"/><rect class="lid" x="62" y="40" width="196" height="24" rx="8"/>'
        f'<rect class="slot" x="136" y="49" width="48" height="5" rx="2.5"/>'
        f'<circle class="penny" cx="160" cy="20" r="15"/><text class="p" x="160" y="26" text-anchor="middle">p</text>'
        f"{words}</svg>"
    )


@dataclass(frozen=True)
class Bar:
    """So many voters got so many of their choices."""

    number: int
    voters: int
    said: str


def choices_funded(by_number: Mapping[str, int], most: int = 8) -> list[Bar]:
    """List how many of each voter's choices were funded; from so many on they stand together."""
    bars = []
    for number in range(most):
        voters = by_number.get(str(number), 0)
        said = _("none") if number == 0 else str(number)
        bars.append(Bar(number, voters, said))
    more = sum(voters for number, voters in by_number.items() if int(number) >= most)
    if more:
        bars.append(Bar(most, more, _("%(number)d or more") % {"number": most}))
    while len(bars) > 2 and not bars[-1].voters:
        bars.pop()
    return bars
