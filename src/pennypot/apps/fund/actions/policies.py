"""Proposing and adopting a policy, and setting what each agency owes under it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from pennypot.apps.budgets.queries import Pool, pool
from pennypot.apps.fund.actions.books import accounts, open_ledger
from pennypot.apps.fund.bases import Due, Policy, contributions, work_out
from pennypot.apps.fund.models import Contribution, Ledger, PolicyVersion
from pennypot.apps.fund.permissions import may_adopt_policy, may_propose_policy, may_set_contributions
from pennypot.apps.fund.shares import CannotShare
from pennypot.apps.fund.words import cannot_share_said
from pennypot.apps.people.models import Person
from pennypot.apps.places.models import Agency, Place
from pennypot.apps.places.permissions import Someone
from pennypot.house import deeds
from pennypot.house.answers import Invalid, require


def propose_policy(
    person: Person,
    place: Place,
    policy: Policy,
    *,
    year: str,
    preset: str = "",
    source: str = "",
    due_on: date | None = None,
    reason: str,
) -> PolicyVersion:
    """Propose a policy for a year; a proposal that is not adopted yet is replaced.

    Raises
    ------
    Refused, Invalid
        The person may not; the year or the reason is missing; somebody else proposed one at the same moment.
    """
    require(may_propose_policy(person, place))
    return draft_policy(place, policy, year=year, preset=preset, source=source, due_on=due_on, reason=reason, by=person)


def draft_policy(place: Place, policy: Policy, *, year: str, by: Person | None, **words: Any) -> PolicyVersion:
    """Write the proposal itself. The demonstration calls it for nobody."""
    if not year:
        raise Invalid(_("Say which year the policy is for."), "year")
    if not words.get("reason", "").strip():
        raise Invalid(_("Say why, so that people can follow the decision."), "reason")
    fields = _columns(policy) | words | {"drafted_by": by, "drafted_at": timezone.now()}
    try:
        with transaction.atomic():
            changed = PolicyVersion.objects.filter(place=place, year=year, state=PolicyVersion.State.DRAFT)
            if not changed.update(**fields):
                last = PolicyVersion.objects.filter(place=place).aggregate(last=Max("version"))["last"] or 0
                PolicyVersion.objects.create(place=place, year=year, version=last + 1, **fields)
            version = changed.get()
            deeds.record(
                "fund.policy.proposed",
                actor=by,
                about=version,
                place=place,
                after=_columns(policy) | {"year": year},
                reason=version.reason,
            )
    except IntegrityError as problem:
        raise Invalid(_("Somebody else proposed a policy at the same moment. Look at theirs first.")) from problem
    return version


def adopt_policy(person: Person, policy: PolicyVersion, *, seen: datetime) -> PolicyVersion:
    """Adopt a proposed policy as it was seen, and set what each agency owes where the pool is known.

    Parameters
    ----------
    seen
        `PolicyVersion.drafted_at` of the page that the person looked at: a proposal that was changed since is not
        adopted.
    """
    require(may_adopt_policy(person, policy))
    return put_in_force(policy, by=person, seen=seen)


def put_in_force(policy: PolicyVersion, *, by: Person | None, seen: datetime) -> PolicyVersion:
    """Do the adopting. The demonstration calls it for nobody."""
    place = policy.place
    open_ledger(place)
    with transaction.atomic():
        # The condition, not a check before it, decides who was first. Nobody adopts what they drafted.
        mine = Q(drafted_by__isnull=False, drafted_by=by) if by else Q(pk__in=[])
        draft = PolicyVersion.objects.filter(pk=policy.pk, state=PolicyVersion.State.DRAFT, drafted_at=seen)
        done = draft.exclude(mine).update(state=PolicyVersion.State.ADOPTED, adopted_by=by, adopted_at=timezone.now())
        if not done:
            raise Invalid(_("The proposal was changed or adopted since you looked at it. Look at it again first."))
        policy.refresh_from_db()
        known = pool(place, policy.year)
        due = _write_contributions(policy, known) if known.lines else []
        deeds.record(
            "fund.policy.adopted",
            actor=by,
            about=policy,
            place=place,
            before={"state": PolicyVersion.State.DRAFT},
            after={"state": PolicyVersion.State.ADOPTED, "contributions": {one.agency.slug: one.pence for one in due}},
            reason=policy.reason,
        )
    return policy


def set_contributions(person: Someone, policy: PolicyVersion) -> list[Contribution]:
    """Set what each agency owes under a policy that was adopted before any budget was published; once."""
    require(may_set_contributions(person, policy.place))
    if not policy.is_adopted:
        raise Invalid(_("Only an adopted policy says what each agency owes."))
    open_ledger(policy.place)
    known = pool(policy.place, policy.year)
    if not known.lines:
        raise Invalid(_("No agency has published a budget for this year yet, so nothing can be worked out."))
    try:
        with transaction.atomic():
            due = _write_contributions(policy, known)
            deeds.record(
                "fund.contributions.set",
                actor=person,
                about=policy,
                place=policy.place,
                after={"contributions": {one.agency.slug: one.pence for one in due}},
            )
    except IntegrityError as problem:
        raise Invalid(_("The contributions under this policy are set already.")) from problem
    return list(policy.contributions.select_related("agency"))


def _columns(policy: Policy) -> dict[str, Any]:
    """The policy as columns of `PolicyVersion`, ready for JSON too."""
    return {
        "rate": policy.rate,
        "base": str(policy.base),
        "year_kind": str(policy.year_kind),
        "excluded": sorted(policy.excluded),
        "counts": str(policy.counts),
        "floor_pence": policy.floor_pence,
        "cap_pence": policy.cap_pence,
        "rounding": str(policy.rounding),
        "unit_pence": policy.unit_pence,
        "carry_over": str(policy.carry_over),
        "binding": policy.binding,
    }


def _write_contributions(policy: PolicyVersion, known: Pool) -> list[Due]:
    found = work_out(policy.as_policy(), known.lines)
    if not found.is_known:
        return []
    try:
        due = contributions(found)
    except CannotShare as problem:
        raise Invalid(cannot_share_said(problem)) from problem
    Contribution.objects.bulk_create(
        Contribution(
            policy=policy,
            agency_id=one.agency.id,
            base_pence=one.agency.pence,
            due_pence=one.pence,
            limit=one.share.limit,
            extra_penny=one.share.extra,
        )
        for one in due
    )
    agencies = Agency.objects.in_bulk([one.agency.id for one in due])
    accounts(policy.place, [(f"agency:{one.agency.slug}", agencies[one.agency.id].said_name, 0) for one in due])
    _set_floors(policy.place)
    return due


def _set_floors(place: Place) -> None:
    """Let each agency's account fall as far as it owes, over the policy in force of each year, and no further.

    An agency that paid more under an earlier version keeps what it paid.
    """
    # Queue where every writer of the ledger queues, so that no two wait for each other's accounts.
    Ledger.objects.select_for_update(no_key=True).get(place=place)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH in_force AS (
              SELECT DISTINCT ON (year) id FROM fund_policyversion
              WHERE place_id = %(place)s AND state = 'adopted' ORDER BY year, version DESC
            ), owed AS (
              SELECT 'agency:' || agency.slug AS code, sum(contribution.due_pence) AS pence
              FROM fund_contribution contribution
              JOIN in_force ON in_force.id = contribution.policy_id
              JOIN places_agency agency ON agency.id = contribution.agency_id
              GROUP BY agency.slug
            )
            UPDATE fund_account SET floor_pence = least(-coalesce(owed.pence, 0), fund_account.balance_pence)
            FROM fund_account mine LEFT JOIN owed ON owed.code = mine.code
            WHERE fund_account.id = mine.id AND mine.place_id = %(place)s AND mine.code LIKE 'agency:%%'
            """,
            {"place": place.pk},
        )
