"""A round in Brindley that was voted on and counted: from real elections or a small town, ready to be published."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from pennypot.apps.fund.actions.books import Move, accounts, post
from pennypot.apps.rounds.clock import database_now
from pennypot.apps.rounds.models import BallotItem, Proposal
from pennypot.apps.talk.models import Thread
from pennypot.count import RuleCard, count, read_pabulib
from pennypot.count.certificate import canonical, certificate
from pennypot.testing.rounds import fresh, make_round, put_in_stage, write_past_triggers

TOWN = Path(__file__).resolve().parents[5] / "docs" / "count" / "examples" / "town.pb"


@dataclass(frozen=True)
class Counted:
    """Everything that the count's job hands over."""

    round: object
    pb: str
    certificate: dict
    turnout: dict


def as_round(data, cast, slug="spring-2027", card=None, areas=(), **values):
    """Make a round with these ballots: projects get numbers from 1, one unit of money is a pound."""
    election = read_pabulib(data, strict=False)
    number_of = {project.id: str(at) for at, project in enumerate(election.projects, 1)}
    pence = [project.cost * 100 // 10**election.decimals for project in election.projects]
    budget = election.budget * 100 // 10**election.decimals
    round = make_round(cast, slug=slug, stage="voting", budget_pence=budget, **values)
    write_items(round, cast, [project.name for project in election.projects], pence, areas)
    fill_pot(round, budget)
    pb = written(election, number_of)
    counted = read_pabulib(pb.encode())
    made = certificate(counted, count(counted, card or RuleCard()))
    return Counted(
        put_in_stage(round, "count"), pb, json.loads(canonical(made)), {"voters": counted.voters, "eligible": None}
    )


def write_items(round, cast, names, pence, areas=()):
    """Proposals and the ballot, written past the rules that a real round goes through."""

    def write():
        now = database_now()
        places = list(round.place.areas.order_by("name"))
        for at, (name, cost) in enumerate(zip(names, pence, strict=True), 1):
            thread = Thread.objects.create(place=round.place, address=f"/{at}/", subject=name[:120])
            proposal = Proposal.objects.create(
                round=round, number=at, title=name[:120], owner=cast.asha, state="submitted", decision="accepted",
                thread=thread, submitted_at=now, cost_pence=cost, proposed_cost_pence=cost,
                area=places[at % len(places)] if places else None, plain_summary=f"{name}, in short.",
            )  # fmt: skip
            BallotItem.objects.create(
                round=round, proposal=proposal, number=at, position=at, title=name[:120], summary=name, cost_pence=cost
            )

    write_past_triggers(write)


def fill_pot(round, pence):
    """Put the round's money into its pot, from outside."""
    found = accounts(round.place, [("outside", "", None), (round.account_code, round.title, 0)])
    move = Move(found["outside"], found[round.account_code], pence)
    post(round.place, key=f"fill:{round.pk}", kind="match", year=round.year, moves=[move])


def written(election, number_of):
    """The ballots as our own file: no columns about voters, ids as numbers."""
    meta = {
        "description": "A test", "country": "United Kingdom", "unit": "Brindley", "instance": "2027",
        "num_projects": len(election.projects), "num_votes": election.voters,
        "budget": election.money(election.budget), "vote_type": election.vote_type, "rule": "greedy",
        "currency": "GBP",
    }  # fmt: skip
    lines = ["META", "key;value", *(f"{key};{value}" for key, value in meta.items())]
    lines += ["PROJECTS", "project_id;cost;name"]
    for project in election.projects:
        name = project.name.replace(";", ",").replace('"', "'")
        lines.append(f"{number_of[project.id]};{election.money(project.cost)};{name}")
    pointed = election.vote_type in ("cumulative", "scoring")
    lines += ["VOTES", "voter_id;vote;points" if pointed else "voter_id;vote"]
    return "\n".join([*lines, *_ballots(election, number_of, pointed)]) + "\n"


def _ballots(election, number_of, pointed):
    ballots, voter = election.ballots, 0
    ids = [project.id for project in election.projects]
    for group in range(ballots.groups):
        inside = slice(ballots.start[group], ballots.start[group + 1])
        chosen = [number_of[ids[at]] for at in ballots.project[inside]]
        values = [] if ballots.value is None else ballots.value[inside].tolist()
        if election.vote_type == "ordinal":
            chosen = [one for _place, one in sorted(zip(values, chosen, strict=True))]
        for _ in range(int(ballots.weight[group])):
            voter += 1
            row = f"{voter};{','.join(chosen)}"
            yield f"{row};{','.join(map(str, values))}" if pointed else row


def refreshed(round):
    """The round as the database has it now."""
    return fresh(round)
