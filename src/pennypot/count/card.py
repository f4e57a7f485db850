"""Rule cards: everything that decides a result, as data.

Two counts with equal cards, equal elections and equal seeds give equal results on every machine. Details that a rule's
name leaves open (what happens when the next project is too dear, where Add1 starts, who wins a tie) change winners in
real elections, so each has a field here.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from typing import Any

from .election import Election

RULES = ("greedy", "equal-shares", "phragmen", "max-welfare", "ranked", "bounded-overspending")
UTILITIES = ("cost", "count", "points")
COMPLETIONS = ("none", "greedy", "add1", "add1-utilitarian", "add-opt")
STOPS = ("exhaustive", "never")
STARTS = ("exact", "whole")
MEASURES = ("votes", "votes-per-cost", "points", "points-per-cost")
TIE_KEYS = ("votes", "points", "cost", "lot", "id")
_PLAIN = re.compile(r"[0-9]{0,40}(?:[./][0-9]{1,40})?")


def _number(text: Any, what: str) -> Fraction:
    """A number that a card writes as text: digits, with a point or as a fraction; never so large that it takes long."""
    try:
        return Fraction(text if _PLAIN.fullmatch(str(text)) else "")
    except (TypeError, ValueError, ZeroDivisionError):
        raise ValueError(f"{what} cannot be {text!r}") from None


@dataclass(frozen=True)
class Pot:
    """A part of the money that is for one category or one area, counted on its own before anything else.

    Attributes
    ----------
    by : str
        "category" or "area".
    name : str
        As the projects' column writes it.
    budget : int
        In the smallest unit of the election's money.
    """

    by: str
    name: str
    budget: int


@dataclass(frozen=True)
class RuleCard:
    """A rule with every parameter.

    Attributes
    ----------
    rule : str
        One of `RULES`.
    utility : str
        What a funded project is worth to its supporters: its cost, one, or the points they gave.
    completion : str
        How Equal Shares spends what is left. "add-opt" also makes all payers of a project pay the same.
    stop : str
        Whether Add1 or ADD-OPT stops as soon as nothing more fits ("exhaustive") or only when the budget would be
        broken.
    start : str
        Whether Equal Shares starts from budget / voters exactly or from the whole unit below it.
    step : str
        How much each voter gets more at each Add1 step, in the money of the file ("1", "0.01").
    measure : str
        What the greedy rule orders by; "" takes votes, votes per cost or points from `utility`.
    too_dear : str
        What the greedy rule does at a project that does not fit: "skip" it or "stop".
    threshold : int
        Fewest votes (points, where ballots give points) with which a project can win.
    exclusive : tuple of tuple of str
        Groups of project ids of which at most one can win.
    withdrawn : tuple of str
        Project ids that cannot win although ballots name them.
    part_funding : str
        "" for none; else the smallest share of its cost ("0.8") for which the first project that does not fit is
        funded with what is left. Greedy rule only.
    pots : tuple of Pot
        Money set aside; each pot is counted on its own before anything else.
    caps : tuple of Pot
        The most that projects of one category or area can get together. Greedy rule only.
    leftover : str
        What happens to money that pots or caps leave: "keep" it, or "greedy": fund the best of the other projects.
    ties : tuple of str
        What decides a tie, in order: "votes" and "points" prefer more, "cost" less; "lot" draws from the seed.
    last_place : int
        Points that the last place on a ranked ballot is worth: 1 (as in Kraków) or 0 (Borda's own).
    seed : str
        Public text that lots are drawn from.
    prefer : tuple of str
        Project ids that win ties before anything else is looked at: for asking what would have been otherwise.
    """

    rule: str = "equal-shares"
    utility: str = "cost"
    completion: str = "add1"
    stop: str = "exhaustive"
    start: str = "exact"
    step: str = "1"
    measure: str = ""
    too_dear: str = "skip"
    threshold: int = 0
    exclusive: tuple[tuple[str, ...], ...] = ()
    withdrawn: tuple[str, ...] = ()
    part_funding: str = ""
    pots: tuple[Pot, ...] = ()
    caps: tuple[Pot, ...] = ()
    leftover: str = "keep"
    ties: tuple[str, ...] = ("votes", "cost", "lot")
    last_place: int = 1
    seed: str = ""
    prefer: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for value, known, what in (
            (self.rule, RULES, "rule"),
            (self.utility, UTILITIES, "utility"),
            (self.completion, COMPLETIONS, "completion"),
            (self.stop, STOPS, "stop"),
            (self.start, STARTS, "start"),
            (self.measure, ("", *MEASURES), "measure"),
            (self.leftover, ("keep", "greedy"), "use of what pots leave"),
            (self.last_place, (0, 1), "worth of the last place"),
            (self.too_dear, ("skip", "stop"), "answer to a project that is too dear"),
        ):
            if value not in known:
                raise ValueError(f"unknown {what} {value!r}; known are {', '.join(str(k) for k in known if k != '')}")
        for key in self.ties:
            if key not in TIE_KEYS:
                raise ValueError(f"unknown way to decide a tie {key!r}; known are {', '.join(TIE_KEYS)}")
        if type(self.threshold) is not int or not isinstance(self.seed, str):
            raise ValueError("the threshold is a whole number and the seed is text")
        for pot in (*self.pots, *self.caps):
            right = pot.by in ("category", "area") and isinstance(pot.name, str)
            if not right or type(pot.budget) is not int or pot.budget < 0:
                raise ValueError(f"a pot is for a category or an area and holds whole money, not {pot}")
        if _number(self.step, "the step") <= 0:
            raise ValueError("the step must be more than zero")
        if self.completion == "add-opt" and self.utility == "points":
            raise ValueError("ADD-OPT needs the cost or the count utility: its payers all pay the same")
        if self.caps and self.rule != "greedy":
            raise ValueError("caps are for the greedy rule; set money aside in pots for other rules")
        if self.part_funding and not 0 <= _number(self.part_funding, "the share for part funding") <= 1:
            raise ValueError("the share for part funding lies between 0 and 1")

    @property
    def greedy_measure(self) -> str:
        """What the greedy rule orders projects by."""
        if self.measure:
            return self.measure
        return {"cost": "votes", "count": "votes-per-cost", "points": "points"}[self.utility]

    def as_data(self) -> dict[str, Any]:
        """The card as JSON data, every field present."""
        return asdict(self)

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> RuleCard:
        """Make a card from JSON data.

        Raises
        ------
        ValueError
            For an unknown field or value, or one of another kind.
        """
        try:
            return cls._from(data)
        except (AttributeError, TypeError) as error:
            raise ValueError(f"the rule card holds something of a wrong kind ({error})") from None

    @classmethod
    def _from(cls, data: dict[str, Any]) -> RuleCard:
        known = set(cls.__dataclass_fields__)
        unknown = set(data) - known
        if unknown:
            raise ValueError(f"a rule card has no field {', '.join(sorted(unknown))}")
        made = dict(data)
        for key in ("ties", "prefer", "withdrawn"):
            if key in made:
                made[key] = tuple(made[key])
        if "exclusive" in made:
            made["exclusive"] = tuple(tuple(group) for group in made["exclusive"])
        for key in ("pots", "caps"):
            if key in made:
                made[key] = tuple(Pot(**pot) for pot in made[key])
        return cls(**made)

    @property
    def sha256(self) -> str:
        """SHA-256 of the card as canonical JSON."""
        text = json.dumps(self.as_data(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def but(self, **changes: Any) -> RuleCard:
        """The same card with some fields changed."""
        return replace(self, **changes)


def stated_card(election: Election) -> RuleCard | None:
    """The rule card that a Pabulib file states, or None where it states none that can be carried out."""
    meta = election.meta
    rule = meta.get("rule", "").strip()
    text = meta.get("min_project_score_threshold", "").strip()
    threshold = int(text) if text.isascii() and text.isdigit() else 0
    if rule in ("greedy", "greedy-threshold", "greedy-no-skip"):
        from .pots import stated_pots

        return RuleCard(
            rule="greedy",
            measure="votes" if election.vote_type in ("approval", "choose-1") else "points",
            completion="none",
            too_dear="stop" if rule == "greedy-no-skip" else "skip",
            threshold=threshold,
            caps=stated_pots(election),
            leftover="greedy" if meta.get("leftover_budget", "").startswith("Fund additional projects") else "keep",
        )
    return RuleCard(threshold=threshold) if rule == "equalshares/add1" else None
