"""What those who run a round have done for its vote, and what comes next, in the order in which it has to happen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.formats import localize
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pennypot.apps.rounds.models import Proposal, Result, Round
from pennypot.apps.rounds.stages import Kind, end_said, is_open, said
from pennypot.apps.voting.models import Election, LetterRun, PaperClerk, PostcodeList, RollEntry

How = RollEntry.How
_FROM_A_FILE = {How.ROLL_CODE, How.ROLL_EMAIL}
# What can be read when it is done; the roll's own pages are shut once the vote is closed.
_READ_LATER = {"decisions", "round_ballot", "keys", "paper", "vote_oddities", "close", "open", "result"}


@dataclass(frozen=True)
class Step:
    """One thing to do.

    Attributes
    ----------
    done
        It is finished; None for what has no end, as serving at a desk.
    ready
        It can be done now, as far as what comes before it is done.
    said
        How far it is, or what it waits for.
    """

    words: str
    page: str
    done: bool | None
    ready: bool
    said: str
    url: str

    @property
    def state(self) -> str:
        """``past``, ``now`` or ``later``, as the coins of a timeline have it."""
        return "past" if self.done else ("now" if self.ready else "later")

    @property
    def is_link(self) -> bool:
        """Whether its page lets one in now."""
        return self.ready or bool(self.done and self.page in _READ_LATER)


def team_steps(round: Round, election: Election | None, now: datetime) -> list[Step]:
    """Return every step from the last decision to the result. Eight SQL queries at most.

    Parameters
    ----------
    now
        The database's clock.
    """
    return [*_before(round, election, now), *_who_votes(round, election, now), *_afterwards(round, election, now)]


def next_of(steps: list[Step]) -> Step | None:
    """Return the first step that can be done now and has an end."""
    return next((step for step in steps if step.ready and step.done is False), None)


def _before(round: Round, election: Election | None, now: datetime) -> list[Step]:
    fixed = round.rules_frozen_at is not None
    sent = Proposal.objects.filter(round=round, state=Proposal.State.SUBMITTED)
    undecided = 0 if fixed else sent.filter(decision=Proposal.Decided.NOT_YET).count()
    reviewing = _has_opened(round, Kind.REVIEW, now)
    balloting = _stage_is_open(round, Kind.BALLOT, now)
    waits = ngettext(
        "%(many)s proposal waits for its decision.", "%(many)s proposals wait for their decisions.", undecided
    )
    return [
        _step(round, _("Have every proposal decided"), "decisions", done=fixed or (reviewing and not undecided),
              ready=reviewing and not fixed,
              said=waits % {"many": localize(undecided)} if undecided else _when(round, Kind.REVIEW, now)),
        _step(round, _("Fix the ballot"), "round_ballot", done=fixed, ready=balloting,
              said=_("The list and the rules stand still from then on.") if fixed else _when(round, Kind.BALLOT, now)),
        _step(round, _("Make the keys, and try them out"), "keys", done=bool(election and election.opened_at),
              ready=fixed, said=_keys_said(election, fixed=fixed)),
    ]  # fmt: skip


def _keys_said(election: Election | None, *, fixed: bool) -> str:
    if not fixed:
        return _("After the ballot is fixed.")
    holders = list(election.key_holders.all()) if election else []
    if not holders:
        return _("Three people each hold a share. Nobody can vote before two of them have tried theirs out.")
    return _("%(taken)s of 3 shares taken, %(tried)s tried out; it takes two.") % {
        "taken": sum(one.given_at is not None for one in holders),
        "tried": sum(one.rehearsed_at is not None for one in holders),
    }


def _who_votes(round: Round, election: Election | None, now: datetime) -> list[Step]:
    open_yet = not (election and election.closed_at) and not _has_closed(round, Kind.VOTING, now)
    ways, steps = set(round.eligibility), []
    if ways & _FROM_A_FILE:
        people = RollEntry.objects.filter(round=round, how__in=_FROM_A_FILE).count()
        steps.append(
            _step(round, _("Put people on the roll"), "vote_roll", done=people > 0 or not open_yet, ready=open_yet,
                  said=ngettext("%(many)s person from a list.", "%(many)s people from a list.", people)
                  % {"many": localize(people)})
        )  # fmt: skip
    if How.EMAIL_POSTCODE in ways:
        listed = PostcodeList.objects.filter(round=round).exclude(rows=[]).exists()
        steps.append(
            _step(round, _("Say which postcodes vote"), "vote_postcodes", done=listed or not open_yet, ready=open_yet,
                  said="" if listed else _("Nobody can come in by e-mail and postcode before there is a list."))
        )  # fmt: skip
    if How.POSTED_CODE in ways:
        letters = sum(LetterRun.objects.filter(round=round).values_list("letters", flat=True))
        steps.append(
            _step(round, _("Make and post the letters with codes"), "codes",
                  done=letters > 0 or not open_yet, ready=open_yet,
                  said=ngettext("%(many)s letter so far.", "%(many)s letters so far.", letters)
                  % {"many": localize(letters)})
        )  # fmt: skip
    clerks = PaperClerk.objects.filter(round=round).count()
    named = ngettext("%(many)s officer is named.", "%(many)s officers are named.", clerks) % {"many": clerks}
    steps.append(
        _step(round, _("Get paper and the desks ready: print, and name who works there"), "paper",
              done=None if open_yet else True, ready=open_yet, said=named)
    )  # fmt: skip
    voting = _stage_is_open(round, Kind.VOTING, now)
    steps.append(
        _step(round, _("While people vote: look at what seems odd"), "vote_oddities",
              done=None if open_yet else True, ready=voting, said=_when(round, Kind.VOTING, now))
    )  # fmt: skip
    return steps


def _afterwards(round: Round, election: Election | None, now: datetime) -> list[Step]:
    over = _has_closed(round, Kind.VOTING, now)
    opened, closed, keyless, counted = (
        bool(election and getattr(election, name))
        for name in ("opened_at", "closed_at", "round_key_destroyed_at", "counted_at")
    )
    drawn = bool(round.tie_seed) or not round.tie_seed_source
    published = Result.objects.filter(round=round, published_at__isnull=False).exists()
    steps = [
        _step(round, _("Close the vote"), "close", done=closed, ready=over and opened,
              said="" if over else _when(round, Kind.VOTING, now)),
        _step(round, _("A scrutineer watches the round key go"), "close", done=keyless, ready=closed,
              said=_("Somebody else does this, from the same page.")),
    ]  # fmt: skip
    if round.tie_seed_source:
        steps.append(
            _step(round, _("Write down the public draw"), "open", done=drawn, ready=keyless, said=round.tie_seed_source)
        )
    steps += [
        _step(round, _("Two holders open the ballots"), "open", done=counted, ready=keyless and drawn,
              said=_("Then the votes are counted by themselves.")),
        _step(round, _("Read the result, and tell everybody"), "result", done=published, ready=counted,
              said=_("It is published as soon as it was counted a second time.")),
    ]  # fmt: skip
    # Pages about an election are not there before it is.
    return [step for step in steps if election is not None or step.page == "result"]


def _step(round: Round, words: str, page: str, *, done: bool | None, ready: bool, said: str) -> Step:
    return Step(words, page, done, ready, said, reverse(page, args=[round.place.slug, round.slug]))


def _stage_is_open(round: Round, kind: Kind, now: datetime) -> bool:
    return any(stage.kind == kind and is_open(stage, now) for stage in round.stage_list)


def _has_opened(round: Round, kind: Kind, now: datetime) -> bool:
    return any(stage.kind == kind and stage.opens_at <= now for stage in round.stage_list)


def _has_closed(round: Round, kind: Kind, now: datetime) -> bool:
    return any(stage.kind == kind and stage.closes_at <= now for stage in round.stage_list)


def _when(round: Round, kind: Kind, now: datetime) -> str:
    """Say when a stage opens or closes; nothing where there is none or it is over."""
    for stage in round.stage_list:
        if stage.kind == kind and stage.opens_at > now:
            return _("Opens on %(when)s.") % {"when": said(stage.opens_at, round.zone)}
        if stage.kind == kind and stage.closes_at > now:
            return _("Open until %(when)s.") % {"when": end_said(stage.closes_at, round.zone)}
    return ""
