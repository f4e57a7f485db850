"""Who may do what with an account. A person's own account is theirs; leaving must not strand a place."""

from __future__ import annotations

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from pennypot.apps.people.models import Person
from pennypot.apps.people.roles import Role
from pennypot.house.answers import Answer, No, Yes


def places_only_they_run(person: Person) -> list[str]:
    """Return the names of places whose place team is this person alone. One SQL query."""
    others = Q(place__memberships__role=Role.PLACE_TEAM, place__memberships__person__is_active=True) & ~Q(
        place__memberships__person=person
    )
    mine = person.memberships.filter(role=Role.PLACE_TEAM)
    return list(
        mine.annotate(others=Count("place__memberships", filter=others))
        .filter(others=0)
        .order_by("place__name")
        .values_list("place__name", flat=True)
    )


def may_leave(person: Person) -> Answer:
    """Anyone may delete their account, except the last one who can look after a place or the installation."""
    places = places_only_they_run(person)
    if places:
        return No(
            _("You are the last person in the place team of %(places)s. Without you nobody could look after it.")
            % {"places": ", ".join(places)},
            _("First invite somebody else to the place team and wait until they have joined. Then come back."),
        )
    if (
        person.is_operator
        and not Person.objects.filter(is_operator=True, is_active=True).exclude(pk=person.pk).exists()
    ):
        return No(
            _("You are the last operator of this site. Without you nobody could look after the server."),
            _("First make somebody else an operator. Then come back."),
        )
    return Yes()
