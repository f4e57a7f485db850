"""The demonstration's evenings: one that six tables of bots have played, and one to join from a phone.

Bots played every move and wrote every word, and each page says so. What they advise, and what the officer answers, is
invented too.
"""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from pennypot.apps.game.actions.advice import USUAL
from pennypot.apps.game.actions.moves import cards_of
from pennypot.apps.game.actions.packs import keep_shipped
from pennypot.apps.game.actions.seats import make_tables
from pennypot.apps.game.models import Advice, Chair, Reply, Session, Table, TableMove
from pennypot.apps.game.queries.after import Suggestion, compared, suggestions
from pennypot.apps.game.queries.forward import rounds_that_take
from pennypot.apps.people.models import Person
from pennypot.apps.places.demo import ADDRESS
from pennypot.apps.places.models import Agency, Place
from pennypot.apps.rounds.demo import proposer
from pennypot.house import deeds
from pennypot.play import Move, Pack, State, apply, begin, dumped
from pennypot.play.rehearsal import USUAL as HABITS
from pennypot.play.rehearsal import rehearse

# Fixed, so that a page of documentation can name them.
PLAYED, LIVE = "BRMBTS", "BRMNGH"
TABLES = 6
# How far bots have brought the tables that wait for people.
WAITING_AT = ("cut", "create")
# Which habits sit where differs from table to table, so that tables differ.
_TURNS = 3
_REPLY = (
    "Invented for demonstration: partly. The first step can be taken from April. The second needs a talk with those "
    "who use the service, and comes back to this page in the autumn."
)


def load(place: Place) -> None:
    """Make the evenings of a place that has a pack of its own, once."""
    packs = {pack.slug: pack for pack in keep_shipped()}
    pack = packs.get(place.slug)
    if pack is None or Session.objects.filter(place=place, code__in=(PLAYED, LIVE)).exists():
        return
    cards = cards_of(pack)
    rounds = rounds_that_take(place, None)
    given = {
        "place": place,
        "pack": pack,
        "target_pence": cards.policy.target_pence,
        "rule": cards.policy.rule,
        "approve_words": False,
        "demonstration": True,
        "timer": Session.Timer.OFF,
        "round": rounds[0] if rounds else None,
    }
    with transaction.atomic():
        played = Session.objects.create(
            **given,
            code=PLAYED,
            title="Six tables, played by bots",
            facilitator=_entered(place, "facilitator"),
            state=Session.State.OVER,
            starts_at=timezone.now() - timedelta(days=14),
            ended_at=timezone.now() - timedelta(days=14),
        )
        _play(played, cards, [""] * TABLES)
        _advise(played)
        # It has no facilitator: whoever sits down alone, with bots in the other chairs, goes on by themselves.
        live = Session.objects.create(
            **given, code=LIVE, title="Come in and sit down: bots keep the chairs warm", state=Session.State.RUNNING
        )
        _play(live, cards, list(WAITING_AT))
        for session in (played, live):
            deeds.record("game.session.loaded", actor=None, about=session, place=place, after={"title": session.title})


def _entered(place: Place, name: str) -> Person | None:
    """Return a demo person whom a visitor can be; None outside demo mode."""
    return Person.objects.filter(email=f"{name}.{place.slug}@{ADDRESS}", is_demo=True).first()


def _play(session: Session, cards: Pack, until: list[str]) -> None:
    """Let bots play tables to the end, or until a phase is open; written with a few statements."""
    log: list[TableMove] = []
    chairs: list[Chair] = []
    tables = make_tables(session, len(until), cards=cards)
    for table, phase in zip(tables, until, strict=True):
        turned = _habits(table.number)
        game = rehearse(cards, f"{session.code} {table.number}", turned, target_pence=session.target_pence)
        moves = _until(cards, game.moves, session, phase)
        table.state, table.moves, table.source = dumped(moves[1]).decode(), len(moves[0]), Table.Source.BOTS
        if phase:
            # People who come play on their phones; until then each chair has its bot.
            table.source = Table.Source.PHONES
            chairs += _with_bots(table, turned)
        log += [
            TableMove(table=table, number=number, move=dict(move), key=uuid.uuid4(), source=TableMove.Source.BOT)
            for number, move in enumerate(moves[0], start=1)
        ]
    TableMove.objects.bulk_create(log, batch_size=1_000)
    Table.objects.bulk_update(tables, ["state", "moves", "source"])
    Chair.objects.bulk_update(chairs, ["bot"])


def _habits(number: int) -> list[str]:
    turn = number * _TURNS % len(HABITS)
    return [*HABITS[turn:], *HABITS[:turn]]


def _with_bots(table: Table, habits: list[str]) -> list[Chair]:
    found = list(table.chairs.order_by("pk"))
    for chair, habit in zip(found, habits, strict=True):
        chair.bot = habit
    return found


def _until(cards: Pack, moves: list[Move], session: Session, phase: str) -> tuple[list[Move], State]:
    """Return the moves up to where a phase has just begun (all of them without one), and the table that they make."""
    state = begin(cards, order=session.order, rule=session.rule, target_pence=session.target_pence)
    kept: list[Move] = []
    for move in moves:
        if phase and state.phase == phase:
            break
        state, _entries = apply(cards, state, move)
        kept.append(move)
    return kept, state


def _advise(session: Session) -> None:
    """One piece of advice that was answered, one that waits."""
    found = sorted(suggestions(compared(session)), key=lambda one: (one.kind != Advice.Kind.CUT, one.card))
    pool = next((one for one in found if one.kind == Advice.Kind.POOL), None)
    chosen = [one for one in (found[0] if found else None, pool or (found[1] if len(found) > 1 else None)) if one]
    agencies = {agency.name: agency for agency in Agency.objects.filter(place=session.place)}
    sender = session.facilitator or proposer(session.place)
    officer = _entered(session.place, "accountable-officer") or proposer(session.place)
    made = [_piece(session, one, agencies.get(one.agency), sender) for one in chosen]
    if made:
        Reply.objects.create(advice=made[0], kind=Reply.Kind.PARTLY, why=_REPLY, by=officer, at=Now())


def _piece(session: Session, one: Suggestion, agency: Agency | None, sender: Person) -> Advice:
    return Advice.objects.create(
        place=session.place,
        session=session,
        agency=agency,
        card=one.card,
        kind=one.kind,
        title=one.title,
        text=one.text,
        tables_for=one.tables_for,
        tables_all=one.tables_all,
        sent_by=sender,
        due_on=timezone.localdate() + USUAL - timedelta(days=14),
    )
