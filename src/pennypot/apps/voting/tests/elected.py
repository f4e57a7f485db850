"""What the tests of the log share: casting quickly, many at once, and bringing an election to its count."""

from __future__ import annotations

import secrets
import threading
from concurrent.futures import ThreadPoolExecutor

from django.db import connection

from pennypot.apps.voting.actions import opening
from pennypot.apps.voting.actions.casting import cast
from pennypot.apps.voting.actions.closing import close_election, destroy_round_key
from pennypot.apps.voting.actions.count import open_and_count, publish_counted
from pennypot.apps.voting.models import Election
from pennypot.apps.voting.slots import slot_for
from pennypot.house.answers import Invalid, Refused
from pennypot.testing.rounds import put_in_stage


def vote(story, entry, choices=(1, 3), token=None, **more):
    """Cast a ballot for a roll entry."""
    return cast(
        story.election, slot_for(story.election, entry.pk), list(choices), token or secrets.token_bytes(16), **more
    )


def at_once(jobs, threads=8):
    """Run jobs in threads that begin together; return what each gave, or the name of what it raised."""
    ready = threading.Barrier(threads)

    def worker(mine):
        ready.wait()
        found = []
        try:
            for job in mine:
                try:
                    found.append(job())
                except (Invalid, Refused) as problem:
                    found.append(type(problem).__name__)
        finally:
            connection.close()
        return found

    with ThreadPoolExecutor(threads) as pool:
        return sum(pool.map(worker, [jobs[number::threads] for number in range(threads)]), [])


def again(story):
    """Return the election as the database has it now."""
    story.election = Election.objects.select_related("round__place").get(pk=story.election.pk)
    return story.election


def holder(story, which):
    return story.election.key_holders.select_related("election__round__place", "person").get(which=which)


def close(story):
    """End voting, close, and destroy the round key before Sam."""
    story.round = put_in_stage(story.round, "count")
    assert close_election(story.cast.aled, again(story))
    destroy_round_key(story.cast.sam, again(story))
    opening.note_draw(story.cast.tariq, again(story), "3 14 22 31 40 58")
    return again(story)


def count(story, one=1, other=3):
    """Close, open with two shares, count and publish."""
    close(story)
    for which in (one, other):
        opening.give_share(story.holders[which], holder(story, which), story.shares[which])
    publish_counted(open_and_count(story.election.pk, story.cast.aled))
    return again(story)
