"""What happens by itself: ballots that are due are fixed, teams hear what has opened, old drafts are forgotten."""

from __future__ import annotations

from procrastinate.contrib.django import app

from pennypot.apps.rounds.actions.proposals.drafts import forget_unclaimed
from pennypot.apps.rounds.actions.schedule import look_after_rounds


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
