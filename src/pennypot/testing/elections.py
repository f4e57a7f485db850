"""An election in Brindley that is ready to vote: keys made and rehearsed through the real ceremony, voting open now."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

import pytest

from pennypot.testing.cast import Cast
from pennypot.testing.rounds import make_round, put_in_stage, write_past_triggers

# Costs in pence of the projects on the ballot, by number.
COSTS = {1: 12_000_00, 2: 9_000_00, 3: 8_000_00, 4: 5_000_00, 5: 3_000_00, 6: 20_000_00}


@dataclass
class Story:
    """An election and what its people hold.

    Attributes
    ----------
    shares
        The three shares as printed, by number; Aled holds 1, Sam 2 and Carys 3.
    holders
        The people by share.
    """

    election: Any
    round: Any
    shares: dict[int, str]
    holders: dict[int, Any]
    cast: Cast


@pytest.fixture
def an_election(cast: Cast) -> Story:
    """Make an election of the six projects in `COSTS`, with voting open now."""
    return make_election(cast)


def make_election(
    cast: Cast, *, stage: str = "voting", slug: str = "spring-2027", costs: dict[int, int] | None = None, **values: Any
) -> Story:
    """Make a ready election; `costs` are pence by project number, `values` columns of `Round`."""
    from pennypot.apps.voting.actions import ceremony
    from pennypot.apps.voting.models import Election

    for person in cast.everyone().values():
        person.second_factor = True
    round = make_round(cast, slug=slug, stage="ballot", **values)
    fill_pot(round)
    fix_ballot(round, cast, costs)
    election = ceremony.prepare_election(cast.aled, round)
    holders = {1: cast.aled, 2: cast.sam, 3: cast.carys}
    ceremony.begin(cast.aled, election, holders)
    shares = {holder.which: ceremony.take_share(holders[holder.which], holder).text for holder in _holders(election)}
    first, second, _ = _holders(election)
    assert not ceremony.rehearse(cast.aled, first, shares[1])
    assert ceremony.rehearse(cast.sam, second, shares[2])
    round = put_in_stage(round, stage)
    return Story(Election.objects.select_related("round__place").get(pk=election.pk), round, shares, holders, cast)


def fill_pot(round: Any) -> None:
    """Put the round's money into its pot."""
    from pennypot.apps.fund.actions.books import Move, accounts, post

    outside = accounts(round.place, [("outside", "", None)])["outside"]
    move = Move(outside, round.account, round.budget_pence)
    post(round.place, key=f"fill {round.pk}", kind="match", year=round.year, moves=[move])


def fix_ballot(round: Any, cast: Cast, costs: dict[int, int] | None = None) -> None:
    """Put projects on the ballot as they are, past proposing and review."""
    from pennypot.apps.rounds.clock import database_now
    from pennypot.apps.rounds.models import BallotItem, Proposal
    from pennypot.apps.talk.models import Thread

    def write() -> None:
        for place, (number, cost) in enumerate((costs or COSTS).items(), start=1):
            title = f"Project {number}"
            thread = Thread.objects.create(place=round.place, address=f"/t/{round.pk}/{number}", subject=title)
            proposal = Proposal.objects.create(
                round=round,
                number=number,
                title=title,
                plain_summary=f"What project {number} is about.",
                state="submitted",
                submitted_at=database_now(),
                version=1,
                decision="accepted",
                owner=cast.asha,
                thread=thread,
                cost_pence=cost,
                proposed_cost_pence=cost,
            )
            BallotItem.objects.create(
                round=round,
                proposal=proposal,
                number=number,
                position=place,
                title=title,
                summary=proposal.plain_summary,
                cost_pence=cost,
            )

    write_past_triggers(write)


def voters(round: Any, number: int) -> list[Any]:
    """Put people on the roll who have shown that they may vote."""
    from datetime import date

    from pennypot.apps.voting.models import RollEntry

    return RollEntry.objects.bulk_create(
        [
            RollEntry(
                round=round,
                how="posted_code",
                code_hash=secrets.token_bytes(32),
                state="eligible",
                day=date(2027, 5, 3),
            )
            for _ in range(number)
        ]
    )


def _holders(election: Any) -> list[Any]:
    return list(election.key_holders.select_related("election__round__place").order_by("which"))
