"""The demo places' figures, to the penny."""

from collections import Counter

import pytest

from pennypot.apps.budgets import demo
from pennypot.apps.budgets.models import Budget, Line, Transfer
from pennypot.apps.budgets.queries import gaps, incomes, other_counts, pool, years


def test_birmingham_counts_seven_billion_to_the_penny(birmingham):
    found = pool(birmingham)
    assert found.year == "2010-11"
    assert found.total_pence == 7_095_774_987_00
    assert found.left_out_pence == 610_828_856_00
    assert len(found.lines) == 30
    assert len(found.left_out) == 3
    assert found.is_whole
    assert found.each_pence == 660513  # £6,605.13


def test_every_left_out_line_says_why_and_names_the_line_that_counts(birmingham):
    found = pool(birmingham)
    for line in found.left_out:
        transfer = found.transfer_of(line)
        assert line.why_not
        assert transfer.why
        assert found.line(transfer.counted_in_id).counted


def test_five_bases_follow_from_the_controls(birmingham):
    by_control = Counter()
    for line in pool(birmingham).lines:
        by_control[line.control] += line.in_total_pence
    whole = sum(by_control.values())
    assert whole - by_control["entitlement"] == 4_506_374_987_00
    assert whole - by_control["entitlement"] - by_control["schools"] == 3_302_238_987_00
    assert whole - by_control["entitlement"] - by_control["schools"] - by_control["nhs"] == 1_274_927_987_00
    assert by_control["local"] == 443_760_000_00


def test_trafford_shows_the_unknown_as_unknown(trafford):
    found = pool(trafford)
    assert found.total_pence == 533_837_549_00
    assert {line.service for line in found.unknown} == {"Health care", "Pensions and benefits"}
    assert all(line.amount_pence is None for line in found.unknown)
    assert not found.is_whole


def test_a_share_is_the_whole_bodys_figure_times_part_over_whole(birmingham, trafford):
    shared = Line.objects.filter(basis="apportioned")
    assert shared.count() == 11
    for line in shared:
        exact_pounds = (2 * line.whole_pence * line.key_part + line.key_whole * 100) // (2 * line.key_whole * 100)
        assert exact_pounds * 100 == line.amount_pence, line.service
        assert round(line.key_part / line.key_whole, 12) == pytest.approx(float(line.share), abs=1e-12)


def test_what_comes_in_is_never_less_than_what_is_counted(birmingham):
    found = pool(birmingham)
    raised = Counter()
    for income in incomes(birmingham, "2010-11"):
        raised[income.budget.agency.slug] += income.amount_pence
    assert raised["birmingham-city-council"] == 2_923_229_000_00
    for group in found.by_agency():
        if group.total_pence:
            assert raised[group.key] >= group.total_pence


def test_what_it_does_not_cover_stands_beside_the_total(birmingham):
    missing = {gap.what: gap.about_pence for gap in gaps(birmingham, "2010-11")}
    assert missing["Tax credits and Child Benefit"] == 674_000_000_00
    assert {"Skills and further education", "Courts, prisons and probation", "Council homes"} <= set(missing)
    assert {count.amount_pence for count in other_counts(birmingham, "2010-11")} == {
        7_500_000_000_00,
        7_300_000_000_00,
    }


def test_loading_twice_changes_nothing(birmingham):
    before = (Budget.objects.count(), Line.objects.count(), Transfer.objects.count())
    demo.load(birmingham)
    assert (Budget.objects.count(), Line.objects.count(), Transfer.objects.count()) == before


def test_the_pool_takes_two_queries(birmingham, django_assert_num_queries):
    with django_assert_num_queries(2):
        pool(birmingham)
    with django_assert_num_queries(1):
        assert years(birmingham) == ["2010-11"]
