"""Prints what pages of proposals cost with 1,200 proposals and 500 comments on one (part of `make bench`).

CPU milliseconds, SQL queries and bytes in one process; then how long answers take with sixteen readers at once at
`pennypot serve`'s own two lanes. Everything runs against a throw-away database.
"""

from __future__ import annotations

import gzip
import os
import random
import statistics
import threading
import time
import uuid
from typing import Any

import psycopg

from pennypot.house.database import throwaway_server

PROPOSALS, COMMENTS, READERS, ASKED = 1_200, 500, 16, 320
ROUNDS = 30
THINGS = "bench garden path lamp playground hall kitchen choir library shelter tree pond mural bicycle"
WORDS = "people of the street want a safe warm place for children and the old where everybody can meet and rest"


def main() -> None:
    """Start the throw-away server, fill it, and measure."""
    with throwaway_server() as server:
        os.environ.update(
            DATABASE_URL=server.url(),
            PENNYPOT_HOME=str(server.home),
            PENNYPOT_TESTING="1",
            DJANGO_SETTINGS_MODULE="pennypot.house.settings",
        )
        # The round's dates are set past the triggers that keep them.
        with psycopg.connect(server.admin_url("postgres"), autocommit=True) as admin:
            admin.execute("GRANT SET ON PARAMETER session_replication_role TO pennypot")
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        call_command("createcachetable")
        base = fill()
        from django.test import Client

        from pennypot.apps.people.models import Person
        from pennypot.testing.cast import sign_in

        visitor, reader = (
            Client(headers={"host": "127.0.0.1"}),
            sign_in(Client(headers={"host": "127.0.0.1"}), Person.objects.get(email="carys@example.org")),
        )
        print(f"{PROPOSALS} proposals, {COMMENTS} comments on one")
        print(f"{'page':<44}{'CPU ms':>8}{'worst':>8}{'queries':>9}{'gzip kB':>9}{'p95 of 16, ms':>15}")
        for path in ("", "?order=newest&page=7", "?q=playground", "?area=1&state=waiting&order=endorsed", "1/"):
            measure(visitor, base + path)
        print("signed in:")
        for path in ("", "1/"):
            measure(reader, base + path)


def fill() -> str:
    """Fill a round; return the address of its list."""
    from pennypot.apps.rounds.models import Author, CostLine, Endorsement, Proposal
    from pennypot.apps.talk.models import Comment, Thread
    from pennypot.testing import cast as casting
    from pennypot.testing.rounds import make_round

    people = casting.cast.__wrapped__(None)
    round = make_round(people)
    things, words = THINGS.split(), WORDS.split()
    areas, categories = list(people.brindley.areas.all()), list(round.categories.all())
    drawn, everyone = random.Random(7), list(people.everyone().values())
    base = f"/brindley/rounds/{round.slug}/proposals/"
    threads = Thread.objects.bulk_create(
        Thread(place=people.brindley, address=f"{base}{number}/", subject="x") for number in range(1, PROPOSALS + 1)
    )
    made = Proposal.objects.bulk_create(
        Proposal(
            round=round, number=number, state="submitted", owner=drawn.choice(everyone), thread=thread,
            title=f"A {drawn.choice(things)} and a {drawn.choice(things)} in street {number}",
            plain_summary=" ".join(drawn.choices(words, k=25)), what=" ".join(drawn.choices(words, k=220)),
            why=" ".join(drawn.choices(words, k=120)), for_whom="Everybody", submitted_at=round.published_at,
            area=drawn.choice(areas) if areas else None, category=drawn.choice(categories) if categories else None,
            cost_pence=100_000, proposed_cost_pence=100_000, version=1, endorsement_count=drawn.randrange(90),
        )
        for number, thread in enumerate(threads, start=1)
    )  # fmt: skip
    Author.objects.bulk_create(Author(proposal=one, person=one.owner, state="consented") for one in made)
    CostLine.objects.bulk_create(
        CostLine(proposal=one, position=at, what=f"Thing {at}", pence=25_000) for one in made for at in range(4)
    )
    Endorsement.objects.bulk_create(Endorsement(proposal=made[0], person=person) for person in everyone[2:])
    said = [
        Comment(
            thread=threads[0], person=drawn.choice(everyone), key=uuid.uuid4(),
            text=f"**{drawn.choice(words)}** " + " ".join(drawn.choices(words, k=40)),
        )
        for _ in range(COMMENTS)
    ]  # fmt: skip
    Comment.objects.bulk_create(said)
    Thread.objects.filter(pk=threads[0].pk).update(comments_shown=COMMENTS, changes=COMMENTS)
    return base


def measure(client: Any, path: str) -> None:
    """Ask for one page many times and print its figures."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    for _ in range(3):
        response = client.get(path)
    if response.status_code != 200:
        print(f"{path:<44}answered {response.status_code}")
        return
    with CaptureQueriesContext(connection) as queries:
        client.get(path)
    asked, spent = len(queries), []
    for _ in range(ROUNDS):
        before = time.process_time()
        client.get(path)
        spent.append((time.process_time() - before) * 1000)
    size = len(gzip.compress(response.content, 6)) / 1000
    print(
        f"{path.removeprefix('/brindley/rounds/'):<44}{statistics.median(spent):>8.1f}{max(spent):>8.1f}{asked:>9}"
        f"{size:>9.1f}{at_once(client, path):>15.0f}",
        flush=True,
    )


def at_once(client: Any, path: str) -> float:
    """Return the 95th percentile of the time of an answer with many readers at once, in milliseconds."""
    from django.db import connection
    from django.test import Client

    took: list[float] = []

    def reader() -> None:
        mine = Client(headers={"host": "127.0.0.1"})
        mine.cookies = client.cookies
        for _ in range(ASKED // READERS):
            before = time.perf_counter()
            mine.get(path)
            took.append((time.perf_counter() - before) * 1000)
        connection.close()

    readers = [threading.Thread(target=reader) for _ in range(READERS)]
    for one in readers:
        one.start()
    for one in readers:
        one.join()
    return statistics.quantiles(took, n=20)[-1]


if __name__ == "__main__":
    main()
