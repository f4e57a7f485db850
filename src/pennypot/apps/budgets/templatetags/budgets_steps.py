"""The four steps from a file to the pool, drawn at the top of each of their pages."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.translation import gettext as _

register = template.Library()


@register.inclusion_tag("budgets/uploads/_steps.html")
def upload_steps(at: int, kind: str = "") -> dict[str, Any]:
    """Draw the steps.

    Parameters
    ----------
    at
        The number of this one, from one.
    kind
        ``spending`` has no lines to look at one by one.
    """
    names = [_("Add a file"), _("Check what was read"), _("Look at the lines"), _("Publish")]
    if kind == "spending":
        names.pop(2)
    return {"steps": [(number, name) for number, name in enumerate(names, 1)], "at": at}
