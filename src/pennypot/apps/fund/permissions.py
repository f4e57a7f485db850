"""Who may do what with the one per cent. Everybody may look."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from pennypot.apps.fund.models import Contribution, Entry, PolicyVersion
from pennypot.apps.people.roles import Role
from pennypot.apps.places.models import Place
from pennypot.apps.places.permissions import Someone, holds
from pennypot.house.answers import Answer, No


def may_propose_policy(person: Someone, place: Place) -> Answer:
    """The place team or the accountable officer proposes a policy."""
    return holds(person, place, Role.PLACE_TEAM, Role.ACCOUNTABLE_OFFICER)


def may_adopt_policy(person: Someone, policy: PolicyVersion) -> Answer:
    """The accountable officer adopts what somebody else proposed: two people stand behind a policy."""
    answer = holds(person, policy.place, Role.ACCOUNTABLE_OFFICER)
    if not answer:
        return answer
    if policy.is_adopted:
        return No(_("This policy is adopted already. To change it, propose a new one."))
    if policy.drafted_by_id is not None and policy.drafted_by_id == getattr(person, "pk", None):
        return No(_("You proposed this policy, so somebody else has to adopt it: two people stand behind it."))
    return answer


def may_set_contributions(person: Someone, place: Place) -> Answer:
    """The place team or the accountable officer has the contributions worked out."""
    return holds(person, place, Role.PLACE_TEAM, Role.ACCOUNTABLE_OFFICER)


def may_sign_pledge(person: Someone, contribution: Contribution) -> Answer:
    """Only an officer of the agency that pays signs its pledge."""
    return holds(person, contribution.policy.place, Role.AGENCY_OFFICER, agency=contribution.agency)


def may_keep_books(person: Someone, place: Place) -> Answer:
    """The place team or the accountable officer records payments, splits the fund and takes mistakes back."""
    return holds(person, place, Role.PLACE_TEAM, Role.ACCOUNTABLE_OFFICER)


def may_reverse(person: Someone, entry: Entry) -> Answer:
    """Somebody other than the one who wrote the entry takes it back, once."""
    answer = may_keep_books(person, entry.place)
    if not answer:
        return answer
    if entry.kind == Entry.Kind.REVERSAL:
        return No(_("This entry takes another one back. If that was wrong, record the payment again."))
    if hasattr(entry, "reversed_by"):
        return No(_("This entry was taken back already."))
    if entry.made_by_id is not None and entry.made_by_id == getattr(person, "pk", None):
        return No(
            _("You wrote this entry, so somebody else has to take it back: two people stand behind a correction.")
        )
    return answer
