"""Encoding, line ends and delimiters are decided over the whole file, and said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pennypot.apps.budgets.reading import read, recognise, understand
from pennypot.apps.budgets.reading.texts import choose_delimiter

HEAD = "Payment date,Supplier name,Net amount (£)\r\n"
LINE = "03/04/2024,Example Ltd,1.00\r\n"


def said(content: bytes) -> tuple[str, list[str]]:
    with recognise(content, "spend.csv") as source:
        return source.encoding(source.sheets[0]), [str(remark) for remark in source.remarks]


@pytest.mark.parametrize(
    ("encoding", "name"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8 with mark"), ("cp1252", "cp1252"), ("cp437", "cp437")],
)
def test_the_pound_sign_of_the_heading_tells_the_encoding(encoding, name):
    assert said((HEAD + LINE).encode(encoding))[0] == name


def test_a_pound_sign_of_dos_is_seen_before_figures_too():
    content = b"Date,Supplier,Amount\r\n03/04/2024,Example Ltd,\x9c12.50\r\n"
    with recognise(content, "spend.csv") as source:
        assert source.encoding(source.sheets[0]) == "cp437"
        assert read(source, understand(source)).sum_kept_pence == 1250


def test_the_same_byte_in_a_word_is_a_letter_of_windows():
    assert said(HEAD.encode("cp1252") + "03/04/2024,Sœurs Ltd,1.00".encode("cp1252"))[0] == "cp1252"


def test_one_stray_byte_a_megabyte_in_is_found():
    content = (HEAD.replace("£", "GBP") + LINE * 50_000).encode() + b"04/04/2024,Caf\xe9 Ltd,1.00\r\n"
    name, remarks = said(content)
    at = content.index(b"\xe9")
    assert at > 1_000_000 and name == "cp1252"
    assert f"The text is not UTF-8 (byte {at} does not fit). We read it as Windows Western (cp1252)." in remarks


def test_utf8_with_one_stray_byte_stays_utf8_and_the_byte_is_read_as_windows():
    content = (HEAD + "03/04/2024,Café Ltd,1.00\r\n" * 20).encode() + b"04/04/2024,Caf\xe9 Ltd,1.00\r\n"
    with recognise(content, "spend.csv") as source:
        assert source.encoding(source.sheets[0]) == "utf-8 with stray cp1252"
        payees = {row.values["payee"] for row in read(source, understand(source)).rows()}
    assert payees == {"Café Ltd"}


def test_a_character_cut_by_the_end_of_a_block_is_no_stray():
    head = HEAD.encode()
    content = head + b"03/04/2024," + b"x" * (1024 * 1024 - len(head) - 12) + "é,1.00\r\n".encode()
    assert said(content)[0] == "utf-8"


def test_bytes_that_windows_does_not_use_are_latin():
    assert said(HEAD.encode("cp1252") + b"03/04/2024,A\x81\xe9B Ltd,1.00\r\n")[0] == "latin-1"


@pytest.mark.parametrize(
    ("end", "name"), [("\r\n", "CRLF"), ("\n", "LF"), ("\r", "CR")], ids=["windows", "unix", "old-macintosh"]
)
def test_every_line_end_is_read(end, name):
    content = (HEAD + LINE * 3).replace("\r\n", end).encode("cp1252")
    with recognise(content, "spend.csv") as source:
        assert source.line_ends(source.sheets[0]) == name
        assert read(source, understand(source)).kept == 3


def test_mixed_line_ends_are_read_and_said():
    content = (HEAD + LINE.replace("\r\n", "\r") * 3 + LINE).encode("cp1252")
    with recognise(content, "spend.csv") as source:
        assert source.line_ends(source.sheets[0]) == "mixed CRLF+CR"
        assert read(source, understand(source)).kept == 4


def test_a_line_end_on_the_border_of_two_blocks_counts_once():
    line = b"03/04/2024,Example Ltd,1.00"
    content = HEAD.encode() + line + b"," * (1024 * 1024 - len(HEAD.encode()) - len(line) - 1) + b"\r\n"
    assert content[1024 * 1024 - 1 : 1024 * 1024 + 1] == b"\r\n"
    with recognise(content, "spend.csv") as source:
        assert source.line_ends(source.sheets[0]) == "CRLF"


def test_a_line_end_inside_quotation_marks_is_part_of_the_cell():
    content = (HEAD + '03/04/2024,"Example\nLtd",1.00\r\n' + LINE).encode()
    with recognise(content, "spend.csv") as source:
        rows = list(read(source, understand(source)).rows())
    assert [(row.row, row.values["payee"]) for row in rows] == [(2, "Example Ltd"), (3, "Example Ltd")]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(delimiter):
    content = (HEAD + LINE * 3).replace(",", delimiter).encode()
    with recognise(content, "spend.csv") as source:
        assert read(source, understand(source)).sum_kept_pence == 300


def test_commas_in_amounts_do_not_hide_semicolons():
    assert choose_delimiter("Date;Supplier;Amount\n03/04/2024;A, B;1,5\n04/04/2024;C;1,5\n") == ";"


@given(st.binary(max_size=300))
def test_no_bytes_make_the_reader_stumble(content):
    from pennypot.apps.budgets.reading import CannotRead

    try:
        with recognise(content, "any.csv") as source:
            read(source, understand(source))
    except CannotRead as refused:
        assert str(refused)
