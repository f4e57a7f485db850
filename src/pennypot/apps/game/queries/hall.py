"""The reads that planning and running an evening need."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, Count, Exists, OuterRef, Prefetch, Q, QuerySet, When
from django.db.models.functions import Now
from django.http import Http404
from django.utils.translation import get_language

from pennypot.apps.game.actions.evening import NUDGE
from pennypot.apps.game.actions.moves import cards_of
from pennypot.apps.game.clock import common_phase, next_phase, seconds_left
from pennypot.apps.game.models import Chair, HelpAsk, Note, Pack, Phone, Session, Table, TableMove, Words
from pennypot.apps.game.permissions.hall import may_observe_in
from pennypot.apps.game.queries.questions import Question, question_of
from pennypot.apps.game.queries.seat import LOST_AFTER
from pennypot.apps.places.models import Place
from pennypot.apps.places.permissions import Someone
from pennypot.apps.places.queries import place_for
from pennypot.apps.rounds.models import Round
from pennypot.house.answers import require
from pennypot.play import Pack as Cards
from pennypot.play import State, View, loaded, view_of
from pennypot.play.moves.table import FEWEST
from pennypot.play.sheet import seats_in_order
from pennypot.play.state import ORDERS


def session_for(person: Someone, slug: str, code: str) -> Session:
    """Return the session of a code, with its place and pack; two queries.

    Raises
    ------
    Refused
        The person has no role in the place. This is said first: whoever tries codes learns nothing.
    Http404
        The place has no such session.
    """
    place = place_for(person, slug)
    require(may_observe_in(person, place))
    found = (
        Session.objects.select_related("pack", "facilitator", "round").filter(place=place, code=code.upper()).first()
    )
    if found is None:
        raise Http404
    found.place = place
    return found


def sessions_of(place: Place) -> QuerySet[Session]:
    """Return a place's sessions, the newest first, each with ``table_count``; one query."""
    tables = Count("tables", filter=Q(tables__merged_into=None))
    return place.game_sessions.annotate(table_count=tables).select_related("pack").order_by("-pk")


def packs_for(place: Place) -> QuerySet[Pack]:
    """Return the packs that can be played here: those that ship and the place's own, the latest versions first."""
    return Pack.objects.filter(Q(place=None) | Q(place=place), state=Pack.State.PUBLISHED).order_by(
        "place", "slug", "-version"
    )


def rounds_for(place: Place) -> QuerySet[Round]:
    """Return the place's published rounds that are not called off, the newest first: projects may go there."""
    return place.rounds.filter(published_at__isnull=False, cancelled_at__isnull=True).order_by("-pk")


@dataclass(frozen=True)
class SeatNow:
    """A chair as the facilitator sees it."""

    number: int
    chair: Chair
    title: str
    state: str
    tokens: int
    people: int
    lost: bool
    waited_for: bool


@dataclass(frozen=True)
class TableNow:
    """A table as the facilitator sees it: no more of cards and answers than the table itself shows."""

    table: Table
    state: State
    view: View
    seats: tuple[SeatNow, ...]
    question: Question | None

    @property
    def phase(self) -> str:
        """Where the table is."""
        return self.state.phase

    @property
    def number_said(self) -> str:
        """The table's number as the screen's setting writes it."""
        return str(self.table.number)

    @property
    def taken(self) -> int:
        """Seats that somebody sits in."""
        return len(self.state.taken)

    @property
    def too_small(self) -> bool:
        """Whether so few are left that the table should be joined to another."""
        return self.phase not in ("lobby", "over") and self.taken < FEWEST

    @property
    def waiting(self) -> tuple[SeatNow, ...]:
        """Seats that the open question waits for."""
        return tuple(seat for seat in self.seats if seat.waited_for)

    @property
    def lost(self) -> tuple[SeatNow, ...]:
        """Seats whose phones gave no sign of life for a while."""
        return tuple(seat for seat in self.seats if seat.lost)

    @property
    def ready(self) -> int:
        """Projects that have all they need."""
        return sum(project.ready for project in self.view.projects)

    @property
    def projects(self) -> int:
        """Projects that are on the table."""
        return sum(project.state not in ("dropped", "merged") for project in self.view.projects)


@dataclass(frozen=True)
class Group:
    """Tables that are in one phase, and where they go next."""

    phase: str
    following: str
    tables: tuple[TableNow, ...]


@dataclass(frozen=True)
class Hall:
    """An evening as it is now."""

    session: Session
    cards: Cards
    tables: tuple[TableNow, ...]
    phase: str
    left: int | None  # seconds; below zero when late

    @property
    def groups(self) -> list[Group]:
        """Tables by phase, in the order of phases; tables whose game is over are left out."""
        found: dict[str, list[TableNow]] = defaultdict(list)
        for one in self.tables:
            found[one.phase].append(one)
        order = self.session.order
        return [
            Group(phase, next_phase(order, phase), tuple(found[phase]))
            for phase in ORDERS[order]
            if phase in found and phase != "over"
        ]

    @property
    def found_pence(self) -> int:
        """What all tables found together."""
        return sum(one.view.found_pence for one in self.tables)

    @property
    def people(self) -> int:
        """Phones that are in the hall."""
        return sum(seat.people for one in self.tables for seat in one.seats)


def hall_of(session: Session, now: datetime, *, only: int | None = None) -> Hall:
    """Return how an evening's tables stand; two queries, or those of one table (``only`` is its number)."""
    cards = cards_of(session.pack).in_language(get_language() or "en")
    chairs = Chair.objects.annotate(
        people=Count("phones", filter=Q(phones__left_at=None, phones__isnull=False)),
        awake=Exists(Phone.objects.filter(chair=OuterRef("pk"), left_at=None, seen_at__gt=Now() - LOST_AFTER)),
    )
    tables = session.tables.filter(merged_into=None).prefetch_related(Prefetch("chairs", queryset=chairs))
    if only is not None:
        tables = tables.filter(number=only)
    found = tuple(_table(session, cards, table) for table in tables)
    phase = common_phase(session.order, [one.phase for one in found])
    return Hall(session, cards, found, phase, seconds_left(session, phase, now))


def _table(session: Session, cards: Cards, table: Table) -> TableNow:
    table.session = session
    state = loaded(table.state)
    view = view_of(cards, state, "facilitator")
    waited = view.proposal.waiting_for if view.proposal and view.proposal.state == "open" else ()
    chairs = {chair.seat: chair for chair in table.chairs.all()}
    shown = {seat.id: seat for seat in view.seats}
    ordered = [shown[seat] for seat in seats_in_order(cards, state)]
    seats = tuple(
        SeatNow(
            number=number,
            chair=chairs[seat.id],
            title=cards.role[seat.id].title,
            state=seat.state,
            tokens=seat.tokens,
            people=chairs[seat.id].people,  # type: ignore[attr-defined]
            lost=bool(chairs[seat.id].people) and not chairs[seat.id].awake,  # type: ignore[attr-defined]
            waited_for=seat.id in waited,
        )
        for number, seat in enumerate(ordered, start=1)
        if seat.id in chairs
    )
    question = question_of(cards, view.proposal) if view.proposal else None
    return TableNow(table, state, view, seats, question)


def help_queue(session: Session) -> list[HelpAsk]:
    """Return the calls that wait: those for help at once, then the oldest; one query."""
    waiting = HelpAsk.objects.filter(table__session=session, done_at=None).exclude(wanted=NUDGE)
    first = Case(When(wanted="incident", then=0), default=1)
    return list(waiting.select_related("table", "taken_by").order_by(first, "asked_at"))


# Fields of moves whose words the big screen shows; reasons and regrets are shown in plans and in the comparison.
ON_SCREEN = ("title", "text", "safeguard", "day", "loses", "did")


def words_waiting(hall: Hall, most: int = 60) -> list[Words]:
    """Return typed words that nobody has read yet, those for the big screen and the oldest first; one query.

    What facilitators gave as the reason of their own moves is not asked of them again. Why somebody answered as they
    did is not open before the answers are, to a facilitator neither.
    """
    itself = TableMove.objects.filter(table=OuterRef("table"), number=OuterRef("number"))
    asked_since = TableMove.objects.filter(
        table=OuterRef("table"), number__gt=OuterRef("number"), move__do__in=["propose", "amend"]
    )
    closed = [one.table.pk for one in hall.tables if one.state.proposal and one.state.proposal.state == "open"]
    waiting = Words.objects.filter(
        ~Exists(itself.filter(move__do__in=["rollback", "abandon"])),
        ~(Q(table__in=closed) & Exists(itself.filter(move__do="react")) & ~Exists(asked_since)),
        table__session=hall.session,
        state=Words.State.WAITING,
    )
    later = Case(When(field__in=ON_SCREEN, then=0), default=1)
    return list(waiting.select_related("table").order_by(later, "pk")[:most])


def words_decided(session: Session, most: int = 20) -> list[Words]:
    """Return the words that were decided on last; one query."""
    decided = Words.objects.filter(table__session=session).exclude(state=Words.State.WAITING)
    return list(decided.select_related("table").order_by("-pk")[:most])


def notes_of(session: Session) -> Sequence[Note]:
    """Return notes, incidents that wait first; one query."""
    found = list(session.notes.select_related("table", "by").order_by("-pk"))
    return sorted(found, key=lambda note: not (note.incident and not note.handled))


def incidents_open(session: Session) -> int:
    """Return how many incidents wait to be handled; one query."""
    return session.notes.filter(incident=True, handled="").count()


def ask_for(session: Session, number: int) -> HelpAsk:
    """Return a call of this session.

    Raises
    ------
    Http404
        There is none.
    """
    found = HelpAsk.objects.select_related("table").filter(table__session=session, pk=number).first()
    if found is None:
        raise Http404
    found.table.session = session
    return found


def table_for(session: Session, number: int) -> Table:
    """Return a table of this session by its number.

    Raises
    ------
    Http404
        There is none.
    """
    found = session.tables.filter(number=number).first()
    if found is None:
        raise Http404
    found.session = session
    return found


def chair_for(session: Session, key: int) -> Chair:
    """Return a chair of this session.

    Raises
    ------
    Http404
        There is none.
    """
    found = Chair.objects.select_related("table").filter(table__session=session, pk=key).first()
    if found is None:
        raise Http404
    found.table.session = session
    return found
