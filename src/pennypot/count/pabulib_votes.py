"""The two lanes that read the VOTES section of a Pabulib file: in bulk, and line by line.

Both return ``(ballots, row, project, value)``: the number of ballots and one entry for each choice, in their order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .grouping import sort_choices
from .pabulib_scan import Cells, Lookup, cells, chunks, hashed

if TYPE_CHECKING:
    from .pabulib import _Reader

Entries = tuple[int, np.ndarray, np.ndarray, np.ndarray | None]
_SMALL = 20_000  # bytes below which splitting text is quicker than scanning it


def read_in_bulk(reader: _Reader, body: bytes) -> Entries | None:
    """Read rows that are all plain; None where anything at all wants a closer look."""
    if b'"' in body:
        return None
    found = _scanned(reader, body) if len(body) > _SMALL else None
    if found is None:
        found = _split(reader, body)
    if found is None:
        return None
    ballots, row, project, value = found
    reader.tokens = np.bincount(project, minlength=len(reader.projects))
    row, project, value, repeats = sort_choices(row, project, value, len(reader.projects))
    if repeats:
        # second mentions on approval ballots are dropped, as the cities that let them through did
        if value is not None:
            return None
        reader.repeats = repeats
        keep = np.ones(len(row), bool)
        keep[1:] = (row[1:] != row[:-1]) | (project[1:] != project[:-1])
        row, project = row[keep], project[keep]
    return ballots, row, project, value


def _scanned(reader: _Reader, body: bytes) -> Entries | None:
    """Read a large body a few megabytes at a time."""
    lookup = Lookup([project.id.encode() for project in reader.projects])
    parts, marks, ballots = [], [], 0
    for text in chunks(body):
        found = cells(text, reader.vote_header)
        if found is None:
            return None
        mark = hashed(text, *found.voter)
        entries = _numbered(reader, found, lookup)
        if mark is None or entries is None:
            return None
        row, project, value = entries
        parts.append((row + ballots if ballots else row, project, value))
        marks.append(mark)
        ballots += len(mark)
    every = np.sort(np.concatenate(marks))
    if (every[1:] == every[:-1]).any():
        return None
    return ballots, *_joined(parts)


def _joined(parts: list) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    if len(parts) == 1:
        return parts[0]
    row, project = (np.concatenate([part[at] for part in parts]) for at in (0, 1))
    return row, project, None if parts[0][2] is None else np.concatenate([part[2] for part in parts])


def _numbered(reader: _Reader, found: Cells, lookup: Lookup) -> tuple | None:
    """Choices as numbers: ballot, project and value."""
    (start, size), length = found.choice, found.choices
    row = np.repeat(np.arange(len(length)), length)
    value = _values(reader, found.points, length)
    if value is False:
        return None
    empty = size == 0
    if empty.any():
        if (length[row[empty]] != 1).any():
            return None
        keep = ~empty
        row, start, size, value = row[keep], start[keep], size[keep], None if value is None else value[keep]
    project = lookup.find(found.text, start, size)
    return None if project is None else (row, project, value)


def _values(reader: _Reader, points: list[bytes] | None, length: np.ndarray):
    """Place or points of each choice, None where approvals have neither; False where they want a closer look."""
    if reader.vote_type == "ordinal":
        return np.arange(int(length.sum())) - np.repeat(np.cumsum(length) - length, length)
    if reader.vote_type in ("cumulative", "scoring"):
        value = _bulk_points(points or [], length)
        return False if value is None else value
    return None


def _split(reader: _Reader, body: bytes) -> Entries | None:
    """Read rows by splitting text into cells: quick for small files, and for what `_scanned` leaves."""
    header, width = reader.vote_header, len(reader.vote_header)
    lines = body.count(b"\n") + 1
    cells = body.replace(b"\n", b";\n;").split(b";")
    if len(cells) != lines * (width + 1) - 1 or cells[width :: width + 1].count(b"\n") != lines - 1:
        return None
    ids = cells[header.index("voter_id") :: width + 1]
    voters = set(ids)
    if len(voters) != lines or b"" in voters:
        return None
    votes = cells[header.index("vote") :: width + 1]
    tokens = b",".join(votes).split(b",")
    counted = [vote.count(b",") + 1 for vote in votes]
    index = {project.id.encode(): number for number, project in enumerate(reader.projects)}
    if b"" in votes:
        index[b""] = -1
    try:
        project = np.array([index[token] for token in tokens], np.int64)
    except KeyError:
        return None
    length = np.array(counted, np.int64)
    row = np.repeat(np.arange(lines), length)
    points = cells[header.index("points") :: width + 1] if "points" in header else None
    value = _values(reader, points, length)
    if value is False:
        return None
    if b"" in index:
        empty = project < 0
        if (length[row[empty]] != 1).any():
            return None
        row, project, value = row[~empty], project[~empty], None if value is None else value[~empty]
    return lines, row, project, value


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
    row, choice = np.array(rows, np.int64), np.array(projects, np.int64)
    return ballots, *sort_choices(row, choice, keep, len(reader.projects))[:3]


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
