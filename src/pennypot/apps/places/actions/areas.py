"""Reading a list of areas, looking at it, and making it the place's areas."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError, RestrictedError
from django.utils.translation import gettext as _

from pennypot.apps.people.models import Person
from pennypot.apps.places.area_rows import MAX_AREAS, AreaRow, RowProblem, match, read_list
from pennypot.apps.places.models import Area, AreaDraft, Place
from pennypot.apps.places.outlines import MAX_BYTES, OutlinesProblem, read_outlines
from pennypot.apps.places.permissions import may_set_up
from pennypot.house import deeds
from pennypot.house.answers import Invalid, require

MAX_LETTERS = 400_000


def read_areas(
    person: Person,
    place: Place,
    *,
    text: str,
    file_name: str = "",
    data: bytes | None = None,
    population_source: str = "",
    outlines_source: str = "",
) -> AreaDraft:
    """Read a typed list or a file (CSV, GeoJSON, TopoJSON) and keep it as a draft, with what is wrong in it.

    Nothing of the place changes yet. A CSV's text is kept, so that a slip can be put right on the page.

    Parameters
    ----------
    data
        Bytes of the file, if one was given; it is then read instead of the text.

    Raises
    ------
    Invalid
        The file cannot be read at all, or there is nothing to read.
    """
    require(may_set_up(person, place))
    if data is not None:
        rows, problems, text = _read_file(data)
    elif len(text) > MAX_LETTERS:
        raise Invalid(_("This list is too long. There can be at most %(most)s areas.") % {"most": MAX_AREAS}, "text")
    else:
        rows, problems = read_list(text)
    if not rows and not problems:
        raise Invalid(_("Write at least one area, or choose a file."), "text")
    problems = list(problems)
    if any(row.population is not None for row in rows) and not population_source.strip():
        raise Invalid(
            _("Say where the numbers of residents come from, so that others can check them."), "population_source"
        )
    with transaction.atomic():
        draft, _made = AreaDraft.objects.update_or_create(
            place=place,
            defaults={
                "text": text,
                "file_name": file_name[:200],
                "population_source": population_source.strip(),
                "outlines_source": outlines_source.strip(),
                "rows": [asdict(row) for row in rows],
                "problems": [asdict(problem) for problem in problems],
                "made_by": person,
            },
        )
        after = {"areas": len(rows), "problems": len(problems)}
        deeds.record("places.areas.read", actor=person, about=draft, place=place, after=after)
    return draft  # fmt: skip


def _read_file(data: bytes) -> tuple[list[AreaRow], list[RowProblem], str]:
    if len(data) > MAX_BYTES:
        raise Invalid(_("This file is larger than %(most)s megabytes.") % {"most": MAX_BYTES // 1_000_000}, "file")
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
        try:
            return *read_outlines(data), ""
        except OutlinesProblem as problem:
            raise Invalid(str(problem), "file") from None
    if b"\0" in data:
        raise Invalid(_("This is not a list that we can read. Save it as CSV (UTF-8), GeoJSON or TopoJSON."), "file")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    if len(text) > MAX_LETTERS:
        raise Invalid(_("This list is too long. There can be at most %(most)s areas.") % {"most": MAX_AREAS}, "file")
    return *read_list(text), text


def drop_draft(person: Person, place: Place) -> None:
    """Throw the draft away; the place's areas stay as they are."""
    require(may_set_up(person, place))
    with transaction.atomic():
        if AreaDraft.objects.filter(place=place).delete()[0]:
            deeds.record("places.areas.draft-dropped", actor=person, about=place, place=place)


def confirm_areas(person: Person, place: Place, *, remove_missing: bool) -> dict[str, int]:
    """Make the draft the place's areas: those with the same name change, new ones come.

    Parameters
    ----------
    remove_missing
        Whether areas that are not in the list go. Otherwise they stay.

    Returns
    -------
    dict
        How many were ``new``, ``changed`` and ``removed``.

    Raises
    ------
    Invalid
        There is no draft, it has problems, or an area that would go is in use.
    """
    require(may_set_up(person, place))
    with transaction.atomic():
        draft = AreaDraft.objects.select_for_update().filter(place=place).first()
        if draft is None:
            raise Invalid(_("There is no list to confirm any more. Somebody else may have confirmed it."))
        if draft.problems:
            raise Invalid(_("First put right what is wrong in the list."))
        done = _write(place, draft, remove_missing)
        if draft.outlines_source or any(row["outline"] for row in draft.rows):
            place.outlines_source = draft.outlines_source
            place.save(update_fields=["outlines_source"])
        draft.delete()
        deeds.record("places.areas.changed", actor=person, about=place, place=place, after=done)
    return done


def _write(place: Place, draft: AreaDraft, remove_missing: bool) -> dict[str, int]:
    rows = [AreaRow(**row) for row in draft.rows]
    known = list(place.areas.all())
    found = match(rows, known)
    written: dict[str, Area] = {}
    changed = 0
    for row, area in zip(rows, found, strict=True):
        values: dict[str, Any] = {"name": row.name, "code": row.code, "population": row.population}
        values["population_source"] = draft.population_source if row.population is not None else ""
        if row.outline:
            values["outline"] = row.outline
        one = area or Area(place=place)
        if area is None or any(getattr(area, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(one, name, value)
            one.save()
            changed += area is not None
        written[row.name.casefold()] = one
    for row in rows:
        one, parent = written[row.name.casefold()], written.get(row.part_of.casefold())
        if one.parent_id != (parent.pk if parent else None):
            one.parent = parent
            one.save(update_fields=["parent"])
    removed = _remove(known, {area.pk for area in found if area}) if remove_missing else 0
    return {"new": found.count(None), "changed": changed, "removed": removed}


def _remove(known: list[Area], kept: set[int]) -> int:
    gone = [area.pk for area in known if area.pk not in kept]
    try:
        Area.objects.filter(pk__in=gone).delete()
    except (ProtectedError, RestrictedError):
        said = _("An area that is not in the list is in use, so it cannot go. Keep it, or add it to the list.")
        raise Invalid(said) from None
    return len(gone)
