"""Who looks after the installation. Only the terminal of its server decides that, so there is no page for it."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from pennypot.apps.people import sessions
from pennypot.apps.people.models import Person
from pennypot.house import deeds
from pennypot.house.answers import Invalid


@transaction.atomic
def make_operator(email: str) -> Person:
    """Make a person an operator, and an account for the address if it has none. Twice is the same as once.

    Raises
    ------
    Invalid
        It is no e-mail address.
    """
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise Invalid(_("This is no e-mail address."), "email") from None
    Person.objects.select_for_update().filter(email__iexact=email).first() or Person.objects.create_user(email)
    if Person.objects.filter(email__iexact=email, is_operator=False).update(is_operator=True, is_active=True):
        person = Person.objects.get(email__iexact=email)
        deeds.record("people.operator.made", actor=None, about=person, after={"is_operator": True})
    return Person.objects.get(email__iexact=email)


@transaction.atomic
def end_operator(email: str) -> Person:
    """Take the operator's role from a person, whose sessions end.

    Raises
    ------
    Invalid
        Nobody with this address is an operator.
    """
    person = Person.objects.select_for_update().filter(email__iexact=email.strip(), is_operator=True).first()
    if person is None:
        raise Invalid(_("Nobody with this e-mail address is an operator."), "email")
    person.is_operator = False
    person.save(update_fields=["is_operator"])
    sessions.end_all(person)
    deeds.record("people.operator.ended", actor=None, about=person, before={"is_operator": True})
    return person
