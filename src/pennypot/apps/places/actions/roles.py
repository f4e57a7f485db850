"""Taking up and ending roles."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from pennypot.apps.people import sessions
from pennypot.apps.people.models import Person
from pennypot.apps.people.roles import Role
from pennypot.apps.places.models import Membership, Place
from pennypot.apps.places.permissions import may_end_role, may_join
from pennypot.house import deeds
from pennypot.house.answers import Invalid, No, Refused, require


def join(person: Person, place: Place, role: str) -> Membership:
    """Say "I live here" or "I speak for a group". Saying it twice is the same as once.

    Raises
    ------
    Refused
        The place is not open, or the role is one that only an invitation gives.
    """
    require(may_join(person, place, role))
    with transaction.atomic():
        membership, made = Membership.objects.get_or_create(person=person, place=place, role=role, agency=None)
        if made:
            deeds.record("places.role.taken", actor=person, about=membership, place=place, after={"role": role})
    person.__dict__.pop("_known_roles", None)
    return membership


def end_role(person: Person, membership: Membership, reason: str) -> None:
    """End a role: one's own, or by the place team somebody else's, with the reason.

    The person's sessions end when somebody else took a role away, so that no open page acts with it.

    Raises
    ------
    Refused
        The person may not, or it is the last member of the place team.
    Invalid
        The role of somebody else is ended without a reason.
    """
    require(may_end_role(person, membership))
    own = membership.person_id == person.pk
    reason = reason.strip()
    if not own and not reason:
        raise Invalid(_("Say why. It is kept with what you did, and the person may ask."), "reason")
    with transaction.atomic():
        if membership.role == Role.PLACE_TEAM:
            _keep_one_in_the_team(membership)
        ended, _by_table = Membership.objects.filter(pk=membership.pk).delete()
        if not ended:
            raise Invalid(_("This role has ended already."))
        before = {
            "person": membership.person_id,
            "role": membership.role,
            "agency": membership.agency.slug if membership.agency else "",
        }
        about = Membership(pk=membership.pk)
        deeds.record(
            "places.role.ended", actor=person, about=about, place=membership.place, before=before, reason=reason
        )
        if not own:
            sessions.end_all(membership.person)
    person.__dict__.pop("_known_roles", None)


def _keep_one_in_the_team(membership: Membership) -> None:
    """Lock the team, then count: two last members who end each other's role at once must not both succeed."""
    team = Membership.objects.filter(place=membership.place_id, role=Role.PLACE_TEAM)
    list(team.order_by("pk").select_for_update().values_list("pk"))
    if not team.filter(person__is_active=True).exclude(pk=membership.pk).exists():
        raise Refused(
            No(
                _("A place needs somebody in its team. This is the last one."),
                _("First invite somebody else to the place team and wait until they have joined."),
            )
        )
