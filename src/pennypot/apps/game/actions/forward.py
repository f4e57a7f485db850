"""Carrying forward: a ready project becomes a draft in a round, owned by whoever confirms that they lead it.

What a table promised was play until its owner says so from an account of their own. Whoever has none yet is written
to; the letter's link leads to a page that asks them to sign in with the address that got it. The link is good once.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from pennypot.apps.game.limits import Limit, give_back, take
from pennypot.apps.game.models import Confirmation, Forward, Phone, Table
from pennypot.apps.game.names import THINGS
from pennypot.apps.game.permissions.forward import may_ask, may_confirm
from pennypot.apps.game.queries.forward import Carried, carried
from pennypot.apps.people.models import Person
from pennypot.apps.rounds.actions.proposals import drafts, writing
from pennypot.apps.rounds.models import CostLine, Proposal, Round
from pennypot.house import deeds, letters
from pennypot.house.answers import Invalid, require

_SALT = "game.confirm"
LINK_LASTS = timedelta(days=21)
# Letters: to one address, from one table, from one address of the network.
PER_ADDRESS = Limit("confirm-address", 4, 24 * 3600)
PER_TABLE = Limit("confirm-table", 40, 24 * 3600)
PER_IP = Limit("confirm-ip", 60, 3600)


def ask(phone: Phone, table: Table, project: str, offer: str, email: str, ip: str) -> Confirmation:
    """Write to somebody who has no account here yet, so that they can confirm from their own address.

    Parameters
    ----------
    phone
        The browser at the table that asks: it sits in the seat that leads the project, or that made the offer.
    offer
        The offer's id in the table; empty to lead the project.

    Raises
    ------
    Refused
        Another seat's offer, or the project is not ready.
    Invalid
        It is no address, or was confirmed already.
    pennypot.apps.game.limits.TooMany
        Too many letters.
    """
    found = carried(table, project)
    require(may_ask(phone, table, found.state, project, offer))
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise Invalid(_("Write an e-mail address, like name@example.org."), "email") from None
    limits = ((PER_ADDRESS, (email,)), (PER_TABLE, (table.pk,)), (PER_IP, (ip,)))
    take(*limits)
    with transaction.atomic():
        forward = _forward(table, project)
        kind = _kind(offer)
        if forward.confirmations.filter(kind=kind, offer=offer, confirmed_at__isnull=False).exists():
            raise Invalid(_("This was confirmed already."))
        asked = Confirmation.objects.create(forward=forward, kind=kind, offer=offer, address=email)
        place = table.session.place
        deeds.record("game.confirmation.asked", actor=None, about=asked, place=place, after={"kind": str(kind)})
    link = settings.SITE_ADDRESS + reverse("game_confirm", args=[table.session.place.slug, token_of(asked)])
    context = {"found": found, "offer": found.offer_title(offer), "link": link, "days": LINK_LASTS.days}
    if not letters.send("game/letters/confirm.txt", context, to=email):
        asked.delete()
        give_back(*limits)
        raise Invalid(_("The letter could not be sent. Check the address and try again."), "email")
    return asked


def token_of(asked: Confirmation) -> str:
    """Return what stands in a letter's link: bound to this question, its place, and the address it went to."""
    session = asked.forward.table.session
    return signing.dumps({"c": asked.pk, "p": session.place_id, "a": asked.address}, salt=_SALT)


def read_token(token: str, place: int) -> Confirmation | None:
    """Return the question of a link, unless the link is too old, of another place, not ours, or used."""
    try:
        value = signing.loads(token, salt=_SALT, max_age=LINK_LASTS)
    except signing.BadSignature:
        return None
    if value.get("p") != place:
        return None
    asked = Confirmation.objects.filter(pk=value["c"], confirmed_at=None).exclude(address="")
    found = asked.select_related("forward__table__session__place", "forward__table__session__pack").first()
    return found if found is not None and found.address == value.get("a") else None


def confirm_link(person: Person, asked: Confirmation, round: Round | None) -> Forward:
    """Confirm by a letter's link: signed in with the address that got it. The link ends with it.

    Raises
    ------
    Refused
        The letter went to another address, or the round takes no drafts.
    Invalid
        Somebody was faster.
    """
    require(may_confirm(person, asked))
    return _confirm(person, asked.forward.table, asked.forward.project, asked.offer, round, asked)


def confirm_here(person: Person, phone: Phone, table: Table, project: str, offer: str, round: Round | None) -> Forward:
    """Confirm from one's own account, in the browser that sits in the seat.

    Raises
    ------
    Refused
        Another seat's offer, the project is not ready, or the round takes no drafts.
    Invalid
        Somebody was faster.
    """
    require(may_ask(phone, table, carried(table, project).state, project, offer))
    return _confirm(person, table, project, offer, round, None)


def _confirm(
    person: Person, table: Table, project: str, offer: str, round: Round | None, asked: Confirmation | None
) -> Forward:
    found = carried(table, project)
    kind, place = _kind(offer), table.session.place
    try:
        with transaction.atomic():
            forward = Forward.objects.select_for_update(of=("self",)).get(pk=_forward(table, project).pk)
            if asked is None:
                Confirmation.objects.create(forward=forward, kind=kind, offer=offer, person=person, confirmed_at=Now())
            else:
                mine = Confirmation.objects.filter(pk=asked.pk, confirmed_at=None).exclude(address="")
                # Once: the condition decides. The address is known from the account from now on.
                if not mine.update(person=person, confirmed_at=Now(), address=""):
                    raise Invalid(_("This link was used already."))
            after = {"project": found.title, "kind": str(kind), "offer": found.offer_title(offer)}
            deeds.record("game.confirmation.given", actor=person, about=forward, place=place, after=after)
            if kind == Confirmation.Kind.LEAD:
                _draft(person, forward, found, round)
    except IntegrityError:
        raise Invalid(_("This was confirmed already.")) from None
    forward.refresh_from_db()
    return forward


def _kind(offer: str) -> Confirmation.Kind:
    return Confirmation.Kind.OFFER if offer else Confirmation.Kind.LEAD


def _forward(table: Table, project: str) -> Forward:
    return Forward.objects.get_or_create(table=table, project=project)[0]


def _draft(person: Person, forward: Forward, found: Carried, round: Round | None) -> Proposal:
    """Make the draft by the round's own actions; it is the person's to write on, and to send in or not."""
    if round is None or round.place_id != found.table.session.place_id:
        raise Invalid(_("Choose the round that it goes to."), "round")
    draft, _key = drafts.start(person, round, title=found.title)
    confirmed = set(forward.confirmations.filter(confirmed_at__isnull=False).values_list("offer", flat=True))
    kind = CostLine.CostKind.YEARLY if found.project.yearly else CostLine.CostKind.ONE_OFF
    changes = writing.Changes(
        fields={
            "title": found.title,
            "plain_summary": found.text,
            "what": found.text,
            "why": _provenance(found),
            "for_whom": ", ".join(found.needs),
        },
        costs=[writing.Cost(found.title, kind, found.project.cost_pence)] if found.project.cost_pence else [],
        needs=_needs(found, confirmed),
    )
    draft = writing.save(person, draft, changes)
    Forward.objects.filter(pk=forward.pk).update(proposal=draft)
    after = {"project": found.title, "round": round.title}
    place = round.place
    deeds.record("game.project.carried-forward", actor=person, about=draft, place=place, after=after)
    return draft


def _needs(found: Carried, confirmed: set[str]) -> list[writing.Needed]:
    """What it needs besides money: what was offered at the table, and what nobody offered."""
    needs = []
    for name, offer, title in found.offers:
        said = (
            _("offered at the table and confirmed") if name in confirmed else _("offered at the table, not confirmed")
        )
        needs.append(writing.Needed(offer.kind, title, str(offer.units), said))
    for kind, units in found.lacking.items():
        needs.append(writing.Needed(kind, str(THINGS[kind]), str(units)))
    return needs


def _provenance(found: Carried) -> str:
    session = found.table.session
    plan = settings.SITE_ADDRESS + reverse("game_plan", args=[session.place.slug, session.code, found.table.number])
    said: dict[str, Any] = {
        "day": date_format(session.ended_at or session.starts_at or session.made_at, "j F Y"),
        "session": session.title,
        "table": found.table.number,
        "plan": plan,
    }
    words = [_("Made at table %(table)d of “%(session)s” on %(day)s. The table's plan: %(plan)s") % said]
    words += [_("Safeguard: %(text)s") % {"text": text} for text in found.project.safeguards]
    return "\n".join(words)
