"""The ledger beside a model: hypothesis writes stories of entries, and after each step both must agree."""

from __future__ import annotations

import pytest
from django.db import connection
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from pennypot.apps.fund.actions.books import Move, accounts, open_ledger, post
from pennypot.apps.fund.actions.checks import check_ledger
from pennypot.apps.fund.models import Account, Entry
from pennypot.house.answers import Invalid

from .conftest import make_place

CODES = {
    "agency:council": -500,
    "agency:police": None,
    "fund": 0,
    "area:1": 0,
    "area:2": 0,
    "project:1": 0,
    "outside": None,
}
moves = st.lists(
    st.tuples(st.sampled_from(sorted(CODES)), st.sampled_from(sorted(CODES)), st.integers(1, 300)).filter(
        lambda move: move[0] != move[1]
    ),
    min_size=1,
    max_size=4,
)


class LedgerMachine(RuleBasedStateMachine):
    """Balances, keys and reversals as a dictionary would keep them."""

    @initialize()
    def open(self):
        self.place = make_place()
        self.ledger = open_ledger(self.place)
        self.accounts = accounts(self.place, [(code, code, floor) for code, floor in CODES.items()])
        self.balances = dict.fromkeys(CODES, 0)
        self.keys: dict[str, tuple[Entry, list]] = {}
        self.taken_back: set[str] = set()

    def after(self, listed):
        """The balances after these moves, or None when one of them is not possible."""
        balances = dict(self.balances)
        for source, target, pence in listed:
            balances[source] -= pence
            balances[target] += pence
            if CODES[source] is not None and balances[source] < CODES[source]:
                return None
        return balances

    def write(self, key, listed):
        return post(
            self.place, key=key, kind="payment", year="2025-26",
            moves=[Move(self.accounts[source], self.accounts[target], pence) for source, target, pence in listed],
        )  # fmt: skip

    @rule(listed=moves)
    def pay(self, listed):
        key, expected = f"key {len(self.keys)}", self.after(listed)
        if expected is None:
            with pytest.raises(Invalid):
                self.write(key, listed)
        else:
            entry, made = self.write(key, listed)
            assert made
            self.balances, self.keys[key] = expected, (entry, listed)

    @precondition(lambda self: self.keys)
    @rule(data=st.data())
    def send_again(self, data):
        key = data.draw(st.sampled_from(sorted(self.keys)))
        entry, listed = self.keys[key]
        assert self.write(key, listed) == (entry, False)

    @precondition(lambda self: self.keys)
    @rule(data=st.data(), listed=moves)
    def reuse_a_key(self, data, listed):
        key = data.draw(st.sampled_from(sorted(self.keys)))
        if listed != self.keys[key][1]:
            with pytest.raises(Invalid):
                self.write(key, listed)

    @precondition(lambda self: self.keys)
    @rule(data=st.data())
    def take_back(self, data):
        key = data.draw(st.sampled_from(sorted(self.keys)))
        entry, listed = self.keys[key]
        expected = self.after([(target, source, pence) for source, target, pence in listed])

        def reverse():
            return post(self.place, key=f"back {key}", kind="reversal", year="2025-26", reverses=entry, memo="a slip")

        if key in self.taken_back:
            assert not reverse()[1]
        elif expected is None:
            with pytest.raises(Invalid):
                reverse()
        else:
            assert reverse()[1]
            self.balances = expected
            self.taken_back.add(key)

    @invariant()
    def the_balances_agree_and_add_up_to_nothing(self):
        if not hasattr(self, "place"):
            return
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        found = dict(Account.objects.filter(place=self.place, code__in=CODES).values_list("code", "balance_pence"))
        assert found == self.balances
        assert sum(found.values()) == 0
        assert Entry.objects.filter(place=self.place).count() == len(self.keys) + len(self.taken_back)

    def teardown(self):
        if hasattr(self, "place"):
            assert check_ledger(self.ledger) == []


def test_the_ledger_does_what_its_model_does(db):
    run_state_machine_as_test(
        LedgerMachine,
        settings=settings(
            max_examples=40, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
