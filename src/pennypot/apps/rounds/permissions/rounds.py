"""Who may set up, publish, move and cancel a round, and whether a stage lets a verb happen."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from pennypot.apps.people.roles import Role
from pennypot.apps.places.models import Place
from pennypot.apps.places.permissions import Someone, holds
from pennypot.apps.rounds import clock, stages
from pennypot.apps.rounds.models import Round
from pennypot.house.answers import Answer, No, Yes


def open_for(round: Round, verb: str, now: datetime | None = None) -> Answer:
    """Say whether the round's stages allow a verb now. Every permission that depends on time asks this.

    Parameters
    ----------
    now
        The database's clock where the caller asked it already; otherwise it is asked here (one SQL query).
    """
    if round.is_cancelled:
        return No(_("This round was called off."))
    if not round.is_published:
        return No(_("This round is still being set up."))
    return stages.allows(round.stage_list, verb, now or clock.database_now(), round.zone)


def may_set_up_round(person: Someone, place: Place) -> Answer:
    """The place team and the accountable officer set rounds up."""
    return holds(person, place, Role.PLACE_TEAM, Role.ACCOUNTABLE_OFFICER)


def may_see_round(person: Someone, round: Round) -> Answer:
    """Everybody sees a published round; one being set up is seen by those who set it up."""
    if round.is_published or may_set_up_round(person, round.place):
        return Yes()
    return No(_("This round is still being set up. It will open here soon."))


def may_change_round(person: Someone, round: Round, now: datetime | None = None) -> Answer:
    """Its rules can change until the ballot is fixed or voting opens; a trigger in the database holds the same."""
    answer = may_set_up_round(person, round.place)
    if not answer:
        return answer
    if round.is_cancelled:
        return No(_("This round was called off."))
    if round.rules_frozen_at is not None:
        return No(_("The ballot is fixed, so the rules of this round stay as they are."))
    if round.is_published and _has_opened(round, stages.Kind.VOTING, now):
        return No(_("Voting has opened, so the rules of this round stay as they are."))
    return answer


def may_publish_round(person: Someone, round: Round) -> Answer:
    """Those who set a round up publish it, once."""
    answer = may_set_up_round(person, round.place)
    if answer and round.is_published:
        return No(_("This round is published already."))
    return answer


def may_move_dates(person: Someone, round: Round) -> Answer:
    """The dates of a published round move later, with a public reason. Before that they are set in its steps."""
    answer = may_set_up_round(person, round.place)
    if not answer:
        return answer
    if round.is_cancelled:
        return No(_("This round was called off."))
    if not round.is_published:
        return No(_("This round is still being set up."))
    return answer


def may_cancel_round(person: Someone, round: Round, now: datetime | None = None) -> Answer:
    """A round is called off before voting opens, never after: votes that were cast are counted."""
    answer = may_move_dates(person, round)
    if answer and _has_opened(round, stages.Kind.VOTING, now):
        return No(_("Voting has opened, so this round can no longer be called off."))
    return answer


def may_fix_ballot(person: Someone, round: Round, now: datetime | None = None) -> Answer:
    """The ballot is fixed in its stage, once, by those who run the round."""
    answer = may_set_up_round(person, round.place)
    if not answer:
        return answer
    if round.rules_frozen_at is not None:
        return No(_("The ballot is fixed already."))
    return open_for(round, "fix_ballot", now)


def may_take_off_ballot(person: Someone, round: Round, now: datetime | None = None) -> Answer:
    """Between the fixing of the ballot and the end of voting, those who run the round take a project off it."""
    answer = may_move_dates(person, round)
    if not answer:
        return answer
    if round.rules_frozen_at is None:
        return No(_("The ballot is not fixed yet. Until then a proposal is withdrawn by its authors."))
    moment = now or clock.database_now()
    if any(stage.kind == stages.Kind.VOTING and stage.closes_at <= moment for stage in round.stage_list):
        return No(_("Voting has closed, so nothing is taken off the ballot any more."))
    return answer


def may_give_back(person: Someone, round: Round) -> Answer:
    """What was not awarded goes back when the result is published, never before: winners are paid first."""
    answer = may_set_up_round(person, round.place)
    if not answer:
        return answer
    result = getattr(round, "result", None)
    if result is None or result.published_at is None:
        return No(_("First the result is published. What no project got can go back then."))
    return answer


def may_throw_away(person: Someone, round: Round) -> Answer:
    """A round that nobody else has seen can be thrown away."""
    answer = may_set_up_round(person, round.place)
    if answer and round.is_published:
        return No(_("This round is published. It can be called off, but it stays on the record."))
    return answer


def _has_opened(round: Round, kind: stages.Kind, now: datetime | None) -> bool:
    moment = now or clock.database_now()
    return any(stage.kind == kind and stage.opens_at <= moment for stage in round.stage_list)
