"""Sums of many exact amounts, without a common divisor sought for each of them."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from math import lcm


class ExactAmounts:
    """Exact amounts held over one common denominator, so that adding many multiples of them takes whole numbers only.

    Denominators of prices grow with every choice (hundreds of binary digits on real elections); fractions would look
    for a common divisor at each addition, which takes most of their time.
    """

    def __init__(self) -> None:
        self.numerators: list[int] = []
        self.denominator = 1

    def __len__(self) -> int:
        return len(self.numerators)

    def append(self, amount: Fraction) -> None:
        """Add one amount to the list."""
        common = lcm(self.denominator, amount.denominator)
        if common != self.denominator:
            times = common // self.denominator
            self.numerators = [numerator * times for numerator in self.numerators]
            self.denominator = common
        self.numerators.append(amount.numerator * (common // amount.denominator))

    def weighted(self, counts: Iterable[int]) -> tuple[int, int]:
        """The sum of ``counts[j]`` times amount j, as numerator and denominator (not in lowest terms)."""
        terms = (count * numerator for count, numerator in zip(counts, self.numerators, strict=True) if count)
        return sum(terms), self.denominator
