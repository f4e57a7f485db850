"""Prints what Pennypot is made of, as CycloneDX 1.6: every locked library, its hashes and licence (`make sbom`).

It reads the lock file, so it says what an installation gets; licences come from the libraries installed here.
"""

from __future__ import annotations

import json
import re
import sys
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Any

LOCK = Path(__file__).resolve().parent.parent / "requirements" / "run.txt"
_LOCKED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^ ;\\]+)")


def components(lock: str) -> list[dict[str, Any]]:
    """Return one component a locked library, in the order of the lock file.

    Parameters
    ----------
    lock
        Text of a requirements file with hashes.
    """
    found: list[dict[str, Any]] = []
    for line in lock.splitlines():
        locked = _LOCKED.match(line)
        if locked:
            name, version = locked.groups()
            found.append({"type": "library", "name": name, "version": version, "purl": f"pkg:pypi/{name}@{version}"})
            found[-1] |= {"licenses": _licences(name), "hashes": []}
        for digest in re.findall(r"--hash=sha256:([0-9a-f]{64})", line):
            found[-1]["hashes"].append({"alg": "SHA-256", "content": digest})
    return found


def _licences(name: str) -> list[dict[str, Any]]:
    try:
        said = metadata(name)
    except PackageNotFoundError:  # needed on another platform only
        return []
    expression = said.get("License-Expression")
    if expression:
        return [{"expression": expression}]
    classed = [one.split(" :: ")[-1] for one in said.get_all("Classifier") or [] if one.startswith("License ::")]
    return [{"license": {"name": one}} for one in classed]


def main() -> None:
    """Print the document."""
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "components": components(LOCK.read_text()),
    }
    json.dump(document, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
