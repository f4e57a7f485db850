"""What happens in a round without anybody's hand: the ballot is fixed in its stage, and the team is told of openings.

Stages themselves need none of this: whoever asks compares the database's clock with the dates.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q
from django.urls import reverse

from pennypot.apps.people.roles import Role
from pennypot.apps.rounds import clock
from pennypot.apps.rounds.actions.ballot import write_ballot
from pennypot.apps.rounds.models import Round, Stage
from pennypot.apps.rounds.stages import Kind, end_said, is_open
from pennypot.house import letters
from pennypot.house.answers import Invalid

log = logging.getLogger(__name__)
# So long before voting opens the ballot is fixed without the proposals that nobody decided.
LAST_MOMENT = timedelta(hours=2)
# A stage that opened longer ago than this is no news any more.
NEWS = timedelta(days=2)


def look_after_rounds() -> None:
    """Fix the ballots that are due and tell teams what has opened. Harmless when nothing is due."""
    now = clock.database_now()
    for round in _due(now):
        _fix(round, now)
    tell_openings(now)


def _due(now: datetime) -> list[Round]:
    return list(
        Round.objects.filter(
            published_at__isnull=False,
            cancelled_at__isnull=True,
            rules_frozen_at__isnull=True,
            stages__kind=Kind.BALLOT,
            stages__opens_at__lte=now,
            stages__closes_at__gt=now,
        ).select_related("place")
    )


def _fix(round: Round, now: datetime) -> None:
    voting = next((stage for stage in round.stage_list if stage.kind == Kind.VOTING), None)
    last_moment = voting is not None and voting.opens_at - now <= LAST_MOMENT
    try:
        write_ballot(round, by=None, leave_out_undecided=last_moment)
    except Invalid as problem:
        log.info("The ballot of round %s is not fixed yet: %s", round.pk, problem.message)


def tell_openings(now: datetime) -> int:
    """Write to each round's team when a stage has opened, once for each stage; returns how many stages were told."""
    opened = Stage.objects.filter(
        Q(round__published_at__isnull=False, round__cancelled_at__isnull=True),
        told_at__isnull=True,
        opens_at__lte=now,
        opens_at__gt=now - NEWS,
    ).select_related("round__place")
    told = 0
    for stage in opened:
        # Whoever changes the row first writes the letters.
        if is_open(stage, now) and Stage.objects.filter(pk=stage.pk, told_at__isnull=True).update(told_at=now):
            _tell(stage)
            told += 1
    return told


def _tell(stage: Stage) -> None:
    round = stage.round
    context = {
        "stage": Kind(stage.kind).label,
        "round": round,
        "closes": end_said(stage.closes_at, round.zone),
        "link": settings.SITE_ADDRESS + reverse("round", args=[round.place.slug, round.slug]),
    }
    team = round.place.memberships.filter(role__in=(Role.PLACE_TEAM, Role.ACCOUNTABLE_OFFICER), person__is_active=True)
    for address in sorted(set(team.values_list("person__email", flat=True))):
        letters.send("rounds/letters/stage_opened.txt", context, to=address)
