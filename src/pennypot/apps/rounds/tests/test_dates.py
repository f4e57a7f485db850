"""Proposed dates always fit together, in any zone and across any change of the clocks; wrong ones are named."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from pennypot.apps.rounds import dates
from pennypot.apps.rounds.stages import ORDER, Kind

DAYS = st.dates(date(2020, 1, 1), date(2060, 1, 1))
ZONES = st.sampled_from(["Europe/London", "Europe/Warsaw", "Atlantic/Azores", "Australia/Lord_Howe"]).map(ZoneInfo)


@given(DAYS)
def test_a_round_is_proposed_to_begin_on_a_monday_at_least_a_week_away(today):
    first = dates.usual_first_day(today)
    assert first.weekday() == 0
    assert timedelta(days=7) <= first - today <= timedelta(days=13)


@given(DAYS, ZONES)
def test_usual_dates_fit_together_and_fall_on_noon(first, zone):
    found = dates.usual(first, zone)
    assert [one.kind for one in found] == list(ORDER)
    assert dates.problems(found) == []
    for one in found:
        for moment in (one.opens_at, one.closes_at):
            local = moment.astimezone(zone)
            assert (local.hour, local.minute, local.weekday()) == (12, 0, first.weekday())


@given(DAYS, DAYS, ZONES)
def test_dates_of_last_year_keep_their_distances_and_their_hours(first, again, zone):
    old = dates.usual(first, zone)
    found = dates.shifted(old, again, zone)
    assert dates.problems(found) == []
    assert found[0].opens_at.astimezone(zone).date() == again
    for before, after in zip(old, found, strict=True):
        assert after.opens_at.astimezone(zone).time() == before.opens_at.astimezone(zone).time()
        assert (after.closes_at.astimezone(zone).date() - after.opens_at.astimezone(zone).date()) == (
            before.closes_at.astimezone(zone).date() - before.opens_at.astimezone(zone).date()
        )


@given(DAYS, ZONES, st.sampled_from(ORDER), st.integers(1, 400))
def test_a_stage_that_is_drawn_out_over_another_is_named(first, zone, kind, days):
    found = dates.usual(first, zone)
    at = ORDER.index(kind)
    longer = dates.Times(kind, found[at].opens_at, found[at].closes_at + timedelta(days=days))
    changed = [*found[:at], longer, *found[at + 1 :]]
    clash = [
        other
        for other in changed[at + 1 :]
        if (frozenset({kind, other.kind}) not in dates.MAY_OVERLAP and other.opens_at < longer.closes_at)
        or (frozenset({kind, other.kind}) in dates.MAY_OVERLAP and other.closes_at < longer.closes_at)
    ]
    assert bool(dates.problems(changed)) is bool(clash)


def test_a_time_that_the_clocks_skip_falls_just_after_the_gap():
    zone = ZoneInfo("Europe/London")
    skipped = dates.in_zone(datetime(2027, 3, 28, 1, 30), zone)
    assert skipped.astimezone(zone).strftime("%H:%M") == "02:30"
    twice = dates.in_zone(datetime(2027, 10, 31, 1, 30), zone)
    assert twice.strftime("%H:%M") == "00:30"


def test_a_round_cannot_do_without_voting():
    found = [one for one in dates.usual(date(2027, 1, 4), ZoneInfo("UTC")) if one.kind not in (Kind.VOTING, Kind.IDEA)]
    assert [one.kind for one in dates.problems(found)] == [Kind.VOTING]
