"""What became of an evening: the plan of one table, and several tables side by side. Counts, never a score."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from pennypot.apps.game.actions.moves import cards_of
from pennypot.apps.game.finished import is_finished
from pennypot.apps.game.models import Advice, Phone, Session, Table, Words
from pennypot.apps.places.models import Place
from pennypot.house.kept import Kept
from pennypot.play import Pack as Cards
from pennypot.play import State, loaded
from pennypot.play.readings import LineAcross, Reading, across, reading_of
from pennypot.play.state import Decision, Project


def table_for(session: Session, number: int) -> Table:
    """Return a table of a session; one query.

    Raises
    ------
    Http404
        There is no such table.
    """
    found = session.tables.filter(number=number).first()
    if found is None:
        raise Http404
    found.session = session
    return found


def my_cards(session: Session) -> Cards:
    """Return the session's cards in the reader's language."""
    return cards_of(session.pack).in_language((get_language() or "en").split("-")[0])


@dataclass(frozen=True)
class Held:
    """Somebody's hold: which seat, and why."""

    seat: str
    reason: str


@dataclass(frozen=True)
class Decided:
    """A decision as the plan prints it."""

    title: str
    kind: str
    pence: int
    percent: int
    affected: str
    safeguards: tuple[str, ...]
    dissent: tuple[Held, ...]
    result: str
    answers: dict[str, int]

    @property
    def asked(self) -> tuple[str, str, int]:
        """What it was about, told apart from every other question."""
        return self.kind, self.title, self.percent


@dataclass(frozen=True)
class Made:
    """A project as the plan prints it."""

    id: str
    title: str
    text: str
    cost_pence: int
    yearly: bool
    state: str
    leads: tuple[str, ...]
    offers: tuple[str, ...]
    lacks: tuple[str, ...]
    needs: tuple[str, ...]
    safeguards: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """The plan of one table. Money in pence."""

    table: Table
    cards: Cards
    state: State
    reading: Reading
    agreed: tuple[Decided, ...]
    not_agreed: tuple[Decided, ...]
    projects: tuple[Made, ...]
    values: tuple[str, ...]
    stories: tuple[tuple[str, str, str, str], ...]
    voices: dict[str, int]
    regrets: tuple[str, ...]
    missing: tuple[str, ...]
    not_there: tuple[str, ...]
    people: int

    @property
    def spent_pence(self) -> int:
        """What its ready projects cost: as much as the ledger gave them."""
        return self.reading.spent_pence


def veil_of(table: Table, *, all_words: bool = False) -> Callable[[str], str]:
    """Return what shows a text that somebody typed, or says that it is not shown.

    Parameters
    ----------
    all_words
        For those who run the evening: they see everything.
    """
    hidden = set() if all_words else _hidden(table.session, table.words.all())
    return lambda text: _("(not shown)") if text and text in hidden else text


def _hidden(session: Session, words: QuerySet[Words]) -> set[str]:
    """Return what was typed and is not shown: what was hidden, and where words are read first, what nobody has read."""
    states = [Words.State.HIDDEN, *([Words.State.WAITING] if session.approve_words else [])]
    return {text.strip() for text in words.filter(state__in=states).values_list("text", flat=True)}


def plan_of(table: Table, *, all_words: bool = False) -> Plan:
    """Read a table's plan; two queries beside the table's own."""
    cards, state = my_cards(table.session), loaded(table.state)
    veil = veil_of(table, all_words=all_words)
    decided = [_decided(cards, one, veil) for one in state.decisions if one.result in ("agreed", "not-agreed")]
    reading = reading_of(cards, state)
    voices: dict[str, int] = {}
    for voice in state.voices.values():
        voices[voice.reaction] = voices.get(voice.reaction, 0) + 1
    return Plan(
        table=table,
        cards=cards,
        state=state,
        reading=reading,
        agreed=tuple(one for one in decided if one.result == "agreed"),
        not_agreed=_still_open(decided),
        projects=tuple(_made(cards, state, name, one, veil) for name, one in _standing(state)),
        values=tuple(cards.need[need].name for need in state.values),
        stories=tuple(
            (cards.persona[who].who, veil(day), veil(loses), veil(did))
            for who, (day, loses, did) in state.stories.items()
        ),
        voices=voices,
        regrets=tuple(dict.fromkeys(veil(text) for text in reading.regrets)),
        missing=tuple(dict.fromkeys(veil(text) for text in reading.missing)),
        not_there=tuple(cards.role[name].title for name in reading.empty_seats),
        people=Phone.objects.filter(chair__table=table).count(),
    )


def _still_open(decided: list[Decided]) -> tuple[Decided, ...]:
    """Return what was never agreed, each once: as it was put last. What was agreed later is on the other list."""
    settled = {one.asked for one in decided if one.result == "agreed"}
    last = {one.asked: one for one in decided if one.result == "not-agreed"}
    return tuple(one for asked, one in last.items() if asked not in settled)


def _standing(state: State) -> list[tuple[str, Project]]:
    order = {"ready": 0, "open": 1, "unready": 2}
    found = [(name, one) for name, one in state.projects.items() if one.state in order]
    return sorted(found, key=lambda pair: order[pair[1].state])


def title_of(cards: Cards, decision: Decision) -> str:
    """Say what a decision was about."""
    card = decision.proposal.card
    if decision.proposal.kind == "cut":
        return cards.line[card].service
    if decision.proposal.kind == "pool":
        return cards.pool_card[card].title
    event = cards.event[card]
    chosen = next((choice.text for choice in event.choices if choice.id == decision.proposal.choice), "")
    return f"{event.title}: {chosen}"


def _decided(cards: Cards, one: Decision, veil: Callable[[str], str]) -> Decided:
    proposal = one.proposal
    step = None
    if proposal.kind == "cut" and proposal.level:
        step = cards.line[proposal.card].steps[proposal.level - 1]
    answers: dict[str, int] = {}
    for reaction in proposal.reactions.values():
        answers[reaction.kind] = answers.get(reaction.kind, 0) + 1
    return Decided(
        title=title_of(cards, one),
        kind=proposal.kind,
        pence=one.pence,
        percent=step.percent if step else 0,
        affected=step.affected if step else "",
        safeguards=tuple(veil(text) for text in proposal.safeguards),
        dissent=tuple(Held(cards.role[seat].title, veil(proposal.reactions[seat].reason)) for seat in one.dissent),
        result=one.result,
        answers=answers,
    )


def _made(cards: Cards, state: State, name: str, one: Project, veil: Callable[[str], str]) -> Made:
    mine = [offer for offer in state.offers.values() if offer.project == name]
    offers = [(offer, veil(offer_title(cards, state, offer.asset))) for offer in mine]
    filled = state.filled(name)
    return Made(
        id=name,
        title=one.title if one.card else veil(one.title),
        text=cards.idea_card[one.card].text if one.card else veil(one.text),
        cost_pence=one.cost_pence,
        yearly=one.yearly,
        state=one.state,
        leads=tuple(cards.role[seat].title for seat in one.leads),
        offers=tuple(f"{title} ({cards.role[offer.seat].title})" for offer, title in offers),
        lacks=tuple(kind for kind, units in one.slots.items() if filled.get(kind, 0) < units),
        needs=tuple(cards.need[need].name for need in one.needs),
        safeguards=tuple(veil(text) for text in one.safeguards),
    )


def offer_title(cards: Cards, state: State, asset: str) -> str:
    """Say what an offer is of."""
    return cards.asset[asset].title if asset in cards.asset else state.own_assets[asset].title


@dataclass(frozen=True)
class PoolAcross:
    """A pool card over several tables."""

    card: str
    title: str
    agreed: int
    tables: int


@dataclass(frozen=True)
class TableRow:
    """A table in the comparison."""

    table: Table
    found_pence: int
    gap_pence: int
    ready: tuple[str, ...]
    holds: int
    dissents: int
    worst: str
    not_there: tuple[str, ...]
    ended: str
    finished: bool


@dataclass(frozen=True)
class Comparison:
    """All tables of an evening that have made a plan, side by side."""

    session: Session
    cards: Cards
    tables: tuple[TableRow, ...]
    lines: tuple[LineAcross, ...]
    pooled: tuple[PoolAcross, ...]
    people: int
    by_bots: int
    not_there: tuple[tuple[str, int], ...]
    still_playing: int

    def of(self, verdict: str) -> list[LineAcross]:
        """Return the lines of a verdict: consensus, red, split or untouched."""
        return [line for line in self.lines if line.verdict == verdict]

    @property
    def groups(self) -> list[tuple[str, list[LineAcross]]]:
        """Verdicts with their lines, those first that say most."""
        return [(verdict, self.of(verdict)) for verdict in ("consensus", "red", "split", "untouched")]


def compared(session: Session) -> Comparison:
    """Compare an evening's tables; three queries. What was read is kept until a table moves again."""
    tables = list(session.tables.filter(merged_into=None))
    for table in tables:
        table.session = session
    people = Phone.objects.filter(chair__table__session=session).count()
    hidden = frozenset(_hidden(session, Words.objects.filter(table__session=session)))
    key = (session.pk, get_language(), people, hidden, tuple((table.pk, table.moves) for table in tables))
    return _kept.get(key, lambda: _compare(session, tables, people, hidden))


_kept: Kept[Comparison] = Kept(most=32)


def _compare(session: Session, tables: list[Table], people: int, hidden: frozenset[str]) -> Comparison:
    cards = my_cards(session)
    states = [(table, loaded(table.state)) for table in tables]
    finished = [(table, state) for table, state in states if is_finished(state) and state.ended != "abandoned"]
    seats: dict[str, int] = {}
    rows = []
    for table, state in finished:
        row = _row(cards, table, state)
        rows.append(row)
        for title in row.not_there:
            seats[title] = seats.get(title, 0) + 1
    pooled = tuple(
        PoolAcross(card.id, card.title, sum(card.id in state.pooled for _table, state in finished), len(finished))
        for card in cards.pool_cards
    )
    lines = across(cards, [state for _table, state in finished]) if finished else ()
    return Comparison(
        session=session,
        cards=cards,
        tables=tuple(rows),
        lines=tuple(_without(line, hidden) for line in lines),
        pooled=pooled,
        people=people,
        by_bots=sum(table.source == Table.Source.BOTS for table, _state in finished),
        not_there=tuple(sorted(seats.items(), key=lambda pair: (-pair[1], pair[0]))),
        still_playing=len(states) - len(finished),
    )


def _without(line: LineAcross, hidden: frozenset[str]) -> LineAcross:
    return replace(line, reasons=tuple(reason for reason in line.reasons if reason not in hidden))


def _row(cards: Cards, table: Table, state: State) -> TableRow:
    reading = reading_of(cards, state)
    worst = reading.worst_need
    ready = [one for one in state.projects.values() if one.state == "ready"]
    return TableRow(
        table=table,
        found_pence=reading.found_pence,
        gap_pence=reading.gap_pence,
        ready=tuple(one.title if one.card else _("an idea of its own") for one in ready),
        holds=reading.holds,
        dissents=reading.dissents,
        worst=cards.need[worst.need].name if worst and worst.lines_cut else "",
        not_there=tuple(cards.role[name].title for name in reading.empty_seats),
        ended=reading.ended,
        finished=True,
    )


@dataclass(frozen=True)
class Suggestion:
    """Advice that an evening's tables could give about one line or pool card."""

    card: str
    kind: str
    title: str
    agency: str
    tables_for: int
    tables_all: int
    text: str
    sent: bool


def suggestions(found: Comparison) -> list[Suggestion]:
    """Return what the tables have to say to those who decide: one query. The verdict is reckoned, not chosen."""
    sent = set(Advice.objects.filter(session=found.session).values_list("card", flat=True))
    made = []
    for line in found.lines:
        kind = _kind_of(line)
        if kind is None:
            continue
        count = line.cut if kind != Advice.Kind.KEEP else line.tables
        card = found.cards.line[line.line]
        reasons = " ".join(f"“{reason}”" for reason in line.reasons[:3])
        text = _said(kind, count, line.tables, card, line.median_level)
        text = f"{text} {_('Who held said:')} {reasons}" if reasons else text
        made.append(Suggestion(card.id, kind, card.service, card.agency, count, line.tables, text, card.id in sent))
    for pool in found.pooled:
        if pool.tables and 3 * pool.agreed >= 2 * pool.tables:
            text = _("%(count)d of %(all)d tables would share this.") % {"count": pool.agreed, "all": pool.tables}
            kind = Advice.Kind.POOL
            made.append(Suggestion(pool.card, kind, pool.title, "", pool.agreed, pool.tables, text, pool.card in sent))
    return made


def _kind_of(line: LineAcross) -> str | None:
    """Return what tables advise on a line. One that was cut although many held it is not one that all would leave."""
    if line.verdict == "untouched":
        return None
    if line.verdict == "consensus":
        return Advice.Kind.CUT
    return Advice.Kind.SPLIT if line.cut else Advice.Kind.KEEP


def _said(kind: str, count: int, tables: int, line: Any, level: int) -> str:
    sums = {"count": count, "all": tables, "percent": line.steps[level - 1].percent if level else 0}
    if kind == Advice.Kind.CUT or (kind == Advice.Kind.SPLIT and count == tables):
        return _("%(count)d of %(all)d tables would take something from this; the middle one %(percent)d %%.") % sums
    if kind == Advice.Kind.KEEP:
        return _("%(count)d of %(all)d tables would take nothing from this.") % sums
    return _("%(count)d of %(all)d tables would take something from this; the others would not.") % sums


@dataclass(frozen=True)
class Shown:
    """A piece of advice on a page, and whether its reply is overdue."""

    advice: Advice
    overdue: bool = field(default=False)


def advice_of(place: Place, today: date) -> list[Shown]:
    """Return a place's advice: what waits for a reply first, the longest overdue at the top; one query."""
    found = Advice.objects.filter(place=place).select_related("session", "agency", "reply")
    shown = [Shown(one, overdue=not hasattr(one, "reply") and one.due_on < today) for one in found]
    return sorted(shown, key=lambda one: (hasattr(one.advice, "reply"), one.advice.due_on, one.advice.pk))
