"""The stages of a round and the verbs that each one opens. Pure: it knows times, not tables.

A stage is open from its first moment up to, and not including, its last. No job opens or closes it: whoever asks
compares the database's clock with the dates. Every permission of a round asks `allows`, so this table is the one
place that says what can be done when.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta, tzinfo
from typing import Protocol
from zoneinfo import ZoneInfo

from django.db.models import TextChoices
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pennypot.house.answers import Answer, No, Yes

UTC = ZoneInfo("UTC")


class Kind(TextChoices):
    """The stages, in their order."""

    IDEA = "idea", gettext_lazy("Ideas")
    PROPOSAL = "proposal", gettext_lazy("Proposals")
    REVIEW = "review", gettext_lazy("Review")
    APPEAL = "appeal", gettext_lazy("Appeals")
    BALLOT = "ballot", gettext_lazy("The ballot is fixed")
    VOTING = "voting", gettext_lazy("Voting")
    COUNT = "count", gettext_lazy("The count")
    DELIVERY = "delivery", gettext_lazy("Projects happen")


ORDER = tuple(Kind)

VERBS: dict[Kind, frozenset[str]] = {
    Kind.IDEA: frozenset({"idea", "draft", "comment"}),
    Kind.PROPOSAL: frozenset({"draft", "propose", "edit", "withdraw", "endorse", "invite_author", "merge", "comment"}),
    Kind.REVIEW: frozenset({"edit", "withdraw", "endorse", "invite_author", "merge", "comment", "check", "decide"}),
    Kind.APPEAL: frozenset({"withdraw", "comment", "check", "decide", "appeal", "decide_appeal"}),
    Kind.BALLOT: frozenset({"comment", "fix_ballot"}),
    Kind.VOTING: frozenset({"comment", "cast", "key_paper"}),
    Kind.COUNT: frozenset({"comment", "key_paper", "open_ballots", "count", "publish_result"}),
    Kind.DELIVERY: frozenset({"comment", "publish_result", "deliver"}),
}

ALL_VERBS = frozenset().union(*VERBS.values())


class SomeStage(Protocol):
    """What is needed of a stage: `rounds.models.Stage`, or anything with these three."""

    @property
    def kind(self) -> str: ...
    @property
    def opens_at(self) -> datetime: ...
    @property
    def closes_at(self) -> datetime: ...


def is_open(stage: SomeStage, now: datetime) -> bool:
    """Whether the stage is open at this moment: its first moment belongs to it, its last does not."""
    return stage.opens_at <= now < stage.closes_at


def open_stages(stages: Iterable[SomeStage], now: datetime) -> list[SomeStage]:
    """Return the stages open at this moment, in their order."""
    return sorted((one for one in stages if is_open(one, now)), key=lambda one: ORDER.index(Kind(one.kind)))


def next_stage(stages: Iterable[SomeStage], now: datetime) -> SomeStage | None:
    """Return the stage that opens next, or None when all have opened."""
    return min((one for one in stages if one.opens_at > now), key=lambda one: one.opens_at, default=None)


def allows(stages: Iterable[SomeStage], verb: str, now: datetime, zone: tzinfo = UTC) -> Answer:
    """Say whether a verb is open now, or when it opens or closed.

    Parameters
    ----------
    stages
        The round's stages.
    verb
        One of `ALL_VERBS`.
    now
        The database's clock.
    zone
        The place's time zone, for saying dates.

    Raises
    ------
    KeyError
        The verb is unknown: a slip in the program, never an answer.
    """
    if verb not in ALL_VERBS:
        raise KeyError(verb)
    mine = [one for one in stages if verb in VERBS[Kind(one.kind)]]
    if any(is_open(one, now) for one in mine):
        return Yes()
    coming = next_stage(mine, now)
    if coming is not None:
        return No(
            _("“%(stage)s” has not opened yet. It opens on %(when)s.")
            % {"stage": Kind(coming.kind).label, "when": said(coming.opens_at, zone)}
        )
    if mine:
        last = max(mine, key=lambda one: one.closes_at)
        return No(
            _("“%(stage)s” is over. It closed on %(when)s.")
            % {"stage": Kind(last.kind).label, "when": end_said(last.closes_at, zone)}
        )
    return No(_("This round has no stage for that."))


def said(moment: datetime, zone: tzinfo) -> str:
    """Say a moment in the place's time: "3 May 2027 at 09:00"."""
    local = moment.astimezone(zone)
    return _("%(day)s at %(time)s") % {"day": date_format(local, "j E Y"), "time": date_format(local, "H:i")}


def end_said(moment: datetime, zone: tzinfo) -> str:
    """Say a moment at which something ends. Midnight is the end of the day that was: nobody has to ask which night."""
    local = moment.astimezone(zone)
    if not is_midnight(local):
        return said(moment, zone)
    return _("%(day)s at the end of the day") % {"day": date_format(last_day(local), "j E Y")}


def is_midnight(local: datetime) -> bool:
    """Whether a moment, as a clock in the place shows it, is the first of a day."""
    return not (local.hour or local.minute or local.second or local.microsecond)


def last_day(closes: datetime) -> date:
    """Return the last day on which something is open that closes at this moment, as a clock in the place shows it."""
    return (closes.date() - timedelta(days=1)) if is_midnight(closes) else closes.date()
