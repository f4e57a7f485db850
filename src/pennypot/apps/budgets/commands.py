"""``pennypot import budget`` and ``pennypot import spending``: what the officers' desk does, from a terminal."""

from __future__ import annotations

from typing import Any

_NOT_DONE = 2


def add_imports(kinds: Any) -> None:
    """Add the two kinds of file that this room reads."""
    budget = kinds.add_parser(
        "budget",
        help="budget lines of one agency, or its row of a workbook that holds every authority's",
        description="Read budget lines of one agency. They become a draft; with --publish they become public.",
    )
    _add_common(budget)
    budget.add_argument("--year", metavar="YEAR", default="", help="the year, like 2023-24, if the file does not say")
    which = budget.add_mutually_exclusive_group()
    which.add_argument("--planned", dest="budget_kind", action="store_const", const="budget", help="it was planned")
    which.add_argument("--spent", dest="budget_kind", action="store_const", const="outturn", help="it was spent")
    budget.add_argument("--authority", metavar="CODE", default="", help="whose row or lines to read, like E4601")
    budget.set_defaults(run=lambda chosen: bring_in(chosen, "budget"))
    spending = kinds.add_parser(
        "spending",
        help="payments of one agency",
        description="Read payments of one agency. They are kept, and with --publish shown to everyone.",
    )
    _add_common(spending)
    spending.set_defaults(run=lambda chosen: bring_in(chosen, "spending"))


def _add_common(parser: Any) -> None:
    parser.add_argument("file", metavar="FILE", help="CSV, XLSX, XLS or ODS, or a ZIP of them")
    parser.add_argument("--place", metavar="WORD", required=True, help="the place, by its address: birmingham")
    parser.add_argument("--agency", metavar="WORD", required=True, help="whose figures, by the agency's address")
    parser.add_argument("--source", metavar="TITLE", default="", help="what to call the source on pages")
    parser.add_argument("--source-url", metavar="URL", default="", help="where the file is published")
    parser.add_argument("--licence", metavar="NAME", default="", help="the licence of the file")
    parser.add_argument("--column", metavar="HEADING=MEANING", action="append", default=[], help="what a column holds")
    parser.add_argument(
        "--date", metavar="DAY", default="", help="the day or month of payments without a date: 2024-05"
    )
    parser.add_argument("--dates", choices=["day", "month"], help="whether dates are day first or month first")
    parser.add_argument("--vat", choices=["net", "gross"], help="whether amounts are without or with VAT")
    parser.add_argument("--unit", choices=["pounds", "thousands"], help="what amounts are in")
    parser.add_argument("--dry-run", action="store_true", help="only say what was understood; keep nothing")
    parser.add_argument("--yes", action="store_true", help="keep the rows without asking")
    parser.add_argument("--publish", action="store_true", help="make it public at once")
    parser.set_defaults(budget_kind=None, year="", authority="")


def bring_in(chosen: Any, kind: str) -> int:
    """Read a file, say what was understood, and keep it."""
    from pennypot.apps.budgets.importing import Importer

    return 0 if Importer(chosen, kind).run() else _NOT_DONE
