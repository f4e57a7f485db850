"""Prints what each main page costs: CPU milliseconds, SQL queries and bytes (`make bench`).

Everything runs in one process against a throw-away database that holds the demonstration places. CPU time, not wall
time, because machines are noisy; the first requests (imports, template compilation) are left out.
"""

from __future__ import annotations

import gzip
import os
import statistics
import time
from typing import Any

from pennypot.house.database import throwaway_server

ROUNDS = 30
PAGES = (
    "/",
    "/birmingham/",
    "/birmingham/pool/",
    "/birmingham/pool/?by=purpose",
    "/birmingham/pool/?by=table",
    "/birmingham/pool/flows/",
    "/birmingham/fund/",
    "/birmingham/fund/money/",
    "/birmingham/fund/policy/",
    "/trafford/pool/",
    "/birmingham/pool.csv",
    "/birmingham/spending/",
    "/account/sign-in/",
)

# As a member of the place team, second factor included: forms and buttons of one's own, so less can be kept.
TEAM_PAGES = (
    "/account/",
    "/birmingham/",
    "/birmingham/pool/",
    "/birmingham/fund/policy/",
    "/birmingham/people/",
    "/birmingham/deeds/",
    "/birmingham/budgets/",
    "/birmingham/set-up/areas/",
)


def main() -> None:
    """Start the throw-away server, load the demonstration and measure every page."""
    with throwaway_server() as server:
        os.environ.update(
            DATABASE_URL=server.url(),
            PENNYPOT_HOME=str(server.home),
            PENNYPOT_TESTING="1",
            PENNYPOT_DEMO="yes",
            DJANGO_SETTINGS_MODULE="pennypot.house.settings",
        )
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        call_command("createcachetable")
        load_demo()
        print(f"{'page':<34}{'CPU ms':>8}{'worst':>8}{'queries':>9}{'bytes':>9}{'gzip':>8}")
        from django.test import Client

        from pennypot.apps.people.models import Person
        from pennypot.testing.cast import sign_in

        visitor = Client(headers={"host": "127.0.0.1"})
        for path in PAGES:
            measure(visitor, path)
        print("as a member of the place team:")
        team = sign_in(Client(headers={"host": "127.0.0.1"}), Person.objects.get(email="team.birmingham@demo.invalid"))
        for path in TEAM_PAGES:
            measure(team, path)


def load_demo() -> None:
    """Load both demonstration places."""
    from pennypot.apps.budgets import demo as budgets
    from pennypot.apps.fund import demo as fund
    from pennypot.apps.places import demo as places

    for slug in ("birmingham", "trafford"):
        place = places.load(slug)
        budgets.load(place)
        fund.load(place)


def measure(client: Any, path: str) -> None:
    """Ask for one page many times and print its figures."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    for _ in range(3):
        response = client.get(path)
    if response.status_code != 200:
        print(f"{path:<34}answered {response.status_code}")
        return
    with CaptureQueriesContext(connection) as queries:
        body = b"".join(client.get(path))
    asked = len(queries)  # now: the next request empties the log
    spent = []
    for _ in range(ROUNDS):
        before = time.process_time()
        b"".join(client.get(path))
        spent.append((time.process_time() - before) * 1000)
    print(
        f"{path:<34}{statistics.median(spent):>8.1f}{max(spent):>8.1f}{asked:>9}{len(body):>9}"
        f"{len(gzip.compress(body, 6)):>8}"
    )


if __name__ == "__main__":
    main()
