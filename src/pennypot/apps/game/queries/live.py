"""How a table stands now, as its pages and streams show it: read once for all who look."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from pennypot.apps.game.actions.bots import bot_seats
from pennypot.apps.game.actions.moves import cards_of, states
from pennypot.apps.game.clock import seconds_of
from pennypot.apps.game.models import HelpAsk, Session, Table
from pennypot.apps.game.queries.seat import session_as_it_is
from pennypot.house.kept import Kept
from pennypot.play import Pack, State, View, legal, loaded, view_of
from pennypot.play.legal import Option

# Asked after every move, so its SQL stands here: Django takes longer to work it out than the database to answer.
_TABLE = """
SELECT here.id, here.session_id, here.number, here.name, here.source, here.moves, here.merged_into_id,
       (SELECT count(*) FROM game_helpask ask WHERE ask.table_id = here.id) AS said,
       (SELECT count(*) FROM game_helpask ask WHERE ask.table_id = here.id AND ask.done_at IS NOT NULL) AS done,
       EXISTS (SELECT FROM game_chair chair WHERE chair.table_id = here.id AND chair.bot <> '') AS has_bots,
       (SELECT turn FROM game_session session WHERE session.id = here.session_id) AS turn
FROM game_table here
WHERE here.id = %s
"""

# An evening as it is: every change of its row makes its number of turns grow.
_sessions: Kept[Session] = Kept(60)
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
    drawn
        What was drawn of it for everybody, by part and language.
    """

    table: Table
    session: Session
    number: int
    cards: Pack
    state: State
    asks: tuple[Ask, ...]
    bots: frozenset[str]
    until: datetime | None
    drawn: dict[Hashable, str] = field(default_factory=dict, compare=False)

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

    @cached_property
    def common(self) -> View:
        """What all see, as the board shows it; worked out once."""
        return self.seen_by("board")[0]


def look_at(table_id: int) -> Seen | None:
    """Look at a table; one SQL query while nobody moves and nobody calls, one more for each of these."""
    found: Any = next(iter(Table.objects.raw(_TABLE, [table_id])), None)
    if found is None:
        return None
    session = _sessions.get((found.session_id, found.turn), lambda: session_as_it_is(found.session_id))
    state = _state_of(found)
    return Seen(
        table=found,
        session=session,
        # After the state was read: a move in between is counted.
        number=found.moves + found.turn + found.said + found.done,
        cards=cards_of(session.pack),
        state=state,
        asks=_asks(found) if found.said > found.done else (),
        bots=frozenset(bot_seats(found)) if found.has_bots else frozenset(),
        until=_until(session, state.phase),
    )


def _asks(table: Table) -> tuple[Ask, ...]:
    rows = HelpAsk.objects.filter(table=table, done_at=None).order_by("pk").values_list("seat", "wanted", "taken_by")
    return tuple(Ask(seat, wanted, taken is not None) for seat, wanted, taken in rows)


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
            return states.get((table.pk, table.moves), read)
        except _Moved:
            continue


def _until(session: Session, phase: str) -> datetime | None:
    seconds = seconds_of(session, phase)
    if session.timer != Session.Timer.RUNNING or session.phase_since is None or not seconds:
        return None
    return session.phase_since + timedelta(seconds=seconds + session.added_seconds)
