"""A table's plan as files: a PDF for the wall, a CSV for a spreadsheet, the log of its moves for whoever checks it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from pennypot.apps.game.models import Table, TableMove
from pennypot.apps.game.names import ENDS, THINGS
from pennypot.apps.game.queries.after import Decided, Plan
from pennypot.house import csv_out
from pennypot.house.kept import Kept
from pennypot.house.money import pounds_said
from pennypot.house.typeset import basics, pdf, plain

_FOLDER = Path(__file__).resolve().parent / "plan_typst"
HEADER = ("what", "title", "result", "pounds", "percent", "safeguards", "dissent")
# Left out of the public log: what was private at the table.
PRIVATE = ("confidence", "person")

_kept: Kept[bytes] = Kept(most=64)


def rows(plan: Plan) -> Iterator[tuple[csv_out.Cell, ...]]:
    """Yield the plan line by line; the decided sums and the projects' prices are those of the ledger."""
    for one in (*plan.agreed, *plan.not_agreed):
        dissent = "; ".join(f"{held.seat}: {held.reason}" for held in one.dissent)
        safeguards = "; ".join(one.safeguards)
        yield one.kind, one.title, one.result, csv_out.pounds_cell(one.pence), one.percent, safeguards, dissent
    for made in plan.projects:
        price = csv_out.pounds_cell(made.cost_pence)
        yield "project", made.title, made.state, price, None, "; ".join(made.safeguards), ""
    for name, pence in (
        ("target", plan.reading.target_pence),
        ("found", plan.reading.found_pence),
        ("gap", plan.reading.gap_pence),
        ("spent", plan.reading.spent_pence),
    ):
        yield "money", name, "", csv_out.pounds_cell(pence), None, "", ""


def log_of(table: Table, *, all_of_it: bool, veil: Any) -> dict[str, Any]:
    """Return the log of a table's moves.

    Parameters
    ----------
    all_of_it
        With what was private; played again it gives the table's state. Otherwise `PRIVATE` fields are left out and
        words that nobody has approved are replaced.
    veil
        See `queries.after.veil_of`.
    """
    session = table.session
    found = TableMove.objects.filter(table=table).values_list("number", "move", "source", "at")
    return {
        "format": "pennypot-table/1",
        "session": session.title,
        "code": session.code,
        "table": table.number,
        "pack": session.pack.hash,
        "order": session.order,
        "rule": session.rule,
        "target_pence": session.target_pence,
        "played_by": table.source,
        "left_out": [] if all_of_it else list(PRIVATE),
        "moves": [
            {
                "number": number,
                "move": move if all_of_it else _public(move, veil),
                "source": source,
                "at": at.isoformat(),
            }
            for number, move, source, at in found
        ],
    }


def _public(move: dict[str, Any], veil: Any) -> dict[str, Any]:
    if move.get("do") == "ratify":
        # What people thought of it as themselves belongs to nobody in particular: the plan counts it.
        return {"do": "ratify"}
    return {
        name: veil(value) if isinstance(value, str) else value for name, value in move.items() if name not in PRIVATE
    }


def plan_pdf(plan: Plan) -> bytes:
    """Set the plan on A4 paper. It is set once for what stands on it."""
    table, language = plan.table, get_language() or "en"
    session = table.session
    address = settings.SITE_ADDRESS + reverse("game_plan", args=[session.place.slug, session.code, table.number])
    foot = _("Pack %(hash)s. %(address)s") % {"hash": session.pack.hash[:12], "address": address}
    title = _("The plan of table %(number)d") % {"number": table.number}
    said = {
        **basics(
            language,
            large=False,
            title=title,
            author=plain(session.place.name),
            foot=plain(foot),
            page_words=_("Page {page} of {pages}"),
        ),
        "heading": title,
        "under": plain(_under(plan)),
        "ended": str(ENDS.get(plan.state.ended, "")),
        "facts": [[plain(name), plain(words)] for name, words in _facts(plan)],
        "parts": [[plain(name), [plain(line) for line in lines]] for name, lines in _parts(plan) if lines],
    }
    key = (language, str(said))
    return _kept.get(key, lambda: pdf(_FOLDER, "plan", said))


def _under(plan: Plan) -> str:
    session = plan.table.session
    day = date_format(session.ended_at or session.starts_at or session.made_at, "j F Y")
    who = _("Played by bots, not by people.") if plan.table.source == Table.Source.BOTS else ""
    return " · ".join(part for part in (session.title, day, session.pack.title, who) if part)


def _facts(plan: Plan) -> list[tuple[str, str]]:
    reading = plan.reading
    return [
        (_("To be found"), pounds_said(reading.target_pence)),
        (_("Found"), pounds_said(reading.found_pence)),
        (_("Gap"), pounds_said(reading.gap_pence)),
        (_("Of it by sharing"), pounds_said(reading.pooled_pence)),
        (_("Spent on projects"), pounds_said(reading.spent_pence)),
        (_("Not in the room"), ", ".join(plan.not_there) or _("nobody was missing")),
    ]


def _parts(plan: Plan) -> list[tuple[str, list[str]]]:
    ready = [one for one in plan.projects if one.state == "ready"]
    return [
        (_("What matters most"), list(plan.values)),
        (_("Agreed"), [_line(one) for one in plan.agreed]),
        (_("Not agreed"), [_line(one) for one in plan.not_agreed]),
        (
            _("Projects that are ready"),
            [f"{one.title}, {pounds_said(one.cost_pence)}: {', '.join((*one.leads, *one.offers))}" for one in ready],
        ),
        (
            _("Projects that still need something"),
            [
                f"{one.title}, {pounds_said(one.cost_pence)}: {', '.join(str(THINGS[kind]) for kind in one.lacks)}"
                for one in plan.projects
                if one.state != "ready"
            ],
        ),
        (_("A day next year"), [f"{who}: {day} {loses} {did}" for who, day, loses, did in plan.stories]),
        (_("What people regret"), list(plan.regrets)),
        (_("What was missing"), list(plan.missing)),
    ]


def _line(one: Decided) -> str:
    words = f"{one.title}: {pounds_said(one.pence)}" if one.pence else one.title
    if one.safeguards:
        words += f" ({'; '.join(one.safeguards)})"
    for held in one.dissent:
        words += " " + _("Dissent of %(seat)s: %(reason)s") % {"seat": held.seat, "reason": held.reason}
    return words
