"""Adding people to the roll from a file, and the list of postcodes. All of a file or nothing of it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from pennypot.apps.budgets.words_of_reading import said as said_by_reading
from pennypot.apps.people.models import Person
from pennypot.apps.places.models import Area
from pennypot.apps.rounds.clock import database_now
from pennypot.apps.rounds.models import Round
from pennypot.apps.rounds.stages import Kind
from pennypot.apps.voting import codes
from pennypot.apps.voting.actions import entering
from pennypot.apps.voting.eligibility import sending, written
from pennypot.apps.voting.models import PostcodeList, RollEntry
from pennypot.apps.voting.permissions.web import may_keep_roll
from pennypot.apps.voting.queries.ballots import election_of
from pennypot.house import deeds
from pennypot.house.answers import Invalid, require

How = RollEntry.How
MOST_SHOWN = 200
_READING_TAKES = 120  # seconds at most


@dataclass(frozen=True)
class RowProblem:
    """One row that cannot be taken, and why."""

    row: int
    words: str


@dataclass
class Roll:
    """What a file holds, row by row.

    Parameters
    ----------
    good
        Rows that can be taken: (number, cells, mailbox hash or None, area id or None, postcode).
    problems
        Rows that cannot.
    not_kept
        Headings of columns that the roll does not keep.
    """

    headings: list[str]
    encoding: str
    not_kept: list[str]
    good: list[GoodRow] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)


@dataclass(frozen=True)
class GoodRow:
    """A row that can be taken."""

    number: int
    cells: tuple[str, ...]
    email: str = ""
    area: int | None = None
    street: str = ""


def read_roll(person: Person, round: Round, sent: UploadedFile, how: str) -> Roll:
    """Read an uploaded file and check each row; nothing is kept.

    Raises
    ------
    Refused
        The person may not add to the roll.
    Invalid
        The file as a whole cannot be read, or has no column that is needed.
    """
    require(may_keep_roll(person, round, election_of(round)))
    found = _read_aside(sent)
    _check_file(found, how)
    kept = set(found["columns"].values())
    not_kept = [text for index, text in enumerate(found["headings"]) if text and index not in kept]
    roll = Roll(found["headings"], found["encoding"], not_kept)
    areas = {area.name.casefold(): area.pk for area in Area.objects.filter(place_id=round.place_id)}
    seen: dict[str, int] = {}
    known = _known_mailboxes(round) if how == How.ROLL_EMAIL else set()
    for number, cells in found["rows"]:
        row = _row(number, cells, found["columns"], areas, how)
        if isinstance(row, RowProblem):
            roll.problems.append(row)
            continue
        key = written.mailbox(row.email) if how == How.ROLL_EMAIL else "\x1f".join(row.cells).casefold()
        if key in seen:
            twice = _("This is the same as row %(row)s.") % {"row": seen[key]}
            roll.problems.append(RowProblem(number, twice))
        elif how == How.ROLL_EMAIL and codes.keyed(round.pk, "email", key) in known:
            roll.problems.append(RowProblem(number, _("This address is on the roll already.")))
        else:
            seen[key] = number
            roll.good.append(row)
    return roll


def add_roll(person: Person, round: Round, roll: Roll, how: str, *, leave_out: bool = False) -> list[list[str]]:
    """Put the good rows on the roll, all in one transaction.

    Parameters
    ----------
    leave_out
        Whether rows with a problem are left out; otherwise one such row stops everything.

    Returns
    -------
    list
        For ``roll_code``: each row's cells with its new code at the end. The codes are nowhere else.
    """
    require(may_keep_roll(person, round, election_of(round)))
    if roll.problems and not leave_out:
        raise Invalid(_("Nothing was added, because some rows have problems. They are listed below."))
    if not roll.good:
        raise Invalid(_("There is no row that can be added."), "file")
    day = entering.today(round)
    drawn = [codes.new_code() if how == How.ROLL_CODE else "" for _row in roll.good]
    try:
        with transaction.atomic():
            RollEntry.objects.bulk_create(
                [_entry(round, how, row, code, day) for row, code in zip(roll.good, drawn, strict=True)],
                batch_size=2_000,
            )
            if how == How.ROLL_EMAIL:
                _send_links(round, roll)
            deeds.record(
                "voting.roll.added", actor=person, about=round, place=round.place,
                after={"how": how, "people": len(roll.good), "left_out": len(roll.problems)},
            )  # fmt: skip
    except IntegrityError as problem:
        raise Invalid(_("Somebody else added the same people just now. Nothing was added. Send it again.")) from problem
    return [[*row.cells, codes.said(code)] for row, code in zip(roll.good, drawn, strict=True)] if drawn[0] else []


def set_postcodes(person: Person, round: Round, text: str) -> PostcodeList:
    """Say which postcodes vote in the round: one a line, with an area after a comma if the round has areas.

    Raises
    ------
    Invalid
        Some lines cannot be read; each is named.
    """
    require(may_keep_roll(person, round, election_of(round)))
    areas = {area.name.casefold(): area.pk for area in Area.objects.filter(place_id=round.place_id)}
    rows: list[list[Any]] = []
    wrong: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        postcode, _comma, area = (part.strip(' "') for part in line.partition(","))
        if not postcode or (number == 1 and postcode.casefold() in ("postcode", "postcodes")):
            continue
        found = written.postcode_range(postcode)
        if found is None or (area and area.casefold() not in areas):
            wrong.append(str(number))
        else:
            rows.append([found.first, found.last, areas[area.casefold()] if area else None])
    if wrong:
        lines = ", ".join(wrong[:20])
        raise Invalid(_("These lines cannot be read: %(lines)s. Nothing was changed.") % {"lines": lines}, "text")
    if not rows:
        raise Invalid(_("Write at least one postcode."), "text")
    with transaction.atomic():
        kept, _made = PostcodeList.objects.update_or_create(round=round, defaults={"text": text, "rows": rows})
        deeds.record("voting.postcodes.set", actor=person, about=round, place=round.place, after={"lines": len(rows)})
    return kept


def _read_aside(sent: UploadedFile) -> dict[str, Any]:
    """Read the file in a process of its own, which a hostile file cannot make ours grow with."""
    path = sent.temporary_file_path()  # type: ignore[attr-defined]
    most = str(settings.OPTIONS.upload_limit_mb * 1024 * 1024)
    module = "pennypot.apps.voting.eligibility.roll_file"
    try:
        done = subprocess.run(
            [sys.executable, "-m", module, path, Path(sent.name or "").name[:200], most],
            capture_output=True, timeout=_READING_TAKES, cwd="/", check=True,
        )  # fmt: skip
    except subprocess.SubprocessError as problem:
        raise Invalid(_("This file could not be read. Save it as “CSV UTF-8” and send it again."), "file") from problem
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _check_file(found: dict[str, Any], how: str) -> None:
    problem = found.get("problem")
    if problem == "cannot":
        raise Invalid(said_by_reading(found["said"]), "file")
    if problem == "too_many_rows":
        raise Invalid(_("This file has more than %(most)s rows.") % {"most": found["most"]}, "file")
    if problem == "twice":
        raise Invalid(_("Two columns are called “%(name)s”. Keep one.") % {"name": found["heading"]}, "file")
    if problem or (how == How.ROLL_EMAIL and "email" not in found["columns"]):
        raise Invalid(
            _("The first row must name the columns. One must be called “email”; “area” and “postcode” may be there.")
            if how == How.ROLL_EMAIL
            else _("The first row must name the columns. At least one must be called “area”, “postcode” or “email”."),
            "file",
        )
    if not found["rows"]:
        raise Invalid(_("There are headings in this file, and no rows."), "file")


def _row(
    number: int, cells: list[str], columns: dict[str, int], areas: dict[str, int], how: str
) -> GoodRow | RowProblem:
    said = {meaning: cells[index] if index < len(cells) else "" for meaning, index in columns.items()}
    email = written.email(said.get("email", ""))
    if how == How.ROLL_EMAIL and not email:
        typed = said.get("email", "")[:60]
        return RowProblem(
            number,
            _("“%(typed)s” is no e-mail address.") % {"typed": typed} if typed else _("There is no e-mail address."),
        )
    area = said.get("area", "")
    if area and area.casefold() not in areas:
        return RowProblem(number, _("There is no area “%(area)s” here.") % {"area": area[:60]})
    street = written.postcode(said.get("postcode", ""))
    if said.get("postcode") and not street:
        return RowProblem(number, _("“%(typed)s” is no whole postcode.") % {"typed": said["postcode"][:20]})
    return GoodRow(number, tuple(cells), email, areas[area.casefold()] if area else None, street)


def _known_mailboxes(round: Round) -> set[bytes]:
    known = RollEntry.objects.filter(round=round, email_hash__isnull=False).values_list("email_hash", flat=True)
    return {bytes(one) for one in known if one is not None}


def _entry(round: Round, how: str, row: GoodRow, code: str, day: Any) -> RollEntry:
    mailbox = written.mailbox(row.email) if how == How.ROLL_EMAIL else ""
    return RollEntry(
        round=round,
        how=how,
        code_hash=codes.hash_of(round.pk, code) if code else None,
        email_hash=codes.keyed(round.pk, "email", mailbox) if mailbox else None,
        area_id=row.area,
        street=row.street,
        day=day,
    )


def _send_links(round: Round, roll: Roll) -> None:
    """Hand a letter with a link to the worker for each row; these links work until voting closes."""
    closes = next((stage.closes_at for stage in round.stage_list if stage.kind == Kind.VOTING), None)
    lasts = closes - database_now() if closes else entering.LINK_LASTS
    for parcel in _parcels(round, roll, max(lasts, timedelta())):
        sending.hand_over(parcel)


def _parcels(round: Round, roll: Roll, lasts: timedelta) -> Iterator[sending.Parcel]:
    for row in roll.good:
        key = codes.keyed(round.pk, "email", written.mailbox(row.email))
        token = entering.make_link(round, How.ROLL_EMAIL, key, street=row.street, lasts=lasts)
        yield entering.letter(round, row.email, token, invited=True)
