"""The archive of real elections that tests read where it is there: `elections/` under $PENNYPOT_SHARED."""

from __future__ import annotations

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
