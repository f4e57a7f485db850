"""Closing an election: once, by the clock or by the returning officer. The roll is marked, and the round key goes."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from pennypot.apps.people.models import Person
from pennypot.apps.rounds.clock import database_now
from pennypot.apps.voting import vault
from pennypot.apps.voting.actions.checkpoints import make_checkpoint
from pennypot.apps.voting.log.leaves import canonical, leaf_parts
from pennypot.apps.voting.models import Election, LogEvent, RollEntry
from pennypot.apps.voting.permissions.core import may_close, may_witness
from pennypot.apps.voting.queries.paper import paper_totals, unfinished_paper
from pennypot.apps.voting.slots import slots_for
from pennypot.house import deeds
from pennypot.house.answers import Invalid, require

# A day on which fewer voters than this got onto the roll is not published by itself.
FEWEST_A_DAY = 5

# The last ballot of each slot that was not made void, with its channel.
_LAST = """
WITH last AS (
  SELECT DISTINCT ON (slot) slot, index FROM voting_slot WHERE election_id = %s ORDER BY slot, revision DESC
)
SELECT last.slot, convert_from(event.leaf, 'UTF8')::json ->> 'channel'
FROM last JOIN voting_logevent event ON event.election_id = %s AND event.index = last.index
WHERE NOT EXISTS (
  SELECT 1 FROM voting_logevent void
  WHERE void.election_id = %s AND void.kind = 'void' AND void.refers = last.index)
"""


def close_election(person: Person, election: Election) -> bool:
    """Close an election by hand, once voting is over and every paper ballot is in the log.

    Returns
    -------
    bool
        Whether this call closed it; False when it was closed before.

    Raises
    ------
    Invalid
        Voting is still open, or paper ballots are still being keyed.
    """
    require(may_close(person, election))
    return _close(election, person)


def close_what_is_over() -> list[str]:
    """Close every election whose voting is over by the database's clock and which waits for no paper.

    Returns
    -------
    list of str
        The elections closed, by origin.
    """
    waiting = Election.objects.filter(
        opened_at__isnull=False, closed_at__isnull=True, by_paper=False, envelopes__isnull=True, batches__isnull=True
    )
    over = waiting.filter(round__stages__kind="voting", round__stages__closes_at__lte=database_now())
    return [election.origin for election in over if _close(election, None)]


def destroy_round_key(person: Person, election: Election) -> None:
    """Destroy the key that ties voters to slots, before a witness, whose act this is.

    Raises
    ------
    Refused
        The election is still open, or the person is no witness.
    """
    with transaction.atomic():
        election = _locked(election)
        require(may_witness(person, election))
        if election.round_key_destroyed_at is not None:
            return
        vault.destroy(election.pk, vault.ROUND_KEY)
        election.round_key_destroyed_at, election.witness = database_now(), person
        election.save(update_fields=["round_key_destroyed_at", "witness"])
        deeds.record("voting.round_key.destroyed", actor=person, about=election, place=election.round.place)


def paper_left(election: Election) -> list[str]:
    """Say what is left to do on paper before the election can close."""
    return unfinished_paper(election)


def _close(election: Election, person: Person | None) -> bool:
    with transaction.atomic():
        election = _locked(election)
        if election.closed_at is not None:
            return False
        if not _voting_is_over(election):
            raise Invalid(_("Voting is still open. It can be closed when its last day is over."))
        if left := paper_left(election):
            raise Invalid(" ".join(left))
        # The leaf comes first: from here on no ballot can come in, and the slots stand still.
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM voting_head WHERE election_id = %s FOR UPDATE", [election.pk])
        counts, turnout = _mark_roll(election)
        roll = hashlib.sha256(canonical(counts)).hexdigest()
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT voting_append(%s, 'close', %s, %s, NULL)", [election.pk, *leaf_parts("close", roll=roll)]
            )
        election.closed_at, election.roll_counts, election.turnout = database_now(), counts, turnout
        election.save(update_fields=["closed_at", "roll_counts", "turnout"])
        deeds.record(
            "voting.election.closed",
            actor=person,
            about=election,
            place=election.round.place,
            after={"channels": counts["channels"]},
        )
        make_checkpoint(election)
    return True


def _mark_roll(election: Election) -> tuple[dict[str, Any], dict[str, Any]]:
    """Mark who voted, without saying where in the log.

    Returns
    -------
    (dict, dict)
        The counts that are published with the log, and the turnout by area, which is not.
    """
    channel_of = _channel_of_slots(election)
    entries = {
        entry: (day, area or "", state)
        for entry, day, area, state in RollEntry.objects.filter(round=election.round)
        .order_by("pk")
        .values_list("pk", "day", "area__name", "state")
    }
    channels: Counter[str] = Counter()
    areas: dict[str, Counter[str]] = {}
    days: Counter[str] = Counter()
    voted: list[int] = []
    for entry, slot in slots_for(election, entries):
        day, area, state = entries[entry]
        channel = channel_of.pop(slot, "paper" if state == RollEntry.State.PAPER else None)
        if channel is not None:
            areas.setdefault(area, Counter())[channel] += 1
            days[day.isoformat()] += 1
        if channel not in (None, "paper"):
            channels[channel] += 1
            voted.append(entry)
    RollEntry.objects.filter(pk__in=voted).update(state=RollEntry.State.VOTED)
    paper = _paper_ballots(election)
    totals = paper_totals(election)
    counts = {
        "channels": dict(sorted(channels.items())) | ({"paper": paper} if paper else {}),
        "days": _by_day(days),
        "roll": sum(state != RollEntry.State.REMOVED for _, _, state in entries.values()),
        "off_roll": len(channel_of),
        "envelopes": totals.opened,
        "spoilt": totals.spoilt_in_all,
    }
    on_roll = Counter(area for _, area, state in entries.values() if state != RollEntry.State.REMOVED)
    return counts, {"areas": {area: dict(one) for area, one in areas.items()}, "roll": dict(on_roll)}


def _channel_of_slots(election: Election) -> dict[bytes, str]:
    with connection.cursor() as cursor:
        cursor.execute(_LAST, [election.pk] * 3)
        return {bytes(slot): channel for slot, channel in cursor.fetchall()}


def _paper_ballots(election: Election) -> int:
    """Paper ballots in the log that are not void."""
    void = LogEvent.objects.filter(election=election, kind="void").values("refers")
    return LogEvent.objects.filter(election=election, kind="paper").exclude(index__in=void).count()


def _by_day(days: Counter[str]) -> dict[str, int]:
    """Voters by the day on which they got onto the roll; days with few are put together."""
    kept = {day: number for day, number in sorted(days.items()) if number >= FEWEST_A_DAY}
    other = sum(days.values()) - sum(kept.values())
    while 0 < other < FEWEST_A_DAY and kept:
        least = min(kept, key=lambda day: (kept[day], day))
        other += kept.pop(least)
    return kept | ({"other": other} if other else {})


def _voting_is_over(election: Election) -> bool:
    stage = election.round.stages.filter(kind="voting").first()
    return stage is not None and stage.closes_at <= database_now()


def _locked(election: Election) -> Election:
    # "no key": a ballot being cast refers to this row while it holds the log's head, and must not wait for us.
    return (
        Election.objects.select_for_update(of=("self",), no_key=True).select_related("round__place").get(pk=election.pk)
    )
