"""Who reads plans, sends advice, answers it, and takes projects forward."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from pennypot.apps.game.finished import is_finished
from pennypot.apps.game.models import Advice, Session
from pennypot.apps.game.permissions.hall import may_run
from pennypot.apps.people.roles import Role
from pennypot.apps.places.permissions import Someone, holds
from pennypot.house.answers import Answer, No, Yes
from pennypot.play import State


def may_read_plan(state: State) -> Answer:
    """Everybody reads a plan once it is made; before that the table may still change its mind."""
    if is_finished(state):
        return Yes()
    return No(_("This table is still playing. Its plan is here when it has finished."))


def may_read_log(person: Someone, session: Session) -> Answer:
    """The log of moves with all its words is for those who run evenings; others get it without what is private."""
    return may_run(person, session)


def may_advise(person: Someone, session: Session) -> Answer:
    """Facilitators and the place team send what the tables said, once the evening is over."""
    answer = may_run(person, session)
    if answer and session.state != Session.State.OVER:
        return No(_("Advice is sent when the evening is over."))
    return answer


def may_answer_advice(person: Someone, advice: Advice) -> Answer:
    """The accountable officer answers, or an officer of the agency whose money it is. Once."""
    if hasattr(advice, "reply"):
        return No(_("This was answered already. An answer stays as it was given."))
    answer = holds(person, advice.place, Role.ACCOUNTABLE_OFFICER)
    if not answer and advice.agency is not None:
        as_officer = holds(person, advice.place, Role.AGENCY_OFFICER, agency=advice.agency)
        return as_officer if as_officer else answer
    return answer
