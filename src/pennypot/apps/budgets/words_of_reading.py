"""What reading says, in the reader's language: the sentences of `reading.words`, which knows no Django, once more.

A test holds the two tables to each other. Sentences of our own about files stand at the end.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

TEMPLATES = {
    "empty": _("This file is empty."),
    "no_rows": _("There are no rows in this file."),
    "too_big": _("This file is {size}. The largest we read is {limit}."),
    "unpacks_too_big": _("Unpacked, this file would be {size}. The largest we read is {limit}."),
    "line_too_long": _("One line of this file is longer than {limit}. That is not a table of rows."),
    "nul_bytes": _(
        "This file holds bytes that text never holds (NUL, first at byte {offset}). It may be damaged, or not a table."
    ),
    "not_a_table_file": _("This is {what}, whatever its name says. We read tables: CSV, XLSX, XLS and ODS."),
    "no_table": _("We found no table in this file: no row of headings, and no columns of dates and amounts."),
    "quote_not_closed": _(
        "A quotation mark opens in row {row} and does not close. Everything after it would run together."
    ),
    "too_many_columns": _("Row {row} has {columns} columns. The most we read is {limit}."),
    "zip_too_many": _("This archive says it holds {count} files. The most we open is {limit}."),
    "zip_damaged": _("This archive or workbook is damaged and cannot be opened."),
    "zip_bomb": _("Part of this file ({part}) unpacks to {ratio} times its size. We do not open files like that."),
    "zip_overlap": _("Parts of this archive overlap each other. We do not open files like that."),
    "zip_wrong_size": _("Part of this file ({part}) is not the size it says it is. We do not open files like that."),
    "zip_nested": _("This archive holds another archive ({part}). We open one level only."),
    "zip_path": _(
        "This archive holds a file whose name leaves its folder ({part}). We do not open archives like that."
    ),
    "zip_encrypted": _("This archive is locked with a password ({part})."),
    "zip_no_table": _("There is no CSV, XLSX, XLS or ODS file in this archive."),
    "macros": _("This workbook holds macros (small programs). We do not open workbooks with macros."),
    "password": _("This workbook is locked with a password."),
    "xml_entities": _("Part of this workbook ({part}) defines its own XML entities. We do not open files like that."),
    "sheet_too_big": _("A sheet of this workbook ({part}) spans {cells} cells. The most we read is {limit}."),
    "workbook_damaged": _("This workbook is damaged and cannot be opened ({detail})."),
    "sums_differ": _(
        "The amounts before reading and after reading differ. Nothing was kept. Please tell us about this file."
    ),
    "not_payments": _("This file holds lines of a budget, not payments."),
    "no_such_authority": _("There is no authority with the code {authority} in this workbook."),
    "no_layout": _("This workbook is not one whose layout we know."),
    "layout_sums": _("In the sheet {sheet}, the services of {authority} do not add up to their total."),
    "benefit_elsewhere": _("The Department for Work and Pensions counts this benefit too, so it is left out here."),
    "levy_received": _("This is money received from councils, not spent, so it is left out here."),
    "layout_differs": _("The sheet {sheet} has no column called {heading}, which its layout needs."),
    "what_jpeg": _("a JPEG picture"),
    "what_png": _("a PNG picture"),
    "what_gif": _("a GIF picture"),
    "what_pdf": _("a PDF document"),
    "what_html": _("a web page"),
    "what_xml": _("an XML file"),
    "what_json": _("a JSON file"),
    "what_gzip": _("a gzip archive"),
    "what_7z": _("a 7-Zip archive"),
    "what_rar": _("a RAR archive"),
    "what_program": _("a program"),
    "what_word": _("a text document"),
    "what_xlsb": _("a binary workbook (XLSB)"),
    "what_database": _("a database"),
    "what_media": _("sound or video"),
    "what_other": _("not text and not a workbook"),
    "do_split": _("Split it into smaller files, one a month or one a quarter."),
    "do_save_csv": _("Open it in your spreadsheet program, save it as CSV (UTF-8), and try that file."),
    "do_save_xlsx": _("Save it as a workbook without macros (.xlsx) and try that file."),
    "do_unlock": _("Save it without a password and try that file."),
    "do_unpack": _("Unpack it and give us the tables inside, one by one."),
    "do_check_file": _("Check that it is the file you meant."),
    "do_export_again": _("Export it again from where it came."),
    "do_tell_us": _("Keep the file: it shows something our reader gets wrong."),
    "encoding_utf8": _("The text is UTF-8: all {high} bytes beyond plain letters fit it."),
    "encoding_ascii": _("The text is plain letters only, so its encoding does not matter."),
    "encoding_bom": _("The file says at its start that it is {encoding}."),
    "encoding_utf16_pattern": _("The file does not say so, but every second byte is empty: it is {encoding}."),
    "encoding_cp1252": _("The text is not UTF-8 (byte {offset} does not fit). We read it as Windows Western (cp1252)."),
    "encoding_cp437": _(
        "The text is not UTF-8, and byte 9C stands where a pound sign belongs ({count} times): it is from "
        "a DOS program (cp437)."
    ),
    "encoding_latin1": _("The text is not UTF-8 and holds bytes Windows does not use. We read it as Latin-1."),
    "encoding_stray": _(
        "The text is UTF-8 but for {count} stray bytes (the first at byte {offset}), which we read as Windows Western."
    ),
    "lines_mixed": _("Line ends are mixed: {crlf} CRLF, {lf} LF, {cr} CR. We read each of them as the end of a line."),
    "lines_cr": _("Lines end in a bare CR, as old Macintosh programs wrote them."),
    "delimiter": _("Columns are separated by {delimiter}."),
    "commas": _("commas"),
    "semicolons": _("semicolons"),
    "tabs": _("tabs"),
    "upright_bars": _("upright bars"),
    "macros_not_run": _("This old workbook holds macros. We did not run them; we read the values only."),
    "formulas_without_values": _(
        "{count} cells hold formulas without a saved result. They read as empty: open the file, save it, and try again."
    ),
    "formulas_cached": _("Cells with formulas are read as the results saved in the file."),
    "archive_part_skipped": _("The archive also holds {part}, which is not a table. We leave it out."),
    "hidden_sheet": _("This sheet is hidden in the workbook, so we leave it out."),
    "sheet_without_table": _("We found no table of payments or budget lines in this sheet, so we leave it out."),
    "sheet_summary": _(
        "This sheet has no dates while others have. It looks like a summary of them, so we leave it out."
    ),
    "sheet_not_chosen": _("You chose not to read this sheet."),
    "sheet_empty": _("This sheet is empty."),
    "heading_row": _("The headings are in row {row}."),
    "heading_rows": _("The headings are in rows {rows}: the columns change part of the way down."),
    "heading_last": _("The headings are below the rows they name, in row {row}."),
    "heading_none": _("There is no row of headings. We worked out the columns from what is in them."),
    "heading_twice": _("Two columns are called “{heading}”. We use the first (column {column})."),
    "column_beside": _(
        "Nothing is under “{heading}” but the column beside it ({column}) is filled, so we read that one."
    ),
    "cells_outside": _("Cells under no heading, in column {column}: {count} (such as “{example}”). We leave them out."),
    "meaning_heading": _("It is called “{heading}”."),
    "meaning_content": _("Its cells look like this: {example}."),
    "meaning_remembered": _("You told us last time."),
    "meaning_unknown": _("We do not know what it is, so we leave it out."),
    "net_chosen": _("The file gives amounts with and without VAT. We use those without, because councils reclaim VAT."),
    "net_unsaid": _("The file does not say whether amounts include VAT."),
    "dates_day_first": _("Dates are day first: {example} cannot be read otherwise."),
    "dates_month_first": _("Dates are month first: {example} cannot be read otherwise."),
    "dates_day_first_span": _(
        "Dates are read day first: that way they fall within {days} days; month first they would spread "
        "over {other} days."
    ),
    "dates_month_first_span": _(
        "Dates are read month first: that way they fall within {days} days; day first they would spread "
        "over {other} days."
    ),
    "dates_day_first_guess": _("Dates could be day first or month first. We read them day first, as is usual here."),
    "dates_both_orders": _(
        "Some dates can only be day first ({day}), some only month first ({month}). Those that could be "
        "either are not kept."
    ),
    "dates_serial": _("Some dates are spreadsheet day numbers, such as {example} ({count} different ones)."),
    "dates_formats": _("Dates are written like this: {examples}."),
    "money_formats": _("Amounts are written like this: {examples}."),
    "money_comma": _("A comma marks the pence: {example}."),
    "unit_thousands": _("Amounts are in thousands of pounds: “{where}”."),
    "unit_millions": _("Amounts are in millions of pounds: “{where}”."),
    "realigned": _("Rows shifted sideways: {count}. We moved their cells back under the headings."),
    "rounded": _("Amounts with parts of a penny: {count}. We rounded each to the nearest penny."),
    "lines_not_known": _("Lines whose amount is not known: {count}. They are kept as “not known”, never as nought."),
    "dates_far_off": _(
        "Payments dated far from all others: {count} (such as {example}, row {row}). We kept them as they are written."
    ),
    "no_payee": _("Payments that do not say who was paid: {count}. They are kept as “not given”."),
    "row_total": _("This row is a total, not a payment."),
    "row_heading_again": _("This row repeats the headings."),
    "row_title": _("This row is a title or a note, not a payment or a line."),
    "row_no_amount": _("There is no amount."),
    "row_bad_amount": _("We cannot read the amount."),
    "row_no_date": _("There is no date."),
    "row_bad_date": _("We cannot read the date."),
    "row_impossible_date": _("There is no such day."),
    "row_far_date": _("The date is before 1990 or more than two years ahead."),
    "row_either_date": _("The date could be day first or month first."),
    "row_no_service": _("There is no service."),
    "row_nothing": _("This row has neither a payee, a date nor an amount."),
    "cofog_keyword": _("The name says “{keyword}”."),
    "ask_column": _("Which column holds {meaning}?"),
    "ask_date_order": _("Is {example} the day {day_first} or the day {month_first}?"),
    "ask_no_date": _("Which day or month are the payments of {sheet} from?"),
    "ask_net": _("Do the amounts include VAT?"),
    "ask_unit": _("Are the amounts in pounds or in thousands of pounds?"),
    "without_vat": _("without VAT"),
    "with_vat": _("with VAT"),
    "not_known": _("not known"),
    "in_pounds": _("pounds"),
    "in_thousands": _("thousands of pounds"),
    "payee": _("who was paid"),
    "paid_on": _("the date of payment"),
    "amount": _("the amount"),
    "amount_net": _("the amount without VAT"),
    "amount_gross": _("the amount with VAT"),
    "vat": _("the VAT"),
    "vat_lost": _("the VAT that cannot be reclaimed"),
    "service": _("the service or department"),
    "division": _("the part of the service"),
    "category": _("what the money was spent on"),
    "description": _("the description"),
    "transaction": _("the payment's number"),
    "supplier_id": _("the payee's number"),
    "supplier_class": _("the kind of payee"),
    "postcode": _("the payee's postcode"),
    "publisher": _("the body that paid"),
    "capital_revenue": _("capital or revenue"),
    "cofog": _("the COFOG code"),
    "agency": _("the agency"),
    "year": _("the year"),
    "basis": _("direct or shared out"),
    "control": _("who decides about it"),
    "counted": _("whether it is counted"),
    "source": _("where the figure comes from"),
    "note": _("a note"),
    "ignore": _("something we do not need"),
}
OWN = {
    "too_many_lines": _(
        "This file was read as a budget, but it holds more than {limit} lines. If it holds payments, give "
        "its columns names such as “date”, “supplier” and “amount”."
    ),
    "too_much_memory": _("This file needs more memory than we allow one file."),
    "row_other_agency": _("This line belongs to another body."),
    "row_other_year": _("This line is of another year."),
    "ask_which_agency": _("This file holds lines of several bodies. Which are those of {agency}?"),
    "ask_which_year": _("This file holds lines of several years. Which year do you want?"),
    "file_says_not_counted": _("The file says that it is not counted."),
}


def said(sentence: dict[str, Any] | None) -> str:
    """Say a sentence as `aside` wrote it down (``{"code": ..., "params": {...}}``); nothing for None."""
    if not sentence:
        return ""
    code = sentence["code"]
    template = TEMPLATES.get(code) or OWN.get(code)
    params = {
        name: said(value) if isinstance(value, dict) else value for name, value in sentence.get("params", {}).items()
    }
    try:
        return gettext(template).format(**params) if template else code.replace("_", " ")
    except KeyError:  # an older version of Pennypot wrote the sentence down, with other parts
        return code.replace("_", " ")


def meaning(name: str) -> str:
    """Say what a column can hold: ``paid_on`` is the date of payment."""
    return gettext(TEMPLATES[name])
