"""One home folder for all tests that serve: making one takes seconds, starting in it one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pennypot.cli.tests.site import site
from pennypot.house.tests.embedded import new_home


@pytest.fixture(scope="session")
def home() -> Iterator[Path]:
    """A home folder of a real installation, served once and stopped."""
    with new_home("site") as folder:
        with site(folder):
            pass
        yield folder
