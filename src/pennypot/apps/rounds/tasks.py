"""What happens by itself, every ten minutes: ballots that are due are fixed, and teams hear what has opened."""

from __future__ import annotations

from procrastinate.contrib.django import app

from pennypot.apps.rounds.actions.schedule import look_after_rounds


@app.periodic(cron="*/10 * * * *")
@app.task(name="rounds.look_after", queueing_lock="rounds.look_after")
def look_after(timestamp: int) -> None:
    """See `rounds.actions.schedule`."""
    look_after_rounds()
