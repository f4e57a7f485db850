"""What the demo bar needs to draw itself."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django import template

from pennypot.apps.places import demo

register = template.Library()


@register.simple_tag(takes_context=True)
def demo_people(context: dict[str, Any]) -> list[tuple[str, list[demo.DemoPerson]]]:
    """Group the demo people by place; on a place's page only its own people, the operator and whoever one is now."""
    # A page for an error may come before it is known who asks.
    place, now = context.get("place"), getattr(getattr(context["request"], "user", None), "pk", None)
    everyone = [
        person
        for person in demo.people()
        if place is None or person.place_slug in ("", getattr(place, "slug", "")) or person.pk == now
    ]
    return [(name, list(group)) for name, group in groupby(everyone, key=lambda person: person.place_name)]
