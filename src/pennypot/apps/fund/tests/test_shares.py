"""Largest remainder: exact, fair, the same for any order, with floors and caps."""

import re
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pennypot.apps.fund.shares import CannotShare, Party, share

DOCS = Path(__file__).resolve().parents[5] / "docs" / "algorithms" / "largest-remainder.md"

totals = st.integers(0, 10**13)
weights = st.one_of(st.integers(0, 10**13), st.fractions(0, 1000, max_denominator=10**6))
parties = (
    st.lists(weights, min_size=1, max_size=30)
    .filter(any)
    .map(lambda found: [Party(f"body {number}", weight) for number, weight in enumerate(found)])
)


@st.composite
def with_limits(draw):
    """Parties with floors and caps that can be met."""
    total = draw(st.integers(0, 10**6))
    listed = draw(parties)
    left, made = total, []
    for party in listed:
        floor = draw(st.one_of(st.none(), st.integers(0, left))) if party.weight else None
        left -= floor or 0
        made.append(Party(party.name, party.weight, floor))
    room = left
    for place, party in enumerate(made):
        if party.weight and draw(st.booleans()):
            made[place] = Party(party.name, party.weight, party.floor, (party.floor or 0) + draw(st.integers(0, 10**6)))
    capped = [party for party in made if party.weight]
    if all(party.cap is not None for party in capped) and sum(party.cap for party in capped) < total:
        last = capped[-1]
        made[made.index(last)] = Party(last.name, last.weight, last.floor, last.cap + total + room)
    return total, made


@given(totals, parties)
def test_the_parts_add_up_to_the_penny(total, listed):
    assert sum(part.pence for part in share(total, listed)) == total


@given(totals, parties)
def test_nobody_is_a_whole_penny_from_their_exact_part(total, listed):
    whole = sum(Fraction(party.weight) for party in listed)
    for party, part in zip(listed, share(total, listed), strict=True):
        assert abs(part.pence - total * Fraction(party.weight) / whole) < 1
        assert party.weight or part.pence == 0


@given(totals, parties, st.randoms())
def test_the_order_of_the_list_does_not_matter(total, listed, random):
    mixed = list(listed)
    random.shuffle(mixed)
    assert {part.name: part for part in share(total, listed)} == {part.name: part for part in share(total, mixed)}


@given(totals, parties)
def test_more_weight_never_gets_less(total, listed):
    parts = share(total, listed)
    in_order = sorted(zip(listed, parts, strict=True), key=lambda pair: (pair[0].weight, pair[1].pence))
    by_weight = [part.pence for party, part in in_order]
    assert by_weight == sorted(by_weight)


@given(totals, parties, st.integers(1, 10**6))
def test_only_proportions_matter(total, listed, factor):
    bigger = [Party(party.name, party.weight * factor) for party in listed]
    assert [part.pence for part in share(total, listed)] == [part.pence for part in share(total, bigger)]


@given(with_limits())
def test_floors_and_caps_hold_and_the_parts_still_add_up(case):
    total, listed = case
    parts = share(total, listed)
    assert sum(part.pence for part in parts) == total
    for party, part in zip(listed, parts, strict=True):
        if party.weight:
            assert part.pence >= (party.floor or 0)
            assert party.cap is None or part.pence <= party.cap


@given(with_limits())
def test_with_limits_everyone_else_shares_at_one_rate(case):
    total, listed = case
    parts = {part.name: part for part in share(total, listed)}
    free = [party for party in listed if party.weight and not parts[party.name].limit]
    rates = {parts[party.name].quota / Fraction(party.weight) for party in free}
    assert len(rates) <= 1
    for rate in rates:
        for party in listed:
            wanted = rate * Fraction(party.weight)
            if parts[party.name].limit == "floor":
                assert wanted <= party.floor
            elif parts[party.name].limit == "cap":
                assert wanted >= party.cap


def test_a_tie_goes_to_the_larger_weight_and_then_to_the_name():
    parts = share(1, [Party("b", 1), Party("c", 1), Party("a", 1)])
    assert [(part.name, part.pence) for part in parts] == [("b", 0), ("c", 0), ("a", 1)]
    # 3 pence among 3 and 1: quotas 2.25 and 0.75. 2 pence among 3 and 1: 1.5 and 0.5, the same remainder.
    assert [part.pence for part in share(2, [Party("a", 1), Party("z", 3)])] == [0, 2]


def test_ten_comes_after_two_only_because_of_its_name():
    """Names are compared as text: a rule that pages state, not an accident of ids."""
    assert [part.pence for part in share(1, [Party("2", 1), Party("10", 1)])] == [0, 1]


@pytest.mark.parametrize(
    ("total", "listed", "why"),
    [
        (-1, [Party("a", 1)], "negative"),
        (1, [Party("a", -1)], "negative"),
        (1, [Party("a", 1), Party("a", 2)], "same-name"),
        (1, [], "nobody"),
        (1, [Party("a", 0)], "nobody"),
        (10, [Party("a", 1, floor=6), Party("b", 1, floor=6)], "floors"),
        (10, [Party("a", 1, floor=6, cap=5)], "floors"),
        (10, [Party("a", 1, cap=4), Party("b", 1, cap=5)], "caps"),
    ],
)
def test_what_cannot_be_shared_is_refused_with_the_reason(total, listed, why):
    with pytest.raises(CannotShare) as problem:
        share(total, listed)
    assert problem.value.why == why


def test_nothing_is_shared_among_nobody():
    assert share(0, []) == []
    assert [part.pence for part in share(0, [Party("a", 0)])] == [0]


def tables():
    """The worked examples of the page: total, and rows of name, weight, floor, cap, pence."""
    for block in re.split(r"\n### ", DOCS.read_text(encoding="utf-8"))[1:]:
        total = re.search(r"Share ([\d,]+) p", block)
        rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in block.splitlines() if line[:1] == "|"]
        yield pytest.param(total, rows, id=block.splitlines()[0])


@pytest.mark.parametrize(("total", "rows"), list(tables()))
def test_the_worked_examples_of_the_page(total, rows):
    headings, _line, *body = rows
    column = {name: place for place, name in enumerate(headings)}

    def limit(row, name):
        return int(row[column[name]].replace(",", "")) if name in column and row[column[name]] else None

    listed = [Party(row[0], Fraction(row[1].replace(",", "")), limit(row, "floor"), limit(row, "cap")) for row in body]
    parts = share(int(total[1].replace(",", "")), listed)
    assert [f"{part.pence:,}" for part in parts] == [row[column["gets"]] for row in body]
    assert [f"{float(part.quota):,.2f}" for part in parts] == [row[column["exact part"]] for row in body]
    assert ["one" if part.extra else "" for part in parts] == [row[column["penny left over"]] for row in body]
