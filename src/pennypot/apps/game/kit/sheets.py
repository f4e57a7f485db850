"""Ledger, facilitator's script, scribe's sheet, and the rules on one page."""

from __future__ import annotations

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from pennypot.apps.game.faces import KINDS, Face, faces_of
from pennypot.apps.game.kit.cards import ANSWERS_SAID, SeatOf, scaled_minutes
from pennypot.apps.game.kit.paper import CODE, Cover, Look, Made, Part, sheet
from pennypot.apps.game.names import ANSWERS, PHASES, PHASES_SAID, THINGS
from pennypot.house.money import pounds, pounds_said
from pennypot.play import Pack
from pennypot.play.state import ORDERS

DECISIONS, PROJECTS, PLEDGES = 22, 10, 14  # empty rows


def ledger(pack: Pack, seats: list[SeatOf], look: Look, target_pence: int | None = None) -> Made:
    """The table's books by hand: what was decided and found, and what each project has and needs."""
    shown = pack.in_language(look.language)
    target = pack.policy.target_pence if target_pence is None else target_pence
    with translation.override(look.language):
        opening = [
            _("We look for %(target)s. Write each decision in one row; the last column adds up.")
            % {"target": pounds(target)}
        ]
        parts = [
            Part(
                _("What we decided"),
                heads=[
                    _("No."),
                    pgettext("on a card", "Letters"),
                    _("Step"),
                    _("Yes"),
                    _("Concern"),
                    _("Hold, by whom"),
                    _("Agreed?"),
                    _("Saves"),
                    _("Found so far"),
                ],
                rows=[[str(number), *[""] * 8] for number in range(1, DECISIONS + 1)],
                widths=["auto", 1, 0.7, 0.7, 1, 1.6, 1.1, 1.6, 1.8],
                tall=6,
            ),
            Part(
                _("What we create"),
                [
                    _(
                        "A project is ready when its money is there to the penny, it has all its things, and "
                        "somebody leads."
                    )
                ],
                heads=[_("Letters or title"), _("Costs"), _("Pledged"), _("Things it needs"), _("Leads"), _("Ready?")],
                rows=[[""] * 6 for _row in range(PROJECTS)],
                widths=[2.2, 1, 1, 2, 1.2, 0.8],
                tall=9,
            ),
            Part(
                _("Pledges"),
                heads=[_("Project"), *[str(seat.number) for seat in seats], _("In all")],
                rows=[[""] * (len(seats) + 2) for _row in range(PLEDGES)],
                widths=[2, *[1] * len(seats), 1.2],
                tall=7,
            ),
        ]
        return sheet(shown, _("The table's ledger"), opening, parts, look)


def script(pack: Pack, look: Look, minutes: int = 120, order: str = "cut-first") -> Made:
    """What a facilitator says and does in each part, with minutes for the evening's length."""
    shown = pack.in_language(look.language)
    with translation.override(look.language):
        said = _says(shown)
        times = scaled_minutes(minutes)
        rows, at = [], 0
        for phase in ORDERS[order]:
            if phase in times:
                rows.append([f"{at}–{at + times[phase]}", str(PHASES[phase]), str(PHASES_SAID[phase]), said[phase]])
                at += times[phase]
        opening = [
            _("For an evening of %(minutes)s minutes. Clocks advise; nothing is decided because time is over.")
            % {"minutes": minutes},
            _("Speak of services, never of persons who are not here. Let the quietest seat begin."),
        ]
        parts = [
            Part(
                heads=[_("Minutes"), _("Part"), _("Say"), _("Do")],
                rows=rows,
                widths=["auto", "auto", 1, 1.6],
                tall=5,
            ),
            Part(_("If it is difficult"), _difficult(), breakable=False),
        ]
        return sheet(shown, _("Script for the facilitator"), opening, parts, look)


def _says(pack: Pack) -> dict[str, str]:
    target, policy = pounds_said(pack.policy.target_pence), pack.policy
    return {
        "arrive": _("Two residents' seats and a community group's are filled first. Hand out seat cards and paddles."),
        "place": _("Read the place's figures aloud: %(target)s is what we look for. Each seat reads its own card.")
        % {"target": target},
        "values": _(
            "Three dots a seat, all three on one need if you like. The five needs with most dots bind the table."
        ),
        "cut": _(
            "One question at a time: letters of the line, and the step. All paddles up together. A hold costs a "
            "token and gives a reason; then the proposer may change it once."
        ),
        "pool": _("The same with pool cards. Every seat that the card names must say yes itself."),
        "event": _("Draw one event for all tables. Each table chooses its answer."),
        "create": _(
            "Hand out pledge notes. %(where)s has %(slice)s of the pot, and its part of half of what was found "
            "beyond the target. Ideas on the table, then money, things and somebody who leads."
        )
        % {"where": policy.slice_name, "slice": pounds(policy.slice_pence)},
        "mend": _("Draw another event. Tables may cut, pool, create, or take a cut back while the money is there."),
        "story": _("Two people of the cards: one day next year. Who gains, who loses, and what did we do about it?"),
        "ratify": _("As yourself, not as your seat: an answer to the plan, one regret, one thing missing."),
        "compare": _("Put the sheets side by side. Nothing is ranked. Ask: where did all cut, and where nobody?"),
        "carry": _("Who takes a project home? What was offered counts only when its owner confirms it."),
    }


def _difficult() -> list[str]:
    return [
        _("Somebody speaks for everybody: ask the seat that has said least to begin the next round."),
        _("A table is stuck: close the question. Not agreed is a result too."),
        _("Somebody leaves: their seat keeps its money and waits. Below three people, join two tables."),
        _("Somebody is upset: stop the clock, go to them, and write it down afterwards."),
    ]


def scribe(pack: Pack, seats: list[SeatOf], look: Look) -> Made:
    """Everything that a scribe types: seats' numbers, letters of all cards, and how lines are written."""
    shown = pack.in_language(look.language)
    with translation.override(look.language):
        opening = [
            _("Write one line for what one seat did: the seat's number, then the letters on the card."),
            _("A wrong letter, or two that changed places, is never another card: you are asked again."),
        ]
        first = shown.lines[0].code
        ideas = shown.idea_cards[0].code if shown.idea_cards else "…"
        parts = [
            Part(
                _("Seats"),
                heads=[_("No."), pgettext("on a card", "Letters"), _("Seat")],
                rows=[[str(seat.number), CODE + _code(shown, seat), shown.role[seat.role].title] for seat in seats],
                widths=["auto", "auto", 1],
                tall=3,
                breakable=False,
            ),
            Part(
                _("How to write it"),
                heads=[_("Write"), _("It says")],
                rows=[[CODE + typed, said] for typed, said in _grammar(first, ideas)],
                widths=["auto", 1],
                tall=3,
                breakable=False,
            ),
            *(
                Part(
                    str(KINDS[kind]),
                    heads=[pgettext("on a card", "Letters"), _("Card"), _("On it")],
                    rows=[[CODE + face.code, face.title, _on_it(face)] for face in faces_of(shown, kind)],
                    widths=["auto", 1.4, 1],
                    tall=2.5,
                )
                for kind in ("need", "line", "pool", "idea", "asset", "event", "persona")
            ),
        ]
        return sheet(shown, _("The scribe's sheet"), opening, parts, look)


def _on_it(face: Face) -> str:
    if face.steps:
        return " · ".join(f"{step.number}: {step.amount}" for step in face.steps)
    things = ", ".join(f"{count} {word}" for _kind, word, count in face.things)
    choices = " · ".join(one for _word, said in face.lists for one in said) if face.kind == "event" else ""
    return ", ".join(part for part in (face.amount, things, choices) if part)


def _code(pack: Pack, seat: SeatOf) -> str:
    return pack.role[seat.role].code


def _grammar(line: str, idea: str) -> list[tuple[str, str]]:
    answers = ANSWERS
    return [
        ("1+   4-", _("seat 1 sits down, seat 4 gets up")),
        (f"2 {line} 1", _("seat 2 proposes to cut this line by its first step")),
        (
            "1s 2l 3c",
            _("seat 1: %(support)s, seat 2: %(live)s, seat 3: %(concern)s")
            % {"support": answers["support"], "live": answers["live"], "concern": answers["concern"]},
        ),
        ("4h …", _("seat 4: %(hold)s, and the reason in its own words") % {"hold": answers["hold"]}),
        ("6y   6n", _("seat 6 says yes or no to a pool card that it looks after")),
        ("2 amend 1 …", _("seat 2 changes its question after a hold, once; a safeguard in words")),
        ("2 back   close", _("seat 2 takes its question back; the scribe ends the waiting")),
        (f"3 {idea}", _("seat 3 puts an idea on the table")),
        ("3 own £1,200 room 1: …", _("seat 3's own idea: what it costs and needs, then its title")),
        (f"3 {idea} £2,500", _("seat 3 pledges pounds to it")),
        (f"3 … {idea} 2", _("seat 3 offers it two units of what the card in place of the dots brings")),
        (f"3 lead {idea}", _("seat 3 leads it")),
        (f"6 sign {idea}", _("seat 6 signs it off")),
        ("2 tells 1", _("seat 2 tells the first thing on its card")),
        ("2 plan s 4: … / …", _("seat 2 ratifies, how sure from 1 to 5: a regret / what was missing")),
    ]


def rules(place: str, look: Look) -> Made:
    """The rules on one page."""
    with translation.override(look.language):
        times = scaled_minutes(120)
        opening = [
            _(
                "Four to eight people sit round a table with their place's own public money. Together you find "
                "savings, share what can be shared, and spend a part on things that the neighbourhood makes itself. "
                "Nobody wins. What you make goes to the people who decide."
            )
        ]
        parts = [
            Part(
                heads=[_("Part"), _("Minutes"), _("What you do")],
                rows=[[str(PHASES[phase]), str(times[phase]), str(PHASES_SAID[phase])] for phase in times],
                widths=["auto", "auto", 1],
                tall=2.5,
            ),
            Part(
                _("To agree"),
                [
                    _(
                        "One question at a time. Everybody answers, and all answers are shown together. It is agreed "
                        "when more than half of the seats support it or can live with it and nobody holds. A hold "
                        "costs one of your two tokens and gives a reason; then the proposer may change the question "
                        "once. After that a single hold does not stop it, and is printed as dissent; two do. Who "
                        "says nothing has not said yes."
                    )
                ],
            ),
            Part(
                heads=[pgettext("what a seat answers", "Answer"), _("It says")],
                rows=[[str(ANSWERS[kind]), str(said)] for kind, (_colour, said) in ANSWERS_SAID.items()],
                widths=["auto", 1],
                tall=2.5,
            ),
            Part(
                _("Money"),
                [
                    _(
                        "A cut can be taken back while the money is there. No line goes below what the law or "
                        "people's safety needs. If you find more than the target, half of that is there to create "
                        "with, and your neighbourhood has its part of it; the rest goes back to the services. In "
                        "Create every seat has the same share, too small for most ideas. Find others."
                    )
                ],
            ),
            Part(
                _("A project is ready"),
                [
                    _(
                        "when its money is there to the penny, everything that it needs is promised (%(things)s), "
                        "somebody leads it, and whoever has a duty by law has signed. What is not ready gives its "
                        "money back."
                    )
                    % {"things": ", ".join(str(word) for word in THINGS.values())}
                ],
            ),
            Part(
                _("Please"),
                [
                    _(
                        "Speak of services, not of persons who are not here. Let the quietest seat begin. If you do "
                        "not agree, or do not reach the target, that is a result too. Clocks only advise."
                    )
                ],
            ),
        ]
        return sheet(Cover(place, "Pennypot"), _("The rules on one page"), opening, parts, look)
