"""What is published stays: the database itself refuses, whoever asks and however."""

import threading

import pytest
from django.db import IntegrityError, connection, connections, transaction

from pennypot.apps.budgets import actions, given
from pennypot.apps.budgets.models import Budget, Income, Line, Transfer
from pennypot.apps.budgets.permissions import SYSTEM
from pennypot.house.answers import Invalid
from pennypot.house.models import Deed

SOURCE = given.Source("A return")


def line(service: str = "Parks", pence: int | None = 100_00, **more) -> given.LineGiven:
    return given.LineGiven(service, pence, more.pop("control", "local"), **more)


@pytest.fixture
def draft(cast) -> Budget:
    made = actions.start_budget(SYSTEM, cast.council, "2024-25", "outturn", SOURCE)
    actions.put_lines(SYSTEM, made, [line(), line("Roads", None)], [given.IncomeGiven("Tax", "council-tax", 5)])
    return made


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE budgets_budget SET source_title = 'other' WHERE id = %s",
        "UPDATE budgets_budget SET state = 'draft', published_at = NULL WHERE id = %s",
        "DELETE FROM budgets_budget WHERE id = %s",
        "UPDATE budgets_line SET amount_pence = 1 WHERE budget_id = %s",
        "DELETE FROM budgets_line WHERE budget_id = %s",
        "UPDATE budgets_income SET amount_pence = 1 WHERE budget_id = %s",
        "DELETE FROM budgets_income WHERE budget_id = %s",
        "INSERT INTO budgets_line (budget_id, number, service, official_name, cofog, kind, control, counted, why_not,"
        " basis, key, source_sheet, source_row, source_column, source_text, note) VALUES"
        " (%s, 99, 'x', '', '', 'revenue', 'local', true, '', 'direct', '', '', '', '', '', '')",
    ],
)
def test_the_database_refuses_to_change_what_is_published(draft, change):
    actions.publish(SYSTEM, draft)
    with pytest.raises(IntegrityError, match="stays as it is"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change, [draft.pk])
    assert Line.objects.filter(budget=draft).count() == 2
    assert Income.objects.get(budget=draft).amount_pence == 5


def test_a_line_cannot_be_moved_into_a_published_budget(draft, cast):
    actions.publish(SYSTEM, draft)
    other = actions.start_budget(SYSTEM, cast.council, "2025-26", "outturn", SOURCE)
    moved = actions.put_lines(SYSTEM, other, [line("Smuggled")])[0]
    with pytest.raises(IntegrityError, match="stays as it is"), transaction.atomic():
        Line.objects.filter(pk=moved.pk).update(budget=draft, number=9)


def test_transfers_stay_with_their_published_line(birmingham):
    with pytest.raises(IntegrityError, match="stays as it is"), transaction.atomic():
        Transfer.objects.update(amount_pence=1)
    with pytest.raises(IntegrityError, match="stays as it is"), transaction.atomic():
        Transfer.objects.all().delete()


def test_a_draft_changes_freely_and_can_be_thrown_away(draft):
    actions.put_lines(SYSTEM, draft, [line("Only one", 7)])
    assert draft.lines.get().amount_pence == 7
    assert draft.incomes.count() == 0
    actions.discard(SYSTEM, draft)
    assert not Budget.objects.exists()


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (line(counted=False), "needs a reason"),
        (line(control="whim"), "what binds this line"),
        (line(kind="magic"), "running costs"),
        (line(cofog="11"), "COFOG"),
        (line(basis="apportioned"), "A share needs"),
        (line(basis="direct", share="0.5"), "A share needs"),
        (line(basis="apportioned", key="residents", share="1.5"), "A share needs"),
        (line(basis="apportioned", key="residents", share="0.5", key_part=3, key_whole=2), "larger than the whole"),
        (line("x" * 201), "too long"),
        (line(pence=2**63), "too large"),
    ],
)
def test_a_broken_rule_is_said_in_words_and_nothing_is_lost(draft, bad, words):
    with pytest.raises(Invalid, match=words):
        actions.put_lines(SYSTEM, draft, [line("New"), bad])
    assert [one.service for one in draft.lines.all()] == ["Parks", "Roads"]


@pytest.mark.parametrize("year", ["24-25", "2024-2025", "", "next", "2024/25", "2024-25\n"])
def test_a_year_is_written_one_way(cast, year):
    with pytest.raises(Invalid):
        actions.start_budget(SYSTEM, cast.council, year, "outturn", SOURCE)


def test_there_is_one_draft_at_a_time(draft, cast):
    with pytest.raises(Invalid, match="draft of this budget already"):
        actions.start_budget(SYSTEM, cast.council, "2024-25", "outturn", SOURCE)
    assert actions.start_budget(SYSTEM, cast.council, "2024-25", "budget", SOURCE).version == 1


def test_an_empty_budget_is_not_published(cast):
    empty = actions.start_budget(SYSTEM, cast.council, "2024-25", "outturn", SOURCE)
    with pytest.raises(Invalid, match="at least one line"):
        actions.publish(SYSTEM, empty)
    empty.refresh_from_db()
    assert not empty.is_published


def test_every_verb_writes_one_deed(draft, cast):
    actions.publish(SYSTEM, draft)
    actions.note_gaps(SYSTEM, cast.brindley, "2024-25", [given.GapGiven("Courts", "Not in hand")])
    kinds = list(Deed.objects.filter(kind__startswith="budgets.").order_by("pk").values_list("kind", flat=True))
    assert kinds == [
        "budgets.budget.started",
        "budgets.lines.put",
        "budgets.budget.published",
        "budgets.gaps.noted",
    ]
    published = Deed.objects.get(kind="budgets.budget.published")
    assert published.after == {"state": "published", "version": 1, "lines": 2, "counted_pence": 100_00}
    assert published.place_id == cast.brindley.pk


def test_two_lines_are_netted_off_only_with_a_reason_and_in_one_place(draft, cast):
    kept, left = actions.put_lines(SYSTEM, draft, [line("Fund"), line("Fund again", counted=False, why_not="Twice")])
    with pytest.raises(Invalid, match="left out first"):
        actions.net_off(SYSTEM, kept, left, cast.council, cast.police, 1, "Paid on")
    with pytest.raises(Invalid, match="cannot pay itself"):
        actions.net_off(SYSTEM, left, kept, cast.council, cast.council, 1, "Paid on")
    with pytest.raises(Invalid, match="agencies of this place"):
        actions.net_off(SYSTEM, left, kept, cast.council, cast.elsewhere_council, 1, "Paid on")
    with pytest.raises(Invalid, match="Say why"):
        actions.net_off(SYSTEM, left, kept, cast.council, cast.police, 1, "")
    actions.net_off(SYSTEM, left, kept, cast.council, cast.police, 1, "Paid on")
    assert Transfer.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_many_press_publish_at_once_and_it_happens_once(draft):
    outcomes: list[str] = []

    def press() -> None:
        try:
            actions.publish(SYSTEM, Budget.objects.get(pk=draft.pk))
            outcomes.append("published")
        except Exception as problem:
            outcomes.append(type(problem).__name__)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=press) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("published") == 1
    assert set(outcomes) <= {"published", "Invalid", "Refused"}
    assert Deed.objects.filter(kind="budgets.budget.published").count() == 1


@pytest.mark.django_db(transaction=True)
def test_many_start_a_version_at_once_and_one_begins(cast):
    outcomes: list[str] = []

    def start() -> None:
        try:
            actions.start_budget(SYSTEM, cast.council, "2024-25", "outturn", SOURCE)
            outcomes.append("started")
        except Invalid:
            outcomes.append("told")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["started"] + ["told"] * 7
