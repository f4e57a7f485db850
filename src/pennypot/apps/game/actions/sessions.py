"""Planning an evening: which pack, how many tables, who sits at them, by which rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from pennypot.apps.game.actions.moves import cards_of
from pennypot.apps.game.actions.seats import make_tables
from pennypot.apps.game.models import Pack, Session, Table
from pennypot.apps.game.permissions.hall import may_change_plan, may_plan, may_run
from pennypot.apps.people.models import Person
from pennypot.apps.places.models import Place
from pennypot.apps.rounds.models import Round
from pennypot.house import deeds
from pennypot.house.announcing import announce
from pennypot.house.answers import Invalid, require
from pennypot.play import Pack as Cards

MOST_TABLES = 100
FEWEST_SEATS, MOST_SEATS = 4, 8


@dataclass(frozen=True)
class Plan:
    """What an evening is to be.

    Parameters
    ----------
    seats
        Roles that have a chair at each table.
    tables, on_paper
        How many tables there are, and how many of them (the last ones) play on paper.
    minutes
        Of the whole evening; the phases divide them.
    """

    title: str
    starts_at: datetime | None
    pack: Pack
    seats: Sequence[str]
    tables: int
    on_paper: int
    order: str
    rule: str
    target_pence: int
    minutes: int
    round: Round | None = None
    approve_words: bool = True


def plan_session(person: Person, place: Place, plan: Plan, *, code: str) -> Session:
    """Make a session with its tables and chairs.

    Parameters
    ----------
    code
        What people will type to come in. It is the form's own key too: the same form again gives the same session.

    Raises
    ------
    Invalid
        The plan cannot be played, and why.
    """
    require(may_plan(person, place))
    cards = _check(place, plan)
    try:
        with transaction.atomic():
            session = Session.objects.create(place=place, code=code, facilitator=person, **_columns(plan))
            make_tables(session, plan.tables, seats=list(plan.seats), cards=cards)
            _set_paper(session, plan.on_paper)
            deeds.record("game.session.planned", actor=person, about=session, place=place, after=_told(plan))
    except IntegrityError:
        # The form was sent before; a code of another place's session is no code of this form.
        return Session.objects.get(code=code, place=place, facilitator=person)
    return session


def change_session(
    person: Person,
    session: Session,
    *,
    title: str,
    starts_at: datetime | None,
    minutes: int,
    round: Round | None,
    approve_words: bool,
) -> None:
    """Change what does not touch the game itself: name, time, minutes, where projects go. At any time."""
    require(may_run(person, session))
    if round is not None and round.place_id != session.place_id:
        raise Invalid(_("This round belongs to another place."), "round")
    after: dict[str, Any] = {"title": title, "minutes": minutes, "approve_words": approve_words}
    before = {name: getattr(session, name) for name in after}
    with transaction.atomic():
        Session.objects.filter(pk=session.pk).update(**after, starts_at=starts_at, round=round, turn=F("turn") + 1)
        deeds.record(
            "game.session.changed", actor=person, about=session, place=session.place, before=before, after=after
        )
        announce(f"session:{session.pk}")


def add_table(person: Person, session: Session, *, paper: bool, expected: int) -> None:
    """Put one more table into the hall.

    Parameters
    ----------
    expected
        How many tables the page showed: the same form again adds nothing.
    """
    require(may_change_plan(person, session))
    with transaction.atomic():
        locked = Session.objects.select_for_update().get(pk=session.pk)
        if locked.tables.count() != expected:
            return
        if expected >= MOST_TABLES:
            raise Invalid(_("That is as many tables as one evening holds: %(most)s.") % {"most": MOST_TABLES})
        first = locked.tables.order_by("number").first()
        seats = list(first.chairs.values_list("seat", flat=True)) if first else None
        made = make_tables(locked, 1, seats=seats, cards=cards_of(session.pack))
        if paper:
            Table.objects.filter(pk__in=[one.pk for one in made]).update(source=Table.Source.PAPER)
        Session.objects.filter(pk=session.pk).update(turn=F("turn") + 1)
        deeds.record(
            "game.table.added", actor=person, about=session, place=session.place, after={"table": expected + 1}
        )
        announce(f"session:{session.pk}")


def set_source(person: Person, table: Table, *, paper: bool) -> None:
    """Say that a table plays on paper, or on phones: its scribe then types what lies on it."""
    require(may_run(person, table.session))
    source = Table.Source.PAPER if paper else Table.Source.PHONES
    with transaction.atomic():
        if not Table.objects.filter(pk=table.pk).exclude(source=source).update(source=source):
            return
        Session.objects.filter(pk=table.session_id).update(turn=F("turn") + 1)
        deeds.record(
            "game.table.source", actor=person, about=table, place=table.session.place,
            before={"source": table.source}, after={"source": source},
        )  # fmt: skip
        announce(f"session:{table.session_id}")


def _check(place: Place, plan: Plan) -> Cards:
    """Return the pack's cards, or say why the plan cannot be played."""
    if plan.pack.state != Pack.State.PUBLISHED or plan.pack.place_id not in (None, place.pk):
        raise Invalid(_("Choose a pack that is published."), "pack")
    if plan.round is not None and plan.round.place_id != place.pk:
        raise Invalid(_("This round belongs to another place."), "round")
    if not 1 <= plan.tables <= MOST_TABLES:
        raise Invalid(_("An evening has from 1 to %(most)s tables.") % {"most": MOST_TABLES}, "tables")
    if not 0 <= plan.on_paper <= plan.tables:
        raise Invalid(_("There are not so many tables."), "on_paper")
    cards = cards_of(plan.pack)
    kinds = [role.kind for role in cards.roles if role.id in plan.seats]
    if not FEWEST_SEATS <= len(kinds) <= MOST_SEATS:
        raise Invalid(_("A table has from four to eight seats."), "seats")
    residents = sum(kind in ("resident", "young") for kind in kinds)
    could = sum(role.kind in ("resident", "young") for role in cards.roles)
    if residents < min(2, could) or (any(role.kind == "group" for role in cards.roles) and "group" not in kinds):
        raise Invalid(_("Two seats for residents and one for a community group are always at the table."), "seats")
    if plan.target_pence > sum(line.baseline_pence - line.floor_pence for line in cards.lines):
        raise Invalid(_("That is more than all lines together could give."), "target_pence")
    return cards


def _columns(plan: Plan) -> dict[str, Any]:
    names = ("title", "starts_at", "pack", "order", "rule", "target_pence", "minutes", "round", "approve_words")
    return {name: getattr(plan, name) for name in names}


def _told(plan: Plan) -> dict[str, Any]:
    return {
        "pack": plan.pack.hash,
        "tables": plan.tables,
        "seats": len(plan.seats),
        "order": plan.order,
        "rule": plan.rule,
        "target_pence": plan.target_pence,
    }


def _set_paper(session: Session, on_paper: int) -> None:
    if on_paper:
        last = session.tables.order_by("-number").values_list("pk", flat=True)[:on_paper]
        Table.objects.filter(pk__in=list(last)).update(source=Table.Source.PAPER)
