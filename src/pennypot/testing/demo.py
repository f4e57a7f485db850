"""The demonstration places as a fixture, for tests that want the whole site filled."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def demo_places(db: None) -> dict[str, Any]:
    """Load Birmingham and Trafford with budgets and fund; keyed by slug. People of the demo are not made."""
    from pennypot.apps.budgets import demo as budgets
    from pennypot.apps.fund import demo as fund
    from pennypot.apps.places import demo as places

    loaded = {}
    for slug in ("birmingham", "trafford"):
        place = places.load(slug)
        budgets.load(place)
        fund.load(place)
        loaded[slug] = place
    return loaded


@pytest.fixture
def demo_evenings(demo_places: dict[str, Any]) -> dict[str, Any]:
    """Load the evenings of Cut & Create too. Apart, for bots take a second to play eight tables."""
    from pennypot.apps.game import demo as game

    game.load(demo_places["birmingham"])
    return demo_places
