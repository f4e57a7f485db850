"""A shared tablet: set up by an officer, who is signed out of it before the first voter touches it."""

from __future__ import annotations

from django.contrib.auth import logout
from django.db import transaction
from django.http import HttpRequest

from pennypot.apps.rounds.models import Round
from pennypot.apps.voting.permissions.web import may_start_tablet
from pennypot.house import deeds
from pennypot.house.answers import require


def start_tablet(request: HttpRequest, round: Round) -> None:
    """Note down that a tablet was set up, and end the officer's session on it.

    Raises
    ------
    pennypot.house.answers.Refused
        The person may not set one up.
    """
    require(may_start_tablet(request.user, round))
    with transaction.atomic():
        deeds.record("voting.tablet.started", actor=request.user, about=round, place=round.place)
    logout(request)
