"""A correction is a new version: the pool shows the current one, and everyone sees what changed."""

import random

import pytest
from hypothesis import given as any_of
from hypothesis import strategies as st

from pennypot.apps.budgets import actions, given, queries
from pennypot.apps.budgets.models import Budget
from pennypot.apps.budgets.permissions import SYSTEM
from pennypot.apps.places.models import Place
from pennypot.house.answers import Invalid


def publish(agency, lines: dict[str, int | None], year: str = "2024-25", kind: str = "outturn") -> Budget:
    draft = actions.start_budget(SYSTEM, agency, year, kind, given.Source("A return"))
    actions.put_lines(SYSTEM, draft, [given.LineGiven(name, pence, "local") for name, pence in lines.items()])
    return actions.publish(SYSTEM, draft)


def test_the_pool_counts_the_newest_version_only(cast):
    publish(cast.council, {"Parks": 100, "Roads": 200})
    assert queries.pool(cast.brindley, "2024-25").total_pence == 300
    publish(cast.council, {"Parks": 150, "Bins": 50})
    found = queries.pool(cast.brindley, "2024-25")
    assert found.total_pence == 200
    assert {line.version for line in found.lines} == {2}


def test_a_draft_changes_nothing_for_anyone(cast):
    publish(cast.council, {"Parks": 100})
    draft = actions.start_budget(SYSTEM, cast.council, "2024-25", "outturn", given.Source("A return"))
    actions.put_lines(SYSTEM, draft, [given.LineGiven("Parks", 999, "local")])
    assert queries.pool(cast.brindley, "2024-25").total_pence == 100


def test_what_was_spent_comes_before_what_was_planned(cast):
    publish(cast.council, {"Parks": 100}, kind="budget")
    assert queries.pool(cast.brindley, "2024-25").total_pence == 100
    publish(cast.council, {"Parks": 90}, kind="outturn")
    publish(cast.council, {"Parks": 110}, kind="budget")
    assert queries.pool(cast.brindley, "2024-25").total_pence == 90


def test_without_a_year_the_latest_published_one_is_shown(cast):
    publish(cast.council, {"Parks": 1}, year="2022-23")
    publish(cast.council, {"Parks": 2}, year="2023-24")
    assert queries.pool(cast.brindley).year == "2023-24"
    assert queries.years(cast.brindley) == ["2023-24", "2022-23"]
    assert [total.total_pence for total in queries.over_years(cast.brindley)] == [1, 2]


def test_what_changed_is_listed_service_by_service(cast, django_assert_num_queries):
    old = publish(cast.council, {"Parks": 100, "Roads": 200, "Old": 5, "Unknown": None})
    new = publish(cast.council, {"Parks": 100, "Roads": 250, "New": 7, "Unknown": 40})
    assert new.replaces == old
    with django_assert_num_queries(2):
        found = queries.difference(old, new)
    assert {change.service: change.what for change in found.changes} == {
        "Parks": "same",
        "Roads": "changed",
        "New": "new",
        "Old": "gone",
        "Unknown": "changed",
    }
    assert {change.service: change.more_pence for change in found.changed} == {
        "Roads": 50,
        "New": 7,
        "Old": -5,
        "Unknown": None,
    }
    assert found.more_pence == 397 - 305


amounts = st.lists(st.tuples(st.sampled_from("abcde"), st.none() | st.integers(-100, 100), st.booleans()), max_size=7)


@any_of(amounts, amounts)
def test_the_changes_add_up_to_the_difference_of_the_totals(before, after):
    from pennypot.apps.budgets.models import Line
    from pennypot.apps.budgets.queries.versions import Change, Difference, _by_service

    def lines(found):
        return [Line(service=name, amount_pence=pence, counted=counted) for name, pence, counted in found]

    old, new = _by_service(lines(before)), _by_service(lines(after))
    names = {*old, *new}
    assert len(old) == len(before)
    found = Difference(Budget(), Budget(), tuple(Change(name[0], old.get(name), new.get(name)) for name in names))
    total = [sum(pence or 0 for _, pence, counted in part if counted) for part in (before, after)]
    assert found.more_pence == total[1] - total[0]


def test_a_new_version_begins_as_a_copy(birmingham):
    pta = birmingham.agencies.get(slug="west-midlands-pta")
    old = queries.current_budgets(birmingham, "2010-11").get(agency=pta)
    draft = actions.start_new_version(SYSTEM, old, note="A typing mistake")
    assert draft.version == 2
    assert queries.difference(old, draft).changed == ()
    actions.publish(SYSTEM, draft)
    found = queries.pool(birmingham)
    assert found.left_out_pence == 610_828_856_00
    assert len(found.transfers) == 3
    with pytest.raises(Invalid, match="still a draft"):
        actions.start_new_version(SYSTEM, actions.start_new_version(SYSTEM, draft))


def test_a_double_count_is_still_explained_when_the_counting_line_has_a_newer_version(birmingham):
    dwp = birmingham.agencies.get(slug="dwp")
    old = queries.current_budgets(birmingham, "2010-11").get(agency=dwp)
    actions.publish(SYSTEM, actions.start_new_version(SYSTEM, old))
    found = queries.pool(birmingham)
    assert found.total_pence == 7_095_774_987_00
    for line in found.left_out:
        assert found.line(found.transfer_of(line).counted_in_id) is not None


@any_of(st.lists(st.tuples(st.none() | st.integers(-(10**12), 10**12), st.booleans()), max_size=12), st.randoms())
def test_the_total_does_not_depend_on_the_order_of_lines(found, shuffler: random.Random):
    def pool(lines):
        return queries.Pool(Place(population=7), "2024-25", tuple(lines))

    lines = [_line(number, pence, counted) for number, (pence, counted) in enumerate(found)]
    one = pool(lines)
    shuffler.shuffle(lines)
    other = pool(lines)
    assert one.total_pence == other.total_pence == sum(pence or 0 for pence, counted in found if counted)
    assert one.left_out_pence == other.left_out_pence
    assert one.counted == other.counted
    for groups in (one.by_family(), one.by_agency(), one.by_theme()):
        assert sum(group.total_pence for group in groups) == one.total_pence


def _line(number: int, pence: int | None, counted: bool) -> queries.PoolLine:
    family = ("council", "nhs", "police")[number % 3]
    return queries.PoolLine(
        id=number,
        budget_id=1,
        agency_id=number % 3,
        agency_slug=family,
        agency_name=family,
        agency_short="",
        family=family,
        service=f"Service {number}",
        official_name="",
        amount_pence=pence,
        cofog=("07", "09", "", "10.6")[number % 4],
        kind="revenue",
        control="local",
        counted=counted,
        why_not="" if counted else "Twice",
        basis="direct",
        key="",
        share=None,
        year_kind="outturn",
        version=1,
        source_title="",
        source_sheet="",
        source_row="",
        source_column="",
        note="",
    )
