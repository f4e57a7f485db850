"""A whole year of a council's payments, read and profiled in a fresh process within its memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[5]
_YEAR = """
import json, re, resource, sys
from pathlib import Path
from pennypot.apps.budgets.spending import LocalRule, profile, read_into_store
reading = read_into_store(sys.argv[1], sys.argv[2], "Trafford Council")
found = profile([sys.argv[2]], LocalRule(postcodes=("M33",)))
used = resource.getrusage(resource.RUSAGE_SELF)
peak = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024
sums = [sum(one.pence for one in found.by_month), found.local.not_known_pence]
print(json.dumps([found.payments, found.total_pence, sums, len(found.by_month), used.ru_utime + used.ru_stime, peak]))
"""


@pytest.mark.shared
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the memory of a process is only known on Linux")
def test_traffords_year_is_read_and_profiled_within_its_memory(tmp_path):
    shared = Path(os.environ.get("PENNYPOT_SHARED") or SOURCE.parent.parent / "shared") / "data"
    file = shared / "spend" / "trafford" / "trafford-supplier-spend-2024-25.zip"
    if not file.exists():
        pytest.skip("The real files are not beside the repository (set PENNYPOT_SHARED to their folder).")
    done = subprocess.run(
        [sys.executable, "-c", _YEAR, str(file), str(tmp_path / "year.parquet")],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
    )
    assert done.returncode == 0, done.stderr
    payments, pence, sums, months, seconds, peak = json.loads(done.stdout)
    assert (payments, pence, months) == (210_068, 56_521_957_374, 12)
    # The file names no postcodes: all of it is not known to be local, and none of it elsewhere.
    assert sums == [pence, pence]
    assert peak <= 400
    # Processor time, with room for a busy machine; bench/reading.py measures what it takes by the clock.
    assert seconds < 6
