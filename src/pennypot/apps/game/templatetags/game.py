"""What the pages of the game say and draw: the engine's sentences, names of roles, the shapes of the four answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from pennypot.apps.game import codes
from pennypot.apps.game.names import ANSWERS, PHASES, THINGS
from pennypot.house.money import pounds
from pennypot.play import Sentence

register = template.Library()

register.filter("spaced", codes.spaced)

# Colour, shape and word: an answer is never told by its colour alone.
_SHAPES = {
    "support": mark_safe('<path d="M5 1 9 9H1z"/>'),
    "live": mark_safe('<circle cx="5" cy="5" r="4"/>'),
    "concern": mark_safe('<path d="M5 .5 9.5 5 5 9.5.5 5z"/>'),
    "hold": mark_safe('<rect x="1" y="1" width="8" height="8"/>'),
}


@register.filter
def said(sentence: Sentence) -> str:
    """Say a sentence of the engine in the reader's language; what is pence is written in pounds."""
    values = {
        name: pounds(value) if name.endswith("pence") and isinstance(value, int) else value
        for name, value in sentence.values
    }
    return gettext(sentence.words).format(**values)


@register.filter
def at(things: Mapping[str, Any], key: str) -> Any:
    """Look something up by its name; nothing where it is not there."""
    return things.get(key, "")


@register.filter
def phase_name(phase: str) -> str:
    """Say what a phase is called."""
    return str(PHASES.get(phase, phase))


@register.filter
def answer_name(kind: str) -> str:
    """Say what an answer is called."""
    return str(ANSWERS.get(kind, kind))


@register.filter
def thing_name(kind: str) -> str:
    """Say what a kind of thing is called."""
    return str(THINGS.get(kind, kind))


@register.filter
def share_of(part: int, whole: int) -> int:
    """Return a part as whole per cent, at most 100, rounded down: a bar is full only when it is."""
    return min(100, 100 * part // whole) if whole > 0 else 100


@register.filter
def pounds_plain(pence: int) -> str:
    """Write pence as a number for a form: ``1250`` or ``1250.50``."""
    whole, rest = divmod(pence, 100)
    return f"{whole}.{rest:02d}" if rest else str(whole)


@register.simple_tag
def shape(kind: str) -> SafeString:
    """Draw the shape of an answer."""
    return format_html(
        '<svg class="shape {}" viewBox="0 0 10 10" aria-hidden="true">{}</svg>', kind, _SHAPES.get(kind, "")
    )


@register.simple_tag
def keys() -> SafeString:
    """Mark where a form's key, its proof of origin and what it saw are put in: they are the page's, not the piece's."""
    return mark_safe("<i-keys></i-keys>")
