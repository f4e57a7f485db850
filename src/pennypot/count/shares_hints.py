"""What an Equal Shares count says about the projects it passed by, so that few of them need counting again."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor

from .completion import run_order
from .election import Election
from .result import Result
from .shares import Setting
from .shares_exact import ExactRun
from .thresholds import Thresholds
from .ties import TieOrder


class SharesHints:
    """The deciding run of a count, and for Add1 all runs before it.

    Parameters
    ----------
    election, result : Election, Result
        What was counted and what came out, with its trail.
    order : TieOrder
    """

    def __init__(self, election: Election, result: Result, order: TieOrder) -> None:
        assert result.endowment is not None
        self.endowment = result.endowment
        self.setting = Setting(election, result.card, order)
        self.order = run_order(result)
        self.shift = self.setting.shift(result.endowment)
        unit = Fraction(2) ** self.shift * 10**election.decimals
        prices = [Fraction(entry["price"]) * unit for entry in result.trail if "price" in entry]
        bounds = [(floor(price), ceil(price)) for price in prices]
        self.last = Thresholds(self.setting, self.endowment, self.endowment, self.shift, self.order, bounds)

    def held(self, at: int) -> int:
        """What a project's supporters hold together at the end, in whole units of money rounded down."""
        found = self.last.held(at)
        if found is None:
            exact = ExactRun(self.setting, self.endowment, self.shift)
            exact.advance(self.order)
            rows = self.setting.supporters_of(at)
            living = rows[exact.alive[rows]]
            found = floor(exact._held(living, self.setting.weight[living]))
        return found

    def cost_to_win(self, at: int) -> tuple[int, bool]:
        """The greatest cost at which the deciding run would have funded a project, and whether that is proven."""
        if not self.setting.can_win[at]:
            return 0, True
        return self.last.cost_to_win(at)
