"""Advice to those who decide: sent with a day by which it is answered, and answered once, in public."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from pennypot.apps.game.models import Advice, Reply, Session
from pennypot.apps.game.permissions.after import may_advise, may_answer_advice
from pennypot.apps.game.queries.after import compared, suggestions
from pennypot.apps.people.models import Person
from pennypot.apps.people.roles import Role
from pennypot.apps.places.models import Agency, Membership
from pennypot.house import deeds, letters
from pennypot.house.answers import Invalid, require

# A reply is due after eight weeks, or on the day that the sender sets within these limits.
USUAL = timedelta(weeks=8)
SOONEST, LATEST = timedelta(days=7), timedelta(weeks=26)
LONGEST = 2_000


def send(person: Person, session: Session, texts: Mapping[str, str], due_on: date, today: date) -> list[Advice]:
    """Send pieces of advice; those that were sent already stay as they are.

    Parameters
    ----------
    texts
        Words by line or pool card. What the tables said (and how many) is reckoned, not given.

    Raises
    ------
    Refused
        The person does not run evenings here, or this one is not over.
    Invalid
        Nothing was chosen, or the day is too soon or too late.
    """
    require(may_advise(person, session))
    if not today + SOONEST <= due_on <= today + LATEST:
        raise Invalid(_("Choose a day between one week and half a year from now."), "due_on")
    known = {one.card: one for one in suggestions(compared(session)) if not one.sent}
    chosen = [known[card] for card in texts if card in known]
    if not chosen:
        raise Invalid(_("Choose what to send."))
    agencies = {agency.name: agency for agency in Agency.objects.filter(place=session.place)}
    made = []
    with transaction.atomic():
        for one in chosen:
            words = " ".join(texts[one.card].replace("\0", "").split())[:LONGEST] or one.text
            advice, is_new = Advice.objects.get_or_create(
                session=session,
                card=one.card,
                defaults={
                    "place": session.place,
                    "agency": agencies.get(one.agency),
                    "kind": one.kind,
                    "title": one.title,
                    "text": words,
                    "tables_for": one.tables_for,
                    "tables_all": one.tables_all,
                    "sent_by": person,
                    "due_on": due_on,
                },
            )
            if is_new:
                made.append(advice)
                after = {"title": one.title, "kind": str(one.kind), "due_on": due_on.isoformat()}
                deeds.record("game.advice.sent", actor=person, about=advice, place=session.place, after=after)
    if made:
        _tell_officers(session, made)
    return made


def _tell_officers(session: Session, made: list[Advice]) -> None:
    link = settings.SITE_ADDRESS + reverse("game_advice", args=[session.place.slug])
    held = Membership.objects.filter(place=session.place, role=Role.ACCOUNTABLE_OFFICER).select_related("person")
    for one in held:
        if one.person.is_active:
            context = {"session": session, "advice": made, "link": link}
            letters.send("game/letters/advice.txt", context, to=one.person.email, language=one.person.language)


def answer(person: Person, advice: Advice, kind: str, why: str) -> Reply:
    """Answer a piece of advice, for good.

    Raises
    ------
    Refused
        The person is not the one who answers, or it is answered.
    Invalid
        No reason is given.
    """
    require(may_answer_advice(person, advice))
    why = why.replace("\0", "").strip()[:LONGEST]
    if kind not in Reply.Kind.values:
        raise Invalid(_("Choose one of these."), "kind")
    if not why:
        raise Invalid(_("Say why. People gave an evening for this."), "why")
    try:
        with transaction.atomic():
            reply = Reply.objects.create(advice=advice, kind=kind, why=why, by=person)
            after = {"title": advice.title, "answer": kind}
            place = advice.place
            deeds.record("game.advice.answered", actor=person, about=advice, place=place, after=after, reason=why)
    except IntegrityError:
        raise Invalid(_("This was answered already. An answer stays as it was given.")) from None
    return reply
