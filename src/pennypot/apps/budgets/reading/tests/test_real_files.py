"""The files that councils, police and fire really published, compared with a second, plainer reader of our own.

The plain reader knows by hand what each publisher calls its columns, and shares no code with the package. Skipped
where the real files are absent. Nothing of what the rows say is written here.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from collections import Counter
from decimal import Decimal
from functools import cache

import pytest
import python_calamine

from pennypot.apps.budgets.reading import read, recognise, understand
from pennypot.apps.budgets.reading.evidence import as_markdown, gather

pytestmark = pytest.mark.shared

FORMATS = ("%d/%m/%Y", "%d/%m/%y", "%d-%b-%y", "%d-%b-%Y", "%d %b %Y", "%d %B %Y", "%Y-%m-%d")
AMOUNTS = ("net amount", "amount paid", "amount")
DAYS = ("payment date", "date paid", "paid date", "paid_date", "paymentdate")


@cache
def plain_date(text: str) -> dt.date:
    for style in FORMATS:
        try:
            return dt.datetime.strptime(text.strip(), style).date()
        except ValueError:
            continue
    raise AssertionError(text)


@cache
def plain_pence(text: str) -> int:
    text = text.strip().lstrip("£").replace(",", "")
    sign = -1 if text.endswith("-") else 1
    return sign * int(Decimal(text.rstrip("-").replace("£", "")) * 100)


def plain_reading(content: bytes) -> Counter:
    """(day, pence) of every payment in a CSV file, counted."""
    text = content.decode("latin-1").removeprefix("\xef\xbb\xbf")
    rows = [row for row in csv.reader(io.StringIO(text, newline="")) if any(cell.strip() for cell in row)]
    for head in rows:
        names = [cell.strip().lower() for cell in head]
        day = next((names.index(name) for name in DAYS if name in names), None)
        amount = next((at for wanted in AMOUNTS for at, name in enumerate(names) if name.startswith(wanted)), None)
        if day is not None and amount is not None:
            break
    else:
        raise AssertionError("no headings")
    payments = [row for row in rows if row is not head and len(row) > max(day, amount) and row[amount].strip()]
    return Counter((plain_date(row[day]), plain_pence(row[amount])) for row in payments)


def our_reading(content, name: str) -> tuple[Counter, object]:
    with recognise(content, name) as source:
        reading = read(source, understand(source))
    return Counter((row.paid_on, row.amount_pence) for row in reading.rows()), reading


@pytest.mark.parametrize("publisher", ["hyndburn", "leeds", "oxford"])
def test_every_payment_has_the_day_and_the_pence_that_a_plainer_reader_finds(shared, publisher):
    files = sorted((shared / "spend" / publisher).glob("*.csv"))
    assert files
    for path in files:
        ours, reading = our_reading(path, path.name)
        assert ours == plain_reading(path.read_bytes()), path.name
        assert reading.kept == ours.total()


def test_trafford_is_read_whole(shared):
    path = shared / "spend" / "trafford" / "trafford-supplier-spend-2024-25.zip"
    seen: Counter = Counter()
    with recognise(path) as source:
        batch_days = []
        reading = read(source, understand(source), sink=lambda batch: batch_days.append(batch.values))
        for values in batch_days:
            seen.update(zip(values["paid_on"], values["amount_pence"], strict=True))
    with zipfile.ZipFile(path) as archive:
        assert seen == plain_reading(archive.read(archive.namelist()[0]))
    assert (reading.kept, reading.rejected_count, reading.sum_kept_pence) == (210_068, 0, 56_521_957_374)


@pytest.mark.parametrize("file", ["fire-2022-23.xlsx", "pcc-2023-24.xlsx"])
def test_workbooks_of_police_and_fire_agree_with_their_cells(shared, file):
    path = shared / "spend" / "police-fire" / file
    ours, reading = our_reading(path, file)
    book = python_calamine.CalamineWorkbook.from_path(str(path))
    plain: Counter = Counter()
    for name in book.sheet_names:
        for cells in book.get_sheet_by_name(name).to_python():
            numbers = [cell for cell in cells if isinstance(cell, float)]
            day = next((cell for cell in cells if isinstance(cell, dt.date)), None)
            if file.startswith("fire") and numbers:
                plain[day, round(numbers[-1] * 100)] += 1
            elif numbers:
                money = cells[2]
                day = day or dt.date(1899, 12, 30) + dt.timedelta(days=cells[1])
                plain[day, round(money * 100)] += 1
    assert ours == plain and reading.rejected_count == 0


def test_day_numbers_of_the_police_workbook_fall_in_the_month_of_their_sheet(shared):
    with recognise(shared / "spend" / "police-fire" / "pcc-2023-24.xlsx") as source:
        rows = list(read(source, understand(source)).rows())
    months = {"Apr": 4, "May": 5, "Jun": 6, "Jul": 7, "Aug": 8, "Sep": 9, "Oct": 10, "Nov": 11, "Dec": 12,
              "Jan": 1, "Feb": 2, "Mar": 3}  # fmt: skip
    outside = [row for row in rows if row.paid_on.month != months[row.sheet[:3]]]
    assert len(rows) == 9_289 and not outside


def test_a_trailing_minus_is_a_minus_in_the_real_files(shared):
    path = next((shared / "spend" / "hyndburn").glob("*February-2025-csv.csv"))
    ours, _ = our_reading(path, path.name)
    assert sum(count for (_, pence), count in ours.items() if pence < 0) == path.read_bytes().count(b'-"\r\n') + len(
        [line for line in path.read_bytes().split(b"\r\n") if line.endswith(b"-") and line[-4:-3] == b"."]
    )


def test_the_table_of_evidence_shows_every_file_and_none_failed(shared):
    found = list(gather(shared))
    page = as_markdown(found)
    files = [one for one in (shared / "spend").rglob("*.*") if one.is_file()] + list((shared / "mhclg").glob("*.xls*"))
    assert len(found) == len(files) == 66
    assert "**66 files, none failed." in page
    kept = sum(one.reading.kept for one in found)
    rejected = sum(one.reading.rejected_count for one in found)
    assert rejected / (kept + rejected) < 0.005
    for one in found:
        reading = one.reading
        assert reading.rows_in == reading.kept + reading.rejected_count + reading.blank
        assert reading.sum_before_pence == reading.sum_kept_pence + reading.sum_rejected_pence
