"""Does a payee's name look like a private person's? Careful by design: in doubt it does.

A council publishes the names of companies; foster carers, grant holders and sole traders are people. Being wrong
about a company costs a line in a list; being wrong about a person cannot be taken back.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

_WORD = re.compile(r"[^\W_]+(?:['’\-][^\W_]+)*")
# Titles of people, wherever they stand; with one of these only the form of a company makes a company.
_TITLES = frozenset(("mr", "mrs", "miss", "ms", "mx", "messrs"))
_TITLES_IN_FRONT = frozenset(
    "dr sir dame lady lord prof professor rev revd reverend fr father sister master".split()  # noqa: SIM905 - readable
)
_FORMS = frozenset(("ltd", "limited", "plc", "llp", "cic", "cio", "inc", "company"))
_REDACTED = re.compile(
    r"\bredact(?:ed|ion)?\b|personal data|data protection act|withheld|confidential|private individual"
    r"|personal information"
    r"|third party(?: supplier)?$|^individuals?$|\bgdpr\b|^\W*x{3,}\W*$|^\*{3,}$|sensitive",
    re.IGNORECASE,
)
# Payments for these go to people more often than not, so an unclear name is masked there.
_TO_PEOPLE = re.compile(
    r"foster|direct payment|adoption|kinship|guardianship|leaving care|disabled facilit|bursar|private persons?"
    r"|compensation|personal budget|rent deposit|discretionary housing|section 17|carers? allowance|residence order",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"\bwww\b|\.(?:com|co|org|net|uk|gov|io)\b", re.IGNORECASE)
_ESTATE = re.compile(r"\b(?:executors?|estate|trustees?) of\b|\bdeceased\b|\bdec'?d\b", re.IGNORECASE)


@dataclass(frozen=True)
class Judgement:
    """What a payee's name looks like: "organisation", "private", "redacted" or "not given"; and why, for tests."""

    kind: str
    why: str


@lru_cache(maxsize=1)
def _given_names() -> frozenset[str]:
    return _words_of("given-names.txt")


@lru_cache(maxsize=1)
def _organisation_words() -> frozenset[str]:
    return _words_of("organisation-words.txt")


def _words_of(name: str) -> frozenset[str]:
    text = files(__package__).joinpath("data", name).read_text(encoding="utf-8")
    return frozenset(word for line in text.splitlines() if not line.startswith("#") for word in line.split())


def is_redacted(name: str) -> bool:
    """Whether the publisher has already taken the name out."""
    return bool(_REDACTED.search(name.strip()[:200]))


def looks_private(name: str, purpose: str = "") -> bool:
    """Whether a payee's name looks like a private person's.

    Parameters
    ----------
    name : str
        As the publisher wrote it.
    purpose : str
        What was paid for; payments to foster carers and the like tip the balance.
    """
    return judge_payee(name, purpose).kind == "private"


def judge_payee(name: str, purpose: str = "") -> Judgement:
    """Say what a payee's name looks like, and why.

    Parameters
    ----------
    name, purpose : str
        As for `looks_private`.
    """
    return _judge(name, _goes_to_people(purpose))


@lru_cache(maxsize=65_536)
def _goes_to_people(purpose: str) -> bool:
    return bool(_TO_PEOPLE.search(purpose))


@lru_cache(maxsize=65_536)
def _judge(name: str, to_people: bool) -> Judgement:
    name = " ".join(name.split())[:200]
    if not name:
        return Judgement("not given", "no name")
    if is_redacted(name):
        return Judgement("redacted", "taken out by the publisher")
    words = [word.lower().rstrip("'’") for word in _WORD.findall(name)]
    if not words:
        return Judgement("organisation", "no words")
    if _ESTATE.search(name):
        return Judgement("private", "an estate")
    if _TITLES.intersection(words) and not _FORMS.intersection(words):
        return Judgement("private", "a title")
    known = next((word for word in words if word in _organisation_words()), "")
    if known:
        return Judgement("organisation", f"the word {known}")
    if words[0] in _TITLES_IN_FRONT:
        return Judgement("private", "a title")
    if any(character.isdigit() or character in "*@" for character in name):
        return Judgement("organisation", "a figure or a sign in the name")
    if words[0] == "the" or _ADDRESS.search(name):
        return Judgement("organisation", "begins with “the”, or is an address on the web")
    return _judge_plain(name, words, to_people)


def _judge_plain(name: str, words: list[str], to_people: bool) -> Judgement:
    """Judge a name without a title or a word of organisations in it."""
    parts = [part for part in re.split(r"[&+/]|\band\b", name, flags=re.IGNORECASE) if part.strip()]
    people = [_like_a_person([word.lower() for word in _WORD.findall(part)]) for part in parts]
    if any(people):
        return Judgement("private", next(why for why in people if why))
    if to_people:
        return Judgement("private", "what it was paid for")
    if 2 <= len(words) <= 3 and len(parts) == 1 and all(word.isalpha() and len(word) > 1 for word in words):
        # Two or three plain words that are no known words of organisations: in doubt, a person.
        return Judgement("private", "reads like a name")
    return Judgement("organisation", "does not read like a name")


def _like_a_person(words: list[str]) -> str:
    """Why the words read as a person's name, or nothing."""
    if not 2 <= len(words) <= 5:
        return ""
    plain = [word.replace("'", "").replace("’", "").replace("-", "") for word in words]
    if not all(word.isalpha() for word in plain):
        return ""
    if any(part in _given_names() for end in (words[0], words[-1]) for part in end.split("-")):
        return "a given name"
    initials = [word for word in plain if len(word) == 1]
    if initials and len(plain) - len(initials) == 1 and (len(plain[0]) == 1 or len(plain[-1]) == 1):
        return "initials and a surname"
    return ""
