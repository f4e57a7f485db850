"""Sentences of the engine, in English, kept as data so that a page can say them in another language.

This library knows no translations. A `Sentence` keeps its words and what is put into them apart, so that a page can
translate ``sentence.words`` before filling it in; the catalogues take the first argument of `Sentence`, `Illegal`,
`BadPack` and `marked`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, init=False)
class Sentence:
    """Words with places, and what goes into them."""

    words: str
    values: tuple[tuple[str, Any], ...]

    def __init__(self, words: str, **values: Any) -> None:
        object.__setattr__(self, "words", words)
        object.__setattr__(self, "values", tuple(values.items()))

    @property
    def said(self) -> str:
        """The sentence in English."""
        return self.words.format(**dict(self.values))

    def __str__(self) -> str:
        return self.said


def marked(words: str) -> str:
    """Mark words that become a `Sentence` elsewhere, so that the catalogues take them."""
    return words


class Illegal(Exception):
    """A move that the rules do not allow now, and why in one sentence. Nothing has changed."""

    def __init__(self, words: str, **values: Any) -> None:
        self.sentence = Sentence(words, **values)
        super().__init__(self.sentence.said)
