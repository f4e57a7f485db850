"""What happens by itself: ballots that are due are fixed, teams hear what has opened, old drafts are forgotten."""

from __future__ import annotations

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from pennypot.apps.rounds.actions import letters
from pennypot.apps.rounds.actions.proposals.drafts import forget_unclaimed
from pennypot.apps.rounds.actions.schedule import look_after_rounds
from pennypot.apps.rounds.models import CostChange, Decision

TRY_AGAIN = RetryStrategy(max_attempts=6, exponential_wait=30)


@app.periodic(cron="*/10 * * * *")
@app.task(name="rounds.look_after", queueing_lock="rounds.look_after")
def look_after(timestamp: int) -> None:
    """See `rounds.actions.schedule`."""
    look_after_rounds()


@app.periodic(cron="40 3 * * *")
@app.task(name="rounds.forget_drafts", queueing_lock="rounds.forget_drafts")
def forget_drafts(timestamp: int = 0) -> None:
    """Each night: delete drafts that nobody took under a name for a long time."""
    forget_unclaimed()


@app.task(name=letters.TELL_DECISION, retry=TRY_AGAIN)
def tell_decision(decision: int) -> None:
    """Tell authors what was decided. A decision that is gone belonged to a round that was thrown away."""
    found = Decision.objects.select_related("agency", "proposal__owner", "proposal__round__place").filter(pk=decision)
    for one in found:
        letters.tell_decision(one)


@app.task(name=letters.TELL_COST, retry=TRY_AGAIN)
def tell_cost(change: int) -> None:
    """Tell authors that their proposal has another cost."""
    for one in CostChange.objects.select_related("proposal__owner", "proposal__round__place").filter(pk=change):
        letters.tell_cost(one)
