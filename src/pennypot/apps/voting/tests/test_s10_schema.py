"""Check 10: nothing in the database leads from a ballot to a person, nor says when it was cast."""

from __future__ import annotations

import pytest
from django.db import connection

pytestmark = pytest.mark.django_db

BALLOTS = {
    "voting_head",
    "voting_logevent",
    "voting_sealedballot",
    "voting_slot",
    "voting_slotlock",
    "voting_formtoken",
}
# Every column of these tables; whoever adds one has to think, and then to write it here.
COLUMNS = {
    "voting_head": {"election_id", "size", "root", "edge", "closed"},
    "voting_logevent": {"id", "election_id", "index", "kind", "leaf", "leaf_hash", "nodes", "refers"},
    "voting_sealedballot": {"id", "election_id", "index", "commitment", "sealed"},
    "voting_slot": {"id", "election_id", "slot", "revision", "index"},
    "voting_slotlock": {"id", "election_id", "slot"},
    "voting_formtoken": {"id", "election_id", "token_hash", "index"},
}


def rows(query):
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def foreign_keys():
    return set(
        rows(
            """SELECT conrelid::regclass::text, confrelid::regclass::text FROM pg_constraint WHERE contype = 'f'
               AND connamespace = 'public'::regnamespace"""
        )
    )


def test_s10_ballots_lead_nowhere_but_to_the_election_and_each_other():
    for source, target in foreign_keys():
        if source in BALLOTS:
            assert target in BALLOTS | {"voting_election"}, (source, target)
        if target in BALLOTS:
            assert source in BALLOTS, (source, target)


def test_s10_no_ballot_table_has_a_time_an_address_or_anything_unforeseen():
    found = {}
    for table, column, kind in rows(
        "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'public'"
    ):
        if table in BALLOTS:
            found.setdefault(table, set()).add(column)
            assert kind in {"bigint", "integer", "bytea", "ARRAY", "boolean", "character varying"}, (table, column)
    assert found == COLUMNS


def test_s10_no_other_table_names_a_slot_a_token_or_a_commitment():
    named = rows(
        """SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'
           AND column_name ~ '(^|_)(slot|commitment|sealed|nonce|choice|choices)(_|$)'"""
    )
    allowed = {("voting_election", "test_commitment"), ("rounds_round", "max_choices")}
    # Paper: what an officer keyed, sealed until it is agreed; its batch leads to no voter.
    assert {one for one in named if one[0] not in BALLOTS and not one[0].startswith("voting_paper")} <= allowed
    reach, todo = set(), {table for table, _ in named if table.startswith("voting_paper")}
    keys = foreign_keys()
    while todo:
        table = todo.pop()
        reach.add(table)
        todo |= {target for source, target in keys if source == table} - reach - {"people_person"}
    assert "voting_rollentry" not in reach


def test_s10_no_view_and_no_index_joins_ballots_with_the_roll():
    for (definition,) in rows("SELECT definition FROM pg_views WHERE schemaname = 'public'"):
        assert not ("rollentry" in definition and any(table in definition for table in BALLOTS))
