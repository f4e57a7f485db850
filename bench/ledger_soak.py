"""A million random things done to the ledger, each foretold by a model; any difference is a violation.

Run by ``make ledger-soak``. It starts a database of its own, makes eight places with twenty-two accounts each, and does
what people and programs might: payments, splits, payments that are too large, forms sent twice, keys used again for
something else, reversals, second reversals, transfers between two places or two currencies, and rows rewritten or
deleted by hand. A model in Python says beforehand what must come of each. All balances are compared as it goes, and at
the end every ledger is checked from the ground up by the nightly check, chain and all.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

# Rows that change often leave old versions behind until the end of a transaction: small batches are quicker.
AT_ONCE = 60
COMPARE_EVERY = 20_000
FLOORS: dict[str, int | None] = {
    **{
        f"agency:{name}": floor
        for name, floor in (("council", -4_000_000_00), ("nhs", -9_000_000_00), ("police", None))
    },
    "fund": 0,
    "returned": 0,
    "outside": None,
    **{f"area:{number}": 0 for number in range(1, 11)},
    **{f"project:{number}": 0 for number in range(1, 6)},
}
# Runs each operation in a savepoint of its own and says what came of it.
RUNNER = """
CREATE FUNCTION soak(operations jsonb) RETURNS TABLE (outcome text, entry bigint) LANGUAGE plpgsql AS $$
DECLARE
  one jsonb;
  result record;
BEGIN
  FOR one IN SELECT jsonb_array_elements(operations) LOOP
    BEGIN
      IF one ? 'statement' THEN
        EXECUTE one ->> 'statement';
        outcome := 'done'; entry := NULL;
      ELSE
        SELECT * INTO result FROM fund_post((one ->> 'place')::bigint, one ->> 'key', one ->> 'kind', '2025-26', '',
          (one ->> 'reverses')::bigint, NULL, CASE WHEN one ? 'reverses' THEN NULL ELSE one -> 'moves' END);
        outcome := CASE WHEN result.made THEN 'made' ELSE 'same' END; entry := result.entry_id;
      END IF;
    EXCEPTION WHEN OTHERS THEN
      outcome := 'refused'; entry := NULL;
    END;
    RETURN NEXT;
  END LOOP;
END $$
"""


@dataclass
class Model:
    """What one place's ledger must hold."""

    place: int
    ids: dict[str, int]
    euro: int
    balances: dict[str, int] = field(default_factory=lambda: dict.fromkeys(FLOORS, 0))
    written: list[dict[str, Any]] = field(default_factory=list)
    count: int = 0

    def try_moves(self, moves: list[tuple[str, str, int]]) -> bool:
        """Make the moves one by one; none of them when one is not possible."""
        after = dict(self.balances)
        for source, target, pence in moves:
            after[source] -= pence
            after[target] += pence
            floor = FLOORS[source]
            if floor is not None and after[source] < floor:
                return False
        self.balances = after
        return True


@dataclass
class Operation:
    """One thing to do, and what must come of it."""

    name: str
    sent: dict[str, Any]
    expected: str
    model: Model | None = None
    record: dict[str, Any] | None = None


class Stories:
    """Makes random operations and foretells them."""

    def __init__(self, seed: int, models: list[Model]) -> None:
        self.random = random.Random(seed)
        self.models = models
        self.keys = 0
        # What may be repeated or taken back: committed before this batch, because a model cannot foretell ids.
        self.ready: dict[int, int] = {model.place: 0 for model in models}

    def next(self) -> Operation:
        model = self.random.choice(self.models)
        kinds = [self.pay, self.split, self.again, self.reuse, self.take_back, self.cross, self.by_hand]
        make = self.random.choices(kinds, weights=[50, 8, 12, 6, 12, 6, 6])[0]
        return make(model) or self.pay(model)

    def batch_is_committed(self) -> None:
        self.ready = {model.place: len(model.written) for model in self.models}

    def key(self) -> str:
        self.keys += 1
        return f"soak {self.keys}"

    def old(self, model: Model) -> dict[str, Any] | None:
        """An entry written in an earlier batch; recent ones more often."""
        many = self.ready[model.place]
        return model.written[min(many - 1, int(many * self.random.random() ** 0.3))] if many else None

    def sent(self, model: Model, key: str, moves: list[tuple[str, str, int]]) -> dict[str, Any]:
        listed = [[model.ids[source], model.ids[target], pence, ""] for source, target, pence in moves]
        return {"place": model.place, "key": key, "kind": "payment", "moves": listed}

    def post(self, name: str, model: Model, moves: list[tuple[str, str, int]]) -> Operation:
        key = self.key()
        fine = model.try_moves(moves)
        record = {"key": key, "moves": moves, "taken_back": False} if fine else None
        expected = "made" if fine else "refused"
        return Operation(name if fine else "too large", self.sent(model, key, moves), expected, model, record)

    def pay(self, model: Model) -> Operation:
        source, target = self.random.sample(sorted(FLOORS), 2)
        return self.post("payment", model, [(source, target, self.random.randint(1, 90_000_00))])

    def split(self, model: Model) -> Operation:
        areas = self.random.sample([code for code in FLOORS if code.startswith("area:")], self.random.randint(2, 10))
        return self.post("split", model, [("fund", code, self.random.randint(1, 5_000_00)) for code in areas])

    def again(self, model: Model) -> Operation | None:
        old = self.old(model)
        if old is None or "reverses" in old:
            return None
        return Operation("form sent twice", self.sent(model, old["key"], old["moves"]), "same")

    def reuse(self, model: Model) -> Operation | None:
        old = self.old(model)
        if old is None:
            return None
        moves = [("outside", "fund", self.random.randint(10**11, 10**12))]
        return Operation("key used again", self.sent(model, old["key"], moves), "refused")

    def take_back(self, model: Model) -> Operation | None:
        old = self.old(model)
        if old is None:
            return None
        key = self.key()
        sent = {"place": model.place, "key": key, "kind": "reversal", "reverses": old["id"]}
        if old["taken_back"] or "reverses" in old:
            return Operation("second reversal", sent, "refused")
        mirror = [(target, source, pence) for source, target, pence in old["moves"]]
        if not model.try_moves(mirror):
            return Operation("reversal of what moved on", sent, "refused")
        old["taken_back"] = True
        record = {"key": key, "moves": mirror, "taken_back": False, "reverses": old["id"]}
        return Operation("reversal", sent, "made", model, record)

    def cross(self, model: Model) -> Operation:
        other = self.random.choice([one for one in self.models if one is not model])
        foreign = self.random.choice([other.ids["fund"], model.euro, -1])
        sent = self.sent(model, self.key(), [("outside", "fund", 5)])
        sent["moves"][0][self.random.randint(0, 1)] = foreign
        return Operation("between places or currencies", sent, "refused")

    def by_hand(self, model: Model) -> Operation:
        old = self.old(model)
        entry = old["id"] if old else 0
        statement = self.random.choice(
            [
                f"UPDATE fund_account SET balance_pence = balance_pence + 1 WHERE id = {model.ids['fund']}",
                f"UPDATE fund_account SET floor_pence = -1 WHERE id = {model.ids['fund']}",
                f"DELETE FROM fund_account WHERE id = {model.ids['area:1']}",
                f"UPDATE fund_entry SET memo = 'x' WHERE id = {entry}",
                f"DELETE FROM fund_entry WHERE id = {entry}",
                f"UPDATE fund_transfer SET pence = pence + 1 WHERE entry_id = {entry}",
                f"DELETE FROM fund_transfer WHERE entry_id = {entry}",
                "INSERT INTO fund_transfer "
                "(place_id, entry_id, position, source_id, target_id, currency, pence, money) "
                f"SELECT place_id, id, transfer_count, {model.ids['outside']}, {model.ids['fund']}, 'GBP', 1, '' "
                f"FROM fund_entry WHERE id = {entry}",
            ]
        )
        nothing_there = "fund_account" not in statement and not old
        return Operation("by hand", {"statement": statement}, "done" if nothing_there else "refused")


def open_places(many: int) -> list[Model]:
    """Make the places with their accounts."""
    from pennypot.apps.fund.actions.books import accounts, open_ledger
    from pennypot.apps.fund.models import Account
    from pennypot.apps.places.models import Place

    models = []
    for number in range(many):
        place = Place.objects.create(slug=f"soak-{number}", name=f"Soak {number}", year="2025-26")
        open_ledger(place)
        found = accounts(place, [(code, code, floor) for code, floor in FLOORS.items()])
        euro = Account.objects.create(place=place, code="area:999", name="Euro", currency="EUR", floor_pence=0)
        models.append(Model(place.pk, {code: account.pk for code, account in found.items()}, euro.pk))
    return models


def run_batch(cursor: Any, batch: list[Operation]) -> list[str]:
    """Do a batch in one transaction; returns what differed from the model."""
    from django.db import transaction

    wrong = []
    with transaction.atomic():
        cursor.execute("SELECT outcome, entry FROM soak(%s::jsonb)", [json.dumps([one.sent for one in batch])])
        results = cursor.fetchall()
    for one, (outcome, entry) in zip(batch, results, strict=True):
        if outcome != one.expected:
            wrong.append(f"{one.name}: {outcome}, and the model said {one.expected}: {one.sent}")
        elif one.record is not None and one.model is not None:
            one.model.written.append(one.record | {"id": entry})
            one.model.count += 1
    return wrong


def compare(models: list[Model]) -> list[str]:
    """Compare every balance with the model."""
    from pennypot.apps.fund.models import Account

    found = dict(Account.objects.values_list("pk", "balance_pence"))
    return [
        f"Place {model.place}, {code}: {found[model.ids[code]]}, and the model said {pence}"
        for model in models
        for code, pence in model.balances.items()
        if found[model.ids[code]] != pence
    ]


def soak(operations: int, seed: int, places: int) -> int:
    """Do it all and print it; returns the number of violations."""
    from django.db import connection

    from pennypot.apps.fund.actions.checks import check_ledger
    from pennypot.apps.fund.models import Entry, Ledger, Transfer

    models = open_places(places)
    stories, counted, wrong = Stories(seed, models), Counter[str](), list[str]()
    began, done = time.perf_counter(), 0
    with connection.cursor() as cursor:
        cursor.execute(RUNNER)
        while done < operations:
            batch = [stories.next() for _one in range(min(AT_ONCE, operations - done))]
            wrong += run_batch(cursor, batch)
            stories.batch_is_committed()
            counted.update(one.name for one in batch)
            before, done = done, done + len(batch)
            if done // COMPARE_EVERY > before // COMPARE_EVERY or done == operations:
                wrong += compare(models)
                seconds = time.perf_counter() - began
                print(
                    f"{done:>9,} of {operations:,} · {done / seconds:,.0f} a second · {len(wrong)} violations",
                    flush=True,
                )
    seconds = time.perf_counter() - began
    began = time.perf_counter()
    for ledger in Ledger.objects.select_related("place"):
        wrong += check_ledger(ledger)
        counted["entries checked"] += ledger.checked_entries
    checking = time.perf_counter() - began
    if counted["entries checked"] != sum(model.count for model in models):
        wrong.append("The ledgers have not the entries that the model has.")
    print(
        f"\n{operations:,} operations in {seconds:,.0f} s, seed {seed}; "
        f"checked from the ground up in {checking:,.0f} s."
    )
    for name, many in counted.most_common():
        print(f"  {name:<32}{many:>12,}")
    print(f"  {'entries in the ledgers':<32}{Entry.objects.count():>12,}")
    print(f"  {'transfers in the ledgers':<32}{Transfer.objects.count():>12,}")
    print(f"  {'violations':<32}{len(wrong):>12,}")
    for problem in wrong[:20]:
        print(problem)
    return len(wrong)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--operations", type=int, default=1_000_000)
    options.add_argument("--seed", type=int, default=2010)
    options.add_argument("--places", type=int, default=8)
    given = options.parse_args()
    for name in [name for name in os.environ if name.startswith("PENNYPOT_")]:
        del os.environ[name]
    os.environ["PENNYPOT_TESTING"] = "1"
    os.environ["DJANGO_SETTINGS_MODULE"] = "pennypot.house.settings"

    from pennypot.house.database import throwaway_server

    with throwaway_server() as server:
        os.environ["DATABASE_URL"], os.environ["PENNYPOT_HOME"] = server.url(), str(server.home)
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        violations = soak(given.operations, given.seed, given.places)
        django.db.connections.close_all()
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
