"""What every page knows: the demo bar, the languages, and the flow from the pool to the answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Stage:
    """One stage of the flow, as the navigation shows it."""

    key: str
    name: str
    url: str  # empty while the stage is not open yet

    @property
    def state(self) -> str:
        """The dot beside it: ``open`` (can be visited) or ``later``."""
        return "open" if self.url else "later"


# Key, what people read, and the name of its first page. A stage without a page yet shows as "not yet".
FLOW = (
    ("pool", _("The pool"), "pool"),
    ("fund", _("The one per cent"), "fund"),
    ("ideas", _("Ideas"), "ideas"),
    ("game", _("Game"), "game"),
    ("proposals", _("Proposals"), "proposals"),
    ("vote", _("Vote"), "vote"),
    ("results", _("Results"), "results"),
    ("projects", _("Projects"), "projects"),
    ("answers", _("Answers"), "answers"),
)


def flow(place_slug: str) -> list[Stage]:
    """Return the nine stages for a place, with addresses for those that exist."""
    stages = []
    for key, name, page in FLOW:
        stages.append(Stage(key, str(name), page_of(page, place_slug)))
    return stages


def page_of(name: str, place_slug: str, *more: str) -> str:
    """Return the address of a place's page by its name, also for rooms that come later; empty where there is none."""
    try:
        return reverse(name, args=[place_slug, *more])
    except NoReverseMatch:
        return ""


def everywhere(request: HttpRequest) -> dict[str, Any]:
    """Context of every page."""
    return {
        "demo_mode": settings.DEMO,
        "languages": settings.LANGUAGES,
        "here": request.get_full_path(),
    }
