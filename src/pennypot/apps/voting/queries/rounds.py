"""The rounds of a place as the voting page lists them: open now, coming, over."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef

from pennypot.apps.places.models import Place
from pennypot.apps.rounds.models import Result, Stage
from pennypot.apps.rounds.stages import Kind


def listed(place: Place, now: datetime) -> dict[str, list[Any]]:
    """Return published rounds by whether voting is open, will open, or is over. One SQL query."""
    stages = (
        Stage.objects.filter(
            kind=Kind.VOTING, round__place=place, round__published_at__isnull=False, round__cancelled_at__isnull=True
        )
        .select_related("round")
        .annotate(result_out=Exists(Result.objects.filter(round=OuterRef("round"), published_at__isnull=False)))
        .order_by("closes_at")
    )
    found: dict[str, list[Any]] = {"open_now": [], "coming": [], "over": []}
    for stage in stages:
        stage.round.place = place
        if now < stage.opens_at:
            found["coming"].append(stage)
        elif now < stage.closes_at:
            found["open_now"].append(stage)
        else:
            found["over"].insert(0, stage)
    found["over"] = found["over"][:12]
    return found
