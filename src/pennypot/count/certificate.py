"""Certificates: a result with all that anyone needs to count again and see whether it holds."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from .card import RuleCard
from .counting import count
from .election import Election
from .fairness import check, coverage
from .result import Result

FORMAT = "pennypot-count-certificate/1"


def certificate(election: Election, result: Result) -> dict[str, Any]:
    """Make the certificate of a result: data for canonical JSON, sealed with its own hash."""
    from . import __version__

    made = {
        "format": FORMAT,
        "library": f"pennypot.count {__version__}",
        "checks": check(election, result),
        "coverage": coverage(election, result),
    } | result.as_data()
    return made | {"certificate_sha256": _seal(made)}


def canonical(data: dict[str, Any]) -> str:
    """The one way to write a certificate: sorted keys, no spaces, UTF-8, one line."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _seal(data: dict[str, Any]) -> str:
    bare = {key: value for key, value in data.items() if key != "certificate_sha256"}
    return hashlib.sha256(canonical(bare).encode()).hexdigest()


def recount(claimed: dict[str, Any], election: Election) -> list[str]:
    """Count again and compare.

    Parameters
    ----------
    claimed : dict
        A certificate, as read from JSON.
    election : Election
        The ballots, from wherever the person who checks got them.

    Returns
    -------
    list of str
        What does not hold, in words; empty if all of it does.
    """
    if claimed.get("format") != FORMAT:
        return [f"this is no certificate that this version knows (its format is {claimed.get('format')!r})"]
    wrong = []
    if claimed.get("certificate_sha256") != _seal(claimed):
        wrong.append("the certificate was changed after it was made: its own hash does not match")
    same_ballots = claimed.get("counted_sha256") == election.canonical_sha256
    if not same_ballots:
        wrong.append("the ballots, costs or budget are not those that were counted")
    elif claimed.get("election_sha256") != election.sha256:
        wrong.append("the file is not the same, byte for byte, although it holds the same projects and ballots")
    try:
        card = RuleCard.from_data(claimed["rule"])
    except (KeyError, ValueError) as error:
        return [*wrong, f"the rule card cannot be read: {error}"]
    if claimed.get("rule_sha256") != card.sha256:
        wrong.append("the rule card does not match its hash")
    try:
        again = json.loads(canonical(certificate(election, count(election, card))))
    except ValueError as error:
        return [*wrong, f"the rule cannot be carried out: {error}"]
    for key in dict.fromkeys([*_NAMED, *again, *claimed]):
        if key not in _SEEN_TO and _text(claimed, key) != _text(again, key):
            name = _NAMED.get(key, f"what it says of {key!r}")
            wrong.append(f"{name}: {_first_difference(claimed.get(key), again.get(key))}")
    return wrong


# Looked at before; the version of the library is told, no count can check it.
_SEEN_TO = {"format", "library", "certificate_sha256", "counted_sha256", "election_sha256", "rule_sha256"}
_NAMED = {
    "winners": "the winners (or their order) differ",
    "cost": "the cost differs",
    "budget": "the budget differs",
    "ties": "the ties differ",
    "trail": "the rounds differ",
    "rule": "the rule card is written otherwise",
    "parts": "what is funded in part differs",
    "endowment": "the endowment differs",
    "steps": "the Add1 steps differ",
    "objective": "the welfare differs",
    "checks": "the fairness checks differ",
    "coverage": "the coverage of voters differs",
}


def _text(data: dict[str, Any], key: str) -> str:
    """One value as canonical JSON, which keeps 1, 1.0 and true apart; nothing where it is missing."""
    return json.dumps(data[key], sort_keys=True) if key in data else ""


def _first_difference(claimed: Any, found: Any) -> str:
    if isinstance(claimed, list) and isinstance(found, list):
        for at, (a, b) in enumerate(zip(claimed, found, strict=False), 1):
            if a != b:
                return f"at {at}, claimed {_brief(a)}, counted {_brief(b)}"
        return f"claimed {len(claimed)} entries, counted {len(found)}"
    return f"claimed {_brief(claimed)}, counted {_brief(found)}"


def _brief(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 160 else text[:157] + "..."
