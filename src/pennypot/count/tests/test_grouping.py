"""Reading votes quickly: the lanes agree, and no collision of marks or hashes can merge or mistake anything."""

import numpy as np
import pytest

from pennypot.count import Election, PabulibError, grouping, pabulib_scan, pabulib_votes, read_pabulib

LONG = "BO.D15.10/" + "x" * 20


def town(ids: list[str], ballots: list[str], kind: str = "approval") -> bytes:
    lines = ["META", "key;value", f"num_projects;{len(ids)}", f"num_votes;{len(ballots)}", "budget;100",
             f"vote_type;{kind}", "PROJECTS", "project_id;cost"]  # fmt: skip
    lines += [f"{name};10" for name in ids] + ["VOTES", "sex;vote;voter_id"]
    lines += [f"F, or M;{ballot};voter number {number:012}" for number, ballot in enumerate(ballots)]
    return "\n".join(lines).encode()


def choices(election: Election) -> list:
    ballots = election.ballots
    return [ballots.start.tolist(), ballots.project.tolist(), ballots.weight.tolist(),
            None if ballots.value is None else ballots.value.tolist()]  # fmt: skip


@pytest.fixture
def scanned(monkeypatch):
    """Read small files by the lane for large ones."""
    monkeypatch.setattr(pabulib_votes, "_SMALL", -1)
    monkeypatch.setattr(pabulib_votes, "_split", lambda *_: pytest.fail("the scan gave up"))


@pytest.mark.parametrize("kind", ["approval", "ordinal"])
def test_both_quick_lanes_read_the_same(kind, scanned):
    ids = ["1", "12", "123456789", LONG, LONG + "y", "é"]
    ballots = ["1,12", "", "12,1", LONG, f"{LONG}y,{LONG},é", "123456789", "", "1"]
    data = town(ids, ballots, kind)
    scan = choices(read_pabulib(data))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pabulib_votes, "read_in_bulk", lambda *_: None)
        assert choices(read_pabulib(data)) == scan


def test_a_large_file_is_read_in_pieces(scanned, monkeypatch):
    monkeypatch.setattr(pabulib_scan, "_AT_A_TIME", 50)
    read = read_pabulib(town(["a", "b"], ["a", "b", "a,b", "b,a", ""] * 9))
    assert choices(read) == [[0, 1, 2, 4, 4], [0, 1, 0, 1], [9, 9, 18, 9], None]


@pytest.mark.parametrize("ballot", ["c", "aa", "a,", "a,,b", "A", " a", "a" * 70])
def test_the_scan_never_takes_one_id_for_another(ballot):
    data = town(["a", "b"], ["a,b"] * 2000 + [ballot])
    with pytest.raises(PabulibError, match="line 2013"):
        read_pabulib(data)


def test_a_voter_listed_twice_is_found_in_a_large_file():
    data = town(["a", "b"], ["a,b"] * 2000).replace(b"voter number 000000001999", b"voter number 000000000007")
    with pytest.raises(PabulibError, match="line 2012, column 13: voter 'voter number 000000000007' is listed twice"):
        read_pabulib(data)


def test_ballots_that_share_a_mark_are_compared_in_full(monkeypatch):
    monkeypatch.setattr(grouping, "_stir", lambda mark: np.zeros_like(mark))
    grouped = grouping.group_rows(np.array([0, 1, 2, 3]), np.array([1, 0, 1, 0]), None, 5, 2)
    assert [part.tolist() for part in grouped if part is not None] == [[0, 1, 2, 2], [1, 0], [2, 2, 1]]


def test_many_projects_or_very_long_ids_are_left_to_the_next_lane():
    for ids in ([str(at) for at in range(2100)], ["a" * 65, "b"]):
        read = read_pabulib(town(ids, [f"{ids[0]},{ids[1]}", ids[-1]] * 1500))
        assert read.ballots.weight.tolist() == [1500, 1500]
