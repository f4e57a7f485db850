"""Elections with one thing changed, for asking what would have happened otherwise."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .election import Ballots, Columns, Election

_KEPT = ("voters", "index", "columns", "entry_points", "votes", "points")


def with_cost(election: Election, project: int, cost: int) -> Election:
    """The same election with one project at another cost."""
    projects = list(election.projects)
    projects[project] = replace(projects[project], cost=cost)
    changed = replace(election, projects=tuple(projects), source_sha256=None)
    changed.__dict__.update({key: election.__dict__[key] for key in _KEPT if key in election.__dict__})
    return changed


def with_more_votes(election: Election, project: int, voters: int) -> Election:
    """The same election with more voters who name one project and nothing else.

    Where ballots give points they give it the most that any ballot gives to one project; in a ranking it stands first.
    """
    ballots, columns = election.ballots, election.columns
    value = None if ballots.value is None else np.append(ballots.value, _best_value(election))
    more = Ballots(
        np.append(ballots.start, ballots.start[-1] + 1),
        np.append(ballots.project, np.int32(project)),
        value,
        np.append(ballots.weight, voters),
    )
    changed = replace(election, ballots=more, table=None, source_sha256=None)
    at = columns.start[project + 1]
    start = columns.start.copy()
    start[project + 1 :] += 1
    group = np.insert(columns.group, at, ballots.groups)
    point = None
    if columns.point is not None:
        point = np.insert(columns.point, at, 1 if election.vote_type == "ordinal" else _best_value(election))
    changed.__dict__["columns"] = Columns(start, group, point)
    return changed


def _best_value(election: Election) -> int:
    if election.vote_type == "ordinal":
        return 0
    assert election.ballots.value is not None
    return int(election.ballots.value.max(initial=1))
