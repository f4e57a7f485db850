"""Who may do what in a place. Every other room asks `holds`."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from pennypot.apps.people.models import Person
from pennypot.apps.people.roles import NEEDS_SECOND_FACTOR, Role
from pennypot.apps.places.models import Agency, Invitation, Membership, Place
from pennypot.house.answers import Answer, No, Yes

Someone = Person | AnonymousUser


def roles_in(person: Someone, place: Place) -> frozenset[tuple[str, int | None]]:
    """Return the person's (role, agency id) pairs in the place; one query a person and request."""
    if not isinstance(person, Person):
        return frozenset()
    known: dict[int, set[tuple[str, int | None]]] | None = getattr(person, "_known_roles", None)
    if known is None:
        known = {}
        for place_id, role, agency_id in person.memberships.values_list("place_id", "role", "agency_id"):
            known.setdefault(place_id, set()).add((role, agency_id))
        person._known_roles = known  # type: ignore[attr-defined]
    return frozenset(known.get(place.pk, ()))


def holds(person: Someone, place: Place, *roles: Role, agency: Agency | None = None) -> Answer:
    """Say whether the person holds one of the roles here and, where the role needs it, passed a second factor.

    Parameters
    ----------
    person
        The signed-in person, or an anonymous one.
    place
        Where.
    roles
        Any of these is enough.
    agency
        For `Role.AGENCY_OFFICER`: it must be an officer of this agency.
    """
    if not isinstance(person, Person):
        return No(_("Please sign in first."), _("Sign in"), reverse("account_login"))
    held = [
        role
        for role, agency_id in roles_in(person, place)
        if role in roles and (role != Role.AGENCY_OFFICER or agency is None or agency_id == agency.pk)
    ]
    if not held:
        named = format_lazy("{}", ", ".join(str(role.label) for role in roles))
        if agency is not None and Role.AGENCY_OFFICER in roles:
            return No(
                _("Only these people can do this for %(agency)s: %(roles)s.") % {"agency": agency.name, "roles": named}
            )
        return No(_("Only these people of %(place)s can do this: %(roles)s.") % {"place": place.name, "roles": named})
    if any(role not in NEEDS_SECOND_FACTOR for role in held) or person.second_factor:
        return Yes()
    return No(
        _("Officers need a second step when they sign in, so that nobody can act in their name."),
        _("Set up or use your second step"),
        reverse("mfa_index"),
    )


def may_see(person: Someone, place: Place) -> Answer:
    """Everyone sees an open place; one being set up is seen by those who have a role in it, and the operator."""
    if place.is_open or roles_in(person, place) or (isinstance(person, Person) and person.is_operator):
        return Yes()
    return No(_("This place is still being set up. It will open here soon."))


def may_set_up(person: Someone, place: Place) -> Answer:
    """The place team sets up areas, agencies and look."""
    return holds(person, place, Role.PLACE_TEAM, Role.ACCOUNTABLE_OFFICER)


def may_open(person: Someone, place: Place) -> Answer:
    """The place team opens the place when it has what its home page says: residents with a source, and an agency."""
    answer = may_set_up(person, place)
    if not answer:
        return answer
    if not (place.population and place.population_source):
        return No(_("First say how many people live here, and where the number comes from."))
    if not place.agencies.exists():
        return No(_("First add at least one agency that spends money here."))
    return Yes()


def may_manage_people(person: Someone, place: Place) -> Answer:
    """The place team invites people and ends roles."""
    return holds(person, place, Role.PLACE_TEAM)


def may_accept(person: Someone, invitation: Invitation) -> Answer:
    """Only the person whose checked e-mail address got the letter; and nobody takes a role from their own hand.

    An operator who makes a place may be its first team member: that letter is theirs to themselves.
    """
    if not isinstance(person, Person):
        return No(
            _("Please sign in with the e-mail address that got the letter."), _("Sign in"), reverse("account_login")
        )
    addresses = EmailAddress.objects.filter(user_id=person.pk, verified=True)
    if not addresses.filter(email__iexact=invitation.email).exists():
        return No(_("This invitation went to another e-mail address. Sign in with the address that got the letter."))
    if invitation.invited_by_id == person.pk and not (person.is_operator and invitation.role == Role.PLACE_TEAM):
        return No(_("Nobody can give a role to themselves. Ask another member of the team."))
    return Yes()


# Roles that people take by saying so; all others need an invitation.
OPEN_ROLES = (Role.RESIDENT, Role.GROUP_MEMBER)


def may_join(person: Someone, place: Place, role: str) -> Answer:
    """Anyone signed in may say that they live here or speak for a group, once the place is open."""
    if role not in OPEN_ROLES:
        return No(_("This role is given by an invitation."))
    if not isinstance(person, Person):
        return No(_("Please sign in first."), _("Sign in"), reverse("account_login"))
    if not place.is_open:
        return No(_("This place is still being set up. It will open here soon."))
    return Yes()


def may_end_role(person: Someone, membership: Membership) -> Answer:
    """Everyone may lay down their own role; the place team may end the others'."""
    if isinstance(person, Person) and membership.person_id == person.pk:
        return Yes()
    return may_manage_people(person, membership.place)


def may_read_deeds(person: Someone, place: Place) -> Answer:
    """The place team, the accountable officer and scrutineers read who did what."""
    return holds(person, place, Role.PLACE_TEAM, Role.ACCOUNTABLE_OFFICER, Role.SCRUTINEER)


def may_make_place(person: Someone) -> Answer:
    """The operator makes places."""
    if not isinstance(person, Person):
        return No(_("Please sign in first."), _("Sign in"), reverse("account_login"))
    if not person.is_operator:
        return No(_("Only the operator of this site can add a place."))
    if not person.second_factor:
        return No(
            _("Operators need a second step when they sign in, so that nobody can act in their name."),
            _("Set up or use your second step"),
            reverse("mfa_index"),
        )
    return Yes()
