"""For those who run the round: what is done for its vote, and what comes next."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from pennypot.apps.rounds.clock import now_of
from pennypot.apps.rounds.permissions.rounds import may_set_up_round
from pennypot.apps.voting.permissions.web import may_start_tablet
from pennypot.apps.voting.queries.team_steps import next_of, team_steps
from pennypot.apps.voting.views.asked import ask
from pennypot.house.answers import require


@require_safe
def vote_team(request: HttpRequest, place: str, round: str) -> HttpResponse:
    """The steps in order, each with its page and how far it is."""
    asked = ask(request, place, round)
    require(may_set_up_round(request.user, asked.round.place))
    steps = team_steps(asked.round, asked.election, now_of(request))
    context = {
        "steps": steps,
        "coming": next_of(steps),
        "election": asked.election,
        "may_start_tablet": may_start_tablet(request.user, asked.round),
    }
    return asked.page("team", context)
