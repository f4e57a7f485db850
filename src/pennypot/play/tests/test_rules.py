"""The rules by example: what `docs/game/engine.md` says, number for number."""

from __future__ import annotations

from typing import Any

import pytest

from pennypot.play import Illegal, Pack, State, apply, begin, read_pack, replay, shipped, view_of
from pennypot.play.lint import lint
from pennypot.play.money import equal_parts
from pennypot.play.moves.deciding import answer_of
from pennypot.play.pack import BadPack, canonical
from pennypot.play.rehearsal import rehearse
from pennypot.play.state import Proposal, Reaction

PACK = shipped("tilbrook")
BOSS = {"by": "facilitator"}


def play(table: State, *moves: dict[str, Any]) -> State:
    for move in moves:
        table, _entries = apply(PACK, table, move)
    return table


def at(phase: str, **settings: Any) -> State:
    """A table with all seats taken, in a phase."""
    table = begin(PACK, **settings)
    table = play(table, *[{"do": "take_seat", "seat": seat} for seat in table.seats], {"do": "start", **BOSS})
    while table.phase != phase:
        table = play(table, {"do": "advance", **BOSS})
    return table


def react(table: State, kind: str, *seats: str, reason: str = "") -> State:
    more = {"reason": reason} if reason else {}
    return play(table, *[{"do": "react", "seat": seat, "reaction": kind, **more} for seat in seats])


def test_the_pot_is_split_when_the_game_starts() -> None:
    table = begin(PACK)
    assert PACK.baseline_pence == 148_800_000_00 + 1_488_000_00
    table = play(table, *[{"do": "take_seat", "seat": seat} for seat in ("resident", "young", "group", "council")])
    table, entries = apply(PACK, table, {"do": "start", **BOSS})
    assert [(one.source, one.target, one.pence) for one in entries] == [
        ("pot", "slice", 186_000_00),
        ("pot", "elsewhere", 1_302_000_00),
    ]


def test_a_hundred_pounds_in_three() -> None:
    assert list(equal_parts(100_00, ["a", "b", "c"]).values()) == [33_34, 33_33, 33_33]


def test_of_half_of_what_is_over_the_target_the_neighbourhood_has_its_part_of_the_people() -> None:
    table = at("cut", target_pence=100_000_01)
    table = _cut(table, "libraries", 1)  # 220,000 pounds
    table = play(table, {"do": "advance", **BOSS})
    table, entries = apply(PACK, table, {"do": "advance", **BOSS})
    over = 220_000_00 - 100_000_01
    here = over // 2 // 8  # 6,000 of 48,000 people
    assert [(one.target, one.pence) for one in entries] == [
        ("freed", here),
        ("elsewhere", over // 2 - here),
        ("returned", over - over // 2),
    ]
    assert table.gap_pence == 0 and table.found_pence == 220_000_00


@pytest.mark.parametrize(("over", "freed", "elsewhere"), [(0, 0, 0), (15, 0, 7), (16, 1, 7), (17, 1, 7), (100, 6, 44)])
def test_what_a_fraction_of_a_penny_is_stays_with_the_rest_of_the_place(over: int, freed: int, elsewhere: int) -> None:
    gain = PACK.policy.gain_of(over)
    assert (gain.freed, gain.elsewhere, gain.returned) == (freed, elsewhere, over - freed - elsewhere)


def test_pool_that_ends_twice_settles_only_what_is_new() -> None:
    table = at("cut", target_pence=100_000_00)
    table = play(_cut(table, "libraries", 1), *[{"do": "advance", **BOSS}] * 2)
    first = table.settled
    table = play(table, {"do": "rollback", "to": "pool", "reason": "too fast", **BOSS}, {"do": "advance", **BOSS})
    assert table.settled == first == (120_000_00,)
    assert view_of(PACK, table, "board").freed_pence == 120_000_00 // 2 // 8


@pytest.mark.parametrize(
    ("support", "live", "concern", "hold", "first", "amended"),
    [(3, 2, 3, 0, "agreed", "agreed"), (2, 2, 4, 0, "not-agreed", "not-agreed")]
    + [(6, 1, 0, 1, "held", "agreed"), (5, 1, 0, 2, "held", "not-agreed")],
)
def test_consent_and_one(support: int, live: int, concern: int, hold: int, first: str, amended: str) -> None:
    seats = list(PACK.role)
    kinds = ["support"] * support + ["live"] * live + ["concern"] * concern + ["hold"] * hold
    reactions = {seat: Reaction(kind, "why") for seat, kind in zip(seats, kinds, strict=True)}
    for version, expected in ((1, first), (2, amended)):
        proposal = Proposal(1, seats[0], "cut", "libraries", level=1, version=version, reactions=reactions)
        assert answer_of("consent", seats, proposal, True) == expected


def test_silence_is_never_yes() -> None:
    table = at("cut")
    table = play(table, {"do": "propose", "seat": "young", "kind": "cut", "card": "libraries", "level": 1})
    table = react(table, "support", "young", "resident", "group", "nhs")
    table = play(table, {"do": "close", "seat": "young"})  # four of eight
    assert table.decisions[-1].result == "not-agreed" and table.levels == {}


def test_a_held_proposal_is_amended_once_and_a_single_hold_is_printed_as_dissent() -> None:
    table = at("cut")
    table = play(table, {"do": "propose", "seat": "young", "kind": "cut", "card": "libraries", "level": 2})
    with pytest.raises(Illegal, match="missing"):
        react(table, "hold", "group")
    others = [seat for seat in table.seats if seat != "group"]
    table = react(react(table, "hold", "group", reason="The last warm room."), "live", *others)
    assert table.proposal and table.proposal.state == "held" and table.seats["group"].tokens == 1
    with pytest.raises(Illegal, match="changes nothing"):
        play(table, {"do": "amend", "seat": "young", "level": 2})
    table = play(table, {"do": "amend", "seat": "young", "level": 1, "safeguard": "Open on Saturdays."})
    table = react(react(table, "hold", "group", reason="Still the last warm room."), "live", *others)
    decision = table.decisions[-1]
    assert (decision.result, decision.dissent, decision.pence) == ("agreed", ("group",), 220_000_00)
    assert table.seats["group"].tokens == 0
    table = play(table, {"do": "propose", "seat": "young", "kind": "cut", "card": "parks", "level": 1})
    with pytest.raises(Illegal, match="both its holds"):
        react(table, "hold", "group", reason="No more tokens.")


def test_an_answer_can_be_changed_until_all_have_answered_and_a_hold_gives_its_token_back() -> None:
    table = at("cut")
    table = play(table, {"do": "propose", "seat": "young", "kind": "cut", "card": "libraries", "level": 1})
    table = react(table, "hold", "group", reason="Wait.")
    seen = view_of(PACK, table, "young")
    assert next(seat.tokens for seat in seen.seats if seat.id == "group") == 2  # nobody sees it go
    table = react(table, "live", "group")
    assert table.seats["group"].tokens == 2


def test_a_pool_card_needs_every_custodian() -> None:
    table = at("pool")
    table = play(table, {"do": "propose", "seat": "nhs", "kind": "pool", "card": "one-desk"})
    table = react(table, "support", *table.seats)
    assert table.proposal, "agreed by all, and still waiting for the custodians"
    table = play(table, {"do": "consent", "seat": "council", "yes": True})
    agreed = play(table, {"do": "consent", "seat": "safety", "yes": True})
    assert agreed.pooled == ("one-desk",) and agreed.money["reserve"] == 140_000_00
    refused = play(table, {"do": "consent", "seat": "safety", "yes": False})
    assert refused.decisions[-1].result == "not-agreed" and refused.money["saved"] == 0


def test_a_project_is_ready_with_money_things_a_lead_and_the_sign_off() -> None:
    table = at("create")
    table = play(table, {"do": "draft", "seat": "young", "card": "skate"})
    cost = PACK.idea_card["skate"].cost_pence
    share = table.money["share:young"]
    assert share < cost, "nobody can buy alone"
    table = play(table, {"do": "pledge", "seat": "young", "project": "p1", "pence": share})
    with pytest.raises(Illegal, match="does not need so much"):
        play(table, {"do": "pledge", "seat": "group", "project": "p1", "pence": cost - share + 1})
    table = play(
        table,
        {"do": "pledge", "seat": "group", "project": "p1", "pence": cost - share},
        {"do": "offer", "seat": "housing", "project": "p1", "asset": "railway-land", "units": 1},
        {"do": "offer", "seat": "business", "project": "p1", "asset": "match", "units": 1},
        {"do": "lead", "seat": "young", "project": "p1"},
    )
    assert not table.is_ready("p1"), "the council's duty is touched"
    table = play(table, {"do": "sign_off", "seat": "council", "project": "p1"})
    assert table.is_ready("p1")
    with pytest.raises(Illegal, match="not so much"):
        play(play(table, {"do": "draft", "seat": "group", "card": "garden"}), _offer("housing", "p2", "railway-land"))
    table = play(table, {"do": "draft", "seat": "nhs", "card": "choir"}, _pledge("nhs", "p2", 100_00))
    before = table.money["share:nhs"]
    table = play(table, {"do": "advance", **BOSS}, {"do": "advance", **BOSS})
    assert table.phase == "story" and table.projects["p1"].state == "ready"
    assert table.projects["p2"].state == "unready" and table.money["share:nhs"] == before + 100_00


def test_joining_keeps_pledges_and_needs_a_new_sign_off() -> None:
    table = at("create")
    for seat, card in (("young", "street-lamps"), ("group", "walking-bus")):
        table = play(table, {"do": "draft", "seat": seat, "card": card})
    table = play(table, _pledge("group", "p2", 10_00), {"do": "sign_off", "seat": "council", "project": "p1"})
    table = play(table, {"do": "merge", "seat": "group", "project": "p2", "into": "p1"})
    joined = table.projects["p1"]
    assert joined.cost_pence == 14_000_00 + 4_500_00 and joined.pledges == {"group": 10_00} and joined.signed == ()
    assert table.money["project:p2"] == 0 and table.projects["p2"].merged_into == "p1"


def test_five_needs_bind_the_table_and_people_decide_between_equal_dots() -> None:
    table = at("values")
    table = play(table, {"do": "dots", "seat": "young", "needs": ["young", "young", "work"]})
    table = play(table, {"do": "dots", "seat": "nhs", "needs": ["well", "care", "care"]})
    table = play(table, {"do": "advance", **BOSS})
    # two dots: 4,700 young people before 3,100 who need care; one dot: 14,800 before 6,900; none: the largest.
    assert table.values == ("young", "care", "well", "work", "safe")


def test_the_same_seed_draws_the_same_event_at_every_table() -> None:
    draws = {play(at("event"), {"do": "draw", "seed": "hall", **BOSS}).events[0].event for _ in range(3)}
    assert len(draws) == 1


def test_an_event_takes_no_more_than_was_saved() -> None:
    table = play(at("event"), {"do": "inject", "event": "flood", **BOSS})
    assert table.money["saved"] == 0 and table.money["external"] == 0
    table = _cut(at("cut"), "youth", 1)
    table = play(
        table, {"do": "advance", **BOSS}, {"do": "advance", **BOSS}, {"do": "inject", "event": "flood", **BOSS}
    )
    assert table.money["external"] == 180_000_00  # of 250,000 pounds


def test_who_comes_late_has_a_voice_in_the_next_phase() -> None:
    table = play(at("cut"), {"do": "leave", "seat": "housing"}, {"do": "take_seat", "seat": "housing"})
    with pytest.raises(Illegal, match="Nobody sits"):
        play(table, {"do": "reveal", "seat": "housing", "fact": "know1"})
    table = play(table, {"do": "advance", **BOSS}, {"do": "reveal", "seat": "housing", "fact": "know1"})
    assert table.revealed == ("housing/know1",)


def test_a_table_of_two_does_not_start_and_residents_are_always_there() -> None:
    table = play(begin(PACK), {"do": "take_seat", "seat": "council"}, {"do": "take_seat", "seat": "nhs"})
    with pytest.raises(Illegal, match="at least 3"):
        play(table, {"do": "start", **BOSS})
    with pytest.raises(Illegal, match="residents"):
        play(table, {"do": "take_seat", "seat": "safety"}, {"do": "start", **BOSS})


def test_only_the_facilitator_goes_on_and_back() -> None:
    for verb in ("advance", "rollback", "abandon"):
        with pytest.raises(Illegal, match="Only the facilitator"):
            play(at("cut"), {"do": verb})


def test_a_shipped_pack_can_be_published_and_bots_find_their_way() -> None:
    assert [problem.said for problem in lint(PACK)] == []
    assert rehearse(PACK, 1).moves == rehearse(PACK, 1).moves


def _changed(**values: Any) -> Pack:
    return read_pack(canonical({**PACK.given, **values}))


def test_the_linter_says_why() -> None:
    policy = {**PACK.given["policy"]}
    said = lambda pack: " ".join(one.said for one in lint(pack, play=False))  # noqa: E731
    assert "more than 60 %" in said(_changed(policy={**policy, "target_pence": 40_000_000_00}))
    assert "40 % of the target" in said(_changed(policy={**policy, "target_pence": 2_000_000_00}))
    assert "times the slice" in said(_changed(policy={**policy, "slice_people": 12_000}))
    lines = [{**line} for line in PACK.given["lines"]]
    lines[0]["against_it"] = " "
    lines[1]["signed_by"] = ""
    lines[2]["for_it"] = "Mrs Jones of 12 Mill Road can do without."
    told = said(_changed(lines=lines))
    assert "words against it" in told and "signed" in told and "one home or one person" in told
    lines = [{**line, "floor_pence": line["baseline_pence"]} for line in PACK.given["lines"]]
    assert "falls below its floor" in said(_changed(lines=lines))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "no JSON"),
        ("[]", "the file"),
        (canonical({**PACK.given, "format": "other"}), "format"),
        (canonical({**PACK.given, "roles": PACK.given["roles"][:3]}), "not in the pack"),
        (canonical({**PACK.given, "needs": PACK.given["needs"] * 2}), "needs"),
        (canonical({**PACK.given, "assets": PACK.given["assets"][:1] * 2}), "two"),
    ],
)
def test_a_file_that_is_no_pack_is_refused_in_words(text: str | bytes, said: str) -> None:
    with pytest.raises(BadPack, match=said):
        read_pack(text)


def test_a_translation_changes_words_and_not_the_hash() -> None:
    given = {**PACK.given, "translations": {"cy": {"lines/5/service": "Llyfrgelloedd"}}}
    pack = read_pack(canonical(given))
    welsh = pack.in_language("cy")
    assert welsh.line["libraries"].service == "Llyfrgelloedd" and welsh.hash == pack.hash != PACK.hash
    assert pack.in_language("pl") is pack
    game = rehearse(welsh, 2)
    assert replay(pack, game.moves).money == game.state.money


def _cut(table: State, line: str, level: int) -> State:
    table = play(table, {"do": "propose", "seat": "young", "kind": "cut", "card": line, "level": level})
    return react(table, "support", *table.taken)


def _pledge(seat: str, project: str, pence: int) -> dict[str, Any]:
    return {"do": "pledge", "seat": seat, "project": project, "pence": pence}


def _offer(seat: str, project: str, asset: str) -> dict[str, Any]:
    return {"do": "offer", "seat": seat, "project": project, "asset": asset, "units": 1}


def test_one_person_alone_plays_a_table_of_one_chair() -> None:
    table = begin(PACK, seats=["resident"])
    table = play(table, {"do": "take_seat", "seat": "resident"}, {"do": "start", **BOSS})
    for _phase in range(4):
        table = play(table, {"do": "advance", **BOSS})
    assert table.phase == "pool"
    # Nobody can be asked for a custodian's yes: the question is decided by the one who is there.
    table = play(table, {"do": "propose", "seat": "resident", "kind": "pool", "card": "one-desk"})
    assert view_of(PACK, table, "resident").proposal is not None
    table = react(table, "support", "resident")
    assert table.pooled == ("one-desk",)
