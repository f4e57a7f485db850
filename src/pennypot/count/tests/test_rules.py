"""The other rules, thresholds, pots, caps and part funding; and the slow count as a second opinion on all of them."""

import pytest

from pennypot.count import Pot, Project, RuleCard, audit, audit_more, count, read_pabulib
from pennypot.count.election import Election
from pennypot.count.pots import part, split
from pennypot.count.tests import archive
from pennypot.count.tests.sweep import ARCHIVE_CARDS, agree, outcome, random_case, slow_outcomes
from pennypot.count.tests.towns import build
from pennypot.count.welfare import _highs, _undominated


@pytest.mark.parametrize("begin", range(0, 1200, 200))
def test_the_slow_count_agrees_on_small_elections_full_of_ties_and_extremes(begin):
    for number in range(50_000 + begin, 50_200 + begin):
        assert agree(*random_case(number)), number


@pytest.mark.parametrize("begin", range(0, 600, 200))
def test_bounded_overspending_and_add_opt_agree_with_their_slow_counts(begin):
    for number in range(70_000 + begin, 70_200 + begin):
        election, data, card = random_case(number)
        assert agree(election, data, card.but(rule="bounded-overspending", caps=())), number
        utility = "count" if card.utility == "points" else card.utility
        assert agree(election, data, card.but(rule="equal-shares", utility=utility, completion="add-opt", caps=()))


def test_the_plain_slow_count_refuses_what_it_does_not_know():
    _, data, _ = random_case(1)
    capped = RuleCard(rule="greedy", caps=(Pot("area", "x", 1),))
    for card in (RuleCard(rule="bounded-overspending"), RuleCard(completion="add-opt"), capped):
        with pytest.raises(ValueError):
            audit.count(data, card.as_data())


@archive.needs_archive
def test_the_slow_count_agrees_on_a_real_election_by_every_rule(tmp_path):
    for name, data in archive.some("Netherlands_Assen_2024.pb", "Switzerland_Zurich_D5.pb").items():
        (tmp_path / name).write_bytes(data)
        plain = audit_more.read(tmp_path / name)
        for title, card in ARCHIVE_CARDS.items():
            theirs = slow_outcomes(plain, card, plainly=False)
            assert [outcome(read_pabulib(data), card)] == theirs, (name, title)


def test_greedy_skips_or_stops_at_what_is_too_dear():
    election = build({"a": 6, "b": 9, "c": 4}, 10, ["abc", "ab", "a"])
    assert count(election, RuleCard(rule="greedy")).winners == ("a", "c")
    assert count(election, RuleCard(rule="greedy", too_dear="stop")).winners == ("a",)


def test_greedy_by_votes_per_cost_prefers_the_cheap():
    election = build({"a": 10, "b": 2}, 10, ["a", "a", "ab"])
    assert count(election, RuleCard(rule="greedy", utility="cost")).winners == ("a",)
    assert count(election, RuleCard(rule="greedy", utility="count")).winners == ("b",)


def test_a_project_below_the_threshold_never_wins():
    election = build({"a": 1, "b": 1}, 10, ["ab", "a"])
    for rule in ("greedy", "equal-shares", "phragmen", "max-welfare", "ranked"):
        assert count(election, RuleCard(rule=rule, threshold=2)).winners == ("a",), rule


def test_a_withdrawn_project_never_wins():
    election = build({"a": 1, "b": 1}, 10, ["ab", "a"])
    for rule in ("greedy", "equal-shares", "phragmen", "max-welfare", "ranked"):
        assert count(election, RuleCard(rule=rule, withdrawn=("a",))).winners == ("b",), rule


def test_the_first_that_does_not_fit_is_funded_in_part_if_enough_is_left():
    election = build({"a": 60, "b": 50, "c": 10}, 100, ["abc", "ab", "a"])
    result = count(election, RuleCard(rule="greedy", part_funding="0.8"))
    assert (result.winners, result.parts, result.cost) == (("a", "b"), {"b": 40}, 100)
    nothing = count(election, RuleCard(rule="greedy", part_funding="0.81"))
    assert (nothing.winners, nothing.parts, nothing.cost) == (("a", "c"), {}, 70)


def test_phragmen_ends_at_the_first_that_does_not_fit():
    election = build({"a": 4, "b": 9, "c": 3}, 10, ["ab", "ab", "c"])
    result = count(election, RuleCard(rule="phragmen"))
    # loads: a 2, c 3, b (9 + 2 + 2) / 2 = 6.5, too dear by then
    assert result.winners == ("a", "c")
    assert [entry["load"] for entry in result.trail] == ["2", "3", "13/2"]
    assert result.trail[-1]["outcome"] == "too dear"


def test_maximum_welfare_finds_what_greedy_misses():
    election = build({"a": 6, "b": 5, "c": 5}, 10, ["abc", "abc", "a"])
    result = count(election, RuleCard(rule="max-welfare"))
    assert set(result.winners) == {"b", "c"} and result.objective == 20


def test_the_solver_and_the_list_of_sets_reach_the_same_welfare():
    for number in range(60):
        election, _, _ = random_case(number)
        costs = [cost % 1000 for cost in election.costs]
        value = [votes * (at + 1) for at, votes in enumerate(election.votes)]
        everything, groups = list(range(len(costs))), [[0, len(costs) - 1]] if len(costs) > 1 else []
        budget = sum(costs) // 2
        listed = _undominated(everything, value, costs, budget, groups, None)
        solved = _highs(everything, value, costs, budget, groups)
        assert sum(value[c] for c in listed) == sum(value[c] for c in solved), number


def test_rankings_count_later_preferences_only_when_earlier_ones_can_pay_no_more():
    # 6 each. First places: a has 2 voters (12 >= 10). Then b needs the second preference of the third voter's pair.
    election = build({"a": 10, "b": 12, "c": 3}, 24, ["ab", "ab", "bc", "cb"], vote_type="ordinal")
    result = count(election, RuleCard(rule="ranked"))
    assert result.winners == ("a", "c")
    assert [entry.get("project") or entry["outcome"] for entry in result.trail] == [
        "a", "c", "next preferences", "next preferences",
    ]  # fmt: skip


def test_pots_are_counted_apart_with_their_own_voters_and_money():
    projects = [Project("a", 6, {"category": "play"}), Project("b", 5, {"category": "play"}),
                Project("c", 4, {"category": "green"}), Project("d", 3)]  # fmt: skip
    election = Election.build(projects, 12, [["a", "c"], ["a", "b"], ["c", "d"], ["d"]])
    card = RuleCard(rule="greedy", pots=(Pot("category", "play", 6), Pot("category", "green", 3)))
    result = count(election, card)
    assert result.winners == ("a", "d")
    assert [entry["pot"] for entry in result.trail] == ["play", "play", "green", "everything else"]
    assert count(election, card.but(leftover="greedy")).winners == ("a", "d")
    pots = {pot.name: inside for pot, inside in split(election, card.pots)}
    assert pots["green"].voters == 2


def test_what_pots_leave_can_go_to_the_best_of_the_others():
    projects = [Project("a", 6, {"category": "play"}), Project("b", 5, {"category": "play"}),
                Project("c", 4, {"category": "green"})]  # fmt: skip
    election = Election.build(projects, 15, [["a", "c"], ["a", "b"], ["c"]])
    card = RuleCard(rule="greedy", pots=(Pot("category", "play", 6), Pot("category", "green", 9)))
    assert count(election, card).winners == ("a", "c")
    assert count(election, card.but(leftover="greedy")).winners == ("a", "c", "b")


def test_pots_that_promise_too_much_or_overlap_are_refused():
    projects = [Project("a", 6, {"category": "play,green"})]
    election = Election.build(projects, 10, [["a"]])
    with pytest.raises(ValueError, match="more than the budget"):
        count(election, RuleCard(rule="greedy", pots=(Pot("category", "play", 11),)))
    with pytest.raises(ValueError, match="two pots"):
        count(election, RuleCard(rule="greedy", pots=(Pot("category", "play", 1), Pot("category", "green", 1))))


def test_cards_that_name_what_is_not_there_are_refused():
    election = build({"a": 1, "b": 1}, 10, ["ab"])
    for card in (RuleCard(exclusive=(("a", "x"),)), RuleCard(withdrawn=("x",)), RuleCard(prefer=("x",))):
        with pytest.raises(ValueError, match="'x'"):
            count(election, card)


def test_rivals_in_different_pots_are_refused():
    projects = [Project("a", 6, {"category": "play"}), Project("b", 5, {"category": "green"})]
    election = Election.build(projects, 12, [["a", "b"]])
    pots = (Pot("category", "play", 6), Pot("category", "green", 6))
    with pytest.raises(ValueError, match="same pot"):
        count(election, RuleCard(rule="greedy", pots=pots, exclusive=(("a", "b"),)))


def test_caps_limit_a_category_and_nothing_else():
    projects = [Project("a", 6, {"category": "play"}), Project("b", 5, {"category": "play"}), Project("c", 4)]
    election = Election.build(projects, 20, [["a", "b", "c"], ["a", "b"], ["a"]])
    card = RuleCard(rule="greedy", caps=(Pot("category", "play", 10),))
    assert count(election, card).winners == ("a", "c")
    assert count(election, card.but(leftover="greedy")).winners == ("a", "c", "b")


def test_a_part_of_a_ranked_election_closes_the_gaps_in_its_rankings():
    election = build({"a": 1, "b": 1, "c": 1}, 3, ["abc", "cba"], vote_type="ordinal")
    assert part(election, [0, 2], 3).points == [3, 3]


def test_a_rule_card_survives_json_and_refuses_what_it_does_not_know():
    card = RuleCard(rule="greedy", exclusive=(("a", "b"),), caps=(Pot("area", "North", 5),), seed="draw")
    assert RuleCard.from_data(card.as_data()) == card
    assert card.sha256 != card.but(seed="other").sha256
    for wrong in ({"rule": "dice"}, {"colour": "red"}, {"ties": ("coin",)}, {"step": "0"}, {"part_funding": "2"}):
        with pytest.raises(ValueError):
            RuleCard.from_data(wrong)
