"""A round in Brindley, at any stage: fixture `a_round`, and helpers that move its dates so that a stage is open now."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from pennypot.testing.cast import Cast

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# Days from the first opening to the opening and the closing of each stage.
DAYS = {
    "idea": (0, 14),
    "proposal": (0, 30),
    "review": (30, 44),
    "appeal": (44, 51),
    "ballot": (51, 53),
    "voting": (53, 67),
    "count": (67, 70),
    "delivery": (70, 400),
}


@pytest.fixture
def a_round(cast: Cast) -> Any:
    """Make a published round of £30,000 in Brindley, taking proposals now, with two areas and two categories.

    Its areas are "North" and "South", its categories "Parks" and "Young people". Move it with `put_in_stage`.
    """
    return make_round(cast)


def make_round(cast: Cast, slug: str = "spring-2027", stage: str = "proposal", **values: Any) -> Any:
    """Make a published round in Brindley with a stage open now; `values` are columns of `Round`."""
    from pennypot.apps.fund.actions.books import accounts, open_ledger
    from pennypot.apps.places.models import Area
    from pennypot.apps.rounds.clock import database_now
    from pennypot.apps.rounds.models import Category, Round

    given = {
        "title": "Spring round",
        "about": "Money for things that people of Brindley want.",
        "year": "2026-27",
        "budget_pence": 30_000_00,
        "eligibility": ["posted_code", "desk"],
        "tie_seed_source": "The first main National Lottery draw after voting closes.",
        "rule": {"rule": "equal-shares", "completion": "add1"},
        "made_by": cast.tariq,
    }
    made = Round.objects.create(place=cast.brindley, slug=slug, **(given | values))
    for name in ("North", "South"):
        Area.objects.get_or_create(place=cast.brindley, name=name, defaults={"population": 5_000})
    for name in ("Parks", "Young people"):
        Category.objects.create(round=made, name=name)
    put_in_stage(made, stage)
    open_ledger(cast.brindley)
    pot = accounts(cast.brindley, [(made.account_code, made.title, 0)])[made.account_code]
    Round.objects.filter(pk=made.pk).update(account=pot, published_at=database_now())
    return fresh(made)


def fresh(round: Any) -> Any:
    """Return the round as the database has it now, with nothing remembered."""
    return type(round).objects.select_related("place", "account").get(pk=round.pk)


def put_in_stage(round: Any, kind: str, *, left: timedelta = DAY, before: bool = False) -> Any:
    """Move all stages of a round so that one is open now, and return the round afresh.

    Parameters
    ----------
    kind
        The stage that is open now; with `before`, the one that opens in `left`.
    left
        How long it stays open (or closed, with `before`).
    """
    from pennypot.apps.rounds.clock import database_now

    now = database_now()
    opens, closes = DAYS[kind]
    # Long enough ago that the stage has `left` of its own days to go; a day that two stages share belongs to one.
    start = now + left - opens * DAY if before else now + left - closes * DAY
    return set_stages(round, {key: (start + a * DAY, start + b * DAY) for key, (a, b) in DAYS.items()})


def set_stages(round: Any, times: dict[str, tuple[datetime, datetime]]) -> Any:
    """Write the dates of stages past the triggers, which only a test's throw-away server allows."""
    write_past_triggers(
        lambda: [
            round.stages.update_or_create(kind=kind, defaults={"opens_at": opens, "closes_at": closes})
            for kind, (opens, closes) in times.items()
        ]
    )
    return fresh(round)


def write_past_triggers(write: Callable[[], Any]) -> Any:
    """Call something with the database's triggers off, in a transaction of its own or inside the test's."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        found = write()
        cursor.execute("SET LOCAL session_replication_role = origin")
    return found
