"""Stages are read by the clock: each verb is open in its stages, to the millisecond."""

from pennypot.apps.rounds.models import Stage
from pennypot.apps.rounds.permissions.rounds import open_for
from pennypot.apps.rounds.stages import VERBS
from pennypot.testing.rounds import put_in_stage


def test_a_round_can_be_put_in_any_stage(a_round):
    for kind, verbs in VERBS.items():
        moved = put_in_stage(a_round, kind)
        for verb in verbs:
            assert open_for(moved, verb), (kind, verb)
        assert {one.kind for one in moved.stage_list} == set(Stage.objects.values_list("kind", flat=True))
