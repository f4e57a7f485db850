"""Every sentence that reading a file can say, as a code and an English template.

Pages translate by the code and fill in the same parameters; the command line and the logs use the English.
A test fails when a code is said that is not listed here, or listed and never said.
"""

from __future__ import annotations

from dataclasses import dataclass, field

ENGLISH: dict[str, str] = {
    # --- why a file cannot be read, and what to do about it
    "empty": "This file is empty.",
    "no_rows": "There are no rows in this file.",
    "too_big": "This file is {size}. The largest we read is {limit}.",
    "unpacks_too_big": "Unpacked, this file would be {size}. The largest we read is {limit}.",
    "line_too_long": "One line of this file is longer than {limit}. That is not a table of rows.",
    "nul_bytes": (
        "This file holds bytes that text never holds (NUL, first at byte {offset}). It may be damaged, or not a table."
    ),
    "not_a_table_file": "This is {what}, whatever its name says. We read tables: CSV, XLSX, XLS and ODS.",
    "no_table": "We found no table in this file: no row of headings, and no columns of dates and amounts.",
    "quote_not_closed": (
        "A quotation mark opens in row {row} and does not close. Everything after it would run together."
    ),
    "too_many_columns": "Row {row} has {columns} columns. The most we read is {limit}.",
    "zip_too_many": "This archive says it holds {count} files. The most we open is {limit}.",
    "zip_damaged": "This archive or workbook is damaged and cannot be opened.",
    "zip_bomb": "Part of this file ({part}) unpacks to {ratio} times its size. We do not open files like that.",
    "zip_overlap": "Parts of this archive overlap each other. We do not open files like that.",
    "zip_wrong_size": "Part of this file ({part}) is not the size it says it is. We do not open files like that.",
    "zip_nested": "This archive holds another archive ({part}). We open one level only.",
    "zip_path": "This archive holds a file whose name leaves its folder ({part}). We do not open archives like that.",
    "zip_encrypted": "This archive is locked with a password ({part}).",
    "zip_no_table": "There is no CSV, XLSX, XLS or ODS file in this archive.",
    "macros": "This workbook holds macros (small programs). We do not open workbooks with macros.",
    "password": "This workbook is locked with a password.",
    "xml_entities": "Part of this workbook ({part}) defines its own XML entities. We do not open files like that.",
    "sheet_too_big": "A sheet of this workbook ({part}) spans {cells} cells. The most we read is {limit}.",
    "workbook_damaged": "This workbook is damaged and cannot be opened ({detail}).",
    "sums_differ": (
        "The amounts before reading and after reading differ. Nothing was kept. Please tell us about this file."
    ),
    "not_payments": "This file holds lines of a budget, not payments.",
    "no_such_authority": "There is no authority with the code {authority} in this workbook.",
    "no_layout": "This workbook is not one whose layout we know.",
    "layout_sums": "In the sheet {sheet}, the services of {authority} do not add up to their total.",
    "benefit_elsewhere": "The Department for Work and Pensions counts this benefit too, so it is left out here.",
    "levy_received": "This is money received from councils, not spent, so it is left out here.",
    "layout_differs": "The sheet {sheet} has no column called {heading}, which its layout needs.",
    "what_jpeg": "a JPEG picture",
    "what_png": "a PNG picture",
    "what_gif": "a GIF picture",
    "what_pdf": "a PDF document",
    "what_html": "a web page",
    "what_xml": "an XML file",
    "what_json": "a JSON file",
    "what_gzip": "a gzip archive",
    "what_7z": "a 7-Zip archive",
    "what_rar": "a RAR archive",
    "what_program": "a program",
    "what_word": "a text document",
    "what_xlsb": "a binary workbook (XLSB)",
    "what_database": "a database",
    "what_media": "sound or video",
    "what_other": "not text and not a workbook",
    "do_split": "Split it into smaller files, one a month or one a quarter.",
    "do_save_csv": "Open it in your spreadsheet program, save it as CSV (UTF-8), and try that file.",
    "do_save_xlsx": "Save it as a workbook without macros (.xlsx) and try that file.",
    "do_unlock": "Save it without a password and try that file.",
    "do_unpack": "Unpack it and give us the tables inside, one by one.",
    "do_check_file": "Check that it is the file you meant.",
    "do_export_again": "Export it again from where it came.",
    "do_tell_us": "Keep the file: it shows something our reader gets wrong.",
    # --- what was decided
    "encoding_utf8": "The text is UTF-8: all {high} bytes beyond plain letters fit it.",
    "encoding_ascii": "The text is plain letters only, so its encoding does not matter.",
    "encoding_bom": "The file says at its start that it is {encoding}.",
    "encoding_utf16_pattern": "The file does not say so, but every second byte is empty: it is {encoding}.",
    "encoding_cp1252": "The text is not UTF-8 (byte {offset} does not fit). We read it as Windows Western (cp1252).",
    "encoding_cp437": (
        "The text is not UTF-8, and byte 9C stands where a pound sign belongs ({count} times): it is from a "
        "DOS program (cp437)."
    ),
    "encoding_latin1": "The text is not UTF-8 and holds bytes Windows does not use. We read it as Latin-1.",
    "encoding_stray": (
        "The text is UTF-8 but for {count} stray bytes (the first at byte {offset}), which we read as Windows Western."
    ),
    "lines_mixed": "Line ends are mixed: {crlf} CRLF, {lf} LF, {cr} CR. We read each of them as the end of a line.",
    "lines_cr": "Lines end in a bare CR, as old Macintosh programs wrote them.",
    "delimiter": "Columns are separated by {delimiter}.",
    "commas": "commas",
    "semicolons": "semicolons",
    "tabs": "tabs",
    "upright_bars": "upright bars",
    "macros_not_run": "This old workbook holds macros. We did not run them; we read the values only.",
    "formulas_without_values": (
        "{count} cells hold formulas without a saved result. They read as empty: open the file, save it, and try again."
    ),
    "formulas_cached": "Cells with formulas are read as the results saved in the file.",
    "archive_part_skipped": "The archive also holds {part}, which is not a table. We leave it out.",
    "hidden_sheet": "This sheet is hidden in the workbook, so we leave it out.",
    "sheet_without_table": "We found no table of payments or budget lines in this sheet, so we leave it out.",
    "sheet_summary": (
        "This sheet has no dates while others have. It looks like a summary of them, so we leave it out."
    ),
    "sheet_not_chosen": "You chose not to read this sheet.",
    "sheet_empty": "This sheet is empty.",
    "heading_row": "The headings are in row {row}.",
    "heading_rows": "The headings are in rows {rows}: the columns change part of the way down.",
    "heading_last": "The headings are below the rows they name, in row {row}.",
    "heading_none": "There is no row of headings. We worked out the columns from what is in them.",
    "heading_twice": "Two columns are called “{heading}”. We use the first (column {column}).",
    "column_beside": (
        "Nothing is under “{heading}” but the column beside it ({column}) is filled, so we read that one."
    ),
    "cells_outside": "Cells under no heading, in column {column}: {count} (such as “{example}”). We leave them out.",
    "meaning_heading": "It is called “{heading}”.",
    "meaning_content": "Its cells look like this: {example}.",
    "meaning_remembered": "You told us last time.",
    "meaning_unknown": "We do not know what it is, so we leave it out.",
    "net_chosen": "The file gives amounts with and without VAT. We use those without, because councils reclaim VAT.",
    "net_unsaid": "The file does not say whether amounts include VAT.",
    "dates_day_first": "Dates are day first: {example} cannot be read otherwise.",
    "dates_month_first": "Dates are month first: {example} cannot be read otherwise.",
    "dates_day_first_span": (
        "Dates are read day first: that way they fall within {days} days; month first they would spread over "
        "{other} days."
    ),
    "dates_month_first_span": (
        "Dates are read month first: that way they fall within {days} days; day first they would spread over "
        "{other} days."
    ),
    "dates_day_first_guess": "Dates could be day first or month first. We read them day first, as is usual here.",
    "dates_both_orders": (
        "Some dates can only be day first ({day}), some only month first ({month}). Those that could be "
        "either are not kept."
    ),
    "dates_serial": "Some dates are spreadsheet day numbers, such as {example} ({count} different ones).",
    "dates_formats": "Dates are written like this: {examples}.",
    "money_formats": "Amounts are written like this: {examples}.",
    "money_comma": "A comma marks the pence: {example}.",
    "unit_thousands": "Amounts are in thousands of pounds: “{where}”.",
    "unit_millions": "Amounts are in millions of pounds: “{where}”.",
    "realigned": "Rows shifted sideways: {count}. We moved their cells back under the headings.",
    "rounded": "Amounts with parts of a penny: {count}. We rounded each to the nearest penny.",
    "lines_not_known": "Lines whose amount is not known: {count}. They are kept as “not known”, never as nought.",
    "dates_far_off": (
        "Payments dated far from all others: {count} (such as {example}, row {row}). We kept them as they are written."
    ),
    "no_payee": "Payments that do not say who was paid: {count}. They are kept as “not given”.",
    # --- why a row was not kept
    "row_total": "This row is a total, not a payment.",
    "row_heading_again": "This row repeats the headings.",
    "row_title": "This row is a title or a note, not a payment or a line.",
    "row_no_amount": "There is no amount.",
    "row_bad_amount": "We cannot read the amount.",
    "row_no_date": "There is no date.",
    "row_bad_date": "We cannot read the date.",
    "row_impossible_date": "There is no such day.",
    "row_far_date": "The date is before 1990 or more than two years ahead.",
    "row_either_date": "The date could be day first or month first.",
    "row_no_service": "There is no service.",
    "row_nothing": "This row has neither a payee, a date nor an amount.",
    # --- what is suggested
    "cofog_keyword": "The name says “{keyword}”.",
    # --- what we ask
    "ask_column": "Which column holds {meaning}?",
    "ask_date_order": "Is {example} the day {day_first} or the day {month_first}?",
    "ask_no_date": "Which day or month are the payments of {sheet} from?",
    "ask_net": "Do the amounts include VAT?",
    "ask_unit": "Are the amounts in pounds or in thousands of pounds?",
    "without_vat": "without VAT",
    "with_vat": "with VAT",
    "not_known": "not known",
    "in_pounds": "pounds",
    "in_thousands": "thousands of pounds",
    # --- the names of what a column can hold
    "payee": "who was paid",
    "paid_on": "the date of payment",
    "amount": "the amount",
    "amount_net": "the amount without VAT",
    "amount_gross": "the amount with VAT",
    "vat": "the VAT",
    "vat_lost": "the VAT that cannot be reclaimed",
    "service": "the service or department",
    "division": "the part of the service",
    "category": "what the money was spent on",
    "description": "the description",
    "transaction": "the payment's number",
    "supplier_id": "the payee's number",
    "supplier_class": "the kind of payee",
    "postcode": "the payee's postcode",
    "publisher": "the body that paid",
    "capital_revenue": "capital or revenue",
    "cofog": "the COFOG code",
    "agency": "the agency",
    "year": "the year",
    "basis": "direct or shared out",
    "control": "who decides about it",
    "counted": "whether it is counted",
    "source": "where the figure comes from",
    "note": "a note",
    "ignore": "something we do not need",
}


@dataclass(frozen=True)
class Said:
    """One sentence: a code of `ENGLISH` and what fills it in. `str()` is the English."""

    code: str
    params: dict[str, str | int | Said] = field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        return ENGLISH[self.code].format(**self.params)


def say(code: str, **params: str | int | Said) -> Said:
    """Build a `Said`; an unknown code is a mistake of ours and raises `KeyError` at once."""
    if code not in ENGLISH:
        raise KeyError(code)
    return Said(code, params)


class CannotRead(Exception):
    """A file that we refuse, with the reason in plain words.

    Attributes
    ----------
    said : Said
        Why; `str(error)` is the English sentence.
    file : str
        The file's name, with the part inside an archive after a slash.
    sheet, row, column : str, int or None
        Where, as far as known; rows and columns count from one.
    what_to_do : Said or None
        What the officer can do about it.
    """

    def __init__(
        self,
        said: Said,
        file: str,
        *,
        what_to_do: Said | None = None,
        sheet: str = "",
        row: int | None = None,
        column: int | None = None,
    ) -> None:
        super().__init__(str(said))
        self.said = said
        self.file = file
        self.sheet = sheet
        self.row = row
        self.column = column
        self.what_to_do = what_to_do

    @property
    def code(self) -> str:
        """The code of the sentence."""
        return self.said.code
