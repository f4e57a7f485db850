"""What decides one request of a voter with a pass, read in a single statement.

The place, the round, its stages, the election and the ballot are the same for every voter, so they are kept in memory
under the versions of their rows: PostgreSQL gives a row that is written anew another `xmin` and `ctid`. What differs
from voter to voter, and the moment, is read each time. Whatever was kept is to be read, never written to.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from pennypot.apps.rounds.models import Round
from pennypot.apps.voting.models import Election
from pennypot.apps.voting.queries.ballots import Ballot, whole_ballot
from pennypot.house.kept import Kept

_ASKED = """
SELECT clock_timestamp(), round.id, election.id, ballot.lines,
  concat_ws(' ', place.xmin, place.ctid, round.xmin, round.ctid, election.xmin, election.ctid, stages.rows),
  entry.id, entry.area_id, form.index, sealed.commitment
FROM places_place place
JOIN rounds_round round ON round.place_id = place.id AND round.slug = %(round)s
LEFT JOIN voting_election election ON election.round_id = round.id
CROSS JOIN LATERAL (
  SELECT string_agg(concat_ws(' ', one.xmin, one.ctid), ' ' ORDER BY one.id) AS rows
  FROM rounds_stage one WHERE one.round_id = round.id) stages
CROSS JOIN LATERAL (
  SELECT string_agg(one.xmin || ' ' || one.ctid, ' ') AS lines FROM rounds_ballotitem one WHERE one.round_id = round.id
) ballot
LEFT JOIN voting_rollentry entry
  ON entry.id = %(entry)s AND entry.round_id = round.id AND entry.state IN ('invited', 'eligible')
LEFT JOIN voting_formtoken form ON form.election_id = election.id AND form.token_hash = %(token)s
LEFT JOIN voting_sealedballot sealed ON sealed.election_id = form.election_id AND sealed.index = form.index
WHERE place.slug = %(place)s
"""


@dataclass(frozen=True)
class Entry:
    """What a ballot needs to know of a roll entry that may vote."""

    pk: int
    area_id: int | None


@dataclass(frozen=True)
class Booth:
    """One request of a voter.

    Parameters
    ----------
    now
        By the database's clock.
    entry
        The roll entry of the pass; None where there is none, or it was taken off the roll meanwhile.
    sent
        Index and commitment of the ballot, where this very form was sent before.
    version
        Another one as soon as the place, the round, its stages or the election are written to.
    """

    now: datetime
    round: Round
    election: Election | None
    ballot: Ballot
    entry: Entry | None
    sent: tuple[int, bytes] | None
    version: tuple[int, str]


# Of one round: itself with place and stages, and its election. A dozen rounds with an open vote fit.
_rounds: Kept[tuple[Round, Election | None]] = Kept(most=12)
_ballots: Kept[Ballot] = Kept(most=12)


def booth(place: str, round: str, entry_id: int | None, token: bytes | None) -> Booth | None:
    """Return what decides a request, or None where there is no such round. One SQL query once a round is kept.

    Who may see the round is for the caller to ask.

    Parameters
    ----------
    entry_id
        The roll entry that the browser's pass names, if it has a pass.
    token
        The token of the form that was sent, if there is one.
    """
    given = {
        "place": place,
        "round": round,
        "entry": entry_id,
        "token": None if token is None else hashlib.sha256(token).digest(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_ASKED, given)
        found: tuple[Any, ...] | None = cursor.fetchone()
    if found is None:
        return None
    now, round_id, election_id, lines, rows, entry, area, index, commitment = found
    known, election = _rounds.get((round_id, rows), lambda: _read(round_id, election_id))
    ballot = _ballots.get((round_id, rows, lines), lambda: whole_ballot(known))
    return Booth(
        now=now,
        round=known,
        election=election,
        ballot=ballot,
        entry=None if entry is None else Entry(entry, area),
        sent=None if index is None else (index, bytes(commitment)),
        version=(round_id, rows),
    )


def _read(round_id: int, election_id: int | None) -> tuple[Round, Election | None]:
    round = Round.objects.select_related("place").prefetch_related("stages").get(pk=round_id)
    election = None if election_id is None else Election.objects.get(pk=election_id)
    if election is not None:
        election.round = round
    return round, election
