"""Reading and writing Pabulib files."""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pennypot.count import PabulibError, RuleCard, count, pabulib_votes, read_pabulib, write_pabulib
from pennypot.count.tests import archive
from pennypot.count.tests.towns import POINTS, TOWN


def read(text, **more):
    return read_pabulib(text.encode(), **more)


def same(first, second):
    return (
        first.projects == second.projects
        and first.budget == second.budget
        and first.decimals == second.decimals
        and dict(first.meta) == dict(second.meta)
        and first.table.header == second.table.header
        and first.table.rows() == second.table.rows()
        and first.canonical_sha256 == second.canonical_sha256
    )


def test_a_file_gives_its_projects_ballots_and_every_other_column():
    election = read(TOWN)
    assert [project.id for project in election.projects] == ["swings", "trees", "bench", "fence"]
    assert election.costs == [600, 300, 200, 500]
    assert election.votes == [4, 3, 3, 1]
    assert (election.budget, election.voters, election.ballots.groups) == (900, 6, 5)
    assert election.projects[1].name == "Forty trees"
    assert election.projects[1].categories == ("green",)
    assert election.table.rows()[0] == ["a", "swings,trees", "31"]
    assert election.meta["min_project_score_threshold"] == "2"


def test_equal_ballots_are_held_once_whatever_the_order_of_their_choices():
    election = read(TOWN.replace("e;trees,bench;52", "e;bench,trees;52").replace("d;trees,bench,fence", "d;bench,trees")
                    .replace("fence;500;1", "fence;500;0"))  # fmt: skip
    assert sorted(election.ballots.weight.tolist()) == [1, 1, 2, 2]


def test_points_stay_beside_their_projects():
    election = read(POINTS)
    assert election.points == [6, 5, 4]
    assert election.votes == [2, 2, 2]


def test_rankings_keep_their_order():
    text = TOWN.replace("vote_type;approval", "vote_type;ordinal").replace("d;trees,bench,fence", "d;fence,bench,trees")
    election = read(text)
    # of k choices the best gets k: swings 2+1+2+1, trees 1+1+2, bench 1+2+1, fence 3
    assert election.points == [6, 4, 4, 3]


def test_money_with_decimals_is_exact():
    election = read(TOWN.replace("budget;900", "budget;900.10").replace("fence;500;", "fence;500.05;"))
    assert (election.decimals, election.budget, election.costs[3]) == (2, 90010, 50005)
    assert election.money(election.costs[3]) == "500.05"


@pytest.mark.parametrize(
    "change", [lambda t: t.replace("\n", "\r\n"), lambda t: "\ufeff" + t, lambda t: t.rstrip("\n")]
)
def test_line_ends_a_byte_order_mark_and_a_missing_last_line_end_change_nothing(change):
    assert same(read(change(TOWN)), read(TOWN))


@pytest.mark.parametrize("text", [TOWN, POINTS])
def test_writing_and_reading_again_gives_the_same_election(text):
    election = read(text)
    assert same(read(write_pabulib(election)), election)


def test_names_with_semicolons_and_quotation_marks_survive():
    text = TOWN.replace("Forty trees", '"Trees; ""forty"" of them"')
    election = read(text)
    assert election.projects[1].name == 'Trees; "forty" of them'
    assert same(read(write_pabulib(election)), election)


WRONG = {
    "no META": (("META\nkey;value\n", ""), (1, 1), "must begin"),
    "sections in another order": (("PROJECTS\n", "META\n"), (11, 1), "out of order"),
    "no VOTES": (("VOTES\n", ""), (24, 1), "no VOTES section"),
    "wrong separator": (("project_id;cost;votes;name", "project_id,cost,votes,name"), (12, 1), "project_id"),
    "a project twice": (("trees;300", "swings;300"), (14, 1), "listed twice"),
    "an unknown project": (("d;trees,bench,fence", "d;trees,bensh,fence"), (22, 9), "'bensh'"),
    "a negative cost": (("fence;500", "fence;-500"), (16, 7), "no amount of money"),
    "a cost in words": (("fence;500", "fence;5e2"), (16, 7), "no amount of money"),
    "a cost beyond all bounds": (("fence;500", "fence;" + "9" * 5000), (16, 7), "no amount of money"),
    "a negative budget": (("budget;900", "budget;-900"), (6, 8), "no amount of money"),
    "a budget left out": (("budget;900\n", ""), (16, 1), "budget"),
    "an unknown vote type": (("vote_type;approval", "vote_type;approvals"), (7, 11), "vote_type"),
    "a field too few": (("e;trees,bench;52", "e;trees,bench"), (23, 3), "2 fields"),
    "a field too many": (("e;trees,bench;52", "e;trees,bench;52;9"), (23, 15), "4 fields"),
    "a voter twice": (("e;trees,bench;52", "d;trees,bench;52"), (23, 1), "listed twice"),
    "a voter without id": (("e;trees,bench;52", ";trees,bench;52"), (23, 1), "without an id"),
    "an empty choice": (("e;trees,bench;52", "e;trees,,bench;52"), (23, 9), "no project"),
    "fewer voters than it says": (("f;swings;28\n", ""), (5, 11), "num_votes"),
    "fewer projects than it says": (("num_projects;4", "num_projects;5"), (4, 14), "num_projects"),
    "a ballot cut short": (("d;trees,bench,fence", "d;trees,bench"), (16, 11), "1"),
    "an open quotation mark": (("Forty trees", '"Forty trees'), (14, 13), "never closed"),
    "a key twice": (("budget;900\n", "budget;900\nbudget;900\n"), (7, 1), "twice"),
    "a blank line between": (("trees;300", "\ntrees;300"), (14, 1), "blank"),
    "a zero byte": (("trees;300", "tr\0ees;300"), (14, 3), "zero byte"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_said_with_line_and_column(name):
    (old, new), place, words = WRONG[name]
    assert old in TOWN
    with pytest.raises(PabulibError) as caught:
        read(TOWN.replace(old, new, 1))
    assert (caught.value.line, caught.value.column) == place
    assert words in str(caught.value)
    assert str(caught.value).startswith(f"line {place[0]}, column {place[1]}: ")


WRONG_POINTS = {
    "points missing": ("1;a,b;4,1", "1;a,b;4", (14, 7), "1 numbers of points for 2 projects"),
    "points in words": ("1;a,b;4,1", "1;a,b;4,x", (14, 9), "'x'"),
    "points below zero": ("1;a,b;4,1", "1;a,b;4,-1", (14, 9), "'-1'"),
    "points beyond all bounds": ("1;a,b;4,1", "1;a,b;4," + "1" * 30, (14, 9), "no number of points"),
    "a project twice": ("1;a,b;4,1", "1;a,a;4,1", (14, 5), "chosen twice"),
}


@pytest.mark.parametrize("name", WRONG_POINTS)
def test_wrong_points_are_said_with_line_and_column(name):
    old, new, place, words = WRONG_POINTS[name]
    with pytest.raises(PabulibError) as caught:
        read(POINTS.replace(old, new, 1))
    assert (caught.value.line, caught.value.column) == place
    assert words in str(caught.value)


def test_bytes_that_are_no_utf8_are_refused_where_they_stand():
    with pytest.raises(PabulibError) as caught:
        read_pabulib(TOWN.replace("Forty trees", "Forty tr\u00e9es").encode("cp1252"))
    assert (caught.value.line, caught.value.column) == (14, 21)


def test_lenient_reading_repairs_and_says_what_it_did():
    text = TOWN.replace("d;trees,bench,fence", "d;trees,bensh,fence").replace("f;swings;28\n", "f;swings\n\n")
    election = read(text, strict=False)
    assert election.votes == [4, 3, 2, 1]
    assert any("'bensh'" in note for note in election.notes)
    assert any("2 fields" in note for note in election.notes)


def test_a_choice_written_twice_on_an_approval_ballot_counts_once_and_is_noted():
    election = read(TOWN.replace("b;swings;", "b;swings,swings;").replace("swings;600;4", "swings;600;5"))
    assert election.votes[0] == 4
    assert "counted once" in election.notes[0]


def test_both_lanes_read_the_same(monkeypatch):
    quick = [read(TOWN), read(POINTS)]
    monkeypatch.setattr(pabulib_votes, "read_in_bulk", lambda *_: None)
    for text, election in zip((TOWN, POINTS), quick, strict=True):
        assert same(read(text), election)


def test_the_bulk_lane_takes_well_formed_files(monkeypatch):
    monkeypatch.setattr(pabulib_votes, "read_line_by_line", lambda *_: pytest.fail("read line by line"))
    assert read(TOWN).voters == 6
    assert read(POINTS).voters == 3


def mutate(data: bytes, kind: str, draw: random.Random) -> bytes:
    """Damage a file in one of the ways that files get damaged."""
    lines = data.split(b"\n")
    at = draw.randrange(len(lines))
    if kind == "cut":
        return data[: draw.randrange(len(data))]
    if kind == "drop a line":
        return b"\n".join(lines[:at] + lines[at + 1 :])
    if kind == "repeat a line":
        return b"\n".join([*lines[: at + 1], *lines[at:]])
    if kind == "swap sections":
        swapped = data.replace(b"PROJECTS", b"\1", 1).replace(b"META", b"PROJECTS", 1)
        return swapped.replace(b"\1", b"META", 1)
    if kind == "commas for semicolons":
        lines[at] = lines[at].replace(b";", b",")
    elif kind == "an unknown project":
        lines[-2] = lines[-2].replace(b";", b";no-such-project,", 1)
    elif kind == "a number below zero":
        lines[at] = lines[at].replace(b";", b";-", 1)
    elif kind == "a huge number":
        lines[at] = lines[at].replace(b";", b";" + b"9" * draw.choice([18, 19, 30, 5000]), 1)
    elif kind == "a byte":
        here = draw.randrange(len(data))
        return data[:here] + bytes([draw.randrange(256)]) + data[here + 1 :]
    elif kind == "a mark and carriage returns":
        return b"\xef\xbb\xbf" + data.replace(b"\n", b"\r\n")
    return b"\n".join(lines)


KINDS = ["cut", "drop a line", "repeat a line", "swap sections", "commas for semicolons", "an unknown project",
         "a number below zero", "a huge number", "a byte", "a mark and carriage returns"]  # fmt: skip


def check_damaged(data: bytes, kind: str, number: int) -> None:
    """A damaged file is read as something that counts, or refused with a place; nothing else may happen."""
    damaged = mutate(data, kind, random.Random(number))
    try:
        election = read_pabulib(damaged)
    except PabulibError as error:
        assert error.line >= 1 and error.column >= 1
        assert error.line <= damaged.count(b"\n") + damaged.count(b"\r") + 2
    else:
        result = count(election, RuleCard(rule="greedy"), alternatives=False)
        assert result.cost <= election.budget
        assert same(read_pabulib(write_pabulib(election).encode()), election)
    lenient = None
    try:
        lenient = read_pabulib(damaged, strict=False)
    except PabulibError as error:
        assert error.line >= 1
    assert lenient is None or lenient.voters >= 0


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from([TOWN, POINTS]), st.sampled_from(KINDS), st.integers(0, 10**6))
def test_damaged_files_get_a_message_or_a_right_count_never_a_traceback(text, kind, number):
    check_damaged(text.encode(), kind, number)


REAL = ("Netherlands_Assen_2024.pb", "Poland_Lodz_2022_Zdrowie-Mania.pb", "Poland_Czestochowa_2020_Mirow.pb",
        "US_Stanford_Dataset_PB_Chicago_39th_Ward_2021_vote_rankings.pb")  # fmt: skip


@archive.needs_archive
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(REAL), st.sampled_from(KINDS), st.integers(0, 10**6))
def test_damaged_real_files_get_a_message_or_a_right_count_never_a_traceback(name, kind, number):
    check_damaged(archive.some(*REAL)[name], kind, number)
