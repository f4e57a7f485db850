"""Signing a pledge: an officer promises what the agency will pay, and says where each pound comes from."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from pennypot.apps.fund.models import Contribution, Pledge
from pennypot.apps.fund.permissions import may_sign_pledge
from pennypot.apps.people.models import Person
from pennypot.house import deeds
from pennypot.house.answers import Invalid, require
from pennypot.house.money import pounds


@dataclass(frozen=True)
class Promise:
    """What is promised, in pence, by where it comes from."""

    new_pence: int = 0
    redirected_pence: int = 0
    capital_pence: int = 0

    @property
    def total(self) -> int:
        return self.new_pence + self.redirected_pence + self.capital_pence


def sign_pledge(
    person: Person, contribution: Contribution, promise: Promise, *, version: int, reason: str = ""
) -> Pledge:
    """Sign the pledge of an agency, or change it by signing a new version.

    Parameters
    ----------
    version
        The version that the page offered: one more than the last it showed. Signing twice, or two officers at once,
        makes one pledge, because a version is signed only once.
    reason
        Needed when the pledge is changed, or is less than what is due.

    Raises
    ------
    Refused, Invalid
        The person is no officer of the agency or has no second factor; the amounts make no sense; it is signed.
    """
    require(may_sign_pledge(person, contribution))
    return write_pledge(contribution, promise, version=version, by=person, reason=reason)


def write_pledge(
    contribution: Contribution, promise: Promise, *, version: int, by: Person | None, reason: str = "", label: str = ""
) -> Pledge:
    """Write the pledge itself. The demonstration calls it for nobody, with its label."""
    if min(promise.new_pence, promise.redirected_pence, promise.capital_pence) < 0:
        raise Invalid(_("An amount cannot be below nought."))
    if promise.total > contribution.due_pence:
        raise Invalid(
            _("Together these are %(total)s, and only %(due)s is due. Lower one of them.")
            % {"total": pounds(promise.total), "due": pounds(contribution.due_pence)}
        )
    if not reason.strip() and (version > 1 or promise.total < contribution.due_pence):
        raise Invalid(_("Say why the pledge is changed, or is less than what is due."), "reason")
    before = contribution.pledges.first()
    if version != (before.version if before else 0) + 1:
        raise Invalid(_("This pledge was signed in the meantime. Look at it again before you change it."))
    try:
        with transaction.atomic():
            pledge = Pledge.objects.create(
                contribution=contribution,
                version=version,
                new_pence=promise.new_pence,
                redirected_pence=promise.redirected_pence,
                capital_pence=promise.capital_pence,
                reason=reason,
                label=label,
                signed_by=by,
            )
            deeds.record(
                "fund.pledge.signed",
                actor=by,
                about=pledge,
                place=contribution.policy.place,
                before={"pence": before.amount_pence} if before else {},
                after={"pence": promise.total, "agency": contribution.agency.slug, "version": version},
                reason=reason,
            )
    except IntegrityError as problem:
        raise Invalid(_("This pledge was signed in the meantime. Look at it again before you change it.")) from problem
    return pledge
