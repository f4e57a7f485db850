"""Files that officers hand over: received, read, kept, thrown away, taken back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.files import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pennypot.apps.budgets import files
from pennypot.apps.budgets.aside import Job
from pennypot.apps.budgets.models import RememberedMapping, Upload
from pennypot.apps.budgets.permissions import Actor, may_hand_over, may_read_again, may_throw_away
from pennypot.apps.people.models import Person
from pennypot.apps.places.models import Agency
from pennypot.house import deeds, uploads, work
from pennypot.house.answers import Invalid, require

READING = "budgets.reading"
YEAR = re.compile(r"[12][0-9]{3}(-[0-9]{2})?")
_State = Upload.State
COUNTS = (
    "rows", "kept", "rejected", "blank", "headings", "sum_before_pence", "sum_kept_pence", "sum_rejected_pence",
)  # fmt: skip
_SHOWN_REJECTS = 20


@dataclass(frozen=True)
class Told:
    """What the officer says about a file. Only what is asked for when it is needed has to be there."""

    kind: str = ""
    year: str = ""
    budget_kind: str = ""
    source_title: str = ""
    source_url: str = ""
    licence: str = ""
    authority: str = ""


def receive(actor: Actor, agency: Agency, sent: File | Path, told: Told, *, in_background: bool = True) -> Upload:
    """Keep a file as it came and have it read.

    Parameters
    ----------
    sent
        The file; it is copied in pieces, never held in memory.
    in_background
        Whether the worker reads it; otherwise the caller does, with `read_now`.

    Raises
    ------
    Refused
        The actor is neither an officer of the agency nor of the place team.
    """
    require(may_hand_over(actor, agency))
    given_name = Path((sent.name if isinstance(sent, Path) else str(sent.name or "")).replace("\\", "/")).name
    stored_as, size, sha256 = files.store(sent)
    try:
        with transaction.atomic():
            upload = Upload.objects.create(
                agency=agency,
                file_name=_one_line(given_name)[:300] or "file",
                size_bytes=size,
                sha256=sha256,
                stored_as=stored_as,
                made_by=person(actor),
                **{name: getattr(told, name) for name in Told.__dataclass_fields__},
            )
            deeds.record(
                "budgets.upload.received",
                actor=person(actor),
                about=upload,
                place=agency.place,
                after={"file": upload.file_name, "bytes": size, "sha256": sha256, "agency": agency.slug},
            )
            if in_background:
                _start_work(actor, upload)
    except BaseException:
        files.remove([stored_as])
        raise
    return upload


def read_again(
    actor: Actor,
    upload: Upload,
    mapping: dict[str, Any] | None = None,
    *,
    authority: str = "",
    year: str = "",
    in_background: bool = True,
) -> Upload:
    """Read a file once more, as the officer now says.

    Raises
    ------
    Refused
        Its rows are kept already, or it was thrown away.
    Invalid
        It is being read at this moment.
    """
    require(may_read_again(actor, upload))
    with transaction.atomic():
        # Whose reading broke off may start another; `read_now` lets only one of them end.
        changed = Upload.objects.filter(pk=upload.pk, state__in=_readable(upload)).update(
            state=_State.RECEIVED,
            mapping=upload.mapping if mapping is None else mapping,
            authority=authority or upload.authority,
            year=year or upload.year,
            problem="",
        )
        if not changed:
            raise Invalid(_("This file is being read at this moment. Please wait until that is done."))
        before = {"authority": upload.authority, **_told_of(upload.mapping)}
        upload.refresh_from_db()
        deeds.record(
            "budgets.upload.read-again",
            actor=person(actor),
            about=upload,
            place=upload.agency.place,
            before=before,
            after={"authority": upload.authority, **_told_of(upload.mapping)},
        )
        if in_background:
            _start_work(actor, upload)
    return upload


def read_now(upload: Upload, progress: files.Progress | None = None) -> Upload:
    """Read a file that was received, here and now, and note what was understood. The system does this, not a person.

    A file that cannot be read is kept for another try, with the reason.
    """
    if not Upload.objects.filter(pk=upload.pk, state__in=[_State.RECEIVED, _State.READING]).update(
        state=_State.READING
    ):
        return upload
    job = _job(upload)
    try:
        told = files.read_aside(job, progress)
    except BaseException:
        files.remove(_made_by(job))
        raise
    values = _understood(upload, job, told["result"]) if "result" in told else _refused(told["cannot"])
    old = [upload.rejects_stored_as, *_stored_in(upload.understanding)]
    noted = Upload.objects.filter(pk=upload.pk, state=_State.READING).update(**values)
    if not noted:  # thrown away in the meantime
        old = []
    kept = {values.get("rejects_stored_as", ""), *_stored_in(values.get("understanding", {}))} if noted else set()
    files.remove([name for name in [*old, *_made_by(job)] if name not in kept])
    upload.refresh_from_db()
    return upload


def throw_away(actor: Actor, upload: Upload) -> None:
    """Forget a file whose rows were not kept: the file and what was read from it are removed.

    Raises
    ------
    Refused
        Its rows were kept, or the actor may not.
    """
    require(may_throw_away(actor, upload))
    with transaction.atomic():
        open_states = [state for state in _State if state not in (_State.SAVED, _State.UNDONE)]
        done = Upload.objects.filter(pk=upload.pk, state__in=open_states).update(
            state=_State.UNDONE, decided_by=person(actor), decided_at=timezone.now()
        )
        if not done:
            raise Invalid(_("Somebody else has just decided about this file. Look at it again."))
        forget_files(upload)
        deeds.record(
            "budgets.upload.thrown-away",
            actor=person(actor),
            about=upload,
            place=upload.agency.place,
            before={"state": upload.state, "file": upload.file_name},
        )
    upload.refresh_from_db()


def forget_files(upload: Upload) -> None:
    """Remove the file and everything read from it, once the surrounding transaction is committed."""
    names = [upload.stored_as, upload.rejects_stored_as, *_stored_in(upload.understanding)]
    Upload.objects.filter(pk=upload.pk).update(stored_as="", rejects_stored_as="")
    transaction.on_commit(lambda: files.remove(names))


def remember(actor: Actor, upload: Upload) -> None:
    """Remember how this file was read for the agency's next file with the same headings."""
    mapping = upload.understanding.get("mapping") or {}
    if not mapping.get("fingerprint"):
        return
    kept, made = RememberedMapping.objects.get_or_create(
        agency=upload.agency,
        kind=upload.kind,
        fingerprint=mapping["fingerprint"],
        defaults={"mapping": mapping, "made_by": person(actor)},
    )
    if not made:
        kept.mapping, kept.used_times, kept.made_by = mapping, kept.used_times + 1, person(actor)
        kept.save()


def person(actor: Actor) -> Person | None:
    """Return who acts; nobody where it is the system."""
    return actor if isinstance(actor, Person) else None


def _start_work(actor: Actor, upload: Upload) -> None:
    started = work.start(
        READING, owner=person(actor), place=upload.agency.place, said=_("Looking at the file"), upload=upload.pk
    )
    Upload.objects.filter(pk=upload.pk).update(work=started)
    upload.work = started


def _readable(upload: Upload) -> list[str]:
    states: list[str] = [_State.RECEIVED, _State.UNDERSTOOD, _State.READY, _State.FAILED]
    broke_off = upload.work is None or upload.work.state in ("failed", "done")
    return [*states, _State.READING] if broke_off else states


def _job(upload: Upload) -> Job:
    def beside(ending: str) -> str:
        return str(files.path_of(files.new_name(ending)))

    remembered = RememberedMapping.objects.filter(agency=upload.agency).order_by("-used_at")[:200]
    return Job(
        file=str(files.path_of(upload.stored_as)),
        name=upload.file_name,
        publisher=upload.agency.name,
        payments_to=beside(".parquet"),
        lines_to=beside(".lines"),
        rejected_to=beside(".rejected"),
        most_bytes=uploads.limit_bytes(),
        mapping=upload.mapping,
        remembered={one.fingerprint: one.mapping for one in reversed(remembered)},
        authority=upload.authority,
        year=upload.year,
    )


def _made_by(job: Job) -> list[str]:
    return [f"handed-over/{Path(path).name}" for path in (job.payments_to, job.lines_to, job.rejected_to)]


def _stored_in(understanding: dict[str, Any]) -> list[str]:
    return [understanding.get("payments_stored_as", ""), understanding.get("lines_stored_as", "")]


def _understood(upload: Upload, job: Job, result: dict[str, Any]) -> dict[str, Any]:
    """The columns of `Upload` after a reading."""
    payments, lines, rejected = _made_by(job)
    read = "rows" in result
    layout = result.get("layout", {})
    if read:
        result["payments_stored_as" if result["kind"] == "spending" else "lines_stored_as"] = (
            payments if result["kind"] == "spending" else lines
        )
    told_kind = upload.understanding.get("told_kind") or upload.kind
    if told_kind and told_kind != result["kind"]:
        result["told_kind"] = told_kind
    return {
        "state": _State.READY if read else _State.UNDERSTOOD,
        "kind": result["kind"],
        "understanding": result,
        "mapping": result.get("mapping", {}),
        "problem": "",
        **{name: result.get(name) for name in COUNTS},
        "rejects": list(files.rows_of(rejected, _SHOWN_REJECTS)) if read else [],
        "rejects_stored_as": rejected if read else "",
        # A workbook says which year it is of, and always what was spent.
        "year": layout.get("year") or upload.year or _year_of(result),
        "budget_kind": "outturn" if layout else upload.budget_kind,
        "source_title": upload.source_title or layout.get("title", ""),
        "licence": upload.licence or layout.get("licence", ""),
    }


def _year_of(result: dict[str, Any]) -> str:
    """The year that every line of the file names, if it is written as we write years."""
    year = result.get("several", {}).get("only_year", "")
    return year if YEAR.fullmatch(year) else ""


def _refused(cannot: dict[str, Any]) -> dict[str, Any]:
    return {
        "state": _State.FAILED,
        "problem": str(cannot["said"]["code"]),
        "understanding": {"cannot": cannot},
        "rejects": [],
        "rejects_stored_as": "",
        **dict.fromkeys(COUNTS),
    }


def _told_of(mapping: dict[str, Any]) -> dict[str, Any]:
    """What a deed remembers of a mapping."""
    return {name: mapping[name] for name in ("columns", "date_order", "unit_pence", "vat") if name in mapping}


def _one_line(text: str) -> str:
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
