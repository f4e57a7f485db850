"""What a result page says would have changed a project's fate is true: the change is made and everything counted again.

The change is made in the text of the ballots, with nothing of the code that found it.
"""

from __future__ import annotations

import re
from itertools import combinations
from types import SimpleNamespace

import pytest

from pennypot.apps.rounds import explaining
from pennypot.apps.rounds.explaining import Unfit, read
from pennypot.apps.rounds.result_words import tie_said
from pennypot.apps.rounds.tests.counted import TOWN, written
from pennypot.count import RuleCard, count, read_pabulib
from pennypot.count.certificate import certificate
from pennypot.count.tests.archive import needs_archive, some

ADD1 = RuleCard()
GREEDY = RuleCard(rule="greedy", measure="votes", completion="none")
REAL = ["Netherlands_Assen_2024.pb", "Poland_Lodz_2022_Koziny.pb"]


def ours(data):
    """A file as our rounds write it: ids are numbers, nothing about voters."""
    election = read_pabulib(data, strict=False)
    return written(election, {project.id: str(at) for at, project in enumerate(election.projects, 1)})


def reading_of(pb, card):
    election = read_pabulib(pb.encode())
    return read(pb.encode(), certificate(election, count(election, card)))


def winners(pb, card):
    return count(read_pabulib(pb.encode()), card, alternatives=False, trail=False).winners


def with_more_votes(pb, project, more):
    head, votes = pb.split("\nVOTES\n")
    votes += "".join(f"more{number};{project}\n" for number in range(more))
    voters = int(re.search(r"num_votes;(\d+)", head).group(1)) + more
    return re.sub(r"num_votes;\d+", f"num_votes;{voters}", head) + "\nVOTES\n" + votes


def at_cost(pb, project, pence):
    pounds = f"{pence // 100}.{pence % 100:02d}" if pence % 100 else str(pence // 100)
    return re.sub(rf"(?m)^{project};[0-9.]+;", f"{project};{pounds};", pb, count=1)


def check(pb, card):
    reading = reading_of(pb, card)
    tried = 0
    for project, told in reading.outcomes.items():
        assert told["funded"] == (project in winners(pb, card))
        if told.get("votes_more"):
            tried += 1
            assert project in winners(with_more_votes(pb, project, told["votes_more"]), card)
            if told["votes_more"] > 1:
                assert project not in winners(with_more_votes(pb, project, told["votes_more"] - 1), card)
        if told.get("cost_to_win_pence"):
            tried += 1
            wins_at = told["cost_to_win_pence"]
            assert told["cost_pence"] - told["cost_less_pence"] == wins_at
            assert project in winners(at_cost(pb, project, wins_at), card)
            assert project not in winners(at_cost(pb, project, wins_at + 100), card)
        for rival in told.get("without") or ():
            tried += 1
            assert project in winners(pb, card.but(withdrawn=(rival,)))
    return tried


@pytest.mark.parametrize("card", [ADD1, GREEDY], ids=["equal-shares", "greedy"])
def test_the_sentences_of_a_small_town_are_true(card):
    assert check(ours(TOWN.read_bytes()), card) >= 4


@needs_archive
@pytest.mark.shared
@pytest.mark.parametrize("card", [ADD1, GREEDY], ids=["equal-shares", "greedy"])
@pytest.mark.parametrize("name", REAL)
def test_the_sentences_of_real_elections_are_true(name, card):
    assert check(ours(some(*REAL)[name]), card) >= 5


def choosing_it_too(pb, project, lines):
    """The ballots with a project added to some of them, by the number of the line."""
    head, votes = pb.split("\nVOTES\n")
    names, *rows = votes.splitlines()
    at = names.split(";").index("vote")
    for line in lines:
        cells = rows[line].split(";")
        cells[at] = f"{cells[at]},{project}" if cells[at] else project
        rows[line] = ";".join(cells)
    return f"{head}\nVOTES\n{names}\n" + "\n".join(rows) + "\n"


def without_it(pb, project):
    """Numbers of the lines of ballots that do not choose a project."""
    names, *rows = pb.split("\nVOTES\n")[1].splitlines()
    at = names.split(";").index("vote")
    return [line for line, row in enumerate(rows) if project not in row.split(";")[at].split(",")]


@pytest.mark.parametrize("card", [ADD1, GREEDY], ids=["equal-shares", "greedy"])
def test_so_many_of_the_other_voters_could_have_won_it_as_the_page_says(card):
    pb = ours(TOWN.read_bytes())
    told = {project: one["adds"] for project, one in reading_of(pb, card).outcomes.items() if "adds" in one}
    assert told
    for project, adds in told.items():
        others = without_it(pb, project)
        tried = [project in winners(choosing_it_too(pb, project, some), card)
                 for some in combinations(others, adds["right"])]  # fmt: skip
        assert any(tried), project
        if card is GREEDY:  # whoever they are: only the number counts
            assert all(tried) and adds["any"] == adds["right"]
            fewer = combinations(others, adds["right"] - 1)
            assert not any(project in winners(choosing_it_too(pb, project, some), card) for some in fewer)


def test_what_would_take_too_long_to_find_out_is_left_out(monkeypatch):
    pb = ours(TOWN.read_bytes())
    monkeypatch.setattr(explaining, "_seconds_of_a_count", lambda election, result: 10.0)
    outcomes = reading_of(pb, ADD1).outcomes
    assert all(one["without"] for one in outcomes.values() if one["project"] == "2")  # three winners: 30 seconds
    assert not [one for one in outcomes.values() if "adds" in one]
    monkeypatch.setattr(explaining, "_seconds_of_a_count", lambda election, result: 100.0)
    assert not [one for one in reading_of(pb, ADD1).outcomes.values() if one.get("without")]


def test_what_other_rules_would_have_done_is_what_they_do():
    pb = ours(TOWN.read_bytes())
    for row in reading_of(pb, ADD1).compared:
        assert list(winners(pb, RuleCard.from_data(row["card"]))) == row["winners"]


def test_amounts_are_whole_pence_whatever_the_file_counts_in():
    in_pounds = reading_of(ours(TOWN.read_bytes()), ADD1)
    in_pence = ours(TOWN.read_bytes().replace(b"budget;1050", b"budget;1050.00").replace(b"mural;250", b"mural;250.50"))
    with_pence = reading_of(in_pence, ADD1)
    assert in_pounds.summary["budget_pence"] == with_pence.summary["budget_pence"] == 1_050_00
    assert with_pence.outcomes["6"]["cost_pence"] == 250_50
    assert in_pounds.outcomes["2"]["held_pence"] == 122_00
    assert in_pounds.outcomes["1"]["price_pence"] == 71_43


def test_every_tie_is_told_with_what_would_have_been():
    lines = ["META", "key;value", "num_projects;2", "num_votes;2", "budget;100", "vote_type;approval", "PROJECTS",
             "project_id;cost", "1;100", "2;100", "VOTES", "voter_id;vote", "1;1", "2;2"]  # fmt: skip
    tie = reading_of("\n".join(lines) + "\n", GREEDY).ties[0]
    assert tie["matters"] and tie["decided_by"] == "lot"
    first, second = tie["among"]
    assert tie["otherwise"] == [{"first": second, "added": [second], "lost": [first]}]


def test_a_tie_that_was_met_at_an_earlier_step_says_so():
    found = {"round": 1, "step": 3, "among": ["1", "2"], "decided_by": "cost", "matters": False, "otherwise": []}
    kept = explaining._tie(found, SimpleNamespace(winners=("1",)))
    assert kept["step"] == 3
    assert "before the shares had been raised" in tie_said(kept, str)
    at_the_end = explaining._tie(
        {key: value for key, value in found.items() if key != "step"}, SimpleNamespace(winners=())
    )
    assert "before the shares" not in tie_said(at_the_end, str)


def test_a_certificate_of_other_ballots_is_not_read():
    pb = ours(TOWN.read_bytes())
    other = with_more_votes(pb, "2", 3)
    with pytest.raises(Unfit):
        read(other.encode(), certificate(read_pabulib(pb.encode()), count(read_pabulib(pb.encode()), ADD1)))
