"""What is said rather than moved: facts, the story of a day next year, what each thinks of the plan."""

from __future__ import annotations

from ..money import Books
from ..pack import Pack
from ..state import State, Voice
from ..words import Illegal
from .deciding import KINDS
from .given import Given

MOST_VOICES = 40  # people at one table


def reveal(pack: Pack, state: State, books: Books, given: Given) -> None:
    """Lay a fact or a care of one's own card open."""
    seat = given.seat(state)
    role = pack.role[seat]
    fact = given.one_of("fact", [fact.id for fact in (*role.know, *role.care)])
    name = f"{seat}/{fact}"
    if name in state.revealed:
        raise Illegal("The table knows this already.")
    state.revealed = (*state.revealed, name)


def story(pack: Pack, state: State, books: Books, given: Given) -> None:
    """Tell somebody's day next year: how it goes, who loses, and what the table did about it."""
    given.seat(state)
    persona = given.one_of("persona", pack.persona)
    state.stories[persona] = (given.text("day", 1000), given.text("loses"), given.text("did"))


def ratify(pack: Pack, state: State, books: Books, given: Given) -> None:
    """Say, as oneself, what one thinks of the plan. Each person once; it can be changed until the phase ends."""
    seat = given.seat(state)
    person = given.text("person", 40)
    if person not in state.voices and len(state.voices) >= MOST_VOICES:
        raise Illegal("That is too many: at most {most}.", most=MOST_VOICES)
    state.voices[person] = Voice(
        seat,
        given.one_of("reaction", KINDS),
        given.text("regret", needed=False),
        given.text("missing", needed=False),
        given.whole("confidence", 1, 5),
    )


def carry(pack: Pack, state: State, books: Books, given: Given) -> None:
    """Take a ready project forward, into a round of the place."""
    given.seat(state)
    name = given.one_of("project", state.projects)
    if state.projects[name].state != "ready":
        raise Illegal("Only a project that is ready goes forward.")
    if name in state.carried:
        raise Illegal("This project goes forward already.")
    state.carried = (*state.carried, name)


VERBS = {"reveal": reveal, "story": story, "ratify": ratify, "carry": carry}
