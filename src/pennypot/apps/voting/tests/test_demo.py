"""The demonstration's votes: cast by the real code, counted, published, and recounted from what is published."""

from __future__ import annotations

import pytest
from django.test import Client, override_settings

from pennypot.apps.rounds.models import Result, Round
from pennypot.apps.voting import demo
from pennypot.apps.voting.actions.entering import area_of
from pennypot.apps.voting.models import Election, RollEntry, SealedBallot

pytestmark = pytest.mark.django_db(transaction=True)


@override_settings(DEMO=True)
def test_the_round_that_is_over_was_really_voted_and_counted() -> None:
    from pennypot.apps.budgets import demo as budgets
    from pennypot.apps.fund import demo as fund
    from pennypot.apps.places import demo as places
    from pennypot.apps.rounds import demo as rounds

    place = places.load("birmingham")
    for room in (budgets, fund, rounds):
        room.load(place)
    demo.load(place)
    over = Result.objects.select_related("round").get(round__place=place)
    election = Election.objects.get(round=over.round)
    assert SealedBallot.objects.filter(election=election).count() == demo.VOTERS + demo.CHANGED_THEIR_MIND
    assert over.turnout["voters"] == demo.VOTERS
    assert over.outcomes.filter(funded=True).exists() and over.outcomes.filter(funded=False).exists()
    assert election.counted_at and election.round_key_destroyed_at
    now = Round.objects.get(place=place, rules_frozen_at__isnull=False, result__isnull=True)
    assert len(demo.codes_to_try(now)) == demo.CODES_TO_TRY
    assert RollEntry.objects.filter(round=now).count() == demo.CODES_TO_TRY
    # The way in by e-mail and postcode works with the postcode that the page gives as an example.
    assert area_of(now, demo.postcode_to_try(now)) in {area.pk for area in place.areas.all()}
    demo.load(place)  # a second time nothing is made
    assert Result.objects.count() == 1
    # Whoever comes to a vote that is over finds its result.
    for page in ("", f"{over.round.slug}/", f"{over.round.slug}/close/"):
        assert f"/birmingham/results/{over.round.slug}/" in Client().get(f"/birmingham/vote/{page}").content.decode()
