"""Kill the server and the database again and again while people vote, and look for every receipt in the log.

    make crash                                           # 300 times the server, 50 times PostgreSQL
    python bench/crash.py --server 20 --database 5

It runs `pennypot serve` in temporary homes, two side by side so that one is killed while the other starts, each with
its own PostgreSQL, which writes to the disk as in service (nothing is relaxed). Voters send their ballots over HTTP,
each their own form, and send the same form again until they hold a receipt, as a browser does when it is told to
reload. At random moments the server process, or all of PostgreSQL with it, gets SIGKILL. At the end every receipt that
a voter holds must be in the log exactly once, and nothing else may be there.
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
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import psutil

ROOT = Path(__file__).resolve().parent.parent
THREADS, SITES = 6, 2
# The voters sign their own passes with the sites' key, as the entrance would.
KEY = secrets.token_urlsafe(48)
TITLE = "# What was measured: killed while people vote"
# Set by Ctrl-C, by a polite kill, or when the time is over: no more kills, and the report of those so far.
enough = threading.Event()


@dataclass
class Told:
    """What the voters of one site hold, gathered from all threads."""

    receipts: dict[int, tuple[int, str]] = field(default_factory=dict)
    kills: Counter[str] = field(default_factory=Counter)
    again: int = 0
    took: list[float] = field(default_factory=list)
    # Requests that were sent and not answered yet; those that a kill cut off; kills that cut off any.
    flying: int = 0
    cut: int = 0
    cutting: int = 0
    # An answer that no voter should ever get: it ends the run.
    trouble: list[str] = field(default_factory=list)


@dataclass
class Site:
    """An installation of its own, and what its voters were told."""

    home: Path
    port: int
    told: Told = field(default_factory=Told)
    about: dict = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def environment(self) -> dict[str, str]:
        """Where its server keeps everything. What Python compiles is kept too, as anywhere else."""
        left_out = ("DATABASE_URL", "PENNYPOT_TESTING", "PENNYPOT_DEMO", "PYTHONDONTWRITEBYTECODE")
        ours = {
            "PENNYPOT_HOME": str(self.home),
            "PORT": str(self.port),
            "PENNYPOT_SECRET_KEY": KEY,
        }
        return {name: value for name, value in os.environ.items() if name not in left_out} | ours

    def run_self(self, verb: str) -> dict:
        """Run this file in a process of its own, with the site's database; return what it printed last."""
        command = [sys.executable, __file__, verb]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=self.environment)
        return json.loads(done.stdout.splitlines()[-1])


def main() -> int:
    chosen = _arguments()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: enough.set())
    from django.conf import settings

    settings.configure(SECRET_KEY=KEY, OVER_HTTPS=False)
    sites = [_new_site() for _ in range(SITES)]
    try:
        for site in sites:
            site.about = site.run_self("--prepare")
        began = time.monotonic()
        late = threading.Timer(chosen.minutes * 60, enough.set)
        late.start()
        with ThreadPoolExecutor(SITES) as pool:
            each = zip(sites, _kills(chosen), strict=True)
            for running in [pool.submit(_crash, site, kills) for site, kills in each]:
                running.result()
        late.cancel()
        took = time.monotonic() - began
        found = [site.run_self("--look") for site in sites]
    finally:
        for site in sites:
            _end(site)
    return _report(chosen, sites, found, took)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", type=int, default=300, help="how often the server is killed")
    parser.add_argument("--database", type=int, default=50, help="how often PostgreSQL is killed")
    parser.add_argument("--minutes", type=float, default=90, help="no more kills after so long, whatever was asked")
    parser.add_argument("--write", type=Path, help="write the report to this file too")
    parser.add_argument("--prepare", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--look", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def _new_site() -> Site:
    home = Path(tempfile.mkdtemp(prefix="pennypot-crash-"))
    home.chmod(0o711)
    return Site(home, _free_port())


def _kills(chosen: argparse.Namespace) -> list[list[str]]:
    """Which of the two is killed when, for each site. Every other time the postmaster alone is told."""
    kills = ["server"] * chosen.server + [("database", "postmaster")[number % 2] for number in range(chosen.database)]
    random.Random(2027).shuffle(kills)
    return [kills[number::SITES] for number in range(SITES)]


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
        entries = [entry.pk for entry in voters(story.round, 20_000)]
        print(json.dumps({"round": story.round.pk, "place": story.round.place.slug, "slug": story.round.slug,
                          "first": entries[0], "last": entries[-1]}))  # fmt: skip


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


def _crash(site: Site, kills: list[str]) -> None:
    stop, told = threading.Event(), site.told
    server = _serve(site)
    queue = iter(range(site.about["first"], site.about["last"] + 1))
    voters = [threading.Thread(target=_vote, args=(site, queue, stop)) for _ in range(THREADS)]
    for voter in voters:
        voter.start()
    try:
        for number, what in enumerate(kills, 1):
            held, deadline = len(told.receipts), time.monotonic() + 60
            while len(told.receipts) < held + 8 and time.monotonic() < deadline and not enough.is_set():
                time.sleep(0.02)
            if enough.wait(random.random() * 0.3):
                break
            _kill_at_last(site, server, what)
            server = _serve(site)
            print(f"{site.port}: {number} of {len(kills)} kills ({what}), {len(told.receipts)} receipts", flush=True)
        time.sleep(2)
    finally:
        stop.set()
        for voter in voters:
            voter.join()
        server.send_signal(signal.SIGTERM)
        server.wait(60)


def _kill_at_last(site: Site, server: subprocess.Popen, what: str) -> None:
    """Kill at a moment when at least one ballot is on its way, which with six voters is nearly always."""
    told, deadline = site.told, time.monotonic() + 5
    while not told.flying and time.monotonic() < deadline:
        time.sleep(0)
    before = told.cut
    if what != "server":
        _kill_database(site, whole=what == "database")
    server.kill()
    server.wait()
    told.kills["server" if what == "server" else "database"] += 1
    # The voters' connections break at once.
    time.sleep(0.05)
    told.cutting += told.cut > before


def _vote(site: Site, queue, stop: threading.Event) -> None:
    """Vote for one person after another; each form is sent until it brings a receipt."""
    told = site.told
    while not stop.is_set():
        with site.lock:
            entry = next(queue)
        cookies, body = _form(site, entry)
        tries, began = 0, time.monotonic()
        # A voter who has pressed the button goes on until there is an answer, also when the others have stopped.
        while (found := _send(site, cookies, body)) is None:
            tries += 1
            if stop.is_set() and (tries > 400 or told.trouble):
                return
            time.sleep(0.1)
        with site.lock:
            told.receipts[entry] = found
            told.again += tries > 0
            if not tries:
                told.took.append(time.monotonic() - began)


def _form(site: Site, entry: int) -> tuple[str, str]:
    """The cookies and the body of a voter's form."""
    from django.http import HttpResponse

    from pennypot.apps.voting import passes

    held, response, csrf = passes.new_pass(site.about["round"], entry), HttpResponse(), secrets.token_hex(16)
    passes.give(response, held)
    fields = [("csrfmiddlewaretoken", csrf), ("token", held.signed_token), ("choice", 1), ("choice", 3), ("word", "w")]
    return f"pennypot-pass={response.cookies['pennypot-pass'].value}; pennypot-csrf={csrf}", urlencode(fields)


def _send(site: Site, cookies: str, body: str) -> tuple[int, str] | None:
    """Send a form; return the receipt's number and fingerprint, or None where there was no answer."""
    connection, sent = http.client.HTTPConnection("127.0.0.1", site.port, timeout=30), False
    headers = {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"}
    try:
        connection.request("POST", f"/{site.about['place']}/vote/{site.about['slug']}/cast/", body, headers)
        with site.lock:
            site.told.flying, sent = site.told.flying + 1, True
        answer = connection.getresponse()
        text = answer.read().decode()
    except (OSError, http.client.HTTPException):
        with site.lock:
            site.told.cut += sent
        return None
    finally:
        with site.lock:
            site.told.flying -= sent
        connection.close()
    if answer.status != 200:
        if answer.status < 500:
            _give_up(site, f"the server answered {answer.status}: {text[:600]}")
        return None
    index = re.search(r'class="large num">(\d+)<', text)
    fingerprint = re.search(r'class="hash">((?:[0-9a-f]{4} ){16})', text)
    if index is None or fingerprint is None:
        _give_up(site, f"the answer is no receipt: {text[:600]}")
        return None
    return int(index[1]), fingerprint[1].replace(" ", "")


def _give_up(site: Site, why: str) -> None:
    site.told.trouble.append(why)
    enough.set()


def _serve(site: Site) -> subprocess.Popen:
    """Start the server; return when it has its port. Who calls before it is ready waits there."""
    made = subprocess.Popen(
        [sys.executable, "-m", "pennypot", "serve"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env=site.environment,
    )
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        try:
            with socket.create_connection(("127.0.0.1", site.port), timeout=1):
                return made
        except OSError:
            time.sleep(0.05)
    raise SystemExit("the server does not come up again")


def _kill_database(site: Site, *, whole: bool) -> None:
    """Kill the postmaster, whose helpers end when they notice, or everything of PostgreSQL in one moment."""
    for note in site.home.rglob("postmaster.pid"):
        with suppress(psutil.NoSuchProcess, FileNotFoundError):
            main = psutil.Process(int(note.read_text().split("\n", 1)[0]))
            for one in [main, *(main.children(recursive=True) if whole else [])]:
                with suppress(psutil.NoSuchProcess):
                    one.kill()


def _end(site: Site) -> None:
    _kill_database(site, whole=True)
    shutil.rmtree(site.home, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _report(chosen: argparse.Namespace, sites: list[Site], found: list[dict], seconds: float) -> int:
    told = [site.told for site in sites]
    receipts, lost, doubled, unseen, problems = 0, 0, 0, 0, 0
    for one, seen in zip(told, found, strict=True):
        ballots = {int(index): commitment for index, commitment in seen["ballots"].items()}
        held = set(one.receipts.values())
        receipts += len(one.receipts)
        lost += sum(ballots.get(index) != commitment for index, commitment in held)
        doubled += len(one.receipts) - len(held) + seen["revised"]
        unseen += len(ballots) - len(held)
        problems += len(seen["problems"])
    kills = sum((one.kills for one in told), Counter())
    took = sorted(each for one in told for each in one.took) or [0.0]
    lines = [
        TITLE,
        "",
        f"`make crash`: SIGKILL to `pennypot serve` {kills['server']} times, and to it and PostgreSQL "
        f"{kills['database']} times (every other",
        "time the postmaster alone, else all its processes), at random moments while "
        f"{THREADS} voters at a time sent ballots over",
        f"HTTP to each of {len(sites)} sites; {seconds / 60:.0f} minutes.",
        "",
        "| | |",
        "|---|---|",
        f"| kills while ballots were on their way | {sum(one.cutting for one in told)} of {kills.total()} |",
        f"| requests that were sent and got no answer | {sum(one.cut for one in told):,} |",
        f"| receipts that voters hold | {receipts:,} |",
        f"| of them after sending the same form again | {sum(one.again for one in told):,} |",
        f"| lost: a receipt, and no ballot at its place | {lost} |",
        f"| doubled: two ballots of one voter, or two receipts for one ballot | {doubled} |",
        f"| ballots in the log without a receipt (voters who had stopped asking) | {unseen} |",
        f"| problems of the log, recomputed from the first leaf | {problems} |",
        f"| a ballot over HTTP, when nothing was killed: median, p99 | {1000 * took[len(took) // 2]:.0f} ms, "
        f"{1000 * took[len(took) * 99 // 100]:.0f} ms |",
        "",
    ]
    print("\n".join(lines))
    if chosen.write:
        chosen.write.write_text("\n".join(lines), encoding="utf-8")
    trouble = [why for one in told for why in one.trouble]
    print(*trouble, sep="\n")
    return 1 if lost or doubled or unseen or problems or trouble or not receipts else 0


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "src"))
    if "--prepare" in sys.argv:
        prepare()
    elif "--look" in sys.argv:
        look()
    else:
        sys.exit(main())
