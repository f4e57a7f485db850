"""Bugs planted one at a time. Guided play must catch each: this tests the tests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from pennypot.play import invariants, shipped, state, views
from pennypot.play.money import Books
from pennypot.play.moves import creating, deciding, table
from pennypot.play.pack import Gain, Policy
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


def no_floor_for_lines(patch: Patch) -> None:
    patch.setattr(deciding, "_check_possible", lambda pack, state, proposal: None)

    def move(self, source, target, pence, floor_pence=0):
        self.money[source] -= pence
        self.money[target] = self.money.get(target, 0) + pence

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
    real = invariants._assets

    def assets(pack, table):
        used: dict[str, int] = {}
        for offer in table.offers.values():
            used[offer.asset] = used.get(offer.asset, 0) + offer.units
        for asset, units in used.items():
            if units > table.units_of(pack, asset):
                yield f"5: {asset}"
        yield from real(pack, table)

    patch.setattr(invariants, "_CHECKS", (*invariants._CHECKS, assets))


def ready_without_a_lead(patch: Patch) -> None:
    real = state.State.is_ready

    def is_ready(self, name):
        return real(self, name) or bool(self.projects[name].cash_pence == self.projects[name].cost_pence)

    def end_projects(table_state, books):
        for name, project in table_state.projects.items():
            if project.state == "open":
                ready = is_ready(table_state, name)
                if not ready:
                    for seat, pence in project.pledges.items():
                        books.move(f"project:{name}", f"share:{seat}", pence)
                table_state.projects[name] = replace(
                    project, state="ready" if ready else "unready", pledges=project.pledges if ready else {}
                )

    patch.setattr(table, "_end_projects", end_projects)


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

BUGS: list[Callable[[Patch], None]] = [
    money_out_of_nothing,
    no_floor_for_lines,
    a_penny_lost_in_dividing,
    pledges_beyond_the_price,
    a_pledge_forgotten_in_merging,
    taking_back_more_than_was_given,
    one_hall_twice,
    ready_without_a_lead,
    no_refund,
    a_hold_that_costs_nothing,
    silence_is_yes,
    a_hold_does_not_hold,
    half_is_enough,
    dissent_is_not_printed,
    getting_up_loses_the_share,
    freed_money_counted_twice,
    the_whole_gain_for_one_neighbourhood,
    a_part_of_a_penny_rounded_up,
    the_others_gain_goes_back_to_the_agencies,
    what_others_know_is_seen,
    answers_are_seen_too_early,
    apply_changes_what_it_was_given,
    a_phase_is_skipped,
]


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.__name__)
def test_a_planted_bug_is_caught(bug: Callable[[Patch], None], monkeypatch: Patch) -> None:
    bug(monkeypatch)
    with pytest.raises((Broken, AssertionError, KeyError)):
        for seed in range(25):
            play_guided(PACK, seed, 400, target_pence=1_000_000_07)
