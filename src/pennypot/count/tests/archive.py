"""The archive of real elections that tests read where it is there: `elections/` under $PENNYPOT_SHARED.

A few more, which the archive lacks, are read from a folder `further` beside it where somebody put them (`FURTHER`).
"""

from __future__ import annotations

import hashlib
import os
import tarfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[4]
FOLDER = Path(os.environ.get("PENNYPOT_SHARED", ROOT.parent / "shared")) / "data" / "elections"
ARCHIVE = FOLDER / "pabulib-half.tar.xz"

needs_archive = pytest.mark.skipif(
    not ARCHIVE.is_file(), reason=f"the archive of real elections is not here ({ARCHIVE}); set PENNYPOT_SHARED"
)

# Of Pabulib's files as of 11 April 2026 (github.com/pabulib/pabulib_files, pb_files), with their SHA-256.
FURTHER = {
    "Hungary_Budapest_2024.pb": "e0ff771463a1a6e578c655cd4eba1f3ab6eed4a20407d7cdf57668260fd88970",
    "Poland_Lodz_2022.pb": "affc91277ea56035e5ed4e1317c1c164756b1b0d4b1b55d289eae76e70557cbd",
    "Poland_Swiecie_2023.pb": "3b371e097183db7247064015bf105d9168289b2ce8bf4b0382320dd6743c2095",
    "Poland_Wroclaw_2017.pb": "6226e0003e8a7c90955a617ba50760a3b0bc7120e922276afb34b17b9ce2e950",
}


def further() -> dict[str, bytes]:
    """Those of FURTHER that are here, and are the very same files."""
    found = {}
    for name, sum_of_it in FURTHER.items():
        path = FOLDER / "further" / name
        if path.is_file() and hashlib.sha256(data := path.read_bytes()).hexdigest() == sum_of_it:
            found[name] = data
    return found


def elections(names: set[str] | None = None) -> Iterator[tuple[str, bytes]]:
    """Files of the archive, in its order: all of them, or those named."""
    with tarfile.open(ARCHIVE, "r:xz") as archive:
        left = None if names is None else set(names)
        for member in archive:
            if left is not None and member.name not in left:
                continue
            stream = archive.extractfile(member)
            assert stream is not None
            yield member.name, stream.read()
            if left is not None:
                left.discard(member.name)
                if not left:
                    return


@cache
def some(*names: str) -> dict[str, bytes]:
    """A few files, kept in memory while the tests run."""
    return dict(elections(set(names)))
