"""Who plans and runs an evening, who looks on, who writes notes."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from pennypot.apps.game.models import Session
from pennypot.apps.people.roles import Role
from pennypot.apps.places.models import Place
from pennypot.apps.places.permissions import Someone, holds
from pennypot.house.answers import Answer, No, Yes

# Whoever has a part in the place may look on and take notes; the operator looks after servers, not evenings.
OBSERVERS = tuple(role for role in Role if role != Role.OPERATOR)


def may_plan(person: Someone, place: Place) -> Answer:
    """Facilitators and the place team plan evenings."""
    return holds(person, place, Role.FACILITATOR, Role.PLACE_TEAM)


def may_run(person: Someone, session: Session) -> Answer:
    """Any facilitator of the place may run any of its evenings: somebody falls ill, somebody helps out."""
    return holds(person, session.place, Role.FACILITATOR, Role.PLACE_TEAM)


def may_observe_in(person: Someone, place: Place) -> Answer:
    """People with a role in the place see how the tables do, and no more than the tables' own boards show."""
    return holds(person, place, *OBSERVERS)


def may_observe(person: Someone, session: Session) -> Answer:
    """As `may_observe_in`, for one evening."""
    return may_observe_in(person, session.place)


def may_read_notes(person: Someone, session: Session) -> Answer:
    """Notes may tell of people who were there: they are for those who run evenings."""
    return may_run(person, session)


def may_change_plan(person: Someone, session: Session) -> Answer:
    """Order, rule, target and tables are set until the evening begins; then they are part of what was played."""
    answer = may_run(person, session)
    if answer and session.state != Session.State.LOBBY:
        return No(_("This evening has begun. What was agreed before it began stays as it is."))
    return answer


def may_steer(person: Someone, session: Session) -> Answer:
    """Steer tables while the evening is not over."""
    answer = may_run(person, session)
    if answer and session.state == Session.State.OVER:
        return No(_("This evening is over."))
    return Yes() if answer else answer
