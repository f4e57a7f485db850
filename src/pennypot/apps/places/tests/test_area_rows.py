"""Reading a list of areas: the docstring of each test is what somebody typed."""

from __future__ import annotations

from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pennypot.apps.places.area_rows import AreaRow, read_list, write_list


def typed(test):
    return dedent(test.__doc__.removeprefix("\n"))


def read(test):
    rows, problems = read_list(typed(test))
    return [(row.name, row.code, row.population, row.part_of) for row in rows], [
        (one.row, one.message) for one in problems
    ]


def test_names_alone():
    """
    Altrincham

    St Mary's
    """
    rows, problems = read(test_names_alone)
    assert rows == [("Altrincham", "", None, ""), ("St Mary's", "", None, "")]
    assert not problems


def test_names_codes_and_residents_with_commas_in_the_numbers():
    """
    Altrincham, E05015239, 11278
    Bowdon, 10,812
    Hale, E05015248
    Sale, north, 5
    """
    rows, problems = read_list(typed(test_names_codes_and_residents_with_commas_in_the_numbers))
    assert [(row.name, row.code, row.population) for row in rows] == [
        ("Altrincham", "E05015239", 11278),
        ("Bowdon", "", 10812),
        ("Hale", "E05015248", None),
    ]
    assert [problem.row for problem in problems] == [4]
    assert "neither a code nor a number" in problems[0].message


def test_headings_say_what_each_column_is_and_areas_can_be_part_of_others():
    """
    Ward name;Population;GSS code;Part of
    North;;N1;
    North End;1 200;N2;North
    """
    rows, problems = read(test_headings_say_what_each_column_is_and_areas_can_be_part_of_others)
    assert rows == [("North", "N1", None, ""), ("North End", "N2", 1200, "North")]
    assert not problems


def test_a_paste_from_a_spreadsheet():
    """Altrincham\tE05015239\t11,278\nBowdon\t\t10812"""
    rows, problems = read(test_a_paste_from_a_spreadsheet)
    assert rows == [("Altrincham", "E05015239", 11278, ""), ("Bowdon", "", 10812, "")]
    assert not problems


def test_every_slip_is_named_with_its_row():
    """
    name,code,population,part of
    ,X1,5,
    Hill,X2,many,
    Mill,X3,-4,
    Mill,X4,7,
    Well,X5,7,Nowhere
    Dell,X6,7,8,9
    Glen,X7,99999999999,
    """
    _rows, problems = read(test_every_slip_is_named_with_its_row)
    said = dict(problems)
    assert "no name" in said[2]
    assert "“many” is not a whole number" in said[3]
    assert "“-4” is not a whole number" in said[4]
    assert "more parts than there are headings" in said[7]
    assert "more people than a place can have" in said[8]
    assert "which is not in the list" in " ".join(message for _row, message in problems)


def test_a_name_that_is_there_twice_is_named_with_its_line():
    """
    name
    Hill

    Mill
    hill
    """
    _rows, problems = read(test_a_name_that_is_there_twice_is_named_with_its_line)
    assert [row for row, _message in problems] == [5]


def test_areas_cannot_be_part_of_each_other():
    """
    name,part of
    Hill,Mill
    Mill,Hill
    Well,Hill
    """
    _rows, problems = read(test_areas_cannot_be_part_of_each_other)
    assert [message for _row, message in problems] == [
        "“Hill” would be part of itself.",
        "“Mill” would be part of itself.",
    ]


def test_more_areas_than_a_place_can_have_are_refused():
    rows, problems = read_list("\n".join(f"Area {number}" for number in range(2_500)))
    assert len(rows) == 2_000
    assert "more than 2000 areas" in problems[0].message


@pytest.mark.parametrize("text", ["", "\n\n", "\ufeff", " , ,", '"', '"unclosed', ",,,,", "\t", ";;;", "\x00"])
def test_odd_text_is_no_accident(text):
    read_list(text)


names = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=20).filter(
    lambda name: name.strip() and name.casefold() not in {"name", "area", "ward", "parish", "neighbourhood"}
)


@given(
    st.lists(
        st.builds(AreaRow, names, st.from_regex(r"[A-Z]\d{3}", fullmatch=True), st.none() | st.integers(0, 10**7)),
        max_size=8,
        unique_by=lambda row: row.name.casefold(),
    )
)
def test_what_is_written_is_read_again(rows):
    read_again, problems = read_list(write_list(rows))
    assert read_again == rows
    assert not problems


def test_many_areas_inside_each_other_are_read_in_good_time():
    import time

    text = "name,part of\n" + "\n".join(f"A{n},A{n - 1}" if n else "A0," for n in range(2_000))
    start = time.process_time()
    rows, problems = read_list(text)
    assert len(rows) == 2_000
    assert not problems
    assert time.process_time() - start < 3
