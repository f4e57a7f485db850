"""Pabulib files (`.pb`): read strictly with line and column, read leniently on request (`pabulib_write` writes them).

The format is described at https://pabulib.org/format (arXiv:2305.11035): three sections, META, PROJECTS and VOTES,
each a table with semicolons between fields. Reading has two lanes that give the same election: the body of a
well-formed file is taken apart in bulk, and whatever the bulk lane does not recognise as plain is read again line by
line, which is slower and knows where everything stands.
"""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

import numpy as np

from .election import VOTE_TYPES, Ballots, Election, Project, VoterTable
from .grouping import group_rows

_NUMBER = re.compile(r"[0-9]{1,40}(?:\.[0-9]{1,12})?")
_WHOLE = re.compile(r"[0-9]{1,12}")
_REQUIRED = ("num_projects", "num_votes", "budget", "vote_type")


class PabulibError(ValueError):
    """A file that cannot be read, with the place where reading stopped.

    Attributes
    ----------
    line, column : int
        Both start at 1; columns count characters.
    problem : str
        What is wrong there, in words.
    """

    def __init__(self, problem: str, line: int, column: int = 1) -> None:
        super().__init__(f"line {line}, column {column}: {problem}")
        self.problem, self.line, self.column = problem, line, column


def read_pabulib(source: str | os.PathLike | bytes, *, strict: bool = True) -> Election:
    """Read an election from a Pabulib file.

    Parameters
    ----------
    source : path or bytes
        A file's name, or its contents.
    strict : bool
        With False, repair what can be repaired (drop unknown projects, repeated choices and rows that make no sense)
        and say so in the election's ``notes``.

    Raises
    ------
    PabulibError
        Where the contents are not a Pabulib election.
    OSError
        Where the file cannot be opened.
    """
    data = source if isinstance(source, bytes) else Path(source).read_bytes()
    return _Reader(data, strict).election()


def _votes_section(data: bytes) -> tuple[int, int] | None:
    """Where the line that says VOTES begins and ends."""
    at = data.find(b"VOTES")
    while at >= 0:
        begin, end = data.rfind(b"\n", 0, at) + 1, data.find(b"\n", at)
        end = len(data) if end < 0 else end
        if data[begin:end].strip(b" \t") == b"VOTES":
            return begin, end
        at = data.find(b"VOTES", at + 1)
    return None


def split_row(line: str) -> list[tuple[str, int]]:
    """Take one row apart at its semicolons: pairs of text and column (from 1); quoted fields may hold semicolons."""
    if '"' not in line:
        fields, column = [], 1
        for text in line.split(";"):
            fields.append((text, column))
            column += len(text) + 1
        return fields
    fields, at = [], 0
    while True:
        begin = at
        if line.startswith('"', at):
            text, at = _quoted(line, at)
        else:
            end = line.find(";", at)
            end = len(line) if end < 0 else end
            text, at = line[at:end], end
        fields.append((text, begin + 1))
        if at >= len(line):
            return fields
        at += 1


def _quoted(line: str, begin: int) -> tuple[str, int]:
    parts, at = [], begin + 1
    while True:
        end = line.find('"', at)
        if end < 0:
            raise PabulibError("a quotation mark is opened here and never closed", 0, begin + 1)
        parts.append(line[at:end])
        if line.startswith('"', end + 1):
            parts.append('"')
            at = end + 2
            continue
        at = end + 1
        if at < len(line) and line[at] != ";":
            raise PabulibError("text goes on after a closing quotation mark", 0, at + 1)
        return "".join(parts), at


class _Reader:
    """One reading of one file; the places of everything are known while it lasts."""

    def __init__(self, data: bytes, strict: bool) -> None:
        self.strict = strict
        self.notes: list[str] = []
        self.digest = hashlib.sha256(data).hexdigest()
        if data.startswith(b"\xef\xbb\xbf"):
            data = data[3:]
        if b"\r" in data:
            data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        self.data, self.text = self._as_utf8(data)
        zero = self.data.find(b"\0")
        if zero >= 0:
            line = self.data.count(b"\n", 0, zero) + 1
            raise PabulibError("a zero byte: this is no text file", line, zero - self.data.rfind(b"\n", 0, zero))

    def _as_utf8(self, data: bytes) -> tuple[bytes, str]:
        try:
            return data, data.decode()
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            column = len(data[data.rfind(b"\n", 0, error.start) + 1 : error.start].decode()) + 1
            problem = "not UTF-8 text (save the file as UTF-8)"
            self.bend(problem, line, column)
            text = data.decode("cp1252", errors="replace")
            return text.encode(), text

    def bend(self, problem: str, line: int, column: int = 1) -> None:
        """Stop here when strict; else note it and go on."""
        if self.strict:
            raise PabulibError(problem, line, column)
        self.notes.append(f"line {line}, column {column}: {problem}")

    def election(self) -> Election:
        """Read all three sections."""
        found = _votes_section(self.data)
        if not found:
            raise PabulibError("the file has no VOTES section", self.data.count(b"\n") + 1)
        begin, end = found
        head = self.data[:begin].decode().split("\n")
        if head and head[-1] == "":
            head.pop()
        self.votes_line = len(head) + 1
        self._read_head(head)
        self._read_projects()
        ballots, table = self._read_votes(end + 1)
        self._check_totals(ballots)
        return Election(
            tuple(self.projects), self.budget, ballots, self.vote_type, self.decimals,
            {key: text for key, (text, _, _) in self.meta.items()}, table, self.digest, tuple(self.notes),
        )  # fmt: skip

    # The head: META and PROJECTS, line by line.

    def _read_head(self, lines: list[str]) -> None:
        self.meta: dict[str, tuple[str, int, int]] = {}
        self.project_rows: list[tuple[int, str, list[str]]] = []
        section, header = "", None
        for number, line in enumerate(lines, 1):
            word = line.strip()
            if word in ("META", "PROJECTS"):
                expected = {"": "META", "META": "PROJECTS"}.get(section)
                if word != expected:
                    raise PabulibError(f"section {word} comes out of order or twice", number)
                if section and header is None:
                    raise PabulibError(f"section {section} has no header row", number)
                section, header = word, None
            elif not section:
                if word:
                    raise PabulibError("the file must begin with a line that says META", number)
            elif not word:
                self.bend("a blank line inside a section", number)
            elif header is None:
                header = self._header(section, number, line)
            elif section == "META":
                self._meta_row(number, line)
            else:
                self.project_rows.append((number, line, self.texts(line, number)))
        if section != "PROJECTS":
            raise PabulibError("the PROJECTS section is missing before VOTES", self.votes_line)
        if header is None:
            raise PabulibError("section PROJECTS has no header row", self.votes_line)
        self._read_meta()

    def fields(self, line: str, number: int) -> list[tuple[str, int]]:
        """Split one row, naming the line in what may go wrong."""
        try:
            return split_row(line)
        except PabulibError as error:
            self.bend(error.problem, number, error.column)
            return split_row(line.replace('"', ""))

    def texts(self, line: str, number: int) -> list[str]:
        """Split one row without its columns."""
        return [text for text, _ in self.fields(line, number)] if '"' in line else line.split(";")

    @staticmethod
    def column(line: str, at: int) -> int:
        """Where a field of a row begins (the last one, where a row has fewer)."""
        try:
            fields = split_row(line)
        except PabulibError:
            fields = split_row(line.replace('"', ""))
        return fields[min(at, len(fields) - 1)][1]

    def _header(self, section: str, number: int, line: str) -> list[str]:
        names = [text.strip() for text in self.texts(line, number)]
        wanted = {"META": ("key", "value"), "PROJECTS": ("project_id", "cost")}[section]
        for name in wanted:
            if name not in names:
                raise PabulibError(f"the header of {section} has no column {name!r}; fields are parted by ';'", number)
        if len(set(names)) != len(names):
            raise PabulibError(f"the header of {section} names a column twice", number)
        if section == "PROJECTS":
            self.project_header = names
        return names

    def _meta_row(self, number: int, line: str) -> None:
        texts = self.texts(line, number)
        if len(texts) != 2:
            self.bend("a META row is a key and a value with one ';' between", number, self.column(line, len(texts)))
        key = texts[0].strip()
        if key in self.meta:
            self.bend(f"META says {key!r} twice", number)
            return
        self.meta[key] = (";".join(texts[1:]), number, self.column(line, 1) if '"' in line else line.find(";") + 2)

    def _read_meta(self) -> None:
        for key in _REQUIRED:
            if key not in self.meta:
                if self.strict or key == "budget":
                    raise PabulibError(f"META does not say {key!r}", self.votes_line)
                self.notes.append(f"META does not say {key!r}")
        text, line, column = self.meta.get("vote_type", ("approval", self.votes_line, 1))
        self.vote_type = text.strip()
        if self.vote_type not in VOTE_TYPES:
            raise PabulibError(f"unknown vote_type {self.vote_type!r}; known are {', '.join(VOTE_TYPES)}", line, column)

    def _read_projects(self) -> None:
        names = self.project_header
        at_id, at_cost = names.index("project_id"), names.index("cost")
        seen: set[str] = set()
        rows = []
        for number, line, texts in self.project_rows:
            if len(texts) != len(names):
                last = self.column(line, len(names) - 1)
                self.bend(f"{len(texts)} fields where the header has {len(names)}", number, last)
                texts = (texts + [""] * len(names))[: len(names)]
            name = texts[at_id]
            if not self.strict:
                name = name.strip()
            if not name or "," in name or name != name.strip():
                raise PabulibError(f"a project id cannot be {name!r}", number, self.column(line, at_id))
            if name in seen:
                self.bend(f"project {name!r} is listed twice", number, self.column(line, at_id))
                continue
            seen.add(name)
            rows.append((name, number, line, texts))
        self._read_money([texts[at_cost] for *_, texts in rows], [(row[1], row[2], at_cost) for row in rows])
        others = [(key, at) for at, key in enumerate(names) if at not in (at_id, at_cost)]
        self.projects = [
            Project(name, cost, {key: texts[at] for key, at in others})
            for (name, _, _, texts), cost in zip(rows, self.costs, strict=True)
        ]
        self.project_places = [row[1:] for row in rows]

    def _read_money(self, costs: list[str], places: list[tuple[int, str, int]]) -> None:
        """Read amounts as integers of one unit: the smallest that writes all of them exactly."""
        parts = []
        for at, text in enumerate([self.meta["budget"][0], *costs]):
            clean = text.strip()
            if clean.isdecimal() and clean.isascii() and len(clean) <= 40:
                parts.append((clean, ""))
                continue
            if not _NUMBER.fullmatch(clean):
                number, line, field = places[at - 1] if at else (0, "", 0)
                place = (number, self.column(line, field)) if at else self.meta["budget"][1:]
                raise PabulibError(f"{_short(text)} is no amount of money (digits, not below zero)", *place)
            whole, _, rest = clean.partition(".")
            parts.append((whole, rest.rstrip("0")))
        self.decimals = max(len(rest) for _, rest in parts)
        self.budget, *self.costs = [int(whole + rest.ljust(self.decimals, "0")) for whole, rest in parts]

    # The votes.

    def _read_votes(self, begin: int) -> tuple[Ballots, VoterTable]:
        end = len(self.data)
        while end > begin and self.data[end - 1] == 10:
            end -= 1
        if end <= begin:
            raise PabulibError("section VOTES has no header row", self.votes_line + 1)
        after = self.data.find(b"\n", begin, end)
        after = end if after < 0 else after
        self.vote_header = [text.strip() for text in self.texts(self.data[begin:after].decode(), self.votes_line + 1)]
        names = self.vote_header
        wanted = ["voter_id", "vote"] + (["points"] if self.vote_type in ("cumulative", "scoring") else [])
        for name in wanted:
            if name not in names:
                problem = f"the header of VOTES has no column {name!r}; fields are parted by ';'"
                raise PabulibError(problem, self.votes_line + 1)
        if len(set(names)) != len(names):
            raise PabulibError("the header of VOTES names a column twice", self.votes_line + 1)
        self.repeats = 0
        self.tokens = np.zeros(len(self.projects), np.int64)
        from .pabulib_votes import read_in_bulk, read_line_by_line

        rest = self.data[after + 1 : end]
        entries = read_in_bulk(self, rest) if rest else None
        if entries is None:
            entries = read_line_by_line(self, rest)
        self.ballot_count, row, project, value = entries
        if self.repeats:
            self.notes.append(f"{self.repeats} choices were written twice on one ballot and counted once")
        grouped = Ballots(*group_rows(row, project, value, self.ballot_count, len(self.projects)))
        rows = self.text[len(self.data[: after + 1].decode()) :].rstrip("\n")
        return grouped, VoterTable(tuple(names), rows)

    def _check_totals(self, ballots: Ballots) -> None:
        """Compare what the file says about itself with what is in it: a cut or edited file shows here."""
        for key, found in (("num_projects", len(self.projects)), ("num_votes", self.ballot_count)):
            text, line, column = self.meta.get(key, ("", 0, 0))
            if line and text.strip() != str(found):
                self.bend(f"META says {key} = {_short(text)}, the file has {found}", line, column)
        if "votes" not in self.project_header:
            return
        at = self.project_header.index("votes")
        for found, (number, row, texts) in zip(self.tokens.tolist(), self.project_places, strict=True):
            said = texts[at].strip()
            if said and said != str(found):
                problem = f"this project says {_short(texts[at])} votes, its ballots are {found}"
                self.bend(problem, number, self.column(row, at))


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:37] + "...")
