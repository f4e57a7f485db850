"""Inviting people to a role: sent, sent again, withdrawn, accepted.

The link holds a random token; the table holds only its SHA-256, so that nobody who reads the database can accept for
somebody else. Accepting is one conditional UPDATE, so a link works once however often it is pressed.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from pennypot.apps.people.models import Person
from pennypot.apps.people.roles import Role
from pennypot.apps.places.letters import send_invitation
from pennypot.apps.places.models import Agency, Invitation, Membership, Place
from pennypot.apps.places.permissions import may_accept, may_manage_people
from pennypot.apps.places.tokens import hash_of
from pennypot.house import deeds
from pennypot.house.answers import Invalid, require

LASTS = timedelta(days=14)
BETWEEN_LETTERS = timedelta(minutes=1)


@dataclass(frozen=True)
class Sent:
    """An invitation and whether its letter left."""

    invitation: Invitation
    letter_left: bool


def invite(person: Person, place: Place, *, email: str, role: str, agency: Agency | None) -> Sent:
    """Invite an e-mail address to a role in the place.

    Raises
    ------
    Refused
        The person is not in the place team.
    Invalid
        It is their own address, the role does not fit the agency, or the same offer is open or taken already.
    """
    require(may_manage_people(person, place))
    email = email.strip().lower()
    if _is_own(person, email):
        raise Invalid(_("Nobody can give a role to themselves. Ask another member of the team."), "email")
    if role not in Role.values or role == Role.OPERATOR:
        raise Invalid(_("Choose one of these roles."), "role")
    if role == Role.AGENCY_OFFICER and (agency is None or agency.place_id != place.pk):
        raise Invalid(_("Say which agency this officer works for."), "agency")
    if role != Role.AGENCY_OFFICER:
        agency = None
    if Membership.objects.filter(person__email__iexact=email, place=place, role=role, agency=agency).exists():
        raise Invalid(_("This person has that role already."), "email")
    try:
        with transaction.atomic():
            send = _offer(person, place, email, role, agency)
    except IntegrityError:
        raise Invalid(_("This offer is open already. You can send its letter again below."), "email") from None
    return send()


def invite_first(operator: Person, place: Place, email: str) -> Callable[[], Sent]:
    """Invite the first member of a new place's team, inside the transaction that makes the place.

    It may be the operator's own address: in a small place one volunteer does both, and the deed tells so.
    Return what sends the letter, to be called after the commit.
    """
    return _offer(operator, place, email.strip().lower(), Role.PLACE_TEAM, None)


def _offer(person: Person, place: Place, email: str, role: str, agency: Agency | None) -> Callable[[], Sent]:
    token = secrets.token_urlsafe(32)
    now = timezone.now()
    invitation = Invitation.objects.create(
        place=place,
        email=email,
        role=role,
        agency=agency,
        token_hash=hash_of(token),
        invited_by=person,
        sent_at=now,
        expires_at=now + LASTS,
    )
    # The address is not in the deed: deeds are kept for ever, addresses are not.
    after = {"role": role, "agency": agency.slug if agency else ""}
    deeds.record("places.invitation.sent", actor=person, about=invitation, place=place, after=after)
    return lambda: Sent(invitation, send_invitation(invitation, token))


def send_again(person: Person, invitation: Invitation) -> Sent:
    """Send a new letter with a new link, which lasts fourteen days again; the old link stops working.

    Raises
    ------
    Invalid
        It was used or withdrawn, or the last letter left less than a minute ago.
    """
    place = invitation.place
    require(may_manage_people(person, place))
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        sent = Invitation.objects.filter(
            pk=invitation.pk, used_at=None, withdrawn_at=None, sent_at__lt=Now() - BETWEEN_LETTERS
        ).update(token_hash=hash_of(token), sent_at=Now(), expires_at=Now() + LASTS)
        if not sent:
            raise Invalid(_("The last letter left less than a minute ago, or the invitation is no longer open."))
        deeds.record("places.invitation.sent-again", actor=person, about=invitation, place=place)
    invitation.refresh_from_db()
    return Sent(invitation, send_invitation(invitation, token))


def withdraw(person: Person, invitation: Invitation) -> None:
    """Take an open invitation back; its link stops working.

    Raises
    ------
    Invalid
        It was used already.
    """
    place = invitation.place
    require(may_manage_people(person, place))
    with transaction.atomic():
        open_ones = Invitation.objects.filter(pk=invitation.pk, used_at=None, withdrawn_at=None)
        if not open_ones.update(withdrawn_at=Now()):
            raise Invalid(_("This invitation is no longer open."))
        deeds.record("places.invitation.withdrawn", actor=person, about=invitation, place=place)


def accept(person: Person, invitation: Invitation) -> Membership:
    """Take the role that the invitation offers.

    Raises
    ------
    Refused
        It was sent to another address, or by the person to themselves.
    Invalid
        It was used or withdrawn, or is too old.
    """
    require(may_accept(person, invitation))
    with transaction.atomic():
        open_ones = Invitation.objects.filter(
            pk=invitation.pk, token_hash=invitation.token_hash, used_at=None, withdrawn_at=None, expires_at__gt=Now()
        )
        if not open_ones.update(used_at=Now(), used_by=person):
            raise Invalid(_("This invitation was used or withdrawn, or it is too old. Ask the team for a new one."))
        membership, _made = Membership.objects.get_or_create(
            person=person, place=invitation.place, role=invitation.role, agency=invitation.agency
        )
        after = {"role": invitation.role, "agency": invitation.agency.slug if invitation.agency else ""}
        deeds.record("places.invitation.accepted", actor=person, about=invitation, place=invitation.place, after=after)
    person.__dict__.pop("_known_roles", None)
    return membership


def _is_own(person: Person, email: str) -> bool:
    addresses = EmailAddress.objects.filter(user_id=person.pk, email__iexact=email)
    return person.email.lower() == email or addresses.exists()
