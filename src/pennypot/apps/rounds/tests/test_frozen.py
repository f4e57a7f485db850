"""What the database itself refuses, whatever a program or a person at its prompt tries."""

import pytest
from django.db import DatabaseError, connection, transaction

from pennypot.apps.rounds.models import Category, Pot, Round
from pennypot.testing.rounds import DAY, put_in_stage

RULE_COLUMNS = {
    "budget_pence": "1",
    "source_account": "'area:1'",
    "ballot_form": "'points'",
    "max_choices": "7",
    "points": "7",
    "rule": "'{}'",
    "min_votes": "9",
    "part_funding": "true",
    "tie_seed_source": "'a coin of mine'",
    "min_age": "5",
    "eligibility": "'[]'",
    "scope": "'own_area'",
    "area_needed": "true",
    "least_cost_pence": "1",
    "most_cost_pence": "1",
}


def sql(text, *values):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(text, values)


def refused(text, *values):
    with pytest.raises(DatabaseError) as problem:
        sql(text, *values)
    assert problem.value.__cause__.sqlstate == "23001"
    return str(problem.value)


@pytest.mark.parametrize("column", RULE_COLUMNS)
def test_no_rule_changes_once_voting_has_opened(a_round, column):
    put_in_stage(a_round, "voting")
    refused(f"UPDATE rounds_round SET {column} = {RULE_COLUMNS[column]} WHERE id = %s", a_round.pk)


def test_rules_may_change_until_then(a_round):
    put_in_stage(a_round, "appeal")
    sql("UPDATE rounds_round SET min_votes = 9, min_age = 11 WHERE id = %s", a_round.pk)
    a_round.refresh_from_db()
    assert (a_round.min_votes, a_round.min_age) == (9, 11)


def test_every_column_that_the_rule_card_is_made_of_is_guarded():
    facts = {"id", "place", "slug", "title", "about", "year", "label", "account", "copied_from", "made_by", "made_at"}
    states = {"published_at", "cancelled_at", "cancelled_reason", "tie_seed", "rules_frozen_at", "last_number"}
    others = facts | states | {"order_seed", "word_limit", "summary_letters"}
    assert {field.name for field in Round._meta.fields} - others == set(RULE_COLUMNS)


def test_pots_and_kinds_are_rules_too(a_round):
    parks = a_round.categories.get(name="Parks")
    put_in_stage(a_round, "voting")
    refused("UPDATE rounds_category SET name = 'Roads' WHERE id = %s", parks.pk)
    refused("DELETE FROM rounds_category WHERE id = %s", parks.pk)
    with pytest.raises(DatabaseError), transaction.atomic():
        Category.objects.create(round=a_round, name="Roads")
    with pytest.raises(DatabaseError), transaction.atomic():
        Pot.objects.create(round=a_round, name="Parks", kind="category", category=parks, quota_pence=1)


def test_s05_a_vote_that_is_over_is_never_opened_again(a_round):
    put_in_stage(a_round, "count")
    later = "UPDATE rounds_stage SET closes_at = clock_timestamp() + interval '1 day' WHERE round_id = %s AND kind = %s"
    assert "never opened again" in refused(later, a_round.pk, "voting")


def test_dates_of_a_published_round_move_forward_only(a_round):
    put_in_stage(a_round, "proposal")
    move = "UPDATE rounds_stage SET {} WHERE round_id = %s AND kind = %s"
    refused(move.format("closes_at = closes_at - interval '1 second'"), a_round.pk, "voting")
    refused(move.format("opens_at = opens_at - interval '1 second'"), a_round.pk, "voting")
    assert "has opened" in refused(move.format("opens_at = opens_at + interval '1 second'"), a_round.pk, "proposal")
    sql(move.format("closes_at = closes_at + interval '1 day'"), a_round.pk, "voting")
    refused("DELETE FROM rounds_stage WHERE round_id = %s", a_round.pk)


def test_a_round_is_called_off_before_voting_and_never_called_back(a_round):
    off = "UPDATE rounds_round SET cancelled_at = {}, cancelled_reason = 'No money' WHERE id = %s"
    put_in_stage(a_round, "voting")
    refused(off.format("clock_timestamp()"), a_round.pk)
    put_in_stage(a_round, "proposal")
    sql(off.format("clock_timestamp()"), a_round.pk)
    refused(off.format("NULL"), a_round.pk)


def test_the_draw_for_ties_is_written_once_and_after_voting(a_round):
    draw = "UPDATE rounds_round SET tie_seed = %s WHERE id = %s"
    put_in_stage(a_round, "voting")
    refused(draw, "1 2 3", a_round.pk)
    put_in_stage(a_round, "count")
    sql(draw, "1 2 3", a_round.pk)
    refused(draw, "4 5 6", a_round.pk)


def test_a_published_round_keeps_its_money_its_address_and_itself(a_round):
    refused("UPDATE rounds_round SET budget_pence = 1 WHERE id = %s", a_round.pk)
    refused("UPDATE rounds_round SET slug = 'other' WHERE id = %s", a_round.pk)
    refused("UPDATE rounds_round SET published_at = NULL WHERE id = %s", a_round.pk)
    refused("DELETE FROM rounds_round WHERE id = %s", a_round.pk)


@pytest.mark.parametrize(("kind", "expected"), [("voting", True), ("count", False), ("ballot", False)])
def test_s03_the_database_says_itself_whether_voting_is_open(a_round, kind, expected):
    put_in_stage(a_round, kind, left=DAY / 2)
    with connection.cursor() as cursor:
        cursor.execute("SELECT rounds_stage_is_open(%s, 'voting')", [a_round.pk])
        assert cursor.fetchone()[0] is expected
