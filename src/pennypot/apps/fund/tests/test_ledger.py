"""The ledger as the database keeps it: what cannot be done to it, by anybody."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from pennypot.apps.fund import chain
from pennypot.apps.fund.actions.books import Move, accounts, open_ledger, post
from pennypot.apps.fund.actions.checks import check_ledger
from pennypot.apps.fund.models import Account, Entry, Ledger, Transfer
from pennypot.apps.fund.queries import records
from pennypot.apps.fund.tasks import check_ledgers
from pennypot.house.answers import Invalid

from .conftest import make_place


@pytest.fixture
def pots(place):
    """A pot that holds £100, and where its money came from."""
    found = accounts(place, [("area:1", "Hill", 0), ("area:2", "Mill", 0), ("fund", "", 0), ("outside", "", None)])
    post(place, key="start", kind="match", year="2025-26", moves=[Move(found["outside"], found["area:1"], 100_00)])
    finish()
    return found


def move(pots, source, target, pence, key="k", **more):
    return post(
        pots["fund"].place,
        key=key,
        kind="payment",
        year="2025-26",
        moves=[Move(pots[source], pots[target], pence)],
        **more,
    )


def balances(place):
    return dict(Account.objects.filter(place=place, balance_pence__lt=0).values_list("code", "balance_pence")) | dict(
        Account.objects.filter(place=place, balance_pence__gt=0).values_list("code", "balance_pence")
    )


def run(statement, *values):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def finish():
    """Do what a commit does: check what the database puts off until then."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def test_money_moves_and_the_balances_follow(place, pots):
    entry, made = move(pots, "area:1", "area:2", 30_00)
    assert made and entry.number == 2
    assert balances(place) == {"outside": -100_00, "area:1": 70_00, "area:2": 30_00}
    finish()
    assert check_ledger(Ledger.objects.get(place=place)) == []


def test_a_pot_cannot_pay_more_than_it_holds(place, pots):
    with pytest.raises(Invalid, match="only £100 in “Hill”, and this is £100.01"):
        move(pots, "area:1", "area:2", 100_01)
    assert balances(place) == {"outside": -100_00, "area:1": 100_00}
    assert Entry.objects.filter(place=place).count() == 1


def test_the_same_key_twice_is_one_entry(place, pots):
    first, _made = move(pots, "area:1", "area:2", 30_00)
    second, made = move(pots, "area:1", "area:2", 30_00)
    assert (second, made) == (first, False)
    assert balances(place)["area:2"] == 30_00


@pytest.mark.parametrize("change", [{"pence": 31_00}, {"target": "outside"}, {"memo": "other"}])
def test_the_same_key_for_something_else_is_refused(place, pots, change):
    move(pots, "area:1", "area:2", 30_00)
    wanted = {"source": "area:1", "target": "area:2", "pence": 30_00} | change
    with pytest.raises(Invalid, match="used for something else"):
        move(pots, **wanted)
    assert Entry.objects.filter(place=place).count() == 2


def test_a_reversal_is_the_mirror_and_happens_once(place, pots):
    entry, _made = move(pots, "area:1", "area:2", 30_00)
    mirror, _made = post(place, key="r", kind="reversal", year="2025-26", memo="typing slip", reverses=entry)
    finish()
    assert [(t.source.code, t.target.code, t.pence) for t in mirror.transfers.all()] == [("area:2", "area:1", 30_00)]
    assert balances(place) == {"outside": -100_00, "area:1": 100_00}
    with pytest.raises(Invalid, match="taken back already"):
        post(place, key="r2", kind="reversal", year="2025-26", memo="again", reverses=entry)
    with pytest.raises(Invalid, match="no such entry"):
        post(place, key="r3", kind="reversal", year="2025-26", memo="back again", reverses=mirror)


def test_what_moved_on_cannot_be_taken_back(place, pots):
    entry, _made = move(pots, "area:1", "area:2", 30_00)
    move(pots, "area:2", "outside", 1, key="spent")
    with pytest.raises(Invalid, match="moved on"):
        post(place, key="r", kind="reversal", year="2025-26", memo="slip", reverses=entry)
    assert check_ledger(Ledger.objects.get(place=place)) == []


@pytest.mark.parametrize("table", ["fund_entry", "fund_transfer", "fund_account"])
@pytest.mark.parametrize("how", ["DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_s28_nothing_is_deleted_from_the_ledger(pots, table, how):
    with pytest.raises(DatabaseError, match="cannot be changed"):
        run(how.format(table))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE fund_entry SET memo = 'another'",
        "UPDATE fund_transfer SET pence = pence + 1",
        "UPDATE fund_account SET balance_pence = balance_pence + 1",
        "UPDATE fund_account SET floor_pence = NULL WHERE code = 'area:1'",
        "UPDATE fund_account SET floor_pence = -100 WHERE code = 'area:1'",
        "UPDATE fund_account SET code = 'area:9' WHERE code = 'area:1'",
        "UPDATE fund_account SET currency = 'EUR'",
        "INSERT INTO fund_account (place_id, code, name, currency, floor_pence, balance_pence) "
        "SELECT place_id, 'area:7', '', 'GBP', 0, 5 FROM fund_account LIMIT 1",
        "INSERT INTO fund_account (place_id, code, name, currency, floor_pence, balance_pence) "
        "SELECT place_id, 'area:7', '', 'GBP', NULL, 0 FROM fund_account LIMIT 1",
    ],
)
def test_s28_nothing_in_the_ledger_is_rewritten(place, pots, statement):
    before = balances(place)
    with pytest.raises(DatabaseError):
        run(statement)
    assert balances(place) == before


def test_a_transfer_cannot_be_added_to_an_old_entry(pots):
    entry, _made = move(pots, "area:1", "area:2", 30_00)
    for position in (0, 1):
        with pytest.raises(DatabaseError, match="full|one_transfer_a_position"), transaction.atomic():
            Transfer.objects.create(
                place=entry.place, entry=entry, position=position, source=pots["area:1"], target=pots["area:2"],
                currency="GBP", pence=1,
            )  # fmt: skip


def test_s24_money_cannot_cross_from_one_place_to_another(place, pots):
    other = make_place()
    open_ledger(other)
    theirs = Account.objects.get(place=other, code="fund")
    with pytest.raises(IntegrityError, match="same_money"):
        post(place, key="x", kind="payment", year="2025-26", moves=[Move(pots["area:1"], theirs, 1)])
    with pytest.raises(IntegrityError, match="same_money"):
        post(other, key="x", kind="payment", year="2025-26", moves=[Move(pots["area:1"], pots["area:2"], 1)])
    entry, _made = move(pots, "area:1", "area:2", 30_00)
    with pytest.raises(Invalid, match="no such entry"):
        post(other, key="x", kind="reversal", year="2025-26", reverses=entry)


def test_two_currencies_do_not_mix(place, pots):
    euro = Account.objects.create(place=place, code="area:3", name="Euro", currency="EUR", floor_pence=0)
    with pytest.raises(IntegrityError, match="same_money"):
        post(place, key="x", kind="payment", year="2025-26", moves=[Move(pots["area:1"], euro, 1)])


@pytest.mark.parametrize("pence", [0, -1])
def test_a_transfer_moves_something(place, pots, pence):
    with pytest.raises(IntegrityError, match="moves_something"):
        move(pots, "area:1", "area:2", pence)


def test_an_entry_without_a_transfer_is_refused(place, pots):
    with pytest.raises(IntegrityError, match="moves_something"):
        post(place, key="x", kind="payment", year="2025-26", moves=[])


def test_an_unknown_account_is_refused(place, pots):
    with pytest.raises(DatabaseError, match="account is unknown"):
        post(place, key="x", kind="payment", year="2025-26", moves=[Move(pots["fund"], Account(pk=10**9), 1)])


def test_a_row_goes_from_an_account_to_another(place, pots):
    with pytest.raises(IntegrityError, match="two_ends"):
        move(pots, "area:1", "area:1", 1)


class TestWritingPastTheFunction:
    """Rows put in by hand meet the same rules."""

    def row(self, place, **changed):
        last = Entry.objects.filter(place=place).order_by("-number").first()
        fields = {
            "place": place, "number": last.number + 1, "key": "by hand", "kind": "payment", "year": "2025-26",
            "at": timezone.now(), "transfer_count": 1, "previous_hash": bytes(last.hash), "hash": bytes(32),
        }  # fmt: skip
        return Entry(**fields | changed)

    def with_transfer(self, entry, pots, pence=1_00):
        record = chain.Record(
            entry.place_id, entry.number, entry.key, entry.kind, entry.year, entry.memo,
            entry.reverses.number if entry.reverses else None, None, entry.at,
            (("area:1", "area:2", "GBP", pence, ""),), bytes(entry.previous_hash),
        )  # fmt: skip
        entry.hash = record.right_hash
        entry.save(force_insert=True)
        Transfer.objects.create(
            place=entry.place, entry=entry, position=0, source=pots["area:1"], target=pots["area:2"], currency="GBP",
            pence=pence,
        )  # fmt: skip
        finish()

    def test_a_whole_entry_with_a_right_hash_is_accepted(self, place, pots):
        self.with_transfer(self.row(place), pots)
        assert check_ledger(Ledger.objects.get(place=place)) == []

    @pytest.mark.parametrize("changed", [{"number": 9}, {"number": 1}, {"previous_hash": bytes(32)}])
    def test_an_entry_out_of_the_chain_is_refused(self, place, pots, changed):
        with pytest.raises(DatabaseError, match="end of the chain"), transaction.atomic():
            self.row(place, **changed).save(force_insert=True)

    def test_an_entry_with_a_wrong_hash_is_refused_at_the_end(self, place, pots):
        with pytest.raises(DatabaseError, match="hash that is not its own"), transaction.atomic():
            entry = self.row(place)
            entry.save(force_insert=True)
            Transfer.objects.create(
                place=place, entry=entry, position=0, source=pots["area:1"], target=pots["area:2"], currency="GBP",
                pence=1,
            )  # fmt: skip
            finish()

    def test_an_entry_without_its_transfers_is_refused_at_the_end(self, place, pots):
        with pytest.raises(DatabaseError, match="not the transfers"), transaction.atomic():
            self.row(place).save(force_insert=True)
            finish()

    def test_a_reversal_that_is_no_mirror_is_refused_at_the_end(self, place, pots):
        first = Entry.objects.get(place=place)
        with pytest.raises(DatabaseError, match="not the mirror"), transaction.atomic():
            self.with_transfer(self.row(place, kind="reversal", reverses=first), pots)

    def test_a_place_without_a_ledger_takes_no_entries(self, db):
        other = make_place()
        with pytest.raises(DatabaseError, match="no ledger"), transaction.atomic():
            Entry(
                place=other, number=1, key="k", kind="payment", year="2025", at=timezone.now(), transfer_count=1,
                previous_hash=bytes(32), hash=bytes(32),
            ).save(force_insert=True)  # fmt: skip


def test_the_database_and_python_agree_on_the_text_and_the_hash(place, pots):
    move(pots, "area:1", "area:2", 30_00, memo='“Hall”, it\'s \\ "quoted"\t\n\x01 ż 🪙')
    found = list(records(place))
    assert [record.number for record in found] == [1, 2]
    assert all(record.hash == record.right_hash for record in found)
    with connection.cursor() as cursor:
        cursor.execute("SELECT fund_kept_text(entry) FROM fund_entry entry WHERE place_id = %s ORDER BY 1", [place.pk])
        assert {text for (text,) in cursor.fetchall()} == {record.text for record in found}


@given(memo=st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=60))
def test_any_memo_is_written_the_same_by_both(db_once, memo):
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_json(%s::text)::text", [memo])
        assert cursor.fetchone()[0] == json.dumps(memo, ensure_ascii=False)


@pytest.fixture(scope="module")
def db_once(django_db_setup, django_db_blocker):
    """A connection that stays the same for all of hypothesis's examples."""
    with django_db_blocker.unblock():
        yield


class TestTheNightlyCheck:
    def tamper(self, *statements):
        """Change rows as somebody with the database's own powers could: with the triggers away."""
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            for statement in statements:
                cursor.execute(statement)
            cursor.execute("SET LOCAL session_replication_role = origin")

    @pytest.fixture
    def ledger(self, place, pots):
        entry, _made = move(pots, "area:1", "area:2", 30_00)
        post(place, key="r", kind="reversal", year="2025-26", memo="slip", reverses=entry)
        move(pots, "area:1", "area:2", 20_00, key="third")
        finish()
        return Ledger.objects.get(place=place)

    def test_all_is_well(self, ledger):
        check_ledgers(0)
        ledger.refresh_from_db()
        assert (ledger.checked_entries, ledger.problems) == (4, [])
        assert ledger.checked_at is not None

    @pytest.mark.parametrize(
        ("statement", "said"),
        [
            ("UPDATE fund_account SET balance_pence = 81_00 WHERE code = 'area:1'", "Account area:1: it says £81"),
            ("UPDATE fund_entry SET memo = 'other' WHERE number = 2", "Entry 2: its hash"),
            ("UPDATE fund_entry SET at = at + interval '1 second' WHERE number = 2", "Entry 2: its hash"),
            ("UPDATE fund_transfer SET money = 'new' WHERE pence = 2000", "Entry 4: its hash"),
            ("UPDATE fund_transfer SET pence = 29_00 WHERE pence = 30_00", "Entry 2: its hash"),
            ("DELETE FROM fund_transfer WHERE pence = 2000", "Account area:1"),
        ],
    )
    def test_whatever_was_changed_behind_its_back_is_found(self, ledger, statement, said):
        self.tamper(statement)
        assert any(said in problem for problem in check_ledger(ledger)), ledger.problems

    def test_an_entry_that_was_removed_is_found(self, ledger):
        self.tamper(
            "DELETE FROM fund_transfer WHERE entry_id IN (SELECT id FROM fund_entry WHERE number = 3)",
            "DELETE FROM fund_entry WHERE number = 3",
        )
        problems = check_ledger(ledger)
        assert any("Entry 4: an entry before it is missing" in problem for problem in problems)
        assert any("Entry 4: it does not follow" in problem for problem in problems)

    def test_an_entry_that_was_rewritten_with_a_new_hash_breaks_the_next_link(self, ledger):
        second = list(records(ledger.place))[1]
        forged = chain.Record(**{**vars(second), "memo": "forged"}).right_hash
        self.tamper(f"UPDATE fund_entry SET memo = 'forged', hash = '\\x{forged.hex()}' WHERE number = 2")
        assert check_ledger(ledger) == ["Entry 3: it does not follow the entry before it."]


def test_a_record_is_written_as_the_page_says():
    record = chain.Record(
        7, 1, "k", "payment", "2025-26", "Hall hire", None, 3, datetime(2026, 4, 1, 9, 30, tzinfo=UTC),
        (("area:1", "project:2", "GBP", 12_345, ""),),
    )  # fmt: skip
    assert record.text == (
        '{"at":"2026-04-01T09:30:00.000000Z","by":3,"key":"k","kind":"payment","memo":"Hall hire","number":1,'
        '"place":7,"reverses":null,"transfers":[["area:1","project:2","GBP",12345,""]],"year":"2025-26"}'
    )
