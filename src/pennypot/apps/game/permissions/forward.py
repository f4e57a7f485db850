"""Who takes a project forward, and who says that an offer is real."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from pennypot.apps.game.finished import is_finished
from pennypot.apps.game.models import Confirmation, Phone, Table
from pennypot.apps.people.models import Person
from pennypot.apps.places.permissions import Someone
from pennypot.house.answers import Answer, No, Yes
from pennypot.play import State


def may_ask(phone: Phone | None, table: Table, state: State, project: str, offer: str = "") -> Answer:
    """Say whether the browser at the table speaks for the seat: the one that leads, or the one that offered."""
    if not is_finished(state):
        return No(_("This table is still playing. Projects go forward when it has finished."))
    if state.projects[project].state != "ready":
        return No(_("Only a project that is ready goes forward."))
    if phone is None or phone.chair.table_id != table.pk:
        return No(_("Only somebody who sits at this table can do this, from their own phone."))
    if not offer:
        if phone.chair.seat in state.projects[project].leads:
            return Yes()
        return No(_("Only a seat that leads this project takes it forward."))
    given = state.offers.get(offer)
    if given is None or given.project != project:
        return No(_("There is no such offer."))
    if given.seat != phone.chair.seat:
        return No(_("Only the seat that made this offer can confirm it."))
    return Yes()


def may_confirm(person: Someone, asked: Confirmation) -> Answer:
    """Only the person whose checked e-mail address got the letter."""
    if not isinstance(person, Person):
        return No(
            _("Please sign in with the e-mail address that got the letter."), _("Sign in"), reverse("account_login")
        )
    if not EmailAddress.objects.filter(user_id=person.pk, verified=True, email__iexact=asked.address).exists():
        return No(_("This letter went to another e-mail address. Sign in with the address that got it."))
    return Yes()
