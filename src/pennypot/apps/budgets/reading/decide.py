"""Deciding for whole columns: units, how money and dates are written, and what is left to ask."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Iterable
from typing import Any

from .dates import DateFacts, resolve, take_apart
from .money import MoneyColumn, parse_money
from .shapes import PENCE_PER_POUND, Mapping, Question, Understanding
from .survey import SheetSurvey
from .words import Said, say

_THOUSANDS = re.compile(r"£ ?(?:'?000s?|thousands?|k)\b|\b(?:in|of) thousands\b|\(000s?\)", re.IGNORECASE)
_MILLIONS = re.compile(r"£ ?(?:millions?|m|mn)\b", re.IGNORECASE)
_POUNDS = re.compile(r"\b(?:gbp|pounds?)\b")
_NEEDED = {"spending": ("payee", "paid_on", "amount"), "budget": ("service", "amount")}
_SHAPES_FROM = 5_000
_SMALL_LINE_PENCE = 10_000 * PENCE_PER_POUND


def decide_units(mapping: Mapping, tables: list[SheetSurvey], remarks: list[Said]) -> Mapping:
    """Find "£000" or the like in titles and headings."""
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


def cells_of(understanding: Understanding, tables: list[SheetSurvey], meaning: str) -> list[Any]:
    """All different cells of the columns with a meaning, over all sheets that are read."""
    cells: dict[Any, None] = {}
    for found in tables:
        sheet = next(sheet for sheet in understanding.sheets if sheet.sheet == found.sheet)
        for block, facts in zip(sheet.blocks, found.blocks, strict=True):
            index = block.columns.get(meaning)
            if index is not None and index < len(facts.facts):
                cells.update(facts.facts[index].different)
    return list(cells)


def decide_money(mapping: Mapping, cells: list[Any], remarks: list[Said]) -> Mapping:
    """Decide what marks the pence, and say how the amounts are written and whether VAT is in them."""
    texts = [cell for cell in cells if isinstance(cell, str) and cell.strip()]
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


def decide_dates(mapping: Mapping, cells: list[Any], remarks: list[Said], *, known: bool) -> Mapping:
    """Decide the order of day and month; where the file does not tell, what was `known` before stands."""
    if not cells:
        return mapping
    facts = DateFacts()
    facts.add(cells)
    order, said = date_order(facts)
    if said and said.code == "dates_day_first_guess" and known:
        order, said = mapping.date_order, say("meaning_remembered")
    if said:
        remarks.append(said)
    if facts.serials:
        remarks.append(say("dates_serial", count=facts.serials, example=facts.serial_example))
    if shapes := _written_like(cell for cell in cells if isinstance(cell, str) and cell.strip()):
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


def ask(understanding: Understanding, dates: list[Any], amounts: list[Any], *, known: bool) -> list[Question]:
    """What the file does not tell: missing columns, dates that can be read two ways, VAT, units.

    VAT and units are not asked about again when they are `known` from the publisher's last file.
    """
    mapping = understanding.mapping
    questions = _ask_columns(understanding)
    if any(said.code in ("dates_day_first_guess", "dates_both_orders") for said in understanding.remarks):
        questions += _ask_date_order(dates, mapping.date_order)
    if known:
        return questions
    if mapping.kind == "spending" and mapping.vat == "unsaid":
        options = (("net", say("without_vat")), ("gross", say("with_vat")), ("unsaid", say("not_known")))
        questions.append(Question("ask_net", say("ask_net"), options, "unsaid"))
    in_pounds = any(_POUNDS.search(key) for key in mapping.columns)
    in_thousands = any(said.code.startswith("unit_") for said in understanding.remarks)
    if mapping.kind == "budget" and not in_pounds and not in_thousands:
        questions += _ask_unit(amounts)
    return questions


def _ask_unit(amounts: list[Any]) -> list[Question]:
    """Ask about the unit of a budget whose amounts all are whole numbers: small ones are thousands, as a rule."""
    pence = sorted(abs(money.pence) for money in map(parse_money, amounts) if money)
    if not pence or any(one % PENCE_PER_POUND for one in pence):
        return []
    options = ((str(PENCE_PER_POUND), say("in_pounds")), (str(PENCE_PER_POUND * 1000), say("in_thousands")))
    small = pence[len(pence) // 2] < _SMALL_LINE_PENCE
    return [Question("ask_unit", say("ask_unit"), options, options[small][0])]


def _ask_columns(understanding: Understanding) -> list[Question]:
    questions = []
    mapping = understanding.mapping
    read = [sheet for sheet in understanding.sheets if not sheet.left_out]
    for meaning in _NEEDED[mapping.kind]:
        if all(meaning in block.columns for sheet in read for block in sheet.blocks):
            continue
        if meaning == "paid_on":
            questions += [
                Question(
                    "ask_no_date", say("ask_no_date", sheet=sheet.sheet.name or sheet.sheet.file), sheet=sheet.sheet.key
                )
                for sheet in read
                if not any("paid_on" in block.columns for block in sheet.blocks)
                and sheet.sheet.key not in mapping.fixed_dates
            ]
            continue
        options = tuple((column.key, column.heading or column.key) for column in understanding.columns)
        questions.append(Question("ask_column", say("ask_column", meaning=say(meaning)), options, meaning))
    return questions


def _ask_date_order(dates: list[Any], suggestion: str) -> list[Question]:
    """Ask about one date that can be read two ways, with both days it could be."""
    for cell in sorted((cell for cell in dates if isinstance(cell, str)), key=str.strip):
        written = take_apart(cell)
        if written is None or written.order != "either" or written.first == written.second:
            continue
        day, month = resolve(written, "day"), resolve(written, "month")
        if isinstance(day, dt.date) and isinstance(month, dt.date):
            asked = say(
                "ask_date_order", example=cell.strip(), day_first=day.isoformat(), month_first=month.isoformat()
            )
            options = (("day", day.isoformat()), ("month", month.isoformat()))
            return [Question("ask_date_order", asked, options, suggestion)]
    return []
