"""Fixing the ballot: frozen copies in a drawn order, and the rules frozen with them."""

from __future__ import annotations

import secrets

from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pennypot.apps.people.models import Person
from pennypot.apps.rounds import clock
from pennypot.apps.rounds.models import BallotItem, Proposal, Round
from pennypot.apps.rounds.permissions.rounds import may_fix_ballot, may_take_off_ballot
from pennypot.apps.rounds.queries.ballot import candidates, drawn_order, pot_for, rivals_of
from pennypot.apps.rounds.rules import card_of
from pennypot.house import deeds
from pennypot.house.answers import Invalid, require


def fix_ballot(
    person: Person | None, round: Round, *, order_seed: str = "", leave_out_undecided: bool = False
) -> list[BallotItem]:
    """Fix the ballot of a round in its stage. From then on neither it nor the rules can change.

    Parameters
    ----------
    person
        Who does it; None for the schedule, which needs no role but the same stage.
    order_seed
        A public text (the numbers of a lottery) from which the order is drawn; a random one is made if left out.
        It is published with the ballot, so that anybody can draw the order again.
    leave_out_undecided
        Go on although some proposals have no decision; they are then not on the ballot.

    Raises
    ------
    Refused, Invalid
        The person may not; it is not the time; proposals have no decision yet; nothing is left to vote on.
    """
    if person is not None:
        require(may_fix_ballot(person, round))
    return write_ballot(round, by=person, order_seed=order_seed, leave_out_undecided=leave_out_undecided)


def write_ballot(
    round: Round, *, by: Person | None, order_seed: str = "", leave_out_undecided: bool = False
) -> list[BallotItem]:
    """Write the ballot itself; permission is the caller's business. The demonstration calls it."""
    with transaction.atomic():
        now = Round.objects.select_for_update().select_related("place").get(pk=round.pk)
        if now.rules_frozen_at is not None:
            return list(now.ballot.order_by("position"))
        found = candidates(now)
        if found.undecided and not leave_out_undecided:
            raise Invalid(
                ngettext(
                    "%(number)d proposal has no decision yet. Decide it first, or say that it is left out.",
                    "%(number)d proposals have no decision yet. Decide them first, or say that they are left out.",
                    len(found.undecided),
                )
                % {"number": len(found.undecided)},
                "leave_out",
            )
        if not found.accepted:
            raise Invalid(_("No proposal has been accepted, so there is nothing to vote on."))
        seed = order_seed.strip() or secrets.token_hex(16)
        items = _copies(now, found.accepted, seed)
        BallotItem.objects.bulk_create(items)
        _check_rivals(now)
        Proposal.objects.bulk_update([item.proposal for item in items], ["ballot_position"])
        now.order_seed, now.rules_frozen_at = seed, clock.database_now()
        now.save(update_fields=["order_seed", "rules_frozen_at"])
        after = {"projects": len(items), "order_seed": seed, "left_out": [one.number for one in found.undecided]}
        deeds.record("rounds.ballot.fixed", actor=by, about=now, place=now.place, after=after)
    round.order_seed, round.rules_frozen_at = now.order_seed, now.rules_frozen_at
    return items


def _copies(round: Round, accepted: list[Proposal], seed: str) -> list[BallotItem]:
    pots = list(round.pots.select_related("area", "category"))
    by_number = {one.number: one for one in accepted if one.number is not None}
    items = []
    for position, number in enumerate(drawn_order(seed, list(by_number)), start=1):
        one = by_number[number]
        if not 0 < one.cost_pence <= round.budget_pence:
            said = _("“%(title)s” costs nothing, or more than the round has. Put that right in the review.")
            raise Invalid(said % {"title": one.title})
        one.ballot_position = position
        items.append(
            BallotItem(
                round=round,
                proposal=one,
                number=number,
                position=position,
                title=one.title,
                summary=one.plain_summary,
                cost_pence=one.cost_pence,
                pot=pot_for(one, pots),
                area_name=one.area.name if one.area else "",
                category_name=one.category.name if one.category else "",
            )
        )
    return items


def _check_rivals(round: Round) -> None:
    """Rivals that draw on different pots could not be counted; it is said now and not on the evening of the count."""
    pots = dict(round.ballot.values_list("number", "pot_id"))
    for group in rivals_of(round):
        if card_of(round).pots and len({pots[int(number)] for number in group}) > 1:
            said = _("Proposals %(numbers)s are declared rivals, but their money comes from different pots.")
            raise Invalid(said % {"numbers": ", ".join(group)})


def take_off_ballot(person: Person, item: BallotItem, *, reason: str) -> None:
    """Take a project off the ballot, with a public reason. It stays visible, struck through, and cannot win.

    Raises
    ------
    Refused, Invalid
        The person may not, voting has closed, or no reason is given.
    """
    require(may_take_off_ballot(person, item.round))
    if not reason.strip():
        raise Invalid(_("Say why, so that everybody can read it."), "reason")
    with transaction.atomic():
        try:
            with transaction.atomic():
                changed = BallotItem.objects.filter(pk=item.pk, withdrawn_at__isnull=True).update(
                    withdrawn_at=clock.database_now(), withdrawn_reason=reason.strip()
                )
        except DatabaseError as problem:
            if getattr(problem.__cause__, "sqlstate", "") != "23001":
                raise
            raise Invalid(_("Voting has closed, so nothing is taken off the ballot any more.")) from problem
        if changed:
            deeds.record(
                "rounds.ballot.taken-off",
                actor=person,
                about=item.round,
                place=item.round.place,
                after={"number": item.number, "title": item.title},
                reason=reason.strip(),
            )
    item.refresh_from_db()
