"""Payments kept as Parquet and summed with DuckDB: small made-up files whose sums are known by hand."""

from __future__ import annotations

import datetime as dt

import duckdb
import pytest

from pennypot.apps.budgets.reading import CannotRead, recognise, understand
from pennypot.apps.budgets.spending import (
    MASK,
    LocalRule,
    NamedSum,
    PaymentsWriter,
    payments,
    profile,
    read_into_store,
)  # fmt: skip

CSV = b"""Service Area,Expenditure Category,Supplier Name,Supplier Postcode,Payment Date,Net Amount
Parks,Paving,Example Paving Ltd,M33 1AA,03/04/2024,120.50
Parks,Trees,Example Trees Ltd,M3 4BB,17/04/2024,1000.00
Libraries,Books,Example Books Ltd,,17/05/2024,99.00
Libraries,Books,Example Books Ltd,,18/05/2024,19.00-
Housing,Grants,Jane Doe,M33 9ZZ,18/05/2024,300.00
Housing,Grants,REDACTED,M33 9ZZ,19/05/2024,200.00
Housing,Fees,,M33 9ZZ,20/05/2024,10.00
"""


@pytest.fixture
def stored(tmp_path):
    path = tmp_path / "example.parquet"
    reading = read_into_store(CSV, path, "Example Council", filename="may.csv")
    assert reading.kept == 7 and reading.batches == []
    return path


def test_a_profile_sums_to_the_penny(stored):
    found = profile([stored])
    assert (found.payments, found.total_pence, found.paid_pence, found.returned_pence) == (7, 171_050, 172_950, -1_900)
    assert (found.first, found.last, found.payees) == (dt.date(2024, 4, 3), dt.date(2024, 5, 20), 3)
    assert found.top_payees == [
        NamedSum("Example Trees Ltd", 100_000, 1),
        NamedSum("Example Paving Ltd", 12_050, 1),
        NamedSum("Example Books Ltd", 8_000, 2),
    ]
    assert found.by_month == [NamedSum("2024-04", 112_050, 2), NamedSum("2024-05", 59_000, 5)]
    assert found.by_service[0] == NamedSum("Parks", 112_050, 2)
    assert {one.name: one.pence for one in found.by_purpose}["Books"] == 8_000
    assert (found.private, found.redacted) == (NamedSum(MASK, 30_000, 1), NamedSum("redacted", 20_000, 1))
    assert found.not_given == NamedSum("", 1_000, 1)


def test_what_stays_local_is_told_by_postcode_and_by_list_and_unknown_is_its_own(stored):
    local = profile([stored], LocalRule(postcodes=("M33",))).local
    assert (local.local_pence, local.local_payments) == (42_050, 2)
    assert (local.elsewhere_pence, local.not_known_pence) == (100_000, 29_000)
    listed = profile([stored], LocalRule(postcodes=("m33",), payees=frozenset({"example books ltd"}))).local
    assert (listed.local_pence, listed.not_known_pence) == (50_050, 21_000)
    for rule in (
        LocalRule(),
        LocalRule(postcodes=("M33",)),
        LocalRule(postcodes=("M",)),
        LocalRule(postcodes=("M33 1AA",)),
    ):
        share = profile([stored], rule).local
        assert share.local_pence + share.elsewhere_pence + share.not_known_pence == 171_050
    assert profile([stored]).local.not_known_pence == 171_050
    assert profile([stored], LocalRule(postcodes=("M",))).local.local_pence == 142_050
    assert profile([stored], LocalRule(postcodes=("M33 1AA",))).local.local_pence == 12_050


def test_a_strange_area_is_not_taken_for_a_pattern(stored):
    assert profile([stored], LocalRule(postcodes=(".*", "M3'3"))).local.local_pence == 0


def test_private_people_are_masked_in_all_that_is_published(stored):
    rows = list(payments([stored]))
    assert len(rows) == 7
    assert not any("Doe" in str(value) for row in rows for value in row.values())
    assert [row["amount_pence"] for row in rows] == sorted((row["amount_pence"] for row in rows), reverse=True)
    assert [row["row"] for row in rows if row["payee_published"] == MASK] == [6]


def test_payments_can_be_chosen_and_paged(stored):
    assert [row["amount_pence"] for row in payments([stored], payee="Example Books Ltd")] == [9_900, -1_900]
    assert len(list(payments([stored], month="2024-04"))) == 2
    assert len(list(payments([stored], service="Housing", limit=2))) == 2
    assert len(list(payments([stored], limit=5, offset=5))) == 2
    assert list(payments([stored], payee="' OR 1=1 --")) == []


def test_the_columns_have_their_types_and_the_row_of_origin(stored):
    found = duckdb.sql(f"SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM '{stored}')").fetchall()
    types = dict(found)
    assert (types["amount_pence"], types["paid_on"], types["row"]) == ("BIGINT", "DATE", "INTEGER")
    origin = duckdb.sql(f"SELECT publisher, file, row FROM '{stored}' ORDER BY row LIMIT 1").fetchall()
    assert origin == [("Example Council", "may.csv", 2)]


def test_several_imports_are_summed_together_and_one_publisher_can_be_chosen(stored, tmp_path):
    other = tmp_path / "it's another.parquet"
    read_into_store(CSV, other, "Other Council")
    assert profile([stored, other]).total_pence == 342_100
    assert profile([stored, other], publisher="Other Council").total_pence == 171_050
    assert profile([stored, other], publisher="Nobody").payments == 0


@pytest.mark.parametrize(
    ("line", "kept", "pence"),
    [
        ("04/28/2024,Example Ltd,1.00", 30_001, 3_000_100),
        ('Supplier,Date,Amount\n"Other Ltd",29/04/2024,2.00', 30_001, 3_000_200),
        ("03/04/2024,Example Ltd,soon", 30_000, 3_000_000),
    ],
)
def test_what_only_a_look_at_the_whole_file_shows_is_seen_however_far_down(tmp_path, line, kept, pence):
    rows = "17/04/2024,Example Ltd,1.00\n" * 30_000
    content = f"Date,Supplier,Amount\n{rows}{line}\n".encode()
    path = tmp_path / "long.parquet"
    reading = read_into_store(content, path, "Example Council", filename="long.csv")
    assert (reading.kept, reading.sum_kept_pence) == (kept, pence)
    found = profile([path])
    assert (found.payments, found.total_pence) == (kept, pence)
    with recognise(content, "long.csv") as source:
        whole = understand(source)
        again = read_into_store(source, tmp_path / "again.parquet", "Example Council", whole)
    assert (again.kept, again.reasons, again.sum_kept_pence) == (reading.kept, reading.reasons, reading.sum_kept_pence)


def test_when_reading_fails_no_file_is_left(tmp_path):
    path = tmp_path / "bad.parquet"
    with pytest.raises(CannotRead):
        read_into_store(b"hello\r\nworld\r\n", path, "Example Council")
    with pytest.raises(CannotRead, match="not payments"):
        read_into_store(b"Service,Net budget\r\nParks,12\r\nLibraries,7\r\n", path, "Example Council")
    with pytest.raises(RuntimeError), PaymentsWriter(path, "Example Council"):
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_a_file_without_payments_gives_an_empty_profile(tmp_path):
    path = tmp_path / "none.parquet"
    with PaymentsWriter(path, "Example Council"):
        pass
    found = profile([path])
    assert (found.payments, found.total_pence, found.first, found.top_payees) == (0, 0, None, [])


def test_dates_that_are_not_known_are_a_month_of_their_own(tmp_path):
    path = tmp_path / "undated.parquet"
    with recognise(b"Supplier,Net amount\r\nExample Ltd,5.00\r\nExample Ltd,7.00\r\n", "a.csv") as source:
        read_into_store(source, path, "Example Council", understand(source))
    assert profile([path]).by_month == [NamedSum("", 1_200, 2)]


def test_a_purpose_written_as_not_applicable_is_not_given(tmp_path):
    path = tmp_path / "example.parquet"
    rows = CSV.replace(b",Paving,", b",NA,").replace(b",Trees,", b",n/a,")
    read_into_store(rows, path, "Example Council", filename="may.csv")
    named = {one.name: one.pence for one in profile([path]).by_purpose}
    assert named[""] == 112_050
    assert not {"NA", "n/a"} & set(named)
