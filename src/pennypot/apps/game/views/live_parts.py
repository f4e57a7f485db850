"""Draws a table in parts, for one seat or for the board: a page is all of them, a stream sends those that changed.

Each part is kept under everything that it is made of. Whatever is the same for all eight seats is drawn once, and a
move draws what it changed. Parts hold no keys and no proofs of origin: `live_forms.fill` puts them in for a page.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from typing import Any

from django.template.loader import get_template
from django.utils import translation
from django.utils.formats import time_format
from django.utils.timezone import localtime

from pennypot.apps.game.clock import next_phase
from pennypot.apps.game.models import Session
from pennypot.apps.game.queries.live import Ask, Seen
from pennypot.house.feeds import Drawn
from pennypot.house.kept import Kept
from pennypot.play import Pack, View
from pennypot.play.legal import Option
from pennypot.play.pack import KINDS as THINGS

BOARD = "board"
_pieces: Kept[str] = Kept(6000)
_packs: Kept[Pack] = Kept(30)

# What each phase shows after the money, the phase and the open question: for a seat, and for the board.
SEAT = {
    "lobby": ("seats", "mine"),
    "arrive": ("seats", "bring", "mine", "told"),
    "place": ("mine", "told", "seats", "bring"),
    "values": ("dots", "mine", "told", "seats"),
    "cut": ("seats", "lines", "mine", "told", "values", "decided"),
    "pool": ("seats", "pools", "mine", "told", "values", "decided"),
    "event": ("seats", "events", "mine", "told", "values", "decided"),
    "create": ("purse", "projects", "ideas", "bring", "mine", "told", "seats", "values", "asks", "decided"),
    "mend": (
        *("seats", "events", "purse", "projects", "lines", "pools", "ideas"),
        *("mine", "told", "values", "asks", "decided"),
    ),
    "story": ("story", "projects", "decided", "mine", "told"),
    "ratify": ("voice", "decided", "projects", "stories"),
    "compare": ("plan", "decided", "projects", "stories", "voices"),
    "carry": ("projects", "plan", "decided", "stories", "voices"),
    "over": ("plan", "decided", "projects", "stories", "voices"),
}
# Those that look the same whoever looks: drawn once for a table as it stands.
FOR_ALL = ("money", "question", "seats", "told", "values", "decided", "stories", "voices", "plan")
ON_BOARD = ("seats", "values", "events", "lines", "told", "decided", "projects", "asks", "stories", "plan", "voices")


@dataclass(frozen=True)
class Viewer:
    """For whom a table is drawn.

    Parameters
    ----------
    seat
        The chair's role, or ``board``.
    language
        Of the page.
    phone
        The phone's row, or 0: who says in Ratify what they think.
    card
        The code of the seat's card, for letting a second phone in.
    name, as_themselves
        What the phone said when it sat down.
    """

    seat: str = BOARD
    language: str = "en"
    phone: int = 0
    card: str = ""
    name: str = ""
    as_themselves: bool = False

    @property
    def person(self) -> str:
        """What the table's log calls who sits at this phone."""
        return f"phone-{self.phone}"


def draw(seen: Seen, viewer: Viewer) -> Drawn:
    """Draw a table for somebody: parts by name, in the order of the page. ``order`` says which there are."""
    with translation.override(viewer.language):
        parts = {f"part-{name}": html for name, html in _Drawing(seen, viewer).parts() if html.strip()}
    return Drawn(seen.number, {"order": " ".join(parts), **parts})


class _Drawing:
    """One table, drawn for one viewer."""

    def __init__(self, seen: Seen, viewer: Viewer) -> None:
        self.seen, self.viewer = seen, viewer
        language = viewer.language
        self.cards = _packs.get((seen.cards.hash, language), lambda: seen.cards.in_language(language))
        self.view, options = seen.seen_by(viewer.seat)
        self.options: dict[str, list[Option]] = {}
        for option in options:
            self.options.setdefault(option.do, []).append(option)
        self.playing = "leave" in self.options or viewer.seat == BOARD

    def parts(self) -> list[tuple[str, str]]:
        """Return names and pieces in order."""
        view = self.view
        names = ON_BOARD if self.viewer.seat == BOARD else SEAT[view.phase]
        found = [("money", self._part("money"))]
        if self.viewer.seat != BOARD:
            found.append(("call", self._call()))
        found.append(("phase", self._phase()))
        if view.proposal:
            found.append(("question", self._part("question")))
            if self.viewer.seat != BOARD:
                found.append(("answer", self._answer()))
        for name in names:
            if name == "projects":
                found += self._projects()
            else:
                found.append((name, self._part(name)))
        return found

    def _part(self, name: str) -> str:
        """Return a part; one of those for all is drawn once, of what all see."""
        draw_it: Callable[[], str] = getattr(self, f"_{name}")
        if name not in FOR_ALL:
            return draw_it()
        drawn, key = self.seen.drawn, (name, self.viewer.language, self.viewer.seat == BOARD)
        if key not in drawn:
            drawn[key] = draw_it()
        return drawn[key]

    def _piece(self, template: str, made_of: tuple[Hashable, ...], context: Callable[[], dict[str, Any]]) -> str:
        """Return a piece, drawn now unless one of the same things is kept."""
        language = self.viewer.language

        def make() -> str:
            # What one seat alone sees comes by `context` and stands in `made_of`: the view given here is everybody's.
            here = {"view": self.seen.common, "cards": self.cards, **context()}
            return get_template(f"game/parts/{template}.html").render(here)

        return _pieces.get((template, self.cards.hash, language, *made_of), make)

    def _money(self) -> str:
        view, session, table = self.seen.common, self.seen.session, self.seen.table
        until = time_format(localtime(self.seen.until), "H:i") if self.seen.until else ""
        paused = session.timer == Session.Timer.PAUSED
        board = self.viewer.seat == BOARD
        merged = self.seen.table.merged_into.number if self.seen.table.merged_into else 0
        made_of: tuple[Hashable, ...] = (
            str(table),
            view.phase,
            view.found_pence,
            view.target_pence,
            until,
            paused,
            board,
            merged,
        )
        made_of += (session.demonstration,)
        return self._piece(
            "money",
            made_of,
            lambda: {
                "table": table, "until": until, "paused": paused, "board": board, "merged": merged,
                "demonstration": session.demonstration,
                "to_go": max(0, view.target_pence - view.found_pence),
            },
        )  # fmt: skip

    def _call(self) -> str:
        mine: tuple[Ask, ...] = tuple(ask for ask in self.seen.asks if ask.seat == self.viewer.seat)
        table = tuple(ask for ask in self.seen.asks if ask.wanted != "nudge")
        over = self.view.phase == "over"
        return self._piece(
            "call",
            (mine, table, over),
            lambda: {"nudged": any(ask.wanted == "nudge" for ask in mine), "asks": table, "over": over},
        )

    def _phase(self) -> str:
        view, seen = self.view, self.seen
        mine = next((one for one in view.seats if one.id == self.viewer.seat), None)
        goes_on = ""
        if seen.runs_itself and mine and mine.state == "taken" and view.phase != "over":
            goes_on = next_phase(view.order, view.phase)
        draws = goes_on and view.phase in ("event", "mend") and len(view.events) < len(self.cards.events)
        state = mine.state if mine else BOARD
        return self._piece(
            "phase",
            (view.phase, goes_on, draws, state, bool(view.proposal), view.gap_pence == 0),
            lambda: {"goes_on": goes_on, "draws": draws, "state": state, "met": view.gap_pence == 0},
        )

    def _question(self) -> str:
        view = self.seen.common
        assert view.proposal is not None
        # Who has answered is said by the chairs: the question stays as it is while answers come in.
        proposal = replace(view.proposal, answered=(), waiting_for=())
        level = next((line.level for line in view.lines if line.id == proposal.card), 0)
        return self._piece(
            "question", (repr(proposal), level, len(view.seats)), lambda: {"proposal": proposal, "was": level}
        )

    def _answer(self) -> str:
        proposal, seat = self.view.proposal, self.viewer.seat
        assert proposal is not None
        me = next(one for one in self.view.seats if one.id == seat)
        can = {name: self.options.get(name, []) for name in ("react", "safeguard", "withdraw", "close", "consent")}
        amend = [option.move for option in self.options.get("amend", [])]
        reactions = [option.move["reaction"] for option in can["react"]]
        consented = proposal.consents_given.get(seat) if can["consent"] else None
        made_of = (
            *(proposal.number, proposal.version, proposal.state, proposal.mine, me.tokens, tuple(reactions), consented),
            *(tuple(sorted(name for name, some in can.items() if some)), repr(amend), proposal.kind, proposal.card),
        )
        return self._piece(
            "answer",
            made_of,
            lambda: {
                "proposal": proposal, "me": me, "reactions": reactions, "can": can, "amend": amend,
                "line": self.cards.line.get(proposal.card), "event": self.cards.event.get(proposal.card),
                "consented": consented, "mine": proposal.mine[0] if proposal.mine else "",
            },
        )  # fmt: skip

    def _seats(self) -> str:
        view, bots = self.seen.common, self.seen.bots
        proposal = view.proposal
        answered = proposal.answered if proposal else ()
        shown = proposal.answers if proposal else {}
        rows = [
            self._chair(one.id, one.state, one.id in bots, one.id in answered, shown.get(one.id, ("", ""))[0])
            for one in view.seats
        ]
        made_of = (tuple(rows), len(answered), proposal.state if proposal else "")
        return self._piece("seats", made_of, lambda: {"rows": rows, "proposal": proposal, "count": len(answered)})

    def _chair(self, seat: str, state: str, bot: bool, answered: bool, answer: str) -> str:
        asked = bool(self.view.proposal)
        return self._piece(
            "chair",
            (seat, state, bot, answered, answer, asked),
            lambda: {
                "role": self.cards.role[seat], "state": state, "bot": bot, "answered": answered, "answer": answer,
                "asked": asked,
            },
        )  # fmt: skip

    def _mine(self) -> str:
        view, viewer = self.view, self.viewer
        role = self.cards.role[viewer.seat]
        me = next(one for one in view.seats if one.id == viewer.seat)
        tell = {option.move["fact"] for option in self.options.get("reveal", ())}
        brings = [(asset, *view.assets[asset.id]) for asset in self.cards.assets if asset.bring == viewer.seat]
        brings_own = self._own(viewer.seat)
        made_of: tuple[Hashable, ...] = (
            viewer.seat,
            viewer.card,
            viewer.name,
            viewer.as_themselves,
            me.tokens,
            me.state,
            me.revealed,
        )
        made_of += (frozenset(tell), view.phase, repr(brings), repr(brings_own))
        return self._piece(
            "mine",
            made_of,
            lambda: {
                "role": role, "me": me, "viewer": viewer, "tell": tell, "brings": brings, "brings_own": brings_own,
                "facts": [(fact, "know") for fact in role.know] + [(fact, "care") for fact in role.care],
            },
        )  # fmt: skip

    def _own(self, seat: str) -> list[tuple[Any, int, int]]:
        """Things of their own that a seat brought: each with how much is used, and how much there is."""
        assets = self.view.assets
        return [(own, *assets[key]) for key, own in self.seen.state.own_assets.items() if own.seat == seat]

    def _told(self) -> str:
        told = [(self.cards.role[one.id].title, fact) for one in self.seen.common.seats for fact in one.revealed]
        board = self.viewer.seat == BOARD
        return self._piece("told", (tuple(told), board), lambda: {"told": told, "board": board})

    def _dots(self) -> str:
        mine = self.view.my_dots
        return self._piece("dots", (mine, self.playing, bool(self.options.get("dots"))), self._dots_of)

    def _dots_of(self) -> dict[str, Any]:
        count = {need.id: self.view.my_dots.count(need.id) for need in self.cards.needs}
        return {"count": count, "three": (1, 2, 3), "may": bool(self.options.get("dots"))}

    def _values(self) -> str:
        view = self.seen.common
        needs = [(self.cards.need[name], view.dots.get(name, 0)) for name in view.values]
        return self._piece("values", (view.values, repr(view.dots)), lambda: {"needs": needs})

    def _lines(self) -> str:
        depths: dict[str, list[int]] = {}
        for option in self.options.get("propose", ()):
            if option.move["kind"] == "cut":
                depths.setdefault(option.move["card"], []).append(option.move["level"])
        if self.viewer.seat == BOARD and self.view.phase in ("lobby", "arrive"):
            return ""
        view = self.view
        waits, board = bool(view.proposal), self.viewer.seat == BOARD
        now = tuple((line.level, line.now_pence, tuple(depths.get(line.id, ()))) for line in view.lines)

        def context() -> dict[str, Any]:
            by_id = {line.id: line for line in view.lines}
            rows = [self._line(line, by_id[line.id], tuple(depths.get(line.id, ()))) for line in self.cards.lines]
            return {"rows": rows, "may": bool(depths), "waits": waits, "board": board}

        return self._piece("lines", (now, waits, board), context)

    def _line(self, line: Any, now: Any, depths: tuple[int, ...]) -> str:
        return self._piece(
            "line",
            (line.id, now.level, now.now_pence, depths),
            lambda: {"line": line, "now": now, "depths": depths},
        )

    def _pools(self) -> str:
        options = self.options.get("propose", ())
        may = frozenset(option.move["card"] for option in options if option.move["kind"] == "pool")
        view = self.view
        return self._piece(
            "pools",
            (may, view.pooled, bool(view.proposal)),
            lambda: {"may": may, "pooled": view.pooled, "waits": bool(view.proposal)},
        )

    def _events(self) -> str:
        view = self.view
        options = self.options.get("propose", ())
        may = frozenset(
            (option.move["card"], option.move["choice"]) for option in options if option.move["kind"] == "respond"
        )
        drawn = [(self.cards.event[name], pence, choice) for name, pence, choice in view.events]
        return self._piece(
            "events",
            (may, view.events, bool(view.proposal), view.phase, self.viewer.seat == BOARD),
            lambda: {"drawn": drawn, "may": {card for card, _ in may}, "waits": bool(view.proposal)},
        )

    def _purse(self) -> str:
        view = self.view
        return self._piece(
            "purse", (view.share_pence, view.slice_pence, view.freed_pence), lambda: {"share": view.share_pence}
        )

    def _projects(self) -> list[tuple[str, str]]:
        """Return the heading and each project that was not dropped or joined to another."""
        view = self.view
        shown = [one for one in view.projects if one.state not in ("dropped", "merged")]
        open_now = view.phase in ("create", "mend")
        if not shown and not open_now:
            return []
        ready = sum(one.ready for one in shown)
        head = self._piece("projects", (len(shown), ready, view.phase), lambda: {"count": len(shown), "ready": ready})
        return [("projects", head), *((f"project-{one.id}", self._project(one)) for one in shown)]

    def _project(self, one: Any) -> str:
        seat = self.viewer.seat
        can: dict[str, list[Option]] = {}
        for name in ("pledge", "unpledge", "offer", "lead", "unlead", "sign_off", "protect", "drop", "merge", "carry"):
            some = [option for option in self.options.get(name, ()) if option.move["project"] == one.id]
            if some:
                can[name] = some
        offers = [(key, offer) for key, offer in self.view.offers.items() if offer["project"] == one.id]
        titles = {asset.id: asset.title for asset in self.cards.assets}
        titles |= {key: own.title for key, own in self.seen.state.own_assets.items()}
        others = {other.id: other.title for other in self.view.projects if other.state == "open" and other.id != one.id}
        carried = one.id in self.view.carried
        made_of = (
            *(repr(one), repr(can), repr(offers), seat if can else "", carried, self.view.phase),
            repr(others) if "merge" in can else "",
        )
        return self._piece(
            "project",
            made_of,
            lambda: {
                "project": one, "can": can, "offers": offers, "titles": titles, "seat": seat, "others": others,
                "carried": carried, "card": self.cards.idea_card.get(one.card),
            },
        )  # fmt: skip

    def _ideas(self) -> str:
        options = self.options.get("draft", ())
        may = frozenset(option.move["card"] for option in options if "card" in option.move)
        ideas = [card for card in self.cards.idea_cards if card.id in may]
        own = any("title" in option.move for option in options)
        return self._piece(
            "ideas", (may, own), lambda: {"ideas": ideas, "own": own, "things": THINGS, "needs": self.cards.needs}
        )

    def _bring(self) -> str:
        may = bool(self.options.get("add_asset"))
        return self._piece("bring", (may,), lambda: {"things": THINGS}) if may else ""

    def _asks(self) -> str:
        may = bool(self.options.get("ask"))
        made_of = (may, self.view.asks)
        return self._piece("asks", made_of, lambda: {"may": may, "things": THINGS}) if may or self.view.asks else ""

    def _decided(self) -> str:
        made_of = (repr(self.seen.common.decisions),)
        return self._piece("decided", made_of, dict) if self.seen.common.decisions else ""

    def _story(self) -> str:
        may = bool(self.options.get("story"))
        rows = [(one, self.view.stories.get(one.id)) for one in self.cards.personas]
        return self._piece("story", (may, repr(self.view.stories)), lambda: {"rows": rows, "may": may})

    def _stories(self) -> str:
        told = self.seen.common.stories
        rows = [(one, told[one.id]) for one in self.cards.personas if one.id in told]
        return self._piece("stories", (repr(rows),), lambda: {"rows": rows}) if rows else ""

    def _voice(self) -> str:
        mine = self.seen.state.voices.get(self.viewer.person)
        may = bool(self.options.get("ratify"))
        count = len(self.view.voices)
        return self._piece(
            "voice",
            (repr(mine), may, count),
            lambda: {
                "mine": mine, "may": may, "count": count, "five": (1, 2, 3, 4, 5),
                "kinds": ("support", "live", "concern", "hold"),
            },
        )  # fmt: skip

    def _voices(self) -> str:
        voices = self.seen.common.voices
        shown = self.seen.common.phase in ("compare", "carry", "over")
        return self._piece("voices", (voices,), dict) if voices and shown else ""

    def _plan(self) -> str:
        view, table = self.seen.common, self.seen.table
        if view.phase not in ("compare", "carry", "over"):
            return ""
        agreed = sum(one.result == "agreed" for one in view.decisions)
        ready = sum(one.ready for one in view.projects)
        made_of = (table.pk, view.ended, view.phase, view.gap_pence, agreed, ready)
        place, session = self.seen.session.place, self.seen.session
        return self._piece(
            "plan",
            made_of,
            lambda: {"table": table, "place": place, "session": session, "agreed": agreed, "ready": ready},
        )


def forget_pieces() -> None:
    """Forget what is kept, as tests do that change templates or languages."""
    global _pieces
    _pieces = Kept(6000)


__all__ = ["BOARD", "View", "Viewer", "draw"]
