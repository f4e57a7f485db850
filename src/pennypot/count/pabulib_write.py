"""Pabulib files (`.pb`), written: reading the text again gives the same election."""

from __future__ import annotations

from fractions import Fraction

from .election import Election


def write_pabulib(election: Election) -> str:
    """Write an election as Pabulib text, with every column that was read.

    Elections made from objects get voter ids 1, 2, 3 ...; reading the text again gives the same election.
    """
    meta = dict(election.meta)
    meta |= {"num_projects": str(len(election.projects)), "num_votes": str(election.voters)}
    meta["vote_type"] = election.vote_type
    if Fraction(meta.get("budget", -1)) * 10**election.decimals != election.budget:
        meta["budget"] = _amount(election, election.budget)
    lines = ["META", "key;value"]
    lines += [f"{_field(key)};{_field(value)}" for key, value in meta.items()]
    extra = list(election.projects[0].columns) if election.projects else []
    lines += ["PROJECTS", ";".join(["project_id", "cost", *map(_field, extra)])]
    for project in election.projects:
        values = [project.id, _amount(election, project.cost), *(project.columns.get(key, "") for key in extra)]
        lines.append(";".join(map(_field, values)))
    lines.append("VOTES")
    if election.table is not None:
        lines.append(";".join(map(_field, election.table.header)))
        return "\n".join(lines) + "\n" + election.table.text + ("\n" if election.table.text else "")
    pointed = election.vote_type in ("cumulative", "scoring")
    lines.append("voter_id;vote;points" if pointed else "voter_id;vote")
    lines += _written_ballots(election, pointed)
    return "\n".join(lines) + "\n"


def _written_ballots(election: Election, pointed: bool) -> list[str]:
    ballots, lines, voter = election.ballots, [], 0
    ids = [project.id for project in election.projects]
    for group, weight in enumerate(ballots.weight.tolist()):
        part = slice(ballots.start[group], ballots.start[group + 1])
        pairs = [(ids[at], 0) for at in ballots.project[part].tolist()]
        if ballots.value is not None:
            pairs = [(name, value) for (name, _), value in zip(pairs, ballots.value[part].tolist(), strict=True)]
        if election.vote_type == "ordinal":
            pairs.sort(key=lambda pair: pair[1])
        text = ",".join(name for name, _ in pairs)
        if pointed:
            text += ";" + ",".join(str(value) for _, value in pairs)
        for _ in range(weight):
            voter += 1
            lines.append(f"{voter};{text}")
    return lines


def _amount(election: Election, amount: int) -> str:
    if not election.decimals:
        return str(amount)
    digits = str(amount).rjust(election.decimals + 1, "0")
    return f"{digits[: -election.decimals]}.{digits[-election.decimals :]}"


def _field(text: str) -> str:
    if ";" in text or text.startswith('"'):
        return '"' + text.replace('"', '""') + '"'
    return text
