"""Files of the shapes that public bodies publish, made small by hand: what is understood, kept, rejected and said."""

from __future__ import annotations

import csv
import datetime as dt
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pennypot.apps.budgets.reading import CannotRead, Mapping, change, read, recognise, understand
from pennypot.apps.budgets.reading.tests.making import make_ods, make_xlsx, make_zip, ods_row

HEAD = ["Service Area", "Supplier Name", "Payment Date", "Net Amount (£)"]
ROWS = [
    ["Parks", "Example Paving Ltd", "03/04/2024", "120.50"],
    ["Libraries", "Example Books Ltd", "17/04/2024", "1,099.00"],
    ["Parks", "Example Trees Ltd", "30/04/2024", "45.25-"],
]


def as_csv(rows) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


def look(content, name="spend.csv", remembered=None):
    with recognise(content if isinstance(content, bytes) else as_csv(content), name) as source:
        understood = understand(source, remembered)
        return understood, read(source, understood)


def codes(understood, reading) -> set[str]:
    said = [*understood.remarks, *reading.remarks, *(one for sheet in understood.sheets for one in sheet.remarks)]
    assert all(str(one) for one in said)
    return {one.code for one in said}


def test_a_plain_file_is_read_without_a_question():
    understood, reading = look([HEAD, *ROWS])
    assert understood.questions == []
    assert {column.heading: column.meaning for column in understood.columns} == {
        "Service Area": "service",
        "Supplier Name": "payee",
        "Payment Date": "paid_on",
        "Net Amount (£)": "amount_net",
    }
    assert (reading.rows_in, reading.kept, reading.headings) == (3, 3, 1)
    assert reading.sum_before_pence == reading.sum_kept_pence == 117_425
    first, *_, last = reading.rows()
    assert first.values == {
        "paid_on": dt.date(2024, 4, 3), "amount_pence": 12_050, "service": "Parks", "payee": "Example Paving Ltd",
    }  # fmt: skip
    assert (last.row, last.amount_pence, last.paid_on) == (4, -4_525, dt.date(2024, 4, 30))
    assert understood.mapping.vat == "net"


def test_headings_may_be_in_the_second_row_below_a_title():
    understood, reading = look([["Spending over £500, April 2024", "", "", ""], HEAD, *ROWS])
    assert reading.kept == 3 and reading.reasons == {"row_title": 1}
    assert {"heading_row"} <= codes(understood, reading)


def test_headings_may_be_below_the_rows_they_name():
    understood, reading = look([*ROWS, HEAD])
    assert reading.kept == 3 and "heading_last" in codes(understood, reading)


def test_headings_may_be_missing():
    understood, reading = look(ROWS * 4)
    assert reading.kept == 12 and "heading_none" in codes(understood, reading)
    meanings = {column.index: column.meaning for column in understood.columns}
    assert (meanings[1], meanings[2], meanings[3]) == ("payee", "paid_on", "amount")
    assert next(reading.rows()).values["payee"] == "Example Paving Ltd"


def test_headings_in_other_words_are_found_by_what_is_under_them():
    rows = [["Wer", "Wann", "Wieviel"], *([name, date, money] for _, name, date, money in ROWS)]
    understood, reading = look(rows)
    assert reading.kept == 3 and reading.sum_kept_pence == 117_425
    assert next(reading.rows()).values["payee"] == "Example Paving Ltd"


def test_columns_may_change_part_of_the_way_down():
    other = ["Supplier Name", "Payment Date", "Amount"]
    rows = [HEAD, *ROWS, other, ["Example Bricks Ltd", "02/05/2024", "7.00"]]
    understood, reading = look(rows)
    assert reading.kept == 4 and reading.headings == 2
    assert "heading_rows" in codes(understood, reading)
    assert list(reading.rows())[-1].amount_pence == 700


def test_headings_that_come_again_and_totals_are_rejected_with_their_reason():
    _, reading = look([HEAD, ROWS[0], HEAD, ROWS[1], ["", "Total", "", "1,219.50"], ["", "", "", "1219.50"]])
    assert reading.reasons == {"row_heading_again": 1, "row_total": 2}
    assert reading.sum_rejected_pence == 243_900
    assert reading.sum_before_pence == reading.sum_kept_pence + reading.sum_rejected_pence == 365_850


def test_a_company_called_total_is_not_a_total():
    _, reading = look([HEAD, ["Fleet", "Total Fuels Ltd", "03/04/2024", "10.00"], *ROWS])
    assert reading.kept == 4


def test_every_rejected_row_says_where_it_is_and_why():
    bad = [
        ["Parks", "Example Ltd", "31/02/2024", "1.00"],
        ["Parks", "Example Ltd", "soon", "1.00"],
        ["Parks", "Example Ltd", "", "1.00"],
        ["Parks", "Example Ltd", "03/04/2024", ""],
        ["Parks", "Example Ltd", "03/04/2024", "12,34"],
        ["xxx", "", "", ""],
    ]
    _, reading = look([HEAD, *ROWS, *bad, ["", "", "", ""], []])
    assert reading.blank == 2 and reading.kept == 3
    assert [(one.row, one.column, one.reason.code) for one in reading.rejected] == [
        (5, 3, "row_impossible_date"),
        (6, 3, "row_bad_date"),
        (7, 3, "row_no_date"),
        (8, 4, "row_no_amount"),
        (9, 4, "row_bad_amount"),
        (10, None, "row_nothing"),
    ]
    assert reading.rejected[4].text == "Parks | Example Ltd | 03/04/2024 | 12,34"
    assert str(reading.rejected[4].reason) == "We cannot read the amount."


def test_cells_spread_over_blank_columns_are_found_under_their_headings():
    spread = ["Department Area", "", "Service Area", "", "", "Name:  ", "", "Payment Date", "", "Amount Paid"]
    rows = [spread, *([service, "", service, "", "", name, "", date, "", money] for service, name, date, money in ROWS)]
    understood, reading = look(rows)
    assert reading.kept == 3 and reading.sum_kept_pence == 117_425
    assert next(reading.rows()).values["division"] == "Parks"


def test_cells_beside_their_heading_are_found():
    rows = [
        ["Supplier Name", "", "Payment Date", "Amount"],
        *(["", name, date, money] for _, name, date, money in ROWS),
    ]
    understood, reading = look(rows)
    assert "column_beside" in codes(understood, reading)
    assert next(reading.rows()).values["payee"] == "Example Paving Ltd"


def test_a_row_shifted_sideways_is_moved_back_and_said():
    rows = [[*HEAD, ""], *([*row, ""] for row in ROWS), ["", "Parks", "Example Bricks Ltd", "29/04/2024", "8.00"]]
    understood, reading = look(rows)
    assert reading.kept == 4 and "realigned" in codes(understood, reading)
    assert list(reading.rows())[-1].values["payee"] == "Example Bricks Ltd"


def test_net_is_taken_before_gross_and_said():
    rows = [
        ["Supplier", "Date", "Gross Amount", "VAT", "Net Amount"],
        ["Example Ltd", "17/04/2024", "12.00", "2.00", "10.00"],
    ]
    understood, reading = look(rows)
    assert reading.sum_kept_pence == 1000 and "net_chosen" in codes(understood, reading)
    gross = change(understood, Mapping.from_json(understood.mapping.as_json().replace('"amount_net"', '"ignore"')))
    with recognise(as_csv(rows), "spend.csv") as source:
        assert read(source, gross).sum_kept_pence == 1200


def test_payments_without_a_payee_are_kept_and_counted():
    understood, reading = look([HEAD, *ROWS, ["Parks", "", "03/04/2024", "5.00"]])
    assert reading.kept == 4 and "no_payee" in codes(understood, reading)


def test_a_date_far_from_all_others_is_kept_and_said():
    understood, reading = look([HEAD, *ROWS * 20, ["Parks", "Example Ltd", "17/04/2025", "5.00"]])
    assert reading.kept == 61 and "dates_far_off" in codes(understood, reading)


def test_month_first_dates_are_read_so_when_one_can_only_be_that():
    rows = [HEAD, ["Parks", "Example Ltd", "04/03/2024", "5.00"], ["Parks", "Example Ltd", "04/17/2024", "5.00"]]
    _, reading = look(rows)
    assert [row.paid_on for row in reading.rows()] == [dt.date(2024, 4, 3), dt.date(2024, 4, 17)]


def test_a_date_that_could_be_either_is_asked_about_and_the_answer_remembered():
    rows = [HEAD, ["Parks", "Example Ltd", "03/04/2024", "5.00"], ["Parks", "Example Ltd", "04/03/2024", "5.00"]]
    understood, _ = look(rows)
    (question,) = understood.questions
    assert str(question.asked) == "Is 03/04/2024 the day 2024-04-03 or the day 2024-03-04?"
    answered = Mapping(**{**understood.mapping.__dict__, "date_order": "month"})
    again, reading = look(rows, remembered={answered.fingerprint: Mapping.from_json(answered.as_json())})
    assert again.questions == [] and next(reading.rows()).paid_on == dt.date(2024, 3, 4)


def test_an_answer_is_not_carried_over_to_other_headings():
    understood, _ = look([HEAD, *ROWS])
    other, _ = look(
        [["Supplier", "Date", "Amount"], ["Example Ltd", "17/04/2024", "1.00"]], remembered=understood.mapping
    )
    assert other.mapping.columns["supplier"] == "payee"


def test_a_sheet_without_dates_is_asked_about_and_takes_the_officers_day():
    rows = [["Supplier", "Net amount"], ["Example Paving Ltd", "5.00"], ["Grand total", "5.00"]]
    with recognise(make_xlsx({"Apr 24": rows}), "spend.xlsx") as source:
        understood = understand(source)
        assert [question.code for question in understood.questions] == ["ask_no_date"]
        key = understood.questions[0].sheet
        answered = change(understood, Mapping(**{**understood.mapping.__dict__, "fixed_dates": {key: "2024-04-30"}}))
        assert answered.questions == []
        reading = read(source, answered)
    assert (reading.kept, reading.reasons) == (1, {"row_total": 1})
    assert next(reading.rows()).paid_on == dt.date(2024, 4, 30)


def test_a_workbook_with_a_sheet_a_month_is_read_whole_but_for_hidden_sheets_and_summaries():
    book = make_xlsx(
        {
            "Apr": [HEAD, ["Parks", "Example Ltd", 45385, 9533.910000000003], ["Parks", "Example Ltd", 45386.0, 5]],
            "May (2)": [[], ["", *HEAD], ["", "Parks", "Example Ltd", "17/05/2024", 7]],
            "Summary": [["Supplier", "Total"], ["Example Ltd", 9545.91]],
            "Secret": [HEAD, ["Parks", "Example Ltd", 45385, 1]],
            "Notes": [["Please write to us"]],
            "Empty": [],
        },
        hidden=("Secret",),
    )
    understood, reading = look(book, "spend.xlsx")
    assert reading.kept == 3 and reading.sum_kept_pence == 954_591
    assert {sheet.name: said.code for sheet, said in reading.left_out} == {
        "Secret": "hidden_sheet",
        "Summary": "sheet_summary",
        "Notes": "sheet_without_table",
        "Empty": "sheet_empty",
    }
    assert "dates_serial" in codes(understood, reading)
    assert [(row.sheet, row.row) for row in reading.rows()] == [("Apr", 2), ("Apr", 3), ("May (2)", 3)]


def test_an_opendocument_sheet_is_read():
    content = make_ods(ods_row(HEAD) + ods_row(["Parks", "Example Ltd", "17/04/2024", 12.5]))
    _, reading = look(content, "spend.ods")
    assert reading.sum_kept_pence == 1250


def test_an_archive_of_a_csv_and_a_workbook_is_read_whole():
    content = make_zip({"a/april.csv": as_csv([HEAD, *ROWS]), "b.xlsx": make_xlsx({"May": [HEAD, *ROWS]})})
    _, reading = look(content, "all.zip")
    assert reading.kept == 6
    assert {row.file for row in reading.rows()} == {"all.zip/a/april.csv", "all.zip/b.xlsx"}


def test_a_mapping_alone_is_enough_to_read_with():
    with recognise(as_csv([HEAD, *ROWS]), "spend.csv") as source:
        mapping = understand(source).mapping
        assert read(source, Mapping.from_json(mapping.as_json())).kept == 3
    with pytest.raises(ValueError, match="not a mapping"):
        Mapping.from_json('{"columns": {}}')


def test_what_an_officer_changes_is_what_is_read():
    with recognise(as_csv([HEAD, *ROWS]), "spend.csv") as source:
        understood = understand(source)
        columns = {**understood.mapping.columns, "service area": "category"}
        changed = change(understood, Mapping(**{**understood.mapping.__dict__, "columns": columns}))
        row = next(read(source, changed).rows())
    assert row.values["category"] == "Parks" and "service" not in row.values
    assert changed.columns[0].why.code == "meaning_remembered"


def test_a_sheet_can_be_left_out_and_taken_back():
    with recognise(make_xlsx({"Apr": [HEAD, *ROWS], "May": [HEAD, *ROWS]}), "spend.xlsx") as source:
        understood = understand(source)
        without = Mapping(**{**understood.mapping.__dict__, "leave_out": (source.sheets[1].key,)})
        fewer = change(understood, without)
        assert (read(source, fewer).kept, read(source, without).kept) == (3, 3)
        assert read(source, change(fewer, understood.mapping)).kept == 6


def test_budget_lines_in_thousands_are_read_as_pence():
    rows = [
        ["Budget 2024-25 (£000)", "", ""],
        ["Service", "Net budget", "COFOG"],
        ["Libraries", "1,250.5", "08.2"],
        ["Parks", "(40)", "08.1"],
        ["Total", "1,210.5", ""],
    ]
    understood, reading = look(rows, "budget.csv")
    assert understood.mapping.kind == "budget" and understood.mapping.unit_pence == 100_000
    assert [row.amount_pence for row in reading.rows()] == [125_050_000, -4_000_000]
    assert reading.reasons == {"row_title": 1, "row_total": 1}


def test_vat_is_asked_about_once_and_then_known():
    rows = [["Supplier", "Date", "Amount"], ["Example Ltd", "17/04/2024", "12.00"]]
    understood, _ = look(rows)
    assert [(question.code, question.suggestion) for question in understood.questions] == [("ask_net", "unsaid")]
    answered = Mapping(**{**understood.mapping.__dict__, "vat": "gross"})
    again, _ = look(rows, remembered=answered)
    assert again.questions == [] and again.mapping.vat == "gross"


@pytest.mark.parametrize(("amount", "suggestion"), [("1250", "100000"), ("1250000", "100")])
def test_the_unit_of_a_budget_of_whole_numbers_is_asked_about(amount, suggestion):
    understood, _ = look([["Service", "Net budget"], ["Libraries", amount], ["Parks", amount]])
    assert [(question.code, question.suggestion) for question in understood.questions] == [("ask_unit", suggestion)]


def test_a_budget_line_whose_amount_is_not_known_is_kept_as_not_known():
    rows = [
        ["Budget of everyone", "", ""],
        ["Agency", "Service", "Amount GBP"],
        ["Example Council", "Parks", "12"],
        ["Example NHS", "Hospitals", ""],
        ["Example NHS", "Ambulances", "not known"],
        ["", "Section", ""],
        ["Example NHS", "", "5"],
    ]
    understood, reading = look(rows, "budget.csv")
    assert understood.questions == []
    assert [row.amount_pence for row in reading.rows()] == [1200, None, None]
    assert (reading.kept, reading.not_known, reading.sum_kept_pence) == (3, 2, 1200)
    assert reading.reasons == {"row_title": 1, "row_no_amount": 1, "row_no_service": 1}
    assert "lines_not_known" in codes(understood, reading)


def test_progress_is_told_and_a_sink_takes_the_rows():
    steps, batches = [], []
    with recognise(as_csv([HEAD, *ROWS * 2000]), "spend.csv") as source:
        reading = read(source, understand(source), sink=batches.append, progress=lambda *step: steps.append(step))
    assert steps[-1] == (6001, 6001) and len(steps) > 2
    assert sum(map(len, batches)) == reading.kept == 6000 and reading.batches == []


def test_a_needed_column_that_is_missing_is_asked_for():
    understood, _ = look(
        [["Aaa", "Payment Date", "Net Amount"], ["ref", "17/04/2024", "1.00"], ["ref", "18/04/2024", "2.00"]]
    )
    assert [str(question.asked) for question in understood.questions] == ["Which column holds who was paid?"]
    columns = {**understood.mapping.columns, "aaa": "payee"}
    assert change(understood, Mapping(**{**understood.mapping.__dict__, "columns": columns})).questions == []


CELLS = st.one_of(
    st.just(""),
    st.sampled_from(
        ["Total", "Payment Date", "03/04/2024", "17/04/2024", "45385", "1.00", "(2.50)", "£3", "12,34", "x", " ", "-"]
    ),
    st.text(max_size=8),
)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.lists(CELLS, max_size=6) | st.sampled_from([HEAD, *ROWS]), max_size=25), st.randoms())
def test_however_a_file_is_mangled_every_row_and_every_penny_is_accounted_for(rows, random):
    rows = [HEAD, *ROWS, *rows]
    random.shuffle(rows)
    content = as_csv(rows)
    try:
        understood, reading = look(content)
    except CannotRead as refused:
        assert str(refused)
        return
    written = sum(1 for _ in csv.reader(io.StringIO(content.decode(), newline="")))
    assert reading.headings + reading.rows_in == written
    assert reading.rows_in == reading.kept + reading.rejected_count + reading.blank
    assert reading.rejected_count == len(reading.rejected) == sum(reading.reasons.values())
    assert reading.sum_before_pence == reading.sum_kept_pence + reading.sum_rejected_pence
    assert reading.sum_kept_pence == sum(row.amount_pence for row in reading.rows())
    assert codes(understood, reading)


PLAIN = CELLS.filter(lambda cell: cell.isprintable() and not cell.startswith("="))
TYPED = st.one_of(PLAIN, st.integers(-10, 10**6), st.floats(-1e6, 1e6))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(TYPED, max_size=6) | st.sampled_from([HEAD, *ROWS]), max_size=20))
def test_however_a_workbook_is_mangled_every_row_and_every_penny_is_accounted_for(rows):
    try:
        understood, reading = look(make_xlsx({"Apr": rows}), "spend.xlsx")
    except CannotRead as refused:
        assert str(refused)
        return
    assert reading.rows_in == reading.kept + reading.rejected_count + reading.blank
    assert reading.sum_before_pence == reading.sum_kept_pence + reading.sum_rejected_pence
    assert codes(understood, reading)
