"""Dates: every way of writing them that was seen, and which number is the day."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pennypot.apps.budgets.reading.dates import DateColumn, DateFacts, resolve, take_apart
from pennypot.apps.budgets.reading.decide import date_order

DATES = st.dates(dt.date(1990, 1, 1), dt.date(2026, 12, 31))
THIRD_OF_APRIL = dt.date(2024, 4, 3)


def day_first(cell):
    return DateColumn("day")[cell]


@pytest.mark.parametrize(
    "cell",
    ["03/04/2024", "3/4/2024", "03/04/24", "03-04-2024", "03.04.2024", "3-Apr-24", "03-Apr-2024", "3 Apr 2024",
     "3 April 2024",
     "2024-04-03", "2024-04-03T00:00:00", "2024-04-03 10:15", "03/04/2024 00:00:00", "20240403",
     "3rd April 2024", "April 3, 2024",
     "Wednesday 3 April 2024", " 03/04/2024 ", "45385", "45385.0", "45385.75", 45385, 45385.0, dt.date(2024, 4, 3),
     dt.datetime(2024, 4, 3, 9, 30), "3-APR-24", "03Apr2024"],
)  # fmt: skip
def test_a_date_is_read_however_it_is_written(cell):
    assert day_first(cell) == THIRD_OF_APRIL


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("", "row_no_date"),
        ("  ", "row_no_date"),
        (None, "row_no_date"),
        ("31/02/2024", "row_impossible_date"),
        ("29/02/2023", "row_impossible_date"),
        ("00/01/2024", "row_impossible_date"),
        ("April", "row_bad_date"),
        ("3 Aprul 2024", "row_bad_date"),
        ("12345", "row_bad_date"),
        (1234.5, "row_bad_date"),
        (True, "row_bad_date"),
        (float("nan"), "row_bad_date"),
        (float("inf"), "row_bad_date"),
        ("03/04/1924", "row_far_date"),
        ("03/04/2124", "row_far_date"),
        ("120.50", "row_bad_date"),
    ],
)
def test_what_is_no_date_is_refused_with_its_reason(cell, why):
    assert day_first(cell) == why


def test_two_figures_of_a_year_are_this_century_up_to_79():
    assert day_first("03/04/17") == dt.date(2017, 4, 3)
    assert day_first("03/04/95") == dt.date(1995, 4, 3)


def facts_of(*cells) -> DateFacts:
    facts = DateFacts()
    facts.add(cells)
    return facts


def test_one_day_after_the_twelfth_decides_a_whole_column():
    assert date_order(facts_of("03/04/2024", "17/04/2024"))[0] == "day"
    order, said = date_order(facts_of("04/03/2024", "04/17/2024"))
    assert order == "month" and str(said) == "Dates are month first: 04/17/2024 cannot be read otherwise."


def test_without_such_a_day_the_reading_that_keeps_dates_together_wins():
    cells = [f"0{day}/04/2024" for day in range(1, 10)]
    order, said = date_order(facts_of(*cells))
    assert order == "day" and said.code == "dates_day_first_span"
    order, said = date_order(facts_of(*[f"04/0{day}/2024" for day in range(1, 10)]))
    assert order == "month" and said.code == "dates_month_first_span"


def test_when_nothing_tells_it_is_a_guess_and_said_to_be_one():
    order, said = date_order(facts_of("03/04/2024", "04/03/2024"))
    assert order == "day" and said.code == "dates_day_first_guess"


def test_when_both_orders_are_certain_somewhere_the_unclear_ones_are_not_kept():
    order, said = date_order(facts_of("17/04/2024", "04/17/2024", "03/04/2024"))
    assert order == "both" and said.code == "dates_both_orders"
    column = DateColumn("both")
    assert column["17/04/2024"] == column["04/17/2024"] == dt.date(2024, 4, 17)
    assert column["03/04/2024"] == "row_either_date"
    assert column["04/04/2024"] == dt.date(2024, 4, 4)


def test_dates_that_are_certain_need_no_decision():
    assert date_order(facts_of("2024-04-03", "3 Apr 2024", 45385)) == ("day", None)


@given(DATES, st.sampled_from(["%d/%m/%Y", "%d-%b-%y", "%d %B %Y", "%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y %H:%M", "%Y%m%d"]))
def test_what_is_written_is_read_back(date, style):
    assert day_first(date.strftime(style)) == date


@given(DATES)
def test_a_month_first_column_is_read_back(date):
    assert DateColumn("month")[date.strftime("%m/%d/%Y")] == date


@given(DATES)
def test_a_spreadsheet_day_number_is_read_back(date):
    serial = (date - dt.date(1899, 12, 30)).days
    assert day_first(serial) == day_first(str(serial)) == date


@given(st.text(max_size=45))
def test_no_text_makes_the_reader_stumble(text):
    written = take_apart(text)
    if written is not None:
        assert isinstance(resolve(written, "day"), dt.date | str)
