"""A paper table that is typed by codes is the same table as one that plays on phones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from pennypot.play import Illegal, apply, begin, dumped, loaded, shipped
from pennypot.play.codes import code_of
from pennypot.play.rehearsal import rehearse
from pennypot.play.sheet import BadLine, moves_of, seats_in_order
from pennypot.play.state import State

PACK = shipped("tilbrook")
LETTER = {"support": "s", "live": "l", "concern": "c", "hold": "h"}
BOSS = ("start", "advance", "rollback", "draw", "inject", "abandon")


def code(kind: str, card: str) -> str:
    return code_of(PACK, kind, card)


def project(state: State, name: str) -> str:
    return code("idea", state.projects[name].card) if state.projects[name].card else name


def typed(state: State, move: Mapping[str, Any]) -> str:
    """Write a move as a scribe would."""
    do = move["do"]
    if do == "close":
        return "close"
    seat = str(seats_in_order(PACK, state).index(move["seat"]) + 1)
    name = project(state, move["project"]) if "project" in move else ""
    if do in ("take_seat", "leave"):
        return seat + ("+" if do == "take_seat" else "-")
    if do == "react":
        return f"{seat}{LETTER[move['reaction']]} {move.get('reason', '')}"
    if do == "consent":
        return f"{seat} {'y' if move['yes'] else 'n'}"
    if do == "dots":
        return f"{seat} " + " ".join(code("need", need) for need in move["needs"])
    if do == "propose":
        kind = {"cut": "line", "pool": "pool", "respond": "event"}[move["kind"]]
        more = str(move["level"]) if kind == "line" else ""
        if kind == "event":
            choices = [choice.id for choice in PACK.event[move["card"]].choices]
            more = str(choices.index(move["choice"]) + 1)
        return f"{seat} {code(kind, move['card'])} {more}"
    if do == "amend":
        assert state.proposal is not None
        depth = str(move["level"]) if "level" in move else ""
        if "choice" in move:
            choices = [choice.id for choice in PACK.event[state.proposal.card].choices]
            depth = str(choices.index(move["choice"]) + 1)
        return " ".join(f"{seat} amend {depth} {move.get('safeguard', '')}".split())
    if do == "reveal":
        facts = [fact.id for fact in (*PACK.role[move["seat"]].know, *PACK.role[move["seat"]].care)]
        return f"{seat} tells {facts.index(move['fact']) + 1}"
    if do == "draft":
        return f"{seat} {code('idea', move['card'])}"
    if do in ("pledge", "unpledge"):
        sign = "-" if do == "unpledge" else ""
        return f"{seat} {name} {sign}£{move['pence'] // 100:,}.{move['pence'] % 100:02d}"
    if do == "offer":
        return f"{seat} {code('asset', move['asset'])} {name} {move['units']}"
    if do == "story":
        return f"{seat} {code('persona', move['persona'])} {move['day']} / {move['loses']} / {move['did']}"
    if do == "ratify":
        said = f"{move.get('regret', '')} / {move.get('missing', '')}"
        return f"{seat} plan {LETTER[move['reaction']]} {move['confidence']}: {said}"
    words = {"withdraw": "back", "lead": "lead", "unlead": "unlead", "sign_off": "sign", "drop": "drop"}
    return f"{seat} {({**words, 'carry': 'carry'})[do]} {name}"


@pytest.mark.parametrize("seed", range(3))
def test_a_whole_game_typed_by_codes_ends_as_the_same_table(seed: int) -> None:
    game = rehearse(PACK, seed, ("generous", "stubborn", "cautious", "custodial", "dropping-out"))
    phones = paper = begin(PACK)
    verbs = set()
    for move in game.moves:
        phones, _ = apply(PACK, phones, move)
        lines = [move] if move["do"] in BOSS else moves_of(PACK, paper, typed(paper, move))
        for one in lines:
            paper, _ = apply(PACK, loaded(dumped(paper)), one)
        verbs.add(move["do"])
    assert dumped(paper) == dumped(phones)
    assert {"react", "propose", "dots", "draft", "pledge", "offer", "lead", "ratify", "story"} <= verbs


@pytest.fixture
def cutting() -> State:
    """A table of four in Cut."""
    state = begin(PACK)
    for move in moves_of(PACK, state, "1+\n2+\n3+\n4+"):
        state, _ = apply(PACK, state, move)
    for do in ("start", "advance", "advance", "advance"):
        state, _ = apply(PACK, state, {"do": do, "by": "facilitator"})
    return state


def test_one_question_and_all_its_answers_are_two_lines(cutting: State) -> None:
    roads = code("line", "roads")
    moves = moves_of(PACK, cutting, f"1 {roads.lower()} 1\n1s 2l 3S 4c Buses first, please.")
    assert [move["do"] for move in moves] == ["propose", "react", "react", "react", "react"]
    for move in moves:
        cutting, _ = apply(PACK, cutting, move)
    assert cutting.levels == {"roads": 1}
    assert cutting.decisions[0].proposal.reactions["council"].reason == "Buses first, please."


def test_the_letters_of_a_role_name_a_seat_too(cutting: State) -> None:
    line = f"{code('role', 'group')} {code('line', 'bins')} 2"
    assert moves_of(PACK, cutting, line)[0]["seat"] == "group"


def test_a_line_that_is_wrong_says_which_and_why(cutting: State) -> None:
    roads = code("line", "roads")
    for text, number, why in (
        (f"1 {roads} 1\n\n1 {roads} 2", 3, "on the table already"),
        ("1 ZZZ", 1, "No card has the letters"),
        ("9 ZZZ", 1, "There is no seat 9"),
        (f"1 {roads} deep", 1, "whole number"),
        (f"1 {roads} 1\n4h", 2, "missing"),
        ("1", 1, "write what it did"),
        (f"1 {code('idea', 'lunch-club')} £5", 1, "not on the table yet"),
        ("1y yes", 1, "not understood"),
    ):
        with pytest.raises(BadLine) as found:
            moves_of(PACK, cutting, text)
        assert found.value.number == number
        assert why in found.value.sentence.said


def test_an_idea_of_their_own_and_something_they_bring(cutting: State) -> None:
    for _ in range(3):
        cutting, _entries = apply(PACK, cutting, {"do": "advance", "by": "facilitator"})
    well = code("need", "well")
    text = (
        f"2 brings room 2: The chapel on Mondays\n2 own £1,200 yearly room 1 {well}: Soup / Every Monday\n2 own1 p1 1\n"
    )
    text += (
        "2 lead p1\n2 p1 £1,200\n2 p1 -£200\n2 keep p1 Nobody is asked who they are\n2 own1 p1 0\n2 asks kit: A van?"
    )
    for move in moves_of(PACK, cutting, text):
        cutting, _entries = apply(PACK, cutting, move)
    project = cutting.projects["p1"]
    assert (project.title, project.text, project.cost_pence, project.cash_pence) == (
        "Soup",
        "Every Monday",
        120000,
        100000,
    )
    assert (project.needs, dict(project.slots), project.yearly) == (("well",), {"room": 1}, True)
    assert (cutting.offers, cutting.asks[0][1:]) == ({}, ("kit", "A van?"))


@pytest.mark.parametrize(
    "text", ["1 own", "close", "1 plan", "1 own £", "1 " + "x" * 5000, "\0", "1 own:", "²+", "1 tells ٣"]
)
def test_whatever_is_typed_is_a_line_or_a_reason(cutting: State, text: str) -> None:
    with pytest.raises(BadLine):
        moves_of(PACK, cutting, text)


def test_who_acts_for_a_seat_is_written_down(cutting: State) -> None:
    assert moves_of(PACK, cutting, f"1 {code('line', 'roads')} 1", by="facilitator")[0]["by"] == "facilitator"
    with pytest.raises(ValueError, match="nobody"):
        moves_of(PACK, cutting, "1+", by="a cat")
    assert isinstance(Illegal("x"), Exception)
