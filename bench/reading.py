"""How fast a year of payments is read and profiled, beside pandas and polars reading the same file.

    python bench/reading.py FILE                   measure, in a fresh process each time
    python bench/reading.py FILE --peer PYTHON     also pandas and polars, with that interpreter
    python bench/reading.py FILE --write           also put the figures into docs/evidence/reading-speed.md

FILE is Trafford's payments of 2024-25 (a ZIP file with one CSV file) or any other file of payments. The peers are not
needed by Pennypot; they run from an environment of their own, made with `python3 -m venv DIR && DIR/bin/pip install
pandas polars pyarrow`. Memory is the most a process ever held, everything it loaded included.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "evidence" / "reading-speed.md"
_USED = """
import json, re, resource
from pathlib import Path
used = resource.getrusage(resource.RUSAGE_SELF)
peak = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024
found = {"rows": rows, "pence": pence, "seconds": time.perf_counter() - began, "mb": peak}
print(json.dumps({**found, "cpu": used.ru_utime + used.ru_stime}))
"""
_OURS = """
import sys, time
began = time.perf_counter()
from pennypot.apps.budgets.spending import LocalRule, profile, read_into_store
reading = read_into_store(sys.argv[1], sys.argv[2], "a publisher")
found = profile([sys.argv[2]], LocalRule(postcodes=("M33",)))
rows, pence = found.payments, found.total_pence
"""
_PANDAS = """
import sys, time
began = time.perf_counter()
import pandas
table = pandas.read_csv(sys.argv[1], parse_dates=["PaymentDate"])
table.to_parquet(sys.argv[2])
table.groupby("BeneficiaryName").Amount.sum().nlargest(20)
table.groupby("OrganisationalUnit").Amount.sum().nlargest(20)
table.groupby("Purpose").Amount.sum().nlargest(20)
table.groupby(table.PaymentDate.dt.to_period("M")).Amount.sum()
rows, pence = len(table), round(table.Amount.sum() * 100)
"""
_POLARS = """
import io, sys, time, zipfile
began = time.perf_counter()
import polars
archive = zipfile.ZipFile(sys.argv[1])
table = polars.read_csv(io.BytesIO(archive.read(archive.namelist()[0])), infer_schema=False)
table = table.with_columns(polars.col("Amount").cast(polars.Float64), polars.col("PaymentDate").str.to_date())
table.write_parquet(sys.argv[2])
for name in ("BeneficiaryName", "OrganisationalUnit", "Purpose"):
    table.group_by(name).agg(polars.col("Amount").sum()).top_k(20, by="Amount")
table.group_by(polars.col("PaymentDate").dt.truncate("1mo")).agg(polars.col("Amount").sum())
rows, pence = len(table), round(table["Amount"].sum() * 100)
"""


def measure(code: str, file: Path, interpreter: str) -> dict[str, float]:
    """Run a reader in a fresh process; the best of three runs by the clock."""
    runs = []
    for _ in range(3):
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run(
                [interpreter, "-c", code + _USED, str(file), str(Path(folder) / "out.parquet")],
                capture_output=True,
                text=True,
                env={**os.environ, "PYTHONPATH": str(ROOT / "src") if "pennypot" in code else ""},
                check=False,
            )
        if done.returncode:
            raise SystemExit(done.stderr)
        runs.append(json.loads(done.stdout))
    return min(runs, key=lambda run: run["seconds"])


def main() -> int:
    """Measure and print; write the page when asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--peer", metavar="PYTHON")
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    readers = {"Pennypot: read, check, mask, store, profile": (_OURS, sys.executable)}
    if given.peer:
        readers["pandas: read, store, group"] = (_PANDAS, given.peer)
        readers["polars: read, store, group"] = (_POLARS, given.peer)
    lines = ["| reader | rows | seconds | rows a second | CPU seconds | most memory |", "|---|--:|--:|--:|--:|--:|"]
    for name, (code, interpreter) in readers.items():
        run = measure(code, given.file, interpreter)
        lines.append(
            f"| {name} | {run['rows']:,} | {run['seconds']:.2f} | {run['rows'] / run['seconds']:,.0f} |"
            f" {run['cpu']:.2f} | {run['mb']:.0f} MB |"
        )
    table = "\n".join(lines)
    print(table)
    if given.write:
        where = f"{os.cpu_count()} cores, Python {platform.python_version()}, {datetime.now(UTC):%Y-%m-%d}"
        where += f", {os.getloadavg()[0]:.1f} other programs wanting to run"
        PAGE.write_text(
            "# How fast a year of payments is read\n\nMade by `python bench/reading.py FILE --peer PYTHON --write`;"
            f" do not edit. {given.file.name}, {where}. Each in a fresh process, imports included, best of three."
            "\n\nPennypot decides encoding and dates over the whole file, reads amounts exactly, works every sum out"
            " twice and masks private people; the others guess types and add binary fractions.\n\n"
            f"{table}\n",
            encoding="utf-8",
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
