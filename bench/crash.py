"""Kill the server and the database again and again while people vote, and look for every receipt in the log.

    make crash                                           # 300 times the server, 50 times PostgreSQL
    python bench/crash.py --server 20 --database 5

It runs `pennypot serve` in a temporary home with its own PostgreSQL, which writes to the disk as in service (nothing is
relaxed). Voters send their ballots over HTTP, each their own form, and send the same form again until they hold a
receipt, as a browser does when it is told to reload. At random moments the server process, or all of PostgreSQL, gets
SIGKILL. At the end every receipt that a voter holds must be in the log exactly once, and nothing else may be there.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parent.parent
THREADS = 6
TITLE = "# What was measured: killed while people vote"


@dataclass
class Told:
    """What voters hold, gathered from all threads."""

    receipts: dict[int, tuple[int, str]] = field(default_factory=dict)
    kills: Counter[str] = field(default_factory=Counter)
    again: int = 0
    took: list[float] = field(default_factory=list)


def main() -> int:
    chosen = _arguments()
    home = Path(tempfile.mkdtemp(prefix="pennypot-crash-"))
    home.chmod(0o711)
    port = _free_port()
    os.environ |= {"PENNYPOT_HOME": str(home), "PORT": str(port)}
    for name in ("DATABASE_URL", "PENNYPOT_TESTING", "PENNYPOT_DEMO"):
        os.environ.pop(name, None)
    try:
        about = json.loads(
            subprocess.run(
                [sys.executable, __file__, "--prepare"], check=True, capture_output=True, text=True
            ).stdout.splitlines()[-1]
        )
        began = time.monotonic()
        told = _crash(chosen, home, port, about)
        found = json.loads(
            subprocess.run(
                [sys.executable, __file__, "--look"], check=True, capture_output=True, text=True
            ).stdout.splitlines()[-1]
        )
    finally:
        _end(home)
    return _report(chosen, told, found, time.monotonic() - began)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", type=int, default=300, help="how often the server is killed")
    parser.add_argument("--database", type=int, default=50, help="how often PostgreSQL is killed")
    parser.add_argument("--write", type=Path, help="write the report to this file too")
    parser.add_argument("--prepare", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--look", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


# In processes of their own, with the database started and Django set up.


def prepare() -> None:
    """Make a round, an election that is ready, and a roll; print what voters need."""
    from pennypot.cli.ready import django_ready

    with django_ready():
        import psycopg
        from django.conf import settings

        from pennypot.house import purpose
        from pennypot.house.database import EmbeddedServer

        purpose.claim("real")
        with psycopg.connect(EmbeddedServer(settings.HOME).admin_url("postgres"), autocommit=True) as admin:
            admin.execute("GRANT SET ON PARAMETER session_replication_role TO pennypot")
        from pennypot.testing import cast as casts
        from pennypot.testing.elections import make_election, voters

        story = make_election(casts.cast.__wrapped__(None))
        entries = [entry.pk for entry in voters(story.round, 60_000)]
        print(json.dumps({"round": story.round.pk, "place": story.round.place.slug, "slug": story.round.slug,
                          "first": entries[0], "last": entries[-1], "key": settings.SECRET_KEY}))  # fmt: skip


def look() -> None:
    """Read the log as it is now; print which leaf holds which commitment, and what is wrong with it."""
    from pennypot.cli.ready import django_ready

    with django_ready():
        from pennypot.apps.voting.models import Election, Slot
        from pennypot.apps.voting.queries.log import problems_of_log

        election = Election.objects.get()
        ballots = {index: bytes(one).hex() for index, one in election.ballots.values_list("index", "commitment")}
        revised = Slot.objects.filter(revision__gt=1).count()
        print(json.dumps({"ballots": ballots, "revised": revised, "problems": problems_of_log(election)}))


# The voters and the killer.


def _crash(chosen: argparse.Namespace, home: Path, port: int, about: dict) -> Told:
    told, stop, enough = Told(), threading.Event(), threading.Event()
    signal.signal(signal.SIGINT, lambda *_: enough.set())  # Ctrl-C: no more kills, and the report of those so far
    queue, lock = iter(range(about["first"], about["last"] + 1)), threading.Lock()
    server = _serve(port)
    voters = [threading.Thread(target=_vote, args=(port, about, queue, lock, told, stop)) for _ in range(THREADS)]
    for voter in voters:
        voter.start()
    kills = ["server"] * chosen.server + ["database"] * chosen.database
    random.Random(2027).shuffle(kills)
    try:
        for number, what in enumerate(kills, 1):
            if enough.is_set():
                break
            held = len(told.receipts)
            deadline = time.monotonic() + 60
            while len(told.receipts) < held + 8 and time.monotonic() < deadline:
                time.sleep(0.02)
            time.sleep(random.random() * 0.3)
            if what == "database":
                for pid in _postgres(home):
                    _kill(pid)
            _kill(server.pid)
            server.wait()
            told.kills[what] += 1
            server = _serve(port)
            print(f"{number} of {len(kills)} kills ({what}), {len(told.receipts)} receipts", flush=True)
        time.sleep(2)
    finally:
        stop.set()
        for voter in voters:
            voter.join()
        server.send_signal(signal.SIGTERM)
        server.wait(60)
    return told


def _vote(port: int, about: dict, queue, lock: threading.Lock, told: Told, stop: threading.Event) -> None:
    """Vote for one person after another; each form is sent until it brings a receipt."""
    from django.conf import settings
    from django.http import HttpResponse

    if not settings.configured:
        with lock:
            if not settings.configured:
                settings.configure(SECRET_KEY=about["key"], OVER_HTTPS=False)
    from pennypot.apps.voting import passes

    while not stop.is_set():
        with lock:
            entry = next(queue)
        held = passes.new_pass(about["round"], entry)
        response = HttpResponse()
        passes.give(response, held)
        csrf = secrets.token_hex(16)
        cookies = f"pennypot-pass={response.cookies['pennypot-pass'].value}; pennypot-csrf={csrf}"
        body = urlencode(
            [
                ("csrfmiddlewaretoken", csrf),
                ("token", held.signed_token),
                ("choice", "1"),
                ("choice", "3"),
                ("word", "w"),
            ]
        )
        tries, began = 0, time.monotonic()
        # A voter who has pressed the button goes on until there is an answer, also when the others have stopped.
        while (found := _send(port, about, cookies, body)) is None:
            tries += 1
            if stop.is_set() and tries > 400:
                return
            time.sleep(0.1)
        with lock:
            told.receipts[entry] = found
            told.again += tries > 0
            if not tries:
                told.took.append(time.monotonic() - began)


def _send(port: int, about: dict, cookies: str, body: str) -> tuple[int, str] | None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"}
    try:
        connection.request("POST", f"/{about['place']}/vote/{about['slug']}/cast/", body, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
    if answer.status != 200:
        if answer.status < 500:
            raise SystemExit(f"the server answered {answer.status}: {text[:600]}")
        return None
    index, print_ = (
        re.search(r'class="large num">(\d+)<', text),
        re.search(r'class="hash">((?:[0-9a-f]{4} ){16})', text),
    )
    if index is None or print_ is None:
        raise SystemExit(f"the answer is no receipt: {text[:600]}")
    return int(index[1]), print_[1].replace(" ", "")


def _serve(port: int) -> subprocess.Popen:
    made = subprocess.Popen(
        [sys.executable, "-m", "pennypot", "serve"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return made
        except OSError:
            time.sleep(0.05)
    raise SystemExit("the server does not come up again")


def _postgres(home: Path) -> list[int]:
    """Every process of the home's PostgreSQL, the postmaster first."""
    pids = []
    for path in home.rglob("postmaster.pid"):
        pids.append(int(path.read_text().split("\n", 1)[0]))
    return pids


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _end(home: Path) -> None:
    for pid in _postgres(home):
        _kill(pid)
    shutil.rmtree(home, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _report(chosen: argparse.Namespace, told: Told, found: dict, seconds: float) -> int:
    ballots = {int(index): commitment for index, commitment in found["ballots"].items()}
    held = set(told.receipts.values())
    lost = [one for one in held if ballots.get(one[0]) != one[1]]
    doubled = len(told.receipts) - len(held) + found["revised"]
    unseen = len(ballots) - len(held)
    took = sorted(told.took) or [0.0]
    lines = [
        TITLE,
        "",
        f"`make crash`: SIGKILL to `pennypot serve` {told.kills['server']} times and to all of PostgreSQL "
        f"{told.kills['database']} times,",
        f"at random moments while {THREADS} voters at a time sent ballots over HTTP; {seconds / 60:.0f} minutes.",
        "",
        "| | |",
        "|---|---|",
        f"| receipts that voters hold | {len(told.receipts):,} |",
        f"| of them after sending the same form again | {told.again:,} |",
        f"| lost: a receipt, and no ballot at its place | {len(lost)} |",
        f"| doubled: two ballots of one voter, or two receipts for one ballot | {doubled} |",
        f"| ballots in the log without a receipt (voters who had stopped asking) | {unseen} |",
        f"| problems of the log, recomputed from the first leaf | {len(found['problems'])} |",
        f"| a ballot over HTTP, when nothing was killed: median, p99 | {1000 * took[len(took) // 2]:.0f} ms, "
        f"{1000 * took[len(took) * 99 // 100]:.0f} ms |",
        "",
    ]
    print("\n".join(lines))
    if chosen.write:
        chosen.write.write_text("\n".join(lines), encoding="utf-8")
    return 1 if lost or doubled or found["problems"] else 0


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "src"))
    if "--prepare" in sys.argv:
        prepare()
    elif "--look" in sys.argv:
        look()
    else:
        sys.exit(main())
