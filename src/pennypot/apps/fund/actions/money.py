"""Moving money: an agency pays its share, the fund is split among areas, a mistake is taken back."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from pennypot.apps.fund.actions.books import Move, accounts, open_ledger, post
from pennypot.apps.fund.areas import AreaShare, Method, split
from pennypot.apps.fund.models import Account, Contribution, Entry, Money
from pennypot.apps.fund.permissions import may_keep_books, may_reverse
from pennypot.apps.fund.shares import CannotShare
from pennypot.apps.fund.words import cannot_share_said
from pennypot.apps.people.models import Person
from pennypot.apps.places.models import Area, Place
from pennypot.house import deeds
from pennypot.house.answers import Invalid, require


def record_payment(
    person: Person, contribution: Contribution, pence: int, *, money: str, key: str, memo: str = ""
) -> Entry:
    """Record that an agency paid towards its share.

    Parameters
    ----------
    pence
        What arrived; together with earlier payments never more than what is due.
    money
        Where it comes from (`Money`): every pound is labelled.
    key
        The form's own key: sending the form twice records one payment.
    """
    require(may_keep_books(person, contribution.policy.place))
    return write_payment(contribution, pence, money=money, key=key, memo=memo, by=person)


def write_payment(
    contribution: Contribution, pence: int, *, money: str, key: str, memo: str, by: Person | None
) -> Entry:
    """Write the payment itself. The demonstration calls it for nobody."""
    if pence <= 0:
        raise Invalid(_("Write an amount above nought."), "amount")
    if money not in Money.values:
        raise Invalid(_("Say whether it is new money, redirected, or for building and buying."), "money")
    place, agency = contribution.policy.place, contribution.agency
    open_ledger(place)
    with transaction.atomic():
        found = accounts(place, [(f"agency:{agency.slug}", agency.said_name, 0), ("fund", "", 0)])
        move = Move(found[f"agency:{agency.slug}"], found["fund"], pence, money)
        entry, made = post(
            place,
            key=key,
            kind=Entry.Kind.CONTRIBUTION,
            year=contribution.policy.year,
            moves=[move],
            memo=memo,
            made_by=by.pk if by else None,
        )
        if made:
            _deed("fund.payment.recorded", by, entry, {"agency": agency.slug, "pence": pence, "money": money})
    return entry


def split_to_areas(
    person: Person, place: Place, pence: int, *, method: str, year: str, key: str, memo: str = ""
) -> Entry:
    """Split money of the fund among the place's areas, exact to the penny.

    Raises
    ------
    Refused, Invalid
        The person may not; the fund has not so much; there are no areas, or their residents are not known.
    """
    require(may_keep_books(person, place))
    if method not in Method.values:
        raise Invalid(_("Choose how to split it."), "method")
    if pence <= 0:
        raise Invalid(_("Write an amount above nought."), "amount")
    parts = shares_for(place, pence, method)
    open_ledger(place)
    with transaction.atomic():
        moves = _area_moves(place, parts)
        entry, made = post(place, key=key, kind=Entry.Kind.SPLIT, year=year, moves=moves, memo=memo, made_by=person.pk)
        if made:
            _deed("fund.split.made", person, entry, {"pence": pence, "method": str(method), "areas": len(moves)})
    return entry


def shares_for(place: Place, pence: int, method: str) -> list[AreaShare]:
    """Divide an amount among the areas that have no parts of their own. One SQL query."""
    areas = smallest_areas(place)
    if not areas:
        raise Invalid(_("This place has no areas yet. Add them first."))
    try:
        return split(pence, areas, method)
    except CannotShare as problem:
        raise Invalid(cannot_share_said(problem), "method") from problem


def smallest_areas(place: Place) -> Sequence[Area]:
    """Return the areas that get pots: those that no other area is a part of. One SQL query."""
    return list(place.areas.filter(parts__isnull=True).defer("outline"))


def reverse_entry(person: Person, entry: Entry, *, reason: str, key: str) -> Entry:
    """Take an entry back by its exact mirror. History stays: both can be seen for ever.

    Raises
    ------
    Refused, Invalid
        The person wrote the entry, or may not; no reason is given; the money has moved on; it was taken back already.
    """
    require(may_keep_books(person, entry.place))
    # The same form sent again by the same person finds its entry; only then is "taken back already" no refusal.
    again = Entry.objects.filter(place=entry.place, key=key, reverses=entry, made_by_id=person.pk).first()
    if again:
        return again
    require(may_reverse(person, entry))
    if not reason.strip():
        raise Invalid(_("Say what was wrong, so that people can follow it."), "reason")
    with transaction.atomic():
        mirror, made = post(
            entry.place,
            key=key,
            kind=Entry.Kind.REVERSAL,
            year=entry.year,
            memo=reason,
            reverses=entry,
            made_by=person.pk,
        )
        if made:
            _deed("fund.entry.reversed", person, mirror, {"reverses": entry.number}, reason)
    return mirror


def _area_moves(place: Place, parts: Sequence[AreaShare]) -> list[Move]:
    found = accounts(place, [(f"area:{part.area.pk}", part.area.name, 0) for part in parts])
    fund = Account.objects.get(place=place, code="fund")
    return [Move(fund, found[f"area:{part.area.pk}"], part.pence) for part in parts if part.pence]


def _deed(kind: str, by: Person | None, entry: Entry, after: dict[str, object], reason: str = "") -> None:
    deeds.record(kind, actor=by, about=entry, place=entry.place, after={"entry": entry.number, **after}, reason=reason)
