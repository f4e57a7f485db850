"""Who may do what with budgets. Everyone may read what is published."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from pennypot.apps.budgets.models import Budget, SpendingFile, Upload
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


def may_hand_over(actor: Actor, agency: Agency) -> Answer:
    """Those who may write an agency's budget hand its files over, and see what became of them."""
    return may_write_budget(actor, agency)


def may_see_upload(actor: Actor, upload: Upload) -> Answer:
    """A file as it was handed over may hold people's names: only those who may hand it over see it."""
    return may_write_budget(actor, upload.agency)


def may_read_again(actor: Actor, upload: Upload) -> Answer:
    """Until its rows are kept or it is thrown away."""
    if upload.state == Upload.State.SAVED:
        return No(_("The rows of this file are kept. Take them back first."))
    if upload.state == Upload.State.UNDONE:
        return No(_("This file is gone. Hand it over again."))
    return may_write_budget(actor, upload.agency)


def may_keep(actor: Actor, upload: Upload) -> Answer:
    """Once it has been read."""
    if upload.state in (Upload.State.SAVED, Upload.State.UNDONE):
        return may_read_again(actor, upload)
    if upload.state != Upload.State.READY:
        return No(_("This file has not been read yet."))
    return may_write_budget(actor, upload.agency)


def may_throw_away(actor: Actor, upload: Upload) -> Answer:
    """As long as nothing of it is kept."""
    return may_read_again(actor, upload)


def may_take_back(actor: Actor, upload: Upload) -> Answer:
    """What was kept from a file can be taken back: payments always, a budget as long as it is a draft."""
    if upload.state != Upload.State.SAVED:
        return No(_("Nothing of this file is kept."))
    if upload.budget is not None and upload.budget.is_published:
        return No(_("This budget is public and stays as it is. A new version can correct it."))
    return may_write_budget(actor, upload.agency)


def may_publish_spending(actor: Actor, file: SpendingFile) -> Answer:
    """Those who may hand the agency's files over publish its payments, once."""
    if file.state != SpendingFile.State.DRAFT:
        return No(_("These payments are public already, or were taken back."))
    return may_write_budget(actor, file.agency)


def may_see_spending(person: Someone, file: SpendingFile) -> Answer:
    """Everyone sees published payments; a draft is seen by those who may publish it."""
    if file.state == SpendingFile.State.PUBLISHED:
        return Yes()
    return may_write_budget(person, file.agency)


def may_say_what_is_local(actor: Actor, place: Place) -> Answer:
    """The place team says which postcodes and payees are local."""
    if isinstance(actor, TheSystem):
        return Yes()
    return holds(actor, place, Role.PLACE_TEAM, Role.ACCOUNTABLE_OFFICER)


def may_use_desk(person: Someone, place: Place) -> Answer:
    """The officers' desk: whoever may hand over files of any agency here."""
    return holds(person, place, Role.AGENCY_OFFICER, Role.PLACE_TEAM, Role.ACCOUNTABLE_OFFICER)
