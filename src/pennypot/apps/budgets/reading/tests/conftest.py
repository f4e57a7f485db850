"""Fixtures: where the real files are, and a fresh process that measures what reading a file costs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

SOURCE = Path(__file__).resolve().parents[5]
_READ = """
import json, re, sys, time
from pathlib import Path
from pennypot.apps.budgets.reading import CannotRead, read, recognise, understand

def look(path, name):
    began = time.perf_counter()
    out = {"code": "", "text": "", "todo": ""}
    try:
        with recognise(path, name) as source:
            understood = understand(source)
            reading = read(source, understood)
            out |= {"kept": reading.kept, "rejected": reading.rejected_count, "pence": reading.sum_kept_pence}
            out["remarks"] = [said.code for said in source.remarks + understood.remarks + reading.remarks]
            out["remarks"] += [said.code for sheet in understood.sheets for said in sheet.remarks]
            out["rows"] = [{k: str(v) for k, v in row.values.items()} for row, _ in zip(reading.rows(), range(5))]
    except CannotRead as error:
        out |= {"code": error.code, "text": str(error), "todo": str(error.what_to_do or ""), "row": error.row}
    out["seconds"] = time.perf_counter() - began
    return out

found = {name: look(path, name) for path, name in json.load(sys.stdin)}
# The highest the memory of this process ever stood; what a parent process used before is not in it.
peak = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024
print(json.dumps([found, peak]))
"""


def read_apart(files: list[tuple[Path, str]]) -> dict[str, SimpleNamespace]:
    """Read files in one fresh process; each answer has its seconds, and the highest memory of all of them (MB)."""
    if not Path("/proc/self/status").exists():
        pytest.skip("The memory of a process is only known on Linux.")
    done = subprocess.run(
        [sys.executable, "-c", _READ],
        input=json.dumps([(str(path), name) for path, name in files]),
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    found, peak = json.loads(done.stdout)
    return {name: SimpleNamespace(**answer, peak_mb=peak) for name, answer in found.items()}


@pytest.fixture(scope="session")
def apart():
    """`read_apart`, for tests that make many files."""
    return read_apart


@pytest.fixture
def measured(tmp_path):
    """Reads bytes (or a path) as a file in a fresh process; gives the answer with seconds and peak MB."""

    def run(content, name: str = "spend.csv") -> SimpleNamespace:
        path = content
        if isinstance(content, bytes):
            path = tmp_path / "given"
            path.write_bytes(content)
        return read_apart([(path, name)])[name]

    return run


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real files; tests that need it are skipped where it is absent."""
    here = Path(os.environ.get("PENNYPOT_SHARED") or SOURCE.parent.parent / "shared") / "data"
    if not here.is_dir():
        pytest.skip("The real files are not beside the repository (set PENNYPOT_SHARED to their folder).")
    return here
