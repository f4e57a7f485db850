"""Opening the ballots of a closed election and counting them. It reads the log and writes nothing."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection

from pennypot.apps.voting.choices import Choices, check
from pennypot.apps.voting.configuration import card_from, form_from
from pennypot.apps.voting.log.leaves import canonical
from pennypot.apps.voting.models import Election
from pennypot.apps.voting.sealing import CannotOpen, Opener, choices_in
from pennypot.count import Election as CountElection
from pennypot.count import Project, count, read_pabulib, write_pabulib
from pennypot.count.certificate import certificate

AT_ONCE = 5_000
THREADS = 2

# Ballots that count: neither replaced nor void. In the order of their commitments, which is as good as shuffled.
_BALLOTS = """
SELECT ballot.commitment, ballot.sealed FROM voting_sealedballot ballot
WHERE ballot.election_id = %s AND NOT EXISTS (
  SELECT 1 FROM voting_logevent later WHERE later.election_id = ballot.election_id AND later.refers = ballot.index)
ORDER BY ballot.commitment
"""

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Opened:
    """What was in the ballots that count.

    Attributes
    ----------
    bodies
        The opened ballots as bytes, in the order of their commitments.
    ballots
        How many voters cast each choice (a tuple as `choices` writes it); only choices that hold.
    invalid, unopened
        Commitments of ballots whose choices do not hold, and of those that the key did not open, in hexadecimal.
    """

    bodies: list[bytes]
    ballots: Counter[tuple[Any, ...]]
    invalid: list[str]
    unopened: list[str]


@dataclass(frozen=True)
class Counted:
    """The count: the Pabulib file, the certificate, and what the log's last leaf binds."""

    pb: str
    certificate: dict[str, Any]
    result: dict[str, Any]


def open_ballots(election: Election, private_key: bytes, progress: Progress = lambda done, total: None) -> Opened:
    """Open every ballot that counts, and check each against what it committed to and against the ballot form.

    Parameters
    ----------
    private_key
        Of two shares.
    progress
        Called with ballots opened, and ballots in all.
    """
    form = form_from(election.config)
    opener = Opener(private_key)

    def opened(row: tuple[bytes, bytes]) -> bytes | None:
        try:
            return opener.open(bytes(row[1]), bytes(row[0]))
        except CannotOpen:
            return None

    bodies: list[bytes] = []
    by_choices: dict[str, list[bytes]] = {}
    unopened: list[str] = []
    with ThreadPoolExecutor(THREADS) as threads:
        done = 0
        for rows, total in _in_parts(election):
            for (commitment, _sealed), body in zip(rows, threads.map(opened, rows, chunksize=200), strict=True):
                if body is None:
                    unopened.append(bytes(commitment).hex())
                    continue
                bodies.append(body)
                by_choices.setdefault(canonical(choices_in(body)).decode(), []).append(bytes(commitment))
            done += len(rows)
            progress(done, total)
    ballots: Counter[tuple[Any, ...]] = Counter()
    invalid: list[str] = []
    for text, commitments in by_choices.items():
        found = check(form, json.loads(text))
        if isinstance(found, Choices):
            ballots[found.value] += len(commitments)
        else:
            invalid += [commitment.hex() for commitment in commitments]
    return Opened(bodies, ballots, sorted(invalid), unopened)


def count_ballots(election: Election, opened: Opened, *, seed: str, withdrawn: list[int]) -> Counted:
    """Count opened ballots by the frozen configuration.

    Parameters
    ----------
    seed
        Result of the public draw.
    withdrawn
        Numbers of projects that can no longer win.
    """
    config = election.config
    pb = write_pabulib(_election_of(config, opened))
    # From the file, not from memory: whoever counts the file again counts the very same election.
    read = read_pabulib(pb.encode())
    card = card_from(config, seed=seed, withdrawn=withdrawn, unit=100 // 10**read.decimals)
    counted = count(read, card)
    made: dict[str, Any] = json.loads(canonical(certificate(read, counted)))
    result = {
        "ballots": sum(opened.ballots.values()),
        "invalid": opened.invalid,
        "unopened": opened.unopened,
        "seed": seed,
        "withdrawn": withdrawn,
        "winners": [int(winner) for winner in counted.winners],
        "parts_pence": {key: amount * 100 // 10**read.decimals for key, amount in (counted.parts or {}).items()},
        "cost_pence": counted.cost * 100 // 10**read.decimals,
        "pb_sha256": hashlib.sha256(pb.encode()).hexdigest(),
        "rule_sha256": card.sha256,
    }
    return Counted(pb, made, result)


def _election_of(config: dict[str, Any], opened: Opened) -> CountElection:
    """The election in pence; equal ballots stand together, so that their order tells nothing."""
    listed = sorted(opened.ballots)
    if config["form"] == "points":
        ballots: list[Any] = [{str(number): points for number, points in one} for one in listed]
    else:
        ballots = [[str(number) for number in one] for one in listed]
    made = CountElection.build(
        [Project(str(one["id"]), one["cost_pence"], one["columns"]) for one in config["projects"]],
        config["budget_pence"],
        ballots,
        vote_type=config["vote_type"],
        weights=[opened.ballots[one] for one in listed],
        meta=config["meta"],
    )
    return replace(made, decimals=2)


def _in_parts(election: Election) -> Iterator[tuple[list[tuple[bytes, bytes]], int]]:
    with connection.cursor() as cursor:
        cursor.execute(_BALLOTS, [election.pk])
        total = cursor.rowcount
        while rows := cursor.fetchmany(AT_ONCE):
            yield rows, total
