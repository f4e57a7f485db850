"""What the pages say about a policy in a place: what it gives, what every other base would give, who contributes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from pennypot.apps.budgets.queries import Pool
from pennypot.apps.fund.bases import DEFAULT, PRESETS, Due, Found, Policy, Preset, contributions, preset, work_out
from pennypot.apps.fund.models import PolicyVersion
from pennypot.apps.fund.shares import CannotShare
from pennypot.apps.fund.words import EXCEPT, cannot_share_said, policy_said
from pennypot.house.money import each


@dataclass(frozen=True)
class Reading:
    """A policy read with a place's own numbers."""

    policy: Policy
    found: Found
    people: int | None

    @property
    def said(self) -> str:
        """The policy in one phrase."""
        return policy_said(self.policy)

    @property
    def each_pence(self) -> int | None:
        """The fund for each resident; None where either is not known."""
        return each(self.found.fund_pence, self.people) if self.people and self.found.fund_pence is not None else None

    @property
    def left_out(self) -> list[tuple[str, int]]:
        """What the policy leaves out of the base, in words with its amount, the largest first."""
        listed = [(str(EXCEPT[control]), pence) for control, pence in self.found.left_out.items() if pence]
        return sorted(listed, key=lambda pair: -pair[1])

    @property
    def not_of_the_council(self) -> bool:
        """Whether the base is the council's money only, so that other agencies are passed over."""
        return self.policy.base == "council"

    @cached_property
    def due(self) -> list[Due]:
        """What each agency would contribute; empty where it cannot be shared (`problem` says why)."""
        return self._shared[0]

    @property
    def problem(self) -> str:
        """Why the fund cannot be shared among the agencies, if it cannot."""
        return self._shared[1]

    @cached_property
    def _shared(self) -> tuple[list[Due], str]:
        if not self.found.is_known:
            return [], ""
        try:
            return contributions(self.found), ""
        except CannotShare as problem:
            return [], cannot_share_said(problem)


@dataclass(frozen=True)
class Choice:
    """One row of the table "of what?"."""

    key: str
    name: str | Promise
    said: str | Promise
    source: str | Promise
    reading: Reading
    is_current: bool


def read(policy: Policy, known: Pool) -> Reading:
    """Read a policy with a pool."""
    return Reading(policy, work_out(policy, known.lines), known.place.population)


def choices(current: Policy, known: Pool) -> list[Choice]:
    """Read every preset, and the place's own policy where it is none of them."""
    listed = [
        Choice(one.key, one.name, one.said, one.source, read(one.policy, known), one.policy == current)
        for one in PRESETS
    ]
    if not any(choice.is_current for choice in listed):
        own = read(current, known)
        listed.insert(0, Choice("own", _("This place's own policy"), own.said, "", own, True))
    return listed


def policy_of(version: PolicyVersion | None) -> Policy:
    """The policy in force, or the usual one where none was adopted yet."""
    return version.as_policy() if version else usual().policy


def usual() -> Preset:
    """The preset that is shown before a place has adopted a policy."""
    found = preset(DEFAULT)
    assert found is not None
    return found


def changed_since(reading: Reading, bases: Sequence[int]) -> bool:
    """Whether the pool was changed since the contributions were set from it."""
    return bool(bases) and reading.found.is_known and sum(bases) != reading.found.base_pence
