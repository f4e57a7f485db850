"""What do the columns mean? Works out a mapping, says why, and asks only about what the file does not tell."""

from __future__ import annotations

import dataclasses
import hashlib
import re
from collections.abc import Iterable
from collections.abc import Mapping as AnyMapping

from .dates import DateFacts
from .headings import AMOUNTS, assign, normal
from .money import MoneyColumn, parse_money
from .recognise import Source
from .shapes import Block, Column, Mapping, Question, SheetUnderstood, Understanding
from .survey import POSTCODE, BlockSurvey, ColumnFacts, SheetSurvey, survey
from .words import CannotRead, Said, say

_THOUSANDS = re.compile(r"£ ?(?:'?000s?|thousands?|k)\b|\b(?:in|of) thousands\b|\(000s?\)", re.IGNORECASE)
_MILLIONS = re.compile(r"£ ?(?:millions?|m|mn)\b", re.IGNORECASE)
_NEEDED = {"spending": ("payee", "paid_on", "amount"), "budget": ("service", "amount")}
_EMPTY_SHARE = 0.02
_SHAPES_FROM = 5_000


def understand(source: Source, remembered: Mapping | AnyMapping[str, Mapping] | None = None) -> Understanding:
    """Work out what a source's columns hold.

    Parameters
    ----------
    source : Source
    remembered : Mapping, or dict of fingerprint -> Mapping, optional
        What the officer confirmed for this publisher before; used where the headings are the same.

    Returns
    -------
    Understanding
        A mapping that can be read with, remarks on every decision, and questions for what is not known.

    Raises
    ------
    CannotRead
        When no sheet holds a table.
    """
    surveys = [survey(source, sheet) for sheet in source.sheets if not sheet.hidden]
    tables = [found for found in surveys if _has_table(found)]
    if not tables:
        code = "no_rows" if not any(found.rows for found in surveys) else "no_table"
        raise CannotRead(say(code), source.name, what_to_do=say("do_check_file"))
    kind = _kind_of(tables)
    sheets = [SheetUnderstood(sheet, left_out=say("hidden_sheet")) for sheet in source.sheets if sheet.hidden]
    for found in surveys:
        sheets.append(_understand_sheet(found, kind, has_table=found in tables))
    _leave_out_summaries(sheets, kind)
    remarks, questions = list(source.remarks), []
    mapping = _first_mapping(sheets, kind)
    mapping = _recall(mapping, remembered)
    read_tables = [found for found in tables if not _sheet_of(sheets, found).left_out]
    mapping = _decide_units(mapping, read_tables, remarks)
    understanding = change(Understanding(mapping, sheets, remarks, questions), mapping)
    mapping = _decide_money(understanding, read_tables, remarks)
    mapping = _decide_dates(dataclasses.replace(understanding, mapping=mapping), read_tables, remarks, remembered)
    understanding = change(dataclasses.replace(understanding, mapping=mapping), mapping)
    understanding.questions = _questions(understanding, read_tables)
    return understanding


def change(understanding: Understanding, mapping: Mapping) -> Understanding:
    """The same understanding with another mapping, as the officer changed it; the file is not read again.

    Questions that the new mapping answers are dropped.
    """
    sheets = []
    for sheet in understanding.sheets:
        blocks = [dataclasses.replace(block, columns=_columns_of(block, mapping)) for block in sheet.blocks]
        columns = [
            column
            if mapping.columns.get(column.key, "ignore") == column.meaning
            else dataclasses.replace(
                column, meaning=mapping.columns.get(column.key, "ignore"), confidence=1.0, why=say("meaning_remembered")
            )
            for column in sheet.columns
        ]
        left_out = sheet.left_out
        if sheet.sheet.key in mapping.leave_out:
            left_out = left_out or say("sheet_not_chosen")
        sheets.append(dataclasses.replace(sheet, blocks=blocks, columns=columns, left_out=left_out))
    changed = dataclasses.replace(understanding, mapping=mapping, sheets=sheets)
    changed.questions = [question for question in understanding.questions if not _answered(question, changed)]
    return changed


def _columns_of(block: Block, mapping: Mapping) -> dict[str, int]:
    columns: dict[str, int] = {}
    for key, index in block.cells:
        meaning = mapping.columns.get(key, "ignore")
        if meaning != "ignore":
            columns.setdefault(meaning, index)
    # Whatever they are called, the amounts that are read are under "amount".
    chosen = next((meaning for meaning in AMOUNTS if meaning in columns), None)
    if chosen:
        columns["amount"] = columns[chosen]
    return columns


def _answered(question: Question, understanding: Understanding) -> bool:
    if question.code == "ask_column":
        return all(
            question.suggestion in block.columns or not block.columns
            for sheet in understanding.sheets
            if not sheet.left_out
            for block in sheet.blocks
        )
    if question.code == "ask_no_date":
        return question.sheet in understanding.mapping.fixed_dates
    return False


def _has_table(found: SheetSurvey) -> bool:
    if any(block.kind for block in found.blocks):
        return True
    block = found.blocks[0]
    money = any(facts.looks_like_money and facts.has_pence > 0.3 for facts in block.facts)
    return money and any(facts.looks_like_dates for facts in block.facts) and block.rows > 1


def _kind_of(tables: list[SheetSurvey]) -> str:
    rows = {"spending": 0, "budget": 0}
    for found in tables:
        for block in found.blocks:
            rows[block.kind or "spending"] += block.rows
    return "budget" if rows["budget"] > rows["spending"] else "spending"


def _sheet_of(sheets: list[SheetUnderstood], found: SheetSurvey) -> SheetUnderstood:
    return next(sheet for sheet in sheets if sheet.sheet == found.sheet)


def _understand_sheet(found: SheetSurvey, kind: str, *, has_table: bool) -> SheetUnderstood:
    sheet = SheetUnderstood(found.sheet, rows=found.rows, examples=found.examples)
    if not has_table:
        sheet.left_out = say("sheet_without_table") if found.rows else say("sheet_empty")
        return sheet
    for number, block in enumerate(found.blocks):
        columns = _name_columns(block, kind, sheet.remarks)
        _complete_from_content(columns, block, kind)
        sheet.blocks.append(
            Block(block.first_row, block.heading_row, tuple((column.key, column.index) for column in columns))
        )
        if number == 0:
            sheet.columns = columns
        else:
            known = {column.key for column in sheet.columns}
            sheet.columns += [column for column in columns if column.key not in known]
        _say_what_lies_outside(block, columns, sheet.remarks)
    _say_where_headings_are(found, sheet.remarks)
    return sheet


def _say_what_lies_outside(block: BlockSurvey, columns: list[Column], remarks: list[Said]) -> None:
    used = {column.index for column in columns}
    for facts in block.facts:
        if facts.index not in used and facts.sample():
            remarks.append(
                say("cells_outside", count=facts.filled, column=facts.index + 1, example=facts.examples[0])
            )


def _say_where_headings_are(found: SheetSurvey, remarks: list[Said]) -> None:
    rows = [block.heading_row for block in found.blocks]
    first = rows[0]
    if first is None:
        remarks.append(say("heading_none"))
    elif len(rows) > 1:
        remarks.append(say("heading_rows", rows=", ".join(map(str, rows))))
    elif first > 2 and first >= found.rows:
        remarks.append(say("heading_last", row=first))
    else:
        remarks.append(say("heading_row", row=first))


def _name_columns(block: BlockSurvey, kind: str, remarks: list[Said]) -> list[Column]:
    """One `Column` for each heading, or for each filled column where there are no headings."""
    named = dict(block.headings)
    given = assign(block.headings, kind)
    columns, seen = [], {}
    for facts in block.facts:
        heading = named.get(facts.index, "")
        if not heading and (block.headings or not facts.filled):
            continue
        key = normal(heading) or f"column:{facts.index + 1}"
        if key in seen:
            remarks.append(say("heading_twice", heading=heading, column=seen[key]))
            key = f"{key} ({facts.index + 1})"
        seen.setdefault(key, facts.index + 1)
        meaning, sure, why = given.get(facts.index, ("ignore", 0.0, say("meaning_unknown")))
        index = _filled_index(facts, block, named, remarks, heading)
        examples = block.facts[index].examples
        columns.append(Column(index, heading, key, meaning, sure, why, examples))
    return columns


def _filled_index(
    facts: ColumnFacts, block: BlockSurvey, named: dict[int, str], remarks: list[Said], heading: str
) -> int:
    """The index of the cells that belong to a heading: beside it, where nothing is under it."""
    if facts.filled > block.rows * _EMPTY_SHARE or not block.rows:
        return facts.index
    for beside in (facts.index + 1, facts.index - 1):
        if 0 <= beside < len(block.facts) and beside not in named and block.facts[beside].filled > block.rows * 0.5:
            remarks.append(say("column_beside", heading=heading, column=beside + 1))
            return beside
    return facts.index


def _complete_from_content(columns: list[Column], block: BlockSurvey, kind: str) -> None:
    """Find by their cells the columns that no heading named."""
    have = {column.meaning for column in columns}
    free = [position for position, column in enumerate(columns) if column.meaning == "ignore"]

    def take(meaning: str, sure: float, positions: list[int]) -> None:
        if not positions:
            return
        position = positions[0]
        column = columns[position]
        example = column.examples[0] if column.examples else ""
        columns[position] = dataclasses.replace(
            column, meaning=meaning, confidence=sure, why=say("meaning_content", example=example)
        )
        free.remove(position)

    def facts(position: int) -> ColumnFacts:
        return block.facts[columns[position].index]

    if kind == "spending" and "paid_on" not in have:
        dates = [position for position in free if facts(position).looks_like_dates]
        take("paid_on", 0.7 if len(dates) == 1 else 0.5, dates)
    if not have & {*AMOUNTS}:
        money = [position for position in free if facts(position).looks_like_money]
        money.sort(key=lambda position: -facts(position).has_pence)
        take("amount", 0.7 if len(money) == 1 else 0.5, money)
    needed = "payee" if kind == "spending" else "service"
    if needed not in have:
        words = [position for position in free if facts(position).looks_like_words]
        if kind == "spending":
            words.sort(key=lambda position: -facts(position).names_organisations)
            words = [position for position in words if facts(position).names_organisations > 0.2]
        take(needed, 0.5, words)
    if kind == "spending" and "postcode" not in have:
        take("postcode", 0.8, [p for p in free if facts(p).share(lambda cell: POSTCODE.fullmatch(str(cell).strip())) > 0.7])
    if not block.headings:
        words = sorted((p for p in free if facts(p).looks_like_words), key=lambda p: len(facts(p).different))
        take("service", 0.4, words)
        take("description", 0.4, words[:0:-1])


def _leave_out_summaries(sheets: list[SheetUnderstood], kind: str) -> None:
    """In a workbook of payments, a sheet without dates beside sheets with dates counts the same money twice."""
    read = [sheet for sheet in sheets if not sheet.left_out]
    dated = [sheet for sheet in read if any(column.meaning == "paid_on" for column in sheet.columns)]
    if kind != "spending" or not dated:
        return
    for sheet in read:
        if sheet not in dated:
            sheet.left_out = say("sheet_summary")


def _first_mapping(sheets: list[SheetUnderstood], kind: str) -> Mapping:
    columns: dict[str, str] = {}
    first: SheetUnderstood | None = None
    for sheet in sheets:
        if sheet.left_out:
            continue
        first = first or sheet
        for column in sheet.columns:
            columns.setdefault(column.key, column.meaning)
    keys = [key for key, _ in first.blocks[0].cells] if first else []
    fingerprint = hashlib.sha256("\n".join(keys).encode()).hexdigest()[:16]
    meanings = set(columns.values())
    vat = "net" if "amount_net" in meanings else "gross" if "amount_gross" in meanings and "amount" not in meanings else "unsaid"
    return Mapping(kind=kind, fingerprint=fingerprint, columns=columns, vat=vat)


def _recall(mapping: Mapping, remembered: Mapping | AnyMapping[str, Mapping] | None) -> Mapping:
    """Take over what the officer decided before, where the headings are the same."""
    kept = _remembered_for(mapping, remembered)
    if kept is None:
        return mapping
    columns = {key: kept.columns.get(key, meaning) for key, meaning in mapping.columns.items()}
    return dataclasses.replace(
        kept, columns=columns, fingerprint=mapping.fingerprint, decimal=".", date_order=kept.date_order
    )


def _remembered_for(mapping: Mapping, remembered: Mapping | AnyMapping[str, Mapping] | None) -> Mapping | None:
    if isinstance(remembered, Mapping):
        return remembered if remembered.fingerprint == mapping.fingerprint else None
    return remembered.get(mapping.fingerprint) if remembered else None


def _decide_units(mapping: Mapping, tables: list[SheetSurvey], remarks: list[Said]) -> Mapping:
    texts = [
        text
        for found in tables
        for text in [*found.titles, *(heading for block in found.blocks for _, heading in block.headings)]
    ]
    if where := next((text for text in texts if _THOUSANDS.search(text)), None):
        remarks.append(say("unit_thousands", where=where[:80]))
        return dataclasses.replace(mapping, unit_pence=100_000)
    if where := next((text for text in texts if _MILLIONS.search(text)), None):
        remarks.append(say("unit_millions", where=where[:80]))
        return dataclasses.replace(mapping, unit_pence=100_000_000)
    return mapping


def _cells_of(understanding: Understanding, tables: list[SheetSurvey], meaning: str) -> set:
    """All different cells of the columns with a meaning, over all sheets that are read."""
    cells: set = set()
    for found in tables:
        sheet = _sheet_of(understanding.sheets, found)
        for block, facts in zip(sheet.blocks, found.blocks, strict=True):
            index = block.columns.get(meaning)
            if index is not None and index < len(facts.facts):
                cells.update(facts.facts[index].different)
    return cells


def _decide_money(understanding: Understanding, tables: list[SheetSurvey], remarks: list[Said]) -> Mapping:
    mapping = understanding.mapping
    texts = [cell for cell in _cells_of(understanding, tables, "amount") if isinstance(cell, str) and cell.strip()]
    money = MoneyColumn()
    strange = [text for text in texts if not money[text]]
    commas = sorted(text for text in strange if parse_money(text, decimal=","))
    # A comma marks the pence only if more amounts read that way alone than read with a point alone.
    if commas and len(commas) > sum(not parse_money(text, decimal=",") for text in texts if money[text]):
        remarks.append(say("money_comma", example=commas[0]))
        mapping = dataclasses.replace(mapping, decimal=",")
    if shapes := _written_like([text for text in texts if money[text]][:_SHAPES_FROM] + commas):
        remarks.append(say("money_formats", examples=shapes))
    meanings = set(mapping.columns.values())
    if {"amount_net", "amount_gross"} <= meanings:
        remarks.append(say("net_chosen"))
    elif mapping.vat == "unsaid" and mapping.kind == "spending":
        remarks.append(say("net_unsaid"))
    return mapping


def _written_like(texts: Iterable[str]) -> str:
    """One example of each way of writing, at most six."""
    shapes: dict[str, str] = {}
    for text in sorted(texts, key=lambda text: (len(text), text)):
        shapes.setdefault(re.sub(r"\d+", "9", text.strip()), text.strip())
    return "; ".join(list(shapes.values())[:6])


def _decide_dates(
    understanding: Understanding,
    tables: list[SheetSurvey],
    remarks: list[Said],
    remembered: Mapping | AnyMapping[str, Mapping] | None,
) -> Mapping:
    mapping = understanding.mapping
    cells = _cells_of(understanding, tables, "paid_on")
    if not cells:
        return mapping
    facts = DateFacts()
    facts.add(cells)
    order, said = date_order(facts)
    if said and said.code == "dates_day_first_guess" and _remembered_for(mapping, remembered):
        order, said = mapping.date_order, say("meaning_remembered")
    if said:
        remarks.append(said)
    if facts.serials:
        remarks.append(say("dates_serial", count=facts.serials, example=facts.serial_example))
    if shapes := _written_like({cell for cell in cells if isinstance(cell, str) and cell.strip()}):
        remarks.append(say("dates_formats", examples=shapes))
    return dataclasses.replace(mapping, date_order=order)


def date_order(facts: DateFacts) -> tuple[str, Said | None]:
    """Decide day first or month first from a whole column, and say why.

    Returns
    -------
    (str, Said or None)
        "day", "month" or "both"; nothing is said where no date is written with two plain numbers.
    """
    if facts.day_first_only and facts.month_first_only:
        return "both", say("dates_both_orders", day=facts.day_first_only, month=facts.month_first_only)
    if facts.month_first_only:
        return "month", say("dates_month_first", example=facts.month_first_only)
    if facts.day_first_only:
        return "day", say("dates_day_first", example=facts.day_first_only)
    if not facts.either:
        return "day", None
    days, other = facts.spans()
    if days * 3 < other and other - days > 31:
        return "day", say("dates_day_first_span", days=days, other=other)
    if other * 3 < days and days - other > 31:
        return "month", say("dates_month_first_span", days=other, other=days)
    return "day", say("dates_day_first_guess")


def _questions(understanding: Understanding, tables: list[SheetSurvey]) -> list[Question]:
    questions = []
    mapping = understanding.mapping
    read = [sheet for sheet in understanding.sheets if not sheet.left_out]
    for meaning in _NEEDED[mapping.kind]:
        if all(meaning in block.columns for sheet in read for block in sheet.blocks):
            continue
        if meaning == "paid_on":
            questions += [
                Question("ask_no_date", say("ask_no_date", sheet=sheet.sheet.name or sheet.sheet.file), sheet=sheet.sheet.key)
                for sheet in read
                if not any("paid_on" in block.columns for block in sheet.blocks)
                and sheet.sheet.key not in mapping.fixed_dates
            ]
            continue
        options = tuple((column.key, column.heading or column.key) for column in understanding.columns)
        questions.append(Question("ask_column", say("ask_column", meaning=say(meaning)), options, meaning))
    guess = next((said for said in understanding.remarks if said.code in ("dates_day_first_guess", "dates_both_orders")), None)
    if guess:
        facts = DateFacts()
        cells = sorted(str(cell) for cell in _cells_of(understanding, tables, "paid_on"))
        facts.add(cells)
        example = next((cell for cell in cells if cell.strip()), "")
        options = (("day", "day first"), ("month", "month first"))
        questions.append(Question("ask_date_order", guess, options, "day", example))
    return questions
