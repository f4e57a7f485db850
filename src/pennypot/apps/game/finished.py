"""When a table has made its plan."""

from __future__ import annotations

from pennypot.play import State

# From this phase on a plan is there to read; before it a table may still change its mind.
FINISHED = ("compare", "carry", "over")


def is_finished(state: State) -> bool:
    """Whether a table has made its plan."""
    return state.phase in FINISHED
