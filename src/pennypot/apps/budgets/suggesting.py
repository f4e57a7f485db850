"""Budget lines as a file gives them, with what we suggest where the file does not say. The officer decides."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from pennypot.apps.budgets.controls import Control
from pennypot.apps.budgets.given import LineGiven
from pennypot.apps.budgets.models import Line
from pennypot.apps.budgets.reading import suggest_cofog
from pennypot.apps.budgets.words_of_reading import said
from pennypot.apps.places.models import Agency

_COFOG = re.compile(r"(0[1-9]|10)(\.[0-9](\.[0-9])?)?")
_NO = ("0", "no", "n", "false", "not counted")
# Words in a service's name that tell what binds its money, the surest first.
_CONTROLS: tuple[tuple[Control, str], ...] = (
    (Control.LEVY, r"lev(y|ies)|precepts?"),
    (Control.DEBT, r"debt|interest payable|loans?|borrowing|capital financing|minimum revenue provision"),
    (Control.ENTITLEMENT, r"benefits?|rent allowances?|rent rebates?|universal credit|state pension"),
    (Control.SCHOOLS, r"schools?|education|dedicated schools grant"),
    (Control.NHS, r"nhs|hospitals?|primary care trust"),
    (Control.STATUTORY, r"social care|social services|homeless(ness)?|safeguarding|public health|coroners?|elections?"),
)
_BY_FAMILY = {Agency.Family.NHS: Control.NHS, Agency.Family.WELFARE: Control.ENTITLEMENT}


def suggest_control(service: str, family: str) -> Control:
    """Suggest what binds a line's money, by its name and by what kind of agency spends it."""
    if family in _BY_FAMILY:
        return _BY_FAMILY[Agency.Family(family)]
    for control, words in _CONTROLS:
        if re.search(rf"\b(?:{words})\b", service[:300].lower()):
            return control
    return Control.LOCAL


def suggested_purpose(service: str) -> str:
    """The likeliest COFOG code for a service's name; empty where nothing in it tells."""
    found = suggest_cofog(service, 1)
    return found[0].code if found else ""


def lines_given(rows: Iterable[dict[str, Any]], family: str) -> list[LineGiven]:
    """Turn rows as reading wrote them into lines for the pool."""
    return [_line(row, family) for row in rows]


def _line(row: dict[str, Any], family: str) -> LineGiven:
    name = str(row.get("service", ""))
    control = str(row.get("control") or "").strip().lower()
    counted = str(row.get("counted", "1")).strip().lower() not in _NO
    cofog = str(row.get("cofog") or "")
    note = str(row.get("note") or "")
    return LineGiven(
        service=name[:200],
        official_name=name[:300],
        amount_pence=row.get("amount_pence"),
        cofog=cofog if _COFOG.fullmatch(cofog) else suggested_purpose(name),
        kind=_kind(str(row.get("capital_revenue") or "")),
        control=control if control in Control.values else suggest_control(name, family),
        counted=counted,
        why_not="" if counted else (said(row.get("why_not")) or note or said({"code": "file_says_not_counted"}))[:400],
        source_sheet=str(row.get("sheet", ""))[:200],
        source_row=str(row.get("row", ""))[:80],
        source_column=str(row.get("column", ""))[:200],
        note=note,
    )


def _kind(text: str) -> str:
    return Line.Kind.CAPITAL if text.strip().lower().startswith("cap") else Line.Kind.REVENUE
