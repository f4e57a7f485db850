"""Prints what the pages of a vote and of a review cost, with 1,200 proposals and 220 on the ballot.

CPU milliseconds of the process, SQL queries and bytes, in one process against a throw-away database. Casting is the
whole request: form, transaction, receipt with its code for a phone. `--profile PAGE` shows where the time goes.
"""

from __future__ import annotations

import argparse
import cProfile
import gzip
import os
import pstats
import random
import statistics
import time
from collections.abc import Callable
from typing import Any

import psycopg

from pennypot.house.database import throwaway_server

PROPOSALS, ON_BALLOT, ASKED = 1_200, 220, 40
Page = Callable[[], Any]


def main() -> None:
    """Start the throw-away server, fill it, and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profile", help="a page's name: print its profile too")
    chosen = parser.parse_args()
    with throwaway_server() as server:
        os.environ.update(
            DATABASE_URL=server.url(),
            PENNYPOT_HOME=str(server.home),
            PENNYPOT_TESTING="1",
            DJANGO_SETTINGS_MODULE="pennypot.house.settings",
        )
        # The rounds' dates are set past the triggers that keep them.
        with psycopg.connect(server.admin_url("postgres"), autocommit=True) as admin:
            admin.execute("GRANT SET ON PARAMETER session_replication_role TO pennypot")
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        call_command("createcachetable")
        pages = _pages()
        print(f"{'page':<24}{'CPU ms':>8}{'worst':>8}{'queries':>9}{'gzip kB':>9}")
        for name, page in pages.items():
            _measure(name, page)
            if name == chosen.profile:
                _profile(page)


def _pages() -> dict[str, Page]:
    """Make a round under review and another whose vote is open; return how to ask for each page."""
    from django.test import Client

    from pennypot.testing import cast as casting
    from pennypot.testing.cast import sign_in
    from pennypot.testing.elections import make_election, voters

    people = casting.cast.__wrapped__(None)
    costs = {number: random.Random(number).randrange(500, 20_000) * 100 for number in range(1, ON_BALLOT + 1)}
    story = make_election(people, costs=costs, budget_pence=300_000_00, ballot_form="approve", max_choices=10)
    roll = iter(voters(story.round, 1_000))
    reviewed = _under_review(people)
    visitor, officer, caster = (Client(headers={"host": "127.0.0.1"}) for _ in range(3))
    sign_in(officer, people.ben)
    vote, proposals = f"/brindley/vote/{story.round.slug}/", f"/brindley/rounds/{reviewed.slug}/"
    holder = _with_pass(story.round, next(roll).pk)[0]
    return {
        "casting": lambda: _cast(caster, vote, story.round, next(roll).pk),
        "entrance": lambda: visitor.get(vote),
        "ballot": lambda: holder.get(f"{vote}ballot/"),
        "log": lambda: visitor.get(f"{vote}log/"),
        "review desk": lambda: officer.get("/brindley/review/"),
        "decisions": lambda: visitor.get(f"{proposals}decisions/"),
        "review, public": lambda: visitor.get(f"{proposals}proposals/1/review/"),
    }


def _under_review(people: Any) -> Any:
    """Make a round of 1,200 proposals: all assigned, half decided."""
    from datetime import timedelta

    from pennypot.apps.rounds.clock import database_now
    from pennypot.apps.rounds.models import Check, Decision, Proposal, Review
    from pennypot.apps.talk.models import Thread
    from pennypot.testing.rounds import make_round, write_past_triggers

    round, now = make_round(people, slug="reviewed", stage="review"), database_now()
    agency = people.council
    threads = Thread.objects.bulk_create(
        Thread(place=people.brindley, address=f"/r/{number}", subject="x") for number in range(1, PROPOSALS + 1)
    )
    made = Proposal.objects.bulk_create(
        Proposal(
            round=round, number=number, state="submitted", owner=people.asha, thread=thread, title=f"Bench {number}",
            plain_summary=f"A bench in street {number}, for everybody.", submitted_at=now, version=1,
            cost_pence=100_000, proposed_cost_pence=100_000, decision="accepted" if number % 2 else "",
        )
        for number, thread in enumerate(threads, start=1)
    )  # fmt: skip
    due = now + timedelta(days=3)
    reviews = Review.objects.bulk_create(Review(proposal=one, agency=agency, due_at=due) for one in made)

    def write() -> None:
        kinds = ("legal", "competence", "feasible", "costed", "running")
        Check.objects.bulk_create(
            Check(review=review, kind=kind, verdict="yes", reason="It can be done.", by=people.ben)
            for review in reviews[::2] for kind in kinds
        )  # fmt: skip
        Decision.objects.bulk_create(
            Decision(
                proposal=one, level="first", outcome="accepted", reason="It can be done.", by=people.ben, agency=agency
            )
            for one in made[::2]
        )

    write_past_triggers(write)
    return round


def _with_pass(round: Any, entry: int, client: Any = None) -> tuple[Any, str]:
    """Return a browser that holds a pass, and the form's token."""
    from django.http import HttpResponse
    from django.test import Client

    from pennypot.apps.voting import passes

    held, response = passes.new_pass(round.pk, entry), HttpResponse()
    passes.give(response, held)
    client = client or Client(headers={"host": "127.0.0.1"})
    client.cookies[passes.cookie_name()] = response.cookies[passes.cookie_name()].value
    return client, held.signed_token


def _cast(client: Any, vote: str, round: Any, entry: int) -> Any:
    client, token = _with_pass(round, entry, client)
    return client.post(f"{vote}cast/", {"token": token, "choice": ["1", "3"], "word": "heron"})


def _measure(name: str, page: Page) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    for _ in range(3):
        response = page()
    if response.status_code != 200:
        print(f"{name:<24}answered {response.status_code} {response.headers.get('location', '')}")
        return
    with CaptureQueriesContext(connection) as queries:
        page()
    asked, spent = len(queries), []
    for _ in range(ASKED):
        before = time.process_time()
        page()
        spent.append((time.process_time() - before) * 1000)
    size = len(gzip.compress(response.content, 6)) / 1000
    print(f"{name:<24}{statistics.median(spent):>8.1f}{max(spent):>8.1f}{asked:>9}{size:>9.1f}", flush=True)


def _profile(page: Page) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        page()
    for query in list(queries):
        print(query["time"], query["sql"][:240])
    profile = cProfile.Profile(time.process_time)
    profile.enable()
    for _ in range(ASKED):
        page()
    profile.disable()
    pstats.Stats(profile).sort_stats("cumulative").print_stats(70)


if __name__ == "__main__":
    main()
