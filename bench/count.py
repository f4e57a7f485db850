"""How fast the count is, beside its peer: `make bench-count`.

    python bench/count.py                  measure and print a table
    python bench/count.py --write          also put the figures into docs/evidence/count.md
    python bench/count.py --peer PYTHON    also run the peer (pabutools, exact mode) with that interpreter

The peer is GPL and runs out of process from an environment of its own, made with
`python3 -m venv DIR && DIR/bin/pip install pabutools` (requirements/bench.in names it). All times are processor time of
one process in milliseconds, the best of several runs after a warm-up; the peer's are of one run (for elections that
take it less than 50 ms, also the best of five more).
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

import numpy as np  # noqa: E402

from pennypot.count import Election, Project, RuleCard, count, read_pabulib  # noqa: E402
from pennypot.count.certificate import certificate, recount  # noqa: E402
from pennypot.count.completion import receipts, settle  # noqa: E402
from pennypot.count.election import group_ballots  # noqa: E402
from pennypot.count.explain import explain  # noqa: E402
from pennypot.count.phragmen import count_phragmen  # noqa: E402
from pennypot.count.shares import Setting, compiled  # noqa: E402
from pennypot.count.tests.archive import elections, further  # noqa: E402
from pennypot.count.ties import TieOrder  # noqa: E402

PAGE = ROOT / "docs" / "evidence" / "count.md"
NAMES = (
    "Netherlands_Assen_2024.pb",
    "Poland_Warszawa_2020_Wilanow.pb",
    "Poland_Wieliczka_2023_Green_Budget.pb",
    "Poland_Warszawa_2021_Bielany.pb",
    "Poland_Warszawa_2021_Mokotow.pb",
    "Poland_Wroclaw_2018.pb",
    "Poland_Lodz_2024.pb",
    "Poland_Warszawa_2026.pb",
)
# What the peer did not finish in 150 s or more (docs/evidence/count.md): asked for only with --all-peer-runs.
BEYOND = {
    ("Poland_Warszawa_2021_Bielany.pb", "add1"), ("Poland_Warszawa_2021_Mokotow.pb", "add1"),
    ("Poland_Lodz_2024.pb", "add1"), ("Poland_Warszawa_2026.pb", "add1"), ("Poland_Warszawa_2026.pb", "phragmen"),
    ("Hungary_Budapest_2024.pb", "add1"),
}  # fmt: skip
PEER = """
import json, resource, sys, time
path, what, limit = sys.argv[1:]
resource.setrlimit(resource.RLIMIT_CPU, (int(limit), int(limit)))
from pabutools.election import parse_pabulib, Cost_Sat
from pabutools.rules import method_of_equal_shares, sequential_phragmen
def once():
    began = time.thread_time(); instance, profile = parse_pabulib(path); parsed = time.thread_time() - began
    began = time.thread_time()
    if what == "shares": won = method_of_equal_shares(instance, profile, sat_class=Cost_Sat)
    if what == "add1": won = method_of_equal_shares(instance, profile, sat_class=Cost_Sat, voter_budget_increment=1)
    if what == "phragmen": won = sequential_phragmen(instance, profile)
    return parsed, time.thread_time() - began, won
parsed, seconds, won = once()
again = [once()[:2] for _ in range(5)] if parsed + seconds < 0.05 else []
warm = [min(column) for column in zip(*again)]
print(json.dumps({"parse": parsed, "seconds": seconds, "warm": warm, "winners": [p.name for p in won]}))
"""  # the clock of a thread is exact, that of a process with a limit ticks


def best(work, times: int) -> float:
    """Least processor time of several runs, in milliseconds; what is very short is run many times over in each."""
    found, inner = float("inf"), 1
    for _ in range(times):
        began = time.process_time()
        for _ in range(inner):
            work()
        spent = time.process_time() - began
        found = min(found, spent / inner)
        if found < 0.002 and times > 1:
            inner = max(inner, int(0.02 / max(found, 1e-5)))
    return 1000 * found


def measure(data: bytes) -> dict:
    """All figures of one election."""
    election = read_pabulib(data)
    _ = election.votes, election.points
    none, add1 = RuleCard(completion="none"), RuleCard()
    order = TieOrder(election, none)
    settled = settle(Setting(election, add1, order))
    setting, alone = Setting(election, add1, order), Setting(election, none, order)
    return {
        "size": f"{len(election.projects)} x {election.voters:,}",
        "groups": election.ballots.groups,
        "parse": best(lambda: read_pabulib(data), 15),
        "layout": best(lambda: Setting(election, none, order), 7),
        "shares": best(lambda: settle(alone), 15),
        "add1": best(lambda: settle(setting), 5),
        "steps": settled.steps,
        "audit": best(lambda: receipts(setting, settled), 5),
        "phragmen": best(lambda: count_phragmen(election, RuleCard(rule="phragmen"), order), 3),
        "winners": {
            "shares": count(election, none.but(ties=("id",)), alternatives=False).winners,
            "add1": count(election, add1.but(ties=("id",)), alternatives=False).winners,
            "phragmen": count(election, RuleCard(rule="phragmen", ties=("id",)), alternatives=False).winners,
        },
    }


def ask_peer(python: str, path: Path, what: str, limit: int) -> dict | None:
    """One run of the peer; None if it takes more processor time than the limit."""
    done = subprocess.run([python, "-c", PEER, str(path), what, str(limit)], capture_output=True)
    if done.returncode < 0:
        return None
    done.check_returncode()
    return json.loads(done.stdout)


def table(peer: str | None, limit: int, jobs: int, everything: bool) -> list[str]:
    """The table of elections, and how the two compare; `jobs` runs of the peer at a time."""
    lines = [
        "| election | projects x voters | parse | lay out | Equal Shares | Add1 (steps) | exact audit | Phragmén |",
        "|---|---|---|---|---|---|---|---|",
    ]
    ratios: dict[str, list[float]] = {"parse": [], "shares": [], "add1": [], "phragmen": []}
    different, warm = [], []
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(jobs) as pool:
        files = dict([*elections(set(NAMES)), *further().items()])
        asked = {}
        for name, data in files.items():
            path = Path(folder) / name
            path.write_bytes(data)
            for what in ("shares", "add1", "phragmen"):
                if peer and (everything or (name, what) not in BEYOND):
                    asked[name, what] = pool.submit(ask_peer, peer, path, what, limit)
        for name, data in files.items():
            ours = measure(data)
            cells = {}
            for what in ("shares", "add1", "phragmen"):
                theirs = asked[name, what].result() if (name, what) in asked else None
                cells[what] = _ours(ours[what])
                if theirs:
                    ratios[what].append(1000 * theirs["seconds"] / ours[what])
                    cells[what] += f" / {_shown(1000 * theirs['seconds'])} ({ratios[what][-1]:,.0f} x)"
                    if sorted(theirs["winners"]) != sorted(ours["winners"][what]):
                        different.append(f"{name} {what}")
                    if theirs["warm"] and what == "shares":
                        warm.append(_warm(name, ours, theirs["warm"]))
                    if what == "shares":
                        ratios["parse"].append(1000 * theirs["parse"] / ours["parse"])
                        cells["parse"] = f" / {_shown(1000 * theirs['parse'])} ({ratios['parse'][-1]:,.0f} x)"
                elif peer and (name, what) not in asked:
                    cells[what] += " / not asked"
                elif peer:
                    cells[what] += f" / over {limit} s"
            title = _title(name)
            lines.append(
                f"| {title} | {ours['size']} | {_ours(ours['parse'])}{cells.get('parse', '')} | "
                f"{_ours(ours['layout'])} | {cells['shares']} | "
                f"{cells['add1']} ({ours['steps']:,}) | {_ours(ours['audit'])} | {cells['phragmen']} |"
            )
            print(lines[-1], flush=True)
    if peer:
        lines += ["", "Ratios (peer / ours) where the peer finished:", ""]
        names = {"parse": "parse", "shares": "Equal Shares", "add1": "Add1", "phragmen": "Phragmén"}
        for what, found in ratios.items():
            if found:
                least, median = f"{min(found):,.0f}", f"{statistics.median(found):,.0f}"
                lines.append(f"- {names[what]}: least {least}, median {median} ({len(found)} elections)")
        lines += [f"- different winners: {', '.join(different) or 'none'}", *warm]
    return lines


def _warm(name: str, ours: dict, theirs: list[float]) -> str:
    parse, shares = (1000 * seconds for seconds in theirs)
    return (
        f"- {_title(name)}, the least of five runs of the peer in one process after the first: parse {parse:.2g} "
        f"({parse / ours['parse']:,.1f} x), Equal Shares {shares:.3g} ({shares / ours['shares']:,.0f} x)"
    )


def _ours(milliseconds: float) -> str:
    return f"{milliseconds:,.0f}" if milliseconds >= 1000 else f"{milliseconds:.3g}"


def _shown(milliseconds: float) -> str:
    return f"{milliseconds:,.0f}" if milliseconds >= 10 else f"{milliseconds:.2g}"


def _title(name: str) -> str:
    return name.removesuffix(".pb").replace("_", " ")


def whole_archive() -> list[str]:
    """Add1 on every approval election of the archive."""
    total, counted, slowest = 0.0, 0, (0.0, "")
    for name, data in elections():
        election = read_pabulib(data)
        if election.vote_type in ("approval", "choose-1"):
            order = TieOrder(election, RuleCard())
            spent = best(lambda election=election, order=order: settle(Setting(election, RuleCard(), order)), 1)
            total, counted, slowest = total + spent, counted + 1, max(slowest, (spent, name))
    return [f"- Add1 on all {counted} approval elections of the archive: {total / 1000:.1f} s; "
            f"longest {_title(slowest[1])}, {slowest[0] / 1000:.2f} s"]  # fmt: skip


def million() -> list[str]:
    """A million generated voters and 200 projects, in a process of its own."""
    done = subprocess.run([sys.executable, __file__, "--million"], capture_output=True, check=True, text=True)
    return [done.stdout.strip()]


def million_here() -> None:
    """Generate, lay out and count; print time and peak memory."""
    compiled()
    draw = np.random.default_rng(1)
    voters, projects = 1_000_000, 200
    votes = draw.integers(1, 9, voters)
    row = np.repeat(np.arange(voters), votes)
    popular = draw.zipf(1.3, 4 * len(row)) - 1
    project = popular[popular < projects][: len(row)]
    key = np.unique(row[: len(project)] * projects + project)
    row, project = key // projects, key % projects
    costs = draw.integers(5_000, 2_000_000, projects)
    began = time.process_time()
    ballots = group_ballots(row, project, None, voters, projects)
    listed = tuple(Project(str(at), int(cost)) for at, cost in enumerate(costs))
    election = Election(listed, 30_000_000, ballots)
    result = count(election, RuleCard(completion="none"))
    spent = time.process_time() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"- a million generated voters ({ballots.groups:,} different ballots, {len(project):,} choices) x 200 "
          f"projects, grouping and Equal Shares with exact receipts: {spent:.1f} s, peak memory {peak:,.0f} MB, "
          f"{len(result.winners)} winners")  # fmt: skip


def commands() -> list[str]:
    """Cold commands, with start-up, in wall time."""
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        for name, data in elections({"Netherlands_Assen_2024.pb", "Poland_Wroclaw_2020.pb", "Poland_Warszawa_2026.pb"}):
            path, made = Path(folder) / name, Path(folder) / "certificate.json"
            path.write_bytes(data)
            begin = [sys.executable, "-m", "pennypot.count"]
            environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
            for words in (["count", path, "--rule", "equal-shares", "--certificate", made], ["recount", made, path]):
                wall, busy = zip(*(_one_command([*begin, *words], environment) for _ in range(5)), strict=True)
                lines.append(
                    f"- cold `pennypot {words[0]}` on {_title(name)}, Equal Shares with Add1: {min(wall):.2f} s wall, "
                    f"{min(busy):.2f} s processor time (best of 5)"
                )
    return lines


def _one_command(words: list, environment: dict) -> tuple[float, float]:
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(words, check=True, capture_output=True, env=environment)
    wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


PEAK = """
import re, sys, time
from pathlib import Path
from pennypot.count import RuleCard, count, read_pabulib
began = time.process_time()
election = read_pabulib(sys.argv[1])
count(election, RuleCard())
kilobytes = int(re.search(r"VmHWM:\\s*(\\d+)", Path("/proc/self/status").read_text())[1])
print(kilobytes // 1024, time.process_time() - began)
"""  # getrusage would tell the peak of this process, which begot that one, if it was higher


def peaks() -> list[str]:
    """Peak memory of reading and Add1, in a process of its own; and the first large count without a cache."""
    lines, found = [], []
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
        fresh = {**environment, "NUMBA_CACHE_DIR": str(Path(folder) / "cache")}
        for name, data in elections(set(NAMES)):
            path = Path(folder) / name
            path.write_bytes(data)
            words = [sys.executable, "-c", PEAK, path]
            first = name == "Poland_Warszawa_2021_Bielany.pb"
            if first:
                seconds = [subprocess.check_output(words, env=fresh, text=True).split()[1] for _ in range(2)]
                lines.append(
                    f"- first Add1 count with an empty cache of compiled code, {_title(name)}: "
                    f"{float(seconds[0]):.1f} s of processor time, and {float(seconds[1]):.1f} s in the next process"
                )
            peak = subprocess.check_output(words, env=environment, text=True).split()[0]
            found.append(f"{_title(name)} {peak} MB")
    return [*lines, f"- peak memory of reading and Add1: {', '.join(found)}"]


def questions() -> list[str]:
    """Recount in one process, and every loser's exact cost reduction."""
    lines = []
    for name, data in elections({"Poland_Warszawa_2026.pb", "Poland_Warszawa_2021_Bielany.pb"}):
        election = read_pabulib(data)
        for card in (RuleCard(completion="none"), RuleCard()):
            result = count(election, card)
            claimed = json.loads(json.dumps(certificate(election, result)))
            holds = recount(claimed, read_pabulib(data))
            spent = best(lambda claimed=claimed, data=data: recount(claimed, read_pabulib(data)), 1)
            losers = len(election.projects) - len(result.winners)
            times = 5 if card.completion == "none" else 1
            asked = best(lambda e=election, r=result: explain(e, r, votes=False, withdrawn=False), times)
            lines.append(
                f"- {_title(name)}, {'Add1' if card.completion == 'add1' else 'no completion'}: read and recount a "
                f"certificate {spent:.0f} ms ({'it does not hold' if holds else 'it holds'}); cost reduction of all "
                f"{losers} losers together {asked:,.0f} ms"
            )
    return lines


def main() -> None:
    """Measure what the options ask for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer", help="interpreter of an environment that holds pabutools")
    parser.add_argument(
        "--limit", type=int, default=600, help="seconds of processor time after which a run of the peer is given up"
    )
    parser.add_argument("--all-peer-runs", action="store_true", help="also those known to take the peer very long")
    parser.add_argument("--jobs", type=int, default=1, help="runs of the peer at a time (processor time is measured)")
    parser.add_argument("--quick", action="store_true", help="the table only")
    parser.add_argument("--write", action="store_true", help="put the figures into docs/evidence/count.md")
    parser.add_argument("--million", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.million:
        million_here()
        return
    began = time.process_time()
    compiled()
    count(Election.build([("a", 1)], 1, [["a"]]))
    print(f"compiled code ready after {time.process_time() - began:.1f} s", flush=True)
    lines = table(options.peer, options.limit, options.jobs, options.all_peer_runs)
    if not options.quick:
        for part in (questions, whole_archive, million, peaks, commands):
            lines += ["", *part()] if part is questions else part()
            print("\n".join(lines[-4:]), flush=True)
    when = datetime.now(UTC).strftime("%Y-%m-%d")
    about = f"Measured {when} with Python {platform.python_version()}, numpy {np.__version__}, {platform.machine()}."
    if options.write:
        before, _, rest = PAGE.read_text(encoding="utf-8").partition("<!-- figures -->\n")
        after = rest.partition("<!-- end of figures -->")[2]
        text = "\n".join([about, "", *lines])
        PAGE.write_text(f"{before}<!-- figures -->\n{text}\n<!-- end of figures -->{after}", encoding="utf-8")
    print("\n".join([about, *lines]))


if __name__ == "__main__":
    main()
