"""The stages of a round as its pages tell them: what each is for, whether it is open, and what you can do there now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from django.urls import NoReverseMatch, reverse
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from pennypot.apps.rounds.models import Round
from pennypot.apps.rounds.stages import Kind, SomeStage, is_midnight, is_open, last_day, next_stage

WHAT_IT_IS: dict[Kind, str | Promise] = {
    Kind.IDEA: gettext_lazy("Think aloud: leave a rough idea, find people who want the same, read what others need."),
    Kind.PROPOSAL: gettext_lazy("Write down what you want, where, and what it costs. It takes about twenty minutes."),
    Kind.REVIEW: gettext_lazy(
        "Officers check each proposal: is it legal, can it be done, is the cost right? Everybody reads why."
    ),
    Kind.APPEAL: gettext_lazy("If a proposal was refused, its authors can ask somebody else to look again, once."),
    Kind.BALLOT: gettext_lazy("The list to vote on is closed, its order is drawn, and the papers are printed."),
    Kind.VOTING: gettext_lazy("Choose your projects, on a phone or on paper. You can change your vote until the end."),
    Kind.COUNT: gettext_lazy("Two of three people open the ballots, and they are counted. Anybody can count again."),
    Kind.DELIVERY: gettext_lazy("The winners get their money, and tell what becomes of it."),
}
# What can be done while it is open: words and the name of the page. The first that exists is the button.
DOINGS: dict[Kind, tuple[tuple[str | Promise, str], ...]] = {
    Kind.IDEA: ((gettext_lazy("Begin an idea"), "propose"),),
    Kind.PROPOSAL: (
        (gettext_lazy("Propose something"), "propose"),
        (gettext_lazy("Read the proposals"), "round_proposals"),
    ),
    Kind.REVIEW: (
        (gettext_lazy("See what was decided"), "decisions"),
        (gettext_lazy("Read the proposals"), "round_proposals"),
    ),
    Kind.APPEAL: ((gettext_lazy("See what was decided"), "decisions"),),
    Kind.BALLOT: ((gettext_lazy("See the ballot"), "round_ballot"),),
    Kind.VOTING: ((gettext_lazy("Vote now"), "vote_round"), (gettext_lazy("Read the projects"), "round_ballot")),
    Kind.COUNT: ((gettext_lazy("Follow the count"), "log"), (gettext_lazy("See the result"), "result")),
    Kind.DELIVERY: ((gettext_lazy("See the result"), "result"),),
}


@dataclass(frozen=True)
class Doing:
    """Something that can be done: words and address."""

    words: str
    url: str


@dataclass(frozen=True)
class Told:
    """One stage in words. `state` is ``past``, ``now``, ``next`` or ``later``."""

    kind: Kind
    number: int
    name: str
    what: str
    state: str
    opens_at: datetime
    closes_at: datetime
    span: str
    left: str
    doings: tuple[Doing, ...]


def told(round: Round, now: datetime) -> list[Told]:
    """Tell the stages of a round in order, as they are at this moment."""
    listed = round.stage_list
    coming = next_stage(listed, now)
    return [
        Told(
            kind=Kind(stage.kind),
            number=number,
            name=str(Kind(stage.kind).label),
            what=_what(round, Kind(stage.kind)),
            state=_state(stage, coming, now),
            opens_at=stage.opens_at,
            closes_at=stage.closes_at,
            span=span(stage, round.zone, hours=stage.closes_at > now),
            left=_left(stage, now, round.zone),
            doings=_doings(round, Kind(stage.kind)) if is_open(stage, now) else (),
        )
        for number, stage in enumerate(listed, start=1)
    ]


def _state(stage: SomeStage, coming: SomeStage | None, now: datetime) -> str:
    if is_open(stage, now):
        return "now"
    if stage.closes_at <= now:
        return "past"
    return "next" if stage is coming else "later"


def _doings(round: Round, kind: Kind) -> tuple[Doing, ...]:
    """What can be done, as far as there are pages for it: later rooms may not be there."""
    if not round.is_published or round.is_cancelled:
        return ()
    found = []
    for words, page in DOINGS[kind] if not _is_out(round) else reversed(DOINGS[kind]):
        if page == "result" and not _is_out(round):
            continue
        try:
            found.append(Doing(str(words), reverse(page, args=[round.place.slug, round.slug])))
        except NoReverseMatch:
            continue
    return tuple(found)


def _what(round: Round, kind: Kind) -> str:
    if kind == Kind.COUNT and _is_out(round):
        return _("The votes are counted, and the result is out. Anybody can count again.")
    return str(WHAT_IT_IS[kind])


def _is_out(round: Round) -> bool:
    """Whether the result is published, where `queries.rounds` has asked for it."""
    return bool(getattr(round, "result_out", False))


def span(stage: SomeStage, zone: tzinfo, *, hours: bool = True) -> str:
    """Say from when to when: "3 May, 12:00 to 17 May 2027, 12:00".

    Days alone where the hours matter no more, and where whole days are meant: from one midnight to another.
    """
    opens, closes = stage.opens_at.astimezone(zone), stage.closes_at.astimezone(zone)
    ends = last_day(closes)
    said = [date_format(opens, "j E" if opens.year == ends.year else "j E Y"), date_format(ends, "j E Y")]
    if hours and not (is_midnight(opens) and is_midnight(closes)):
        said = [f"{said[0]}, {date_format(opens, 'H:i')}", f"{said[1]}, {_end_of_day(closes)}"]
    return _("%(opens)s to %(closes)s") % {"opens": said[0], "closes": said[1]}


def _end_of_day(closes: datetime) -> str:
    """Say at what hour something ends; midnight is written 24:00, as it ends the day that is named beside it."""
    return "24:00" if is_midnight(closes) else date_format(closes, "H:i")


def _left(stage: SomeStage, now: datetime, zone: tzinfo) -> str:
    """Say how long an open stage has left, or when a coming one opens; nothing about one that is over."""
    if is_open(stage, now):
        closes = stage.closes_at.astimezone(zone)
        days = (last_day(closes) - now.astimezone(zone).date()).days
        if days == 0:
            return _("closes today at %(time)s") % {"time": _end_of_day(closes)}
        return ngettext("%(days)d day left", "%(days)d days left", days) % {"days": days}
    if stage.opens_at > now:
        days = (stage.opens_at.astimezone(zone).date() - now.astimezone(zone).date()).days
        if days == 0:
            return _("opens today at %(time)s") % {"time": date_format(stage.opens_at.astimezone(zone), "H:i")}
        return ngettext("opens in %(days)d day", "opens in %(days)d days", days) % {"days": days}
    return ""


def headline(stages: Sequence[Told], round: Round) -> tuple[str, str]:
    """Say in a few words where a round is, and a key for its colour: ``now``, ``next``, ``past`` or ``off``."""
    if round.is_cancelled:
        return _("Called off"), "off"
    if not round.is_published:
        return _("Being set up"), "off"
    open_now = [stage for stage in stages if stage.state == "now"]
    if _is_out(round):
        return _("Decided: the result is out"), "past"
    if open_now:
        # The last to open says most: "Voting", not the ideas that are still open beside it. But as long as people can
        # propose, that is what they want to know.
        stage = open_now[-1] if open_now[-1].kind != Kind.DELIVERY or len(open_now) == 1 else open_now[-2]
        stage = next((one for one in open_now if one.kind == Kind.PROPOSAL), stage)
        if stage.kind == Kind.DELIVERY:
            return stage.name, "past"
        return _("%(stage)s: %(left)s") % {"stage": stage.name, "left": stage.left}, "now"
    coming = next((stage for stage in stages if stage.state == "next"), None)
    if coming is not None:
        return _("%(stage)s: %(left)s") % {"stage": coming.name, "left": coming.left}, "next"
    return _("Over"), "past"
