"""Cards, seat cards, paddles and pledge notes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pennypot.apps.game import marks
from pennypot.apps.game.faces import Face, face_of, faces_of
from pennypot.apps.game.kit.paper import Look, Made, basics
from pennypot.apps.game.names import ANSWERS
from pennypot.house.money import pounds
from pennypot.house.typeset import plain, qr_svg
from pennypot.play import Pack
from pennypot.play.money import equal_parts
from pennypot.play.state import MINUTES

# Kinds of cards that are cut out, with columns and rows on a sheet and points of type; and those in large print.
_LAYOUT = {
    "line": ((1, 2, 12.5), (1, 1, 18.0)),
    "pool": ((2, 2, 12.5), (1, 2, 18.0)),
    "idea": ((2, 2, 14.0), (1, 2, 18.0)),
    "asset": ((2, 4, 11.5), (1, 3, 18.0)),
    "event": ((2, 2, 13.5), (1, 2, 18.0)),
    "need": ((2, 4, 12.0), (1, 3, 18.0)),
    "persona": ((2, 2, 14.0), (1, 2, 18.0)),
}
# Colour, and what holding the paddle up says.
ANSWERS_SAID = {
    "support": ("#41682f", gettext_lazy("I want this.")),
    "live": ("#1f5f86", gettext_lazy("I would do it differently, and it is all right.")),
    "concern": ("#8a6410", gettext_lazy("I am worried, and I do not stop it.")),
    "hold": ("#9b3550", gettext_lazy("Stop. It costs one of my two tokens, and I say why.")),
}
_NOTES = tuple(digit * 10**power for power in range(9, -1, -1) for digit in (5, 2, 1))  # pounds
BLANK_NOTES = 4


def cards(pack: Pack, look: Look) -> Made:
    """All cards to cut out, kind by kind."""
    shown = pack.in_language(look.language)
    with translation.override(look.language):
        groups = []
        for kind, layouts in _LAYOUT.items():
            columns, rows, size = layouts[look.large]
            groups.append(
                {
                    "columns": columns,
                    "rows": rows,
                    "type": size * look.enlarged,
                    "wide": kind == "line" and not look.large,
                    "faces": [_face(face) for face in faces_of(shown, kind)],
                }
            )
        data = basics(shown, _("Cards"), look) | {"groups": [group for group in groups if group["faces"]]}
    return Made("cards", data)


def _face(face: Face) -> dict[str, Any]:
    return {
        "kind": face.kind,
        "kind-word": face.kind_word,
        "code": face.code,
        "mark": marks.drawing(marks.CARDS[face.kind], "#ffffff"),
        "over": plain(face.over),
        "title": plain(face.title),
        "amount": face.amount,
        "amount-words": face.amount_words,
        "text": plain(face.text),
        "steps": [
            {name.replace("_", "-"): plain(str(value)) for name, value in asdict(step).items()}
            | {
                "undone": _("can be undone") if step.can_be_undone else _("cannot be undone"),
                "instead-word": _("Could replace it"),
            }
            for step in face.steps
        ],
        "sides": [[word, plain(said)] for word, said in face.sides],
        "facts": [[plain(word), plain(said)] for word, said in face.facts],
        "lists": [[word, [plain(one) for one in said]] for word, said in face.lists],
        "things": [
            [marks.drawing(marks.THINGS[kind], "#5d5347"), word, f"{count} ×"] for kind, word, count in face.things
        ],
        "foot": plain(face.foot),
    }


@dataclass(frozen=True)
class Entry:
    """How a seat's phone comes back: the code on its card, and what its square opens."""

    code: str = field(repr=False)
    link: str = field(repr=False)
    address: str


@dataclass(frozen=True)
class SeatOf:
    """A seat at a table that gets a card; ``entry`` is None on the cards of a pack that nobody plays yet."""

    role: str
    number: int
    table: str = ""
    entry: Entry | None = None


def seat_cards(pack: Pack, seats: Sequence[SeatOf], look: Look) -> Made:
    """One sheet a seat: what it looks after, knows, cares about and brings; a square and a code to come back with."""
    shown = pack.in_language(look.language)
    with translation.override(look.language):
        data = basics(shown, _("Seat cards"), look) | {"seats": [_seat(shown, seat) for seat in seats]}
    return Made("seats", data)


def _seat(pack: Pack, seat: SeatOf) -> dict[str, Any]:
    role, face = pack.role[seat.role], face_of(pack, "role", seat.role)
    private = _("Only you read this. Say it when you want to.")
    lists = [
        *face.lists,
        (_("You know"), tuple(fact.text for fact in role.know)),
        (_("You care about"), (*(fact.text for fact in role.care), private)),
    ]
    entry = seat.entry
    return {
        "title": plain(role.title),
        "text": plain(role.text),
        "code": face.code,
        "table-said": plain(seat.table),
        "number-said": _("Seat %(number)s") % {"number": seat.number},
        "lists": [[word, [plain(one) for one in said]] for word, said in lists if said],
        "qr": qr_svg(entry.link) if entry else "",
        "qr-said": _("A QR code that opens this seat on a phone."),
        "entry": entry.code if entry else "",
        "entry-words": _("Point a phone here. If it was asleep or lost, the same card brings you back. Your code:"),
        "address": entry.address if entry else "",
    }


def paddles(pack: Pack, seats: Sequence[SeatOf], look: Look) -> Made:
    """Four paddles a seat, to be held up together."""
    shown = pack.in_language(look.language)
    with translation.override(look.language):
        answers = [
            {
                "colour": colour,
                "mark": marks.drawing(marks.ANSWERS[kind], colour, filled=True),
                "word": str(ANSWERS[kind]),
                "says": str(says),
            }
            for kind, (colour, says) in ANSWERS_SAID.items()
        ]
        names = [plain(_name(shown, seat)) for seat in seats]
        data = basics(shown, _("Paddles"), look) | {"answers": answers, "seats": names}
    return Made("paddles", data)


def _name(pack: Pack, seat: SeatOf) -> str:
    return f"{seat.number} · {pack.role[seat.role].title}"


def pledge_notes(pack: Pack, seats: Sequence[SeatOf], look: Look) -> Made:
    """Each seat's share of the slice in notes to the pound, and blank ones for what the cuts have freed."""
    shown = pack.in_language(look.language)
    names = list(dict.fromkeys(seat.role for seat in seats))
    parts = equal_parts(pack.policy.slice_pence, names) if names else {}
    with translation.override(look.language):
        said = [_notes(shown, seat, parts[seat.role]) for seat in seats]
        data = basics(shown, _("Pledge notes"), look) | {
            "seats": said,
            "for-words": _("for project ____________________"),
        }
    return Made("pledges", data)


def _notes(pack: Pack, seat: SeatOf, pence: int) -> dict[str, Any]:
    whole, rest = divmod(pence, 100)
    words = _(
        "%(share)s is your share of the neighbourhood's slice, if every seat is taken. The notes come to %(notes)s; "
        "write the rest, and your part of what the cuts have freed, on the blank ones."
    ) % {"share": pounds(pence), "notes": pounds(pence - rest)}
    notes = [pounds(note * 100) for note in notes_of(whole)]
    return {
        "name": plain(_name(pack, seat)),
        "said": words,
        "notes": [*notes, *[_("£ __________")] * BLANK_NOTES],
    }


def notes_of(whole: int) -> Iterator[int]:
    """Divide whole pounds into notes, some ten of them of about a tenth each and then smaller ones."""
    usual = next((note for note in _NOTES if note * 8 <= whole), 1)
    for note in _NOTES:
        while note <= usual and whole >= note:
            yield note
            whole -= note


def scaled_minutes(minutes: int) -> dict[str, int]:
    """Return the minutes of each phase in an evening of so many; each has one at least."""
    whole = sum(MINUTES.values())
    return {phase: max(1, round(usual * minutes / whole)) for phase, usual in MINUTES.items()}
