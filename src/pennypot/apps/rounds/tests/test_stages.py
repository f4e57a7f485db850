"""Stages are read by the clock: each verb is open in its stages and in no other, to the millisecond."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import AnonymousUser

from pennypot.apps.rounds import dates
from pennypot.apps.rounds.clock import database_now
from pennypot.apps.rounds.models import Stage
from pennypot.apps.rounds.permissions.rounds import (
    may_cancel_round,
    may_change_round,
    may_fix_ballot,
    may_move_dates,
    may_set_up_round,
    may_take_off_ballot,
    open_for,
)
from pennypot.apps.rounds.stages import ALL_VERBS, ORDER, VERBS, Kind, allows, end_said, is_open
from pennypot.apps.rounds.timeline import span, told
from pennypot.house.answers import No
from pennypot.testing.rounds import put_in_stage

MILLISECOND = timedelta(milliseconds=1)
LONDON = ZoneInfo("Europe/London")


def stages_from(first):
    return dates.usual(first, LONDON)


def test_a_round_can_be_put_in_any_stage(a_round):
    for kind, verbs in VERBS.items():
        moved = put_in_stage(a_round, kind)
        for verb in verbs:
            assert open_for(moved, verb), (kind, verb)
        assert {one.kind for one in moved.stage_list} == set(Stage.objects.values_list("kind", flat=True))


@pytest.mark.parametrize("verb", sorted(ALL_VERBS))
@pytest.mark.parametrize("kind", ORDER)
def test_each_verb_is_open_in_its_stages_and_in_no_other(kind, verb):
    listed = stages_from(datetime(2027, 1, 4, tzinfo=LONDON).date())
    stage = next(one for one in listed if one.kind == kind)
    answer = allows(listed, verb, stage.opens_at + MILLISECOND, LONDON)
    assert bool(answer) is (verb in VERBS[kind])
    if isinstance(answer, No):
        assert "2027" in str(answer.reason) or "2028" in str(answer.reason)


# The clocks go forward on 28 March 2027 and back on 31 October 2027.
@pytest.mark.parametrize("first", [datetime(2027, 1, 4), datetime(2027, 3, 15), datetime(2027, 8, 2)])
def test_s03_a_stage_opens_at_its_first_millisecond_and_closes_before_its_last(first):
    for stage in stages_from(first.date()):
        assert not is_open(stage, stage.opens_at - MILLISECOND)
        assert is_open(stage, stage.opens_at)
        assert is_open(stage, stage.opens_at + MILLISECOND)
        assert is_open(stage, stage.closes_at - MILLISECOND)
        assert not is_open(stage, stage.closes_at)
        assert not is_open(stage, stage.closes_at + MILLISECOND)
        for moment in (stage.opens_at, stage.closes_at):
            assert moment.astimezone(LONDON).hour == 12


def test_s03_the_clock_is_the_databases_and_not_the_web_servers(a_round, monkeypatch):
    moved = put_in_stage(a_round, "voting", left=timedelta(hours=1))
    from django.utils import timezone

    monkeypatch.setattr(timezone, "now", lambda: datetime(2031, 1, 1, tzinfo=UTC))
    assert open_for(moved, "cast")
    assert abs(database_now() - datetime.now(UTC)) < timedelta(minutes=5)


def test_an_unknown_verb_is_a_slip_and_never_an_answer(a_round):
    with pytest.raises(KeyError):
        open_for(a_round, "vote twice")


RUNNING = {
    may_change_round: {Kind.IDEA, Kind.PROPOSAL, Kind.REVIEW, Kind.APPEAL, Kind.BALLOT},
    may_move_dates: set(ORDER),
    may_cancel_round: {Kind.IDEA, Kind.PROPOSAL, Kind.REVIEW, Kind.APPEAL, Kind.BALLOT},
    may_fix_ballot: {Kind.BALLOT},
    may_take_off_ballot: set(),
}


@pytest.mark.parametrize("may", RUNNING, ids=lambda may: may.__name__)
def test_s23_only_those_who_run_a_round_do_so_and_only_in_its_time(a_round, cast, may):
    for kind in ORDER:
        moved = put_in_stage(a_round, kind)
        for name, person in {**cast.everyone(), "visitor": AnonymousUser()}.items():
            for second_factor in (True, False):
                if name != "visitor":
                    person.second_factor = second_factor
                expected = name in ("tariq", "aled") and second_factor and kind in RUNNING[may]
                assert bool(may(person, moved)) is expected, (name, kind, second_factor)
                assert bool(may_set_up_round(person, moved.place)) is (name in ("tariq", "aled") and second_factor)


def test_what_ends_at_midnight_is_said_to_end_on_the_day_before(a_round):
    opens, closes = (datetime(2026, 12, day, tzinfo=LONDON) for day in (1, 4))
    assert end_said(closes, LONDON) == "3 December 2026 at the end of the day"
    assert end_said(closes + timedelta(hours=12), LONDON) == "4 December 2026 at 12:00"
    voting = dates.Times(Kind.VOTING, opens, closes)
    assert span(voting, LONDON) == "1 December to 3 December 2026"
    later = dates.Times(Kind.VOTING, opens + timedelta(hours=9), closes)
    assert span(later, LONDON) == "1 December, 09:00 to 3 December 2026, 24:00"
    assert span(later, LONDON, hours=False) == "1 December to 3 December 2026"
    a_round.stage_list = [Stage(round=a_round, kind=Kind.VOTING, opens_at=opens, closes_at=closes)]
    assert told(a_round, closes - timedelta(hours=2))[0].left == "closes today at 24:00"
    assert told(a_round, closes - timedelta(hours=30))[0].left == "1 day left"
