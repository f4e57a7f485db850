"""Writing: what was typed into a step is saved, and after sending in each change is a public version.

A draft takes anything: too many words, no title, half a sentence. Only sending in asks for a whole proposal. That is
why nothing typed is lost.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from pennypot.apps.people.models import Person
from pennypot.apps.places.permissions import Someone
from pennypot.apps.rounds.actions.proposals.drafts import touched
from pennypot.apps.rounds.models import CostLine, Need, Proposal, ProposalVersion
from pennypot.apps.rounds.permissions.proposals import may_edit
from pennypot.apps.rounds.versions import content_of
from pennypot.apps.rounds.whole import missing
from pennypot.house import deeds
from pennypot.house.answers import Invalid, require
from pennypot.house.texts import one_line

MOST_LINES = 40
LONGEST_TEXT = 20_000
# Far above any round, far below what the database's whole numbers hold.
MOST_PENCE = 10**13

TEXTS = ("what", "why", "for_whom", "plain_summary")
LINES = {"title": 120, "place_said": 200}


@dataclass(frozen=True)
class Cost:
    """One cost line as typed."""

    what: str
    kind: str
    pence: int


@dataclass(frozen=True)
class Needed:
    """One need as typed."""

    kind: str
    what: str
    quantity: str = ""
    when_said: str = ""


@dataclass(frozen=True)
class Changes:
    """What a step changes: only what is given; None leaves a list as it is.

    `fields` holds names of `LINES` and `TEXTS`, ``area``, ``category`` (things of this round, or None) and ``point``
    (latitude and longitude, or None). Other names are a slip in the program.
    """

    fields: dict[str, Any] = field(default_factory=dict)
    costs: Sequence[Cost] | None = None
    needs: Sequence[Needed] | None = None


def save(
    person: Someone, proposal: Proposal, changes: Changes, *, key: str = "", seen: str = "", note: str = ""
) -> Proposal:
    """Save what was typed; for a proposal that was sent in, as a new version when anything changed.

    Parameters
    ----------
    key
        Of the draft's link, for a draft without an owner.
    seen
        `stamp_of` the same parts when the page was drawn; empty to save whatever is there now.
    note
        What the authors say about the change, shown beside the version.

    Raises
    ------
    Refused
        The person may not write it, or not now.
    Invalid
        Somebody else saved the same parts meanwhile, or what a sent-in proposal must have would be gone.
    """
    with transaction.atomic():
        locked = (
            Proposal.objects.select_for_update(of=("self",))
            .select_related("round__place", "thread")
            .get(pk=proposal.pk)
        )
        require(may_edit(person, locked, key))
        if seen and seen != stamp_of(locked, changes):
            raise Invalid(
                _("Somebody saved this page after you opened it. What you typed is still here: look, and save again.")
            )
        _write(locked, changes)
        if not locked.is_draft:
            _new_version(person, locked, note)
    return Proposal.objects.select_related("round__place", "area", "category", "thread").get(pk=proposal.pk)


def stamp_of(proposal: Proposal, changes: Changes) -> str:
    """Return a fingerprint of the parts that a step shows, to see whether they changed since. Up to two queries."""
    parts: list[Any] = [[name, _value(proposal, name)] for name in sorted(changes.fields)]
    if changes.costs is not None:
        parts.append([list(one) for one in proposal.cost_lines.values_list("what", "kind", "pence")])
    if changes.needs is not None:
        parts.append([list(one) for one in proposal.needs.values_list("kind", "what", "quantity", "when_said")])
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:24]


def _value(proposal: Proposal, name: str) -> Any:
    if name in ("area", "category"):
        return getattr(proposal, f"{name}_id")
    if name == "point":
        return [proposal.latitude, proposal.longitude]
    return getattr(proposal, name)


def _write(proposal: Proposal, changes: Changes) -> None:
    columns = touched(proposal)
    for name, value in changes.fields.items():
        columns |= _column(proposal, name, value)
    if changes.costs is not None:
        columns |= _write_costs(proposal, changes.costs)
    if changes.needs is not None:
        _write_needs(proposal, changes.needs)
    Proposal.objects.filter(pk=proposal.pk).update(**columns)


def _column(proposal: Proposal, name: str, value: Any) -> dict[str, Any]:
    if name in LINES:
        return {name: one_line(value)[: LINES[name]]}
    if name in TEXTS:
        return {name: value.replace("\r\n", "\n").replace("\x00", "").strip()[:LONGEST_TEXT]}
    if name == "point":
        latitude, longitude = value or (None, None)
        return {"latitude": latitude, "longitude": longitude}
    if name in ("area", "category"):
        owner = proposal.round.place_id if name == "area" else proposal.round_id
        if value is not None and owner != (value.place_id if name == "area" else value.round_id):
            raise Invalid(_("Choose one from the list."), name)
        return {name: value}
    raise KeyError(name)


def _write_costs(proposal: Proposal, costs: Sequence[Cost]) -> dict[str, Any]:
    """Put the lines in place of those before, and return the sums."""
    if len(costs) > MOST_LINES or any(not 0 < one.pence <= MOST_PENCE for one in costs):
        raise Invalid(_("Check the amounts: each is more than nothing, and there are at most forty lines."))
    proposal.cost_lines.all().delete()
    CostLine.objects.bulk_create(
        CostLine(proposal=proposal, position=position, what=one_line(one.what)[:160], kind=one.kind, pence=one.pence)
        for position, one in enumerate(costs)
    )
    total = sum(one.pence for one in costs)
    yearly = sum(one.pence for one in costs if one.kind == CostLine.CostKind.YEARLY)
    sums = {"proposed_cost_pence": total, "yearly_pence": yearly}
    # A cost that the review changed stands until the review changes it again.
    if proposal.cost_pence == proposal.proposed_cost_pence:
        sums["cost_pence"] = total
    return sums


def _write_needs(proposal: Proposal, needs: Sequence[Needed]) -> None:
    if len(needs) > MOST_LINES:
        raise Invalid(_("There are at most forty needs. Put some of them together."))
    proposal.needs.all().delete()
    Need.objects.bulk_create(
        Need(
            proposal=proposal,
            position=position,
            kind=one.kind,
            what=one_line(one.what)[:160],
            quantity=one_line(one.quantity)[:60],
            when_said=one_line(one.when_said)[:80],
        )
        for position, one in enumerate(needs)
    )


def _new_version(person: Someone, proposal: Proposal, note: str) -> None:
    fresh = Proposal.objects.select_related("round", "area", "category").get(pk=proposal.pk)
    gone = missing(fresh)
    if gone:
        raise Invalid(gone[0].said, gone[0].field)
    write_version(person if isinstance(person, Person) else None, fresh, note)


def write_version(
    person: Person | None, proposal: Proposal, note: str = "", at: datetime | None = None
) -> ProposalVersion | None:
    """Write a version if anything differs from the last one, or if there is something to note.

    Call it inside a transaction that holds the proposal's row. It is written now, or at the moment that a story tells.
    """
    content = content_of(proposal)
    last = proposal.versions.first()
    if last is not None and last.content == json.loads(json.dumps(content)) and not note:
        return None
    number = (last.number if last else 0) + 1
    version = ProposalVersion.objects.create(
        proposal=proposal, number=number, content=content, note=one_line(note)[:300], by=person, at=at or Now()
    )
    Proposal.objects.filter(pk=proposal.pk).update(version=number, revision=F("revision") + 1)
    if last is not None:
        deeds.record(
            "rounds.proposal.changed",
            actor=person,
            about=proposal,
            place=proposal.round.place,
            before={"version": last.number},
            after={"version": number},
            reason=version.note,
        )
    return version
