"""Bugs planted one at a time. Guided play must catch each: this tests the tests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from pennypot.play import Pack, read_pack, shipped, state, views
from pennypot.play.money import Books
from pennypot.play.moves import creating, deciding, table
from pennypot.play.pack import Gain, Policy, canonical
from pennypot.play.tests.guided import Broken, play_guided

PACK = shipped("tilbrook")
Patch = pytest.MonkeyPatch


def money_out_of_nothing(patch: Patch) -> None:
    def move(self, source, target, pence, floor_pence=0):
        real(self, source, target, pence, floor_pence)
        if target == "saved" and pence:
            self.money[target] += 1

    real = Books.move
    patch.setattr(Books, "move", move)


def a_penny_below_the_floor(patch: Patch) -> None:
    real = deciding._check_possible

    def check(pack, state, proposal):
        lower = tuple(replace(line, floor_pence=line.floor_pence - 1) for line in pack.lines)
        real(replace(pack, lines=lower), state, proposal)

    def move(self, source, target, pence, floor_pence=0):
        books(self, source, target, pence, max(0, floor_pence - 1))

    books = Books.move
    patch.setattr(deciding, "_check_possible", check)
    patch.setattr(Books, "move", move)


def a_penny_lost_in_dividing(patch: Patch) -> None:
    patch.setattr(table, "equal_parts", lambda pence, names: dict.fromkeys(names, -(-pence // len(names))))


def pledges_beyond_the_price(patch: Patch) -> None:
    real = creating.pledge

    def pledge(pack, state, books, given):
        name = given._move["project"]
        state.projects[name] = replace(state.projects[name], cost_pence=state.projects[name].cost_pence + 1)
        real(pack, state, books, given)
        state.projects[name] = replace(state.projects[name], cost_pence=state.projects[name].cost_pence - 1)

    patch.setitem(_VERBS, "pledge", pledge)


def a_pledge_forgotten_in_merging(patch: Patch) -> None:
    real = creating.merge

    def merge(pack, state, books, given):
        real(pack, state, books, given)
        into = given._move["into"]
        state.projects[into] = replace(
            state.projects[into], pledges=dict(list(state.projects[into].pledges.items())[1:])
        )

    patch.setitem(_VERBS, "merge", merge)


def taking_back_more_than_was_given(patch: Patch) -> None:
    real = creating.unpledge

    def unpledge(pack, state, books, given):
        real(pack, state, books, given)
        state.money[f"share:{given._move['seat']}"] += 1
        state.money["elsewhere"] -= 1

    patch.setitem(_VERBS, "unpledge", unpledge)


def one_hall_twice(patch: Patch) -> None:
    patch.setattr(state.State, "used_units", lambda self, asset: 0)


def more_than_is_asked_for(patch: Patch) -> None:
    patch.setattr(state.State, "filled", lambda self, project: {})


def somebody_elses_van(patch: Patch) -> None:
    real = creating.offer

    def offer(pack, state, books, given):
        real(pack, state, books, given)
        name = f"o{state.offered}"
        other = next(seat for seat in state.seats if seat != state.offers[name].seat)
        state.offers[name] = replace(state.offers[name], seat=other)

    patch.setitem(_VERBS, "offer", offer)


def ready_without_a_lead(patch: Patch) -> None:
    _ready_if(patch, lambda project, filled: project.leads or project.cash_pence == project.cost_pence)


def ready_without_a_sign_off(patch: Patch) -> None:
    real = creating._project
    patch.setattr(
        creating,
        "_project",
        lambda state, given, field="project": (lambda name, one: (name, replace(one, duties=())))(
            *real(state, given, field)
        ),
    )


def _ready_if(patch: Patch, enough: Callable[..., object]) -> None:
    def is_ready(self, name):
        project, filled = self.projects[name], self.filled(name)
        return project.state in ("open", "ready") and bool(enough(project, filled))

    patch.setattr(state.State, "is_ready", is_ready)


def no_refund(patch: Patch) -> None:
    def end_projects(table_state, books):
        for name, project in table_state.projects.items():
            if project.state == "open":
                table_state.projects[name] = replace(
                    project, state="ready" if table_state.is_ready(name) else "unready"
                )

    patch.setattr(table, "_end_projects", end_projects)


def a_hold_that_costs_nothing(patch: Patch) -> None:
    real = deciding.react

    def react(pack, state, books, given):
        tokens = state.seats[given._move["seat"]].tokens
        real(pack, state, books, given)
        state.seats[given._move["seat"]] = replace(state.seats[given._move["seat"]], tokens=tokens)

    patch.setitem(_VERBS, "react", react)


def silence_is_yes(patch: Patch) -> None:
    def settle(pack, state, books):
        if state.proposal and state.proposal.state == "open" and len(state.proposal.reactions) * 2 > len(state.taken):
            deciding._decide(pack, state, books, state.proposal)

    patch.setattr(deciding, "settle_question", settle)


def a_hold_does_not_hold(patch: Patch) -> None:
    real = deciding.answer_of

    def answer_of(rule, taken, proposal, consented):
        answer = real(rule, taken, proposal, consented)
        yes = sum(one.kind in deciding.YES for one in proposal.reactions.values())
        return "agreed" if answer == "held" and 2 * yes > len(taken) else answer

    patch.setattr(deciding, "answer_of", answer_of)


def half_is_enough(patch: Patch) -> None:
    real = deciding.answer_of

    def answer_of(rule, taken, proposal, consented):
        kinds = [one.kind for one in proposal.reactions.values()]
        yes = sum(kind in deciding.YES for kind in kinds)
        if consented and "hold" not in kinds and 2 * yes == len(taken):
            return "agreed"
        return real(rule, taken, proposal, consented)

    patch.setattr(deciding, "answer_of", answer_of)


def dissent_is_not_printed(patch: Patch) -> None:
    real = deciding._end

    def end(state, proposal, result, pence=0):
        real(state, proposal, result, pence)
        state.decisions = (*state.decisions[:-1], replace(state.decisions[-1], dissent=()))

    patch.setattr(deciding, "_end", end)


def a_hold_without_a_reason(patch: Patch) -> None:
    real = deciding.react

    def react(pack, state, books, given):
        real(pack, state, books, given)
        if state.proposal:
            name = given._move["seat"]
            said = replace(state.proposal.reactions[name], reason="")
            state.proposal = replace(state.proposal, reactions={**state.proposal.reactions, name: said})

    patch.setitem(_VERBS, "react", react)


def a_cut_is_undone_without_its_money(patch: Patch) -> None:
    real = deciding._carry_out

    def carry_out(pack, state, books, proposal):
        if proposal.kind == "cut" and proposal.level < state.levels.get(proposal.card, 0):
            state.levels[proposal.card] = proposal.level
            return 0
        return real(pack, state, books, proposal)

    patch.setattr(deciding, "_carry_out", carry_out)


def an_undo_that_nobody_decided(patch: Patch) -> None:
    real = table.rollback

    def rollback(pack, state, books, given):
        real(pack, state, books, given)
        for line in pack.lines:
            books.move(
                "saved", f"line:{line.id}", min(state.money["saved"], line.cut_pence(state.levels.get(line.id, 0)))
            )
        state.levels = {}

    patch.setitem(_VERBS, "rollback", rollback)


def sitting_down_brings_a_share(patch: Patch) -> None:
    real = table.take_seat

    def take_seat(pack, state, books, given):
        real(pack, state, books, given)
        books.move("elsewhere", f"share:{given._move['seat']}", min(1, state.money["elsewhere"]))

    patch.setitem(_VERBS, "take_seat", take_seat)


def a_refusal_that_leaves_a_trace(patch: Patch) -> None:
    patch.setattr(state, "_DICTS", tuple(name for name in state._DICTS if name not in ("money", "projects")))
    real = creating.pledge

    def pledge(pack, state, books, given):
        state.projects[given._move["project"]] = replace(state.projects[given._move["project"]], text="tried")
        real(pack, state, books, given)

    patch.setitem(_VERBS, "pledge", pledge)


def chance_in_a_draw(patch: Patch) -> None:
    real = table.draw
    times = iter(range(1_000_000))

    def draw(pack, state, books, given):
        given._move = {**given._move, "seed": f"{given._move['seed']} {next(times)}"}
        real(pack, state, books, given)

    patch.setitem(_VERBS, "draw", draw)


def getting_up_loses_the_share(patch: Patch) -> None:
    real = table.leave

    def leave(pack, state, books, given):
        seat = given._move["seat"]
        books.move(f"share:{seat}", "elsewhere", state.money[f"share:{seat}"])
        real(pack, state, books, given)

    patch.setitem(_VERBS, "leave", leave)


def freed_money_counted_twice(patch: Patch) -> None:
    def free(pack, state, books):
        over = max(0, state.money["saved"] - state.target_pence)
        books.move("saved", "freed", pack.policy.gain_of(over).freed)
        state.settled = (*state.settled, over)

    patch.setattr(table, "_free_money", free)


def the_whole_gain_for_one_neighbourhood(patch: Patch) -> None:
    def gain_of(self, over):
        gain = over * self.gain_share // 100
        return Gain(gain, 0, over - gain)

    patch.setattr(Policy, "gain_of", gain_of)


def a_part_of_a_penny_rounded_up(patch: Patch) -> None:
    real = Policy.gain_of

    def gain_of(self, over):
        gain = real(self, over)
        return Gain(gain.freed + 1, gain.elsewhere - 1, gain.returned) if gain.elsewhere else gain

    patch.setattr(Policy, "gain_of", gain_of)


def the_others_gain_goes_back_to_the_agencies(patch: Patch) -> None:
    real = Policy.gain_of

    def gain_of(self, over):
        gain = real(self, over)
        return Gain(gain.freed, 0, gain.returned + gain.elsewhere)

    patch.setattr(Policy, "gain_of", gain_of)


def what_others_know_is_seen(patch: Patch) -> None:
    real = views._seat

    def seat(pack, state, name, who):
        shown = real(pack, state, name, who)
        return replace(shown, revealed=tuple(fact.text for fact in pack.role[name].know))

    patch.setattr(views, "_seat", seat)


def answers_are_seen_too_early(patch: Patch) -> None:
    real = views._proposal

    def proposal(pack, state, who):
        shown = real(pack, state, who)
        return shown and replace(shown, answers=views._opened(state.proposal))

    patch.setattr(views, "_proposal", proposal)


def apply_changes_what_it_was_given(patch: Patch) -> None:
    patch.setattr(state.State, "copy", lambda self: self)


def a_phase_is_skipped(patch: Patch) -> None:
    real = table.advance

    def advance(pack, state, books, given):
        real(pack, state, books, given)
        if state.phase == "place":
            state.phase = "cut"

    patch.setitem(_VERBS, "advance", advance)


from pennypot.play.moves import VERBS as _VERBS  # noqa: E402 - the table that the bugs are planted in

# What catches each: the number of an invariant, or what is said of a limit or of a legal move.
BUGS: dict[Callable[[Patch], None], str] = {
    money_out_of_nothing: "1:",
    a_penny_below_the_floor: "one beyond a limit",
    a_penny_lost_in_dividing: "a move that is legal was refused",
    freed_money_counted_twice: "3:",
    the_whole_gain_for_one_neighbourhood: "3:",
    a_part_of_a_penny_rounded_up: "3:",
    the_others_gain_goes_back_to_the_agencies: "3:",
    pledges_beyond_the_price: "one beyond a limit",
    a_pledge_forgotten_in_merging: "4:",
    taking_back_more_than_was_given: "1:",
    one_hall_twice: "5:",
    more_than_is_asked_for: "5:",
    somebody_elses_van: "5:",
    ready_without_a_lead: "6:",
    ready_without_a_sign_off: "(6:|a move that is legal was refused)",
    no_refund: "6:",
    a_hold_that_costs_nothing: "7:",
    silence_is_yes: "7:",
    a_hold_does_not_hold: "7:",
    half_is_enough: "7:",
    a_refusal_that_leaves_a_trace: "8:",
    apply_changes_what_it_was_given: "8:",
    chance_in_a_draw: "9:",
    what_others_know_is_seen: "10:",
    answers_are_seen_too_early: "10:",
    a_hold_without_a_reason: "11:",
    dissent_is_not_printed: "11:",
    an_undo_that_nobody_decided: "14:",
    a_cut_is_undone_without_its_money: "14:",
    getting_up_loses_the_share: "12:",
    sitting_down_brings_a_share: "12:",
    a_phase_is_skipped: "13:",
}


def tight_pack() -> Pack:
    """Return the pack with floors that can be met to the penny, and floors that stop the deepest cut by one penny."""
    lines = []
    for number, line in enumerate(PACK.given["lines"]):
        left = line["baseline_pence"] - line["steps"][-1]["pence"]
        lines.append({**line, "floor_pence": left + number % 2})
    return read_pack(canonical({**PACK.given, "lines": lines}))


TIGHT = tight_pack()


def play_all() -> None:
    """Play guided until something is found, or nothing in all these games."""
    for seed in range(25):
        play_guided((PACK, TIGHT)[seed % 2], seed, 400, target_pence=1_000_000_07)


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.__name__)
def test_a_planted_bug_is_caught_for_what_it_is(bug: Callable[[Patch], None], monkeypatch: Patch) -> None:
    bug(monkeypatch)
    with pytest.raises(Broken, match=f"^{BUGS[bug]}"):
        play_all()


def test_without_a_bug_nothing_is_found() -> None:
    for seed in range(4):
        play_guided((PACK, TIGHT)[seed % 2], seed, 400, target_pence=1_000_000_07)
