"""Addresses of this room. What stands first wins, so words come before names."""

from django.urls import URLPattern, URLResolver, path

from pennypot.apps.rounds.views import rounds

# Each matter keeps its own list, so that it reads as one.
_ROUNDS: list[URLPattern | URLResolver] = [
    path("rounds/", rounds.rounds, name="rounds"),
    path("rounds/<slug:round>/", rounds.round, name="round"),
]
_PROPOSALS: list[URLPattern | URLResolver] = []
_REVIEW: list[URLPattern | URLResolver] = []
_RESULTS: list[URLPattern | URLResolver] = []

urlpatterns: list[URLPattern | URLResolver] = [*_ROUNDS, *_PROPOSALS, *_REVIEW, *_RESULTS]
