"""Files that must be refused, or read with care: a plain message within five seconds and 300 MB, every time."""

from __future__ import annotations

import random
import struct
import zipfile
from types import SimpleNamespace

import pytest

from pennypot.apps.budgets.reading import CannotRead, Limits, books, read, recognise, understand
from pennypot.apps.budgets.reading.tests.making import (
    biff,
    lie_about_size,
    make_ods,
    make_ole,
    make_xlsx,
    make_zip,
    many_entries,
    ods_row,
    sheet_xml,
)  # fmt: skip

HEAD = ["Payment date", "Supplier name", "Net amount"]
ROWS = [HEAD, ["03/04/2024", "Example Paving Ltd", "120.50"], ["17/04/2024", "Example Books Ltd", "99.00"]]
CSV = "\r\n".join(",".join(row) for row in ROWS).encode() + b"\r\n"
LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
NOISE = random.Random(1).randbytes(50_000).replace(b"\0", b"\1")
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01" + bytes(range(256)) * 20


FAR_CELL = sheet_xml(ROWS).replace("</sheetData>", '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>')
FAR_ROW = (
    ods_row(["a", "b", 1.0])
    .replace("<table:table-row>", '<table:table-row table:number-rows-repeated="1048576">')
    .replace("<table:table-cell ", '<table:table-cell table:number-columns-repeated="5000" ')
)
FAR_RECORDS = biff(
    (0x0809, b"\0\6\x10\0" + bytes(12)),
    (0x0203, struct.pack("<HHHd", 0, 0, 0, 1.0)),
    (0x0203, struct.pack("<HHHd", 65535, 255, 0, 1.0)),
)
TALL_BOOK = make_xlsx({"April": ROWS}, extra={"xl/sharedStrings.xml": b"<a>" + b" " * 7_000_000 + b"</a>"})


def overlapping() -> bytes:
    """An archive whose second part begins inside the first."""
    packed = bytearray(make_zip({"a.csv": CSV * 50, "b.csv": CSV * 50}))
    second = packed.find(b"PK\x01\x02", packed.find(b"PK\x01\x02") + 4)
    struct.pack_into("<I", packed, second + 42, 5)
    return bytes(packed)


def locked() -> bytes:
    """An archive whose part says it is locked with a password."""
    packed = bytearray(make_zip({"a.csv": CSV}))
    struct.pack_into("<H", packed, packed.find(b"PK\x01\x02") + 8, 1)
    return bytes(packed)


def refused(answer, code: str) -> None:
    assert answer.code == code, answer
    assert answer.seconds < 5
    assert answer.peak_mb < 300
    assert answer.text.endswith(".") and "{" not in answer.text


BAD = [
    ("empty.csv", b"", "empty"),
    ("blank.csv", b"\r\n\r\n,,\r\n", "no_table"),
    ("words.csv", b"hello\r\nworld\r\n", "no_table"),
    ("photo.csv", JPEG, "not_a_table_file"),
    ("page.xls", b"\xef\xbb\xbf<html><table><tr><td>1</td></tr></table></html>", "not_a_table_file"),
    ("paper.xlsx", b"%PDF-1.7 ...", "not_a_table_file"),
    ("noise.csv", NOISE, "not_a_table_file"),
    ("nul.csv", CSV + b"03/04/2024,A\0B Ltd,1.00\r\n", "nul_bytes"),
    ("quote.csv", CSV + b'03/04/2024,"Example,1.00\r\n' + CSV * 9, "quote_not_closed"),
    ("wide.csv", CSV + b"," * 5_000 + b"\r\n", "too_many_columns"),
    ("cut.xlsx", make_xlsx({"April": ROWS})[:700], "zip_damaged"),
    ("macros.xlsx", make_xlsx({"April": ROWS}, extra={"xl/vbaProject.bin": b"\xd0\xcf"}), "macros"),
    ("laughs.xlsx", make_xlsx({"April": ROWS}, raw={"April": sheet_xml(ROWS, LAUGHS)}), "xml_entities"),
    ("laughs.ods", make_ods(ods_row(HEAD), LAUGHS), "xml_entities"),
    ("letter.docx", make_zip({"[Content_Types].xml": b"<a/>", "word/document.xml": b"<a/>"}), "not_a_table_file"),
    ("nothing.zip", make_zip({"readme.md": b"hello"}), "zip_no_table"),
    ("nested.zip", make_zip({"inner.zip": make_zip({"a.csv": CSV})}), "zip_nested"),
    ("nested.csv.zip", make_zip({"a.csv": make_zip({"a.csv": CSV})}), "zip_nested"),
    ("path.zip", make_zip({"../../etc/a.csv": CSV}), "zip_path"),
    ("windows.zip", make_zip({"..\\a.csv": CSV}), "zip_path"),
    ("root.zip", make_zip({"/a.csv": CSV}), "zip_path"),
    ("bomb.zip", make_zip({"a.csv": bytes(20_000_000)}), "zip_bomb"),
    ("bomb.xlsx", make_xlsx({"April": ROWS}, extra={"xl/media/a.bin": bytes(20_000_000)}), "zip_bomb"),
    ("10gb.zip", lie_about_size(make_zip({"a.csv": CSV, "b.csv": NOISE}), "b.csv", 0xFFFFFFF0), "zip_bomb"),
    ("million.zip", many_entries(1_000_000), "zip_too_many"),
    ("liar.zip", many_entries(1_000_000, said=3), "zip_too_many"),
    ("locked.xlsx", make_ole({"EncryptedPackage": b"x" * 5000, "EncryptionInfo": b"y" * 5000}), "password"),
    ("locked.xls", make_ole({"Workbook": biff((0x0809, b"\0\6\5\0" + bytes(12)), (0x002F, bytes(54)))}), "password"),
    ("letter.doc", make_ole({"WordDocument": b"x" * 5000}), "not_a_table_file"),
    ("circle.xls", make_ole({"Workbook": b"x" * 5000}, circle=True), "workbook_damaged"),
    ("cut.xls", make_ole({"Workbook": b"x" * 5000})[:900], "not_a_table_file"),
    ("far.xlsx", make_xlsx({"April": ROWS}, raw={"April": FAR_CELL}), "sheet_too_big"),
    ("far.ods", make_ods(ods_row(HEAD) + FAR_ROW), "sheet_too_big"),
    ("far.xls", make_ole({"Workbook": FAR_RECORDS}), "sheet_too_big"),
    ("inside.xlsx", lie_about_size(TALL_BOOK, "xl/sharedStrings.xml", 1_000), "zip_wrong_size"),
    ("overlap.zip", overlapping(), "zip_overlap"),
    ("locked.zip", locked(), "zip_encrypted"),
]  # fmt: skip


@pytest.fixture(scope="module")
def answers(apart, tmp_path_factory):
    """What reading each of the bad files said, all read by one fresh process."""
    folder = tmp_path_factory.mktemp("bad")
    for name, content, _ in BAD:
        (folder / name).write_bytes(content)
    return apart([(folder / name, name) for name, _, _ in BAD])


@pytest.mark.parametrize(("name", "code"), [(name, code) for name, _, code in BAD])
def test_s43_s44_s46_what_we_must_not_open_gets_a_plain_message(answers, name, code):
    refused(answers[name], code)


def test_s44_a_file_of_one_gigabyte_is_refused_by_its_size_alone(measured, tmp_path):
    path = tmp_path / "big.csv"
    with path.open("wb") as stream:
        stream.write(CSV)
        stream.truncate(1_000_000_000)
    answer = measured(path, "big.csv")
    refused(answer, "too_big")
    assert "1.0 GB" in answer.text and "Split it" in answer.todo


def test_s44_one_line_of_100_megabytes_is_refused_without_being_held(measured, tmp_path):
    path = tmp_path / "line.csv"
    with path.open("wb") as stream:
        stream.write(CSV)
        for _ in range(100):
            stream.write(b"a," * 500_000)
    refused(measured(path, "line.csv"), "line_too_long")


@pytest.mark.parametrize("cut", range(10, 900, 89))
def test_a_workbook_cut_off_anywhere_is_refused_and_never_crashes(cut):
    content = make_xlsx({"April": ROWS})
    with pytest.raises(CannotRead):
        recognise(content[: len(content) - cut], "cut.xlsx")


def test_a_csv_damaged_inside_its_archive_is_refused():
    packed = bytearray(make_zip({"a.csv": CSV * 2000}, zipfile.ZIP_STORED))
    packed[5_000] ^= 0xFF
    with pytest.raises(CannotRead) as caught, recognise(bytes(packed), "a.zip") as source:
        understand(source)
    assert caught.value.code == "zip_damaged"


def test_s42_content_decides_and_not_the_name(measured):
    assert measured(CSV, "photo.jpg").kept == 2
    assert measured(make_xlsx({"April": ROWS}), "spend.csv").kept == 2


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "utf-32"])
def test_s44_utf_16_and_its_relatives_are_read_and_said(measured, encoding):
    answer = measured(CSV.decode().encode(encoding), "spend.csv")
    assert (answer.kept, answer.pence) == (2, 21_950)
    assert {"encoding_bom", "encoding_utf16_pattern"} & set(answer.remarks)


def test_s44_headings_that_come_twice_are_said_and_the_first_is_read(measured):
    content = b"Date,Supplier,Amount,Amount\r\n03/04/2024,Example Ltd,1.00,9.00\r\n"
    answer = measured(content)
    assert answer.pence == 100 and "heading_twice" in answer.remarks


def test_s38_cells_that_begin_as_formulas_are_text(measured):
    rows = [b'18/04/2024,"=HYPERLINK(""http://example.org"")",5.00', b"19/04/2024,+44 Example Ltd,=1+1"]
    content = CSV + b"\r\n".join(rows)
    answer = measured(content)
    assert (answer.kept, answer.rejected, answer.pence) == (3, 1, 22_450)
    assert answer.rows[2]["payee"] == '=HYPERLINK("http://example.org")'


def test_a_formula_without_its_result_is_said_and_its_row_is_not_kept(measured):
    rows = [HEAD, [45385, "Example Ltd", ("1+1", 2)], [45386, "Example Ltd", "=1+1"]]
    answer = measured(make_xlsx({"April": rows}))
    assert (answer.kept, answer.rejected, answer.pence) == (1, 1, 200)
    assert "formulas_without_values" in answer.remarks


def test_a_rectangle_of_blank_cells_at_the_end_of_an_opendocument_sheet_is_nothing(measured):
    blank = (
        '<table:table-row table:number-rows-repeated="1048500">'
        '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    )
    answer = measured(make_ods(ods_row(HEAD) + ods_row(["03/04/2024", "Example Ltd", 12.5]) + blank), "spend.ods")
    assert (answer.kept, answer.pence) == (1, 1250)


class PanicException(BaseException):  # noqa: N818 - the name that the native parser uses
    pass


@pytest.mark.parametrize("where", ["from_filelike", "iter_rows"])
def test_a_panic_of_the_native_parser_is_a_refusal(monkeypatch, where):
    def panic(*_):
        raise PanicException("index out of range")

    if where == "from_filelike":
        monkeypatch.setattr(books.calamine, "CalamineWorkbook", SimpleNamespace(from_filelike=panic))
        with pytest.raises(CannotRead) as caught:
            recognise(make_xlsx({"April": ROWS}), "a.xlsx")
    else:
        with recognise(make_xlsx({"April": ROWS}), "a.xlsx") as source:
            monkeypatch.setattr(books, "islice", panic)
            with pytest.raises(CannotRead) as caught:
                understand(source)
    assert caught.value.code == "workbook_damaged"


@pytest.mark.parametrize("seed", range(60))
def test_s63_damaged_workbooks_are_read_or_refused_and_nothing_else(seed):
    chance = random.Random(seed)
    content = bytearray(chance.choice([make_xlsx({"April": ROWS}), make_ods(ods_row(HEAD))]))
    for _ in range(chance.randrange(1, 6)):
        content[chance.randrange(len(content))] = chance.randrange(256)
    try:
        with recognise(bytes(content), "a.xlsx") as source:
            read(source, understand(source))
    except CannotRead as refused_:
        assert str(refused_)


def test_limits_can_be_set():
    with pytest.raises(CannotRead) as caught:
        recognise(CSV, "spend.csv", Limits(file_bytes=10))
    assert caught.value.code == "too_big"


def test_every_refusal_names_the_file_and_says_what_to_do():
    with pytest.raises(CannotRead) as caught:
        recognise(JPEG, "photo.csv")
    assert caught.value.file == "photo.csv"
    assert (
        str(caught.value) == "This is a JPEG picture, whatever its name says. We read tables: CSV, XLSX, XLS and ODS."
    )
    assert str(caught.value.what_to_do).startswith("Open it in your spreadsheet program")


def test_a_part_of_an_archive_that_is_no_table_is_left_out_and_said():
    with recognise(make_zip({"a.csv": CSV, "logo.png": b"\x89PNG"}), "a.zip") as source:
        assert read(source, understand(source)).kept == 2
        assert "archive_part_skipped" in [said.code for said in source.remarks]
