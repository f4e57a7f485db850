"""Amounts: what is read, what is refused, and that the second way of working them out agrees."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pennypot.apps.budgets.reading.money import Money, MoneyColumn, parse_money, second_opinion_pence

PENCE = st.integers(-(10**13), 10**13)


@pytest.mark.parametrize(
    ("text", "pence"),
    [
        ("1234.56", 123_456),
        ("1,234.56", 123_456),
        ("£1,234.56", 123_456),
        ("£ 12", 1200),
        ("-£5.00", -500),
        ("£-5.00", -500),
        ("16,989.00-", -1_698_900),
        ("(123.45)", -12_345),
        ("(£1,000)", -100_000),
        ("12.00 CR", -1200),
        ("12.00 DR", 1200),
        ("−7.10", -710),
        ("GBP 3.5", 350),
        (" 1616.23 ", 161_623),
        ("1\u00a0234.50", 123_450),
        ("+4", 400),
        (".5", 50),
        ("5.", 500),
        ("-", 0),
        ("£ -   ", 0),
        ("0", 0),
        ("9533.910000000003", 953_391),
    ],
)
def test_an_amount_is_read_to_the_penny(text, pence):
    assert parse_money(text) == Money(pence)
    assert second_opinion_pence(text, ".", 100) == pence


@pytest.mark.parametrize(
    "text",
    ["", " ", "£", ".", "abc", "12,34", "1,234,56.00", "1.2.3", "1.2E+05", "#REF!", "12 pounds", "03/04/2024", "--",
     "()", "=1+1", "1" * 30, "1,1", "٣"],
)  # fmt: skip
def test_what_is_not_surely_an_amount_is_refused(text):
    assert parse_money(text) is None


@pytest.mark.parametrize("cell", [None, True, False, float("nan"), float("inf"), 1e300, b"1"])
def test_cells_that_are_no_numbers_are_refused(cell):
    assert parse_money(cell) is None
    assert second_opinion_pence(cell, ".", 100) in (0, 1) if isinstance(cell, float) else True


def test_parts_of_a_penny_are_rounded_and_said():
    assert parse_money("0.125") == Money(13, rounded=True)
    assert parse_money("-0.125") == Money(-13, rounded=True)
    assert parse_money(310664.76999999996) == Money(31_066_477)


def test_a_comma_can_mark_the_pence():
    assert parse_money("1.234,56", decimal=",") == Money(123_456)
    assert parse_money("1,234.56", decimal=",") is None
    assert second_opinion_pence("1.234,56-", ",", 100) == -123_456


def test_units_multiply_exactly():
    assert parse_money(1204136.0, unit_pence=100_000) == Money(120_413_600_000)
    assert parse_money("0.1", unit_pence=100_000) == Money(10_000)


def written(pence: int, style: int) -> str:
    whole, rest = divmod(abs(pence), 100)
    plain = f"{whole}.{rest:02d}"
    grouped = f"{whole:,}.{rest:02d}"
    if pence >= 0:
        return [plain, grouped, f"£{grouped}", f" {plain} "][style % 4]
    return [f"-{plain}", f"{grouped}-", f"({grouped})", f"-£{grouped}", f"£{plain} CR"][style % 5]


@given(PENCE, st.integers(0, 19))
def test_what_is_written_is_read_back(pence, style):
    text = written(pence, style)
    assert parse_money(text) == Money(pence)
    assert second_opinion_pence(text, ".", 100) == pence


@given(st.integers(-(10**11), 10**11))
def test_the_number_of_a_spreadsheet_cell_is_read_to_the_penny(pence):
    cell = pence / 100
    assert parse_money(cell) == Money(pence)
    assert second_opinion_pence(cell, ".", 100) == pence


@given(st.text(max_size=80) | st.text("0123456789.,-()£ CR", max_size=20))
def test_both_ways_agree_on_every_text_that_is_an_amount(text):
    read = parse_money(text)
    if read is not None:
        assert second_opinion_pence(text, ".", 100) == read.pence
        assert Decimal(read.pence) == read.pence


def test_a_column_remembers_text_and_forgets_nothing_that_matters():
    column = MoneyColumn()
    assert column["1.00"] == Money(100) and column["x"] is None
    assert column[True] is None and column[1] == Money(100) and column[1.0] == Money(100)
