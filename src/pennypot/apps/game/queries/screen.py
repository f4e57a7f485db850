"""What the big screen shows a hall: what a table's own board shows, and typed words only after somebody read them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import get_language

from pennypot.apps.game.actions.moves import cards_of
from pennypot.apps.game.clock import common_phase, seconds_left
from pennypot.apps.game.models import Session, Table, Words
from pennypot.apps.game.queries.questions import Answers, Question, counted, question_of
from pennypot.play import Pack as Cards
from pennypot.play import State, loaded, view_of
from pennypot.play.readings import LineAcross, across
from pennypot.play.state import Decision
from pennypot.play.views import SeenProject, View

Say = Callable[[str], str]  # gives words back, or nothing while they may not be shown


@dataclass(frozen=True)
class Asked:
    """A table's question on the big screen.

    Parameters
    ----------
    result
        Of a question that was decided: ``agreed``, ``not-agreed``, ``withdrawn``, ``unfinished``; ``held`` of one
        that may be amended; empty while answers come in.
    answers
        Counts, once answers are open; None before, whoever asks.
    answered, seats
        How many seats have answered, of how many.
    """

    question: Question
    result: str
    answers: Answers | None
    answered: int
    seats: int


@dataclass(frozen=True)
class OnScreen:
    """A project with slots that fill."""

    title: str  # empty while its words may not be shown
    table: int
    cash_pence: int
    cost_pence: int
    slots: Mapping[str, tuple[int, int]]
    ready: bool
    led: bool

    @property
    def percent(self) -> int:
        """Money that is there, of a hundred; a project without cost has it all."""
        return 100 * self.cash_pence // self.cost_pence if self.cost_pence else 100


@dataclass(frozen=True)
class Idea:
    """One idea over all tables: numbers of those where it is ready, and of those that still make it."""

    title: str
    ready: tuple[int, ...]
    making: tuple[int, ...]


@dataclass(frozen=True)
class Story:
    """Somebody's day next year, as a table tells it."""

    table: int
    who: str
    day: str
    loses: str
    did: str


@dataclass(frozen=True)
class TableOnScreen:
    """A table as the hall sees it."""

    table: Table
    view: View

    @property
    def percent(self) -> int:
        """What was found, of a hundred parts of the target; at most a hundred."""
        target = self.view.target_pence
        return min(100, 100 * self.view.found_pence // target) if target else 100


@dataclass(frozen=True)
class Screen:
    """Everything that one picture on the wall needs."""

    session: Session
    cards: Cards
    kind: str
    tables: tuple[TableOnScreen, ...]
    phase: str
    left: int | None
    table: TableOnScreen | None = None
    asked: Asked | None = None
    projects: tuple[OnScreen, ...] = ()
    ideas: tuple[Idea, ...] = ()
    stories: tuple[Story, ...] = ()
    across: tuple[LineAcross, ...] = ()

    @property
    def people(self) -> int:
        """Seats that somebody sits in."""
        return sum(seat.state != "vacant" for one in self.tables for seat in one.view.seats)

    def lines(self, verdict: str) -> list[tuple[str, LineAcross]]:
        """Lines that the tables judged alike, in the order of the pack: nothing is ranked."""
        return [(self.cards.line[one.line].service, one) for one in self.across if one.verdict == verdict]

    @property
    def consensus(self) -> list[tuple[str, LineAcross]]:
        return self.lines("consensus")

    @property
    def red(self) -> list[tuple[str, LineAcross]]:
        return self.lines("red")

    @property
    def split(self) -> list[tuple[str, LineAcross]]:
        return self.lines("split")


def screen_of(session: Session, now: datetime) -> Screen:
    """Return what the big screen shows now; two queries, three where typed words are shown."""
    cards = cards_of(session.pack).in_language(get_language() or "en")
    rows = list(session.tables.filter(merged_into=None))
    states = [loaded(row.state) for row in rows]
    tables = tuple(TableOnScreen(row, view_of(cards, state, "board")) for row, state in zip(rows, states, strict=True))
    phase = common_phase(session.order, [state.phase for state in states])
    kind, _colon, number = session.screen.partition(":")
    chosen = next((one for one in tables if str(one.table.number) == number), None)
    base = {
        "session": session,
        "cards": cards,
        "kind": kind,
        "tables": tables,
        "phase": phase,
        "left": seconds_left(session, phase, now),
        "table": chosen,
    }
    if session.blank or kind in ("welcome", "money"):
        return Screen(**base)  # type: ignore[arg-type]
    if kind == "compare":
        played = [state for state in states if state.phase != "lobby"]
        return Screen(**base, across=across(cards, played) if played else ())  # type: ignore[arg-type]
    say = _sayer(session)
    shown = tuple(one for one in tables if chosen is None or one is chosen)
    if kind == "story":
        return Screen(**base, stories=_stories(cards, shown, say))  # type: ignore[arg-type]
    if kind == "question" and chosen is not None:
        state = states[tables.index(chosen)]
        return Screen(**base, asked=_asked(cards, state, chosen, say(chosen.table.pk)))  # type: ignore[arg-type]
    if chosen is None:
        return Screen(**base, ideas=_ideas(cards, tables, say))  # type: ignore[arg-type]
    return Screen(**base, projects=tuple(_projects(chosen, say(chosen.table.pk))))  # type: ignore[arg-type]


def _sayer(session: Session) -> Callable[[int], Say]:
    """Return what gives each table's words back if the hall may see them."""
    wanted = Words.State.SHOWN if session.approve_words else Words.State.HIDDEN
    listed: dict[int, set[str]] = {}
    for table, text in Words.objects.filter(table__session=session, state=wanted).values_list("table_id", "text"):
        listed.setdefault(table, set()).add(text.strip())

    def of_table(table: int) -> Say:
        known = listed.get(table, set())
        return lambda text: text if (text.strip() in known) == session.approve_words else ""

    return of_table


def _asked(cards: Cards, state: State, one: TableOnScreen, say: Say) -> Asked | None:
    proposal = one.view.proposal
    if proposal is not None:
        held = proposal.state == "held"
        return Asked(
            _said(question_of(cards, proposal), say),
            "held" if held else "",
            counted(proposal.answers) if held else None,
            len(proposal.answered),
            len(state.taken),
        )
    if not state.decisions:
        return None
    last: Decision = state.decisions[-1]
    reactions = {seat: (one.kind, one.reason) for seat, one in last.proposal.reactions.items()}
    return Asked(
        _said(question_of(cards, last.proposal), say), last.result, counted(reactions), len(reactions), len(state.taken)
    )


def _said(question: Question, say: Say) -> Question:
    return Question(question.title, question.facts, tuple(say(words) for words in question.safeguards))


def _projects(one: TableOnScreen, say: Say) -> list[OnScreen]:
    return [
        OnScreen(
            title=project.title if project.card else say(project.title),
            table=one.table.number,
            cash_pence=project.cash_pence,
            cost_pence=project.cost_pence,
            slots=project.slots,
            ready=project.ready,
            led=bool(project.leads),
        )
        for project in one.view.projects
        if _stands(project)
    ]


def _ideas(cards: Cards, tables: tuple[TableOnScreen, ...], say: Callable[[int], Say]) -> tuple[Idea, ...]:
    """Ideas from cards in the order of the pack, then people's own in the order of tables: nothing is ranked."""
    ready: dict[str, list[int]] = {}
    making: dict[str, list[int]] = {}
    titles = {card.id: card.title for card in cards.idea_cards}
    for one in tables:
        words, number = say(one.table.pk), one.table.number
        for project in one.view.projects:
            if _stands(project) and project.state != "unready":
                key = project.card or f"{number}/{project.id}"
                titles.setdefault(key, words(project.title))
                (ready if project.ready else making).setdefault(key, []).append(number)
    return tuple(
        Idea(title, tuple(ready.get(key, ())), tuple(making.get(key, ())))
        for key, title in titles.items()
        if key in ready or key in making
    )


def _stands(project: SeenProject) -> bool:
    return project.state not in ("dropped", "merged")


def _stories(cards: Cards, tables: tuple[TableOnScreen, ...], say: Callable[[int], Say]) -> tuple[Story, ...]:
    found = []
    for one in tables:
        words = say(one.table.pk)
        for persona, (day, loses, did) in one.view.stories.items():
            found.append(Story(one.table.number, cards.persona[persona].who, words(day), words(loses), words(did)))
    return tuple(found)
