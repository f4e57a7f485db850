"""The two lanes that read the VOTES section of a Pabulib file: in bulk, and line by line.

Both return ``(ballots, row, project, value)``: the number of ballots and one entry for each choice.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from .pabulib import _Reader

Entries = tuple[int, np.ndarray, np.ndarray, np.ndarray | None]
_LINES_AT_A_TIME = 1 << 22


def read_in_bulk(reader: _Reader, body: bytes) -> Entries | None:
    """Read rows that are all plain; None where anything at all wants a closer look."""
    width = len(reader.vote_header)
    if b'"' in body:
        return None
    index = {project.id.encode(): number for number, project in enumerate(reader.projects)}
    index[b""] = -1
    parts, ballots = [], 0
    voters: set[bytes] = set()
    for chunk in _chunks(body):
        found = _bulk_chunk(reader, chunk, width, index, voters)
        if found is None:
            return None
        count, row, project, value = found
        parts.append((row + ballots, project, value))
        ballots += count
    if len(voters) != ballots:
        return None
    row, project = (np.concatenate([part[at] for part in parts]) for at in (0, 1))
    value = None if parts[0][2] is None else np.concatenate([part[2] for part in parts])
    tokens = np.bincount(project, minlength=len(reader.projects))
    kept = _without_repeats(reader, row, project, value)
    if kept is None:
        return None
    reader.tokens = tokens
    return ballots, *kept


def _chunks(body: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(body):
        end = body.find(b"\n", at + _LINES_AT_A_TIME)
        end = len(body) if end < 0 else end
        yield body[at:end]
        at = end + 1


def _bulk_chunk(reader: _Reader, chunk: bytes, width: int, index: dict[bytes, int], voters: set) -> Entries | None:
    raw = np.frombuffer(chunk, np.uint8)
    marks = raw[(raw == 59) | (raw == 10)]
    count = int((marks == 10).sum()) + 1
    if len(marks) != count * width - 1:
        return None
    ends = np.append(marks, 10).reshape(count, width)
    if (ends[:, -1] != 10).any() or (width > 1 and (ends[:, :-1] != 59).any()):
        return None
    cells = chunk.replace(b"\n", b";").split(b";")
    ids = cells[reader.vote_header.index("voter_id") :: width]
    voters.update(ids)
    if b"" in voters:
        return None
    votes = cells[reader.vote_header.index("vote") :: width]
    tokens = b",".join(votes).split(b",")
    length = np.fromiter((vote.count(b",") for vote in votes), np.int64, count) + 1
    try:
        project = np.fromiter(map(index.__getitem__, tokens), np.int64, len(tokens))
    except KeyError:
        return None
    row = np.repeat(np.arange(count), length)
    value = None
    if reader.vote_type == "ordinal":
        value = np.arange(len(project)) - np.repeat(np.cumsum(length) - length, length)
    elif reader.vote_type in ("cumulative", "scoring"):
        value = _bulk_points(cells[reader.vote_header.index("points") :: width], length)
        if value is None:
            return None
    empty = project < 0
    if empty.any():
        if (length[row[empty]] != 1).any():
            return None
        row, project, value = row[~empty], project[~empty], None if value is None else value[~empty]
    return count, row, project, value


def _bulk_points(cells: list[bytes], length: np.ndarray) -> np.ndarray | None:
    found = np.fromiter((cell.count(b",") for cell in cells), np.int64, len(cells)) + 1
    if (found != length).any():
        return None
    joined = b",".join(cells)
    if joined.translate(None, b"0123456789,"):
        return None
    tokens = joined.split(b",")
    if max(map(len, tokens)) > 12:
        return None
    return np.fromiter((int(token or b"0") for token in tokens), np.int64, len(tokens))


def _without_repeats(reader: _Reader, row, project, value):
    """Drop second mentions on approval ballots, as the cities that let them through did; others need a closer look."""
    key = np.sort(row * max(len(reader.projects), 1) + project)
    repeats = int((key[1:] == key[:-1]).sum())
    if not repeats:
        return row, project, value
    if value is not None:
        return None
    reader.repeats = repeats
    key = np.unique(key)
    width = max(len(reader.projects), 1)
    return key // width, key % width, None


def read_line_by_line(reader: _Reader, body: bytes) -> Entries:
    """Read rows one at a time, naming line and column of whatever is wrong."""
    index = {project.id: number for number, project in enumerate(reader.projects)}
    names = reader.vote_header
    rows, projects, values = [], [], []
    ballots, voters = 0, set()
    reader.tokens[:] = 0
    pointed = reader.vote_type in ("cumulative", "scoring")
    for number, line in enumerate(body.decode().split("\n") if body else [], reader.votes_line + 2):
        if not line.strip():
            reader.bend("a blank line inside a section", number)
            continue
        fields = reader.fields(line, number)
        if len(fields) != len(names):
            last = fields[min(len(fields), len(names)) - 1][1]
            reader.bend(f"{len(fields)} fields where the header has {len(names)}", number, last)
            fields = (fields + [("", last)] * len(names))[: len(names)]
        by_name = dict(zip(names, fields, strict=True))
        voter, column = by_name["voter_id"]
        if not voter.strip():
            reader.bend("a voter without an id", number, column)
        elif voter in voters:
            reader.bend(f"voter {voter!r} is listed twice", number, column)
            continue
        voters.add(voter)
        choices = _choices(reader, index, by_name["vote"], number)
        points = _points(reader, by_name["points"], len(choices), number) if pointed else range(len(choices))
        seen: set[int] = set()
        for (project, column), value in zip(choices, points, strict=False):
            if project is None:
                continue
            reader.tokens[project] += 1
            if project in seen:
                if reader.vote_type in ("approval", "choose-1"):
                    reader.repeats += 1
                else:
                    reader.bend(f"project {reader.projects[project].id!r} is chosen twice", number, column)
                continue
            seen.add(project)
            rows.append(ballots)
            projects.append(project)
            values.append(value if pointed else len(seen) - 1)
        ballots += 1
    keep = None if reader.vote_type in ("approval", "choose-1") else np.array(values, np.int64)
    return ballots, np.array(rows, np.int64), np.array(projects, np.int64), keep


def _choices(reader: _Reader, index: dict[str, int], cell: tuple[str, int], number: int):
    text, column = cell
    found: list[tuple[int | None, int]] = []
    if not text:
        return found
    for token in text.split(","):
        name = token if reader.strict else token.strip()
        if name not in index:
            reader.bend(f"{name[:60]!r} is no project of this election", number, column)
        found.append((index.get(name), column))
        column += len(token) + 1
    return found


def _points(reader: _Reader, cell: tuple[str, int], wanted: int, number: int) -> list[int]:
    from .pabulib import _WHOLE

    text, column = cell
    values = []
    for token in text.split(",") if text or wanted else []:
        if not _WHOLE.fullmatch(token.strip()):
            reader.bend(f"{token[:40]!r} is no number of points (a whole number, not below zero)", number, column)
            values.append(0)
        else:
            values.append(int(token))
        column += len(token) + 1
    if len(values) != wanted:
        reader.bend(f"{len(values)} numbers of points for {wanted} projects", number, cell[1])
        values = (values + [0] * wanted)[:wanted]
    return values
