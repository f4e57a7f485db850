"""Fixtures of the house's tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pennypot.house.database import EmbeddedServer
from pennypot.house.tests.embedded import new_home


@pytest.fixture(scope="session")
def stopped_home() -> Iterator[Path]:
    """A home folder with a stopped database: making one takes a second, starting it a tenth."""
    with new_home() as home:
        with EmbeddedServer(home, fast=True):
            pass
        yield home
