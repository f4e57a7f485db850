"""What may be chosen on a ballot (check 16), and that a choice is written in one way only."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from pennypot.apps.voting.choices import (
    APPROVE,
    KINDS,
    KNAPSACK,
    POINTS,
    RANK,
    BallotForm,
    Choices,
    Item,
    check,
    typed_in,
)

ITEMS = {number: Item(number, number * 100_00) for number in range(1, 13)} | {99: Item(99, 1_00, withdrawn=True)}
FORMS = {
    APPROVE: BallotForm(APPROVE, ITEMS, max_choices=5),
    KNAPSACK: BallotForm(KNAPSACK, ITEMS, budget_pence=1_000_00),
    RANK: BallotForm(RANK, ITEMS, max_choices=5),
    POINTS: BallotForm(POINTS, ITEMS, points=10),
}
anything = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(max_size=12) | some.binary(max_size=4),
    lambda inner: some.lists(inner, max_size=6) | some.dictionaries(some.text(max_size=4) | some.integers(), inner),
    max_leaves=12,
)


def codes(found) -> list[str]:
    """Return the codes of the problems; none when the choice holds."""
    return [] if isinstance(found, Choices) else [problem.code for problem in found]


@pytest.mark.parametrize("kind", KINDS)
def test_s16_nothing_chosen_is_not_a_ballot(kind):
    assert codes(check(FORMS[kind], [])) == ["none"]


def test_s16_more_than_the_money_is_refused_with_how_much_too_much():
    (problem,) = check(FORMS[KNAPSACK], [4, 7])
    assert problem.code == "over_budget"
    assert problem.params == {"cost": 1_100_00, "budget": 1_000_00, "over": 100_00}


def test_exactly_all_of_the_money_may_be_spent():
    assert check(FORMS[KNAPSACK], ["3", "7"]) == Choices(KNAPSACK, (3, 7))


@pytest.mark.parametrize("kind", [APPROVE, KNAPSACK, RANK])
@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ([13], "unknown"),
        ([0], "unknown"),
        ([99], "withdrawn"),
        ([1, 1], "twice"),
        ([-1], "shape"),
        (["-1"], "shape"),
        ([1.0], "shape"),
        ([True], "shape"),
        ([None], "shape"),
        (["٣"], "shape"),
        (["1e1"], "shape"),
        ([10**9], "shape"),
        (["9" * 5_000], "shape"),
        ([[1]], "shape"),
        ([{"number": 1}], "shape"),
        ("12", "shape"),
        (12, "shape"),
        (None, "shape"),
        (range(10**9), "shape"),
        (b"12", "shape"),
        ([1] * 10_000, "too_long"),
    ],
)
def test_s16_a_bad_list_is_refused(kind, raw, code):
    assert code in codes(check(FORMS[kind], raw))


@pytest.mark.parametrize("kind", [APPROVE, RANK])
def test_s16_more_than_the_most_is_refused(kind):
    assert codes(check(FORMS[kind], [1, 2, 3, 4, 5, 6])) == ["too_many"]


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ({1: 11}, "too_many_points"),
        ({1: 6, 2: 5}, "too_many_points"),
        ({1: -1}, "not_a_number"),
        ({1: "-1"}, "not_a_number"),
        ({1: "some"}, "not_a_number"),
        ({1: 2.5}, "not_a_number"),
        ({1: 10**12}, "not_a_number"),
        ({13: 1}, "unknown"),
        ({99: 1}, "withdrawn"),
        ([[1, 1], [1, 2]], "twice"),
        ([[1]], "shape"),
        ([1, 2], "shape"),
        ("1", "shape"),
        ({1: 0, 2: 0}, "none"),
        (dict.fromkeys(range(6_000), 1), "too_long"),
    ],
)
def test_s16_bad_points_are_refused(raw, code):
    assert code in codes(check(FORMS[POINTS], raw))


@pytest.mark.parametrize(
    ("raw", "code"), [({1: 1, 2: 1}, "same_place"), ({1: 0}, "not_a_number"), ({1: "first"}, "not_a_number")]
)
def test_s16_bad_places_are_refused(raw, code):
    assert code in codes(check(FORMS[RANK], raw))


def test_gaps_between_places_do_no_harm():
    assert check(FORMS[RANK], {5: "7", 2: "1", 9: "3"}) == Choices(RANK, (2, 9, 5))


def test_points_of_nought_are_as_if_nothing_was_typed():
    assert check(FORMS[POINTS], {5: "7", 2: "0"}) == Choices(POINTS, ((5, 7),))


def test_a_form_that_does_not_exist_is_our_own_mistake():
    with pytest.raises(ValueError, match="no ballot form"):
        check(BallotForm("lottery", ITEMS), [1])


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(some.sampled_from(KINDS), anything)
def test_s16_whatever_comes_in_is_a_choice_or_a_reason(kind, raw):
    found = check(FORMS[kind], raw)
    if isinstance(found, Choices):
        assert found.value and set(found.numbers) <= set(range(1, 13))
    else:
        assert found and all(problem.code for problem in found)


@given(some.sampled_from([APPROVE, KNAPSACK]), some.permutations([1, 2, 3]))
def test_the_order_of_ticking_leaves_no_trace(kind, ticked):
    assert check(FORMS[kind], ticked).canonical() == b"[1,2,3]"


@given(some.permutations([(1, 3), (2, 4), (12, 1)]))
def test_the_order_of_giving_points_leaves_no_trace(pairs):
    assert check(FORMS[POINTS], dict(pairs)).canonical() == b"[[1,3],[2,4],[12,1]]"


@given(some.sampled_from([APPROVE, RANK]), some.lists(some.integers(1, 12), min_size=1, max_size=5, unique=True))
def test_a_choice_read_back_is_the_same_choice(kind, numbers):
    chosen = check(FORMS[kind], numbers)
    again = check(FORMS[kind], json.loads(chosen.canonical()))
    assert again == chosen and again.canonical() == chosen.canonical()


@given(some.dictionaries(some.integers(1, 12), some.integers(0, 2), min_size=1, max_size=5))
def test_given_points_read_back_are_the_same_points(points):
    chosen = check(FORMS[POINTS], points)
    if isinstance(chosen, Choices):
        assert check(FORMS[POINTS], json.loads(chosen.canonical())) == chosen


@given(some.lists(some.integers(1, 12), min_size=1, max_size=5, unique=True))
def test_figures_and_texts_mean_the_same(numbers):
    assert check(FORMS[APPROVE], [f" {number} " for number in numbers]) == check(FORMS[APPROVE], numbers)


def test_s16_what_was_ticked_is_shown_again_although_it_does_not_hold():
    typed = typed_in(FORMS[KNAPSACK], {"choice": ["4", "7", "13", "rubbish"]})
    assert set(codes(check(FORMS[KNAPSACK], typed.raw()))) == {"shape", "unknown", "over_budget"}
    assert set(typed.shown(FORMS[KNAPSACK])) == {4, 7}


def test_s16_what_was_typed_is_shown_again_letter_by_letter():
    typed = typed_in(FORMS[POINTS], {"points-4": ["-7"], "points-5": [" "], "points-77": ["1"], "rank-6": ["1"]})
    assert typed.shown(FORMS[POINTS]) == {4: "-7"}
