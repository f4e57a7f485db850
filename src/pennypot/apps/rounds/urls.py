"""Addresses of this room. What stands first wins, so words come before names."""

from django.urls import URLPattern, URLResolver, path

from pennypot.apps.rounds.views import rounds, running, setup

# Each matter keeps its own list, so that it reads as one.
_ROUNDS: list[URLPattern | URLResolver] = [
    path("rounds/", rounds.rounds, name="rounds"),
    path("rounds/how/", rounds.how, name="rounds_how"),
    path("rounds/new/", setup.new, name="round_new"),
    path("rounds/<slug:round>/", rounds.round, name="round"),
    path("rounds/<slug:round>/set-up/<slug:step>/", setup.setup, name="round_setup"),
    path("rounds/<slug:round>/ballot/", rounds.ballot, name="round_ballot"),
    path("rounds/<slug:round>/ballot/<int:number>/take-off/", rounds.take_off, name="round_take_off"),
    path("rounds/<slug:round>/dates/", running.move, name="round_dates"),
    path("rounds/<slug:round>/call-off/", running.call_off, name="round_call_off"),
    path("rounds/<slug:round>/give-back/", running.return_rest, name="round_give_back"),
]
_PROPOSALS: list[URLPattern | URLResolver] = []
_REVIEW: list[URLPattern | URLResolver] = []
_RESULTS: list[URLPattern | URLResolver] = []

urlpatterns: list[URLPattern | URLResolver] = [*_ROUNDS, *_PROPOSALS, *_REVIEW, *_RESULTS]
