"""Publishing a round with its money, moving its dates, calling it off, and giving back what it did not spend."""

from __future__ import annotations

from datetime import datetime

from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _

from pennypot.apps.fund.actions.books import Move, accounts, open_ledger, post
from pennypot.apps.fund.models import Account, Entry
from pennypot.apps.people.models import Person
from pennypot.apps.places.models import Place
from pennypot.apps.rounds import clock, dates
from pennypot.apps.rounds.models import Round, Stage
from pennypot.apps.rounds.permissions.rounds import may_cancel_round, may_give_back, may_move_dates, may_publish_round
from pennypot.apps.rounds.queries.readiness import readiness
from pennypot.apps.rounds.stages import Kind, said
from pennypot.house import deeds
from pennypot.house.answers import Invalid, require


def publish(person: Person, round: Round) -> None:
    """Publish a round: reserve its money in the ledger and show it to everybody. Twice does it once.

    Raises
    ------
    Refused, Invalid
        The person may not; something is missing, with the first thing that is; the pot has not so much money.
    """
    require(may_publish_round(person, round))
    lacking = readiness(round, clock.database_now()).missing
    if lacking:
        raise Invalid(lacking[0].message)
    write_publication(round, by=person)


def write_publication(round: Round, *, by: Person | None) -> None:
    """Reserve the money and publish; permission and readiness are the caller's business. The demo calls it itself."""
    place = round.place
    open_ledger(place)
    with transaction.atomic():
        now = Round.objects.select_for_update().get(pk=round.pk)
        if now.is_published:
            return
        source = Account.objects.filter(place=place, code=now.source_account).first()
        if source is None:
            raise Invalid(_("There is no money in that pot yet."))
        pot = accounts(place, [(now.account_code, now.title, 0)])[now.account_code]
        entry, _made = post(
            place,
            key=f"reserve {now.account_code}",
            kind=Entry.Kind.RESERVE,
            year=now.year,
            moves=[Move(source, pot, now.budget_pence)],
            memo=now.label or now.title,
            made_by=by.pk if by else None,
        )
        now.account, now.published_at = pot, clock.database_now()
        now.save(update_fields=["account", "published_at"])
        deeds.record(
            "rounds.round.published",
            actor=by,
            about=now,
            place=place,
            after={"title": now.title, "pence": now.budget_pence, "from": now.source_account, "entry": entry.number},
        )
    round.account, round.published_at = now.account, now.published_at


def cancel(person: Person, round: Round, *, reason: str) -> None:
    """Call a round off before voting opens, with a public reason, and let its money go back where it came from.

    Raises
    ------
    Refused, Invalid
        The person may not, voting has opened, or no reason is given.
    """
    require(may_cancel_round(person, round))
    if not reason.strip():
        raise Invalid(_("Say why, so that everybody can read it."), "reason")
    with transaction.atomic():
        now = Round.objects.select_for_update().get(pk=round.pk)
        if now.is_cancelled:
            return
        now.cancelled_at, now.cancelled_reason = clock.database_now(), reason.strip()
        try:
            with transaction.atomic():
                now.save(update_fields=["cancelled_at", "cancelled_reason"])
        except DatabaseError as problem:
            _refused_by_trigger(problem, _("Voting has opened, so this round can no longer be called off."))
        pence = _release(now, key=f"cancel {now.account_code}", by=person, memo=reason.strip()[:300])
        deeds.record(
            "rounds.round.cancelled", actor=person, about=now, place=now.place, after={"pence": pence}, reason=reason
        )
    round.cancelled_at, round.cancelled_reason = now.cancelled_at, now.cancelled_reason


def give_back(person: Person, round: Round, *, key: str, memo: str = "") -> int:
    """Give back what a counted round did not award. Returns the pence that went back.

    Raises
    ------
    Refused, Invalid
        The person may not, the result is not published yet, or nothing is left.
    """
    require(may_give_back(person, round))
    with transaction.atomic():
        again = Entry.objects.filter(place=round.place, key=key, made_by_id=person.pk).first()
        if again is not None:
            return again.total_pence
        pence = _release(round, key=key, by=person, memo=memo)
        if not pence:
            raise Invalid(_("Nothing is left in this round's pot."))
        deeds.record(
            "rounds.money.returned", actor=person, about=round, place=round.place, after={"pence": pence}, reason=memo
        )
    return pence


def _release(round: Round, *, key: str, by: Person, memo: str) -> int:
    """Move what the round's pot holds back to where it came from; returns the pence."""
    source, pot = _ends(round.place, round)
    if not pot.balance_pence:
        return 0
    post(
        round.place,
        key=key,
        kind=Entry.Kind.RELEASE,
        year=round.year,
        moves=[Move(pot, source, pot.balance_pence)],
        memo=memo,
        made_by=by.pk,
    )
    return pot.balance_pence


def _ends(place: Place, round: Round) -> tuple[Account, Account]:
    """The pot that the money came from, and the round's own, locked so that what they hold stays while we move it."""
    codes = [round.source_account, round.account_code]
    found = {one.code: one for one in Account.objects.select_for_update().filter(place=place, code__in=codes)}
    if len(found) < len(codes):
        raise Invalid(_("This round has no pot in the ledger."))
    return found[round.source_account], found[round.account_code]


def move_stage(
    person: Person, round: Round, kind: str, *, opens_at: datetime, closes_at: datetime, reason: str
) -> None:
    """Move a published stage later, with a public reason. What follows has to fit: move the last stage first.

    Raises
    ------
    Refused, Invalid
        The person may not; no reason; a date would move earlier, or a stage that is over would open again.
    """
    require(may_move_dates(person, round))
    if not reason.strip():
        raise Invalid(_("Say why, so that everybody can read it."), "reason")
    with transaction.atomic():
        listed = list(Stage.objects.select_for_update().filter(round=round))
        stage = next((one for one in listed if one.kind == kind), None)
        if stage is None:
            raise Invalid(_("This round has no such stage."))
        wrong = dates.moved_wrongly(stage, opens_at, closes_at, clock.database_now())
        others = [dates.Times(Kind(one.kind), one.opens_at, one.closes_at) for one in listed if one.kind != kind]
        clashes = dates.problems([*others, dates.Times(Kind(kind), opens_at, closes_at)])
        if wrong or clashes:
            raise Invalid((wrong or clashes[0]).message, "closes_at")
        if (stage.opens_at, stage.closes_at) == (opens_at, closes_at):
            return
        zone = round.zone
        before = {"stage": kind, "opens": said(stage.opens_at, zone), "closes": said(stage.closes_at, zone)}
        stage.opens_at, stage.closes_at = opens_at, closes_at
        try:
            with transaction.atomic():
                stage.save(update_fields=["opens_at", "closes_at"])
        except DatabaseError as problem:
            _refused_by_trigger(problem, _("This date can no longer be moved."))
        after = {"stage": kind, "opens": said(opens_at, zone), "closes": said(closes_at, zone)}
        deeds.record(
            "rounds.stage.moved", actor=person, about=round, place=round.place, before=before, after=after,
            reason=reason.strip(),
        )  # fmt: skip
    round.__dict__.pop("stage_list", None)


def _refused_by_trigger(problem: DatabaseError, words: str) -> None:
    """Say what a trigger refused; anything unforeseen stays as it is."""
    if getattr(problem.__cause__, "sqlstate", "") != "23001":
        raise problem
    raise Invalid(words) from problem
