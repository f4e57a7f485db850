"""How fast ballots are cast, and how long a large election takes to close, open and count.

    python bench/voting.py                          # 8 threads cast for 15 seconds; 100,000 ballots are counted
    python bench/voting.py --voters 10000 --seconds 5

It makes a PostgreSQL in a temporary folder, which writes to the disk as in service, and a round in it. Casting is
measured twice: the action itself, and over HTTP, as voters do it.
"""

from __future__ import annotations

import argparse
import os
import random
import secrets
import shutil
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from voting_http import cast_over_http

os.environ["PENNYPOT_TESTING"] = "1"
# The servers that are started read the passes that are signed here.
os.environ["PENNYPOT_SECRET_KEY"] = secrets.token_urlsafe(48)


def main() -> None:
    chosen = _arguments()
    from pennypot.house.database import EmbeddedServer

    home = Path(tempfile.mkdtemp(prefix="pennypot-bench-"))
    home.chmod(0o711)
    server = EmbeddedServer(home)
    try:
        server.start()
        os.environ["DATABASE_URL"], os.environ["PENNYPOT_HOME"] = server.url(), str(home)
        _let_tests_pass_triggers(server)
        import django

        os.environ["DJANGO_SETTINGS_MODULE"] = "pennypot.house.settings"
        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        _measure(chosen)
    finally:
        server.stop()
        shutil.rmtree(home, ignore_errors=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=15, help="how long to cast as fast as possible")
    parser.add_argument("--threads", type=int, default=8)
    parser.add_argument("--voters", type=int, default=100_000, help="ballots to close, open and count")
    parser.add_argument("--projects", type=int, default=220)
    parser.add_argument("--servers", type=int, default=1, help="server processes that take ballots over HTTP")
    return parser.parse_args()


def _let_tests_pass_triggers(server) -> None:
    import psycopg

    with psycopg.connect(server.admin_url("postgres"), autocommit=True) as admin:
        admin.execute("GRANT SET ON PARAMETER session_replication_role TO pennypot")


def _measure(chosen: argparse.Namespace) -> None:
    from pennypot.testing import cast as casts
    from pennypot.testing.elections import make_election, voters

    costs = {number: random.Random(number).randrange(500, 20_000) * 100 for number in range(1, chosen.projects + 1)}
    people = (
        casts.cast.__wrapped__(None) if hasattr(casts.cast, "__wrapped__") else casts.cast.__pytest_wrapped__.obj(None)
    )
    story = make_election(people, costs=costs, budget_pence=300_000_00, ballot_form="approve", max_choices=10)
    roll = [entry.pk for entry in voters(story.round, chosen.voters)]
    cast_by = _cast_fast(story, roll, chosen)
    coming = [(entry, _choices(costs, entry)) for entry in roll[cast_by:]]
    cast_by += cast_over_http(story, coming, chosen.seconds, chosen.servers)
    _fill_up(story, roll[cast_by:], costs)
    _count(story)


def _choices(costs: dict[int, int], number: int) -> list[int]:
    draw = random.Random(number)
    return sorted(draw.sample(sorted(costs), draw.randrange(1, 11)))


def _cast_fast(story, roll: list[int], chosen: argparse.Namespace) -> int:
    from django.db import connection

    from pennypot.apps.voting.actions.casting import cast
    from pennypot.apps.voting.slots import slot_for

    costs = {project["id"]: 0 for project in story.election.config["projects"]}
    took: list[float] = []
    lock, position, ends = threading.Lock(), iter(range(len(roll))), time.perf_counter() + chosen.seconds

    def work() -> None:
        while time.perf_counter() < ends:
            with lock:
                at = next(position, None)
            if at is None:
                break
            began = time.perf_counter()
            cast(story.election, slot_for(story.election, roll[at]), _choices(costs, at), secrets.token_bytes(16))
            took.append(time.perf_counter() - began)
        connection.close()

    began = time.perf_counter()
    threads = [threading.Thread(target=work) for _ in range(chosen.threads)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    passed = time.perf_counter() - began
    took.sort()
    print(
        f"cast: {len(took) / passed:,.0f} ballots/s with {chosen.threads} threads; "
        f"median {1000 * took[len(took) // 2]:.1f} ms, p99 {1000 * took[len(took) * 99 // 100]:.1f} ms"
    )
    return next(position, len(roll))


def _fill_up(story, roll: list[int], costs: dict[int, int]) -> None:
    """Cast for everybody else: one after another, many to a transaction, which only a benchmark may do."""
    from django.db import transaction

    from pennypot.apps.voting.actions import casting
    from pennypot.apps.voting.slots import slots_for

    began = time.perf_counter()
    pairs = list(slots_for(story.election, roll))
    casting._alone = lambda: None
    for start in range(0, len(pairs), 1_000):
        with transaction.atomic():
            for entry, slot in pairs[start : start + 1_000]:
                casting.cast(story.election, slot, _choices(costs, entry), secrets.token_bytes(16))
    print(f"fill up: {len(pairs):,} more in {time.perf_counter() - began:.1f} s, one after another")


def _count(story) -> None:
    import zipfile

    from pennypot.apps.voting import verifier
    from pennypot.apps.voting.actions import opening
    from pennypot.apps.voting.actions.closing import close_election, destroy_round_key
    from pennypot.apps.voting.actions.count import evidence_path, open_and_count
    from pennypot.apps.voting.models import Election
    from pennypot.testing.rounds import put_in_stage

    put_in_stage(story.round, "count")
    election = Election.objects.select_related("round__place").get(pk=story.election.pk)
    began, used = time.perf_counter(), time.process_time()
    close_election(story.cast.aled, election)
    closed = time.perf_counter()
    election.refresh_from_db()
    destroy_round_key(story.cast.sam, election)
    opening.note_draw(story.cast.tariq, election, "3 14 22 31 40 58")
    for holder in election.key_holders.select_related("election__round__place").filter(which__in=[1, 2]):
        opening.give_share(story.holders[holder.which], holder, story.shares[holder.which])
    done = open_and_count(election.pk, None)
    counted, used = time.perf_counter(), time.process_time() - used
    path = evidence_path(done)
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    ballots = files["ballots.jsonl"].count(b"\n")
    print(
        f"count: {ballots:,} ballots closed in {closed - began:.1f} s, opened, counted and put together in "
        f"{counted - closed:.1f} s; {counted - began:.1f} s in all, {used:.1f} s of the processor beside PostgreSQL's; "
        f"the evidence is {path.stat().st_size / 1e6:.1f} MB; load of the machine {os.getloadavg()[0]:.0f}",
        flush=True,
    )
    recount = verifier.recount
    _time("verifier: the log's rules", lambda: verifier.Log(files["log.jsonl"]))
    verifier.recount = lambda *_: None
    _time("verifier: everything but the recount", lambda: verifier.verify(files))
    verifier.recount = recount
    _time("verifier: with the recount", lambda: verifier.verify(files))


def _time(name: str, work: Callable[[], object]) -> None:
    """Print how long something took, and how much of the processor, which does not depend on what else runs."""
    began, used = time.perf_counter(), time.process_time()
    work()
    print(
        f"{name}: {time.perf_counter() - began:.1f} s, of the processor {time.process_time() - used:.1f} s", flush=True
    )


if __name__ == "__main__":
    main()
