"""Dates of a round: what is proposed from one first day, and what is wrong with dates that people set. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from pennypot.apps.rounds.stages import ORDER, Kind, SomeStage

# Every change falls on the same hour of a working day, when there is somebody to help.
HOUR = time(12)
# A stage that a round may do without.
OPTIONAL = frozenset({Kind.IDEA, Kind.DELIVERY})
# (weeks after the first day, weeks that it lasts)
USUAL: dict[Kind, tuple[int, int]] = {
    Kind.IDEA: (0, 2),
    Kind.PROPOSAL: (2, 4),
    Kind.REVIEW: (6, 3),
    Kind.APPEAL: (9, 1),
    Kind.BALLOT: (10, 1),
    Kind.VOTING: (11, 2),
    Kind.COUNT: (13, 1),
    Kind.DELIVERY: (14, 52),
}
# Pairs that may be open at the same time; all other stages follow one another.
MAY_OVERLAP = frozenset(
    {
        frozenset({Kind.IDEA, Kind.PROPOSAL}),
        frozenset({Kind.IDEA, Kind.REVIEW}),
        frozenset({Kind.PROPOSAL, Kind.REVIEW}),
        frozenset({Kind.PROPOSAL, Kind.APPEAL}),
        frozenset({Kind.REVIEW, Kind.APPEAL}),
        frozenset({Kind.COUNT, Kind.DELIVERY}),
    }
)
LEAST_VOTING = timedelta(hours=1)


@dataclass(frozen=True)
class Times:
    """When one stage opens and closes."""

    kind: Kind
    opens_at: datetime
    closes_at: datetime


@dataclass(frozen=True)
class Problem:
    """What is wrong with the dates, and at which stage."""

    kind: Kind
    message: str | Promise


def in_zone(local: datetime, zone: tzinfo) -> datetime:
    """Turn a date and time as a clock in the place shows it into a moment in UTC.

    A time that the clock skips in spring is read by the clock before the change, so it falls just after the gap; one
    that comes twice in autumn is the first of the two. (PEP 495, fold = 0.)
    """
    return local.replace(tzinfo=zone, fold=0).astimezone(UTC)


def usual_first_day(today: date) -> date:
    """Return the Monday that a new round is proposed to begin on: at least a week away, to tell people about it."""
    soonest = today + timedelta(days=7)
    return soonest + timedelta(days=-soonest.weekday() % 7)


def usual(first_day: date, zone: tzinfo) -> list[Times]:
    """Propose the dates of every stage from the day that the first one opens, each at noon in the place."""

    def moment(weeks: int) -> datetime:
        return in_zone(datetime.combine(first_day + timedelta(weeks=weeks), HOUR), zone)

    return [Times(kind, moment(after), moment(after + lasts)) for kind, (after, lasts) in USUAL.items()]


def shifted(stages: Iterable[SomeStage], first_day: date, zone: tzinfo) -> list[Times]:
    """Move the dates of another round so that its first stage opens on a day, keeping weekdays' clock times.

    Each date keeps its distance in days and its time of day in the place, also across a change of the clocks.
    """
    listed = sorted(stages, key=lambda one: ORDER.index(Kind(one.kind)))
    if not listed:
        return usual(first_day, zone)
    first = min(one.opens_at for one in listed).astimezone(zone).date()

    def moved(moment: datetime) -> datetime:
        local = moment.astimezone(zone)
        return in_zone(datetime.combine(first_day + (local.date() - first), local.time()), zone)

    return [Times(Kind(one.kind), moved(one.opens_at), moved(one.closes_at)) for one in listed]


def problems(stages: Sequence[SomeStage]) -> list[Problem]:
    """Say what is wrong with the dates of a round, stage by stage; nothing when they fit together."""
    by_kind = {Kind(one.kind): one for one in stages}
    found = [
        Problem(kind, _("This stage needs dates: a round cannot do without it."))
        for kind in ORDER
        if kind not in by_kind and kind not in OPTIONAL
    ]
    there = [kind for kind in ORDER if kind in by_kind]
    for kind in there:
        if by_kind[kind].closes_at <= by_kind[kind].opens_at:
            found.append(Problem(kind, _("It has to close after it opens.")))
    for at, kind in enumerate(there):
        for earlier in there[:at]:
            problem = _order_problem(by_kind[earlier], by_kind[kind], earlier, kind)
            if problem is not None:
                found.append(problem)
                break
    if Kind.VOTING in by_kind:
        voting = by_kind[Kind.VOTING]
        if timedelta(0) < voting.closes_at - voting.opens_at < LEAST_VOTING:
            found.append(Problem(Kind.VOTING, _("Voting has to be open for an hour at least.")))
    return found


def _order_problem(before: SomeStage, after: SomeStage, earlier: Kind, later: Kind) -> Problem | None:
    names = {"this": later.label, "other": earlier.label}
    if frozenset({earlier, later}) in MAY_OVERLAP:
        if after.opens_at < before.opens_at:
            return Problem(later, _("“%(this)s” cannot open before “%(other)s” does.") % names)
        if after.closes_at < before.closes_at:
            return Problem(later, _("“%(this)s” cannot close before “%(other)s” does.") % names)
        return None
    if after.opens_at < before.closes_at:
        return Problem(later, _("“%(this)s” opens when “%(other)s” has closed, not before.") % names)
    return None


def too_late(stages: Sequence[SomeStage], now: datetime) -> list[Problem]:
    """Say which dates have passed already: a round is published while people can still propose."""
    return [
        Problem(Kind(one.kind), _("This date has passed. People need time to propose."))
        for one in stages
        if Kind(one.kind) == Kind.PROPOSAL and one.closes_at <= now
    ]


def moved_wrongly(old: SomeStage, opens_at: datetime, closes_at: datetime, now: datetime) -> Problem | None:
    """Say why a published stage's dates cannot be moved like this: only forward, and never back open."""
    kind = Kind(old.kind)
    if old.closes_at <= now:
        return Problem(kind, _("This stage is over. It is never opened again."))
    if old.opens_at <= now and opens_at != old.opens_at:
        return Problem(kind, _("This stage has opened already, so only its end can move."))
    if opens_at < old.opens_at or closes_at < old.closes_at:
        return Problem(kind, _("People rely on these dates: they can move later, not earlier."))
    return None
