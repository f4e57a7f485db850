"""Checking a whole workbook of authorities against its own totals, and accounting for every row of it."""

from __future__ import annotations

from dataclasses import dataclass

from .layouts import Layout, Table
from .money import parse_money, second_opinion_pence
from .recognise import Source
from .shapes import Reading, Rejected
from .words import CannotRead, say


@dataclass(frozen=True)
class LayoutCheck:
    """How far a workbook's figures are from its own totals, in pence.

    England's row holds estimates for authorities that gave no figures, so it differs by those and no more.
    """

    authorities: int
    without_figures: tuple[str, ...]
    worst_total_gap_pence: int
    worst_england_gap_pence: int


def check_layout(source: Source, layout: Layout | None = None) -> LayoutCheck:
    """Compare a whole workbook with its own totals.

    Returns
    -------
    LayoutCheck
        The worst gap between an authority's services and its total, and between all authorities and England.
    """
    table = Table(source, layout)
    headings = [heading for line in table.layout.services for heading in line.headings]
    worst_total = 0
    without: list[str] = []
    sums = dict.fromkeys(headings, 0)
    for code, (_, cells) in table.authorities.items():
        total = table.pence(cells, table.layout.total_heading)
        if total is None:
            without.append(code)
            continue
        amounts = {heading: table.pence(cells, heading) or 0 for heading in headings}
        worst_total = max(worst_total, abs(sum(amounts.values()) - total))
        for heading, pence in amounts.items():
            sums[heading] += pence
    gaps = [abs(pence - (table.pence(table.england, heading) or 0)) for heading, pence in sums.items()]
    return LayoutCheck(len(table.authorities), tuple(without), worst_total, max(gaps))


def account_for(source: Source, layout: Layout | None = None) -> Reading:
    """Account for every row of a workbook of authorities: authorities are kept, totals and notes are not.

    The amounts are each row's total of service expenditure, in pence.

    Raises
    ------
    CannotRead
        When the sums before and after differ, or the layout is not known.
    """
    table = Table(source, layout)
    layout = table.layout
    reading = Reading("budget")
    total = table.column(layout.total_heading)
    kept_rows = {row for row, _ in table.authorities.values()}
    for row, cells in source.rows(table.sheet):
        texts = [str(cell).strip() for cell in cells]
        if row == layout.heading_row:
            reading.headings += 1
            continue
        reading.rows_in += 1
        if not any(texts):
            reading.blank += 1
            continue
        money = parse_money(cells[total], unit_pence=layout.unit_pence) if row > layout.heading_row else None
        pence = money.pence if money else 0
        if money:
            reading.sum_before_pence += second_opinion_pence(cells[total], ".", layout.unit_pence)
        if row in kept_rows and money:
            reading.kept += 1
            reading.sum_kept_pence += pence
            continue
        code = "row_no_amount" if row in kept_rows else "row_total" if money else "row_title"
        reading.sum_rejected_pence += pence
        reading.rejected_count += 1
        reading.reasons[code] = reading.reasons.get(code, 0) + 1
        text = " | ".join(text for text in texts if text)[:300]
        reading.rejected.append(Rejected(table.sheet.file, table.sheet.name, row, None, say(code), text, pence))
    if reading.sum_before_pence != reading.sum_kept_pence + reading.sum_rejected_pence:
        raise CannotRead(say("sums_differ"), source.name, what_to_do=say("do_tell_us"))
    return reading
