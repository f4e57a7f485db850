"""Sharing whole pence so that the parts add up exactly: largest remainder, with floors and caps where there are some.

Pure arithmetic in whole numbers and exact fractions; nothing is rounded on the way. The rules in words, with worked
examples that tests repeat: docs/algorithms/largest-remainder.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction


class CannotShare(ValueError):
    """The money cannot be shared this way; the message says why.

    Parameters
    ----------
    why
        A short key that pages turn into words: ``negative``, ``nobody``, ``same-name``, ``floors``, ``caps``.
    """

    def __init__(self, why: str, message: str) -> None:
        super().__init__(message)
        self.why = why


@dataclass(frozen=True)
class Party:
    """Somebody who takes part in a division.

    Parameters
    ----------
    name
        Unique among the parties; the last rule for ties.
    weight
        Not negative. A party of weight 0 gets nothing, whatever its floor.
    floor, cap
        Least and most it may get, in pence; None for no limit.
    """

    name: str
    weight: Fraction | int
    floor: int | None = None
    cap: int | None = None


@dataclass(frozen=True)
class Share:
    """What one party gets, and how that came about.

    Attributes
    ----------
    quota
        Its exact part before rounding, in pence.
    pence
        What it gets.
    extra
        Whether it got one of the pennies that were left over.
    limit
        ``floor`` or ``cap`` where that decided, else empty.
    """

    name: str
    weight: Fraction
    quota: Fraction
    pence: int
    extra: bool = False
    limit: str = ""

    @property
    def remainder(self) -> Fraction:
        """The part of a penny that rounding down leaves over."""
        return self.quota - (self.quota.numerator // self.quota.denominator)


def share(total: int, parties: Iterable[Party]) -> list[Share]:
    """Divide whole pence in proportion to weights, exactly.

    Each party's quota is ``total x weight / sum of weights``, rounded down; the pennies left over go one each to the
    largest remainders. Ties: larger remainder, then larger weight, then the name that comes first in Unicode order;
    never the order of a file or of ids. Floors and caps are met first (`_settle_limits`).

    Parameters
    ----------
    total
        Pence to divide; not negative.
    parties
        In any order; the answer keeps it.

    Returns
    -------
    list of Share
        Their pence add up to `total`.

    Raises
    ------
    CannotShare
        A negative amount or weight, two parties of one name, nobody to share with, or limits that cannot be met.

    Notes
    -----
    The method is Hamilton's (1792), also called Hare-Niemeyer. See Balinski and Young, *Fair Representation* (2001).
    """
    listed = [Party(party.name, Fraction(party.weight), party.floor, party.cap) for party in parties]
    _check(total, listed)
    taking = [party for party in listed if party.weight]
    if not taking:
        if total:
            raise CannotShare("nobody", "There is nobody to share the money with: every weight is nought.")
        return [Share(party.name, Fraction(0), Fraction(0), 0) for party in listed]
    limited = _settle_limits(total, taking)
    free = [party for party in taking if party.name not in limited]
    found = {party.name: _at_limit(party, *limited[party.name]) for party in taking if party.name in limited}
    left = total - sum(part.pence for part in found.values())
    found.update({part.name: part for part in _hamilton(left, free)})
    return [found.get(party.name) or Share(party.name, Fraction(0), Fraction(0), 0) for party in listed]


def _check(total: int, parties: Sequence[Party]) -> None:
    if total < 0:
        raise CannotShare("negative", "An amount below nought cannot be shared.")
    if any(party.weight < 0 for party in parties):
        raise CannotShare("negative", "A weight below nought has no meaning here.")
    if len({party.name for party in parties}) != len(parties):
        raise CannotShare("same-name", "Two parties have the same name, so a tie could not be decided.")
    for party in parties:
        if party.floor is not None and party.cap is not None and party.floor > party.cap:
            raise CannotShare("floors", f"{party.name} must get at least more than it may get at most.")


def _hamilton(total: int, parties: Sequence[Party]) -> list[Share]:
    """Plain largest remainder among parties whose weights are above nought."""
    whole = sum((Fraction(party.weight) for party in parties), Fraction(0))
    if not whole:
        return []
    quotas = {party.name: total * Fraction(party.weight) / whole for party in parties}
    down = {name: quota.numerator // quota.denominator for name, quota in quotas.items()}
    over = total - sum(down.values())
    in_line = sorted(parties, key=lambda party: (-(quotas[party.name] - down[party.name]), -party.weight, party.name))
    lucky = {party.name for party in in_line[:over]}
    return [
        Share(name, Fraction(party.weight), quotas[name], down[name] + (name in lucky), name in lucky)
        for party in parties
        for name in [party.name]
    ]


def _at_limit(party: Party, limit: str, pence: int) -> Share:
    return Share(party.name, Fraction(party.weight), Fraction(pence), pence, limit=limit)


def _settle_limits(total: int, parties: Sequence[Party]) -> dict[str, tuple[str, int]]:
    """Find who ends at a floor or a cap; everyone else shares the rest in proportion.

    Round by round the rest is shared in proportion. Those below their floor lack so much, those above their cap have
    so much too much. If more is lacking than too much (or the same), the floors of this round are fixed, else its
    caps; then the rest is shared anew. Fixing the heavier side only is what makes the end the same from any start:
    it is the one division where everyone gets ``rate x weight``, held within the limits, at one common rate.
    """
    least = sum(party.floor or 0 for party in parties)
    if least > total:
        raise CannotShare("floors", "The floors add up to more than there is to share.")
    caps = [party.cap for party in parties]
    if None not in caps and sum(cap for cap in caps if cap is not None) < total:
        raise CannotShare("caps", "The caps add up to less than there is to share.")
    fixed: dict[str, tuple[str, int]] = {}
    while True:
        free = [party for party in parties if party.name not in fixed]
        left = total - sum(pence for _limit, pence in fixed.values())
        whole = sum((Fraction(party.weight) for party in free), Fraction(0))
        lacking: list[tuple[Party, Fraction]] = []
        too_much: list[tuple[Party, Fraction]] = []
        for party in free:
            quota = left * Fraction(party.weight) / whole
            if party.floor is not None and quota < party.floor:
                lacking.append((party, party.floor - quota))
            elif party.cap is not None and quota > party.cap:
                too_much.append((party, quota - party.cap))
        if not lacking and not too_much:
            return fixed
        if sum(gap for _party, gap in lacking) >= sum(gap for _party, gap in too_much):
            fixed.update({party.name: ("floor", party.floor or 0) for party, _gap in lacking})
        else:
            fixed.update({party.name: ("cap", party.cap or 0) for party, _gap in too_much})
