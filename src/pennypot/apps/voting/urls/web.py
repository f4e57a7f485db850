"""Addresses of voting: the entrance, the ballot, receipts, and the roll behind them."""

from django.urls import URLPattern, URLResolver, path

from pennypot.apps.voting.views import ballot, entrance, receipts, roll, team

urlpatterns: list[URLPattern | URLResolver] = [
    path("vote/", entrance.vote, name="vote"),
    path("vote/about/limits/", entrance.vote_limits, name="vote_limits"),
    path("vote/<slug:round>/", entrance.vote_round, name="vote_round"),
    path("vote/<slug:round>/link/<str:token>/", entrance.vote_link, name="vote_link"),
    path("vote/<slug:round>/areas/", entrance.vote_areas, name="vote_areas"),
    path("vote/<slug:round>/tablet/", entrance.vote_tablet, name="vote_tablet"),
    path("vote/<slug:round>/tablet/next/", entrance.vote_next, name="vote_next"),
    path("vote/<slug:round>/roll/", roll.vote_roll, name="vote_roll"),
    path("vote/<slug:round>/postcodes/", roll.vote_postcodes, name="vote_postcodes"),
    path("vote/<slug:round>/oddities/", roll.vote_oddities, name="vote_oddities"),
    path("vote/<slug:round>/team/", team.vote_team, name="vote_team"),
    path("vote/<slug:round>/projects/", ballot.ballot_print, name="ballot_print"),
    path("vote/<slug:round>/ballot/", ballot.ballot, name="ballot"),
    path("vote/<slug:round>/check/", ballot.ballot_check, name="ballot_check"),
    path("vote/<slug:round>/cast/", ballot.ballot_cast, name="ballot_cast"),
    path("vote/<slug:round>/receipt/", receipts.find_receipt, name="find_receipt"),
]
