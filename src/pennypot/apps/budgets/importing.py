"""Reading a file from a terminal: the same verbs as the officers' desk, told in plain lines of text."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from pennypot.apps.budgets import actions, files
from pennypot.apps.budgets.actions import keeping
from pennypot.apps.budgets.actions import uploads as handing
from pennypot.apps.budgets.models import Budget, Upload
from pennypot.apps.budgets.permissions import SYSTEM
from pennypot.apps.budgets.unanswered import must_answer, questions
from pennypot.apps.budgets.understood import Understood, day_of, meanings_of
from pennypot.apps.budgets.words_of_reading import meaning, said
from pennypot.apps.places.models import Agency, Place
from pennypot.house.money import pounds
from pennypot.house.problems import Problem

_SHOWN_REJECTS = 10
_UNITS = {"pounds": 100, "thousands": 100_000}
# What to give on the command line for each thing that a file does not say.
_OPTIONS = {
    "column_": "--column HEADING={meaning}",
    "date_": "--date 2024-05",
    "ask_date_order": "--dates day, or --dates month",
    "ask_net": "--vat net, or --vat gross",
    "ask_unit": "--unit pounds, or --unit thousands",
    "which_agency": "--authority NAME",
    "which_year": "--year YEAR",
}


class Importer:
    """One run of ``pennypot import``."""

    def __init__(self, chosen: argparse.Namespace, kind: str) -> None:
        self._chosen, self._kind = chosen, kind

    def run(self) -> bool:
        """Read, tell, keep. Returns whether it was done; False means that the person has to say more."""
        upload = self._hand_over()
        try:
            upload = handing.read_now(upload, _progress())
            if upload.state in (Upload.State.READY, Upload.State.UNDERSTOOD):
                upload = self._as_told(upload)
            return self._decide(upload)
        finally:
            upload.refresh_from_db()
            if upload.state != Upload.State.SAVED:
                handing.throw_away(SYSTEM, upload)

    def _hand_over(self) -> Upload:
        chosen = self._chosen
        path = Path(chosen.file)
        if not path.is_file():
            raise Problem(f"There is no file {path}.")
        place = Place.objects.filter(slug=chosen.place).first()
        if place is None:
            raise Problem(f"There is no place {chosen.place!r}. `pennypot place list` lists them.")
        agency = Agency.objects.filter(place=place, slug=chosen.agency).select_related("place").first()
        if agency is None:
            known = ", ".join(place.agencies.values_list("slug", flat=True)) or "none yet"
            raise Problem(f"{place.name} has no agency {chosen.agency!r}. It has: {known}.")
        if chosen.year and not handing.YEAR.fullmatch(chosen.year):
            raise Problem(f"Write --year as 2023-24, or as 2024 (it is {chosen.year!r}).")
        told = handing.Told(
            kind=self._kind,
            year=chosen.year,
            budget_kind=chosen.budget_kind or "",
            source_title=chosen.source,
            source_url=chosen.source_url,
            licence=chosen.licence,
            authority=chosen.authority,
        )
        return handing.receive(SYSTEM, agency, path, told, in_background=False)

    def _as_told(self, upload: Upload) -> Upload:
        """Read it once more where the command line says something else than we understood."""
        mapping = self._mapping(upload) if upload.mapping else {}
        if mapping == upload.mapping:
            return upload
        return handing.read_now(handing.read_again(SYSTEM, upload, mapping, in_background=False), _progress())

    def _mapping(self, upload: Upload) -> dict[str, Any]:
        chosen = self._chosen
        mapping = dict(upload.mapping)
        columns = dict(mapping["columns"])
        for pair in chosen.column:
            heading, _equals, holds = pair.rpartition("=")
            keys = {column.heading.lower(): column.key for column in Understood(upload).columns}
            key = keys.get(heading.lower(), heading.lower())
            if key not in columns:
                raise Problem(f"--column: there is no column {heading!r}. There are: {', '.join(keys)}.")
            if holds not in meanings_of(upload.kind):
                raise Problem(f"--column: a column holds one of {', '.join(meanings_of(upload.kind))}, not {holds!r}.")
            columns[key] = holds
        fixed = dict(mapping["fixed_dates"])
        if chosen.date:
            dateless = (asked.name for asked in questions(upload) if asked.name.startswith("date_"))
            fixed |= {name.removeprefix("date_"): day_of(chosen.date) for name in dateless}
        return mapping | {
            "columns": columns,
            "fixed_dates": fixed,
            "date_order": chosen.dates or mapping["date_order"],
            "vat": chosen.vat or mapping["vat"],
            "unit_pence": _UNITS[chosen.unit] if chosen.unit else mapping["unit_pence"],
        }

    def _decide(self, upload: Upload) -> bool:
        if upload.state == Upload.State.FAILED:
            raise Problem(_refusal(upload))
        if upload.state == Upload.State.UNDERSTOOD:
            layout = upload.understanding["layout"]
            number = len(upload.understanding["authorities"])
            print(f"{layout['title']} {layout['year']}: a workbook with a row for each of {number} authorities.")
            print("Say whose row to read: --authority CODE, such as --authority E4601.", file=sys.stderr)
            return False
        if upload.kind != self._kind:
            held = "budget lines" if upload.kind == Upload.Kind.BUDGET else "payments"
            raise Problem(f"{upload.file_name} reads like {held}. Use `pennypot import {upload.kind}`.")
        _tell(upload)
        if missing := must_answer(upload):
            for asked in missing:
                print(f"{asked.words} Say: {_option(asked.name)}", file=sys.stderr)
            return False
        if self._chosen.dry_run:
            print("Nothing was kept (--dry-run).")
            return True
        if not self._agreed():
            print("Nothing was kept.")
            return False
        self._keep(upload)
        return True

    def _agreed(self) -> bool:
        if self._chosen.yes:
            return True
        if not sys.stdin.isatty():
            print("Say --yes to keep these rows, or --dry-run to only look.", file=sys.stderr)
            return False
        return input("Keep these rows? [y/N] ").strip().lower() in ("y", "yes")

    def _keep(self, upload: Upload) -> None:
        kept = keeping.keep_rows(SYSTEM, upload)
        public = self._chosen.publish
        if isinstance(kept, Budget):
            if public:
                actions.publish(SYSTEM, kept)
            state = "public" if public else "a draft: look at its lines, then publish it"
            page = f"pool/budget/{kept.pk}/"
        else:
            if public:
                keeping.publish_spending(SYSTEM, kept)
            state = "public" if public else "kept, not public yet"
            page = f"spending/files/{kept.pk}/"
        print(f"{upload.file_name} is {state}: /{upload.agency.place.slug}/{page}")


def _tell(upload: Upload) -> None:
    """Print what was understood, and that it adds up."""
    shown = Understood(upload)
    print(f"{upload.file_name}: {shown.file_kind}")
    if shown.authority:
        print(f"  the row of {shown.authority} in “{shown.layout['title']}”, {shown.layout['year']}")
    for sheet in shown.sheets:
        print(f"  {sheet.name}: {sheet.left_out or ' '.join(sheet.facts)}")
    for column in shown.columns:
        if column.meaning != "ignore":
            print(f"  {column.heading!r} is {meaning(column.meaning)}{'' if column.sure else ' (not quite sure)'}")
    for remark in [*shown.remarks, *shown.noticed]:
        print(f"  {remark}")
    print(f"rows   {upload.rows:,} = {upload.kept:,} kept + {upload.rejected:,} not kept + {upload.blank:,} blank")
    sums = [pounds(pence or 0) for pence in (upload.sum_before_pence, upload.sum_kept_pence, upload.sum_rejected_pence)]
    print(f"money  {sums[0]} = {sums[1]} kept + {sums[2]} in rows not kept")
    for row in files.rows_of(upload.rejects_stored_as, _SHOWN_REJECTS):
        where = f"{row['file']}{', ' + row['sheet'] if row['sheet'] else ''}, row {row['row']}"
        column_said = f", column {row['column']}" if row["column"] else ""
        print(f"  {where}{column_said}: {said(row['reason'])}")
    if (upload.rejected or 0) > _SHOWN_REJECTS:
        print(f"  and {(upload.rejected or 0) - _SHOWN_REJECTS:,} more rows that are not kept")
    for asked in shown.questions:
        if not asked.must:
            print(f"  {asked.words} We take: {dict(asked.options)[asked.suggestion]}. Otherwise: {_option(asked.name)}")


def _option(name: str) -> str:
    for start, option in _OPTIONS.items():
        if name.startswith(start):
            return option.format(meaning=name.removeprefix(start))
    return name


def _refusal(upload: Upload) -> str:
    cannot = upload.understanding["cannot"]
    where = [cannot.get("file") or upload.file_name, cannot.get("sheet") or ""]
    where += [f"{name} {cannot[name]}" for name in ("row", "column") if cannot.get(name)]
    return (
        f"{', '.join(part for part in where if part)}: {said(cannot['said'])} {said(cannot.get('what_to_do'))}".strip()
    )


def _progress() -> files.Progress | None:
    """Show how far reading is, on a terminal only."""
    if not sys.stderr.isatty():
        return None

    def tell(done: int, of: int) -> None:
        end = "\n" if done >= of else ""
        print(f"\r{done:,} of {of:,} rows read", end=end, file=sys.stderr, flush=True)

    return tell
