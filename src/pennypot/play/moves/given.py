"""What a move was given: each field is read once, with its kind and its limits."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from ..state import State
from ..words import Illegal

BY = ("seat", "facilitator", "scribe", "paper", "bot")
LONGEST = 500  # letters of a free text


class Given:
    """The fields of one move. Whatever comes from outside is of the wrong kind until it was looked at."""

    def __init__(self, move: Mapping[str, Any]) -> None:
        if not isinstance(move, Mapping):
            raise Illegal("A move is a set of named values.")
        self._move = move
        self._read = {"by"}
        self.by = move.get("by", "seat")
        if self.by not in BY:
            raise Illegal("Nobody of that kind makes moves.")

    def text(self, name: str, longest: int = LONGEST, *, needed: bool = True) -> str:
        """Return a text without spaces around it."""
        self._read.add(name)
        value = self._move.get(name, "")
        if not isinstance(value, str) or "\0" in value:
            raise Illegal("“{name}” must be words.", name=name)
        value = value.strip()
        if needed and not value:
            raise Illegal("“{name}” is missing.", name=name)
        if len(value) > longest:
            raise Illegal("That is too long: at most {longest} letters.", longest=longest)
        return value

    def whole(self, name: str, least: int, most: int) -> int:
        """Return a whole number between two limits."""
        self._read.add(name)
        value = self._move.get(name)
        if not isinstance(value, int) or isinstance(value, bool):
            raise Illegal("“{name}” must be a whole number.", name=name)
        if not least <= value <= most:
            raise Illegal("“{name}” must be from {least} to {most}.", name=name, least=least, most=most)
        return value

    def yes(self, name: str) -> bool:
        """Return yes or no."""
        self._read.add(name)
        value = self._move.get(name)
        if not isinstance(value, bool):
            raise Illegal("“{name}” must be yes or no.", name=name)
        return value

    def one_of(self, name: str, known: Collection[str]) -> str:
        """Return one of the names that there are."""
        value = self.text(name, 80)
        if value not in known:
            raise Illegal("There is no “{value}” here.", value=value)
        return value

    def names(self, name: str, known: Collection[str], most: int) -> tuple[str, ...]:
        """Return a list of names that there are."""
        self._read.add(name)
        value = self._move.get(name, [])
        if not isinstance(value, list | tuple) or not all(isinstance(one, str) for one in value):
            raise Illegal("“{name}” must be a list of names.", name=name)
        if len(value) > most:
            raise Illegal("That is too many: at most {most}.", most=most)
        for one in value:
            if one not in known:
                raise Illegal("There is no “{value}” here.", value=one)
        return tuple(value)

    def slots(self, name: str, kinds: Collection[str]) -> dict[str, int]:
        """Return how many units of each kind are wanted."""
        self._read.add(name)
        value = self._move.get(name, {})
        if not isinstance(value, Mapping):
            raise Illegal("“{name}” must be a set of named numbers.", name=name)
        for kind, units in value.items():
            if kind not in kinds or not isinstance(units, int) or isinstance(units, bool) or not 1 <= units <= 999:
                raise Illegal("“{name}” must be a set of named numbers.", name=name)
        return dict(value)

    def seat(self, state: State) -> str:
        """Return the chair it is for, in which somebody sits."""
        name = self.one_of("seat", state.seats)
        if state.seats[name].state != "taken":
            raise Illegal("Nobody sits in this seat now.")
        return name

    def all_read(self) -> None:
        """Refuse fields that the move does not know: a typing error must not pass for a choice."""
        unknown = sorted(set(map(str, self._move)) - self._read)
        if unknown:
            raise Illegal("This move does not know “{name}”.", name=unknown[0])
