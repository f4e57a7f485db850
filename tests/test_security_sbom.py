"""Check 62: what an installation is made of can be listed, hash by hash."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def test_s62_the_bill_of_materials_names_every_locked_library_with_its_hashes():
    said = subprocess.run([sys.executable, "bench/sbom.py"], cwd=ROOT, capture_output=True, text=True, check=True)
    listed = json.loads(said.stdout)["components"]
    lock = (ROOT / "requirements" / "run.txt").read_text()
    assert len(listed) == sum("==" in line and not line.startswith(" ") for line in lock.splitlines())
    assert sum(len(one["hashes"]) for one in listed) == lock.count("--hash=sha256:")
    assert all(one["hashes"] for one in listed)
    django = next(one for one in listed if one["name"] == "django")
    assert django["licenses"] == [{"expression": "BSD-3-Clause"}]
