"""Workbooks of authorities by a declared layout, and suggestions of COFOG codes."""

from __future__ import annotations

import csv

import pytest

from pennypot.apps.budgets.reading import (
    CannotRead,
    cofog_label,
    find_layout,
    list_authorities,
    read_authority,
    recognise,
    suggest_cofog,
)  # fmt: skip
from pennypot.apps.budgets.reading.layout_checks import account_for, check_layout
from pennypot.apps.budgets.reading.layouts import column_letters
from pennypot.apps.budgets.reading.tests.making import make_xlsx

SERVICES = [
    "Education services", "Highways and transport services", "Children Social Care", "Adult Social Care",
    "Public Health", "Housing services (GFRA only)", "Cultural and related services",
    "Environmental and regulatory services", "Planning and development services", "Police services",
    "Fire and rescue services", "Central services", "Other services",
]  # fmt: skip
OTHERS = [
    "Housing benefits: rent allowances - mandatory payments",
    "Housing benefits: non-HRA rent rebates - mandatory payments",
    "Housing benefits: rent rebates to HRA tenants - mandatory payments", "Parish precepts ",
    "Integrated Transport Authority levy ", "Waste Disposal Authority levy ",
    "London Pensions Fund Authority levy ", "Other levies",
]  # fmt: skip


def workbook(total: float = 91.0) -> bytes:
    """A small workbook of the same layout with made-up authorities: amounts 1 to 13 thousand pounds."""
    heads = [
        "E-code",
        "ONS Code",
        "Local authority",
        "",
        "Class",
        *SERVICES,
        "TOTAL SERVICE EXPENDITURE (of lines)",
        *OTHERS,
    ]
    amounts = [float(number) for number in range(1, 14)]
    rows = [
        ["Revenue Outturn (RO) 2017-18: Revenue Outturn Summary (RS) data"],
        ["Net current expenditure (£ thousand)"],
        [], [], [], [],
        [*heads, "Education services"],
        ["E9901", "E06009901", "Example City", "", "UA", *amounts, total, 3.0, 2.0, 1.0, 0.0, 4.0, *[0.0] * 3, 9.0],
        ["E9902", "E06009902", "Silent Town", "", "SD", *["…"] * 14, *["…"] * 8],
        ["E9903", "E06009903", "Levy Board", "", "O", *[0.0] * 13, 0.0, 0.0, 0.0, 0.0, 0.0, -4.0, 0.0, 0.0, 0.0],
        [],
        ["", "", "ENGLAND", "", "", *amounts, 91.0],
        ["Source: made up"],
    ]  # fmt: skip
    return make_xlsx({"RS LA Data 2017-18": rows})


def test_an_authority_of_a_known_layout_becomes_budget_lines():
    with recognise(workbook(), "rs.xlsx") as source:
        assert find_layout(source).year == "2017-18"
        lines = read_authority(source, "E9901")
    first, levy, benefit = lines[0], lines[-2], lines[-1]
    assert (first.service, first.amount_pence, first.cofog, first.row, first.columns) == (
        "Education services", 100_000, "09", 8, ("F",),
    )  # fmt: skip
    assert first.source == 'MHCLG RS 2017-18 sheet "RS LA Data 2017-18" E9901 row 8 F'
    assert (levy.control, levy.amount_pence, levy.counted) == ("levy", 400_000, True)
    assert (benefit.amount_pence, benefit.counted, benefit.columns) == (600_000, False, ("T", "U", "V"))
    assert "Department for Work and Pensions" in str(benefit.why_not)
    assert len(lines) == 15


def test_an_authority_can_be_asked_for_by_its_ons_code():
    with recognise(workbook(), "rs.xlsx") as source:
        assert read_authority(source, "e06009901")[0].agency == "Example City"


def test_an_authority_that_gave_no_figures_is_not_known_and_never_nought():
    with recognise(workbook(), "rs.xlsx") as source:
        lines = read_authority(source, "E9902")
        assert lines and all(line.amount_pence is None for line in lines)
        assert [one.total_pence for one in list_authorities(source)] == [9_100_000, None, 0]


def test_a_levy_received_is_not_spending():
    with recognise(workbook(), "rs.xlsx") as source:
        (line,) = read_authority(source, "E9903")
    assert (line.amount_pence, line.counted, line.why_not.code) == (-400_000, False, "levy_received")


def test_services_that_do_not_add_up_are_refused():
    with recognise(workbook(total=95.0), "rs.xlsx") as source, pytest.raises(CannotRead) as caught:
        read_authority(source, "E9901")
    assert caught.value.code == "layout_sums" and caught.value.row == 8


def test_an_unknown_authority_and_an_unknown_workbook_are_refused():
    with recognise(workbook(), "rs.xlsx") as source, pytest.raises(CannotRead) as caught:
        read_authority(source, "E0000")
    assert caught.value.code == "no_such_authority"
    with recognise(make_xlsx({"April": [["Supplier", "Amount"]]}), "a.xlsx") as source:
        assert find_layout(source) is None
        with pytest.raises(CannotRead):
            list_authorities(source)


def test_every_row_of_a_workbook_is_accounted_for():
    with recognise(workbook(), "rs.xlsx") as source:
        reading = account_for(source)
        check = check_layout(source)
    assert (reading.rows_in, reading.kept, reading.blank, reading.headings) == (12, 2, 5, 1)
    assert reading.reasons == {"row_title": 3, "row_total": 1, "row_no_amount": 1}
    assert (check.authorities, check.without_figures, check.worst_total_gap_pence) == (3, ("E9902",), 0)


@pytest.mark.shared
@pytest.mark.parametrize(
    ("file", "year", "count"), [("rs-2010-11-by-la.xls", "2010-11", 444), ("rs-2014-15-by-la.xls", "2014-15", 444),
                                ("rs-2017-18-by-la.xlsx", "2017-18", 445)],
)  # fmt: skip
def test_the_real_workbooks_add_up(shared, file, year, count):
    with recognise(shared / "mhclg" / file) as source:
        assert find_layout(source).year == year
        check = check_layout(source)
        assert check.authorities == count
        assert check.worst_total_gap_pence <= 100_000
        if not check.without_figures:
            assert check.worst_england_gap_pence == 0
        else:
            assert check.without_figures == ("E0934",)


@pytest.mark.shared
def test_the_2010_11_workbook_alone_gives_the_council_lines_of_the_demo_place(shared):
    with (shared / "places" / "birmingham-2010-11" / "budget_lines.csv").open(encoding="utf-8") as stream:
        demo = [line for line in csv.DictReader(stream) if line["agency"] == "Birmingham City Council"]
    wanted = {
        (line["line"].replace(" (New Frankley)", "").replace("Parish precept", "Parish precepts"), line["cofog"],
         line["control"], int(line["amount_gbp"]) * 100, line["counted"] == "1")
        for line in demo
    }  # fmt: skip
    with recognise(shared / "mhclg" / "rs-2010-11-by-la.xls") as source:
        lines = read_authority(source, "E4601")
        totals = {one.code: one.total_pence for one in list_authorities(source)}
    assert {(one.service, one.cofog, one.control, one.amount_pence, one.counted) for one in lines} == wanted
    assert len(lines) == len(demo) == 13
    # Police, fire and passenger transport before their shares are worked out.
    assert totals["E6046"] == 63_406_900_000
    assert totals["E6146"] == 11_154_900_000
    assert totals["E6346"] == 13_321_700_000


@pytest.mark.parametrize(("index", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])
def test_columns_have_the_names_of_a_spreadsheet(index, letters):
    assert column_letters(index) == letters


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Highways and transport services", "04.5"),
        ("Housing benefit: rent allowances", "10.6"),
        ("Housing services", "06.1"),
        ("Adult Social Care", "10.2"),
        ("Children’s social care", "10.4"),
        ("Public Health", "07.4"),
        ("Refuse collection", "05.1"),
        ("Fire and rescue services", "03.2"),
        ("Libraries", "08.2"),
        ("Council tax benefit", "10.6"),
        ("Education services", "09"),
        ("Central services", "01"),
        ("Jobseeker's Allowance", "10.5"),
    ],
)
def test_the_name_of_a_service_suggests_its_cofog_code(name, code):
    suggestions = suggest_cofog(name)
    assert suggestions[0].code == code
    assert str(suggestions[0].why).startswith("The name says “")
    assert 0 < suggestions[0].confidence < 1


def test_a_name_that_tells_nothing_suggests_nothing():
    assert suggest_cofog("Zzz 17") == [] == suggest_cofog("")


def test_every_code_has_a_plain_label():
    assert cofog_label("08.2") == "Libraries, museums and the arts"
    assert cofog_label("08.2.0") == "Libraries, museums and the arts"
    assert cofog_label("09.8") == "Education"
    assert cofog_label("99") == ""
