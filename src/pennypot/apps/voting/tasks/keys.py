"""Letters to key holders, when keys are made and when voting is about to open."""

from __future__ import annotations

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from pennypot.apps.rounds.clock import database_now
from pennypot.apps.voting.actions import share_letters
from pennypot.apps.voting.models import Election


@app.task(name=share_letters.TELL_HOLDERS, retry=RetryStrategy(max_attempts=6, exponential_wait=30))
def tell_holders(election: int) -> None:
    """Tell key holders that their share waits. An election that is gone has none."""
    for one in Election.objects.select_related("round__place").filter(pk=election):
        share_letters.tell_holders(one)


@app.periodic(cron="17 * * * *")
@app.task(name="voting.remind_holders", queueing_lock="voting.remind_holders")
def remind_holders(timestamp: int = 0) -> None:
    """Each hour: remind the holders of rounds whose voting opens soon, once."""
    share_letters.remind_holders(database_now())
