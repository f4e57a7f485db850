"""What becomes of a file that was read: a draft budget or payments, each of which can be taken back."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import DataError, IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pennypot.apps.budgets import files
from pennypot.apps.budgets.actions import budgets
from pennypot.apps.budgets.actions.uploads import COUNTS, YEAR, person, remember
from pennypot.apps.budgets.given import Source
from pennypot.apps.budgets.models import Budget, Line, LocalRule, SpendingFile, Upload
from pennypot.apps.budgets.permissions import (
    Actor,
    may_keep,
    may_publish_budget,
    may_publish_spending,
    may_say_what_is_local,
    may_take_back,
)
from pennypot.apps.budgets.suggesting import lines_given
from pennypot.apps.budgets.unanswered import must_answer
from pennypot.apps.places.models import Agency, Place
from pennypot.house import deeds
from pennypot.house.answers import Invalid, require


def keep_rows(actor: Actor, upload: Upload, *, year: str = "", budget_kind: str = "") -> Budget | SpendingFile:
    """Keep what was read from a file: a draft budget, or payments that are not public yet.

    Parameters
    ----------
    year, budget_kind
        For a budget; by default what was said when the file was handed over.

    Raises
    ------
    Invalid
        Something that the file does not tell has not been answered, or the same file is kept already.
    """
    require(may_keep(actor, upload))
    if must_answer(upload):
        raise Invalid(_("Please answer the questions at the top first."))
    with transaction.atomic():
        # The agency's row is the lock: two officers cannot keep the same file twice at the same moment.
        Agency.objects.select_for_update(no_key=True).get(pk=upload.agency_id)
        if not Upload.objects.filter(pk=upload.pk, state=Upload.State.READY).update(
            state=Upload.State.SAVED, decided_by=person(actor), decided_at=timezone.now()
        ):
            raise Invalid(_("Somebody else has just decided about this file. Look at it again."))
        made = (
            _keep_payments(actor, upload)
            if upload.kind == Upload.Kind.SPENDING
            else _keep_budget(actor, upload, year or upload.year, budget_kind or upload.budget_kind)
        )
        remember(actor, upload)
        deeds.record(
            "budgets.upload.kept",
            actor=person(actor),
            about=upload,
            place=upload.agency.place,
            after={
                "file": upload.file_name,
                "rows": upload.rows,
                "kept": upload.kept,
                "rejected": upload.rejected,
                "sum_kept_pence": upload.sum_kept_pence,
            },
        )
    upload.refresh_from_db()
    return made


def _keep_budget(actor: Actor, upload: Upload, year: str, budget_kind: str) -> Budget:
    if not YEAR.fullmatch(year):
        raise Invalid(_("Say which year these figures are of, like 2023-24."), "year")
    if budget_kind not in Budget.Kind.values:
        raise Invalid(_("Say whether it was planned (budget) or spent (outturn)."), "budget_kind")
    source = Source(
        title=upload.source_title or upload.file_name,
        url=upload.source_url,
        file=upload.file_name,
        publisher=upload.understanding.get("layout", {}).get("publisher", "") or upload.agency.name,
        licence=upload.licence,
        read_on=timezone.localdate(),
    )
    rows = files.rows_of(upload.understanding["lines_stored_as"])
    draft = budgets.start_budget(actor, upload.agency, year, budget_kind, source)
    budgets.put_lines(actor, draft, lines_given(rows, upload.agency.family))
    Upload.objects.filter(pk=upload.pk).update(budget=draft, year=year, budget_kind=budget_kind)
    return draft


def _keep_payments(actor: Actor, upload: Upload) -> SpendingFile:
    same = SpendingFile.objects.filter(agency=upload.agency, upload__sha256=upload.sha256)
    if same.exclude(state=SpendingFile.State.UNDONE).exists():
        raise Invalid(_("The payments of this very file are kept already. They would be counted twice."))
    copy = _own_copy(upload.understanding["payments_stored_as"])
    try:
        with transaction.atomic():
            return SpendingFile.objects.create(
                agency=upload.agency,
                upload=upload,
                parquet=f"uploads/{copy}",
                source_title=upload.source_title or upload.file_name,
                source_url=upload.source_url,
                licence=upload.licence,
                first_day=upload.understanding.get("first_day"),
                last_day=upload.understanding.get("last_day"),
                **{name: getattr(upload, name) for name in COUNTS},
                made_by=person(actor),
            )
    except BaseException:
        files.remove([copy])
        raise


def _own_copy(stored_as: str) -> str:
    """Give kept payments a file of their own, so that the upload can be read again and they stay as they are."""
    name = files.new_name(".parquet")
    try:
        os.link(files.path_of(stored_as), files.path_of(name))
    except OSError:  # a file system without links
        shutil.copyfile(files.path_of(stored_as), files.path_of(name))
    return name


def take_back(actor: Actor, upload: Upload, reason: str = "") -> None:
    """Undo keeping a file's rows: its draft budget goes, its payments are no longer shown; the file stays.

    Raises
    ------
    Refused
        Nothing is kept, or the budget is public and stays as it is.
    """
    require(may_take_back(actor, upload))
    with transaction.atomic():
        if not Upload.objects.filter(pk=upload.pk, state=Upload.State.SAVED).update(
            state=Upload.State.READY, decided_by=None, decided_at=None
        ):
            raise Invalid(_("Somebody else has just decided about this file. Look at it again."))
        spending = SpendingFile.objects.select_for_update().filter(upload=upload).first()
        before: dict[str, Any] = {"file": upload.file_name}
        if upload.budget is not None:
            before["budget"] = str(upload.budget)
            budgets.discard(actor, upload.budget, reason)
        if spending is not None:
            before |= {"payments": spending.kept, "state": spending.state}
            spending.state, spending.upload = SpendingFile.State.UNDONE, None
            spending.save(update_fields=["state", "upload"])
            old = spending.parquet.removeprefix("uploads/")
            transaction.on_commit(lambda: files.remove([old]))
        deeds.record(
            "budgets.upload.taken-back",
            actor=person(actor),
            about=upload,
            place=upload.agency.place,
            before=before,
            reason=reason,
        )
    upload.refresh_from_db()


def publish_spending(actor: Actor, file: SpendingFile) -> None:
    """Show the payments of a file to everyone.

    Raises
    ------
    Refused
        They are public already, were taken back, or the actor may not.
    """
    require(may_publish_spending(actor, file))
    with transaction.atomic():
        done = SpendingFile.objects.filter(pk=file.pk, state=SpendingFile.State.DRAFT).update(
            state=SpendingFile.State.PUBLISHED, published_at=timezone.now(), published_by=person(actor)
        )
        if not done:
            raise Invalid(_("Somebody else has just decided about these payments. Look again."))
        deeds.record(
            "budgets.spending.published",
            actor=person(actor),
            about=file,
            place=file.agency.place,
            after={"source": file.source_title, "payments": file.kept, "sum_pence": file.sum_kept_pence},
        )
    file.refresh_from_db()


@dataclass(frozen=True)
class LineChoice:
    """What the officer decided about one line."""

    cofog: str
    control: str
    counted: bool
    why_not: str


def decide_lines(actor: Actor, budget: Budget, choices: Mapping[int, LineChoice]) -> int:
    """Set purpose, control and counting of a draft's lines.

    Parameters
    ----------
    choices
        Keys of lines -> what was decided; lines of other budgets are not touched.

    Returns
    -------
    int
        How many lines changed.
    """
    require(may_publish_budget(actor, budget))
    try:
        with transaction.atomic():
            return _decide_lines(actor, budget, choices)
    except (IntegrityError, DataError) as problem:
        raise budgets.in_words(problem) from problem


def _decide_lines(actor: Actor, budget: Budget, choices: Mapping[int, LineChoice]) -> int:
    changed = []
    for line in Line.objects.select_for_update().filter(budget=budget, pk__in=list(choices)):
        choice = choices[line.pk]
        if not choice.counted and not choice.why_not:
            raise Invalid(_("“%(service)s”: a line that is left out needs a reason.") % {"service": line.service})
        new = (choice.cofog, choice.control, choice.counted, "" if choice.counted else choice.why_not)
        if new != (line.cofog, line.control, line.counted, line.why_not):
            line.cofog, line.control, line.counted, line.why_not = new
            changed.append(line)
    Line.objects.bulk_update(changed, ["cofog", "control", "counted", "why_not"])
    if changed:
        deeds.record(
            "budgets.lines.decided",
            actor=person(actor),
            about=budget,
            place=budget.agency.place,
            after={
                line.service: [line.cofog, line.control, "counted" if line.counted else line.why_not]
                for line in changed
            },
        )
    return len(changed)


def say_what_is_local(actor: Actor, place: Place, postcodes: str, payees: str) -> None:
    """Say which postcodes and which payees are local, for the page that shows how much money stays here."""
    require(may_say_what_is_local(actor, place))
    with transaction.atomic():
        rule, _made = LocalRule.objects.select_for_update().get_or_create(place=place)
        before = {"postcodes": rule.postcodes, "payees": rule.payees}
        rule.postcodes, rule.payees = postcodes, payees
        rule.save()
        deeds.record(
            "budgets.local.said",
            actor=person(actor),
            about=place,
            place=place,
            before=before,
            after={"postcodes": postcodes, "payees": payees},
        )
