"""CSV that a spreadsheet cannot run, and that reads back as what was meant."""

import csv
import io
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pennypot.house import csv_out

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", " =", "\u00a0+", "\ufeff@", "＝", "'"])
def test_s38_a_text_that_a_spreadsheet_might_run_is_guarded(start):
    written = csv_out.safe(f"{start}cmd|calc!A1")
    assert written.startswith("'")
    assert csv_out.plain(written) == f"{start}cmd|calc!A1"


@given(st.lists(st.lists(texts, min_size=3, max_size=3), max_size=6))
def test_s38_what_was_written_reads_back_equal(rows):
    file = "".join(csv_out.lines(["one", "two", "three"], rows))
    back = list(csv.reader(io.StringIO(file, newline="")))
    assert [[csv_out.plain(cell) for cell in row] for row in back] == [["one", "two", "three"], *rows]


@given(texts)
def test_s38_no_cell_begins_like_a_formula(text):
    assert not csv_out.safe(text).lstrip().startswith(("=", "+", "-", "@"))


def test_numbers_are_numbers_and_the_unknown_is_empty():
    assert csv_out.safe(-386_000_00) == "-38600000"
    assert csv_out.safe(csv_out.pounds_cell(-386_000_00)) == "-386000.00"
    assert csv_out.safe(csv_out.pounds_cell(None)) == ""
    assert csv_out.safe(Decimal("0.392112297074")) == "0.392112297074"
    assert csv_out.safe(True) == "yes"
