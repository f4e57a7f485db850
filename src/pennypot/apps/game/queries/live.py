"""How a table stands now, as its pages and streams show it: read once for all who look."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q

from pennypot.apps.game.actions.moves import cards_of
from pennypot.apps.game.clock import seconds_of
from pennypot.apps.game.models import HelpAsk, Session, Table
from pennypot.house.kept import Kept
from pennypot.play import Pack, State, View, legal, loaded, view_of
from pennypot.play.legal import Option

_states: Kept[State] = Kept(400)
_views: Kept[tuple[View, tuple[Option, ...]]] = Kept(1600)


@dataclass(frozen=True)
class Ask:
    """A call for help that is open, or the facilitator's wish to hear a seat."""

    seat: str
    wanted: str
    taken: bool


@dataclass(frozen=True)
class Seen:
    """A table as it is now.

    Parameters
    ----------
    number
        Grows with each change of the table, of its evening, or of its calls for help.
    bots
        Seats that a bot plays, because nobody sits there.
    until
        When the time of this phase is over, by the clock that only advises; None where none runs.
    """

    table: Table
    session: Session
    number: int
    cards: Pack
    state: State
    asks: tuple[Ask, ...]
    bots: frozenset[str]
    until: datetime | None

    @property
    def runs_itself(self) -> bool:
        """Whether the table goes on by itself, because the evening has no facilitator."""
        return self.session.facilitator_id is None and self.session.state != Session.State.OVER

    def seen_by(self, seat: str) -> tuple[View, tuple[Option, ...]]:
        """Return what a seat (or ``board``) sees and may do; worked out once."""

        def make() -> tuple[View, tuple[Option, ...]]:
            options = legal(self.cards, self.state, seat) if seat in self.state.seats else []
            return view_of(self.cards, self.state, seat), tuple(options)

        return _views.get((self.table.pk, self.table.moves, seat), make)


def look_at(table_id: int) -> Seen | None:
    """Look at a table; four SQL queries, three while nobody moves."""
    table = (
        Table.objects.select_related("session__pack", "session__place", "merged_into")
        .defer("state", "session__pack__given", "session__pack__rehearsal", "merged_into__state")
        .filter(pk=table_id)
        .first()
    )
    if table is None:
        return None
    session = table.session
    state = _state_of(table)
    asks = list(HelpAsk.objects.filter(table=table).order_by("pk").values_list("seat", "wanted", "taken_by", "done_at"))
    empty = table.chairs.exclude(bot="").annotate(people=Count("phones", filter=Q(phones__left_at=None)))
    return Seen(
        table=table,
        session=session,
        number=table.moves + session.turn + len(asks) + sum(done is not None for *_, done in asks),
        cards=cards_of(session.pack),
        state=state,
        asks=tuple(Ask(seat, wanted, taken is not None) for seat, wanted, taken, done in asks if done is None),
        bots=frozenset(empty.filter(people=0).values_list("seat", flat=True)),
        until=_until(session, state.phase),
    )


class _Moved(Exception):
    """Somebody moved between two questions to the database."""


def _state_of(table: Table) -> State:
    """Return how the table stands; when it has moved on since its row was read, the row is made as new as that."""

    def read() -> State:
        text, moves = Table.objects.values_list("state", "moves").get(pk=table.pk)
        if moves != table.moves:
            table.moves = moves
            raise _Moved
        return loaded(text)

    while True:
        try:
            return _states.get((table.pk, table.moves), read)
        except _Moved:
            continue


def _until(session: Session, phase: str) -> datetime | None:
    seconds = seconds_of(session, phase)
    if session.timer != Session.Timer.RUNNING or session.phase_since is None or not seconds:
        return None
    return session.phase_since + timedelta(seconds=seconds + session.added_seconds)
