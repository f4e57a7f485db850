"""What do the columns mean? Works out a mapping, says why, and asks only about what the file does not tell."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping as AnyMapping

from .decide import ask, cells_of, decide_dates, decide_money, decide_units
from .headings import AMOUNTS, assign, normal
from .recognise import Source
from .shapes import Block, Column, Mapping, Question, SheetUnderstood, Understanding
from .survey import POSTCODE, BlockSurvey, ColumnFacts, SheetSurvey, survey
from .words import CannotRead, Said, say

_EMPTY_SHARE = 0.02


def understand(
    source: Source,
    remembered: Mapping | AnyMapping[str, Mapping] | None = None,
    *,
    most_rows: int | None = None,
) -> Understanding:
    """Work out what a source's columns hold.

    Parameters
    ----------
    source : Source
    remembered : Mapping, or dict of fingerprint -> Mapping, optional
        What the officer confirmed for this publisher before; used where the headings are the same.
    most_rows : int, optional
        Look at little more than so many rows of each sheet. Then decisions are not those of whole columns: only for
        callers that check afterwards, as `spending.read_into_store` does.

    Returns
    -------
    Understanding
        A mapping that can be read with, remarks on every decision, and questions for what is not known.

    Raises
    ------
    CannotRead
        When no sheet holds a table.
    """
    surveys = [survey(source, sheet, most_rows) for sheet in source.sheets if not sheet.hidden]
    tables = [found for found in surveys if _has_table(found)]
    if not tables:
        code = "no_rows" if not any(found.rows for found in surveys) else "no_table"
        raise CannotRead(say(code), source.name, what_to_do=say("do_check_file"))
    kind = _kind_of(tables)
    sheets = [SheetUnderstood(sheet, left_out=say("hidden_sheet")) for sheet in source.sheets if sheet.hidden]
    for found in surveys:
        sheets.append(_understand_sheet(found, kind, has_table=found in tables))
    _leave_out_summaries(sheets, kind)
    remarks = list(source.remarks)
    mapping = _first_mapping(sheets, kind)
    mapping = _recall(mapping, remembered)
    chosen = {sheet.sheet.key for sheet in sheets if not sheet.left_out}
    read_tables = [found for found in tables if found.sheet.key in chosen]
    mapping = decide_units(mapping, read_tables, remarks)
    understanding = change(Understanding(mapping, sheets, remarks, []), mapping)
    amounts = cells_of(understanding, read_tables, "amount")
    mapping = decide_money(mapping, amounts, remarks)
    dates = cells_of(understanding, read_tables, "paid_on")
    known = _remembered_for(mapping, remembered) is not None
    mapping = decide_dates(mapping, dates, remarks, known=known)
    understanding = change(understanding, mapping)
    understanding.questions = ask(understanding, dates, amounts, known=known)
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
        not_chosen = say("sheet_not_chosen")
        left_out = None if sheet.left_out == not_chosen else sheet.left_out
        if sheet.sheet.key in mapping.leave_out:
            left_out = left_out or not_chosen
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
    # The rest is answered by confirming a mapping at all.
    return True


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
            remarks.append(say("cells_outside", count=facts.filled, column=facts.index + 1, example=facts.examples[0]))


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
    columns: list[Column] = []
    seen: dict[str, int] = {}
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
        take(
            "postcode",
            0.8,
            [p for p in free if facts(p).share(lambda cell: POSTCODE.fullmatch(str(cell).strip())) > 0.7],
        )
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
    vat = (
        "net"
        if "amount_net" in meanings
        else "gross"
        if "amount_gross" in meanings and "amount" not in meanings
        else "unsaid"
    )
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
