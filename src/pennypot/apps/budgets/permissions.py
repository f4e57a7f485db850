"""Who may do what with budgets. Everyone may read what is published."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from pennypot.apps.budgets.models import Budget
from pennypot.apps.people.models import Person
from pennypot.apps.people.roles import Role
from pennypot.apps.places.models import Agency, Place
from pennypot.apps.places.permissions import Someone, holds, roles_in
from pennypot.house.answers import Answer, No, Yes


class TheSystem:
    """Whoever sits at the server's own command line: `pennypot demo` and `pennypot import`. No page acts as it."""

    pk: Final = None


SYSTEM = TheSystem()
Actor = Someone | TheSystem


def may_write_budget(actor: Actor, agency: Agency) -> Answer:
    """An officer of the agency, or the place team, starts and fills a draft."""
    if isinstance(actor, TheSystem):
        return Yes()
    return holds(
        actor,
        agency.place,
        Role.AGENCY_OFFICER,
        Role.PLACE_TEAM,
        Role.ACCOUNTABLE_OFFICER,
        agency=agency,
    )


def may_publish_budget(actor: Actor, budget: Budget) -> Answer:
    """Those who may write it may publish it, once, while it is a draft."""
    if budget.is_published:
        return No(_("This version is published already. Start a new version to correct it."))
    return may_write_budget(actor, budget.agency)


def may_note_gaps(actor: Actor, place: Place) -> Answer:
    """The place team says what the pool does not cover, and who counted it differently."""
    if isinstance(actor, TheSystem):
        return Yes()
    return holds(actor, place, Role.PLACE_TEAM, Role.ACCOUNTABLE_OFFICER)


def may_see_budget(person: Someone, budget: Budget) -> Answer:
    """Everyone sees a published budget; a draft is seen by its agency's officers and the place's own people."""
    if budget.is_published:
        return Yes()
    insiders = {Role.PLACE_TEAM, Role.ACCOUNTABLE_OFFICER}
    if isinstance(person, Person):
        for role, agency_id in roles_in(person, budget.agency.place):
            if role in insiders or (role == Role.AGENCY_OFFICER and agency_id == budget.agency_id):
                return Yes()
    return No(_("This budget is a draft. It will be shown when it is published."))
