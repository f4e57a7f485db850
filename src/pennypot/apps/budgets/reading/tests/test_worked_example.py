"""Repeats the worked example of ``docs/algorithms/reading.md``, taken from the page itself."""

from __future__ import annotations

import re

import pytest

from pennypot.apps.budgets.reading import read, recognise, understand
from pennypot.apps.budgets.reading.tests.conftest import SOURCE

PAGE = SOURCE.parent / "docs" / "algorithms" / "reading.md"


@pytest.fixture(scope="module")
def example() -> str:
    return PAGE.read_text(encoding="utf-8").partition("## Worked example")[2].partition("\n## ")[0]


def test_the_example_on_the_page_is_read_as_the_page_says(example):
    lines = [line[4:] for line in example.splitlines() if line.startswith("    ")]
    content = "\r\n".join(lines).encode().replace(b"<9C>", b"\x9c")
    with recognise(content, "example.csv") as source:
        encoding = source.encoding(source.sheets[0])
        understood = understand(source)
        reading = read(source, understood)
    said = [str(one) for one in understood.remarks + understood.sheets[0].remarks]
    assert encoding == "cp437" and "| encoding | cp437" in example
    assert "The headings are in row 2." in said and "| headings | row 2 |" in example
    assert "Dates are day first: 17/04/2024 cannot be read otherwise." in said
    assert understood.mapping.vat == "net"

    told = {
        int(row): (what, pence)
        for row, what, pence in re.findall(r"^\| (\d) \| (.*?) \| ([\d,-]*) ?\|$", example, re.M)
    }
    for row in reading.rows():
        assert told.pop(row.row) == (f"kept, {row.paid_on.isoformat()}", f"{row.amount_pence:,}")
    for one in reading.rejected:
        what, pence = told.pop(one.row)
        assert what.startswith("rejected: ")
        assert pence == (f"{one.amount_pence:,}" if one.amount_pence else "")
    assert told == {6: ("blank", "")}

    counts = (reading.rows_in, reading.kept, reading.rejected_count, reading.blank)
    assert "{} rows = {} kept + {} rejected + {} blank".format(*counts) in example
    sums = (reading.sum_before_pence, reading.sum_kept_pence, reading.sum_rejected_pence)
    assert "£{:,.2f} = £{:,.2f} kept + £{:,.2f} rejected".format(*(pence / 100 for pence in sums)) in example
